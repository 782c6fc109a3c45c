#!/usr/bin/env python3
"""Computes the worst-case stack of the core from its call graph.

    stack_depth.py --image ELF --indirect FILE [--part] --entries FILE [--prefix arm-none-eabi-]

Frames and indirect calls come from the .ci file that GCC leaves beside an image which it optimises
as a whole (-flto -flto-partition=one -fcallgraph-info=su), ELF.ltrans0.ltrans.ci; direct calls from
it and from the disassembly of the image, which also shows what the compiler calls without saying so
(division, jump tables) and gives the frames of the library functions behind it.

--indirect: what a call through a pointer or an interface can reach. A line is
    call -> callee [; callee…]
where `call` is a regular expression over "file: source line", the path and the line of the source
that holds the call, wherever it is inlined, and `callee` one over demangled names. `port` as a
callee stands for code outside the core, whose stack is not counted. ` #` starts a comment.
--entries: the functions to report, a line each: `label: regular expression`, or with a limit of
bytes `label <= 1000: regular expression`; of several that match, the deepest. The deepest function
of each layer is always reported.

Errors (exit code 1): recursion, a frame without a bound, an indirect call that no line explains, an
entry or a line of either file that matches nothing, an entry deeper than its limit. With --part the
image has only a part of what the first file names, and what matches nothing there is none.
The stack of interrupts is not included: add what the port's handlers take.
"""

import argparse
import pathlib
import re
import subprocess
import sys
from collections import defaultdict

INDIRECT = "__indirect_call"


class Graph:
    def __init__(self):
        self.frame = {}                    # bytes, by assembler name
        self.unbounded = set()             # functions whose frame has no bound
        self.calls = defaultdict(set)
        self.indirect = defaultdict(set)   # places of indirect calls, by assembler name
        self.reported = set()              # functions that the .ci file has
        self.layer = {}                    # by assembler name
        self.functions = set()             # those that are in the image
        self.demangled = {}


# --- Reading ------------------------------------------------------------------------------------

def assembler_name(title):
    """A function local to a file is titled "file:name"."""
    return title.rsplit(":", 1)[-1]


def read_ci(path, graph):
    node = re.compile(r'^node: \{ title: "([^"]*)" label: "([^"]*)"')
    edge = re.compile(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"'
                      r'(?: label: "([^"]*)")?')
    for line in path.read_text().splitlines():
        if found := node.match(line):
            name = assembler_name(found.group(1))
            graph.reported.add(name)
            usage = re.search(r"\\n(\d+) bytes \(([^)]*)\)", found.group(2))
            if not usage:
                continue
            graph.frame[name] = max(graph.frame.get(name, 0), int(usage.group(1)))
            if usage.group(2) == "dynamic":
                graph.unbounded.add(name)
            # TinyUSB, which is C, has folders of its own below src.
            if place := re.search(r"(?:/|\\n)(?:src|include/\w+)/((?:ports/|lang/)?\w+)/\S+"
                                  r"\.[chi](?:pp|nc)\b", found.group(2)):
                graph.layer.setdefault(name, place.group(1))
        elif found := edge.match(line):
            caller, callee = assembler_name(found.group(1)), assembler_name(found.group(2))
            if callee == INDIRECT:
                graph.indirect[caller].add(found.group(3) or "?")
            else:
                graph.calls[caller].add(callee)


def registers(text):
    """How many registers a list such as "r4, r5, lr" or "r4-r7" names."""
    count = 0
    for item in text.split(","):
        span = re.match(r"\s*r(\d+)-r(\d+)\s*$", item)
        count += int(span.group(2)) - int(span.group(1)) + 1 if span else 1
    return count


