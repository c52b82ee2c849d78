# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of campaigns: verdicts from what was seen, merging of shards, JSON, JUnit, the page, the command line."""

import argparse
import contextlib
import copy
import html.parser
import io
import json
import re
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

from svplib.base.checks import CheckList
from svplib.base.errors import UsageError
from svplib.inject import campaign, command, judge, matrix, outcome, report_html, report_junit, report_text
from svplib.pages import timeline

RECORD = {"sequence": 1, "time": 2_000_000_000, "last-time": 2_000_000_000, "count": 1, "master": "gpu", "world": "non-secure", "domain": 1,
          "direction": "read", "address": 0xC8000040, "length": 8, "denier": "rdc-region", "index": 2, "answer": "okay", "injected": False,
          "text": "#1 gpu ..."}
FAULT = {"id": 1, "name": "bit", "matches": 2, "hits": 1, "spent": True, "last-hit": 2_000_500_000,
         "fault": {"kind": "corrupt", "mask": 128, "label": "bit", "nth": 1, "times": 1, "not-before": 0,
                   "match": {"masters": ["gpu"], "first": 0, "last": (1 << 64) - 1}}}
PORT = {"step": "gpu: read", "kind": "port", "master": "gpu", "operation": "read", "address": 0x40000000, "answer": "okay", "recorded": False,
        "data": "00", "seconds": 0.001}


def record(**changes):
    return {**RECORD, **changes}


def case(index, verdict="passed", **changes):
    return {"index": index, "name": f"case {index}", "description": "", "verdict": verdict, "message": "" if verdict == "passed" else "went wrong",
            "seconds": 0.5, "from": "s", "policy": "open", "memory": 3 << 30, "start": 1_999_000_000, "ran": 0.2, "end": "running",
            "checks": [{"name": "c", "expected": "1", "seen": "1" if verdict == "passed" else "2", "ok": verdict == "passed"}],
            "steps": [PORT], "faults": [FAULT], "violations": [RECORD], "records": len(changes.get("violations", [1])), "accesses": 1, "dropped": 0,
            "recorded": matrix.recorded(changes.get("violations", [RECORD]), 3 << 30), **changes}


def made(indices, total=4, shard=None, identity="abc", **changes):
    return outcome.Outcome("n", "d", identity, total, [case(index, **changes) for index in indices], shard=shard, seconds=2.0, jobs=2)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, value):
        path = self.folder / name
        path.write_text(value if isinstance(value, str) else json.dumps(value.as_object() if isinstance(value, outcome.Outcome) else value))
        return str(path)


