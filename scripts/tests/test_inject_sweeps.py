# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases that stand for many: which ones, what is refused, the tables of their results; and verdicts where any of some outcomes will do."""

import json
import unittest

from svplib.base.errors import UsageError
from svplib.inject import campaign, case_run, outcome, report_html, report_text, sweeps
from test_inject_results import case


def parse(entry, *more):
    return campaign.parse("f", json.dumps({"name": "n", "cases": [entry, *more]})).cases


FLIP = {"name": "flip", "boot": {}, "for": {"bit": {"from": 0, "to": 2}, "when": ["0ms", "5ms"]},
        "faults": [{"kind": "flip-bit", "target": "tzasc", "offset": "0x100", "bit": "$bit", "after": "$when", "label": "bit $bit"}],
        "do": [{"guest": "echo $bit $$HOME", "expect": {"status": "any"}}], "expect": {"outcome": ["refused", "hang", "crash"]}}


class Expanded(unittest.TestCase):
    def test_all_combinations(self):
        cases = parse(FLIP, {"name": "last", "boot": {}, "do": ["true"]})
        self.assertEqual([one.name for one in cases[:3]], ["flip (bit 0, when 0ms)", "flip (bit 0, when 5ms)", "flip (bit 1, when 0ms)"])
        self.assertEqual([one.index for one in cases], list(range(7)))
        self.assertEqual([(one.faults[0].request["bit"], one.faults[0].after) for one in cases[:6]],
                         [(bit, time) for bit in range(3) for time in (0, 5_000_000)])
        self.assertEqual((cases[3].faults[0].request["label"], cases[3].steps[0].line), ("bit 1", "echo 1 $HOME"))
        self.assertEqual((cases[3].values, cases[3].of), ({"bit": 1, "when": "5ms"}, "flip"))
        self.assertEqual((cases[6].values, cases[6].of), ({}, ""))
        self.assertEqual(cases[3].where, "f: case 'flip (bit 1, when 5ms)'")

    def test_values(self):
        for values, wanted in (({"from": "0x10", "to": "0x18", "step": 4}, ["0x10", "0x14", "0x18"]), ({"from": 3, "to": 3}, [3]),
                               ({"from": "1ms", "to": "2500us", "step": "500us"}, ["1ms", "1500us", "2ms", "2500us"]), ([True, "x"], [True, "x"]),
                               ({"from": 0, "to": 10, "step": 4}, [0, 4, 8])):
            with self.subTest(values):
                cases = parse({"name": "c $v", "boot": {}, "for": {"v": values}, "do": ["true $v"]})
                self.assertEqual([one.values["v"] for one in cases], wanted)
                self.assertEqual([one.name for one in cases], [f"c {value}" for value in wanted])

    def test_refused(self):
        for change, says in (({"for": {}}, "for: 0 names"), ({"for": {"Bit": [1]}}, "for.Bit: a name has"), ({"for": {"bit": [], "when": ["1ms"]}}, "for.bit: is empty"),
                             ({"for": {"bit": [1]}}, r"\$when: 'for' has no such name; known: bit"), ({"for": {**FLIP["for"], "x": [1]}}, r"for: \$x is used nowhere"),
                             ({"for": {"bit": [1, "1"], "when": ["1ms"]}}, "for.bit: has the same value twice"), ({"for": 3}, "for: must be an object"),
                             ({"for": {"bit": {"from": 3, "to": 2}, "when": ["1ms"]}}, "for.bit.to: 2 is below from, 3"),
                             ({"for": {"bit": {"from": 0, "to": 2, "step": 0}, "when": ["1ms"]}}, "for.bit.step: must be 1 or more"),
                             ({"for": {"bit": {"from": 0, "to": 1 << 60}, "when": ["1ms"]}}, "for.bit: more than 100000 values"),
                             ({"for": {"bit": {"from": 0, "to": 999}, "when": {"from": "0us", "to": "1ms", "step": "1us"}}}, "for: more than 100000 cases"),
                             ({"for": {"bit": [0], "when": {"from": "0us", "to": "1ms"}}}, "for.when: a range of times needs a step"),
                             ({"for": {"bit": {"from": 0, "to": 40}, "when": ["1ms"]}}, r"case 'flip \(bit 32, when 1ms\)': faults\[0\].bit: 32 is out of range"),
                             ({"for": {"bit": [[]], "when": ["1ms"]}}, r"for.bit\[0\]: must be a text or a number"), ({"name": None}, "case 0: 'name' is missing"),
                             ({"expect": {"outcome": "fire"}}, "unknown outcome 'fire'"), ({"expect": {"outcome": []}}, "outcome: is empty"),
                             ({"faults": [], "do": ["true $bit $when"]}, "outcome: the case has no fault")):
            entry = {key: value for key, value in {**FLIP, **change}.items() if value is not None}
            with self.subTest(change), self.assertRaisesRegex(UsageError, says) as caught:
                parse(entry)
            self.assertNotIn("\n", str(caught.exception))


