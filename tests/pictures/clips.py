# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips that encoders make at test time, and what ffmpeg's software decoder has for them."""

import re
import subprocess

from svplib.base.errors import SvpError
from svplib.decode.checksums import Checksums, parse

#: Lines that ffmpeg's decoders write
_DECODER = re.compile(r"\[(h264|hevc|mpeg2video|vp9) @ ")
#: Pictures to encode, as graphs of ffmpeg's filters; {size} is "WxH", {frames} how many come out of it
SOURCES = {
    "moving": "testsrc2=size={size}:rate=25,noise=alls=6:allf=t",
    "fade": "testsrc2=size={size}:rate=25,fade=in:0:{frames}",
    "flash": "testsrc2=size={size}:rate=25,geq='if(eq(mod(N,3),1),lum(X,Y)/2+90,lum(X,Y))':'if(eq(mod(N,3),1),cb(X,Y)/2+50,cb(X,Y))':'cr(X,Y)'",
    "zoom": "mandelbrot=size={size}:rate=25:start_scale=0.6:end_scale=0.05:end_pts=20,format=yuv420p",
    "noise": "nullsrc=size={size}:rate=25,geq=random(1)*255:128+random(2)*90:128+random(3)*90",
    "still": "testsrc2=size={size}:rate=25,trim=end_frame=1,loop=loop=-1:size=1",
    "fields": "testsrc2=size={size}:rate=50,noise=alls=6:allf=t,tinterlace=interleave_top",
    "turning": "testsrc2=size={size}:rate=25,rotate=n/20,noise=alls=3:allf=t",
}


def run(command, **options):
    """Run an encoder or ffmpeg, and return its stdout as bytes. Raises SvpError with the end of its messages."""
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise SvpError(f"{command[0]}: exit status {done.returncode}: " + " | ".join(done.stderr.decode(errors="replace").splitlines()[-4:]))
    return done.stdout


def ffmpeg(*words, **options):
    """Run ffmpeg without a word but errors; its stdout."""
    return run(("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", *words), **options)


def raw(folder, source, size, frames):
    """Planar raw pictures (yuv420p) of a source: a file, made once in `folder`."""
    path = folder / f"{source}-{size}-{frames}.yuv"
    if not path.exists():
        graph = SOURCES[source].format(size=size, frames=frames)
        ffmpeg("-f", "lavfi", "-i", graph, "-frames:v", frames, "-pix_fmt", "yuv420p", "-f", "rawvideo", path)
    return path


def expected(path, luma_only=False):
    """Checksums of every picture (yuv420p, yuv420p10le if it has 10 bits, or gray if `luma_only`) as ffmpeg decodes it. Raises SvpError if it
    complains about the stream."""
    format = ("-vf", "extractplanes=y", "-pix_fmt", "gray") if luma_only else ("-pix_fmt", _layout(path))
    # Without "unaligned" it would not cut off the left columns that a stream says are not visible.
    done = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-flags", "unaligned", "-i", str(path),
                           "-fps_mode", "passthrough", *format, "-f", "framemd5", "-"], capture_output=True, check=False)
    complaints = [line for line in done.stderr.decode(errors="replace").splitlines() if _DECODER.match(line) and not line.endswith("ignoring")]
    if done.returncode != 0 or complaints:
        raise SvpError(f"{path.name}: ffmpeg does not decode it: " + "".join(complaints[:1]))
    text = done.stdout.decode()
    return Checksums(frames=parse(text, str(path)).frames, format=format[-1])


def _layout(path):
    probe = run(("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=pix_fmt", "-of", "csv=p=0", path))
    return "yuv420p10le" if b"10le" in probe else "yuv420p"


def headers(path):
    """What ffmpeg reads in a stream's headers, a line for each syntax element."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"],
                          capture_output=True, check=True)
    return done.stderr.decode(errors="replace")
