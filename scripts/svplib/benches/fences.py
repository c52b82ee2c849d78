# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firewall costs where it denies, and what a change of its rules costs."""

from ..base.errors import GuestError
from ..machine import bare_guest
from ..testing.bench import Row, benchmark, best_rounds

ROUNDS = 3


def _measure(_):
    result = bare_guest.run(("cost",), timeout=120, cpus=1)
    if result.failed:
        raise GuestError("the bare-metal guest's own checks failed while it measured", result.trouble)
    return result.bench


@benchmark("fences", needs=("qemu",))
def fences():
    """One region change with its effect, one denied access against one of a device register."""
    best, = best_rounds((None,), _measure, ROUNDS)
    yield Row("one TZASC region change, until a core sees it", value=best["region_change"][0], unit="us", better="less")
    device = best["device_read"][0]
    for kind in ("read", "write"):
        yield Row(f"one denied {kind} / one read of a device register", value=best[f"denied_{kind}"][0], unit="ns", yardstick=device,
                  better="less")
        yield Row(f"one permitted {kind}", value=best[f"permitted_{kind}"][0], unit="ns", better="less")
