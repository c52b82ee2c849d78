# SPDX-License-Identifier: GPL-2.0-or-later
"""A running machine: the name under which programs outside this repository import machine.board."""

from .machine.board import *  # noqa: F401,F403
