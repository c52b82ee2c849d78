# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a protected film against that of a clear one: pictures a second, and on whose account the host's CPU time goes.

Both films have the same pictures, and both go by the same decoder into the same heap (under `strict` there is nowhere else to go): what differs
is the decryption. They take turns on one board. CPU time is that of QEMU's threads: those that emulate the CPUs (Linux, OP-TEE, player),
the decoder's, CAAM's, and the rest, in which the display is.
"""

import re
import shutil
import tempfile
from pathlib import Path

from ..base.errors import GuestError
from ..build import cards
from ..film import blob, command, leaks, protect
from ..film.demo import encode
from ..machine.board import Board
from ..testing.bench import Row, benchmark

SIZES = ((1280, 720), (1920, 1080))
FRAMES, TURNS = 48, 6
AIM, REAL_TIME = 0.8, 24
SECONDS = 600
_SOURCE = "testsrc2=size={}x{}:rate=24,noise=alls=4:allf=t"
_KEY = bytes(range(16))
_PLAYED = re.compile(r"^PLAYED .* shown=(\d+) .* errors=0 .* decrypt-ms=(\d+) ms=(\d+) ", re.MULTILINE)
_MOUNT = "svp-video && svp-screen imx8mq-dcss-svp && mkdir -p /film && until mount -t ext4 -o ro /dev/mmcblk1 /film 2> /dev/null; do usleep 100000; done"
_CPU, _WORKER, _OTHER = "cpu", "worker", "other"
_WAYS = {"clear": "--picture-heap video", "protected": "--secure"}


def _films(folder):
    """A card in `folder` with both kinds of film for each size."""
    secret = protect.Secret(_KEY, bytes(16), blob.wrap(_KEY)[0])
    tree = folder / "tree"
    tree.mkdir()
    for width, height in SIZES:
        clear = encode(_SOURCE.format(width, height), FRAMES, folder / "clear.mp4")
        shutil.copyfile(clear, tree / f"clear-{height}.mp4")
        command.pack(clear, tree / f"protected-{height}.mp4", "cenc", secret)
    cards.make(folder / "card.img", tree, cards.size_for(sum(path.stat().st_size for path in tree.iterdir())))
    return folder / "card.img"


def _threads(board):
    """{(number, kind): seconds of CPU time} of QEMU's threads. The names of our cores' threads are too long for the kernel: they have that of the thread
    that made them, which is an emulated CPU's, and higher numbers than that."""
    used, names = {}, set()
    for task in sorted(Path(f"/proc/{board.pid}/task").iterdir(), key=lambda path: int(path.name)):
        name = task.joinpath("comm").read_text().strip()
        kind = _OTHER if not name.startswith("CPU ") else _WORKER if name in names else _CPU
        names.add(name)
        used[task.name, kind] = int(task.joinpath("schedstat").read_text().split()[0]) / 1e9
    return used


def _play(board, options, name):
    """(pictures a second, milliseconds in OP-TEE a picture, {thread: milliseconds a picture})."""
    before = _threads(board)
    output = board.command(f"svp-play --fast --quiet {options} /film/{name}.mp4", timeout=SECONDS).output
    after, played = _threads(board), _PLAYED.search(output)
    if not played or int(played[1]) != FRAMES:
        raise GuestError(f"{name} was not played to its end", output.splitlines()[-5:])
    return (1000 * FRAMES / int(played[3]), int(played[2]) / FRAMES,
            {thread: 1000 * (seconds - before.get(thread, 0)) / FRAMES for thread, seconds in after.items()})


def _split(clear, protected):
    """{whose: milliseconds of CPU time a picture} of the protected film. The decoder's thread is the one that was busy with the clear film."""
    decoder = max((thread for thread in clear if thread[1] == _WORKER), key=clear.get, default=None)
    split = dict.fromkeys(("CPUs of the guest", "decoder", "CAAM", "display and the rest"), 0.0)
    for thread, used in protected.items():
        worker = "decoder" if thread == decoder else "CAAM"
        split[{_CPU: "CPUs of the guest", _WORKER: worker, _OTHER: "display and the rest"}[thread[1]]] += used
    return split


@benchmark("film", needs=("qemu", "linux", "boot", "guest"))
def film():
    """A protected film against a clear one, pictures a second and CPU time, 1280x720 and 1920x1080; and what the leak oracle costs it."""
    with tempfile.TemporaryDirectory(prefix="svp-bench-film-") as folder:
        card = _films(Path(folder))
        speeds = {}
        with _board(card, extra=("-name", "debug-threads=on")) as board:
            _prepare(board)
            for width, height in SIZES:
                yield from _rows(board, f"{width}x{height}", height, speeds)
        with _board(card, machine_options=leaks.OPTION) as board:
            _prepare(board)
            for width, height in SIZES:
                speed = [_play(board, _WAYS["protected"], f"protected-{height}")[0] for _ in range(TURNS)]
                yield Row(f"film {width}x{height}, protected, leak oracle on / off", value=speed, unit="frames/s", yardstick=speeds[height])


def _board(card, **settings):
    return Board(policy="strict", sd=[card], name="bench-film", **settings)


def _prepare(board):
    board.wait_shell(timeout=SECONDS)
    board.command(_MOUNT, timeout=SECONDS, check=True)


def _rows(board, size, height, protected):
    """`protected` gets the speeds of the protected film under its height."""
    speeds, calls, splits = {way: [] for way in _WAYS}, [], []
    for _ in range(TURNS):
        threads = {}
        for way, options in _WAYS.items():
            speed, call, threads[way] = _play(board, options, f"{way}-{height}")
            speeds[way].append(speed)
        calls.append(call)
        splits.append(_split(threads["clear"], threads["protected"]))
    protected[height] = speeds["protected"]
    yield Row(f"film {size}, protected / clear", value=speeds["protected"], unit="frames/s", yardstick=speeds["clear"], aim=AIM)
    yield Row(f"film {size}, protected, in real time", value=speeds["protected"], unit="frames/s", aim=REAL_TIME if height == SIZES[0][1] else None)
    yield Row(f"film {size}, time of a picture in OP-TEE and CAAM", value=calls, unit="ms", better="less")
    for whose in splits[0]:
        yield Row(f"film {size}, CPU time of a picture: {whose}", value=[split[whose] for split in splits], unit="ms", better="less")
    shown = _play(board, f"{_WAYS['protected']} --display", f"protected-{height}")
    yield Row(f"film {size}, protected, on the screen", value=shown[0], unit="frames/s")
