# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw pictures: planes one behind the other, without padding, as checksums of streams are taken of them."""

import struct
import zlib


class PictureError(ValueError):
    """A picture that cannot be what it is said to be, or cannot become what is asked for."""


class Digest:
    """A picture of which only the MD5 is known, in `format`."""

    def __init__(self, format, width, height, md5):
        self.format = format
        self.width = width
        self.height = height
        self.md5 = md5


class Whole:
    """The MD5 of all pictures of which there were digests."""

    def __init__(self, md5):
        self.md5 = md5


def _chroma(size):
    return (size + 1) // 2


class Picture:
    """One picture: `format` "yuv420p" or "gray" (8 bits a sample) or "yuv420p10le" (10 in two bytes), `width` and `height` in pixels, `data` its bytes."""

    def __init__(self, format, width, height, data):
        samples = width * height + 2 * _chroma(width) * _chroma(height)
        sizes = {"gray": width * height, "yuv420p": samples, "yuv420p10le": 2 * samples}
        if format not in sizes or len(data) != sizes[format]:
            raise PictureError(f"{len(data)} bytes are no picture of {width}x{height} in {format}")
        self.format = format
        self.width = width
        self.height = height
        self.data = data

    def planes(self):
        """(Y, U, V), or (Y,) of a gray one, 8 bits a sample: of 10 bits the higher ones."""
        luma, chroma = self.width * self.height, _chroma(self.width) * _chroma(self.height)
        if self.format == "gray":
            return (self.data,)
        data = self.data
        if self.format == "yuv420p10le":
            data = bytes(low >> 2 | high << 6 & 0xFF for low, high in zip(data[::2], data[1::2]))
        return data[:luma], data[luma:luma + chroma], data[luma + chroma:]

    def bytes_as(self, format):
        """The same picture in another format: "yuv420p", "nv12" or "gray" (which drops colour); one of 10 bits stays one."""
        if format == self.format:
            return self.data
        if "yuv420p10le" in (format, self.format):
            raise PictureError(f"pictures in {self.format} cannot be made {format}")
        planes = self.planes()
        if format == "gray":
            return planes[0]
        if len(planes) == 1:
            grey = bytes([128]) * (_chroma(self.width) * _chroma(self.height))
            planes = (*planes, grey, grey)
        if format == "yuv420p":
            return b"".join(planes)
        if format == "nv12":
            mixed = bytearray(2 * len(planes[1]))
            mixed[::2], mixed[1::2] = planes[1], planes[2]
            return planes[0] + bytes(mixed)
        raise PictureError(f"pictures in {self.format} cannot be made {format}")

    def png(self):
        """The picture as a PNG file of RGB (ITU-R BT.601, video range), its bytes."""
        planes = self.planes()
        half = _chroma(self.width)
        rows = []
        for y in range(self.height):
            luma = planes[0][y * self.width:(y + 1) * self.width]
            if len(planes) == 1:
                red = green = blue = bytes(map(_LUMA.__getitem__, luma))
            else:
                at = y // 2 * half
                u = _doubled(planes[1][at:at + half], self.width)
                v = _doubled(planes[2][at:at + half], self.width)
                red = bytes(_CLIP[_Y[a] + _RV[c]] for a, c in zip(luma, v))
                green = bytes(_CLIP[_Y[a] - _GU[b] - _GV[c]] for a, b, c in zip(luma, u, v))
                blue = bytes(_CLIP[_Y[a] + _BU[b]] for a, b in zip(luma, u))
            row = bytearray(3 * self.width)
            row[::3], row[1::3], row[2::3] = red, green, blue
            rows.append(bytes(row))
        return rgb_png(self.width, self.height, b"".join(rows))


def rgb_png(width, height, rgb):
    """A PNG file of red, green and blue of each pixel, line by line."""
    rows = b"".join(b"\0" + rgb[at:at + 3 * width] for at in range(0, len(rgb), 3 * width))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")


def _doubled(row, width):
    wide = bytearray(2 * len(row))
    wide[::2] = wide[1::2] = row
    return wide[:width]


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Sums stay within a few hundred of the range; negative indices of a list count from its end.
_CLIP = [min(value, 255) for value in range(1024)] + [0] * 1024
_Y = [round(255 / 219 * (value - 16)) for value in range(256)]
_LUMA = [_CLIP[value] for value in _Y]
_RV = [round(255 / 224 * 1.402 * (value - 128)) for value in range(256)]
_GU = [round(255 / 224 * 0.344136 * (value - 128)) for value in range(256)]
_GV = [round(255 / 224 * 0.714136 * (value - 128)) for value in range(256)]
_BU = [round(255 / 224 * 1.772 * (value - 128)) for value in range(256)]
