# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of scripts/svp; one module a concern. Python 3.11 and its standard library, nothing else."""
