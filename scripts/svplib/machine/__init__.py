# SPDX-License-Identifier: GPL-2.0-or-later
"""A running board: process, console, QMP, what is typed and read, and what its memories and masters are asked."""