class Merging(Files):
    def refused(self, *paths):
        with self.assertRaises(UsageError) as caught:
            outcome.merge(paths)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_order_and_totals(self):
        parts = [self.write("b", made([1, 3], shard=(2, 2), verdict="failed")), self.write("a", made([0, 2], shard=(1, 2)))]
        merged = outcome.merge(parts)
        self.assertEqual([row["index"] for row in merged.cases], [0, 1, 2, 3])
        self.assertEqual((merged.count("passed"), merged.count("failed"), merged.ok, merged.shard, merged.jobs), (2, 2, False, None, 4))
        self.assertTrue(outcome.merge([self.write("c", made([0, 1, 2, 3]))]).ok)

    def test_missing(self):
        line = self.refused(self.write("a", made([0, 3], shard=(1, 3))), self.write("b", made([2], shard=(3, 3))))
        self.assertRegex(line, r"1 of 4 cases are missing \(shards 2/3\), the first is case 1")
        self.assertRegex(self.refused(self.write("a", made([1]))), r"3 of 4 cases are missing, the first is case 0")

    def test_twice(self):
        self.assertRegex(self.refused(self.write("a", made([0, 2])), self.write("b", made([1, 2, 3]))), r"case 'case 2' is in both .*a and .*b")
        path = self.write("c", made([0, 1, 2, 3]))
        self.assertRegex(self.refused(path, path), r"case 'case 0' is in both")

    def test_other_campaign(self):
        self.assertRegex(self.refused(self.write("a", made([0, 1])), self.write("b", made([2, 3], identity="abd"))), r"b is of another campaign")
        self.assertRegex(self.refused(self.write("a", made([0, 1])), self.write("b", made([2, 3], total=5))), r"another campaign")
        self.assertRegex(self.refused(self.write("a", made([0, 4]))), r"has number 4, the campaign has 4 cases")

    def test_no_results(self):
        good = made([0]).as_object()
        for name, value in (("text", "hello"), ("list", []), ("other", {"ok": True, "checks": []}), ("no-index", {**good, "cases": [{}]}),
                            ("verdict", {**good, "cases": [case(0, verdict="fine")]}), ("null", {**good, "cases": None}),
                            ("string", {**good, "campaign": "x"}), ("shard", {**good, "shard": {"index": 1}})):
            with self.subTest(name):
                self.assertRegex(self.refused(self.write(name, value)), r"is no result of svp inject --json")
        self.assertRegex(self.refused(self.write("format", {**good, "format": 9})), r"format 9, this svp reads 1")
        self.assertRegex(self.refused(str(self.folder / "none")), r"No such file")

    def test_round_trip(self):
        first = made([0, 1, 2, 3], shard=(1, 1))
        again = outcome.load(self.write("a", first))
        self.assertEqual(again.as_object(), first.as_object())
        self.assertEqual(first.as_object()["checks"][0], {"name": "case 0", "expected": "passed", "seen": "passed", "ok": True})


