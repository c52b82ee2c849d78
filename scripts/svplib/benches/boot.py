# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot to init against QEMU's own imx8mp-evk: same emulator, kernel, device tree (mainline, unmodified), initramfs, 4 CPUs."""

import time

from ..build import products
from ..machine.board import Board
from ..testing.bench import Row, benchmark, rounds_of

ROUNDS = 6
AT_INIT = r"Run /init as init process"
AIM = 1.0


def _boot(machine):
    """Wall and CPU seconds from the start of QEMU until the kernel starts init."""
    begin = time.monotonic()
    with Board(machine=machine, firmware="none", dtb=products.locate("dtb-stock"), name=f"boot-{machine}") as board:
        board.console.expect(AT_INIT, timeout=120)
        return {"wall time": time.monotonic() - begin, "CPU time": board.cpu_seconds()}


@benchmark("boot", needs=("qemu", "linux", "guest"))
def boot():
    """Boot to init, direct kernel boot: this board against QEMU's imx8mp-evk."""
    ours, theirs = rounds_of(("imx8mq-evk", "imx8mp-evk"), _boot, ROUNDS)
    for name, seconds in ours.items():
        yield Row(f"boot to init, imx8mq-evk / imx8mp-evk: {name}", value=seconds, unit="s", yardstick=theirs[name], better="less", aim=AIM)
