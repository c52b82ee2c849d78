# SPDX-License-Identifier: GPL-2.0-or-later
"""The video decoders under Linux's driver, end to end: streams on a card, pictures in buffers, at 1080p and at 2160p.

At 1080p libavcodec decodes the same stream in the same guest, on one thread. Pictures a second depend on what else the host does, for engine and
emulated cores wake each other at each picture; the processor time that the emulator takes does not, and stands beside it. The driver gives a job up after two seconds of the guest's
time: a clip in which that happens, or that comes near it, is an error here.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from svplib.base.errors import SvpError
from svplib.build import cards, guest_ffmpeg, host_packages, parts
from svplib.machine.board import Board
from svplib.testing.bench import Row, benchmark

HD, UHD = "1920x1080", "3840x2160"
#: Frames of a clip, by size: what a player does before its first picture is in the figures
FRAMES = {HD: 60, UHD: 8}
#: Of libavcodec's first run, whose figures do not count, and all of ours: the emulator translates the guest's programs when they first run
WARM_FRAMES = 4
WATCHDOG_MS = 2000
#: Frames a second over those of libavcodec that we want
AIM = 20
SECONDS = 1200
_FAST = ("-deadline", "realtime", "-cpu-used", "8")
#: Title -> (suffix, options of ffmpeg, of svp-play: tiles, because lines need a second buffer for each picture)
CLIPS = {
    "VP8": (".ivf", ("-c:v", "libvpx", *_FAST, "-b:v", "20M"), ""),
    "H.264": (".264", ("-c:v", "libx264", "-preset", "veryfast", "-refs", "2", "-b:v", "20M"), ""),
    "MPEG-2": (".m2v", ("-c:v", "mpeg2video", "-bf", "2", "-b:v", "20M"), ""),
    "HEVC": (".265", ("-c:v", "libx265", "-preset", "ultrafast", "-f", "hevc", "-x265-params", "log-level=error:ref=2", "-b:v", "20M"), "--tiled"),
    "VP9": (".ivf", ("-c:v", "libvpx-vp9", *_FAST, "-threads", "2", "-b:v", "20M"), "--tiled"),
}
#: Not of 2160p: MPEG-2's largest size, and the driver's, is 1920x1088
SMALL_ONLY = ("MPEG-2",)
PLAYED = re.compile(r"^PLAYED \S+ pictures=(\d+) jobs=(\d+) errors=(\d+) ms=(\d+)", re.MULTILINE)
SOFTWARE = re.compile(r"^bench: utime=\S+ stime=\S+ rtime=([\d.]+)s", re.MULTILINE)
GIVEN_UP = re.compile(r"hantro.*(timed? ?out|timeout)", re.IGNORECASE)


def _make(path, size, options):
    source = f"testsrc2=size={size}:rate=25,noise=alls=4:allf=t,trim=end_frame={FRAMES[size]}"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", *options, str(path)], check=True)


def _card(folder):
    """A card with all clips and the guest's ffmpeg; returns (its path, {(title, size): name of the file})."""
    files = folder / "card"
    files.mkdir()
    names = {}
    for title, (suffix, options, _) in CLIPS.items():
        for size in (HD, UHD):
            if size == HD or title not in SMALL_ONLY:
                names[title, size] = f"{title.lower().replace('.', '')}-{size}{suffix}"
                _make(files / names[title, size], size, options)
    program = files / "ffmpeg"
    program.write_bytes(guest_ffmpeg.program().read_bytes())
    program.chmod(0o755)
    cards.make(folder / "card.img", files, cards.size_for(sum(path.stat().st_size for path in files.iterdir())))
    return folder / "card.img", names


@benchmark("vpu-guest", needs=("qemu", "linux", "boot", "guest"))
def vpu_guest():
    """Frames a second under Linux's driver at 1080p, against libavcodec in the same guest; a picture's time at 2160p."""
    host_packages.ensure(["pictures"], parts.OPTIONS.install)
    with tempfile.TemporaryDirectory(prefix="svp-bench-vpu-") as name:
        card, files = _card(Path(name))
        with Board(policy="open", sd=[card], name="bench-vpu") as board:
            board.wait_shell()
            board.command("svp-video; mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)
            for (title, size), file in files.items():
                line = f"svp-play {CLIPS[title][2]} /mnt/{file}"
                _play(board, title, line, FRAMES[size])
                begin = board.cpu_seconds()
                milliseconds = _play(board, title, line, FRAMES[size])
                if size == UHD:
                    yield Row(f"guest, a picture: {title}, {size}", value=milliseconds, unit="ms", better="less", aim=WATCHDOG_MS)
                    continue
                after = board.cpu_seconds()
                board.command(f"/mnt/ffmpeg -v error -nostdin -threads 1 -i /mnt/{file} -frames:v {WARM_FRAMES} -f null -", timeout=SECONDS, check=True)
                between = board.cpu_seconds()
                software = _decode(board, title, f"/mnt/{file}", FRAMES[size])
                yield Row(f"guest, end to end / libavcodec there: {title}, {size}", value=1000 / milliseconds, unit="1/s",
                          yardstick=FRAMES[size] / software, aim=AIM)
                yield Row(f"guest, processor time of a picture / libavcodec there: {title}, {size}", value=1000 * (after - begin) / FRAMES[size],
                          unit="ms", yardstick=1000 * (board.cpu_seconds() - between) / FRAMES[size], better="less")


def _play(board, title, line, frames):
    """Milliseconds that the player takes for a picture. Raises SvpError if a picture is missing, or the driver has given a job up."""
    output = board.command(line, timeout=SECONDS).output
    played = PLAYED.search(output)
    if not played or int(played[1]) != frames or int(played[3]):
        raise SvpError(f"{title}: not all pictures were decoded", output.splitlines()[-5:])
    kernel = board.command("dmesg -c").output
    if GIVEN_UP.search(kernel):
        raise SvpError(f"{title}: the driver has given a job up", kernel.splitlines()[-5:])
    return int(played[4]) / int(played[1])


def _decode(board, title, path, frames):
    """Seconds that libavcodec takes in the guest, on one thread, for all pictures."""
    output = board.command(f"/mnt/ffmpeg -v info -nostdin -benchmark -threads 1 -i {path} -f null - 2>&1", timeout=SECONDS).output
    measured = SOFTWARE.search(output)
    if not measured or not re.search(rf"frame= *{frames} ", output):
        raise SvpError(f"{title}: libavcodec in the guest has not decoded all", output.splitlines()[-5:])
    return float(measured[1])
