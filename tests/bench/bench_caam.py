# SPDX-License-Identifier: GPL-2.0-or-later
"""CAAM's speed: the model beside bare nettle in one process (caam_speed.cpp), which shows what the interpreter, the FIFOs and the bus
interface cost, and the whole way from Linux through OP-TEE into a heap beside nettle and beside the guest's own software.
"""

import re
import subprocess

from svplib.base.errors import SvpError
from svplib.build import native
from svplib.machine.board import Board
from svplib.testing.bench import Row, benchmark, rounds_of

PROGRAM = "tests/bench/caam_speed"
ROUNDS = 6
LINE = re.compile(r"^(\S+) ([0-9.]+) ([0-9.]+) (\S+)$", re.MULTILINE)
TITLES = {"ctr-16m": "AES-128-CTR, one job of 16 MiB", "cbc-16m": "AES-128-CBC decryption, one job of 16 MiB",
          "ctr-4k": "AES-128-CTR, jobs of 4 KiB", "cbc-4k": "AES-128-CBC decryption, jobs of 4 KiB"}
AIM, SMALL_AIM = 0.7, 0.5  # of large jobs, and of those of 4 KiB
#: Mode -> its name in Linux, whose software uses the A53's cryptographic instructions
SOFTWARE = {"ctr": "ctr(aes)", "cbc": "cbc(aes)"}
GUEST_MEBIBYTES, SOFTWARE_MEBIBYTES = 16, 8
GUEST_LINE = re.compile(r"^BENCH (\S+) ([0-9.]+) MiB/s$", re.MULTILINE)
GUEST_AIM = 8  # times the guest's software, which has the host's AES instructions through TCG


def _measure(program):
    """{(name, whose, unit): value} of one run."""
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    rows = LINE.findall(done.stdout)
    if done.returncode or {row[0] for row in rows} != set(TITLES):
        raise SvpError(f"{program}: exit status {done.returncode}", (done.stdout + done.stderr).splitlines()[-10:])
    return {(name, whose, unit): float(value) for name, ours, theirs, unit in rows for whose, value in (("model", ours), ("nettle", theirs))}


@benchmark("caam", needs=())
def caam():
    """CAAM model against nettle: large jobs by throughput, small ones by jobs in a second."""
    figures, = rounds_of((native.build(PROGRAM),), _measure, ROUNDS)
    for (name, whose, unit), values in figures.items():
        if whose == "model":
            yield Row(f"CAAM model / nettle: {TITLES[name]}", value=values, unit=unit, yardstick=figures[name, "nettle", unit],
                      aim=AIM if name.endswith("16m") else SMALL_AIM)


def _guest(board):
    """{name: MiB/s} of one round in the guest."""
    commands = [f"svp-decrypt --bench {GUEST_MEBIBYTES}", *(f"svp-crypto speed '{name}' {SOFTWARE_MEBIBYTES}" for name in SOFTWARE.values())]
    output = "\n".join(board.command(command, timeout=120, check=True).output for command in commands)
    return {name: float(value) for name, value in GUEST_LINE.findall(output)}


@benchmark("decrypt", needs=("qemu", "linux", "boot", "guest"))
def decrypt():
    """16 MiB from ordinary memory into the heap, by client, OP-TEE and CAAM, against nettle on the host and Linux's software in the guest."""
    host, = rounds_of((native.build(PROGRAM),), _measure, ROUNDS)
    with Board(name="bench-decrypt") as board:
        board.wait_shell()
        guest, = rounds_of((board,), _guest, ROUNDS)
    for mode, name in SOFTWARE.items():
        values = guest[f"decrypt-{mode}"]
        nettle = [value * 1e6 / (1 << 20) for value in host[f"{mode}-16m", "nettle", "MB/s"]]
        yield Row(f"decrypt into the heap / nettle on the host: {mode.upper()}", value=values, unit="MiB/s", yardstick=nettle)
        yield Row(f"decrypt into the heap / Linux's software in the guest: {mode.upper()}", value=values, unit="MiB/s", yardstick=guest[name], aim=GUEST_AIM)
