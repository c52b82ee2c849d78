# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firewall costs where it denies, and what a change of its rules costs."""

from ..base.errors import GuestError
from ..machine import bare_guest
from ..testing.bench import Row, benchmark, rounds_of

ROUNDS = 6
AIM_CHANGE_US, AIM_DENIED_READ_NS = 300, 300


def _measure(_):
    result = bare_guest.run(("cost",), timeout=120, cpus=1)
    if result.failed:
        raise GuestError("the bare-metal guest's own checks failed while it measured", result.trouble)
    return {name: value for name, (value, _) in result.bench.items()}


@benchmark("fences", needs=("qemu",))
def fences():
    """One region change with its effect, one denied access against one of a device register."""
    figures, = rounds_of((None,), _measure, ROUNDS)
    yield Row("one TZASC region change, until a core sees it", value=figures["region_change"], unit="us", better="less", aim=AIM_CHANGE_US)
    yield Row("one denied read, with its record", value=figures["denied_read"], unit="ns", better="less", aim=AIM_DENIED_READ_NS)
    device = figures["device_read"]
    for kind in ("read", "write"):
        yield Row(f"one denied {kind} / one read of a device register", value=figures[f"denied_{kind}"], unit="ns", yardstick=device,
                  better="less")
        yield Row(f"one permitted {kind}", value=figures[f"permitted_{kind}"], unit="ns", better="less")
