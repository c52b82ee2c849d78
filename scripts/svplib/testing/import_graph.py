# SPDX-License-Identifier: GPL-2.0-or-later
"""Who imports whom among the modules of svplib: no circle of modules, none of packages, whether at the top of a file or in a function."""

import ast

from .graphs import circle, circles

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


def package_of(module):
    """The package of a module: "base" of svplib.base.cache."""
    return module.split(".")[1] if module != ROOT else ROOT


def findings(texts):
    """What is wrong with the imports of these files, a line each."""
    graph = imports(texts)
    modules = circle(graph)
    lines = ["modules import each other: " + " -> ".join(modules)] if modules else []
    return lines + circles(graph, package_of, "packages", "imports")
