# SPDX-License-Identifier: GPL-2.0-or-later
"""Campaign files: what is understood, and that each mistake is refused with one line naming file, case and field."""

import copy
import json
import re
import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import UsageError
from svplib.inject import campaign, places, steps, vocabulary as words
from test_qmp_schema import schema

GOOD = {
    "name": "n",
    "snapshots": {"s": {"policy": "strict", "memory": "3G", "cpus": 2, "append": "quiet", "prepare": ["true"], "network": True,
                        "card": {"size": "1M", "fill": "5a"}}},
    "cases": [
        {"name": "one", "snapshot": "s", "timeout": 5,
         "faults": [{"kind": "corrupt", "mask": "0x80", "label": "bit", "nth": 2, "times": 0, "after": "20ms",
                     "match": {"masters": ["gpu", "vpu"], "direction": "write", "world": "secure", "first": "video", "last": "video.last"}}],
         "do": ["true", {"guest": "false", "seconds": 2, "expect": {"status": 1, "output": ["a", "b"], "absent": "c"}},
                {"port": {"operation": "read", "master": "a53", "world": "secure", "address": "vault+0x10", "length": "4K"},
                 "expect": {"answer": "okay", "data": {"hex": "00", "repeat": 4096}}},
                {"port": {"operation": "write", "address": 0x40000000, "data": {"base64": "AAEC"}}},
                {"port": {"operation": "copy", "from": "video", "to": "vault", "length": 16}},
                {"wait": 0.5}, {"wait": {"console": "x", "seconds": 1}}, {"wait": {"until": "spent"}},
                {"inject": {"kind": "flip-bit", "target": "rdc", "offset": "0x818", "bit": 30, "label": "late"}},
                {"remove": "late"}, {"remove": "all"}],
         "expect": {"violations": {"records": [{"master": "gpu", "first": "video", "last": "video.last", "denier": "tzc", "index": 3,
                                                "injected": True, "fault": "bit", "count": {"min": 1, "max": 4}}], "others": "any"},
                    "memory": [{"address": "vault", "is": "00 11"}, {"address": "vault", "length": "1M", "nowhere": {"text": "secret"}},
                               {"tee-fill": "video"}],
                    "faults": [{"fault": 0, "hits": 1}, {"fault": "late", "spent": True}],
                    "console": {"shows": "Linux", "absent": ["Oops"]}, "end": "running"}},
        {"name": "two", "boot": {"policy": "nxp"}, "do": ["true"]},
    ],
}

