# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios of `svp run`, found by name in the folder scenarios/.

A scenario module offers DESCRIPTION (one line), APPEND (words for the kernel command line), FIRMWARE ("optee" or "none"; ANY_FIRMWARE: it may also be the other),
SHARE_RAM (for Board) and run(board, checks): it drives a started Board and adds a Check for everything it found out. What it
raises ends the run as failed. One with prepare(arguments, settings) gets its result as a third argument of run(); it may change what
the Board is given.
"""

import importlib
import pkgutil

from .. import scenarios
from ..base.errors import UsageError


def names():
    """Names of all scenarios."""
    return sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))


def load(name):
    """The scenario's module."""
    if name not in names():
        raise UsageError(f"--scenario: no scenario '{name}'; known: {', '.join(names())}")
    return importlib.import_module(f"{scenarios.__name__}.{name}")
