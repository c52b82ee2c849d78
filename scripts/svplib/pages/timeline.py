# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing (SVG) of when in a case's virtual time accesses were denied, a lane a master, and when faults last happened."""

import html

LEFT, WIDTH, LANE, TOP = 110, 1000, 22, 18
MARKS_LIMIT = 400
_STEPS = (1, 2, 5)


def drawing(case):
    """The SVG as text; nothing when no access was denied and no fault happened."""
    records = [*case["violations"], *case.get("granted", ())][:MARKS_LIMIT]
    hits = [(fault["last-hit"], fault) for fault in case["faults"] if "last-hit" in fault]
    if not records and not hits:
        return ""
    start = case["start"]
    end = max([start + int(case["ran"] * 1e9), *(row["last-time"] for row in records), *(time for time, _ in hits)])
    scale = (WIDTH - LEFT - 20) / max(1, end - start)
    masters = list(dict.fromkeys(row["master"] for row in records))
    lanes = masters + (["faults"] if hits else [])
    bottom = TOP + LANE * len(lanes)

    def across(time):
        return LEFT + max(0, time - start) * scale

    parts = [f'<svg class="timeline" viewBox="0 0 {WIDTH} {bottom + 24}" role="img" aria-label="Violations over virtual time">']
    for number, lane in enumerate(lanes):
        y = TOP + LANE * number + LANE / 2
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{html.escape(lane)}</text>'
                     f'<line class="lane" x1="{LEFT}" y1="{y}" x2="{WIDTH - 20}" y2="{y}"/>')
    parts += _axis(end - start, scale, bottom)
    for row in records:
        y = TOP + LANE * masters.index(row["master"])
        x = across(row["time"])
        width = max(4.0, across(row["last-time"]) - x)
        style = row["direction"] + (" injected" if row["injected"] else "")
        parts.append(f'<rect class="{style}" x="{x - 2:.1f}" y="{y + 3}" width="{width:.1f}" height="{LANE - 6}">'
                     f"<title>{html.escape(_title(row, start))}</title></rect>")
    for time, fault in hits:
        x, y = across(time), TOP + LANE * len(masters) + LANE / 2
        parts.append(f'<path class="hit" d="M{x:.1f} {y - 7}l6 7l-6 7l-6 -7z"><title>{html.escape(_fault_title(fault, start))}</title></path>')
    parts.append("</svg>")
    key = '<span class="key read"></span>read <span class="key write"></span>write <span class="key read injected"></span>with an injected fault'
    return "".join(parts) + f'<p class="legend small">Virtual time since the beginning. {key}' + (
        ' <span class="diamond">&#9670;</span>last hit of a fault' if hits else "") + "</p>"


def _title(row, start):
    times = f"{row['count']} times, " if row["count"] > 1 else ""
    return (f"{(row['time'] - start) / 1e6:.3f} ms: {times}{row['master']} {row['world']} {row['direction']} {row['address']:#x}, "
            + (f"denied by {row['denier']} {row['index']}" if row.get("state", "denied") == "denied" else f"{row['state']} because of a fault")
            + (", injected" if row["injected"] else ""))


def _fault_title(fault, start):
    return f"{(fault['last-hit'] - start) / 1e6:.3f} ms: {fault['name']}, {fault['hits']} hits"


def _axis(span, scale, bottom):
    """Marks of the time axis, about eight."""
    step = 1
    while not any(span / (step * factor) <= 8 for factor in _STEPS):
        step *= 10
    step *= next(factor for factor in _STEPS if span / (step * factor) <= 8)
    unit, name = next((unit, name) for unit, name in ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns")) if step >= unit or unit == 1)
    parts = []
    for number in range(int(span // step) + 1):
        x = LEFT + number * step * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{bottom + 4}"/>'
                     f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{number * step // unit} {name}</text>')
    return parts