class Judging(unittest.TestCase):
    def violations(self, expected, records, dropped=0):
        """Texts of the checks that fail for records of QMP."""
        text = {"name": "n", "cases": [{"name": "c", "boot": {}, "faults": [{"kind": "zero", "label": "f"}], "expect": {"violations": expected}}]}
        parsed = campaign.parse("f", json.dumps(text)).cases[0].expected.violations
        checks = CheckList()
        judge.violations(checks, parsed, {"violations": records, "dropped": dropped}, {0: 7, "f": 7})
        self.assertTrue(checks.checks)
        return [f"{check.name}: {check.expected}/{check.seen}" for check in checks.failed]

    def test_match(self):
        every = {"master": "gpu", "world": "non-secure", "domain": 1, "direction": "read", "first": "vault", "last": "vault.last",
                 "denier": "rdc-region", "index": 2, "answer": "okay", "injected": False, "count": 1}
        self.assertEqual(self.violations([every], [RECORD]), [])
        for name, value in (("master", "vpu"), ("world", "secure"), ("domain", 0), ("direction", "write"), ("last", "vault+0x3f"),
                            ("first", "vault+0x41"), ("denier", "tzc"), ("index", 1), ("answer", "decerr"), ("injected", True), ("count", 2)):
            with self.subTest(name):
                self.assertTrue(self.violations([{**every, name: value}], [RECORD]))

    def test_others(self):
        self.assertEqual(self.violations([], []), [])
        self.assertRegex(self.violations([], [RECORD])[0], r"other records: none/#1 gpu")
        self.assertRegex(self.violations([{"master": "vpu"}], [record(master="vpu"), RECORD, RECORD])[0], r"and 1 more")
        self.assertEqual(self.violations({"records": [{"master": "vpu"}], "others": "any"}, [record(master="vpu"), RECORD]), [])

    def test_counts_add_up(self):
        three = [record(count=2), record(), record(master="vpu")]
        self.assertEqual(self.violations([{"master": "gpu", "count": 3}, {"master": "vpu"}], three), [])
        self.assertTrue(self.violations([{"master": "gpu", "count": {"max": 2}}, {"master": "vpu"}], three))
        self.assertEqual(self.violations({"records": [{"master": "dcss", "count": 0}], "others": "any"}, three), [])
        self.assertTrue(self.violations({"records": [{"master": "dcss"}], "others": "any"}, three))

    def test_fault(self):
        self.assertEqual(self.violations([{"fault": "f"}], [record(injected=True, fault=7)]), [])
        self.assertTrue(self.violations([{"fault": "f"}], [record(injected=True, fault=8)]))
        self.assertTrue(self.violations([{"fault": 0}], [RECORD]))

    def test_lost_records(self):
        self.assertRegex(self.violations([{"master": "gpu"}], [RECORD], dropped=5)[0], r"records that were lost")

    def cells(self, item, content):
        """Whether an expectation on memory holds when DRAM from 0x40000000 on holds `content`."""
        class Memory:
            def ram(self, address, size):
                data = content[address - 0x40000000:address - 0x40000000 + size]
                return data + bytes(size - len(data))
        text = {"name": "n", "cases": [{"name": "c", "boot": {}, "expect": {"memory": [item]}}]}
        checks = CheckList()
        judge.cells(checks, campaign.parse("f", json.dumps(text)).cases[0].expected.memory[0], Memory())
        return checks.ok

    def test_cells(self):
        content = bytes(range(256))
        self.assertTrue(self.cells({"address": 0x40000010, "is": "1011"}, content))
        self.assertFalse(self.cells({"address": 0x40000010, "is": "1012"}, content))
        self.assertTrue(self.cells({"address": 0x40000010, "not": "1012"}, content))
        self.assertFalse(self.cells({"address": 0x40000010, "not": "1011"}, content))
        self.assertTrue(self.cells({"address": 0x40000100, "length": 4096, "is": "00"}, content))
        self.assertFalse(self.cells({"address": 0x400000FF, "length": 4096, "is": "00"}, content))
        self.assertFalse(self.cells({"address": 0x40000000, "length": 256, "nowhere": "feff"}, content))
        self.assertTrue(self.cells({"address": 0x40000000, "length": 255, "nowhere": "feff"}, content))

    def test_search_over_the_edge_of_a_chunk(self):
        edge = judge.CHUNK_BYTES
        content = bytes(edge - 1) + b"\xaa\xbb"
        self.assertFalse(self.cells({"address": 0x40000000, "length": edge + 64, "nowhere": "aabb"}, content))

    def test_faults(self):
        text = {"name": "n", "cases": [{"name": "c", "boot": {}, "faults": [{"kind": "zero"}],
                                        "expect": {"faults": [{"fault": 0, "hits": {"min": 2}, "matches": 5, "spent": True}]}}]}
        expected = campaign.parse("f", json.dumps(text)).cases[0].expected.faults
        for state, failures in (({"hits": 2, "matches": 5, "spent": True}, 0), ({"hits": 1, "matches": 4, "spent": False}, 3), (None, 1)):
            checks = CheckList()
            judge.fault_states(checks, expected, {3: state} if state else {}, {0: 3})
            self.assertEqual(len(checks.failed), failures, state)


class Matrix(unittest.TestCase):
    def test_counts(self):
        rows = [RECORD, record(count=4, injected=True, fault=1), record(direction="write", address=0x40000000),
                record(master="usdhc1", address=0x100000000)]
        steps = [PORT, {**PORT, "recorded": True}, {**PORT, "operation": "copy", "from": 0x900000, "to": 0xC0000000}, {"kind": "guest"}]
        cells = matrix.count([case(0, violations=rows, steps=steps)])
        seen = {key: (cell.recorded, cell.injected, cell.permitted) for key, cell in cells.items()}
        self.assertEqual(seen, {("gpu", "vault", "read"): (5, 4, 0), ("gpu", "ram", "write"): (1, 0, 0), ("usdhc1", "image", "read"): (1, 0, 0),
                                ("gpu", "ram", "read"): (0, 0, 1), ("gpu", "ocram", "read"): (0, 0, 1), ("gpu", "video", "write"): (0, 0, 1)})
        self.assertEqual(matrix.axes(cells), (["usdhc1", "gpu"], ["ram", "video", "vault", "image", "ocram"]))


