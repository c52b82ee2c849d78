# SPDX-License-Identifier: GPL-2.0-or-later
"""The page that `svp run` writes: what was played, what was tried against it, and what came of it. Nothing is loaded from elsewhere."""

import base64
import html

from ..base.errors import SvpError, explain
from ..pages.style import STYLE
from ..pages.timeline import drawing

#: Policies under which a protected film plays
PROTECTING = ("strict", "nxp", "stage2")
_STYLE = """
.pair { display: flex; flex-wrap: wrap; gap: 1rem; margin: .6rem 0; } figure { margin: 0; flex: 1 1 18rem; } figure img { width: 100%; border-radius: 6px; }
figcaption { font-size: .85em; color: var(--soft); } svg.path { width: 100%; height: auto; } svg.path rect { fill: var(--card); stroke: var(--line); }
svg.path rect.safe { fill: var(--good-back); stroke: var(--good); } svg.path rect.open { fill: var(--warn-back); stroke: var(--warn); }
svg.path rect.zone { fill: none; stroke: var(--good); stroke-dasharray: 6 4; } svg.path path { stroke: var(--text); fill: none; marker-end: url(#tip); }
svg.path text.name { fill: var(--text); font-weight: 600; } td.ok { color: var(--good); } td.trusted { color: var(--warn); } td.bad { color: var(--bad); font-weight: 600; }
"""
_WAY = "<section><h2>The way of a picture</h2>"
_LEGEND = '<p class="small">Yellow: Linux reads it, and it is encrypted. Green: clear, and behind {}.</p></section>\n'
_FIREWALLS = "the firewalls (TZC-380, RDC)"
#: What keeps the heap closed where that is something else
_KEPT_BY = {"nxp": "a firewall (RDC)", "stage2": "a second stage of translation at EL2 (for the CPU) and a firewall (RDC, for all other masters)"}
_WIDTH, _HEIGHT = 1000, 160
#: Name, what it is, left, style
_STATIONS = (("film", "card, cache", 10, "open"), ("window", "ordinary memory", 152, "open"), ("CAAM", "OP-TEE's ring", 294, ""),
             ("bitstream", "3 buffers", 436, "safe"), ("decoder", "Hantro G1, G2", 578, ""), ("picture", "and references", 720, "safe"),
             ("display", "DCSS, 3 planes", 862, ""))
_BOX, _TOP, _TALL = 122, 56, 60
_ZONE = (428, 852)  # from, to
_LABELS = ("encrypted", "encrypted", "clear", "clear", "clear", "clear")
#: Why there is a second film, and what it costs
_BESIDE = ("The decoder has one bank of registers for each engine and one name on the bus. As long as a protected film plays, its rules are everybody's: the "
           "small film in the picture is a clear one, Linux hands over its stream, yet its pictures lie in the heap as well, where Linux cannot read them "
           "back. The player's controls are Linux's own, in ordinary memory.")


def write(path, **content):
    """Write the page; see page() for what goes in. Raises SvpError."""
    try:
        path.write_text(page(**content), encoding="utf-8")
    except OSError as error:
        raise SvpError(f"--html {path}: {explain(error, named=False)}") from None


