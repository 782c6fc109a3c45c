# Sourced by ./run, ./test and ./bench, from the root of the tree: how a preset gets built.

say() { printf 'pianola: %s\n' "$*" >&2; }

# Where there is ccache it keeps what was compiled, for all checkouts of this tree.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/pianola/ccache CCACHE_MAXSIZE=2G
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros  # as it asks for precompiled headers
fi

# build_dir PRESET: the preset's build directory, as CMakePresets.json gives it.
build_dir() {
  if [ "$1" = release ]; then echo build; else echo "build-$1"; fi
}

# show_progress PRESET LOG: keeps what ninja prints in LOG, and says on standard error how far it
# is, if it does anything: on a terminal in one line that counts, elsewhere at each quarter.
show_progress() {
  local line done total quarter=0 told=
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$2"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    [[ $line != *'Re-checking globbed'* && $line != *'Re-running CMake'* ]] || continue
    done=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    if [ -t 2 ]; then
      printf '\rpianola: building (%s): %d of %d steps ' "$1" "$done" "$total" >&2
      told=1
    elif [ -z "$told" ] || [ $((4 * done / total)) -gt "$quarter" ]; then
      quarter=$((4 * done / total)) told=1
      say "building ($1): $done of $total steps"
    fi
  done
  if [ -n "$told" ] && [ -t 2 ]; then printf '\n' >&2; fi
}

# build_preset PRESET [TARGET…]: brings the targets up to date. Says on standard error how far it is
# if there is something to build, and shows the build's output only if it fails. Only one process at
# a time builds a preset: others wait for it. With TESTS=OFF, a build that is not there yet is made
# without tests and benchmarks, and without the packages that only they take.
build_preset() {
  local preset=$1 dir tests=${TESTS:-ON}
  shift
  dir=$(build_dir "$preset")
  mkdir -p "$dir"
  (
    flock 9
    log=$dir/pianola-build.log
    # Flags of a toolchain or a preset are taken over once, by a fresh configuration.
    if [ ! -f "$dir/build.ninja" ] || [ CMakePresets.json -nt "$dir/CMakeCache.txt" ] ||
      [ cmake/m0plus.cmake -nt "$dir/CMakeCache.txt" ] ||
      { [ "$tests" = ON ] && grep -q '^PIANOLA_TESTS:BOOL=OFF' "$dir/CMakeCache.txt"; }; then
      say "configuring ($preset)"
      if ! cmake --fresh --preset "$preset" -DPIANOLA_TESTS="$tests" >"$log" 2>&1 9>&-; then
        cat "$log" >&2
        exit 1
      fi
    fi
    set -o pipefail
    : >"$log"
    if ! ninja -C "$dir" ${JOBS:+-j "$JOBS"} "$@" 2>&1 9>&- </dev/null | show_progress "$preset" "$log"
    then
      cat "$log" >&2
      say "the build ($preset) failed"
      exit 1
    fi
  ) 9>"$dir/.lock"
}