class Page(html.parser.HTMLParser):
    """Collects what a page is made of; `open` must be empty at its end."""

    VOID = ("meta", "input", "line", "rect", "path", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)


class Reports(Files):
    def setUp(self):
        super().setUp()
        self.evil = "<script>alert('x')</script> & \x1b[0m \ud800"
        rows = [RECORD, record(injected=True, fault=1, cpu=2, pc=0x1000, time=2_100_000_000)]
        self.outcome = outcome.Outcome("n", "d", "abc", 3, [
            case(0, violations=rows), case(1, "failed", name=self.evil, console=[self.evil], policy="strict", faults=[], violations=[]),
            case(2, "broken", steps=[], faults=[{"id": 3, "name": "3"}])], shard=(1, 1), seconds=1.0)

    def test_page(self):
        path = self.folder / "x.html"
        report_html.write(self.outcome, path)
        text = path.read_text()
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertNotIn("script", page.tags)
        self.assertEqual([value for name, value in page.attributes if name in ("src", "href")], [])
        self.assertNotRegex(text, r"url\(|@import|https?://")
        self.assertEqual(page.tags.count("details"), 3 + 2)  # cases, and a matrix for each of two policies
        self.assertIn("case 0", "".join(page.words))
        self.assertRegex(text, r'title="gpu, vault, read: 3 on record, 1 of them with an injected fault; 0 permitted"')
        self.assertRegex(text, r"prefers-color-scheme: dark")

    def test_registers(self):
        """A fault that was written with a register's name is shown with it."""
        path = self.folder / "x.html"
        flip = {**FAULT, "register": "rdc.MRC1.ENA", "fault": {"kind": "flip-bit", "target": "rdc", "offset": 0x818, "bit": 30, "nth": 1, "times": 1, "not-before": 0}}
        report_html.write(made(range(1), 1, faults=[flip, FAULT]), path)
        self.assertIn("rdc.MRC1.ENA, target rdc, offset 0x818, bit 30", path.read_text())
        self.assertEqual(path.read_text().count("MRC1"), 1)

    def test_timeline(self):
        drawn = timeline.drawing(self.outcome.cases[0])
        page = Page(drawn)
        self.assertEqual((page.open, page.tags.count("rect"), page.tags.count("path")), ([], 2, 1))
        self.assertIn("1.000 ms: gpu non-secure read 0xc8000040", drawn)
        self.assertEqual(timeline.drawing(self.outcome.cases[1]), "")

    def test_timeline_of_any_span(self):
        for last in (1_999_000_000, 1_999_000_001, 1_999_999_999, 10 ** 15):
            drawn = timeline.drawing(case(0, ran=0.0, faults=[], violations=[record(time=1_999_000_000, **{"last-time": last})]))
            marks = drawn.count('class="grid"')
            self.assertTrue(1 <= marks <= 10, f"{marks} marks for {last}")

    def test_junit(self):
        path = self.folder / "x.xml"
        report_junit.write(self.outcome, path)
        root = ElementTree.parse(path).getroot()
        self.assertEqual([suite.get("name") for suite in root], ["n: s"])
        self.assertEqual((root[0].get("tests"), root[0].get("failures"), root[0].get("errors")), ("3", "1", "1"))
        self.assertEqual([child.tag for child in root.iter() if child.tag in ("failure", "error")], ["failure", "error"])
        self.assertIn("alert('x')", root[0][1].get("name"))

    def test_unwritable(self):
        for write in (report_html.write, report_junit.write):
            with self.assertRaisesRegex(Exception, r"--(html|junit) .*No such file"):
                write(self.outcome, self.folder / "none" / "x")

    def test_table(self):
        text = report_text.table(self.outcome)
        self.assertRegex(text, r"(?m)^ok +case 0 +0.50 s  s$")
        self.assertRegex(text, r"(?m)^    c: expected 1, seen 2$")
        self.assertRegex(text, r"(?m)^BROKEN +case 2")
        self.assertRegex(text, r"1 passed, 1 failed, 1 broken: 3 cases of 'n' in 1 s, 180 cases a minute$")