def page(*, policy, title, films, screens, pictures, tries, records, start, seconds, numbers, checks, why=""):
    """The page as text.

    `films`: what was played (demo.Film); `screens`: [(name, PNG of the screen, PNG of the planes as Linux reads them)]; `pictures`: [(name, PNG of the
    memory's cells, PNG of what Linux reads)]; `tries`: [(Try, seen, records)]; `records`: violations;
    `why`: the reason if no protected film was played; `start`, `seconds`: virtual time in nanoseconds at the film's begin, and how long it was; `numbers`: {text: value} for tiles.
    """
    expected = all(check.ok or check.skipped for check in checks)
    got = [each for each, seen, _ in tries if not each.holds(seen)]
    trusted = [each.what for each in got if policy in each.trusted_under]
    lost = [each.what for each in got if policy not in each.trusted_under]
    good = expected and not lost
    tiles = "".join(f'<div class="tile"><b>{_text(value)}</b>{_text(name)}</div>' for name, value in numbers.items())
    verdict = ("Nobody but the decoder saw the film" if good and not trusted else "Nobody saw the film who is not trusted with it" if good else "Under this policy a film in ordinary memory is everybody's" if expected and why else
               "Under this policy the film gets out" if expected else "The film was not protected as it should be")
    return "".join((
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}: {verdict}</title><style>{STYLE}{_STYLE}</style></head><body>\n",
        f"<header><h1>{verdict}</h1><p>{_introduction(title, films, policy, why)}</p>{_lost(lost, expected)}{_trusted(trusted, expected)}"
        f'<div class="tiles"><div class="tile {"passed" if good else "failed"}"><b>{"holds" if good else "broken"}</b>the protection</div>{tiles}</div></header>\n',
        "" if why else _WAY + _way() + _LEGEND.format(_KEPT_BY.get(policy, _FIREWALLS)),
        _screens(screens),
        "<section><h2>The memory, and what an attacker sees of it</h2>", *(_pair(row, "in the memory's cells" if why else "in the heap", "the same memory, read by Linux") for row in pictures),
        '<p class="small">Left: what the memory cells hold, read past the firewalls by the host. Right: the same addresses as Linux reads them. '
        "Zeros in all three components of a picture are a dark green.</p></section>\n",
        "<section><h2>What was tried while it played</h2>", _tries(tries, policy), "</section>\n",
        "" if why else _beside(tries, policy),
        "<section><h2>When</h2>", drawing({"violations": _runs(records, seconds), "faults": [], "start": start, "ran": seconds}) or "<p>No access was refused.</p>", "</section>\n",
        f"<section><h2>All checks</h2><details><summary>{sum(check.ok for check in checks)} of {len(checks)} hold</summary>", _checks(checks),
        "</details></section>\n</body></html>\n"))


def _introduction(title, films, policy, why):
    if why:
        return f"{_text(title)}, under the policy <b>{_text(policy)}</b>. {_text(why)}"
    return (f"{_text(title)}: {_listed(films)}, played on the emulated board under the policy <b>{_text(policy)}</b>. From ordinary memory they went by OP-TEE and "
            "CAAM into a heap that Linux cannot read, there by Linux's unmodified driver from the heap to the heap, and from the heap to the screen.")


def _lost(lost, expected):
    """What got out, where it is known that it does."""
    if not lost or not expected:
        return ""
    return '<p class="lost">Known, and not closed by this policy (strict does):</p><ul>' + "".join(f"<li>{_text(what)}</li>" for what in lost) + "</ul>"


def _trusted(trusted, expected):
    """Who could have seen it."""
    if not trusted or not expected:
        return ""
    return '<p class="lost">Open to whom this policy trusts (strict trusts neither):</p><ul>' + "".join(f"<li>{_text(what)}</li>" for what in trusted) + "</ul>"


def _listed(films):
    kinds = [f"{len(film.digests)} pictures of {film.size[0]}x{film.size[1]} in {film.codec}, encrypted as {film.scheme}" for film in films]
    return _text("; ".join(kinds))


def _runs(records, seconds):
    """Records of one master in one direction that follow each other closely, as one: there may be thousands, of which a drawing shows the first."""
    runs, gap = [], seconds * 1e9 / 500
    for row in sorted(records, key=lambda row: row["time"]):
        last = next((run for run in reversed(runs) if (run["master"], run["direction"]) == (row["master"], row["direction"])), None)
        if last and row["time"] - last["last-time"] < gap:
            last["last-time"], last["count"] = max(last["last-time"], row["last-time"]), last["count"] + row["count"]
        else:
            runs.append(dict(row))
    return runs


def _screens(rows):
    if not rows:
        return ""
    return ("<section><h2>The screen, and what an attacker sees of it</h2>"
            + "".join(_pair(row, "on the screen", "the same planes, as far as Linux reads them") for row in rows)
            + f'<p class="small">Left: the screen, which has been compared with a composition of all three planes made from the clear films. {_text(_BESIDE)}</p>'
            "</section>\n")