#: (path of the value to change, new value, what the line must say). None removes it; a path's last part may be new.
REFUSED = (
    ((), [], r"must be an object, is a list"),
    (("nmae",), "x", r"unknown member 'nmae' \(did you mean 'name'\?\)"),
    (("name",), None, r"'name' is missing"),
    (("name",), "", r"name: is empty"),
    (("name",), 3, r"name: must be a text, is a number"),
    (("cases",), None, r"'cases' is missing"),
    (("cases",), [], r"cases: there is none"),
    (("cases",), {}, r"cases: must be a list, is an object"),
    (("cases", 0), 7, r"case 0: must be an object, is a number"),
    (("cases", 0, "name"), None, r"case 0: 'name' is missing"),
    (("cases", 0, "name"), 5, r"case 0: name: must be a text, is a number"),
    (("cases", 1, "name"), "one", r"cases\[1\]: name 'one' is taken by cases\[0\]"),
    (("cases", 0, "name"), "a\nb", r"name: holds a line feed or another control character"),
    (("cases", 0, "snapshot"), "t", r"case 'one': snapshot: unknown snapshot 't'.*known: s"),
    (("cases", 0, "snapshot"), None, r"case 'one': needs one of snapshot, boot"),
    (("cases", 0, "boot"), {}, r"case 'one': needs one of snapshot, boot"),
    (("cases", 1, "boot", "prepare"), ["x"], r"case 'two': boot: unknown member 'prepare'"),
    (("cases", 1, "boot", "policy"), "lax", r"case 'two': boot.policy: unknown policy 'lax'; known: open, nxp, strict, stage2"),
    (("snapshots", "s", "policy"), "stict", r"snapshot 's': policy: unknown policy 'stict' \(did you mean 'strict'\?\)"),
    (("snapshots", "s", "memory"), "2G", r"snapshot 's': memory: 2G is out of range, 3221225472 to 4294967296 bytes"),
    (("snapshots", "s", "memory"), (3 << 30) + 1, r"memory: is not a whole number of MiB"),
    (("snapshots", "s", "cpus"), 5, r"cpus: 5 is out of range, 1 to 4"),
    (("snapshots", "s", "cpus"), 1.5, r"cpus: must be a whole number or '0x\.\.\.', is a fraction"),
    (("snapshots", "s", "cpus"), True, r"cpus: must be a whole number or '0x\.\.\.', is true or false"),
    (("snapshots", "s", "append"), "a\x00b", r"append: holds a line feed"),
    (("snapshots", "s", "prepare"), "true", r"prepare: must be a list, is a text"),
    (("snapshots", "s", "card", "size"), "3M", r"card.size: 3145728 is no power of two"),
    (("snapshots", "s", "card", "fill"), "5", r"card.fill: \"5\" is not hex"),
    (("snapshots", "s", "network"), 1, r"network: must be true or false, is a number"),
    (("cases", 0, "timeout"), 0, r"case 'one': timeout: 0 is out of range"),
    (("cases", 0, "timeout"), "5", r"timeout: must be a number, is a text"),
    (("cases", 0, "faults"), {}, r"faults: must be a list"),
    (("cases", 0, "faults", 0, "kind"), "explode", r"case 'one': faults\[0\].kind: unknown kind of fault 'explode'; known: answer, zero"),
    (("cases", 0, "faults", 0, "kind"), None, r"faults\[0\]: 'kind' is missing"),
    (("cases", 0, "faults", 0, "mask"), None, r"faults\[0\]: 'mask' is missing"),
    (("cases", 0, "faults", 0, "mask"), 0, r"faults\[0\].mask: 0 is out of range, 1 to 18446744073709551615"),
    (("cases", 0, "faults", 0, "mask"), "0xfffffffffffffffff", r"mask: 295147905179352825855 is out of range"),
    (("cases", 0, "faults", 0, "mask"), "many", r"mask: \"many\" is no number"),
    (("cases", 0, "faults", 0, "bit"), 1, r"faults\[0\]: unknown member 'bit'"),
    (("cases", 0, "faults", 0, "nth"), 0, r"faults\[0\].nth: 0 is out of range"),
    (("cases", 0, "faults", 0, "times"), -1, r"faults\[0\].times: -1 is out of range"),
    (("cases", 0, "faults", 0, "not-before"), 5, r"faults\[0\]: has both 'after' and 'not-before'"),
    (("cases", 0, "faults", 0, "after"), "5 weeks", r"faults\[0\].after: \"5 weeks\" is no number"),
    (("cases", 0, "faults", 0, "label"), "x" * 65, r"label: 65 bytes, the limit is 64"),
    (("cases", 0, "faults", 0, "match", "masters"), ["gpu", "npu"],
     r"faults\[0\].match.masters\[1\]: unknown master 'npu' \(did you mean '\wpu'\?\)"),
    (("cases", 0, "faults", 0, "match", "masters"), [], r"match.masters: names none"),
    (("cases", 0, "faults", 0, "match", "masters"), "gpu", r"match.masters: must be a list, is a text"),
    (("cases", 0, "faults", 0, "match", "world"), "third", r"match.world: unknown world 'third'; known: secure, non-secure"),
    (("cases", 0, "faults", 0, "match", "direction"), "up", r"match.direction: unknown direction 'up'"),
    (("cases", 0, "faults", 0, "match", "last"), 0, r"case 'one': faults\[0\].match.last: 0x0 is below first, 0xc0000000"),
    (("cases", 0, "faults", 0, "match", "last"), "vidoe", r"match.last: \"vidoe\" is neither an address nor a place; places: ram, video"),
    (("cases", 0, "faults", 0, "match", "last"), 1 << 64, r"match.last: 18446744073709551616 is out of range"),
    (("cases", 0, "faults", 0, "match", "last"), "ocram-0x900001", r"match.last: -0x1 is outside of the address space"),
    (("cases", 0, "faults", 0, "match", "size"), 4, r"match: unknown member 'size'"),
    (("cases", 0, "faults", 0), {"kind": "drop", "match": {"direction": "read"}}, r"faults\[0\].match.direction: only writes can be dropped"),
    (("cases", 0, "faults", 0), {"kind": "delay", "duration": 1, "match": {"masters": ["gpu"]}},
     r"match.masters\[0\]: only vpu, vpu-bank1, caam, dcss, testport can be"),
    (("cases", 0, "faults", 0), {"kind": "delay", "duration": "2s"}, r"faults\[0\].duration: 2s is out of range, 1 to 1000000000 ns"),
    (("cases", 0, "faults", 0), {"kind": "change-domain", "domain": 4}, r"faults\[0\].domain: 4 is out of range, 0 to 3"),
    (("cases", 0, "faults", 0), {"kind": "flip-bit", "target": "rdc", "offset": 2, "bit": 0}, r"faults\[0\].offset: 0x2 is no multiple of 4"),
    (("cases", 0, "faults", 0), {"kind": "flip-bit", "target": "rdc", "offset": 0, "bit": 32}, r"faults\[0\].bit: 32 is out of range, 0 to 31"),
    (("cases", 0, "faults", 0), {"kind": "flip-bit", "target": "mmu", "offset": 0, "bit": 0}, r"unknown firewall block 'mmu'"),
    (("cases", 0, "faults", 0), {"kind": "lose-state", "target": "csu", "times": 2}, r"faults\[0\].times: without a match it happens exactly once"),
    (("cases", 0, "faults", 0), {"kind": "lose-state", "target": "csu", "nth": 2}, r"faults\[0\].nth: without a match it happens exactly once"),
    (("cases", 0, "faults", 0), {"kind": "lose-interrupt", "device": "uart1", "line": 0, "match": {}},
     r"faults\[0\].match: lose-interrupt waits for an"),
    (("cases", 0, "faults", 0), {"kind": "lose-interrupt", "line": 0}, r"faults\[0\]: 'device' is missing"),
    (("cases", 0, "faults"), [{"kind": "disable-tzasc", "label": "x"}] * 2, r"faults: two faults have the label 'x'"),
    (("cases", 0, "faults"), [{"kind": "disable-tzasc", "label": "late"}], r"two faults have the label 'late'"),
    (("cases", 0, "do", 0), 3, r"case 'one': do\[0\]: must be a text or an object, is a number"),
    (("cases", 0, "do", 0), {}, r"do\[0\]: needs one of guest, port, wait, inject, remove"),
    (("cases", 0, "do", 0), {"guest": "x", "wait": 1}, r"do\[0\]: needs one of guest, port, wait, inject, remove, has guest and wait"),
    (("cases", 0, "do", 0), "a\nb", r"do\[0\]: holds a line feed"),
    (("cases", 0, "do", 1, "expect", "status"), "all", r"do\[1\].expect.status: \"all\" is no number"),
    (("cases", 0, "do", 1, "expect", "status"), 256, r"do\[1\].expect.status: 256 is out of range, 0 to 255"),
    (("cases", 0, "do", 1, "expect", "output"), "(", r"case 'one': do\[1\].expect.output: no regular expression: missing \)"),
    (("cases", 0, "do", 1, "expect", "output"), [], r"do\[1\].expect.output: is empty"),
    (("cases", 0, "do", 2, "port", "master"), "cpu", r"do\[2\].port.master: unknown master 'cpu'"),
    (("cases", 0, "do", 2, "port", "master"), "gpu", r"do\[2\].port.world: only a53 and caam choose their world"),
    (("cases", 0, "do", 2, "port", "length"), 0, r"do\[2\].port.length: 0 is out of range, 1 to 1048576"),
    (("cases", 0, "do", 2, "port", "length"), "2M", r"do\[2\].port.length: 2M is out of range"),
    (("cases", 0, "do", 2, "port", "length"), 8, r"do\[2\].expect.data: 4096 bytes, but 8 are read"),
    (("cases", 0, "do", 2, "port", "address"), "0xffffffffffffffff", r"do\[2\].port.address: 4096 bytes at 0xffffffffffffffff are outside"),
    (("cases", 0, "do", 2, "port", "operation"), "scan", r"do\[2\].port.operation: unknown operation 'scan'"),
    (("cases", 0, "do", 2, "port", "data"), "00", r"do\[2\].port: unknown member 'data'"),
    (("cases", 0, "do", 2, "expect", "answer"), "ok", r"do\[2\].expect.answer: unknown answer 'ok'"),
    (("cases", 0, "do", 3, "port", "data"), {"base64": "A"}, r"do\[3\].port.data.base64: no base64"),
    (("cases", 0, "do", 3, "port", "data"), {"base64": "AA==", "hex": "00"}, r"do\[3\].port.data: needs one of hex, base64, text"),
    (("cases", 0, "do", 3, "port", "data"), "0g", r"do\[3\].port.data: \"0g\" is not hex"),
    (("cases", 0, "do", 3, "port", "data"), {"hex": "00", "repeat": 1 << 21}, r"do\[3\].port.data.repeat: 2097152 is out of range"),
    (("cases", 0, "do", 3, "expect"), {"data": "00"}, r"do\[3\].expect.data: a write gives no data"),
    (("cases", 0, "do", 5, "wait"), -1, r"do\[5\].wait: -1 is out of range"),
    (("cases", 0, "do", 5, "wait"), {}, r"do\[5\].wait: needs a number of seconds, or one of console, until"),
    (("cases", 0, "do", 7, "wait", "until"), "dawn", r"do\[7\].wait.until: unknown event 'dawn'; known: spent, end"),
    (("cases", 0, "do", 8, "inject", "bit"), 99, r"do\[8\].inject.bit: 99 is out of range"),
    (("cases", 0, "do", 9, "remove"), "early", r"do\[9\].remove: no fault has the label 'early' by then"),
    (("cases", 0, "expect", "violations", "records", 0, "master"), "x", r"expect.violations.records\[0\].master: unknown master 'x'"),
    (("cases", 0, "expect", "violations", "records", 0, "denier"), "mmu", r"records\[0\].denier: unknown denier 'mmu'"),
    (("cases", 0, "expect", "violations", "records", 0, "count"), {"min": 3, "max": 2}, r"records\[0\].count.max: 2 is below min, 3"),
    (("cases", 0, "expect", "violations", "records", 0, "count"), {}, r"records\[0\].count: needs min or max"),
    (("cases", 0, "expect", "violations", "records", 0, "fault"), "tib", r"records\[0\].fault: no fault 'tib'; known: 0, 'bit', 'late'"),
    (("cases", 0, "expect", "violations", "records", 0, "fault"), 1, r"records\[0\].fault: no fault 1"),
    (("cases", 0, "expect", "violations", "records", 0, "last"), 1, r"records\[0\].last: 0x1 is below first"),
    (("cases", 0, "expect", "violations", "records"), [], r"expect.violations: expects nothing"),
    (("cases", 0, "expect", "violations", "others"), "some", r"violations.others: unknown word 'some'"),
    (("cases", 0, "expect", "memory", 0, "not"), "00", r"expect.memory\[0\]: needs one of is, not, nowhere, tee-fill"),
    (("cases", 0, "expect", "memory", 0, "address"), 0x30000000, r"memory\[0\].address: 2 bytes at 0x30000000 are neither inside of the DRAM"),
    (("cases", 0, "expect", "memory", 0, "address"), 0xFFFFFFFF, r"memory\[0\].address: 2 bytes at 0xffffffff are neither inside of the DRAM"),
    (("cases", 0, "expect", "memory", 0, "length"), 3, r"memory\[0\].length: 3 is no multiple of the 2 bytes expected"),
    (("cases", 0, "expect", "memory", 1, "length"), None, r"memory\[1\]: 'length' is missing"),
    (("cases", 0, "expect", "memory", 2, "tee-fill"), "optee", r"memory\[2\].tee-fill: unknown heap 'optee'"),
    (("cases", 0, "expect", "faults", 0), {"fault": 0}, r"expect.faults\[0\]: needs one of hits, matches, spent"),
    (("cases", 0, "expect", "console", "shows"), "[", r"expect.console.shows: no regular expression"),
    (("cases", 0, "expect", "end"), "crash", r"expect.end: unknown end 'crash'; known: running, off, reset"),
    (("cases", 0, "expect"), {}, r"expect: is empty"),
    (("cases", 1, "do"), [{"wait": 1}], r"case 'two': expects nothing"),
    (("cases", 1, "do"), [{"guest": "x", "expect": {"status": "any"}}], r"case 'two': expects nothing"),
)


