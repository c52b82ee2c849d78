# SPDX-License-Identifier: GPL-2.0-or-later
"""Who includes whom among the sources of the cores, the adapters and the guest's programs: no circle, and nothing that a foundation knows of those above it."""

import posixpath
import re

from .graphs import circle, circles

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
CONTRACTS, GUEST = "include/svp", "firmware/guest"
#: Files that stand above the folder that they lie in: a program's main file, and what runs the jobs of all decoders again
ABOVE = re.compile(r"/(main|replay)\.[ch](?:pp)?$")


def includes(texts):
    """Edges file -> included files of the same tree. texts: {path from the repository's root: content}; what is not in there is no edge."""
    graph = {}
    for name, text in texts.items():
        folder = name.rpartition("/")[0]
        found = set()
        for wanted in INCLUDE.findall(text):
            places = (posixpath.normpath(f"{folder}/{wanted}"), f"include/{wanted}", f"hw/{wanted}", wanted.replace("hw/svp/", "", 1))
            found.update(place for place in places if place in texts and place != name)
        graph[name] = found
    return graph


def block_of(name):
    """The part of the cores that a file belongs to: "hw/bus" of hw/bus/bus.hpp, the contracts of include/svp; None for all others."""
    if name.startswith(f"{CONTRACTS}/"):
        return CONTRACTS
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "hw" and parts[1] != "qemu" and len(parts) > 2 else None


def folder_of(name):
    """The folder of a file of the cores or of the guest's programs; of a file that stands above its folder, itself."""
    return (name if ABOVE.search(name) else name.rpartition("/")[0]) if block_of(name) or name.startswith(f"{GUEST}/") else None


def inner(graph):
    """The part of the graph inside of blocks that have folders: a file of a block itself is a part of its own, with its header."""
    def part_of(name):
        folder, block = folder_of(name), block_of(name)
        return name.rpartition(".")[0] if folder and folder == block and folder != CONTRACTS else folder
    return {name: {target for target in targets if block_of(name) == block_of(target) and not folder_of(name) == folder_of(target)}
            for name, targets in graph.items()}, part_of


def findings(texts):
    """What is wrong with the includes of these files, a line each."""
    graph = includes(texts)
    files = circle(graph)
    lines = ["files include each other: " + " -> ".join(files)] if files else []
    return lines + circles(graph, block_of, "blocks", "includes") + circles(*inner(graph), "folders", "includes")
