# SPDX-License-Identifier: GPL-2.0-or-later
"""One page with all of a campaign's results: nothing is loaded from elsewhere and nothing needs JavaScript.

Totals, a matrix of master, region and direction, then each case with a timeline of its violations, faults, records, steps.
"""

import html

from ..base.errors import SvpError, explain
from ..base.progress import duration
from ..pages.style import STYLE
from ..pages.timeline import drawing
from . import matrix, sweeps
from .effects import OUTCOMES
from .outcome import VERDICTS

FAULT_DETAILS = ("target", "offset", "bit", "device", "line", "duration", "mask", "answer", "world", "master", "domain", "nth", "times",
                 "not-before")
_HEX = ("offset", "mask")
_SIGNS = {"passed": "passed", "failed": "FAILED", "timeout": "TIMEOUT", "broken": "BROKEN"}


def write(outcome, path):
    """Write the page; raises SvpError."""
    try:
        with open(path, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(page(outcome))
    except OSError as error:
        raise SvpError(f"--html {path}: {explain(error, named=False)}") from None


def page(outcome):
    """The page as text."""
    filters = [name for name in VERDICTS if outcome.count(name)]
    radios = "".join(f'<input type="radio" name="show" id="show-{name}"{" checked" if name == "all" else ""}>'
                     f'<label for="show-{name}">{name} {len(outcome.cases) if name == "all" else outcome.count(name)}</label>'
                     for name in ["all", *filters])
    return "".join((
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(outcome.name)}: {'passed' if outcome.ok else 'failed'}</title><style>{STYLE}</style></head><body>\n",
        _head(outcome), _matrices(outcome), *map(_sweep, sweeps.of(outcome.cases)),
        f'<section><h2>Cases</h2><div class="cases">{radios}\n', *map(_case, outcome.cases), "</div></section>\n</body></html>\n"))


def _text(value):
    return html.escape(str(value))


def _head(outcome):
    part = f", shard {outcome.shard[0]} of {outcome.shard[1]}" if outcome.shard else ""
    tiles = "".join(f'<div class="tile {name}"><b>{outcome.count(name)}</b>{name}</div>' for name in VERDICTS if outcome.count(name))
    accesses = sum(case["accesses"] for case in outcome.cases)
    injected = sum(row["injected"] for case in outcome.cases for row in case["recorded"])
    tiles += f'<div class="tile"><b>{accesses}</b>accesses on record</div><div class="tile"><b>{injected}</b>with an injected fault</div>'
    granted = sum(row.get("granted", 0) for case in outcome.cases for row in case["recorded"])
    if granted or any(case.get("opened") for case in outcome.cases):
        tiles += f'<div class="tile failed"><b>{granted}</b>granted because of a fault</div>'
    found = [case["outcome"] for case in outcome.cases if case.get("outcome")]
    tiles += "".join(f'<div class="tile"><b>{found.count(name)}</b>{name}</div>' for name in OUTCOMES if name in found)
    return (f"<header><h1>{_text(outcome.name)}</h1><p>{_text(outcome.description)}</p>"
            f"<p class=\"small\">{len(outcome.cases)} of {outcome.total} cases{part}, {duration(outcome.seconds)}, "
            f"campaign {_text(outcome.identity[:12])}</p><div class=\"tiles\">{tiles}</div></header>\n")


def _matrices(outcome):
    """One matrix for all, and one a policy where there are several."""
    policies = sorted({case["policy"] for case in outcome.cases})
    text = "<section><h2>Who tried what</h2>" + _matrix(matrix.count(outcome.cases)) + (
        '<p class="legend"><span class="key denied3">7</span> accesses on record: denied, or changed by a fault '
        '<span class="key fault denied2">7</span> some of them with an injected fault '
        '<span class="key leak">7</span> granted, or left open (&#9888;), because of a fault '
        '<span class="key allowed">7</span> permitted accesses of the test port. R: reads, W: writes. Permitted accesses of '
        "CPUs and devices pass unseen and are not counted." + _lost(outcome) + "</p>")
    if len(policies) > 1:
        for policy in policies:
            cases = [case for case in outcome.cases if case["policy"] == policy]
            text += f"<details><summary>policy {_text(policy)} ({len(cases)} cases)</summary>{_matrix(matrix.count(cases))}</details>"
    return text + "</section>\n"


