# SPDX-License-Identifier: GPL-2.0-or-later
"""Boxes of MP4 files (ISO/IEC 14496-12): a tree that is read, changed and written again, byte by byte."""

import struct

from ..base.errors import SvpError

#: Boxes that hold boxes and nothing else
CONTAINERS = ("moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "mvex", "moof", "traf", "sinf", "schi")
_SIZE_AND_NAME = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_DEPTH = 16


class Box:
    """A box: `name` of four characters, and `children` (a list of boxes) or `body` (bytes)."""

    def __init__(self, name, body=b"", children=None):
        self.name = name
        self.body = body
        self.children = children

    def child(self, *path):
        """The first box below that path of names. Raises SvpError if there is none."""
        box = self
        for name in path:
            found = [each for each in box.children or () if each.name == name]
            if not found:
                raise SvpError(f"the film has no box '{name}' in '{box.name}'")
            box = found[0]
        return box

    def all(self, name):
        """All boxes of that name right below."""
        return [each for each in self.children or () if each.name == name]

    def to_bytes(self):
        """The box as it is written."""
        body = self.body if self.children is None else b"".join(child.to_bytes() for child in self.children)
        return _SIZE_AND_NAME.pack(8 + len(body), self.name.encode("latin-1")) + body


def full(name, version, flags, body):
    """A box whose body begins with version and flags."""
    return Box(name, struct.pack(">I", version << 24 | flags) + body)


def version_and_flags(box):
    """(version, flags, the rest of the body) of such a box."""
    if len(box.body) < 4:
        raise SvpError(f"the film's box '{box.name}' is cut")
    word = struct.unpack_from(">I", box.body)[0]
    return word >> 24, word & 0xFFFFFF, box.body[4:]


def parse(data, depth=0):
    """List of the boxes that fill `data`. Raises SvpError if they do not."""
    if depth > _DEPTH:
        raise SvpError("the film's boxes lie too deep in each other")
    boxes, at = [], 0
    while at < len(data):
        name, begin, end = _head(data, at)
        body = data[begin:end]
        boxes.append(Box(name, children=parse(body, depth + 1)) if name in CONTAINERS else Box(name, body))
        at = end
    return boxes


def _head(data, at):
    """(name, where the body begins, where the box ends)."""
    if len(data) - at < 8:
        raise SvpError("the film ends in the middle of a box")
    size, name = _SIZE_AND_NAME.unpack_from(data, at)
    begin = at + 8
    if size == 1:
        if len(data) - begin < 8:
            raise SvpError("the film ends in the middle of a box")
        size, begin = _LARGE_SIZE.unpack_from(data, begin)[0], begin + 8
    end = len(data) if size == 0 else at + size
    if end < begin or end > len(data):
        raise SvpError(f"the film's box '{name.decode('latin-1')}' of {size} bytes is larger than what holds it")
    return name.decode("latin-1"), begin, end


def top_level(file, size):
    """[(name, offset, bytes)] of the boxes of an open file of `size` bytes, without their content."""
    boxes, at = [], 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise SvpError("the film ends in the middle of a box")
        length, name = _SIZE_AND_NAME.unpack_from(head)
        if length == 1 and len(head) == 16:
            length = _LARGE_SIZE.unpack_from(head, 8)[0]
        length = length or size - at
        if length < 8 or length > size - at:
            raise SvpError(f"the film's box '{name.decode('latin-1')}' of {length} bytes does not fit into the file")
        boxes.append((name.decode("latin-1"), at, length))
        at += length
    return boxes


def is_protected(path):
    """Whether a file is an MP4 file with encrypted video."""
    try:
        with open(path, "rb") as file:
            for name, at, length in top_level(file, path.stat().st_size):
                if name == "moov":
                    file.seek(at)
                    return b"encv" in file.read(length)
    except SvpError:
        pass  # another kind of file
    return False
