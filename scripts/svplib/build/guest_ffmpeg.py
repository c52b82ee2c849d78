# SPDX-License-Identifier: GPL-2.0-or-later
"""ffmpeg for the guest: Debian's source with the decoders of the VPU's codecs and nothing else, static, with its arm64 assembly.

A yardstick for measurements, made when one asks for it; no product.
"""

import os
import shutil

from ..base.progress import build_environment, log_path, run_logged
from . import parts, sources

SOURCE = "ffmpeg"
DECODERS = ("h264", "vp8", "mpeg2video", "hevc", "vp9")
ONLY = ("--disable-everything", "--disable-autodetect", "--disable-network", "--disable-doc", "--disable-ffprobe", "--disable-ffplay", "--disable-debug",
        "--enable-decoder=" + ",".join((*DECODERS, "rawvideo")), "--enable-parser=h264,vp8,mpegvideo,hevc,vp9",
        "--enable-demuxer=h264,ivf,mpegvideo,hevc", "--enable-protocol=file", "--enable-muxer=null", "--enable-encoder=wrapped_avframe",
        "--enable-filter=null,format,scale")


def program():
    """Path of the program, for arm64. Raises SvpError if it cannot be built."""
    return sources.unpacked(SOURCE, _build) / "ffmpeg"


def _build(folder):
    tree = folder.with_name(f"ffmpeg-tree-{os.getpid()}")
    environment = build_environment()
    try:
        sources.unpack_source(SOURCE, tree)
        run_logged("configure ffmpeg for the guest", ["./configure", "--arch=aarch64", "--target-os=linux", "--enable-cross-compile",
                                                      f"--cross-prefix={parts.CROSS_COMPILE}", "--enable-static", "--extra-ldflags=-static", *ONLY],
                   log_path("ffmpeg-configure"), cwd=tree, env=environment)
        run_logged("build ffmpeg for the guest", ["make", f"-j{parts.OPTIONS.jobs}", "ffmpeg"], log_path("ffmpeg"), cwd=tree, env=environment)
        folder.mkdir()
        (tree / "ffmpeg").rename(folder / "ffmpeg")
    finally:
        shutil.rmtree(tree, ignore_errors=True)
