# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that a Python module uses and nothing in it defines: an import that got lost shows where it is used, which may be late."""

import ast
import builtins
import symtable

GIVEN = set(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__", "__spec__"}


def _tables(table):
    """A symbol table and all below it."""
    yield table
    for child in table.get_children():
        yield from _tables(child)


def findings(path, text):
    """A line for each name and scope, in the order of the scopes. Modules that import everything of another are left out."""
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(ast.parse(text, path))):
        return []
    top = symtable.symtable(text, path, "exec")
    defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}
    defined |= {symbol.get_name() for table in _tables(top) for symbol in table.get_symbols() if symbol.is_declared_global() and symbol.is_assigned()}
    return [f"{path}:{table.get_lineno()}: nothing defines {symbol.get_name()}" for table in _tables(top) for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table is top) and symbol.get_name() not in defined | GIVEN]
