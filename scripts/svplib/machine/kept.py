# SPDX-License-Identifier: GPL-2.0-or-later
"""A booted board, kept in the cache: the DRAM in one file, the state of all else in another.

`svp run --resume` and `svp decode --where guest` begin there, in seconds. The state names nothing outside of it but the cards, which are part
of the folder's name.
"""

import contextlib
import os
import time

from ..base import cache
from ..base.errors import SvpError
from ..build import products
from .board import Board

RAM, STATE = "ram", "state"
#: What a board is made of
_PRODUCTS = ("qemu", "kernel", "dtb", "initrd", "flash")
WAITING = ("-incoming", "defer", "-S")
_CAPABILITIES = [{"capability": "x-ignore-shared", "state": True}]
_BOOT_SECONDS, _SAVE_SECONDS = 180, 120
_KEPT = 4
_STEP = 32 << 20


def folder(settings, cards, commands):
    """Where such a board is kept; it is booted and runs `commands` if it is not yet. `settings`: of Board. `cards`: what tells its cards from others,
    in place of their paths. Raises SvpError."""
    shown = {**settings, "display": "none"}
    made_of = [(path, path.stat().st_mtime_ns) for path in map(products.locate, _PRODUCTS)]
    identity = (made_of, sorted((name, value) for name, value in shown.items() if name != "sd"), cards, commands)
    return cache.made("board", cache.digest(*map(str, identity)), lambda partial: _make(partial, shown, commands), _KEPT)


def _make(target, settings, commands):
    with Board(name="kept", share_ram=True, **settings) as board:
        board.wait_shell(timeout=_BOOT_SECONDS)
        board.command(commands, timeout=_BOOT_SECONDS, check=True)
        qmp = board.qmp
        qmp.command("stop")
        qmp.command("svp-clear-violations", counters=True)
        qmp.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
        qmp.command("migrate-set-parameters", **{"max-bandwidth": 0, "downtime-limit": 60000})
        qmp.command("migrate", uri=f"file:{target / STATE}")
        _wait(lambda: qmp.command("query-migrate").get("status") in ("completed", "failed"), "the board cannot be kept")
        if qmp.command("query-migrate")["status"] != "completed":
            raise SvpError(f"the board cannot be kept: {qmp.command('query-migrate').get('error-desc', 'QEMU gives no reason')}")
        with open(target / RAM, "wb") as file:
            copy(board.dram.descriptor, file.fileno())


@contextlib.contextmanager
def going_on(settings, kept, **changes):
    """A board that goes on from what is kept, with its shell idle; `settings` as for folder(), `changes` on top. What it writes into its DRAM stays its
    own, and leaves the files as they are."""
    with open(kept / RAM, "rb") as ram:
        with Board(kernel=None, dtb=None, initrd=None, ram_image=ram.fileno(), **{**settings, **changes, "policy": "open"},
                   extra=(*settings.get("extra", ()), *WAITING)) as board:
            load(board, kept)
            board.wait_shell(ready=None)
            yield board


def load(board, kept):
    """Give a board that was started with WAITING, and without kernel, what is kept; it runs then. Its DRAM is shared, and becomes a copy, or begins
    as what is kept. Raises SvpError."""
    if board.settings.share_ram:
        with open(kept / RAM, "rb") as file:
            copy(file.fileno(), board.dram.descriptor)
    qmp = board.qmp
    qmp.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
    qmp.command("migrate-incoming", uri=f"file:{kept / STATE}")
    _wait(lambda: qmp.command("query-status")["status"] != "inmigrate", f"the board in {kept} cannot go on")
    qmp.command("cont")


def copy(source, target):
    """The parts of a file that were ever written, to another one of the same size."""
    size, at = os.fstat(source).st_size, 0
    os.ftruncate(target, size)
    while at < size:
        try:
            at = os.lseek(source, at, os.SEEK_DATA)
        except OSError:
            return  # nothing but a hole is left
        end = os.lseek(source, at, os.SEEK_HOLE)
        while at < end:
            at += os.pwrite(target, os.pread(source, min(_STEP, end - at), at), at)


def _wait(condition, what):
    deadline = time.monotonic() + _SAVE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SvpError(f"{what}: not in {_SAVE_SECONDS} s")
        time.sleep(0.005)
