# SPDX-License-Identifier: GPL-2.0-or-later
"""The screen of `svp run`'s film: the film, a clear one in it, and a player's controls that one sees through; and what it should look like.

Planes from below: the protected film (primary), the clear one (overlay-1), controls (overlay-2: RGB with an alpha for each pixel).
"""

import struct

from .composition import Canvas, scale, scale_chroma, to_rgb

SCREEN = (640, 480)
#: Width, height, x, y
BESIDE = (160, 96, 464, 72)
CONTROLS = (640, 96, 0, 372)
CONTROLS_FILE, BESIDE_FILE = "controls.ar24", "beside.mp4"
_LARGEST = 5  # times by which the display makes a picture smaller
_FULL = 255
_BACK, _TRACK, _DONE, _SIGN = (14, 17, 24), (120, 126, 138), (98, 168, 255), (245, 246, 248)
_BAR = (60, 96, 612, 6)  # middle y of the bar is 60: x from 96 to 612
_PLAYED = 210


def controls():
    """Lines of (alpha, red, green, blue): a dark shade that grows downwards, a bar and a sign."""
    width, height = CONTROLS[:2]
    lines = []
    for y in range(height):
        shade = round(220 * y / (height - 1))
        line = [(shade, *_BACK)] * width
        if abs(y - _BAR[0]) < 3:
            line[_BAR[1]:_BAR[2]] = [(_FULL, *_DONE)] * (_PLAYED - _BAR[1]) + [(200, *_TRACK)] * (_BAR[2] - _PLAYED)
        reach = 16 - abs(y - _BAR[0])
        if reach > 0:
            line[40:40 + 2 * reach] = [(_FULL, *_SIGN)] * (2 * reach)
        across = 49 - (y - _BAR[0]) ** 2
        if across > 0:  # the knob
            half = round(across ** 0.5)
            line[_PLAYED - half:_PLAYED + half] = [(_FULL, *_SIGN)] * (2 * half)
        lines.append(line)
    return lines


def controls_file():
    """The same in memory, as AR24."""
    return b"".join(struct.pack("4B", blue, green, red, alpha) for line in controls() for alpha, red, green, blue in line)


def area(size):
    """(width, height, x, y) of a film on the screen, as large as fits; None if it is too large to be shown there."""
    (width, height), (across, down) = size, SCREEN
    if width * down > height * across:
        shown = (across, height * across // width)
    else:
        shown = (width * down // height, down)
    if width > _LARGEST * shown[0] or height > _LARGEST * shown[1] or min(size) < 64:
        return None
    return (*shown, (across - shown[0]) // 2, (down - shown[1]) // 2)


def _text(place):
    return "{}x{}+{}+{}".format(*place)


def options(folder, beside=True):
    """Options of svp-play for that screen; files are in the guest's `folder`."""
    plane = f"overlay-2:format=AR24,size={CONTROLS[0]}x{CONTROLS[1]},file={folder}/{CONTROLS_FILE},target={_text(CONTROLS)},pixel blend mode=Coverage"
    other = f" --beside {folder}/{BESIDE_FILE} --beside-area {_text(BESIDE)}" if beside else ""
    return f"--display --mode {SCREEN[0]}x{SCREEN[1]} --overlay '{plane}'{other}"


def _components(planes, size):
    """Lines of Y, Cb and Cr with ten bits, of planes one after the other with eight."""
    width, height = size
    across, down = (width + 1) // 2, (height + 1) // 2
    edges = ((0, width, height), (width * height, across, down), (width * height + across * down, across, down))
    return [[[value << 2 for value in planes[at + y * wide:at + (y + 1) * wide]] for y in range(high)] for at, wide, high in edges]


def _video(planes, size, shown):
    luma, cb, cr = _components(planes, size)
    bright = luma if size == shown else scale(luma, *shown)
    return to_rgb(bright, *(scale_chroma(lines, *shown) for lines in (cb, cr)), "709" if size[1] >= 720 else "601")


def expected(film, size, beside=None):
    """The screen with these pictures: planes one after the other, of 8 bits; `size`: of the film's, `beside`: of the clear film, if there is one."""
    canvas = Canvas(*SCREEN)
    width, height, x, y = area(size)
    canvas.put(x, y, _video(film, size, (width, height)))
    if beside:
        canvas.put(*BESIDE[2:], _video(beside, BESIDE[:2], BESIDE[:2]))
    lines = controls()
    colours = [[[pixel[part] * 4 + (pixel[part] >> 6) for pixel in line] for line in lines] for part in (1, 2, 3)]
    canvas.put(*CONTROLS[2:], colours, [[pixel[0] / _FULL for pixel in line] for line in lines])
    return canvas.picture()
