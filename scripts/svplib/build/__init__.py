# SPDX-License-Identifier: GPL-2.0-or-later
"""Fetches and builds: Debian's sources, our parts, programs of the host, cards and file systems."""
