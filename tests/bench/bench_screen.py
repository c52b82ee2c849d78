# SPDX-License-Identifier: GPL-2.0-or-later
"""What the display costs a board that does nothing else: 1920x1080 at 60 Hz, two scaled videos below a plane with alpha; and when its frames come."""

import contextlib
import socket
import struct
import tempfile
import threading
import time
from pathlib import Path

from svplib.machine.board import Board
from svplib.machine.test_port import write_cells, write_command
from svplib.testing.bench import Row, benchmark

SLEEP = bytes.fromhex("7f2003d5ffffff17")  # wfi; b .-4
DCSS, ANATOP = 0x32E00000, 0x30360000
WIDTH, HEIGHT = 1920, 1080
PICTURES = 0x42000000  # two of each plane, so far apart
STEP = 16 << 20
TAPS = (8, 60, 236, 416, 236, 60, 8)
SECONDS = 5
FRAMES, FRAME_MS = 120, 1000 / 60
ASKED = 1000 / 30  # a second: GUI_REFRESH_INTERVAL_DEFAULT, and VNC's shortest
AIM_SHOWN, AIM_HIDDEN, AIM_LATE = 25, 1, FRAME_MS / 4
#: (source, target): the upper plane, then the videos
PLANES = (((WIDTH, HEIGHT), (0, 0, WIDTH, HEIGHT)), ((640, 360), (1200, 600, 600, 400)), ((1280, 720), (0, 0, WIDTH, HEIGHT)))
#: BT.709 with limited range, as display drivers have it
MATRIX = (9539, 0, 14688, 9539, 0xFFFF & -1747, 0xFFFF & -4367, 9539, 17307, 0, 0x3C0, 0x200, 0x200, 0, 0x240, 0x240, 876, 448, 448, 13, 0, 0, 0, 0, 0, 0, 1023,
          1023, 1023)


