# SPDX-License-Identifier: GPL-2.0-or-later
"""Short streams for tests of the video decoder, made when they are needed; ffmpeg's encoders make them and its decoders say what is right."""

import hashlib
import struct
import subprocess

#: Scaled last: the source makes even sizes only
_SOURCE = "testsrc2=size=320x240:rate=25,noise=alls=12:allf=t,format=rgb24,scale={size},format=yuv420p"
#: Codec -> (suffix, options of the encoder, options of the muxer)
CODECS = {
    "vp8": (".ivf", ("-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-b:v", "400k"), ("-f", "ivf")),
    "h264": (".264", ("-c:v", "libx264", "-preset", "medium", "-bf", "2", "-refs", "3"), ("-f", "h264")),
    "hevc": (".265", ("-c:v", "libx265", "-preset", "fast", "-x265-params", "log-level=none:pools=1:frame-threads=1"), ("-f", "hevc")),
    "vp9": (".ivf", ("-c:v", "libvpx-vp9", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-b:v", "400k", "-cpu-used", "4"), ("-f", "ivf")),
    "mpeg2": (".m2v", ("-c:v", "mpeg2video", "-bf", "2", "-q:v", "4"), ("-f", "mpeg2video")),
}


def run_ffmpeg(*arguments, given=None):
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin" if given is None else "-hide_banner", *map(str, arguments)], input=given,
                          stdin=subprocess.DEVNULL if given is None else None, capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(f"ffmpeg {' '.join(map(str, arguments))}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


class Clip:
    """A stream: `name`, its `data`, and `digests`, the MD5 of every picture as planar YUV 4:2:0 of `bits` bits, in output order."""

    def __init__(self, folder, codec, size="176x144", frames=10, name=None, options=(), bits=8):
        suffix, encoder, muxer = CODECS[codec]
        self.name = (name or f"{codec}-{size}") + suffix
        self.size, self.codec, self.bits = size, codec, bits
        pixels = ("-pix_fmt", "yuv420p" if bits == 8 else "yuv420p10le")
        self.path = folder / self.name
        run_ffmpeg("-y", "-f", "lavfi", "-i", _SOURCE.format(size=size.replace("x", ":")), "-frames:v", frames, *encoder, *pixels, *options, *muxer,
                self.path)
        self.data = self.path.read_bytes()
        self.digests = digests(self.path, size, bits)


class RandomHevc(Clip):
    """Stream `number` of a generator (tests/pictures/hevc_random.cpp); pictures of 8 bits."""

    def __init__(self, folder, generator, number, size):
        self.name, self.size, self.codec, self.bits = f"random-{number}.265", size, "hevc", 8
        self.path = folder / self.name
        self.data = subprocess.run([generator, str(number)], capture_output=True, check=True).stdout
        self.path.write_bytes(self.data)
        self.digests = digests(self.path, size)


def raw_pictures(path, size, bits=8):
    """Of every picture that ffmpeg makes of a stream: the lines of Y, Cb and Cr, as lists of numbers. Even sizes only."""
    width, height = map(int, size.split("x"))
    raw = run_ffmpeg("-flags", "+bitexact", "-i", path, "-fps_mode", "passthrough", "-pix_fmt", "yuv420p" if bits == 8 else "yuv420p10le",
                  "-f", "rawvideo", "-")
    raw = raw if bits == 8 else struct.unpack(f"<{len(raw) // 2}H", raw)
    planes = ((0, width, height), (width * height, width // 2, height // 2), (width * height * 5 // 4, width // 2, height // 2))
    return [[[list(raw[line:line + across]) for line in range(at + start, at + start + across * down, across)] for start, across, down in planes]
            for at in range(0, len(raw), width * height * 3 // 2)]


def digests(path, size, bits=8):
    """MD5 of every picture that ffmpeg makes of a stream with pictures of `size` ("WIDTHxHEIGHT"); 10 bits lie in two bytes."""
    width, height = map(int, size.split("x"))
    pixels = "yuv420p" if bits == 8 else "yuv420p10le"
    raw = run_ffmpeg("-flags", "+bitexact", "-i", path, "-fps_mode", "passthrough", "-pix_fmt", pixels, "-f", "rawvideo", "-")
    each = (width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)) * (1 if bits == 8 else 2)
    if len(raw) % each:
        raise AssertionError(f"{path}: {len(raw)} bytes are no pictures of {size}")
    return [hashlib.md5(raw[at:at + each], usedforsecurity=False).hexdigest() for at in range(0, len(raw), each)]


def joined_ivf(*streams):
    """One IVF file with the frames of several, one behind the other."""
    return streams[0][:32] + b"".join(stream[struct.unpack_from("<H", stream, 6)[0]:] for stream in streams)
