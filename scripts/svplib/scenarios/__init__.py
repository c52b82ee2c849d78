# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios of `svp run`: one module a scenario, found by its name. See scenario.py for what a module offers."""
