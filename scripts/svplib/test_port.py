# SPDX-License-Identifier: GPL-2.0-or-later
"""Accesses of any master, by the board's test port: the name under which programs outside this repository import machine.test_port."""

from .machine.test_port import *  # noqa: F401,F403
