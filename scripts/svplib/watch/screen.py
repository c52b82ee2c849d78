# SPDX-License-Identifier: GPL-2.0-or-later
"""A sample as lines for a terminal, beside the one before, from which what happens in a second follows."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_BAR, _FULL_BAR = 16, 256 << 20
_DIM, _BAD, _GOOD, _BOLD, _PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"
#: Other screen, no cursor; and back
ENTER, LEAVE, HOME = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l", "\x1b[H"
_LINE_END, _REST = "\x1b[K", "\x1b[J"


def size_text(count):
    """"1.5 MiB" of bytes."""
    unit = 0
    while count >= 1024 and unit < len(_UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.0f} B" if unit == 0 else f"{count:.1f} {_UNITS[unit]}"


def _bar(rate):
    """Full at 256 MiB a second, by its square root, so that little is seen, too."""
    filled = round(_BAR * min(1.0, rate / _FULL_BAR) ** 0.5)
    return "#" * filled + "." * (_BAR - filled)


class View:
    """What is shown; it remembers the last sample and the newest violations."""

    def __init__(self, name, colours=False, kept=500):
        self._name, self._colours, self._kept = name, colours, kept
        self._before, self._violations = None, []

    def lines(self, sample, width=100, height=40):
        """Lines for a terminal of that size, and the newest violations as far as they fit."""
        before = self._before or sample
        seconds = max(sample["time"] - before["time"], 0.001)
        self._before = sample
        self._violations = (self._violations + sample["violations"])[-self._kept:]
        rows = [self._paint(_BOLD, f"svp watch {self._name}: {sample['status']}, {sample['time']:.0f} s"), ""]
        rows += self._traffic(sample, before, seconds)
        rows += ["", *self._pictures(sample, before, seconds), *self._heaps(sample), "", *self._refused(sample)]
        room = max(0, height - len(rows))
        rows += [f"  {text}" for text in self._violations[-room:]] if room else []
        return [self._cut(row, width) for row in rows[:height]]

    def _traffic(self, sample, before, seconds):
        yield self._paint(_DIM, f"{'':16}{'reads':>14}{'writes':>14}{'':{_BAR + 4}}{'read':>12}{'written':>12}{'jobs/s':>9}")
        for name, row in sample["devices"].items():
            last = before["devices"].get(name, row)
            read, written, jobs = (max(0, row[what] - last[what]) / seconds for what in ("read", "written", "jobs"))
            yield (f"{name:16}{size_text(read) + '/s':>14}{size_text(written) + '/s':>14}  {_bar(read + written)}  "
                   f"{size_text(row['read']):>12}{size_text(row['written']):>12}{jobs:9.1f}")

    def _pictures(self, sample, before, seconds):
        def frames(one):
            return sum(row.get("frames", 0) for row in one["devices"].values())
        screen = sample["screen"]
        decoded, shown = frames(sample), screen["frames"]
        yield (f"{'pictures decoded':16}{decoded:>14}{max(0, decoded - frames(before)) / seconds:12.1f}/s")
        yield (f"{'screen frames':16}{shown:>14}{max(0, shown - before['screen']['frames']) / seconds:12.1f}/s")
        for channel in screen["channels"]:
            yield f"  channel {channel['number'] + 1}: {channel['format']} {channel['width']}x{channel['height']} at {channel['address']:#x}"

    def _heaps(self, sample):
        for name, row in sample.get("heaps", {}).items():
            yield f"{'heap ' + name:16}{size_text(row['touched']):>14} of {size_text(row['size'])} ever written"

    def _refused(self, sample):
        if "leaks" in sample:
            events = sample["leaks"]["events"]
            yield self._paint(_BAD if events else _GOOD, f"{'leaks':16}{events:>14}, {size_text(sample['leaks']['marked'])} hold protected data")
        masters = ", ".join(f"{name} {count}" for name, count in sorted(sample["refused"]["masters"].items(), key=lambda row: -row[1]) if count)
        yield f"{'refused':16}{sample['refused']['accesses']:>14}{'  ' + masters if masters else ''}"

    def _paint(self, colour, text):
        return f"{colour}{text}{_PLAIN}" if self._colours else text

    def _cut(self, row, width):
        if row.startswith("\x1b["):
            start, rest = row.split("m", 1)
            return f"{start}m{rest.removesuffix(_PLAIN)[:width]}{_PLAIN}"
        return row[:width]


def picture(lines):
    """The same for a terminal: over what was there, without flicker."""
    return HOME + "\r\n".join(line + _LINE_END for line in lines) + _REST
