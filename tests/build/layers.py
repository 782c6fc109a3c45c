#!/usr/bin/env python3
"""Checks that each layer can include its own headers and those of the layers below it, and finds no
others; and that docs/design.md shows the layers as they are built.

    layers.py check COMPILER SOURCE_DIR INCLUDE_ROOTS
    layers.py draw SOURCE_DIR INCLUDE_ROOTS

INCLUDE_ROOTS is the build's include_roots.txt. `draw` writes the drawing in docs/design.md anew.
"""

import pathlib
import subprocess
import sys

DOCUMENT = "docs/design.md"
BEGIN = "<!-- The layers, by tests/build/layers.py: -->\n"
END = "<!-- End of the layers. -->\n"


def read_layers(roots_file):
    """The layers from the lowest up, each with the include roots that its sources get and the
    layers that those belong to, itself not included."""
    roots = {}
    for line in pathlib.Path(roots_file).read_text().splitlines():
        layer, _, paths = line.partition("=")
        roots[layer] = [path for path in paths.split(":") if path]
    layer_of = {layer.replace("/", "_"): layer for layer in roots}
    below = {}
    for layer, paths in roots.items():
        names = [path.name for path in map(pathlib.Path, paths) if path.parent.name == "include"]
        below[layer] = {layer_of[name] for name in names if name in layer_of} - {layer}
    return roots, below


def seen_from(compiler, roots, headers):
    """The layers of which a file that is compiled with these include roots finds a header."""
    text = "".join(f'#if __has_include("{header}")\n=={layer}\n#endif\n'
                   for layer, header in headers.items())
    command = [compiler, "-std=c++20", "-E", "-P", "-x", "c++", "-"]
    command += [f"-I{root}" for root in roots]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return set(result.stdout.replace("==", "").split())


def a_header(source, layer):
    """A header of the layer as others include it."""
    headers = sorted((source / "src" / layer).glob("*.hpp"))
    return f"{layer}/{headers[0].name}"


def folders(source):
    """The folders below src/ that are layers: those with a CMakeLists.txt."""
    return {str(path.parent.relative_to(source / "src"))
            for path in (source / "src").rglob("CMakeLists.txt")}


def findings(layer, seen, below):
    for other in sorted(below):
        allowed = other == layer or other in below[layer]
        if allowed and other not in seen:
            yield f"{layer} cannot include {other}"
        if not allowed and other in seen:
            yield f"{layer} can include {other}, which it does not depend on"


def out_of_order(below):
    """Layers that depend on one that is declared after them: so no two depend on each other."""
    lower = set()
    for layer in below:
        for other in sorted(below[layer] - lower):
            yield f"{layer} depends on {other}, which CMakeLists.txt has above it"
        lower.add(layer)


def drawing(below):
    """The layers as a Mermaid chart. An arrow that others make up, one after the other, is left
    out."""
    names = {layer: layer.replace("/", "_") for layer in reversed(below)}
    lines = ["```mermaid\n", "flowchart TD\n"]
    lines += [f'  {name}["{layer}"]\n' for layer, name in names.items()]
    for layer, name in names.items():
        indirect = set().union(*(below[between] for between in below[layer]))
        lines += [f"  {name} --> {names[other]}\n"
                  for other in names if other in below[layer] - indirect]
    return "".join([*lines, "```\n"])


def split_document(text):
    """What stands before the drawing, the drawing, and what stands after it."""
    before, begin, rest = text.partition(BEGIN)
    drawn, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{DOCUMENT} lacks the line {(END if begin else BEGIN).strip()}")
    return before + begin, drawn, end + after


def draw(source, roots_file):
    _, below = read_layers(roots_file)
    document = source / DOCUMENT
    before, _, after = split_document(document.read_text())
    document.write_text(before + drawing(below) + after)
    return 0


def check(compiler, source, roots_file):
    roots, below = read_layers(roots_file)
    wrong = []
    if set(roots) != folders(source):
        wrong.append(f"the build has the layers {sorted(roots)}, src/ {sorted(folders(source))}")
    wrong += out_of_order(below)
    headers = {layer: a_header(source, layer) for layer in roots}
    for layer in roots:
        wrong += findings(layer, seen_from(compiler, roots[layer], headers), below)
    _, drawn, _ = split_document((source / DOCUMENT).read_text())
    if drawn != drawing(below):
        had, has = drawn.splitlines(), drawing(below).splitlines()
        wrong.append(f"{DOCUMENT} does not show the layers as they are built:")
        wrong += [f"-{line}" for line in had if line not in has]
        wrong += [f"+{line}" for line in has if line not in had]
        wrong.append(f"To write the drawing anew: tests/build/layers.py draw {source} {roots_file}")
    print("\n".join(wrong))
    return 1 if wrong else 0


def main():
    command, *arguments = sys.argv[1:] or [""]
    if command == "check" and len(arguments) == 3:
        return check(arguments[0], pathlib.Path(arguments[1]), arguments[2])
    if command == "draw" and len(arguments) == 2:
        return draw(pathlib.Path(arguments[0]), arguments[1])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
