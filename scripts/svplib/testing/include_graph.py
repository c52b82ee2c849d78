# SPDX-License-Identifier: GPL-2.0-or-later
"""Who includes whom among the sources of the cores and adapters: no circle, and nothing that the foundation knows of those above it."""

import collections
import re

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
CONTRACTS = "include/svp"


def includes(texts):
    """Edges file -> included files of the same tree. texts: {path from the repository's root: content}; what is not in there is no edge."""
    graph = {}
    for name, text in texts.items():
        folder = name.rpartition("/")[0]
        found = set()
        for wanted in INCLUDE.findall(text):
            places = (f"{folder}/{wanted}", f"include/{wanted}", f"hw/{wanted}", wanted.replace("hw/svp/", "", 1))
            found.update(place for place in places[:] if place in texts and place != name)
        graph[name] = found
    return graph


def circle(graph):
    """A list of nodes that lead in a circle, the first one repeated at the end; empty if there is none."""
    state = {}
    for start in sorted(graph):
        trail = [(start, iter(sorted(graph[start])))]
        while trail:
            node, rest = trail[-1]
            state[node] = "open"
            following = next(rest, None)
            if following is None:
                state[node] = "done"
                trail.pop()
            elif state.get(following) == "open":
                nodes = [one for one, _ in trail]
                return [*nodes[nodes.index(following):], following]
            elif following not in state:
                trail.append((following, iter(sorted(graph.get(following, ())))))
    return []


def folder_of(name):
    """The part of the cores that a file belongs to: "bus" of hw/bus/bus.hpp, "contracts" of include/svp; None for the C adapters."""
    if name.startswith(f"{CONTRACTS}/"):
        return "contracts"
    parts = name.split("/")
    return parts[1] if parts[0] == "hw" and parts[1] != "qemu" and len(parts) > 2 else None


def folders(graph):
    """The graph of the cores' folders: {folder: {folder it includes: one pair of files that shows it}}."""
    result = collections.defaultdict(dict)
    for name, targets in sorted(graph.items()):
        for target in sorted(targets):
            here, there = folder_of(name), folder_of(target)
            if here and there and here != there:
                result[here].setdefault(there, (name, target))
    return {folder: result.get(folder, {}) for folder in {folder_of(name) for name in graph} - {None}}


def findings(texts):
    """What is wrong with the includes of these files, a line each."""
    graph = includes(texts)
    lines = []
    files = circle(graph)
    if files:
        lines.append("files include each other: " + " -> ".join(files))
    between = folders(graph)
    around = circle({folder: set(targets) for folder, targets in between.items()})
    for here, there in zip(around, around[1:]):
        lines.append(f"hw/{here} and hw/{there} are in a circle of folders: {between[here][there][0]} includes {between[here][there][1]}")
    return lines
