# SPDX-License-Identifier: GPL-2.0-or-later
"""How many campaign cases a minute start from a snapshot: 1000 of them, each with a fault, a guest command, two accesses and all kinds of checks.

The yardstick are the same cases, each from a fresh boot. No case may see a trace of another one: each writes its own value
where all look for zeros first.
"""

import json
import resource
import time

from ..base.errors import GuestError
from ..inject import campaign, runner
from ..testing.bench import Row, benchmark

CASES = 1000
FRESH_CASES = 6
AIM_A_MINUTE = 300
_CPUS_OF_AIM = 2
_CELL = 0xBFFF0040
_CELLS = 64
_SETTINGS = {"policy": "strict", "cpus": 1}


def _case(number, start):
    """A case that fails if it finds what another one wrote, or a fault or record of another one."""
    address = _CELL + 8 * (number % _CELLS)
    value = (number + 1).to_bytes(8, "little")
    return {"name": f"case {number}", **start,
            "faults": [{"kind": "corrupt", "mask": 0x80, "times": 0, "label": "bit",
                        "match": {"masters": ["gpu"], "first": "control", "last": "control.last"}}],
            "do": [{"port": {"operation": "read", "master": "dcss", "address": "control+0x40", "length": 8 * _CELLS},
                    "expect": {"data": {"hex": "00", "repeat": 8 * _CELLS}}},
                   {"guest": f"svp-probe poke {address:#x} 8 {number + 1}", "expect": {"output": "POKE .* ok"}},
                   {"port": {"operation": "read", "master": "gpu", "address": address, "length": 8},
                    "expect": {"data": bytes((value[0] ^ 0x80, *value[1:])).hex()}},
                   {"port": {"operation": "read", "master": "gpu", "address": "vault", "length": 8}, "expect": {"data": "0000000000000000"}}],
            "expect": {"violations": [{"master": "gpu", "fault": "bit", "count": 1},
                                      {"master": "gpu", "first": "vault", "injected": False, "count": 1}],
                       "memory": [{"address": address, "is": value.hex()}], "faults": [{"fault": "bit", "hits": 1, "matches": 1}]}}


def _cpu_seconds():
    """CPU time of this process and of all its children that have ended."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _run(start, number):
    """(cases a minute, seconds of CPU time a case); raises GuestError unless all pass."""
    text = {"name": "bench", "snapshots": {"plain": _SETTINGS}, "cases": [_case(index, start) for index in range(number)]}
    read = campaign.parse("bench", json.dumps(text))
    begin, used = time.monotonic(), _cpu_seconds()
    results = list(runner.Runner(read, read.cases, runner.available_cpus()).results())
    seconds, used = time.monotonic() - begin, _cpu_seconds() - used
    bad = [f"{row['name']}: {row['verdict']}: {row['message']}" for row in results if row["verdict"] != "passed"]
    if bad:
        raise GuestError(f"{len(bad)} of {number} cases have not passed", bad[:10])
    return 60 * number / seconds, used / number


@benchmark("inject", needs=("qemu", "linux", "boot", "guest"))
def inject():
    """Campaign cases a minute from a snapshot, all CPUs, against the same cases from fresh boots."""
    fresh, _ = _run({"boot": _SETTINGS}, FRESH_CASES)
    rate, used = _run({"snapshot": "plain"}, CASES)
    cpus = runner.available_cpus()
    yield Row(f"campaign cases from a snapshot, {CASES} of them, {cpus} CPUs", value=rate, unit="cases/min", aim=AIM_A_MINUTE * cpus / _CPUS_OF_AIM)
    yield Row("CPU time of a campaign case, whatever else the machine does", value=used, unit="s", better="less",
              aim=60 * _CPUS_OF_AIM / AIM_A_MINUTE)
    yield Row("campaign cases from a snapshot / from a fresh boot", value=rate, unit="cases/min", yardstick=fresh)
