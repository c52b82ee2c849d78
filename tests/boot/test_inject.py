# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp inject` with real machines: the shipped campaign in shards, cases that would see each other's traces, cases that go wrong."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from boot_case import ScratchCase
from svplib.base.errors import SvpError
from svplib.build import parts
from svplib.inject import campaign, matrix, outcome, runner
from svplib.inject.case_run import CaseRun
from svplib.inject.template import Template
from svplib.machine.board import Board

SHIPPED = parts.REPOSITORY / "scripts/campaigns/firewalls.json"
SVP = [sys.executable, str(parts.REPOSITORY / "scripts/svp")]
PLAIN = {"policy": "open", "cpus": 1, "prepare": ["svp-probe latches clear"]}
CONTROL, VAULT = 0xBFFF0040, 0xC8000040
FILL = "a5" * 8


def run_all(cases, jobs=1, snapshots=None):
    """Results of cases, by name."""
    text = {"name": "test", "snapshots": snapshots or {"plain": PLAIN}, "cases": cases}
    parsed = campaign.parse("test.json", json.dumps(text))
    return {row["name"]: row for row in runner.Runner(parsed, parsed.cases, jobs).results()}


def port(operation, master, address, **more):
    return {"operation": operation, "master": master, "address": address, **more}


#: Sees whether anything is as the snapshot left it; each member is one kind of trace
LOOK = {
    "snapshot": "plain",
    "do": [{"guest": "cat /tmp/left; ls /tmp/left", "expect": {"status": 1, "absent": "was here"}},
           {"guest": "hostname", "expect": {"output": "^imx8mq-evk$"}},
           {"guest": "svp-probe latches", "expect": {"output": "^LATCHES status=0,"}},
           {"port": port("read", "gpu", CONTROL, length=8), "expect": {"data": "00" * 8}}],
    "expect": {"violations": [], "memory": [{"address": CONTROL, "is": "00" * 8}, {"address": VAULT, "is": "00" * 8}]}}
LEAVE = {
    "name": "leaves traces", "snapshot": "plain",
    "faults": [{"kind": "corrupt", "mask": 255, "times": 0, "match": {"masters": ["gpu"], "first": CONTROL, "last": CONTROL + 7}}],
    "do": ["echo was here > /tmp/left", "hostname changed", f"svp-probe peek {VAULT:#x} 8",
           {"guest": "svp-probe latches", "expect": {"output": "^LATCHES status=1,"}},
           {"port": {**port("write", "a53", VAULT, data=FILL), "world": "secure"}}, {"port": port("write", "a53", CONTROL, data=FILL)},
           {"inject": {"kind": "flip-bit", "target": "tzasc", "offset": "0x138", "bit": 0}}, f"svp-probe poke {VAULT + 8:#x} 8 1"],
    "expect": {"violations": [{"master": "a53", "denier": "tzc"}], "memory": [{"address": VAULT, "is": FILL + "0100000000000000"}]}}


class Traces(unittest.TestCase):
    """What a case does stays in it: memory, latches, records, faults, registers, the guest's files."""

    def test_case_after_case(self):
        results = run_all([{**LOOK, "name": "before"}, LEAVE, {**LOOK, "name": "after"}, {**LEAVE, "name": "once more"}, {**LOOK, "name": "at last"}])
        for row in results.values():
            self.assertEqual((row["verdict"], row["message"]), ("passed", ""), row["name"])
        self.assertEqual([fault["id"] for fault in results["once more"]["faults"]], [1, 2])
        self.assertEqual(results["once more"]["violations"][0]["sequence"], results["leaves traces"]["violations"][0]["sequence"])

    def test_cases_beside_each_other(self):
        cases = [case for number in range(4) for case in ({**LEAVE, "name": f"leave {number}"}, {**LOOK, "name": f"look {number}"})]
        self.assertEqual({row["verdict"] for row in run_all(cases, jobs=4).values()}, {"passed"})

    def test_template_cannot_be_changed(self):
        template = Template(campaign.Settings(cpus=1), "sealed", None)
        template.boot()
        self.addCleanup(template.close)
        for descriptor in (template._ram, template._state):
            with self.assertRaises(PermissionError):
                os.pwrite(descriptor, b"x", 0)
            with self.assertRaises(PermissionError):
                os.ftruncate(descriptor, 0)

    def test_secure_world_goes_on(self):
        """OP-TEE works after it was restored, on four CPUs: the whole proof."""
        results = run_all([{"name": "proof", "snapshot": "four", "timeout": 300, "do": [{"guest": "svp-probe proof"}],
                            "expect": {"memory": [{"tee-fill": "video"}, {"tee-fill": "vault"}]}}], snapshots={"four": {"cpus": 4}})
        self.assertEqual((results["proof"]["verdict"], results["proof"]["message"]), ("passed", ""))


