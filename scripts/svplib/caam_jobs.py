# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs for CAAM, as its rings take them: the name under which programs outside this repository import machine.caam_jobs."""

from .machine.caam_jobs import *  # noqa: F401,F403
