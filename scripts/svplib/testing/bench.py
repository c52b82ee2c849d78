# SPDX-License-Identifier: GPL-2.0-or-later
r"""Benchmarks: each measures the board and its yardstick side by side in one run and gives rows.

    from svplib.testing.bench import benchmark, rounds_of, Row

    @benchmark("memory", needs=("qemu", "linux", "boot", "guest"))
    def memory():
        '''Guest memory speed with the firewall enforcing against the firewall off.'''
        on, off = rounds_of(boards, measure, rounds=6)
        yield Row("memory: sequential read", value=on["read"], unit="MB/s", yardstick=off["read"], better="more", aim=0.99)

A value may be one figure or those of several rounds, and so may a yardstick: figures of one round belong together. The ratio says how
good we are relative to the yardstick: above 1 is better, whichever direction is the good one. It is the median of the rounds' ratios, and
an interval says between which of them the true one lies with a probability of 95 %, or the range if there are too few for that. A row
without a yardstick has no ratio; then `aim` is a limit on the value itself, in the direction of `better`. An aim within the interval is
neither met nor missed: the row is undecided.
"""

import math
import statistics

#: Units of which less is better
TIME_UNITS = ("ns", "us", "ms", "s")
#: What an interval may be wrong in
CHANCE = 0.05
_registered = {}


def interval(figures):
    """(lowest, highest) between which their median lies with a probability of 1 - CHANCE, whatever their distribution; their range if there
    are fewer than six, of which nothing as sure can be said."""
    figures, count = sorted(figures), len(figures)
    outside, below = 0, 1  # below: ways, of 2 ** count, in which no more than `outside` figures lie under the median
    while 2 * below <= CHANCE * 2 ** count:
        outside += 1
        below += math.comb(count, outside)
    place = max(outside - 1, 0)
    return figures[place], figures[count - 1 - place]


def difference_of_equals(figures, yardsticks):
    """The factor by which two equal subjects differ, 1 or more: what no ratio of such subjects can tell from 1."""
    low, high = interval([one / other for one, other in zip(figures, yardsticks, strict=True)])
    return max(1 / low, high, 1.0)


class Row:
    """One measured figure. `value` and `yardstick` are figures or lists of them, a round each; `better` is 'more' or 'less'; `aim` is a
    ratio (or a value, when there is no yardstick), None for none; `noise` a factor that widens the interval on both sides."""

    def __init__(self, name, *, value, unit, yardstick=None, better="more", aim=None, noise=1.0):
        if better not in ("more", "less"):
            raise ValueError(f"better: '{better}' is neither more nor less")
        self.name = name
        self.unit = unit
        self.better = better
        self.aim = aim
        self._values = _figures(value)
        self.value = statistics.median(self._values)
        yardsticks = None if yardstick is None else _figures(yardstick)
        self.yardstick = None if yardsticks is None else statistics.median(yardsticks)
        self._ratios = self._of_rounds(yardsticks)
        self._noise = noise

    def _of_rounds(self, yardsticks):
        """The ratio of each round; none without a yardstick or with a zero in it."""
        if not yardsticks or not all(self._values) or not all(yardsticks):
            return []
        rounds = max(len(self._values), len(yardsticks))
        values, yardsticks = (figures * rounds if len(figures) == 1 else figures for figures in (self._values, yardsticks))
        return [value / other if self.better == "more" else other / value for value, other in zip(values, yardsticks, strict=True)]

    @property
    def ratio(self):
        """value/yardstick, or its inverse when less is better, as the median of the rounds; None without a yardstick or with a zero in it."""
        return statistics.median(self._ratios) if self._ratios else None

    @property
    def interval(self):
        """(lowest, highest) of the ratio, or of the value if there is no yardstick; None if there was one round only, and no noise is known."""
        figures = self._values if self.yardstick is None else self._ratios
        if not figures or (len(figures) == 1 and self._noise == 1.0):
            return None
        low, high = interval(figures)
        return low / self._noise, high * self._noise

    @property
    def judged(self):
        """What becomes of the aim: 'met', 'missed', 'undecided'; None when there is none."""
        if self.aim is None:
            return None
        figure = self.value if self.yardstick is None else self.ratio
        if figure is None:
            return "missed"
        low, high = self.interval or (figure, figure)
        worst, best = (high, low) if self.yardstick is None and self.better == "less" else (low, high)
        if self._reaches(worst):
            return "met"
        return "undecided" if self._reaches(best) else "missed"

    def _reaches(self, figure):
        return figure <= self.aim if self.yardstick is None and self.better == "less" else figure >= self.aim

    @property
    def met(self):
        """Whether the aim is reached; None when there is no aim, or it is undecided."""
        return {"met": True, "missed": False}.get(self.judged)

    def as_object(self):
        """Member of "rows" in --json."""
        return {"name": self.name, "value": self.value, "unit": self.unit, "yardstick": self.yardstick, "ratio": self.ratio,
                "interval": self.interval, "rounds": max(len(self._values), len(self._ratios)), "aim": self.aim, "met": self.met, "judged": self.judged}


def _figures(value):
    return [float(figure) for figure in value] if isinstance(value, (list, tuple)) else [float(value)]


class Benchmark:
    """A registered function: `name`, `needs` (parts to build first), `text` (what it measures)."""

    def __init__(self, name, needs, function):
        self.name = name
        self.needs = needs
        self.function = function
        self.text = (function.__doc__ or "").strip().split("\n")[0]


def benchmark(name, needs):
    """Decorator that registers a generator function of rows."""
    def register(function):
        if name in _registered:
            raise ValueError(f"two benchmarks are named {name}")
        _registered[name] = Benchmark(name, needs, function)
        return function
    return register


def registered():
    """All benchmarks whose modules were imported: {name: Benchmark}."""
    return dict(sorted(_registered.items()))


def rounds_of(subjects, measure, rounds):
    """What measure(subject) gives as {name: figure} in each of some rounds: [{name: [figure of a round, ...]}, ...], a dictionary a subject.

    Subjects take turns, so that noise of the host hits all alike.
    """
    figures = [{} for _ in subjects]
    for turn in range(rounds):
        for index in range(len(subjects)) if turn % 2 == 0 else reversed(range(len(subjects))):
            for name, figure in measure(subjects[index]).items():
                figures[index].setdefault(name, []).append(figure)
    return figures


def _number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def table(rows):
    """Aligned text table."""
    cells = [("measured", "value", "unit", "yardstick", "ratio", "between", "aim", "met")]
    for row in rows:
        sign = ">=" if row.yardstick is not None or row.better == "more" else "<="
        cells.append((row.name, _number(row.value), row.unit, _number(row.yardstick), "-" if row.ratio is None else f"{row.ratio:.3f}",
                      "-" if row.interval is None else " ".join(map(_number, row.interval)), "-" if row.aim is None else f"{sign} {row.aim:g}",
                      {"met": "yes", "missed": "NO", None: "-"}.get(row.judged, row.judged)))
    widths = [max(len(line[column]) for line in cells) for column in range(8)]
    lines = ["  ".join(cell.rjust(width) if column in (1, 3, 4) else cell.ljust(width)
                       for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