def read_image(image, prefix, graph):
    """Adds the calls seen in the disassembly, and the frames of functions without a .ci entry."""
    text = subprocess.run([prefix + "objdump", "-d", "--no-show-raw-insn", image], check=True,
                          capture_output=True, text=True).stdout
    measured = defaultdict(int)
    name = None
    for line in text.splitlines():
        if found := re.match(r"^[0-9a-f]+ <(.+)>:$", line):
            name = found.group(1)
            graph.functions.add(name)
            continue
        found = re.match(r"^\s+[0-9a-f]+:\s+(\S+)\s*(.*)$", line)
        if not found or name is None:
            continue
        operation, operands = found.groups()
        if target := re.search(r"<([^>+]+)(\+0x[0-9a-f]+)?>", operands):
            # A branch inside the function names the function with an offset, or without one if it
            # goes back to its first instruction.
            if target.group(1) != name and re.match(r"^(b|bl|blx|b\w\w)(\.n|\.w)?$", operation):
                graph.calls[name].add(target.group(1))
            elif operation == "bl" and not target.group(2):
                graph.calls[name].add(name)
        if operation.startswith("push") and (pushed := re.search(r"\{(.*)\}", operands)):
            measured[name] += 4 * registers(pushed.group(1))
        elif operation.startswith("sub") and (taken := re.match(r"sp, (?:sp, )?#(\d+)", operands)):
            measured[name] += int(taken.group(1))
        elif name not in graph.frame and (
                (operation == "add" and re.match(r"sp, r", operands))
                or (operation == "blx" and re.match(r"r\d", operands))):
            graph.unbounded.add(name)
    for function in graph.functions:
        graph.frame.setdefault(function, measured[function])
    for known in (graph.calls, graph.indirect):
        for stale in [caller for caller in known if caller not in graph.functions]:
            del known[stale]
    # A constructor that needs no base of its own has two names and one body.
    for name in list(graph.unbounded):
        body = re.sub(r"C1E", "C2E", name, count=1)
        if body != name and body in graph.frame and body not in graph.unbounded:
            graph.unbounded.discard(name)
            graph.frame[name] = graph.frame[body]
            graph.calls[name] |= graph.calls[body]
    graph.unbounded &= graph.functions


def keep_reachable(graph):
    """Drops what came with a library and nothing in the core calls."""
    known = list(graph.functions & graph.reported)
    reached = set(known)
    while known:
        callees = graph.calls[known.pop()] & graph.functions - reached
        reached |= callees
        known += callees
    graph.functions = reached
    graph.unbounded &= reached


def demangle(graph, prefix):
    names = sorted(graph.functions)
    plain = subprocess.run([prefix + "c++filt"], input="\n".join(names), check=True,
                           capture_output=True, text=True).stdout.splitlines()
    graph.demangled = dict(zip(names, plain))