class LetThrough(unittest.TestCase):
    """What a fault lets through, and what came of each fault."""

    SECRET = {"port": {**port("write", "a53", VAULT, data=FILL), "world": "secure"}}
    PEEK = f"svp-probe peek {VAULT:#x} 8"

    def test_each_outcome(self):
        off = {"kind": "disable-tzasc"}
        gpu = {"masters": ["gpu"]}
        results = run_all([
            {"name": "leak", "snapshot": "plain", "faults": [off],
             "do": [self.SECRET, self.PEEK, {"port": port("read", "gpu", VAULT, length=8), "expect": {"data": FILL}}],
             "expect": {"violations": [{"master": "a53", "state": "granted", "direction": "read"}, {"master": "gpu", "state": "granted"}]}},
            {"name": "nobody reads", "snapshot": "plain", "faults": [off], "do": ["true"], "expect": {"violations": []}},
            {"name": "glitch", "snapshot": "plain", "faults": [{"kind": "change-world", "world": "secure", "match": gpu}],
             "do": [self.SECRET, {"port": port("read", "gpu", VAULT, length=8), "expect": {"data": FILL}}],
             "expect": {"violations": [{"master": "gpu", "state": "granted", "denier": "fault"}]}},
            {"name": "corruption", "snapshot": "plain", "faults": [{"kind": "corrupt", "mask": 255, "match": {**gpu, "first": CONTROL, "last": CONTROL + 7}}],
             "do": [{"port": port("read", "gpu", CONTROL, length=8)}], "expect": {"violations": [{"state": "changed"}]}},
            {"name": "refused", "snapshot": "plain", "faults": [{"kind": "answer", "answer": "slverr", "match": gpu}],
             "do": [{"port": port("read", "gpu", CONTROL, length=8), "expect": {"answer": "slverr"}}], "expect": {"violations": [{"state": "refused"}]}},
            {"name": "no effect", "snapshot": "plain", "faults": [{"kind": "zero", "match": {**gpu, "first": CONTROL, "last": CONTROL}}], "do": ["true"]},
            {"name": "crash", "snapshot": "plain", "timeout": 60, "expect": {"end": "running"}, "faults": [{"kind": "delay", "duration": "1us", "match": {"masters": ["testport"]}}],
             "do": [{"port": port("read", "testport", CONTROL, length=1)},
                    {"guest": "echo c > /proc/sysrq-trigger", "expect": {"status": "any"}}]},
            {"name": "hang", "snapshot": "plain", "timeout": 60, "faults": [{"kind": "delay", "duration": "1us", "match": {"masters": ["testport"]}}],
             "do": [{"port": port("read", "testport", CONTROL, length=1)}, {"guest": "sleep 600", "seconds": 1}]},
        ])
        self.assertEqual({name: row["outcome"] for name, row in results.items()}, {
            "leak": "leak", "nobody reads": "leak", "glitch": "leak", "corruption": "corruption", "refused": "refused", "no effect": "no effect",
            "crash": "crash", "hang": "hang"})
        for name in ("leak", "nobody reads", "glitch", "corruption", "refused", "no effect"):
            self.assertEqual((results[name]["verdict"], results[name]["message"]), ("passed", ""), name)
            self.assertEqual(len(results[name]["faults"]), 1, "our own are not listed")
        cells = matrix.count([results["leak"]])
        for master in ("a53", "gpu"):
            self.assertGreaterEqual(cells[master, "vault", "read"].granted, 1)
        self.assertTrue(matrix.count([results["nobody reads"]])["a53", "vault", "read"].leaks)
        self.assertRegex(results["crash"]["message"], r"kernel panic|kernel oops")