def _lost(outcome):
    """A sentence on accesses that the machine's log had no room for."""
    lost = sum(case["dropped"] for case in outcome.cases)
    return f" Left out are {lost} accesses whose records had to make room for newer ones." if lost else ""


def _matrix(cells):
    masters, regions = matrix.axes(cells)
    if not masters:
        return "<p>No access was denied, and the test port made none.</p>"
    head = "".join(f'<th colspan="2" scope="col">{_text(region)}</th>' for region in regions)
    under = "<th>R</th><th>W</th>" * len(regions)
    rows = ""
    for master in masters:
        columns = "".join(_matrix_cell(cells.get((master, region, direction)), f"{master}, {region}, {direction}")
                          for region in regions for direction in ("read", "write"))
        rows += f'<tr><th scope="row">{_text(master)}</th>{columns}</tr>\n'
    return (f'<div class="wide"><table class="matrix"><thead><tr><th rowspan="2">master</th>{head}</tr><tr>{under}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>")


def _matrix_cell(cell, where):
    if cell is None:
        return "<td></td>"
    title = f"{where}: {cell.recorded} on record, {cell.injected} of them with an injected fault; {cell.permitted} permitted"
    if cell.leaks:
        title += f"; {cell.granted} granted because of a fault" + (", which left memory open" if cell.opened else "")
        shown = (_number(cell.granted) if cell.granted else "") + ("&#9888;" if cell.opened else "")
        return f'<td class="leak" title="{_text(title)}"><b>{shown}</b></td>'
    classes = ["both"] if cell.recorded and cell.permitted else []
    classes += [f"denied{matrix.strength(cell.recorded)}"] if cell.recorded else ["allowed"]
    classes += ["fault"] if cell.injected else []
    shown = f"<b>{_number(cell.recorded)}</b>" if cell.recorded else ""
    shown += f"<i>{_number(cell.permitted)}</i>" if cell.permitted else ""
    return f'<td class="{" ".join(classes)}" title="{_text(title)}">{shown}</td>'


def _number(value):
    """A count that fits into a cell."""
    for limit, unit in ((10_000_000, "M"), (10_000, "k")):
        if value >= limit:
            return f"{value // (limit // 10)}{unit}"
    return str(value)


def _sweep(sweep):
    """Tables of one sweep: a row a value, a column an outcome; a cell leads to its first case."""
    text = f"<section><h2>{_text(sweep.name)}</h2>"
    for name in sweep.names:
        rows = []
        for value, found in sweep.rows(name):
            cells = [f'<a href="#case-{found[column][0]["index"]}">{len(found[column])}</a>' if column in found else "" for column in sweep.outcomes]
            rows.append(("", [f"<b>{_text(value)}</b>", *cells]))
        text += _table(_text(name), ("", *sweep.outcomes), rows)
    return text + "</section>\n"


def _case(case):
    opened = "" if case["verdict"] == "passed" else " open"
    body = f"<p>{_text(case['description'])}</p>" if case["description"] else ""
    if case["verdict"] != "passed":
        body += f'<pre class="bad">{_text(case["message"])}</pre>'
    body += drawing(case) + _faults(case) + _checks(case) + _steps(case) + _records(case)
    for name in ("console", "secure-console"):
        if any(case.get(name, ())):
            body += f"<h4>End of the {name.replace('-', ' ')}</h4><pre>{_text(chr(10).join(case[name]))}</pre>"
    return (f'<details class="case {case["verdict"]}" id="case-{case["index"]}"{opened}><summary><span class="badge">{_SIGNS[case["verdict"]]}</span> '
            f'<span class="name">{_text(case["name"])}</span> <span class="small">{_text(case["from"])}, policy {_text(case["policy"])}, '
            f'{case["seconds"]:.2f} s{_marks(case)}</span></summary>{body}</details>\n')


def _marks(case):
    """Words for the summary line: how many faults and records."""
    words = []
    if case["faults"]:
        hits = sum(fault.get("hits", 0) for fault in case["faults"])
        words.append(f"{len(case['faults'])} fault{'s' * (len(case['faults']) != 1)} with {hits} hit{'s' * (hits != 1)}")
    if case.get("outcome"):
        words.append(f"outcome: {case['outcome']}")
    if case["violations"]:
        words.append(f"{case['accesses']} on record")
    return "".join(f", {word}" for word in words)


def _table(title, heads, rows):
    if not rows:
        return ""
    head = "".join(f"<th>{_text(name)}</th>" for name in heads)
    return (f'<h4>{title}</h4><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
            + "\n".join(f'<tr class="{style}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for style, cells in rows)
            + "</tbody></table></div>")


def _faults(case):
    rows = []
    for fault in case["faults"]:
        what = fault.get("fault", {})
        details = [fault["register"]] if "register" in fault else []
        details += [f"{name} {hex(what[name]) if name in _HEX else what[name]}" for name in FAULT_DETAILS
                   if name in what and (name, what[name]) not in (("nth", 1), ("times", 1), ("not-before", 0))]
        rows.append(("mark", [_text(fault.get("id", "")), _text(what.get("label") or fault.get("name", "")), _text(what.get("kind", "")),
                              _text(", ".join(details)), _text(_match(what.get("match"))), fault.get("matches", 0), fault.get("hits", 0),
                              "yes" if fault.get("spent") else "no", _text(fault.get("outcome", ""))]))
    return _table("Injected faults", ("id", "label", "kind", "how", "waits for", "matches", "hits", "spent", "outcome"), rows) + _opened(case)


def _opened(case):
    """Ranges that faults have left open."""
    rows = [("no", [_text(row["master"]), _text(row["direction"]), f"{row['first']:#x} to {row['last']:#x}", ", ".join(map(str, row["faults"])),
                    "yes" if row.get("open", True) else "no"])
            for row in case.get("opened", ())[:50]]
    return _table("Opened by faults", ("master", "may", "from and to", "faults", "still"), rows)


def _match(match):
    """What a fault waits for, in words."""
    if not match:
        return ""
    words = [", ".join(match.get("masters", ())) or "any master", match.get("world", ""), match.get("direction", "")]
    first, last = match.get("first", 0), match.get("last", (1 << 64) - 1)
    if (first, last) != (0, (1 << 64) - 1):
        words.append(f"{first:#x} to {last:#x}")
    return " ".join(filter(None, words))


def _checks(case):
    rows = [("ok" if check["ok"] else "no",
             [_text(check["name"]), _text(check["expected"]), _text(check["seen"]), "holds" if check["ok"] else "FAILS"]) for check in case["checks"]]
    return _table("Expectations", ("what", "expected", "seen", ""), rows)


def _steps(case):
    rows = []
    for step in case["steps"]:
        result = step.get("trouble", "")
        if "status" in step:
            result = f"status {step['status']}"
        elif "answer" in step:
            how = "granted because of a fault" if step.get("granted") else "on record" if step.get("recorded") else "permitted"
            result = f"{step['answer']}, {how}"
        shown = step.get("output") or step.get("data") or ""
        rows.append(("", [_text(step["kind"]), _text(step["step"]), _text(result), f"<pre>{_text(shown)}</pre>" if shown else "",
                          f"{1000 * step.get('seconds', 0):.0f} ms"]))
    return _table("Steps", ("", "step", "result", "output", "took"), rows)


def _records(case):
    rows = [("mark" if row["injected"] else "", [f"{(row['time'] - case['start']) / 1e6:.3f} ms", _text(row["master"]), _text(row["world"]),
             row["domain"], _text(row["direction"]), f"{row['address']:#x}+{row['length']}", f"{_decided(row)}",
             _text(row["answer"]), row["count"], f"fault {row.get('fault')}" if row["injected"] else "", _place(row)])
            for row in (*case["violations"], *case.get("granted", ()))]
    heads = ("time", "master", "world", "domain", "direction", "address", "decided by", "answer", "count", "injected", "CPU")
    text = _table("Violations, and what faults let through", heads, rows)
    more = case["records"] - len(case["violations"])
    return text + (f"<p>and {more} more records</p>" if more else "")


def _decided(row):
    """Who denied an access, or that a fault let it through or changed it."""
    if row.get("state", "denied") == "denied":
        return _text(f"{row['denier']} {row['index']}")
    return _text("granted because of the fault" if row["state"] == "granted" else f"{row['state']} by the fault")


def _place(row):
    return f"{row['cpu']} at {row['pc']:#x}" if "cpu" in row and "pc" in row else ""