def changed(path, value):
    """GOOD with one value changed, or removed (None)."""
    if not path:
        return value
    new = copy.deepcopy(GOOD)
    place = new
    for part in path[:-1]:
        place = place[part]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return new


class Understood(unittest.TestCase):
    def setUp(self):
        self.campaign = campaign.parse("f.json", json.dumps(GOOD))
        self.case = self.campaign.cases[0]

    def test_snapshot(self):
        settings = self.campaign.snapshots["s"]
        self.assertEqual((settings.policy, settings.memory, settings.cpus, settings.append, settings.prepare, settings.network),
                         ("strict", 3 << 30, 2, "quiet", ("true",), True))
        self.assertEqual(settings.card, (1 << 20, b"\x5a"))

    def test_boot_has_defaults(self):
        self.assertEqual(self.campaign.cases[1].settings, campaign.Settings(policy="nxp"))
        self.assertIsNone(self.campaign.cases[1].snapshot)
        self.assertEqual(self.campaign.cases[1].timeout, 60)

    def test_fault_is_what_qmp_takes(self):
        self.assertEqual(self.case.faults[0].arguments(1_000_000), {
            "kind": "corrupt", "mask": 0x80, "label": "bit", "nth": 2, "times": 0, "not-before": 21_000_000,
            "match": {"masters": ["gpu", "vpu"], "direction": "write", "world": "secure", "first": 0xC0000000, "last": 0xC7FFFFFF}})

    def test_complaints_of_qemu_name_the_field(self):
        fault = self.case.faults[0]
        self.assertEqual(fault.complaint("offset: 'tzasc' has no register at 3"), "faults[0].offset: 'tzasc' has no register at 3")
        self.assertEqual(fault.complaint("masters: none is named"), "faults[0].match.masters: none is named")
        self.assertEqual(fault.complaint("there are 256 faults already"), "faults[0]: there are 256 faults already")

    def test_port(self):
        self.assertEqual(self.case.steps[2].request, {"operation": "read", "master": "a53", "world": "secure", "address": 0xC8000010, "length": 4096})
        self.assertEqual(self.case.steps[2].data, bytes(4096))
        self.assertEqual(self.case.steps[3].request, {"operation": "write", "address": 0x40000000, "data": "AAEC"})
        self.assertEqual(self.case.steps[4].request, {"operation": "copy", "from": 0xC0000000, "to": 0xC8000000, "length": 16})

    def test_texts_of_steps_are_guest_lines(self):
        self.assertEqual(self.case.steps[0], steps.Guest("do[0]", "true", None, 0))

    def test_memory(self):
        first, second, third = self.case.expected.memory
        self.assertEqual((first.address, first.length, first.how, first.data), (0xC8000000, 2, "is", b"\x00\x11"))
        self.assertEqual((second.length, second.how, second.data), (1 << 20, "nowhere", b"secret"))
        self.assertEqual((third.address, third.length, third.heap), (0xC0000000, 128 << 20, "video"))

    def test_identity(self):
        shuffled = json.dumps(dict(reversed(GOOD.items())), indent=3)
        self.assertEqual(campaign.parse("g.json", shuffled).identity, self.campaign.identity)
        other = changed(("cases", 0, "timeout"), 6)
        self.assertNotEqual(campaign.parse("f.json", json.dumps(other)).identity, self.campaign.identity)

    def test_places(self):
        for text, address in (("video", 0xC0000000), ("video.last", 0xC7FFFFFF), ("vault+16", 0xC8000010), ("ocram-s.last-0x7fff", 0x180000),
                              ("control-high", 0xCA000000), (" vault + 0x10", 0xC8000010)):
            self.assertEqual(places.resolve(text), address, text)
        for text in ("", "Video", "video.first", "vault+", "vault*2", "0x10+vault"):
            self.assertIsNone(places.resolve(text), text)

    def test_regions(self):
        for address, name in ((0x40000000, "ram"), (0xC0000000, "video"), (0xC9FFFFFF, "vault"), (0xCA000000, "ram"), (0xF0000000, "optee"),
                              (0xFFFFFFFF, "ram"), (0x100000000, "image"), (0x13FFFFFFF, "image"), (0x140000000, "other"), (0x900000, "ocram"),
                              (0x187FFF, "ocram-s"), (0x303D0000, "registers"), (0x0, "other")):
            self.assertEqual(places.region(address, 3 << 30), name, hex(address))
        self.assertEqual(places.region(0x100000000, 4 << 30), "ram")