class CommandLine(Files):
    TEXT = {"name": "n", "snapshots": {"s": {}}, "cases": [{"name": f"{kind} {number}", "snapshot": "s", "do": ["true"]}
                                                          for number in range(5) for kind in ("read", "write")]}

    def run_it(self, *words):
        """(status, stdout) of `svp inject`, without a machine."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--jobs", type=int)
        command.add_arguments(parser)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = command.main(parser.parse_args(list(words)))
        return status, output.getvalue()

    def listed(self, *words):
        status, text = self.run_it(self.write("c.json", self.TEXT), "--list", *words)
        self.assertEqual(status, 0)
        return [line.split("  ")[0] for line in text.splitlines()]

    def refused(self, *words):
        with self.assertRaises(UsageError) as caught:
            self.run_it(*words)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_list_and_only(self):
        self.assertEqual(len(self.listed()), 10)
        self.assertEqual(self.listed("--only", "read 1"), ["read 1"])
        self.assertEqual(self.listed("--only", "*[34]"), ["read 3", "write 3", "read 4", "write 4"])
        self.assertRegex(self.refused(self.write("c.json", self.TEXT), "--list", "--only", "copy"), r"--only: no case has a name like 'copy'")

    def test_shards_are_a_partition(self):
        for number in (1, 3, 10):
            parts = [self.listed("--shard", f"{part}/{number}") for part in range(1, number + 1)]
            self.assertEqual(sorted(sum(parts, [])), sorted(self.listed()))
        self.assertEqual(self.listed("--shard", "2/3"), ["write 0", "read 2", "write 3"])

    def test_bad_shards(self):
        path = self.write("c.json", self.TEXT)
        for text, wanted in (("3", "is not K/N"), ("0/3", "K must be 1 to N"), ("4/3", "K must be 1 to N"), ("1/11", "cannot be cut into 11 parts"),
                             ("-1/3", "is not K/N")):
            self.assertRegex(self.refused(path, "--list", f"--shard={text}"), wanted)

    def test_merge(self):
        parts = [self.write("a", made([0, 2])), self.write("b", made([1, 3]))]
        target = self.folder / "all.json"
        status, text = self.run_it("--merge", *parts, "--json", str(target), "--html", str(self.folder / "x.html"))
        self.assertEqual(status, 0)
        self.assertRegex(text, r"4 passed, 0 failed: 4 cases")
        self.assertEqual(len(json.loads(target.read_text())["cases"]), 4)
        self.assertEqual(self.run_it("--merge", self.write("a", made([0, 1, 2, 3], verdict="failed")))[0], 1)
        self.assertRegex(self.refused("--merge", parts[0], "--shard", "1/2"), r"--merge runs nothing, --shard makes no sense")

    def test_targets_are_looked_at_first(self):
        path = self.write("c.json", self.TEXT)
        self.assertRegex(self.refused(path, "--list", "--html", str(self.folder / "no" / "x")), r"--html: .*no such folder")
        self.assertRegex(self.refused(path, "--list", "--json", str(self.folder)), r"--json: .* is a folder")
        self.assertRegex(self.refused(), r"which campaign\?")

    def test_json_keeps_its_promise(self):
        value = copy.deepcopy(made([0], verdict="failed").as_object())
        self.assertEqual(set(value), {"ok", "checks", "format", "campaign", "shard", "seconds", "jobs", "cases"})
        self.assertFalse(value["ok"])
        self.assertTrue(re.fullmatch(r"passed|failed|timeout|broken", value["checks"][0]["seen"]))


if __name__ == "__main__":
    unittest.main()
