# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp watch [SOCKET]`: what a running board does, in a terminal, or as lines of JSON."""

import json
import shutil
import sys
import time

from ..base.errors import UsageError
from ..machine.qmp import QmpClosed
from . import places
from .sample import Watcher
from .screen import ENTER, LEAVE, View, picture

_SHORTEST = 0.05


def add_arguments(parser):
    """Options of `svp watch`."""
    parser.add_argument("socket", nargs="?", metavar="SOCKET", help="of a QEMU with -qmp unix:SOCKET,server=on,wait=off (default: the board that 'svp run' started last)")
    parser.add_argument("--json", action="store_true", help="a line with an object for each look, for programs (scripts/svplib/watch/sample.py says what is in it)")
    parser.add_argument("--interval", type=float, default=1.0, metavar="SECONDS", help="between two looks (default 1)")
    parser.add_argument("--count", type=int, default=0, metavar="N", help="look so many times (default: until the board ends, or Ctrl-C)")


def main(arguments):
    """Do it; returns the exit status: 0 as long as there was a board to look at."""
    if not _SHORTEST <= arguments.interval <= 3600:
        raise UsageError(f"--interval: {arguments.interval:g} is out of range, {_SHORTEST:g} to 3600 s")
    if arguments.count < 0:
        raise UsageError(f"--count: {arguments.count} is below 0")
    connection, path = places.connect(arguments.socket)
    qmp = places.monitor(connection)
    watcher = Watcher(qmp, connection)
    terminal = sys.stdout.isatty() and not arguments.json
    show = _json if arguments.json else _shower(View(path.stem, terminal), terminal)
    if terminal:
        sys.stdout.write(ENTER)
    try:
        _follow(watcher, show, arguments)
    except (QmpClosed, KeyboardInterrupt):
        pass  # the board's end, or the user's wish
    finally:
        if terminal:
            sys.stdout.write(LEAVE)
            sys.stdout.flush()
        qmp.close()
    return 0


def _follow(watcher, show, arguments):
    looks, due = 0, time.monotonic()
    while True:
        show(watcher.take())
        looks += 1
        if looks == arguments.count:
            return
        due = max(due + arguments.interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def _json(sample):
    print(json.dumps(sample), flush=True)


def _shower(view, terminal):
    """Shows samples on the terminal, or below each other where there is none."""
    def show(sample):
        width, height = shutil.get_terminal_size((120, 60))
        lines = view.lines(sample, width, height - 1)
        sys.stdout.write(picture(lines) if terminal else "\n".join(lines) + "\n\n")
        sys.stdout.flush()
    return show
