# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: one module a command of svp, but for those that have a package of their own."""
