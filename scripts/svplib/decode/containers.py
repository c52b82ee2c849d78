# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams that lie in containers (WebM, Matroska, MP4, transport and program streams): ffmpeg copies them out, bit by bit."""

import re
import shutil
import subprocess

from ..base.errors import SvpError, UsageError, explain

#: Files that are taken for containers
SUFFIXES = (".webm", ".mkv", ".mp4", ".m4v", ".mov", ".ts", ".m2ts", ".mpg", ".mpeg", ".vob")
#: Codec as ffprobe calls it -> suffix, and options of ffmpeg for its elementary stream
_TARGETS = {"vp8": (".ivf", ("-f", "ivf")), "vp9": (".ivf", ("-f", "ivf")), "h264": (".264", ("-bsf:v", "h264_mp4toannexb", "-f", "h264")),
            "hevc": (".265", ("-bsf:v", "hevc_mp4toannexb", "-f", "hevc")), "mpeg2video": (".m2v", ("-f", "mpeg2video"))}
_NEEDED = "apt install ffmpeg"
_SEQUENCE = re.compile(rb"\x00\x00+\x01\xb3")  # start code of a sequence header


def elementary(path):
    """The file begins like MPEG video: some such streams have the suffix of a container."""
    try:
        with open(path, "rb") as file:
            return _SEQUENCE.match(file.read(64)) is not None
    except OSError as error:
        raise UsageError(f"{path}: {explain(error, named=False)}") from None


def take_out(path, target):
    """Copy the video stream of a container to a file.

    `target` is that file's path without its suffix. Returns (path, None), or (None, why the VPU cannot play it). Raises UsageError if
    ffmpeg is not there, SvpError if it fails.
    """
    for program in ("ffprobe", "ffmpeg"):
        if not shutil.which(program):
            raise UsageError(f"{path}: {program} is needed to take the stream out of its container: {_NEEDED}")
    probe = _run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name", "-of", "csv=p=0", f"file:{path}")
    codec = probe.stdout.decode(errors="replace").replace(",", " ").split()
    if probe.returncode != 0 or not codec:
        return None, f"no container with video: {_last_line(probe) or 'it has no video stream'}"
    if codec[0] not in _TARGETS:
        return None, f"codec {codec[0]}, only VP8, VP9, H.264, HEVC and MPEG-2 are decoded so far"
    suffix, options = _TARGETS[codec[0]]
    made = target.with_name(target.name + suffix)
    copy = _run("ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy", *options, "-y", f"file:{made}")
    if copy.returncode != 0:
        raise SvpError(f"{path}: ffmpeg cannot take the stream out: {_last_line(copy)}")
    return made, None


def _run(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _last_line(done):
    return (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
