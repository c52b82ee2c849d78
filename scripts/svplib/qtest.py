# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine whose devices are driven without a CPU: the name under which programs outside this repository import machine.qtest."""

from .machine.qtest import *  # noqa: F401,F403