def lines_of(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = re.split(r"(?:^|\s)#", line)[0].strip()
        if line:
            yield f"{path}:{number}", line


def source_line(place, build, files={}):
    """The line of source that "path:line:column" means; empty if it cannot be read. Paths of sources
    that the build has made begin at its folder."""
    path, line = place.rsplit(":", 2)[:2] if place.count(":") >= 2 else (place, "0")
    if path not in files:
        try:
            files[path] = (build / path).read_text().splitlines()
        except OSError:
            files[path] = []
    return files[path][int(line) - 1].strip() if 0 < int(line) <= len(files[path]) else ""


# --- Analysis -----------------------------------------------------------------------------------

def matching(graph, pattern):
    expression = re.compile(pattern)
    return [name for name, plain in graph.demangled.items() if expression.search(plain)]


def resolve_indirect(graph, path, build, part, errors):
    """Adds the calls that the table at `path` gives for the indirect ones."""
    calls = [(caller, place, f"{place.split(':')[0]}: {source_line(place, build)}")
             for caller in sorted(graph.indirect) for place in sorted(graph.indirect[caller])]
    explained = set()
    for where, line in lines_of(path):
        call_pattern, arrow, callees = line.partition(" -> ")
        if not arrow:
            errors.append(f"{where}: expected `call -> callee`")
            continue
        expression = re.compile(call_pattern.strip())
        matched = [call for call in calls if expression.search(call[2])]
        if not matched and not part:
            errors.append(f"{where}: no indirect call matches")
        explained.update(matched)
        for pattern in (item.strip() for item in callees.split(";")):
            if pattern == "port":
                continue
            targets = matching(graph, pattern)
            if not targets and not part:
                errors.append(f"{where}: no function matches {pattern}")
            for caller, _, _ in matched:
                graph.calls[caller].update(targets)
    for call in calls:
        if call not in explained:
            errors.append(f"indirect call at {call[1]}, {call[2]}: add a line to {path}")


def components(graph):
    """The strongly connected components (Tarjan), callees before callers."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(graph.functions):
        if root in index:
            continue
        work = [(root, iter(sorted(graph.calls[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, callees = work[-1]
            for callee in callees:
                if callee not in graph.functions:
                    continue
                if callee not in index:
                    index[callee] = low[callee] = len(index)
                    stack.append(callee)
                    on_stack.add(callee)
                    work.append((callee, iter(sorted(graph.calls[callee]))))
                    break
                if callee in on_stack:
                    low[name] = min(low[name], index[callee])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    component = []
                    while not component or component[-1] != name:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
    return found


def depths(graph, errors):
    """Worst-case stack of each function with all it calls, and its deepest callee."""
    depth, deepest = {}, {}
    for component in components(graph):
        if len(component) > 1 or component[0] in graph.calls[component[0]]:
            errors.append("recursion: " + ", ".join(sorted(graph.demangled[name]
                                                           for name in component)))
        for name in component:
            depth[name] = graph.frame[name]
        for name in component:
            for callee in graph.calls[name]:
                below = depth.get(callee, 0)
                if callee not in component and graph.frame[name] + below > depth[name]:
                    depth[name] = graph.frame[name] + below
                    deepest[name] = callee
    for name in sorted(graph.unbounded):
        errors.append(f"the frame of {graph.demangled[name]} has no bound that can be read")
    return depth, deepest


# --- Report -------------------------------------------------------------------------------------

def short(plain):
    """A demangled name without its parameters."""
    level = 0
    for position, character in enumerate(plain):
        if character == "<":
            level += 1
        elif character == ">":
            level -= 1
        elif character == "(" and level == 0 and position > 0:
            if not plain.startswith("(anonymous namespace)", position):
                return plain[:position]
    return plain


def print_path(graph, depth, deepest, label, name):
    print(f"{depth[name]:6}  {label}: {short(graph.demangled[name])}")
    while name is not None:
        print(f"        {graph.frame[name]:6}  {short(graph.demangled[name])}")
        name = deepest.get(name)


def report(graph, depth, deepest, entries, errors):
    for where, line in lines_of(entries):
        label, colon, pattern = line.partition(": ")
        label, limited, limit = label.partition(" <= ")
        found = matching(graph, pattern.strip()) if colon else []
        if not found:
            errors.append(f"{where}: no function matches")
            continue
        top = max(found, key=lambda name: depth[name])
        print_path(graph, depth, deepest, label, top)
        if limited and depth[top] > int(limit):
            errors.append(f"{where}: {label}: {depth[top]} bytes, at most {limit} are allowed")
    for layer in dict.fromkeys(graph.layer[name] for name in sorted(graph.layer)
                               if name in graph.functions):
        members = [name for name in graph.functions if graph.layer.get(name) == layer]
        top = max(sorted(members), key=lambda name: depth[name])
        print_path(graph, depth, deepest, f"deepest in {layer}", top)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", required=True, type=pathlib.Path)
    parser.add_argument("--indirect", required=True, type=pathlib.Path)
    parser.add_argument("--part", action="store_true")
    parser.add_argument("--entries", required=True, type=pathlib.Path)
    parser.add_argument("--prefix", default="arm-none-eabi-", help="of the binutils")
    arguments = parser.parse_args()

    graph, errors = Graph(), []
    read_ci(arguments.image.with_name(arguments.image.name + ".ltrans0.ltrans.ci"), graph)
    read_image(arguments.image, arguments.prefix, graph)
    keep_reachable(graph)
    demangle(graph, arguments.prefix)
    resolve_indirect(graph, arguments.indirect, arguments.image.parent, arguments.part, errors)
    depth, deepest = depths(graph, errors)
    report(graph, depth, deepest, arguments.entries, errors)
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
