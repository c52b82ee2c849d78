# SPDX-License-Identifier: GPL-2.0-or-later
"""Record of denied accesses, injected faults, test port and policy query, over QMP and through QEMU's memory paths.

Without a CPU: accesses of qtest to DRAM are those of a non-secure A53 in domain 0 (hw/qemu/svp_access.h). The RAM lies in a file that
the test maps, so that it knows what the cells hold. Virtual time stands still until the test moves it on.
"""

import base64
import os
import time
import unittest

from cells_case import CellsCase
from svplib.machine.qmp import QmpError

MIB = 1 << 20
GIB = 1 << 30
DRAM = 0x40000000
CLOSED = DRAM + 64 * MIB  # 1 MiB that region 3 of the TZASC keeps for nobody
OPEN = DRAM + 16 * MIB
GPR10 = 0x30340028
TZASC = 0x32F80000
ACTION, INT_CLEAR = TZASC + 0x004, TZASC + 0x014
SIZE_1M = 0x13
GIC_TZASC_INPUT, GIC_USDHC1_INPUT = 108, 22
MERGE_WINDOW = 100_000_000  # ns


class BusMonitorTest(CellsCase):
    def setUp(self):
        super().setUp()
        self.machine.writel(TZASC + 0x108, 0xF << 28)
        self.machine.writel(TZASC + 0x130, CLOSED - DRAM)
        self.machine.writel(TZASC + 0x138, SIZE_1M << 1 | 1)
        self.machine.writel(ACTION, 0)
        self.machine.writel(GPR10, 1)

    def qmp(self, command, **arguments):
        return self.machine.qmp.command(command, **{name.replace("_", "-"): value for name, value in arguments.items()})

    def inject(self, kind, **arguments):
        return self.qmp("svp-inject-fault", kind=kind, **arguments)["id"]

    def fault(self, identifier):
        return next(entry for entry in self.qmp("query-svp-faults") if entry["id"] == identifier)

    def violations(self, **filters):
        return self.qmp("query-svp-violations", **filters)["violations"]

    # Violations

    def test_schema(self):
        names = {entry["name"] for entry in self.qmp("query-qmp-schema")}
        for name in ("query-svp-violations", "svp-clear-violations", "query-svp-violation-counters", "svp-inject-fault", "svp-remove-fault",
                     "query-svp-faults", "svp-test-port", "query-svp-policy", "SVP_VIOLATION"):
            self.assertIn(name, names)

    def test_nothing_denied_nothing_recorded(self):
        self.machine.readq(OPEN)
        self.machine.writeq(OPEN, 1)
        log = self.qmp("query-svp-violations")
        self.assertEqual(log["violations"], [])
        self.assertEqual(log["next-sequence"], 1)
        self.assertEqual(log["capacity"], 4096)
        self.assertEqual(self.qmp("query-svp-violation-counters"), {"masters": [], "rules": []})

    def test_record_of_a_denied_access(self):
        now = self.machine.clock_step(5000)
        self.machine.readl(CLOSED + 0x123 * 4)
        self.machine.clock_step(1000)
        self.machine.writeb(CLOSED + 7, 1)
        read, write = self.violations(text=True)
        self.assertEqual(read.pop("text"), f"#1 0.{now:09d}s a53 non-secure domain 0 read 0x{CLOSED + 0x48c:08x}+4 denied by tzc 3, answer OKAY")
        self.assertEqual(read, {
            "sequence": 1, "time": now, "last-time": now, "count": 1, "master": "a53", "world": "non-secure", "domain": 0, "direction": "read",
            "address": CLOSED + 0x48C, "length": 4, "denier": "tzc", "index": 3, "answer": "okay", "injected": False})
        self.assertEqual((write["sequence"], write["direction"], write["address"], write["length"]), (2, "write", CLOSED + 7, 1))
        self.assertEqual(write["time"], now + 1000)

    def test_answer_follows_the_action_register(self):
        for action, answer in ((0, "okay"), (1, "decerr"), (2, "okay"), (3, "decerr")):
            with self.subTest(action=action):
                self.machine.writel(ACTION, action)
                self.machine.readl(CLOSED + action * 4096)
                self.assertEqual(self.violations()[-1]["answer"], answer)
                self.machine.writel(INT_CLEAR, 0)

    def test_repetitions_are_merged_for_a_while(self):
        for offset in range(0, 4096, 8):
            self.machine.readq(CLOSED + offset)
        self.assertEqual([entry["count"] for entry in self.violations()], [512])
        self.machine.clock_step(MERGE_WINDOW)
        self.machine.readq(CLOSED)
        self.machine.readq(CLOSED + 4096)
        self.assertEqual([entry["count"] for entry in self.violations()], [512, 1, 1])
        log = self.qmp("query-svp-violations", limit=0)
        self.assertEqual((log["accesses"], log["merged"], log["dropped"], log["held"]), (514, 511, 0, 3))

    def test_filters_and_clear(self):
        for page in range(6):
            self.machine.readl(CLOSED + page * 4096)
            self.qmp("svp-test-port", operation="read", master="gpu", address=CLOSED + page * 4096, length=4)
        for filters, sequences in (
                ({}, list(range(1, 13))), ({"since": 10}, [10, 11, 12]), ({"since": 13}, []), ({"limit": 2}, [1, 2]), ({"limit": 0}, []),
                ({"master": "gpu"}, [2, 4, 6, 8, 10, 12]), ({"master": "gpu", "since": 5, "limit": 2}, [6, 8]), ({"master": "caam"}, []),
                ({"world": "secure"}, []), ({"world": "non-secure", "limit": 1}, [1])):
            with self.subTest(filters=filters):
                self.assertEqual([entry["sequence"] for entry in self.violations(**filters)], sequences)
        counters = {"masters": [{"master": "a53", "reads": 6, "writes": 0}, {"master": "gpu", "reads": 6, "writes": 0}],
                    "rules": [{"denier": "tzc", "index": 3, "reads": 12, "writes": 0}]}
        self.assertEqual(self.qmp("query-svp-violation-counters"), counters)
        self.qmp("svp-clear-violations")
        self.assertEqual(self.violations(), [])
        self.assertEqual(self.qmp("query-svp-violation-counters"), counters)
        self.machine.readl(CLOSED)
        self.assertEqual([entry["sequence"] for entry in self.violations()], [13])
        self.qmp("svp-clear-violations", counters=True)
        self.assertEqual(self.qmp("query-svp-violation-counters"), {"masters": [], "rules": []})

    def test_events_are_slow_and_complete(self):
        begin = time.monotonic()
        accesses = 3 * MIB // 8  # each page three times over
        for _ in range(3):
            self.assertEqual(self.machine.read(CLOSED, MIB), bytes(MIB))
        time.sleep(2.2)  # host time: the last of those kept back are told of when their second is over
        self.qmp("query-status")
        seconds = time.monotonic() - begin
        events = [event["data"] for event in self.machine.qmp.take_events("SVP_VIOLATION")]
        self.assertEqual(sum(1 + event["dropped"] for event in events), accesses)
        self.assertGreaterEqual(len(events), 2)
        self.assertLessEqual(len(events), 33 * (int(seconds) + 1))
        self.assertEqual(events[0]["violation"]["sequence"], 1)
        self.assertEqual(events[0]["dropped"], 0)
        log = self.qmp("query-svp-violations", limit=0)
        self.assertEqual((log["held"], log["accesses"]), (MIB // 4096, accesses))

    def test_reset_keeps_record_and_faults(self):
        self.machine.readl(CLOSED)
        identifier = self.inject("zero", times=0, match={"first": OPEN, "last": OPEN})
        self.qmp("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(len(self.violations()), 1)
        self.assertFalse(self.fault(identifier)["spent"])

    # Faults on transactions

    def window(self, first, last, **match):
        return {"first": first, "last": last, **match}

    def test_fault_on_permitted_memory_and_only_there(self):
        self.put(OPEN, b"\x11" * 64)
        identifier = self.inject("corrupt", mask=0xFF, times=0, label="lane 0", match=self.window(OPEN + 8, OPEN + 15, direction="read"))
        self.assertEqual(self.machine.read(OPEN, 24), b"\x11" * 8 + b"\xee" + b"\x11" * 15)
        self.machine.write(OPEN + 8, b"\x22" * 8)
        self.assertEqual(self.get(OPEN, 24), b"\x11" * 8 + b"\x22" * 8 + b"\x11" * 8, "a write is not hit")
        self.assertEqual(self.machine.readq(OPEN + 8), 0x22222222222222DD)
        self.assertEqual(self.get(OPEN + 8, 8), b"\x22" * 8, "the cells are not hit")
        entry = self.fault(identifier)
        self.assertEqual((entry["hits"], entry["matches"], entry["spent"], entry["fault"]["label"]), (2, 2, False, "lane 0"))
        self.assertTrue(all(record["injected"] and record["fault"] == identifier for record in self.violations()))
        self.qmp("svp-remove-fault", id=identifier)
        self.assertEqual(self.machine.readq(OPEN + 8), 0x2222222222222222)

    def test_nth_and_times(self):
        self.put(OPEN, b"\x55" * 8)
        self.inject("zero", nth=3, times=2, match=self.window(OPEN, OPEN + 7))
        self.assertEqual([self.machine.readq(OPEN) == 0 for _ in range(6)], [False, False, True, True, False, False])
        self.assertTrue(self.qmp("query-svp-faults")[0]["spent"])

    def test_not_before(self):
        now = self.machine.clock_step(1)
        self.put(OPEN, b"\x55" * 8)
        self.inject("zero", not_before=now + 1000, match=self.window(OPEN, OPEN + 7))
        self.assertNotEqual(self.machine.readq(OPEN), 0)
        self.machine.clock_step(1000)
        self.assertEqual(self.machine.readq(OPEN), 0)

    def test_dropped_write(self):
        self.put(OPEN, b"\x55" * 16)
        self.inject("drop", match=self.window(OPEN, OPEN + 7))
        self.machine.writeq(OPEN + 8, 1)
        self.machine.writeq(OPEN, 1)
        self.assertEqual(self.get(OPEN, 16), b"\x55" * 8 + (1).to_bytes(8, "little"))
        self.machine.writeq(OPEN, 1)
        self.assertEqual(self.get(OPEN, 8), (1).to_bytes(8, "little"))

    def test_corrupt_write(self):
        self.inject("corrupt", mask=1 << 63, match=self.window(OPEN, OPEN + 7))
        self.machine.writeq(OPEN, 5)
        self.assertEqual(self.get(OPEN, 8), (1 << 63 | 5).to_bytes(8, "little"))

    def test_wrong_world_opens_and_closes(self):
        self.machine.writel(TZASC + 0x138, 0xC << 28 | SIZE_1M << 1 | 1)  # secure only
        self.put(CLOSED, b"\x77" * 8)
        self.assertEqual(self.machine.readq(CLOSED), 0)
        identifier = self.inject("change-world", world="secure", match=self.window(CLOSED, CLOSED + 7))
        self.assertEqual(self.machine.readq(CLOSED), 0x7777777777777777)
        self.assertEqual(self.machine.readq(CLOSED), 0)
        self.assertEqual([(record.get("state"), record["count"]) for record in self.violations()], [(None, 2), ("granted", 1)])
        self.assertEqual(self.fault(identifier)["hits"], 1)

    def test_answer_of_the_test_port(self):
        self.put(OPEN, b"\x55" * 8)
        for answer in ("slverr", "decerr"):
            with self.subTest(answer=answer):
                self.inject("answer", answer=answer, match=self.window(OPEN, OPEN + 7, masters=["vpu"]))
                self.assertEqual(self.port("read", master="gpu", address=OPEN, length=8), ("okay", b"\x55" * 8))
                self.assertEqual(self.port("read", master="vpu", address=OPEN, length=8), (answer, bytes(8)))
                self.assertEqual(self.port("read", master="vpu", address=OPEN, length=8), ("okay", b"\x55" * 8))
                record = self.violations()[-1]
                self.assertEqual((record["denier"], record["answer"], record["master"], record["injected"]), ("fault", answer, "vpu", True))

    # Faults on state

    def test_firewall_state(self):
        self.put(CLOSED, b"\x77" * 8)
        self.machine.writel(GPR10, 0x10001)  # locked
        self.assertEqual(self.machine.readq(CLOSED), 0)
        self.inject("disable-tzasc")
        self.assertEqual(self.machine.readl(GPR10) & 0x10001, 0x10000)
        self.assertEqual(self.machine.readq(CLOSED), 0x7777777777777777)
        self.inject("flip-bit", target="gpr", offset=0x28, bit=0)
        self.assertEqual(self.machine.readq(CLOSED), 0)
        now = self.machine.clock_step(1)
        self.inject("flip-bit", target="tzasc", offset=0x138, bit=0, not_before=now + 500)
        self.assertEqual(self.machine.readq(CLOSED), 0)
        self.machine.clock_step(500)
        self.assertEqual(self.machine.readq(CLOSED), 0x7777777777777777)
        self.inject("flip-bit", target="tzasc", offset=0x138, bit=0)
        self.assertEqual(self.machine.readq(CLOSED), 0)

    def test_granted_because_of_a_fault(self):
        """In record, text, counters, event and in the list of what is open; not for whom it was open anyhow."""
        self.put(CLOSED, b"\x77" * 8)
        identifier = self.inject("disable-tzasc")
        self.qmp("svp-clear-violations", counters=True)
        self.machine.qmp.take_events()
        self.assertEqual(self.machine.readq(CLOSED), 0x7777777777777777)
        self.machine.writeq(CLOSED + 8, 1)
        self.assertEqual(self.port("read", master="gpu", address=CLOSED - 8, length=16), ("okay", self.get(CLOSED - 8, 16)))
        self.port("read", master="gpu", world="secure", address=OPEN, length=8)
        read, write, gpu = self.violations(text=True)
        for record, master, direction, address in ((read, "a53", "read", CLOSED), (write, "a53", "write", CLOSED + 8), (gpu, "gpu", "read", CLOSED)):
            with self.subTest(master=master, direction=direction):
                self.assertEqual((record["master"], record["direction"], record["address"], record["length"]), (master, direction, address, 8))
                self.assertEqual((record["state"], record["denier"], record["fault"], record["injected"]), ("granted", "fault", identifier, True))
                self.assertIn(f" granted because of fault {identifier}, answer OKAY", record["text"])
                self.assertNotIn("denied", record["text"])
        log = self.qmp("query-svp-violations")
        self.assertEqual((log["accesses"], log["granted"]), (3, 3))
        counters = self.qmp("query-svp-violation-counters")
        self.assertEqual(counters["masters"], [{"master": "a53", "reads": 0, "writes": 0, "granted-reads": 1, "granted-writes": 1},
                                               {"master": "gpu", "reads": 0, "writes": 0, "granted-reads": 1}])
        self.assertEqual(self.machine.qmp.wait_event("SVP_VIOLATION", 10)["data"]["violation"]["state"], "granted")
        rows = self.qmp("query-svp-fault-openings")["openings"]
        self.assertEqual({(row["direction"], row["first"], row["last"], row["fault"], row["open"]) for row in rows},
                         {(direction, CLOSED, CLOSED + (1 << 20) - 1, identifier, True) for direction in ("read", "write")})
        self.assertLess({"a53", "gpu", "usdhc1", "enet-rx"}, {master for row in rows for master in row["masters"]})
        self.machine.writel(GPR10, 1)
        self.assertEqual(self.machine.readq(CLOSED), 0)
        self.assertEqual({row["open"] for row in self.qmp("query-svp-fault-openings")["openings"]}, {False})

    def test_states_of_faults_on_transactions(self):
        for kind, members, direction, state in (
                ("answer", {"answer": "slverr"}, "read", "refused"), ("zero", {}, "read", "changed"), ("corrupt", {"mask": 1}, "write", "changed"),
                ("drop", {}, "write", "changed"), ("change-domain", {"domain": 2}, "read", "passed")):
            with self.subTest(kind=kind):
                self.inject(kind, match=self.window(OPEN, OPEN + 7), **members)
                self.machine.readq(OPEN) if direction == "read" else self.machine.writeq(OPEN, 1)
                record = self.violations(text=True)[-1]
                self.assertEqual(record["state"], state)
                self.assertIn(f" {state} by fault ", record["text"])
        counters = self.qmp("query-svp-violation-counters")["masters"]
        self.assertEqual(counters, [{"master": "a53", "reads": 1, "writes": 0, "changed-reads": 2, "changed-writes": 2}])

    def test_lost_tzasc_state_when_a_transaction_comes(self):
        self.inject("lose-state", target="tzasc", match=self.window(OPEN, OPEN + 3))
        self.machine.readl(OPEN + 4)
        self.assertEqual(self.machine.readl(TZASC + 0x138), SIZE_1M << 1 | 1)
        self.machine.readl(OPEN)
        self.assertEqual(self.machine.readl(TZASC + 0x138) & 1, 0)
        self.assertEqual(self.machine.readl(ACTION), 1, "reset value")

    # Faults on interrupts

    def deny(self):
        """One denied access that raises the TZASC's interrupt, unless something is in the way."""
        self.machine.readl(CLOSED)
        return self.machine.irq(GIC_TZASC_INPUT)

    def serve(self):
        self.machine.writel(INT_CLEAR, 0)
        return self.machine.irq(GIC_TZASC_INPUT)

    def test_lost_interrupt(self):
        self.machine.intercept("/machine/soc/gic")
        self.machine.writel(ACTION, 2)
        self.inject("lose-interrupt", device="tzasc", line=0, nth=2)
        self.assertEqual([(self.deny(), self.serve()) for _ in range(3)], [(True, False), (False, False), (True, False)])
        identifier = self.inject("lose-interrupt", device="tzasc", line=0, times=0)
        self.assertFalse(self.deny())
        self.qmp("svp-remove-fault", id=identifier)
        self.assertTrue(self.machine.irq(GIC_TZASC_INPUT), "it comes when the fault is gone")

    def test_repeated_interrupt(self):
        self.machine.intercept("/machine/soc/gic")
        self.machine.writel(ACTION, 2)
        self.inject("repeat-interrupt", device="tzasc", line=0, duration=2000)
        self.assertTrue(self.deny())
        self.assertTrue(self.serve())
        self.machine.clock_step(1999)
        self.assertTrue(self.machine.irq(GIC_TZASC_INPUT))
        self.machine.clock_step(1)
        self.assertFalse(self.machine.irq(GIC_TZASC_INPUT))
        self.assertEqual((self.deny(), self.serve()), (True, False))

    def test_spurious_interrupt_of_a_device_that_is_not_ours(self):
        self.machine.intercept("/machine/soc/gic")
        now = self.machine.clock_step(1)
        self.inject("spurious-interrupt", device="usdhc1", line=0, not_before=now + 100)
        self.assertFalse(self.machine.irq(GIC_USDHC1_INPUT))
        self.machine.clock_step(100)
        self.assertTrue(self.machine.irq(GIC_USDHC1_INPUT))
        self.machine.clock_step(1_000_000)
        self.assertFalse(self.machine.irq(GIC_USDHC1_INPUT))

    # List, and what is refused

    def test_list(self):
        self.assertEqual(self.qmp("query-svp-faults"), [])
        match = {"masters": ["vpu", "dcss"], "world": "secure", "direction": "write", "first": OPEN, "last": OPEN + 7}
        given = [
            {"kind": "answer", "answer": "slverr", "match": match, "nth": 2, "times": 5, "not-before": 9, "label": "all of it"},
            {"kind": "corrupt", "mask": 1 << 63}, {"kind": "zero"}, {"kind": "drop"}, {"kind": "delay", "duration": 7},
            {"kind": "change-world", "world": "non-secure"}, {"kind": "change-master", "master": "sdma1-spba1"},
            {"kind": "change-domain", "domain": 3}, {"kind": "flip-bit", "target": "tzasc", "offset": 4, "bit": 1, "not-before": 1 << 40},
            {"kind": "lose-state", "target": "tzasc", "not-before": 1 << 40}, {"kind": "disable-tzasc", "not-before": 1 << 40},
            {"kind": "lose-interrupt", "device": "uart1", "line": 0}, {"kind": "repeat-interrupt", "device": "enet1", "line": 1},
            {"kind": "spurious-interrupt", "device": "usdhc2", "line": 0, "duration": 3, "not-before": 1 << 40}]
        identifiers = [self.qmp("svp-inject-fault", **fault)["id"] for fault in given]
        self.assertEqual(identifiers, list(range(1, len(given) + 1)))
        for fault, entry in zip(given, self.qmp("query-svp-faults"), strict=True):
            with self.subTest(kind=fault["kind"]):
                self.assertEqual({**entry["fault"], **fault}, entry["fault"], "what was given is there")
                self.assertEqual((entry["matches"], entry["hits"], entry["spent"]), (0, 0, False))
                self.assertNotIn("last-hit", entry)
        listed = self.qmp("query-svp-faults")[0]["fault"]
        listed["match"]["masters"].sort()
        self.assertEqual(listed, {**given[0], "match": {**match, "masters": ["dcss", "vpu"]}})
        self.qmp("svp-remove-fault", id=3)
        self.assertEqual([entry["id"] for entry in self.qmp("query-svp-faults")], [1, 2, *range(4, len(given) + 1)])
        self.qmp("svp-remove-fault")
        self.assertEqual(self.qmp("query-svp-faults"), [])

    def test_refused(self):
        rows = (
            ("masters", {"kind": "zero", "match": {"masters": []}}),
            ("last", {"kind": "zero", "match": {"first": 5, "last": 4}}),
            ("nth", {"kind": "zero", "nth": 0}),
            ("not-before", {"kind": "zero", "not-before": (1 << 64) - 1}),
            ("label", {"kind": "zero", "label": "x" * 65}),
            ("mask", {"kind": "corrupt", "mask": 0}),
            ("domain", {"kind": "change-domain", "domain": 4}),
            ("direction", {"kind": "drop", "match": {"direction": "read"}}),
            ("masters", {"kind": "delay", "duration": 1, "match": {"masters": ["a53"]}}),
            ("duration", {"kind": "delay", "duration": 0}),
            ("duration", {"kind": "delay", "duration": 1 << 63}),
            ("duration", {"kind": "delay", "duration": 1_000_000_001}),
            ("bit", {"kind": "flip-bit", "target": "tzasc", "offset": 4, "bit": 32}),
            ("offset", {"kind": "flip-bit", "target": "tzasc", "offset": 5, "bit": 0}),
            ("offset", {"kind": "flip-bit", "target": "tzasc", "offset": 0x900, "bit": 0}),
            ("offset", {"kind": "flip-bit", "target": "gpr", "offset": 0xFFFFFFFC, "bit": 0}),
            ("times", {"kind": "lose-state", "target": "tzasc", "times": 2}),
            ("match", {"kind": "lose-interrupt", "device": "uart1", "line": 0, "match": {}}),
            ("device", {"kind": "lose-interrupt", "device": "nobody", "line": 0}),
            ("line", {"kind": "lose-interrupt", "device": "uart1", "line": 1}),
            ("Parameter 'mask' is missing", {"kind": "corrupt"}),
            ("Parameter 'mask' is unexpected", {"kind": "zero", "mask": 1}),
            ("Parameter 'kind' does not accept value 'explode'", {"kind": "explode"}),
            ("Parameter", {"kind": "zero", "match": {"masters": ["mouse"]}}))
        for field, fault in rows:
            with self.subTest(fault=fault):
                with self.assertRaises(QmpError) as caught:
                    self.qmp("svp-inject-fault", **fault)
                self.assertTrue(caught.exception.description.startswith(field), caught.exception.description)
        self.assertEqual(self.qmp("query-svp-faults"), [])
        for identifier in (0, 1, 0xFFFFFFFF):
            with self.assertRaises(QmpError):
                self.qmp("svp-remove-fault", id=identifier)

    def test_a_full_list(self):
        for _ in range(256):
            self.inject("zero", match=self.window(OPEN, OPEN))
        with self.assertRaises(QmpError) as caught:
            self.inject("zero")
        self.assertIn("256", caught.exception.description)
        self.put(OPEN, b"\x55")
        self.assertEqual(self.machine.readb(OPEN), 0)
        self.assertEqual(self.machine.readb(OPEN), 0x55)

    # Test port

    def port(self, operation, **job):
        result = self.qmp("svp-test-port", operation=operation, **job)
        return result["answer"], base64.b64decode(result["data"]) if "data" in result else None

    def test_port_moves_data(self):
        data = os.urandom(5000)
        self.assertEqual(self.port("write", address=OPEN + 1, data=base64.b64encode(data).decode(), master="usb1"), ("okay", None))
        self.assertEqual(self.get(OPEN + 1, 5000), data)
        self.assertEqual(self.port("read", address=OPEN + 1, length=5000), ("okay", data))
        self.assertEqual(self.port("copy", **{"from": OPEN + 1, "to": OPEN + MIB, "length": 5000}), ("okay", None))
        self.assertEqual(self.get(OPEN + MIB, 5000), data)

    def test_port_meets_the_firewall(self):
        # Each access crosses the lower edge of the closed MiB.
        edge = CLOSED
        self.put(edge - 16, b"\x11" * 32)
        self.assertEqual(self.port("read", address=edge - 16, length=32, master="pcie1"), ("okay", b"\x11" * 16 + bytes(16)))
        self.port("write", address=edge - 16, data=base64.b64encode(b"\x22" * 32).decode(), master="pcie2")
        self.assertEqual(self.get(edge - 16, 32), b"\x22" * 16 + b"\x11" * 16)
        self.port("copy", master="sdma2", **{"from": edge - 16, "to": OPEN, "length": 32})
        self.assertEqual(self.get(OPEN, 32), b"\x22" * 16 + bytes(16))
        records = [(record["master"], record["direction"], record["address"], record["length"]) for record in self.violations()]
        self.assertEqual(records, [("pcie1", "read", edge, 16), ("pcie2", "write", edge, 16), ("sdma2", "read", edge, 16)])

    def test_port_refuses(self):
        for field, job in (
                ("length", {"operation": "read", "address": OPEN, "length": 0}),
                ("length", {"operation": "read", "address": OPEN, "length": MIB + 1}),
                ("address", {"operation": "read", "address": (1 << 64) - 4, "length": 5}),
                ("data", {"operation": "write", "address": OPEN, "data": ""}),
                ("Base64", {"operation": "write", "address": OPEN, "data": "?"}),
                ("from", {"operation": "copy", "from": (1 << 64) - 1, "to": OPEN, "length": 2}),
                ("to", {"operation": "copy", "from": OPEN, "to": (1 << 64) - 1, "length": 2})):
            with self.subTest(job=job):
                with self.assertRaises(QmpError) as caught:
                    self.qmp("svp-test-port", **job)
                self.assertTrue(caught.exception.description.startswith(field), caught.exception.description)

    # Policy

    def test_policy(self):
        views = self.qmp("query-svp-policy")
        self.assertEqual(sorted((view["world"], view["domain"]) for view in views),
                         [(world, domain) for world in ("non-secure", "secure") for domain in range(4)])
        for view in views:
            self.assertEqual(view["runs"], [
                {"first": DRAM, "length": CLOSED - DRAM, "read": True, "write": True},
                {"first": CLOSED, "length": MIB, "read": False, "write": False},
                {"first": CLOSED + MIB, "length": DRAM + 4 * GIB - CLOSED - MIB, "read": True, "write": True}])
        self.machine.writel(GPR10, 0)
        self.assertEqual(self.qmp("query-svp-policy", world="secure", domain=2), [
            {"world": "secure", "domain": 2, "runs": [{"first": DRAM, "length": 4 * GIB, "read": True, "write": True}]}])
        with self.assertRaises(QmpError) as caught:
            self.qmp("query-svp-policy", domain=4)
        self.assertTrue(caught.exception.description.startswith("domain: "))


if __name__ == "__main__":
    unittest.main()
