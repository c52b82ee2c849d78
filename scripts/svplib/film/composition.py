# SPDX-License-Identifier: GPL-2.0-or-later
"""A second opinion on what the display shows: planes scaled, converted and laid over each other in floating point.

Written from definitions, not from the display: Catmull-Rom splines to enlarge and a triangle to make smaller, ITU-R BT.601, BT.709 and
BT.2020 for colours, alpha as Porter and Duff's "over". What the display's registers and lines can hold is taken from it: taps in 1/1024,
components of 0 to 1023 after each direction. A component's samples are a list of lines, a line a list of numbers.
"""

MOST = 1023
_UNIT = 1024  # of taps
_WEIGHTS = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}  # of red and blue in luma


def _catmull_rom(x):
    x = abs(x)
    return 1.5 * x ** 3 - 2.5 * x ** 2 + 1 if x < 1 else -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 if x < 2 else 0


def _taps(count, size, first, step):
    """For each of `count` samples, of which the first lies at `first` and the next ones `step` further: [(sample of `size`, weight)]."""
    result = []
    for number in range(count):
        place = first + number * step
        near = [(k, _catmull_rom(k - place) if step <= 1 else max(0, step - abs(k - place))) for k in range(int(place // 1) - 3, int(place // 1) + 5)]
        near = [(k, weight) for k, weight in near if weight]
        total = sum(weight for _, weight in near)
        taps = {k: round(weight / total * _UNIT) for k, weight in near}
        taps[min(taps, key=lambda k, place=place: abs(k - place))] += _UNIT - sum(taps.values())
        result.append([(min(max(k, 0), size - 1), weight / _UNIT) for k, weight in taps.items()])
    return result


def _limited(line):
    return [min(max(value, 0), MOST) for value in line]


def _whole(line):
    return [int(value + 0.5) for value in _limited(line)]


def scale(lines, width, height, across=None, down=None):
    """A component, scaled. `across`, `down`: (place of the first sample, step), by default so that the centres of both pictures coincide."""
    step_x, step_y = len(lines[0]) / width, len(lines) / height
    across, down = across or ((step_x - 1) / 2, step_x), down or ((step_y - 1) / 2, step_y)
    result, columns = [], _taps(width, len(lines[0]), *across)
    for near in _taps(height, len(lines), *down):
        line = _whole([sum(part) for part in zip(*[[weight * value for value in lines[k]] for k, weight in near])])
        result.append(_whole([sum(line[k] * weight for k, weight in column) for column in columns]))
    return result


def scale_chroma(lines, width, height):
    """The same for Cb or Cr of 4:2:0: at every other pixel of luma, and between two of its lines."""
    step_x, step_y = 2 * len(lines[0]) / width, 2 * len(lines) / height
    return scale(lines, width, height, ((step_x - 1) / 4, step_x / 2), ((step_y - 1) / 4 - 0.25, step_y / 2))


def to_rgb(luma, cb, cr, encoding, full=False, bits=8):
    """Red, green and blue of components that have `bits` bits, in the upper ones of ten."""
    red, blue = _WEIGHTS[encoding]
    unit = 1 << (bits - 8) << (10 - bits)
    range_y, range_c, black = (((1 << bits) - 1 << 10 - bits,) * 2 + (0,)) if full else (219 * unit, 224 * unit, 16 * unit)
    result = ([], [], [])
    for line_y, line_b, line_r in zip(luma, cb, cr):
        y = [(value - black) / range_y * MOST for value in line_y]
        b = [(value - 512) / range_c * MOST * 2 * (1 - blue) for value in line_b]
        r = [(value - 512) / range_c * MOST * 2 * (1 - red) for value in line_r]
        green = 1 - red - blue
        result[0].append(_limited([a + c for a, c in zip(y, r)]))
        result[1].append(_limited([a - (c * red + d * blue) / green for a, c, d in zip(y, r, b)]))
        result[2].append(_limited([a + d for a, d in zip(y, b)]))
    return result


class Canvas:
    """A screen on which planes are laid, the lowest one first."""

    def __init__(self, width, height):
        self.size = width, height
        self._rgb = [[[0.0] * width for _ in range(height)] for _ in range(3)]

    def put(self, x, y, rgb, alpha=None):
        """`alpha`: None, a number from 0 to 1, or such numbers for all pixels."""
        for below, component in zip(self._rgb, rgb):
            for number, line in enumerate(component):
                old = below[y + number][x:x + len(line)]
                if alpha is not None:
                    weights = alpha[number] if isinstance(alpha, list) else [alpha] * len(line)
                    line = [new * weight + under * (1 - weight) for new, weight, under in zip(line, weights, old)]
                below[y + number][x:x + len(line)] = line

    def picture(self):
        """(width, height, bytes), as screen.py has pictures: the upper eight bits."""
        lines = (bytes(min(int(value + 0.5), MOST) >> 2 for pixel in zip(*lines) for value in pixel) for lines in zip(*self._rgb))
        return (*self.size, b"".join(lines))
