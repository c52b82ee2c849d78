# SPDX-License-Identifier: GPL-2.0-or-later
"""Speed of the video decoder's engines at 1920x1080: CPU time of a frame beside libavcodec on one thread, with and without its SIMD.

Both programs read the stream from a file and write raw pictures to nowhere; what they take to start is in the figures of both.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from svplib.base.errors import SvpError
from svplib.build import host_packages, native, parts
from svplib.testing.bench import Row, benchmark, rounds_of

PROGRAM = "tools/vpu_decode"
ROUNDS = 6
FRAMES = 40
SOURCE = f"testsrc2=size=1920x1080:rate=25,noise=alls=4:allf=t,trim=end_frame={FRAMES}"
X264 = ("-c:v", "libx264", "-preset", "medium", "-pix_fmt", "yuv420p")
X265 = ("-c:v", "libx265", "-preset", "fast", "-f", "hevc", "-x265-params", "log-level=error")
#: Title -> (suffix, options of ffmpeg that encode it)
CLIPS = {
    "VP8": (".ivf", ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "8M")),
    "H.264, 10 Mb/s": (".264", (*X264, "-b:v", "10M", "-maxrate", "10M", "-bufsize", "5M")),
    "H.264, 27 Mb/s": (".264", (*X264, "-b:v", "27M", "-maxrate", "27M", "-bufsize", "13M")),
    "H.264, MBAFF, 10 Mb/s": (".264", (*X264, "-flags", "+ilme+ildct", "-b:v", "10M", "-maxrate", "10M", "-bufsize", "5M")),
    "HEVC, 6 Mb/s": (".265", ("-pix_fmt", "yuv420p", "-b:v", "6M", *X265)),
    "HEVC, 28 Mb/s": (".265", ("-pix_fmt", "yuv420p", "-b:v", "28M", *X265)),
    "HEVC Main 10, 6 Mb/s": (".265", ("-pix_fmt", "yuv420p10le", "-b:v", "6M", *X265)),
    "VP9, 6 Mb/s": (".ivf", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "5", "-threads", "2", "-b:v", "6M")),
    "VP9, 16 Mb/s": (".ivf", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "5", "-threads", "2", "-b:v", "16M")),
    "MPEG-2": (".m2v", ("-c:v", "mpeg2video", "-bf", "2", "-b:v", "15M", "-pix_fmt", "yuv420p")),
}
#: Writes nothing unless it is told to
LIBDE265 = "libde265-dec265"
#: libavcodec's time over ours that we want, without its SIMD and with it
AIMS = {"C": 1.0, "SIMD": 0.5}
HEVC_AIMS = {"C": 1.0, "SIMD": 0.4}


def _run(command):
    """CPU milliseconds of a frame that a decoder takes."""
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        messages = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SvpError(f"{command[0]}: exit status {process.returncode}", messages.decode(errors="replace").splitlines()[-5:])
    return 1000 * (usage.ru_utime + usage.ru_stime) / FRAMES


def _ffmpeg(path, *options):
    return ("ffmpeg", "-v", "error", "-nostdin", *options, "-threads", "1", "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-y", os.devnull)


@benchmark("vpu", needs=())
def vpu():
    """CPU time of the engines for a 1080p frame of each codec, against libavcodec on one thread, and libde265 for HEVC."""
    host_packages.ensure(["pictures", "bench-vpu"], parts.OPTIONS.install)
    program = native.build(PROGRAM)
    with tempfile.TemporaryDirectory(prefix="svp-bench-vpu-") as folder:
        for number, (title, (suffix, options)) in enumerate(CLIPS.items()):
            path = Path(folder) / f"{number}{suffix}"
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", SOURCE, *options, str(path)], check=True)

            def measure(file):
                times = {"ours": (program, file), "C": _ffmpeg(file, "-cpuflags", "0"), "SIMD": _ffmpeg(file)}
                if suffix == ".265":
                    times["libde265"] = LIBDE265, "-q", "-t", "0", file
                return {name: _run(command) for name, command in times.items()}

            figures, = rounds_of((path,), measure, ROUNDS)
            for yardstick, aim in (HEVC_AIMS if title.startswith("HEVC") else AIMS).items():
                yield Row(f"engine / libavcodec, {yardstick}: {title}, {path.stat().st_size * 8 * 25 / FRAMES / 1e6:.0f} Mb/s", value=figures["ours"],
                          unit="ms", yardstick=figures[yardstick], better="less", aim=aim)
            if "libde265" in figures:
                yield Row(f"engine / libde265: {title}", value=figures["ours"], unit="ms", yardstick=figures["libde265"], better="less")
