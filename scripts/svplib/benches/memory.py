# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firewall costs the guest where it permits: the same program on two boards that run at the same time."""

import re

from ..bench import Row, benchmark
from ..board import Board
from ..errors import SvpError

ROUNDS = 5
LINE = re.compile(r"^BENCH (\S+) ([0-9.]+) (\S+)\s*$", re.MULTILINE)
LESS_IS_BETTER = {"ns", "ns/access", "us", "ms", "s"}
AIM = 0.99


def _measure(board):
    """{name: (value, unit)} that one call of membench prints."""
    result = board.command("membench", timeout=180, check=True)
    found = {name: (float(value), unit) for name, value, unit in LINE.findall(result.output)}
    if not found:
        raise SvpError(f"{board.name}: membench printed no BENCH line", result.output.splitlines()[-10:])
    return found


def best_rounds(boards, measure, rounds):
    """Best value of each figure on each board; boards take turns, so that noise of the host hits all alike."""
    best = [{} for _ in boards]
    for turn in range(rounds):
        for index in range(len(boards)) if turn % 2 == 0 else reversed(range(len(boards))):
            for name, (value, unit) in measure(boards[index]).items():
                choose = min if unit in LESS_IS_BETTER else max
                known = best[index].get(name, (value, unit))[0]
                best[index][name] = (choose(known, value), unit)
    return best


@benchmark("memory", needs=("qemu", "linux", "boot", "guest"))
def memory():
    """Guest memory speed: firewall enforcing (OP-TEE boot) against firewall off (direct boot)."""
    with (Board(cpus=1, firmware="optee", name="firewall-on") as enforcing,
          Board(cpus=1, firmware="none", name="firewall-off") as off):
        for board in (enforcing, off):
            board.wait_shell(timeout=180)
        ours, yardstick = best_rounds((enforcing, off), _measure, ROUNDS)
    for name, (value, unit) in ours.items():
        if name not in yardstick:
            raise SvpError(f"membench printed {name} on one board only")
        yield Row(f"guest memory, firewall enforcing / off: {name}", value=value, unit=unit, yardstick=yardstick[name][0],
                  better="less" if unit in LESS_IS_BETTER else "more", aim=AIM)