class GoneWrong(ScratchCase):
    """A case that goes wrong fails alone, and says how."""

    OK = {"name": "fine", "snapshot": "plain", "do": ["true"]}

    def test_hanging(self):
        begin = time.monotonic()
        results = run_all([{"name": "hangs", "snapshot": "plain", "timeout": 3, "do": ["sleep 1000", "true"]}, self.OK])
        self.assertEqual([row["verdict"] for row in results.values()], ["timeout", "passed"])
        self.assertRegex(results["hangs"]["message"], r"more than 3 s: .*'sleep 1000' does not end")
        self.assertIn("do[1]: true", [check["name"] for check in results["hangs"]["checks"] if check["seen"] == "not reached"])
        self.assertLess(time.monotonic() - begin, 60)

    def test_wrong_expectations(self):
        results = run_all([
            {"name": "status", "snapshot": "plain", "do": ["false"]},
            {"name": "output", "snapshot": "plain", "do": [{"guest": "echo abc", "expect": {"output": "^abd$"}}]},
            {"name": "absent", "snapshot": "plain", "do": [{"guest": "echo abc", "expect": {"absent": "b"}}]},
            {"name": "data", "snapshot": "plain", "do": [{"port": port("read", "gpu", CONTROL, length=2), "expect": {"data": "0001"}}]},
            {"name": "answer", "snapshot": "plain", "do": [{"port": port("read", "gpu", CONTROL, length=2), "expect": {"answer": "slverr"}}]},
            {"name": "record", "snapshot": "plain", "expect": {"violations": [{"master": "gpu"}]}},
            {"name": "other record", "snapshot": "plain", "do": [{"port": port("read", "gpu", VAULT, length=2)}], "expect": {"violations": []}},
            {"name": "memory", "snapshot": "plain", "expect": {"memory": [{"address": CONTROL, "is": "01"}]}},
            {"name": "hits", "snapshot": "plain", "faults": [{"kind": "zero"}], "expect": {"faults": [{"fault": 0, "hits": 10 ** 9}]}},
            {"name": "console", "snapshot": "plain", "expect": {"console": {"shows": "no such text"}}},
            {"name": "end", "snapshot": "plain", "timeout": 2, "expect": {"end": "off"}},
        ], jobs=2)
        self.assertEqual({name: row["verdict"] for name, row in results.items() if row["verdict"] != "failed"}, {"end": "timeout"})
        for name, row in results.items():
            self.assertEqual(len([check for check in row["checks"] if not check["ok"]]), 1, (name, row["checks"]))

    def test_typed_is_not_shown(self):
        """The echo of a line satisfies no expectation and no wait, in whatever way the shell shows it."""
        lines = {"short": "if false; then echo VERDICT-OK; fi", "job": "(sleep 300; echo VERDICT-OK) & true",
                 "wrapped": f"true {'x' * 700}; if false; then echo VERDICT-OK; fi"}
        results = run_all([
            *({"name": name, "snapshot": "plain", "do": [line], "expect": {"console": {"shows": "VERDICT-OK"}}} for name, line in lines.items()),
            *({"name": f"{name} output", "snapshot": "plain", "do": [{"guest": line, "expect": {"output": "VERDICT"}}]} for name, line in lines.items()),
            {"name": "wait", "snapshot": "plain", "do": [lines["job"], {"wait": {"console": "VERDICT-OK", "seconds": 2}}]},
            {"name": "absent", "snapshot": "plain", "do": [lines["short"]], "expect": {"console": {"absent": "VERDICT-OK"}}},
            {"name": "real", "snapshot": "plain", "do": ["(sleep 1; echo VERDICT-OK) & true", {"wait": {"console": "VERDICT-OK$"}}],
             "expect": {"console": {"shows": "VERDICT-OK"}}},
        ], jobs=2)
        wanted = {name: "passed" if name in ("absent", "real") else "failed" for name in results}
        self.assertEqual({name: row["verdict"] for name, row in results.items()}, wanted)

    def test_refused_fault(self):
        results = run_all([{"name": "no register", "snapshot": "plain", "do": ["true"],
                            "faults": [{"kind": "disable-tzasc"}, {"kind": "flip-bit", "target": "tzasc", "offset": "0xffc", "bit": 0}]},
                           {"name": "no device", "snapshot": "plain",
                            "faults": [{"kind": "lose-interrupt", "device": "uart9", "line": 0}], "do": ["true"]}])
        self.assertRegex(results["no register"]["message"], r"^test.json: case 'no register': faults\[1\].offset: 'tzasc' has no register at 4092$")
        self.assertRegex(results["no device"]["message"], r"^test.json: case 'no device': faults\[0\].device: ")
        self.assertEqual({row["verdict"] for row in results.values()}, {"broken"})

    def test_snapshot_that_cannot_be_made(self):
        results = run_all([{"name": "one", "snapshot": "bad", "do": ["true"]}, {"name": "two", "snapshot": "plain", "do": ["true"]}],
                          snapshots={"bad": {**PLAIN, "prepare": ["true", "false"]}, "plain": PLAIN})
        self.assertEqual([row["verdict"] for row in results.values()], ["broken", "passed"])
        self.assertRegex(results["one"]["message"], r"snapshot 'bad': prepare\[1\]: 'false' ended with status 1")

    def test_qemu_dies(self):
        text = {"name": "t", "snapshots": {"plain": PLAIN}, "cases": [{"name": "dies", "snapshot": "plain", "do": ["sleep 100"]}, self.OK]}
        parsed = campaign.parse("test.json", json.dumps(text))
        template = Template(parsed.snapshots["plain"], "plain", None)
        template.boot()
        self.addCleanup(template.close)
        run = CaseRun(parsed.cases[0], template, None)
        killer = threading.Timer(1.5, lambda: os.kill(run._board.pid, signal.SIGSEGV))
        killer.start()
        row = run.run()
        killer.join()
        self.assertEqual(row["verdict"], "broken")
        self.assertRegex(row["message"], r"QEMU died")
        self.assertEqual(CaseRun(parsed.cases[1], template, None).run()["verdict"], "passed")

    def test_ends_of_the_machine(self):
        results = run_all([
            {"name": "off", "snapshot": "plain", "do": [{"guest": "poweroff -f", "expect": {"status": "any"}}], "expect": {"end": "off"}},
            {"name": "reset", "snapshot": "plain", "do": [{"guest": "reboot -f", "expect": {"status": "any"}}], "expect": {"end": "reset"}},
            {"name": "unexpected", "snapshot": "plain", "do": [{"guest": "poweroff -f", "expect": {"status": "any"}}, "true"]}])
        self.assertEqual([row["verdict"] for row in results.values()], ["passed", "passed", "failed"])
        self.assertIn("the machine ended (off)", results["unexpected"]["message"])

    def test_interrupted(self):
        """Ctrl-C: status 130, and no QEMU is left."""
        path = self.scratch / "sleepers.json"
        path.write_text(json.dumps({"name": "t", "snapshots": {"plain": PLAIN}, "cases": [
            {"name": f"sleeps {number}", "snapshot": "plain", "do": ["sleep 50"]} for number in range(4)]}))
        process = subprocess.Popen([*SVP, "inject", str(path), "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True, preexec_fn=_heed_interrupts)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while len(_children(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertTrue(_children(process.pid))
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, errors)
        self.assertNotIn("Traceback", errors)
        self.assertEqual(_children(process.pid), [])


def _heed_interrupts():
    """Tests that run in the background of a shell inherit that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _children(pid):
    """Process ids of QEMUs in the session of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)
                if int(fields[1].split()[3]) == pid and "qemu" in fields[0]:
                    found.append(int(entry.name))
    return found


