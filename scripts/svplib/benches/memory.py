# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firewall costs the guest where it permits: the same program on boards that run at the same time.

One board boots through OP-TEE (firewall enforcing), two boot directly (firewall off): the second of these shows how far two equal
boards differ by the host's noise and by where their memory happens to lie, and so what of the first one's ratio says nothing. Boards take
turns, and are started anew several times; a session's figure is the median of its rounds.
"""

import contextlib
import re
import statistics

from ..base.errors import GuestError
from ..machine.board import Board
from ..testing.bench import TIME_UNITS, Row, benchmark, difference_of_equals, rounds_of

SESSIONS = 6
ROUNDS = 4
LINE = re.compile(r"^BENCH (\S+) ([0-9.]+) (\S+)\s*$", re.MULTILINE)
AIM = 0.99
BOARDS = (("firewall-on", "optee"), ("firewall-off", "none"), ("firewall-off-again", "none"))


def _measure(board):
    """{(name, unit): value} that one call of membench prints."""
    result = board.command("membench", timeout=180, check=True)
    found = {(name, unit): float(value) for name, value, unit in LINE.findall(result.output)}
    if not found:
        raise GuestError(f"{board.name}: membench printed no BENCH line", result.output.splitlines()[-10:])
    return found


def _session(turn, samples):
    """Start all boards, let each measure in turn, add a median to samples[board][figure]."""
    with contextlib.ExitStack() as stack:
        names = BOARDS[turn % len(BOARDS):] + BOARDS[:turn % len(BOARDS)]
        boards = [stack.enter_context(Board(cpus=1, firmware=firmware, name=name)) for name, firmware in names]
        for board in boards:
            board.wait_shell(timeout=180)
        for board, figures in zip(boards, rounds_of(boards, _measure, ROUNDS), strict=True):
            for figure, values in figures.items():
                samples[board.name].setdefault(figure, []).append(statistics.median(values))


@benchmark("memory", needs=("qemu", "linux", "boot", "guest"))
def memory():
    """Guest memory speed: firewall enforcing (OP-TEE boot) against firewall off (direct boot)."""
    samples = {name: {} for name, _ in BOARDS}
    for turn in range(SESSIONS):
        _session(turn, samples)
    on, off, again = (samples[name] for name, _ in BOARDS)
    for (name, unit), values in again.items():
        better = "less" if unit in TIME_UNITS else "more"
        yield Row(f"guest memory, firewall enforcing / off: {name}", value=on[name, unit], unit=unit, yardstick=off[name, unit], better=better, aim=AIM,
                  noise=difference_of_equals(values, off[name, unit]))
        yield Row(f"guest memory, firewall off / off (noise): {name}", value=values, unit=unit, yardstick=off[name, unit], better=better)
