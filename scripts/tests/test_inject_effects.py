# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fault lets through is a state of its own, in what is judged and in what is shown; each fault has an outcome."""

import json
import unittest

from svplib.base.checks import CheckList
from svplib.inject import campaign, effects, grants, judge, matrix, outcome, report_html, report_text
from svplib.pages import timeline

VIDEO, RAM = 0xC0000000, 0x40000000
SIZE = 0x8000000


def view(world, domain, *closed):
    """A row of query-svp-policy: everything is open but for `closed` directions of the heap."""
    runs = [{"first": RAM, "length": VIDEO - RAM, "read": True, "write": True},
            {"first": VIDEO, "length": SIZE, "read": "read" not in closed, "write": "write" not in closed}]
    slave = {"name": "ocram", "index": 0, "pieces": [{"first": 0x900000, "length": 0x1000, "privileged": {"read": True, "write": False},
                                                     "user": {"read": False, "write": False}}]}
    return {"world": world, "domain": domain, "runs": runs, "slaves": [slave]}


def record(**more):
    row = {"sequence": 1, "time": 5, "last-time": 5, "count": 1, "address": VIDEO + 0x40, "length": 8, "denier": "tzc", "index": 3, "master": "a53",
           "world": "non-secure", "domain": 0, "direction": "read", "answer": "okay", "injected": False, "state": "denied",
           "text": "#1 0.000000005s a53 non-secure domain 0 read 0xc0000040+8 denied by tzc 3, answer OKAY"}
    if "fault" in more:
        more = {"injected": True, "denier": "fault", "index": more["fault"], **more}
    return {**row, **more}


def granted(**more):
    return record(state="granted", text=f"#1 0.0s a53 non-secure domain 0 read 0xc0000040+8 granted because of fault {more['fault']}, answer OKAY", **more)


OPENING = {"fault": 1, "masters": ["a53", "gpu"], "world": "non-secure", "domains": [0, 2], "user": True, "privileged": True, "direction": "read",
           "first": VIDEO, "last": VIDEO + SIZE - 1, "open": True}


class Machine:
    """The QMP commands that Grants needs."""

    def __init__(self, *openings):
        self.openings = list(openings)

    def command(self, name, **_):
        return {"query-svp-policy": [view("secure", 0), view("non-secure", 0, "read", "write")],
                "query-svp-fault-openings": {"openings": self.openings, "lost": 0}}[name]


class Grants(unittest.TestCase):
    def test_what_comes_through_is_told_apart(self):
        found = grants.Grants(Machine(OPENING))
        found.look([{"id": 1, "fault": {"kind": "flip-bit"}}, {"id": 2, "fault": {"kind": "change-world"}}])
        log = {"violations": [record(), granted(fault=1, count=7), granted(fault=2), record(fault=2, state="passed")], "accesses": 10, "dropped": 0}
        kept, through = found.split(log)
        self.assertEqual([(row["state"], row.get("fault")) for row in kept["violations"]], [("denied", None), ("granted", 2), ("passed", 2)])
        self.assertEqual([(row["state"], row["fault"], row["count"]) for row in through], [("granted", 1, 7)])
        self.assertEqual(kept["accesses"], 3)

    def test_by_master(self):
        found = grants.Grants(Machine(OPENING, {**OPENING, "fault": 3, "masters": ["gpu"], "open": False}))
        found.look([])
        row = {"direction": "read", "first": VIDEO, "last": VIDEO + SIZE - 1, "open": True}
        self.assertEqual(found.by_master(), [{**row, "master": "a53", "faults": [1]}, {**row, "master": "gpu", "faults": [1, 3]}])

    def test_what_was_open(self):
        found = grants.Grants(Machine())
        for world, address, allowed in (("secure", VIDEO, True), ("non-secure", VIDEO, False), ("non-secure", VIDEO - 1, True),
                                        ("non-secure", VIDEO + SIZE - 1, False), ("non-secure", VIDEO + SIZE, False), ("secure", 0x900FFF, True),
                                        ("secure", 0x901000, False)):
            self.assertEqual(found.was_open(record(world=world, address=address)), allowed, hex(address))
        self.assertFalse(found.was_open(record(address=0x900000, direction="write")))


