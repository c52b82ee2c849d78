# SPDX-License-Identifier: GPL-2.0-or-later
"""The bare-metal guest of tests/boot/bare: built on demand, run with a choice of its groups, its lines read.

    result = bare_guest.run(("alias",), memory="1G")
    result.failed, len(result.checks), result.bench["denied_read"]
"""

import contextlib
import re
import struct

from ..base import cache
from ..base.checks import CheckList
from ..base.errors import GuestError, SvpError
from ..base.progress import log_path, run_logged
from ..build import parts
from .board import Board

SOURCES = "tests/boot/bare"
#: Names in the order of their bits in the selection word
GROUPS = ("matrix", "fetch", "action", "permission", "alias", "race", "cost", "without-fence", "hammer", "privilege")
_SELECTION_OFFSET = 8
_ALL_GROUPS = 0xFFFFFFFF
_KEPT = 3
_DONE = re.compile(r"^DONE (\d+) checks (\d+) failed$", re.MULTILINE)
_BENCH = re.compile(r"^BENCH (\S+) ([0-9.]+) (\S+)$", re.MULTILINE)
_TROUBLE = re.compile(r"^(?:STRAY|MISMATCH) .*$|^CHECK .* FAIL$", re.MULTILINE)


class Result:
    """What a run printed: `checks` (all of them), `bench` ({name: (value, unit)}), `text` (everything), `trouble` (lines that
    tell of something wrong)."""

    def __init__(self, text):
        listing = CheckList()
        listing.add_guest_lines(text)
        self.text = text
        self.checks = listing.checks
        self.bench = {name: (float(value), unit) for name, value, unit in _BENCH.findall(text)}
        self.trouble = _TROUBLE.findall(text)

    @property
    def failed(self):
        """Names of the checks that do not hold."""
        return [check.name for check in self.checks if not check.ok]


def image():
    """Path of the built image; builds it when its sources or the compiler have changed."""
    key = cache.digest(cache.content_hash(parts.REPOSITORY, SOURCES), parts.compiler(parts.CROSS_COMPILE + "gcc"))

    def make(out):
        run_logged("build bare-metal guest", ["make", "-B", "-C", str(parts.REPOSITORY / SOURCES), f"OUT={out}",
                                              f"CROSS_COMPILE={parts.CROSS_COMPILE}"], log_path("bare"))
    return cache.made("bare", key, make, _KEPT) / "bare.bin"


def _flash(groups, path):
    """Write the image for -bios with the word that selects groups."""
    data = bytearray(image().read_bytes())
    if struct.unpack_from("<I", data, _SELECTION_OFFSET)[0] != _ALL_GROUPS:
        raise SvpError(f"{SOURCES}: the image has no selection word at byte {_SELECTION_OFFSET}")
    struct.pack_into("<I", data, _SELECTION_OFFSET, sum(1 << GROUPS.index(group) for group in groups))
    path.write_bytes(data)


@contextlib.contextmanager
def running(groups, *, memory="3G", **board_arguments):
    """A board on which groups of tests run, for those who look at it meanwhile; call ended() before leaving."""
    name = f"bare-{'-'.join(groups)}-{memory}"
    board = Board(flash="", kernel=None, dtb=None, initrd=None, memory=memory, name=name, **board_arguments)
    board.log_dir.mkdir(parents=True, exist_ok=True)
    flash = board.log_dir / f"{name}-{id(board):x}.bin"
    _flash(groups, flash)
    board.arguments[board.arguments.index("-bios") + 1] = str(flash)
    try:
        with board:
            yield board
    finally:
        flash.unlink()


def run(groups, *, timeout=60.0, **arguments):
    """Run groups of tests on a board of its own until it switches itself off; returns the Result.

    `timeout`: seconds (scaled). Further arguments are those of running() and Board. Failed checks are for the caller to judge.
    """
    with running(groups, **arguments) as board:
        return ended(board, timeout)


def ended(board, timeout=60.0):
    """Result of a board that switches itself off within `timeout` seconds (scaled). Raises GuestError when the guest does not come to
    its end, or does not count as many checks as it printed."""
    name = board.name
    board.wait_exit(timeout=timeout)
    text = board.console.text
    tail = board.console.tail()
    result = Result(text)
    done = _DONE.search(text)
    if trouble := board.host_trouble():
        raise trouble
    if not done:
        raise GuestError(f"{name}: the machine ended without the guest's last line", tail)
    printed = (str(len(result.checks)), str(len(result.failed)))
    if done.groups() != printed:
        raise GuestError(f"{name}: the guest counted {' and '.join(done.groups())} checks and failures, printed {' and '.join(printed)}", tail)
    return result
