# SPDX-License-Identifier: GPL-2.0-or-later
"""Who imports whom among the modules of svplib: no circle of modules, none of packages, whether at the top of a file or in a function."""

import ast
import collections

from .include_graph import circle

ROOT = "svplib"


def module_name(path):
    """"svplib.base.cache" of scripts/svplib/base/cache.py; a package's __init__.py is the package."""
    return path.partition("/")[2].removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(texts):
    """Edges module -> imported modules of svplib. texts: {path from the repository's root, below scripts: content}."""
    names = {module_name(path) for path in texts}
    graph = {}
    for path, text in texts.items():
        name = module_name(path)
        package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
        wanted = (one for node in ast.walk(ast.parse(text, path)) for one in _wanted(node, package))
        graph[name] = {found for found in (_known(one, names) for one in wanted) if found and found != name}
    return graph


def _wanted(node, package):
    """Dotted names that one statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package.split(".")[:len(package.split(".")) + 1 - node.level] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def _known(name, names):
    """The module of svplib that a dotted name is, or is a member of; None for others."""
    while name and name not in names:
        name = name.rpartition(".")[0]
    return name if name != ROOT else None


def packages(graph):
    """The graph of packages: {package: {package it imports: one pair of modules that shows it}}."""
    result = collections.defaultdict(dict)
    for name, targets in sorted(graph.items()):
        for target in sorted(targets):
            here, there = (module.split(".")[1] for module in (name, target)) if name != ROOT else (ROOT, target.split(".")[1])
            if here != there:
                result[here].setdefault(there, (name, target))
    return result


def findings(texts):
    """What is wrong with the imports of these files, a line each."""
    graph = imports(texts)
    lines = []
    modules = circle(graph)
    if modules:
        lines.append("modules import each other: " + " -> ".join(modules))
    between = packages(graph)
    around = circle({package: set(targets) for package, targets in between.items()})
    for here, there in zip(around, around[1:]):
        lines.append(f"{here} and {there} are in a circle of packages: {between[here][there][0]} imports {between[here][there][1]}")
    return lines