class Shipped(ScratchCase):
    """The campaign that comes with svp, as three machines would share it."""

    def test_shards_and_merge(self):
        files = []
        for part in (1, 2, 3):
            files.append(self.scratch / f"part{part}.json")
            done = subprocess.run([*SVP, "inject", str(SHIPPED), "--shard", f"{part}/3", "--json", str(files[-1])], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-2000:])
        page, junit, merged = (self.scratch / name for name in ("all.html", "all.xml", "all.json"))
        done = subprocess.run([*SVP, "inject", "--merge", *map(str, files), "--html", str(page), "--junit", str(junit), "--json", str(merged)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-2000:])
        result = outcome.load(merged)
        read = campaign.read(SHIPPED)
        self.assertEqual([row["name"] for row in result.cases], [case.name for case in read.cases])
        self.assertTrue(result.ok)
        for row in result.cases:
            self.assertTrue(row["checks"], row["name"])
        self.assertEqual(page.read_text().count('<details class="case'), len(read.cases))
        self.assertEqual(junit.read_text().count("<testcase "), len(read.cases))
        bad = subprocess.run([*SVP, "inject", "--merge", str(files[0]), str(files[2])], capture_output=True, text=True, check=False)
        self.assertEqual(bad.returncode, 2)
        self.assertRegex(bad.stderr, r"cases are missing \(shards 2/3\)")

    def test_malformed(self):
        path = self.scratch / "bad.json"
        path.write_text(SHIPPED.read_text().replace('"gpu"', '"npu"', 1))
        done = subprocess.run([*SVP, "inject", str(path)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)
        self.assertRegex(done.stderr, r"^svp: .*bad.json: case '.*': .*: unknown master 'npu'")


class PrivateMemory(unittest.TestCase):
    """Board(ram_image=...)."""

    def test_writes_stay_private(self):
        image = os.memfd_create("image")
        self.addCleanup(os.close, image)
        os.ftruncate(image, 3 << 30)
        os.pwrite(image, b"before", 0x1000)
        with Board(name="private", paused=True, ram_image=image, cpus=1) as board:
            answer = board.qmp.command("svp-read-cells", address=0x40001000, length=6)
            self.assertEqual(answer["data"], "YmVmb3Jl")
            board.qmp.command("svp-test-port", operation="write", address=0x40001000, data="YWZ0ZXIh")
            self.assertEqual(board.qmp.command("svp-read-cells", address=0x40001000, length=6)["data"], "YWZ0ZXIh")
        self.assertEqual(os.pread(image, 6, 0x1000), b"before")

    def test_no_such_memory(self):
        image = os.memfd_create("small")
        self.addCleanup(os.close, image)
        os.ftruncate(image, 1 << 30)
        with self.assertRaises(SvpError), Board(name="small", paused=True, ram_image=image):
            pass


if __name__ == "__main__":
    unittest.main()
