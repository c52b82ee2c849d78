# SPDX-License-Identifier: GPL-2.0-or-later
"""Style sheet of the HTML report; light or dark as the reader's system has it."""

STYLE = """
:root { color-scheme: light dark; --back: #fafaf8; --card: #ffffff; --text: #1d2126; --soft: #68707a; --line: #dcdfe3;
  --good: #1a7f45; --good-back: #d9f2e3; --bad: #b3261e; --bad-back: #fbe3e1; --warn: #9a5b00; --warn-back: #fdf0d5; --mark: #6f42c1;
  --d1: #fbd9d3; --d2: #f3a99c; --d3: #df6a57; --d4: #b3261e; --d3-text: #fff; --read: #2f6fd0; --write: #d9822b; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1c2026; --text: #e6e8eb; --soft: #99a2ad; --line: #343a43;
  --good: #6fd39a; --good-back: #173a27; --bad: #ff8a80; --bad-back: #46201d; --warn: #f2c063; --warn-back: #40300f; --mark: #c0a2ff;
  --d1: #45231f; --d2: #733026; --d3: #a8402f; --d4: #df5a45; --d3-text: #fff; --read: #7fb0ff; --write: #f5b267; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 .3rem; font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .7rem; }
h4 { margin: 1rem 0 .3rem; font-size: .85rem; color: var(--soft); text-transform: uppercase; letter-spacing: .04em; }
p { margin: .3rem 0; max-width: 60rem; } .small { font-size: .85em; color: var(--soft); }
.tiles { display: flex; flex-wrap: wrap; gap: .7rem; margin-top: 1rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem 1rem; color: var(--soft); }
.tile b { display: block; font-size: 1.5rem; color: var(--text); }
.tile.passed b { color: var(--good); } .tile.failed b, .tile.broken b { color: var(--bad); } .tile.timeout b { color: var(--warn); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; } th, td { padding: .25rem .55rem; text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); }
tbody tr + tr td, tbody tr + tr th { border-top: 1px solid var(--line); }
.matrix th, .matrix td { border: 1px solid var(--line); text-align: center; min-width: 2.6rem; font-variant-numeric: tabular-nums; }
.matrix th[scope=row] { text-align: right; white-space: nowrap; } .matrix b, .matrix i { display: block; font-style: normal; font-weight: 600; }
.denied1 { background: var(--d1); } .denied2 { background: var(--d2); } .denied3 { background: var(--d3); color: var(--d3-text); }
.denied4 { background: var(--d4); color: var(--d3-text); } .leak { background: var(--mark); color: var(--card); } .allowed { background: var(--good-back); color: var(--good); }
.both i { background: var(--good-back); color: var(--good); border-radius: 3px; }
td.fault, .key.fault { outline: 2px dashed var(--mark); outline-offset: -3px; }
.legend { margin-top: .6rem; } .key { display: inline-block; min-width: 1.6rem; min-height: .8rem; padding: 0 .4rem; margin: 0 .2rem 0 .8rem;
  border-radius: 3px; text-align: center; }
.key.read { background: var(--read); } .key.write { background: var(--write); } .key.injected { outline: 2px solid var(--mark); }
.key.read, .key.write { min-width: .9rem; padding: 0; } .diamond { color: var(--mark); margin: 0 .2rem 0 .8rem; }
.cases > input { position: absolute; opacity: 0; } .cases > label { display: inline-block; padding: .2rem .8rem; margin: 0 .4rem .6rem 0;
  border: 1px solid var(--line); border-radius: 99px; cursor: pointer; background: var(--card); }
.cases > input:checked + label { border-color: var(--text); font-weight: 600; }
.cases > input:focus-visible + label { outline: 2px solid var(--read); }
#show-passed:checked ~ .case:not(.passed), #show-failed:checked ~ .case:not(.failed), #show-timeout:checked ~ .case:not(.timeout),
#show-broken:checked ~ .case:not(.broken) { display: none; }
details.case { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 6px;
  margin: .35rem 0; padding: .4rem .8rem; }
details.failed, details.broken { border-left-color: var(--bad); } details.timeout { border-left-color: var(--warn); }
summary { cursor: pointer; } .name { font-weight: 600; }
.badge { display: inline-block; font-size: .72rem; padding: 0 .45rem; border-radius: 4px; background: var(--good-back); color: var(--good); }
.failed .badge, .broken .badge { background: var(--bad-back); color: var(--bad); } .timeout .badge { background: var(--warn-back); color: var(--warn); }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .82rem/1.35 ui-monospace, monospace; max-height: 24rem; overflow: auto; }
pre.bad { background: var(--bad-back); padding: .5rem; border-radius: 6px; margin: .4rem 0; }
td { overflow-wrap: anywhere; } tr.no td { color: var(--bad); } tr.mark td:first-child { box-shadow: inset 3px 0 var(--mark); }
svg.timeline { width: 100%; height: auto; margin-top: .6rem; } svg text { font-size: 12px; fill: var(--soft); }
svg .lane { stroke: var(--line); } svg .grid { stroke: var(--line); stroke-dasharray: 2 3; }
svg .read { fill: var(--read); } svg .write { fill: var(--write); } svg .injected { stroke: var(--mark); stroke-width: 2; } svg .hit { fill: var(--mark); }
"""
