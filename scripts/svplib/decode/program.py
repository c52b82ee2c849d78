# SPDX-License-Identifier: GPL-2.0-or-later
"""The decoder on the host: parser, driver and the VPU's model in one program, without an emulator.

It is called with a stream, and writes to stdout lines, of which one kind is followed by bytes:

    picture FORMAT WIDTH HEIGHT BYTES    then so many bytes: the next picture in output order
    error TEXT                           the hardware gave up a picture; decoding goes on
    unsupported TEXT                     the hardware has no such codec, profile or size, or the file is no stream; the end
    end                                  all was read
"""

import subprocess

from ..base.errors import SvpError, program_end
from .pictures import Picture, PictureError

PROGRAM = "tools/vpu_decode"
_MOST = 1 << 30


class Unsupported(Exception):
    """What the hardware lacks, or why a file is no stream."""


class Lost(str):
    """Text: what a client that is not ours has itself lost of a stream, before it came to the hardware."""


def decode(program, stream):
    """Yield Picture objects, and texts for pictures that the hardware gave up. Raises Unsupported, or SvpError if the program fails."""
    with subprocess.Popen([str(program), str(stream)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield from _read(process, stream)
        finally:
            process.kill()


def _read(process, stream):
    while True:
        line = process.stdout.readline()
        word, _, rest = line.decode(errors="replace").rstrip("\n").partition(" ")
        if word == "end":
            return
        if word == "error":
            yield rest
        elif word == "unsupported":
            raise Unsupported(rest)
        elif word == "picture":
            yield _picture(process, rest, stream)
        else:
            process.stdout.close()
            detail = process.stderr.read().decode(errors="replace").splitlines()[-10:]
            raise SvpError(f"{stream}: the decoder ended early, {program_end(process.wait())}", detail or [line.decode(errors='replace').strip()])


def _picture(process, rest, stream):
    try:
        format, *numbers = rest.split()
        width, height, size = map(int, numbers)
        if not 0 < size <= _MOST:
            raise ValueError
        data = process.stdout.read(size)
        return Picture(format, width, height, data)
    except PictureError as error:
        raise SvpError(f"{stream}: the decoder ended early: {error}") from None
    except ValueError:
        raise SvpError(f"{stream}: the decoder said 'picture {rest}'") from None
