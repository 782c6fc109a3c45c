# Sourced by ./run, ./test and ./bench, from the root of the tree: how a preset gets built.

say() { printf 'pianola: %s\n' "$*" >&2; }

# build_dir PRESET: the preset's build directory, as CMakePresets.json gives it.
build_dir() {
  if [ "$1" = release ]; then echo build; else echo "build-$1"; fi
}

# build_preset PRESET [TARGET…]: brings the targets up to date. Says on standard error that it
# builds only if there is something to build, and shows the build's output only if it fails. Only
# one process at a time builds a preset: others wait for it.
build_preset() {
  local preset=$1 dir
  shift
  dir=$(build_dir "$preset")
  mkdir -p "$dir"
  (
    flock 9
    log=$dir/pianola-build.log
    if [ ! -f "$dir/build.ninja" ]; then
      say "configuring ($preset)"
      if ! cmake --preset "$preset" >"$log" 2>&1 9>&-; then
        cat "$log" >&2
        exit 1
      fi
    fi
    set -o pipefail
    : >"$log"
    told=
    if ! ninja -C "$dir" ${JOBS:+-j "$JOBS"} "$@" 2>&1 9>&- </dev/null |
      while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
          *'Entering directory'* | *'Re-checking globbed'* | *'no work to do'*) ;;
          *) [ -n "$told" ] || { told=1; say "building ($preset)"; } ;;
        esac
      done; then
      cat "$log" >&2
      say "the build ($preset) failed"
      exit 1
    fi
  ) 9>"$dir/.lock"
}
