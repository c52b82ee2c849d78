# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot to init against QEMU's own imx8mp-evk: same emulator, kernel, device tree (mainline, unmodified), initramfs, 4 CPUs."""

import time

from ..build import products
from ..machine.board import Board
from ..testing.bench import Row, benchmark

ROUNDS = 5
AT_INIT = r"Run /init as init process"
AIM = 1.0


def _boot(machine):
    """(wall seconds, CPU seconds) from the start of QEMU until the kernel starts init."""
    begin = time.monotonic()
    with Board(machine=machine, firmware="none", dtb=products.locate("dtb-stock"), name=f"boot-{machine}") as board:
        board.console.expect(AT_INIT, timeout=120)
        return time.monotonic() - begin, board.cpu_seconds()


@benchmark("boot", needs=("qemu", "linux", "guest"))
def boot():
    """Boot to init, direct kernel boot: this board against QEMU's imx8mp-evk."""
    best = {}
    for turn in range(ROUNDS):
        machines = ("imx8mq-evk", "imx8mp-evk")
        for machine in machines if turn % 2 == 0 else machines[::-1]:
            figures = _boot(machine)
            best[machine] = tuple(map(min, best.get(machine, figures), figures))
    for index, name in enumerate(("wall time", "CPU time")):
        yield Row(f"boot to init, imx8mq-evk / imx8mp-evk: {name}", value=best["imx8mq-evk"][index], unit="s",
                  yardstick=best["imx8mp-evk"][index], better="less", aim=AIM)