class Tables(unittest.TestCase):
    def setUp(self):
        kinds = ("leak", "refused", "refused", "no effect", "", "crash")
        self.cases = [case(index, name=f"flip {index}", outcome=kind, values={"bit": index // 2, "when": ("0ms", "5ms")[index % 2]}, of="flip <&>")
                      for index, kind in enumerate(kinds)]
        self.made = outcome.Outcome("n", "", "i", 7, [*self.cases, case(6)])

    def test_counts(self):
        self.assertEqual(sweeps.outcome_of(case(0, verdict="broken", outcome="no effect")), "broken")
        (sweep,) = sweeps.of(self.made.cases)
        self.assertEqual(sweep.outcomes, ["leak", "crash", "refused", "no effect", "no fault"])
        counts = [(value, {name: len(cases) for name, cases in found.items()}) for value, found in sweep.rows("when")]
        self.assertEqual(counts, [("0ms", {"leak": 1, "refused": 1, "no fault": 1}), ("5ms", {"refused": 1, "no effect": 1, "crash": 1})])

    def test_text(self):
        lines = report_text.swept(self.made).splitlines()
        self.assertEqual(lines[1:5], ["flip <&>:", "  bit  leak  crash  refused  no effect  no fault", "  0       1      .        1          .         .",
                                      "  1       .      .        1          1         ."])
        self.assertIn("  5ms      .      1        1          1         .", lines)
        self.assertEqual(report_text.swept(outcome.Outcome("n", "", "i", 1, [case(6)])), "")

    def test_page(self):
        page = report_html.page(self.made)
        self.assertIn("<h2>flip &lt;&amp;&gt;</h2>", page)
        self.assertIn('<td><b>5ms</b></td><td></td><td><a href="#case-5">1</a></td><td><a href="#case-1">1</a></td>', page)
        self.assertIn('<details class="case passed" id="case-5"', page)


class Verdicts(unittest.TestCase):
    def test_outcomes_that_are_expected(self):
        """What a case did not get to is forgiven only where the machine crashed or hung, and that was expected."""
        (first, *_) = parse(FLIP)
        for found, trouble, failed, wanted in (("refused", None, False, "passed"), ("no effect", None, False, "failed"), ("crash", None, True, "passed"),
                                               ("hang", ("timeout", "x"), True, "passed"), ("crash", ("broken", "x"), False, "broken"),
                                               ("refused", None, True, "failed"), ("", None, False, "failed"), ("leak", ("timeout", "x"), True, "timeout")):
            with self.subTest(found=found, trouble=trouble, failed=failed):
                run = case_run.CaseRun(first, None, None)
                run._checks.add("a step", "done", "not reached" if failed else "done")
                self.assertEqual(run._verdict(trouble, found)[0], wanted)


if __name__ == "__main__":
    unittest.main()
