# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a board's screen. A picture is (width, height, bytes of red, green and blue of each pixel, line by line)."""

import tempfile

from ..base.errors import SvpError


def read_ppm(path):
    """The picture in a binary PPM file of QEMU's."""
    with open(path, "rb") as file:
        head, size, levels, pixels = file.read().split(b"\n", 3)
    if (head, levels) != (b"P6", b"255"):
        raise SvpError(f"{path}: no PPM file: {head!r} {levels!r}")
    return (*map(int, size.split()), pixels)


def shown(board):
    """The picture on the board's screen."""
    with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
        board.qmp.command("screendump", filename=file.name)
        return read_ppm(file.name)


def difference(seen, wanted):
    """The largest difference of a component, and where: (value, x, y). Raises SvpError if the sizes differ."""
    if seen[:2] != wanted[:2]:
        raise SvpError(f"the screen has {seen[0]}x{seen[1]} pixels, not {wanted[0]}x{wanted[1]}")
    if seen[2] == wanted[2]:
        return 0, 0, 0
    value, place = max((abs(a - b), -i) for i, (a, b) in enumerate(zip(seen[2], wanted[2])))
    return value, -place // 3 % seen[0], -place // 3 // seen[0]
