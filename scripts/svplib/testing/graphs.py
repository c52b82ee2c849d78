# SPDX-License-Identifier: GPL-2.0-or-later
"""Graphs of what knows what: circles among files, and among the parts that they belong to."""

import collections


def circle(graph):
    """A list of nodes that lead in a circle, the first one repeated at the end; empty if there is none. graph: {node: nodes that it knows}."""
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


def between(graph, part_of):
    """The graph of the parts that nodes belong to: {part: {part it knows: a pair of nodes that shows it}}. part_of(node): None to leave a node out."""
    result = collections.defaultdict(dict)
    for node, targets in sorted(graph.items()):
        for target in sorted(targets):
            here, there = part_of(node), part_of(target)
            if here and there and here != there:
                result[here].setdefault(there, (node, target))
    return {part: result.get(part, {}) for part in {part_of(node) for node in graph} - {None}}


def circles(graph, part_of, what, verb):
    """A line for each step of a circle among parts; none if there is no circle. `what` parts are, and how a node knows another: "folders", "includes"."""
    steps = between(graph, part_of)
    around = circle({part: set(targets) for part, targets in steps.items()})
    return [f"{here} and {there} are in a circle of {what}: {steps[here][there][0]} {verb} {steps[here][there][1]}"
            for here, there in zip(around, around[1:])]