class Outcomes(unittest.TestCase):
    def outcome(self, *, records=(), granted=(), opened=(), closed=False, crash=False, hang=False, hits=1):
        return effects.of_faults([{"id": 1, "hits": hits}], list(records), list(granted), list(opened), closed, crash=crash, hang=hang)[1]

    def test_each(self):
        seen = {
            "leak": [self.outcome(granted=[{**record(fault=1), "state": "granted"}]), self.outcome(records=[{**record(fault=1), "state": "granted"}]),
                     self.outcome(opened=[{"direction": "read", "fault": 1}]), self.outcome(opened=[{"direction": "read", "fault": 1}], crash=True)],
            "corruption": [self.outcome(records=[{**record(fault=1, direction="write"), "state": "granted"}]),
                           self.outcome(records=[{**record(fault=1), "state": "changed"}]), self.outcome(opened=[{"direction": "write", "fault": 1}])],
            "crash": [self.outcome(crash=True), self.outcome(crash=True, hang=True)],
            "hang": [self.outcome(hang=True)],
            "refused": [self.outcome(records=[{**record(fault=1), "state": "refused"}]), self.outcome(closed=True),
                        self.outcome(records=[{**record(fault=1, denier="tzc"), "state": "denied"}])],
            "no effect": [self.outcome(), self.outcome(crash=True, hits=0), self.outcome(records=[{**record(), "state": "denied"}]),
                          self.outcome(granted=[{**record(fault=2), "state": "granted"}]), self.outcome(records=[{**record(fault=1), "state": "passed"}])],
        }
        for name, found in seen.items():
            self.assertEqual(set(found), {name})
        self.assertEqual(tuple(seen), effects.OUTCOMES)

    def test_crash(self):
        self.assertTrue(effects.crashed("[    1.0] Internal error: Oops: 0000000096000004 [#1]", "running"))
        self.assertTrue(effects.crashed("", "reset"))
        self.assertFalse(effects.crashed("[    9.0] reboot: Restarting system\n", "reset"))
        self.assertFalse(effects.crashed("all is well", "off"))


class Shown(unittest.TestCase):
    def setUp(self):
        leak = granted(fault=1, count=3)
        self.case = {"index": 0, "name": "c", "description": "", "verdict": "passed", "message": "", "seconds": 1.0, "from": "s", "policy": "strict",
                     "memory": 3 << 30, "start": 0, "ran": 0.1, "end": "running", "checks": [], "steps": [], "violations": [], "granted": [leak],
                     "records": 0, "accesses": 0, "dropped": 0, "recorded": matrix.recorded([leak], 3 << 30), "outcome": "leak",
                     "opened": [{"master": "a53", "direction": "read", "first": VIDEO, "last": VIDEO + SIZE - 1, "faults": [1], "open": True}],
                     "faults": [{"id": 1, "name": "f", "hits": 1, "matches": 0, "fault": {"kind": "flip-bit"}, "outcome": "leak"}]}
        self.outcome = outcome.Outcome("n", "d", "abc", 1, [self.case], seconds=1.0)

    def test_matrix(self):
        cell = matrix.count([self.case])["a53", "video", "read"]
        self.assertEqual((cell.recorded, cell.injected, cell.granted, cell.opened, cell.leaks), (3, 3, 3, True, True))
        only_open = matrix.count([{**self.case, "recorded": []}])
        self.assertTrue(only_open["a53", "video", "read"].leaks, "the row is not empty though nobody read")

    def test_page(self):
        text = report_html.page(self.outcome)
        self.assertRegex(text, r'<td class="leak" title="a53, video, read: [^"]*3 granted because of a fault, which left memory open"')
        self.assertRegex(text, r"<b>3</b>granted because of a fault")
        self.assertRegex(text, r"<b>3</b>with an injected fault")
        self.assertIn("granted because of the fault", text)
        self.assertNotRegex(text, r"denied by fault")
        self.assertIn("outcome: leak", text)

    def test_timeline_and_table(self):
        self.assertIn("granted because of a fault", timeline.drawing(self.case))
        text = report_text.table(self.outcome)
        self.assertRegex(text, r"(?m)^ok +c .*fault: leak$")
        self.assertRegex(text, r"(?m)^1 faults: 1 leak$")


class Expected(unittest.TestCase):
    def test_state(self):
        def failed(records, granted, wanted):
            text = {"name": "n", "cases": [{"name": "c", "boot": {}, "expect": {"violations": wanted}}]}
            parsed = campaign.parse("f", json.dumps(text)).cases[0].expected.violations
            checks = CheckList()
            judge.violations(checks, parsed, {"violations": records, "dropped": 0}, {}, granted)
            return len(checks.failed)

        leak = granted(fault=1)
        self.assertEqual(failed([], [leak], []), 0)
        self.assertEqual(failed([], [leak], [{"state": "granted", "master": "a53", "count": 1}]), 0)
        self.assertEqual(failed([], [], [{"state": "granted", "master": "a53"}]), 1)
        self.assertEqual(failed([leak], [], [{"state": "denied"}]), 2)


if __name__ == "__main__":
    unittest.main()
