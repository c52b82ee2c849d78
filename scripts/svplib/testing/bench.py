# SPDX-License-Identifier: GPL-2.0-or-later
r"""Benchmarks: each measures the board and its yardstick side by side in one run and gives rows.

    from svplib.testing.bench import benchmark, Row

    @benchmark("memory", needs=("qemu", "linux", "boot", "guest"))
    def memory():
        '''Guest memory speed with the firewall enforcing against the firewall off.'''
        yield Row("memory: sequential read", value=ours, unit="MB/s", yardstick=theirs, better="more", aim=0.99)

ratio says how good we are relative to the yardstick: above 1 is better, whichever direction is the good one. A row without a
yardstick has no ratio; then `aim` is a limit on the value itself, in the direction of `better`.
"""

#: Units of which less is better
TIME_UNITS = ("ns", "us", "ms", "s")
_registered = {}


class Row:
    """One measured figure. `better` is 'more' or 'less'; `aim` is a ratio (or a value, when there is no yardstick), None for none."""

    def __init__(self, name, *, value, unit, yardstick=None, better="more", aim=None):
        if better not in ("more", "less"):
            raise ValueError(f"better: '{better}' is neither more nor less")
        self.name = name
        self.value = float(value)
        self.unit = unit
        self.yardstick = None if yardstick is None else float(yardstick)
        self.better = better
        self.aim = aim

    @property
    def ratio(self):
        """value/yardstick, or its inverse when less is better; None without a yardstick or with a zero in it."""
        if self.yardstick is None or not self.value or not self.yardstick:
            return None
        return self.value / self.yardstick if self.better == "more" else self.yardstick / self.value

    @property
    def met(self):
        """Whether the aim is reached; None when there is no aim."""
        if self.aim is None:
            return None
        if self.yardstick is not None:
            return self.ratio is not None and self.ratio >= self.aim
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim

    def as_object(self):
        """Member of "rows" in --json."""
        return {"name": self.name, "value": self.value, "unit": self.unit, "yardstick": self.yardstick,
                "ratio": self.ratio, "aim": self.aim, "met": self.met}


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


def best_rounds(subjects, measure, rounds):
    """Best value of each figure that measure(subject) gives as {name: (value, unit)}; one dictionary a subject.

    Subjects take turns, so that noise of the host hits all alike. For units of time less is better.
    """
    best = [{} for _ in subjects]
    for turn in range(rounds):
        for index in range(len(subjects)) if turn % 2 == 0 else reversed(range(len(subjects))):
            for name, (value, unit) in measure(subjects[index]).items():
                choose = min if unit in TIME_UNITS else max
                known = best[index].get(name, (value, unit))[0]
                best[index][name] = (choose(known, value), unit)
    return best


def _number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def table(rows):
    """Aligned text table."""
    cells = [("measured", "value", "unit", "yardstick", "ratio", "aim", "met")]
    for row in rows:
        sign = ">=" if row.yardstick is not None or row.better == "more" else "<="
        cells.append((row.name, _number(row.value), row.unit, _number(row.yardstick), "-" if row.ratio is None else f"{row.ratio:.3f}",
                      "-" if row.aim is None else f"{sign} {row.aim:g}", {True: "yes", False: "NO", None: "-"}[row.met]))
    widths = [max(len(line[column]) for line in cells) for column in range(7)]
    lines = ["  ".join(cell.rjust(width) if column in (1, 3, 4) else cell.ljust(width)
                       for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
