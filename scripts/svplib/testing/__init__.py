# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tests and measurements and collects their results; style of the sources."""