class Refused(unittest.TestCase):
    def refusal(self, text):
        with self.assertRaises(UsageError) as caught:
            campaign.parse("f.json", text)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        self.assertTrue(line.startswith("f.json: "), line)
        return line

    def test_each_mistake_is_one_line(self):
        for path, value, wanted in REFUSED:
            with self.subTest(path=path, value=value):
                line = self.refusal(json.dumps(changed(path, value)))
                self.assertRegex(line, wanted)
                if path[:2] == ("cases", 0) and len(path) > 2 and path[2] != "name":
                    self.assertIn("case 'one'", line)

    def test_not_json(self):
        self.assertRegex(self.refusal('{"name": "x",\n  "cases": [}'), r"line 2, column 13: ")
        self.assertRegex(self.refusal(""), r"line 1, column 1: ")
        self.assertRegex(self.refusal("[" * 100_000), r"nested too deeply|line 1")
        self.assertRegex(self.refusal('{"name": "x", "name": "y", "cases": []}'), r"'name' is there twice")
        self.assertRegex(self.refusal('{"name": NaN}'), r"NaN is not JSON")

    def test_long_numbers(self):
        self.assertRegex(self.refusal(json.dumps(GOOD).replace('"timeout": 5', '"timeout": ' + "9" * 5000)), r"thousands of digits")
        self.assertRegex(self.refusal(json.dumps(changed(("snapshots", "s", "cpus"), "9" * 5000))), r"cpus: .*is no number")
        self.assertRegex(self.refusal(json.dumps(changed(("snapshots", "s", "memory"), "9" * 5000))), r"memory: .*is no number")

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, wanted in ((folder, "is a folder"), (f"{folder}/none", "No such file"), (f"{folder}/binary", "byte 2: not UTF-8")):
                Path(folder, "binary").write_bytes(b"{}\xff\xfe")
                with self.assertRaises(UsageError) as caught:
                    campaign.read(path)
                self.assertIn(f"{path}: ", str(caught.exception))
                self.assertIn(wanted, str(caught.exception))