def _filter(at, start, coefficients, source, target):
    phase = (TAPS[0] << 16 | TAPS[1] << 4 | TAPS[2] >> 8, (TAPS[2] & 0xFF) << 20 | TAPS[3] << 8 | TAPS[4] >> 4, (TAPS[4] & 0xF) << 24 | TAPS[5] << 12 | TAPS[6])
    phase = (1024 << 8 if word == 1 else 0 for word in range(3)) if source == target else phase
    yield at + start + 4, ((source << 13) + target // 2) // target
    for word, value in enumerate(phase):
        for number in range(16):
            yield at + coefficients + 0x40 * word + 4 * number, value


def _fetch(plane, number):
    """Registers that show one of a plane's two pictures."""
    width, height = PLANES[plane][0]
    base = PICTURES + (2 * plane + number) * STEP
    return ((DCSS + 0x180C0 + 0x1000 * plane, base), (DCSS + 0x18110 + 0x1000 * plane, base + width * height))


def _plane(plane):
    (width, height), (x, y, across, down) = PLANES[plane]
    video, fetch, at = plane > 0, DCSS + 0x18000 + 0x1000 * plane, DCSS + 0x1C000 + 0x400 * plane
    half = 2 if video else 1
    yield from ((fetch + 0x50, 0xC1 if video else 0xE4203), (fetch + 0x70, width * (1 if video else 4) << 16), (fetch + 0xA0, width), (fetch + 0xB0, height),
                (fetch + 0xF0, width), (fetch + 0x100, height // 2), (at + 0x08, int(video)), (at + 0x10, 0 if video else 2), (at + 0x14, 2),
                (at + 0x18, height - 1 << 16 | width - 1), (at + 0x1C, height // half - 1 << 16 | width // half - 1),
                (at + 0x20, down - 1 << 16 | across - 1), (at + 0x24, down - 1 << 16 | across - 1))
    yield from _fetch(plane, 0)
    for start, coefficients, source, target in ((0x48, 0x80, height, down), (0x50, 0x140, width, across), (0x58, 0x200, height // half, down),
                                                (0x60, 0x300, width // half, across)):
        yield from _filter(at, start, coefficients, source, target)
    if video:
        yield from ((DCSS + 0x3004 + 0x4000 * plane + 4 * i, value) for i, value in enumerate(MATRIX))
        yield DCSS + 0x3000 + 0x4000 * plane, 3
    yield from ((DCSS + 0x20010 + 8 * plane, y << 16 | x), (DCSS + 0x20014 + 8 * plane, y + down << 16 | x + across), (fetch, 5), (at, 0x11))


def _start(board):
    """148.5 MHz, 2200 x 1125: 25 MHz * 2 * 33 * 27 / 25 / 12."""
    registers = [(ANATOP + 0x5C, 24 << 19 | 32 << 13 | 26 << 7 | 11 << 1), (ANATOP + 0x54, 1 << 9), (DCSS + 0x20004, 1124 << 16 | 2199), (DCSS + 0x20008, 0),
                 (DCSS + 0x2000C, HEIGHT << 16 | WIDTH), *(pair for plane in range(3) for pair in _plane(plane)), (DCSS + 0x1B000, 1),
                 (DCSS + 0x20000, 1 << 8 | 1 << 10 | 7)]
    board.qmp.commands([write_command(address, value) for address, value in registers])


def _threads(board):
    return {task.name for task in Path(f"/proc/{board.pid}/task").iterdir()}


def _seconds_of_cpu(board, without=()):
    """Of QEMU's threads but some."""
    tasks = Path(f"/proc/{board.pid}/task")
    return sum(int((tasks / name / "schedstat").read_text().split()[0]) for name in _threads(board) - set(without)) / 1e9


def _share(board, change=lambda number: None):
    """Percent of one core; `change` is called once a frame."""
    used, begin, number = _seconds_of_cpu(board), time.monotonic(), 0
    while (past := time.monotonic() - begin) < SECONDS:
        change(number)
        number += 1
        time.sleep(max(0, begin + number * FRAME_MS / 1000 - time.monotonic()))
    return 100 * (_seconds_of_cpu(board) - used) / past


def _flip(board):
    """Each frame has other pictures in both videos."""
    def change(number):
        board.qmp.commands([write_command(*pair) for plane in (1, 2) for pair in _fetch(plane, number % 2)])
    return change


class _Viewer(threading.Thread):
    """A client of QEMU's VNC that asks for all that changes and throws it away."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(path))
        self.connection.sendall(b"RFB 003.008\n\x01\x01" + struct.pack(">BxHi", 2, 1, 0))
        self.connection.settimeout(FRAME_MS / 1000)
        self.over = False

    def run(self):
        while not self.over:
            self.connection.sendall(struct.pack(">BBHHHH", 3, 1, 0, 0, WIDTH, HEIGHT))
            with contextlib.suppress(TimeoutError):
                self.connection.recv(16 << 20)

    def close(self):
        self.over = True
        self.join()
        self.connection.close()


def _counter(board, name):
    return board.qmp.command("query-svp-counters", device="dcss")[0]["counters"][name]


def _lateness(board):
    """Milliseconds by which the latest of many frames came later than the earliest one, each against an even pace; asked for over and over."""
    seen, late = _counter(board, "frames"), []
    begin = None
    while len(late) < FRAMES:
        now, frames = time.monotonic() * 1000, _counter(board, "frames")
        if frames != seen:
            begin = begin or (now, frames)
            late.append(now - begin[0] - (frames - begin[1]) * FRAME_MS)
            seen = frames
    return max(late) - min(late)


@benchmark("dcss-screen", needs=("qemu",))
def dcss_screen():
    """CPU time of a board whose screen nobody, or somebody, looks at, and how evenly frames come."""
    with tempfile.TemporaryDirectory() as folder:
        flash, viewer = Path(folder) / "flash", Path(folder) / "viewer"
        flash.write_bytes(SLEEP)
        with Board(flash=flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=1, name="screen", extra=("-vnc", f"unix:{viewer}")) as board:
            idle = _share(board)
            _start(board)
            yield Row("CPU of a core: nobody looks, above a board without a screen", value=max(0, _share(board) - idle), unit="%", better="less", aim=AIM_HIDDEN)
            yield Row("frames: the latest against the earliest, each by its time", value=_lateness(board), unit="ms", better="less", aim=AIM_LATE)
            for plane in (1, 2):
                write_cells(board.qmp, PICTURES + (2 * plane + 1) * STEP, b"\x99", PLANES[plane][0][0] * PLANES[plane][0][1])
            threads = _threads(board)
            with contextlib.closing(_Viewer(viewer)) as looks:
                looks.start()
                for change, title in ((lambda number: None, "nothing changes"), (_flip(board), "both videos change each frame")):
                    used, lines, begin = _seconds_of_cpu(board, threads), _counter(board, "composed-lines"), time.monotonic()
                    _share(board, change)
                    used, past = _seconds_of_cpu(board, threads) - used, time.monotonic() - begin
                    pictures = (_counter(board, "composed-lines") - lines) / HEIGHT
                    yield Row(f"composition, CPU of a core: a viewer, and {title}", value=100 * used / past, unit="%", better="less", aim=AIM_SHOWN)
                yield Row("pictures that the viewer gets, of 1920x1080 with two scaled videos", value=pictures / past, unit="1/s", better="more")
                each = used / max(pictures, 1)
                yield Row("composition of one of them, with its share of looks in vain", value=1000 * each, unit="ms", better="less")
                yield Row("CPU of a core at the rate that QEMU's screens ask for by default", value=100 * each * ASKED, unit="%", better="less", aim=AIM_SHOWN)