def _text(value):
    return html.escape(str(value))


def _way():
    parts = [f'<svg class="path" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="From the film by CAAM and the decoder to the display">'
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" '
             'style="fill:currentColor;stroke:none;marker-end:none"/></marker></defs>'
             f'<rect class="zone" x="{_ZONE[0]}" y="22" width="{_ZONE[1] - _ZONE[0]}" height="{_TOP + _TALL - 10}" rx="10"/>'
             f'<text x="{_ZONE[0] + 10}" y="42">heap "video": Linux reads zeros</text>']
    for number, (name, text, left, style) in enumerate(_STATIONS):
        parts.append(f'<rect class="{style}" x="{left}" y="{_TOP}" width="{_BOX}" height="{_TALL}" rx="8"/>'
                     f'<text class="name" x="{left + 10}" y="{_TOP + 26}">{name}</text><text x="{left + 10}" y="{_TOP + 46}">{text}</text>')
        if number:
            x = _STATIONS[number - 1][2] + _BOX
            parts.append(f'<path d="M{x + 2} {_TOP + _TALL / 2}H{left - 2}"/><text x="{(x + left) / 2}" y="{_TOP + _TALL + 34}" text-anchor="middle">{_LABELS[number - 1]}</text>')
    return "".join(parts) + "</svg>"


def _pair(row, what, other):
    name, cells, seen = row
    images = ((cells, f"{name}: {what}"), (seen, other[:1].upper() + other[1:]))
    return '<div class="pair">' + "".join(
        f'<figure><img alt="{_text(text)}" src="data:image/png;base64,{base64.b64encode(data).decode()}"><figcaption>{_text(text)}</figcaption></figure>'
        for data, text in images) + "</div>"


def _tries(tries, policy):
    rows = []
    for each, seen, records in tries:
        shown = "<br>".join(_text(text) for text in records[:3]) + (f"<br>and {len(records) - 3} more records" if len(records) > 3 else "")
        rows.append(f'<tr><td>{_text(each.what)}</td><td class="{_class(each, seen, policy)}">{_text(seen)}</td><td class="small">{shown or "-"}</td></tr>')
    return ('<div class="wide"><table><thead><tr><th>tried</th><th>got</th><th>on record</th></tr></thead><tbody>' + "".join(rows) + "</tbody></table></div>")


def _beside(tries, policy):
    """What the same tries come to under other policies that play protected films, by their tables; each is checked when it is asked for."""
    names = [name for name in PROTECTING if name != policy]
    rows = "".join(f'<tr><td>{_text(each.what)}</td><td class="{_class(each, seen, policy)}">{_text(seen)}</td>'
                   + "".join(f'<td class="{_class(each, each.expected(name), name)}">{_text(each.expected(name))}</td>' for name in names) + "</tr>"
                   for each, seen, _ in tries)
    heads = "".join(f"<th>{_text(name)}</th>" for name in (f"{policy}, seen", *(f"{name}, as it should be" for name in names)))
    return ('<section><h2>The same under other protections</h2><p class="small">strict: TZC-380 and RDC, decoder and display are secure masters. nxp: the RDC '
            "alone. stage2: a program at EL2 keeps the CPU out, the RDC all others. A run with --policy checks its column.</p>"
            f'<div class="wide"><table><thead><tr><th>tried</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>\n')


def _class(each, seen, policy):
    return "ok" if each.holds(seen) else "trusted" if policy in each.trusted_under and seen.startswith(each.given) else "bad"


def _checks(checks):
    rows = "".join(f'<tr class="{"" if check.ok or check.skipped else "no"}"><td>{_text(check.name)}</td><td>{_text(check.expected)}</td>'
                   f"<td>{_text(check.skipped or check.seen)}</td></tr>" for check in checks)
    return f'<div class="wide"><table><thead><tr><th>check</th><th>expected</th><th>seen</th></tr></thead><tbody>{rows}</tbody></table></div>'