class SameAsQmp(unittest.TestCase):
    def test_names(self):
        definitions = schema()
        for name, ours in (("SvpBusMaster", words.MASTERS), ("SvpBusWorld", words.WORLDS), ("SvpBusDirection", words.DIRECTIONS),
                           ("SvpBusAnswer", words.ANSWERS), ("SvpDenier", words.DENIERS), ("SvpFirewallBlock", words.BLOCKS),
                           ("SvpTestPortOperation", words.OPERATIONS), ("SvpFaultKind", tuple(words.FAULT_KINDS))):
            self.assertEqual(tuple(definitions[name]["data"]), tuple(ours), name)

    def test_members_of_faults(self):
        definitions = schema()
        union = definitions["SvpFault"]

        def members(name):
            struct = definitions[name]
            return {**(members(struct["base"]) if "base" in struct else {}), **struct["data"]}

        for kind, own in words.FAULT_KINDS.items():
            wanted = members(union["data"][kind]) if kind in union["data"] else {}
            self.assertEqual({("" if required else "*") + name for name, required in own.items()}, set(wanted), kind)
        self.assertEqual(set(union["base"]) - {"kind"}, {"*match", "*nth", "*not-before", "*times", "*label"})


class Shipped(unittest.TestCase):
    def test_shipped_campaigns_are_understood(self):
        folder = Path(__file__).resolve().parent.parent / "campaigns"
        found = sorted(folder.glob("*.json"))
        self.assertTrue(found)
        for path in found:
            read = campaign.read(path)
            self.assertTrue(read.cases, path)

    def test_firewalls_covers_all_kinds_and_policies(self):
        read = campaign.read(Path(__file__).resolve().parent.parent / "campaigns/firewalls.json")
        self.assertGreaterEqual(len(read.cases), 60)
        kinds = {fault.request["kind"] for case in read.cases for fault in case.faults}
        kinds |= {step.fault.request["kind"] for case in read.cases for step in case.steps if isinstance(step, steps.Inject)}
        self.assertEqual(kinds, set(words.FAULT_KINDS))
        self.assertEqual({case.settings.policy for case in read.cases}, {"open", "nxp", "strict"})
        self.assertTrue([case for case in read.cases if case.snapshot is None])
        self.assertTrue(all(re.match(r"\S", case.name) for case in read.cases))


if __name__ == "__main__":
    unittest.main()
