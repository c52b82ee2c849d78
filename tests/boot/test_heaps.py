# SPDX-License-Identifier: GPL-2.0-or-later
"""Secure heaps under Linux, OP-TEE and the firewall: what the guest sees, and what the memory cells hold."""

import re
import unittest

import boot_case
from boot_case import BoardCase, run_checks
from svplib.base.checks import GUEST_LINE, CheckList
from svplib.build import products
from svplib.machine import bus_policy, heap_cells, reach
from svplib.machine.board import Board
from svplib.scenarios import proof

PROBE_SECONDS = 240
PAGE = 4096
#: Ordinary memory just below and just above the heaps that Linux leaves alone
CONTROL_BELOW = 0xBFFF0000
CONTROL_ABOVE = 0xCA000000


class FirmwareHeaps(BoardCase):
    """The board as it is delivered: a denied read gives zeros, a denied write vanishes."""

    BOARD = {"share_ram": True}
    ANSWER = "zero"

    def probe(self, group):
        return run_checks(self.board, f"svp-probe {group} --answer={self.ANSWER}", timeout=PROBE_SECONDS)

    def assert_cells_hold_pattern(self):
        """OP-TEE's pattern is in every word of the heaps, and non-secure masters see none of it."""
        for heap, (base, size) in heap_cells.HEAPS.items():
            with self.subTest(heap=heap):
                self.assertEqual(heap_cells.heap_content(self.board, heap), "pattern")
                self.assertIsNone(heap_cells.garbage(self.board, base, size))
                self.assertEqual(self.board.ram(base, 64), heap_cells.pattern(0, 64))
                for address in (base, base + size // 2, base + size - 64 * PAGE):
                    self.assertEqual(self.board.read_memory(address, 64 * PAGE), bytes(64 * PAGE))

    def test_proof(self):
        seen = self.probe("proof")
        self.assertEqual(seen["protect.video.tee-still"], "intact")
        self.assert_cells_hold_pattern()
        self.assertIsNone(heap_cells.garbage(self.board, *heap_cells.OPTEE))
        self.assertTrue(any(self.board.ram(heap_cells.OPTEE[0], PAGE)), "OP-TEE's memory is empty")
        self.assertEqual(self.board.read_memory(heap_cells.OPTEE[0], 64 * PAGE), bytes(64 * PAGE))

    def test_access(self):
        """Every width and kind of access; the patterns of this group lie elsewhere, so only its own checks are looked at."""
        seen = self.probe("access")
        self.assertGreater(len(seen), 200)

    def test_heaps_and_import_keep_the_content(self):
        """Allocation and mapping for a device neither clear nor copy: Linux could not do it."""
        self.probe("protect")
        self.probe("heaps")
        self.probe("import")
        self.assert_cells_hold_pattern()

    def test_one_store_of_linux(self):
        """A store to a heap changes no cell; the same one beside it does, so that the cells seen here are the ones in use."""
        base, size = heap_cells.HEAPS["video"]
        self.probe("protect")
        for address, open_to_linux in ((CONTROL_BELOW + 0xFFF8, True), (base, False), (base + size - 8, False), (CONTROL_ABOVE, True)):
            with self.subTest(address=hex(address)):
                value = 0x1122334455667788 ^ address
                before = self.board.ram(address, 8)
                self.poke(address, value)
                after = self.board.ram(address, 8)
                self.assertEqual(after, value.to_bytes(8, "little") if open_to_linux else before)
                self.assertEqual(self.peek(address), value if open_to_linux else 0)
                self.assertEqual(self.board.read_memory(address, 8), after if open_to_linux else bytes(8))
        self.assert_cells_hold_pattern()

    def poke(self, address, value):
        self.assertIn(f"POKE {address:#x} ok", self.guest(f"svp-probe poke {address:#x} 8 {value:#x}"))

    def peek(self, address):
        return int(re.search(rf"^PEEK {address:#x} (0x[0-9a-f]+)$", self.guest(f"svp-probe peek {address:#x} 8"), re.MULTILINE).group(1), 16)

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


class _PolicyHeaps:
    """The heaps where the RDC and the CSU have their say too; see bus_policy.py for what is different then."""

    POLICY = ""
    #: What OP-TEE wrote, in both heaps
    WORD = 0x7E570000

    @classmethod
    def prepare(cls):
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY}

    def test_heaps_and_import(self):
        run_checks(self.board, "svp-probe heaps; svp-probe import", timeout=PROBE_SECONDS)

    def test_what_a_buffer_held_before_stays_with_those_who_may_read_it(self):
        """A buffer changes hands with its content: nobody in Linux can clear it. It is still read by no master but the heap's own."""
        places = {name: reach.PLACES[name] for name in heap_cells.HEAPS}
        for address in places.values():
            self.guest(f"svp-probe fill {address:#x} 8 {self.WORD:#x}")
        run_checks(self.board, "svp-probe heaps", timeout=PROBE_SECONDS)
        secret = (self.WORD | (self.WORD + 1) << 32).to_bytes(8, "little")
        for (master, place), rights in reach.intended(self.POLICY).items():
            if place in places:
                self.assertEqual(self.board.ram(places[place], 8), secret, "allocation has not changed it")
                expected = secret if "r" in rights else bytes(8)
                self.assertEqual(reach.read(self.board, master, places[place], answer="okay"), expected, f"{master} in {place}")

    def test_access(self):
        """Every width and kind: Linux sees what it sees without a policy. Only OP-TEE cannot look into `video`, and finds zeros."""
        output = self.board.command("svp-probe access", timeout=PROBE_SECONDS).output
        rows = {name: (seen, verdict) for name, _, seen, verdict in GUEST_LINE.findall(output)}
        blind = {name for name in rows if re.fullmatch(r"access\.video\.prepared|(access|edge)\.video\..*\.tee", name)}
        # Prepared; 5 stores to Device memory; 12 stores, exclusive, zero block and code in Normal memory; 4 stores over the edge.
        self.assertEqual(len(blind), 1 + 5 + 15 + 4)
        self.assertGreater(len(rows), 200)
        self.assertEqual({name: row for name, row in rows.items() if row != ("changed", "FAIL") and name in blind}, {})
        self.assertEqual({name: row for name, row in rows.items() if row[1] != "ok" and name not in blind}, {})

    def test_one_store_of_linux(self):
        """In the cells: a store of Linux to `vault` changes nothing, one to `video` what the policy says. It reads zeros in both."""
        for heap, (base, size) in heap_cells.HEAPS.items():
            for address in (base, base + size // 2, base + size - 8):
                with self.subTest(address=hex(address)):
                    self.guest(f"svp-probe fill {address:#x} 8 {self.WORD:#x}")
                    secret = self.WORD | (self.WORD + 1) << 32
                    self.assertEqual(self.board.ram(address, 8), secret.to_bytes(8, "little"))
                    self.assertEqual(self.peek(address), 0)
                    self.assertEqual(self.board.read_memory(address, 8), bytes(8))
                    value = 0x1122334455667788
                    self.assertIn(f"POKE {address:#x} ok", self.guest(f"svp-probe poke {address:#x} 8 {value:#x}"))
                    expected = value if heap in bus_policy.LINUX_WRITES[self.POLICY] else secret
                    self.assertEqual(self.board.ram(address, 8), expected.to_bytes(8, "little"))
                    self.assertEqual(self.peek(address), 0)
        for address in (CONTROL_BELOW + 0xFFF8, CONTROL_ABOVE):
            self.guest(f"svp-probe poke {address:#x} 8 {address:#x}")
            self.assertEqual(self.peek(address), address)

    def peek(self, address):
        return int(re.search(rf"^PEEK {address:#x} (0x[0-9a-f]+)$", self.guest(f"svp-probe peek {address:#x} 8"), re.MULTILINE).group(1), 16)

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


class HeapsUnderNxp(_PolicyHeaps, BoardCase):
    """The RDC alone protects `video`."""

    POLICY = "nxp"


class HeapsUnderStrict(_PolicyHeaps, BoardCase):
    """TZC-380 and RDC both protect `video`."""

    POLICY = "strict"


class ProofUnderPolicies(unittest.TestCase):
    """What `svp run --policy` shows, to its end."""

    def prove(self, policy):
        checks = CheckList()
        with Board(name=f"proof-{policy}", policy=policy, append=proof.APPEND, share_ram=True) as machine:
            proof.run(machine, checks)
        self.assertTrue(checks.ok, checks.table())
        self.assertEqual(any("NOT PROTECTED" in text for text in checks.texts), policy == "open")
        self.assertGreater(len(checks.checks), 150)

    def test_open(self):
        """What stays open is expected there, tried, and named."""
        self.prove("open")

    def test_nxp(self):
        self.prove("nxp")

    def test_strict(self):
        self.prove("strict")


class BusErrorAnswer(BoardCase):
    """The firewall set to answer with a bus error: SIGBUS in the guest, and no less protection."""

    @classmethod
    def prepare(cls):
        changes = boot_case.secure_chosen({"svp,tzc-action": 3})
        cls.BOARD = {"share_ram": True, "dtb": boot_case.changed_device_tree(cls.scratch, changes)}

    def test_proof(self):
        self.assertRegex(self.board.console.text, r"TZC-380: regions 0 to \d+ in use, action 3")
        seen = run_checks(self.board, "svp-probe proof --answer=abort; svp-probe access --answer=abort; dmesg-check", timeout=PROBE_SECONDS)
        self.assertEqual(seen["protect.vault.linux-read"], "abort")
        self.assertEqual(seen["protect.vault.linux-write"], "abort")

    def test_cells(self):
        run_checks(self.board, "svp-probe protect --answer=abort", timeout=PROBE_SECONDS)
        for heap, (base, size) in heap_cells.HEAPS.items():
            self.assertEqual(heap_cells.heap_content(self.board, heap), "pattern")
            self.assertIsNone(heap_cells.garbage(self.board, base, size))

    def test_bus_error_is_a_signal(self):
        result = self.board.command(f"svp-probe peek {heap_cells.HEAPS['video'][0]:#x} 4")
        self.assertEqual((result.status, result.output), (1, "PEEK 0xc0000000 abort"))
        self.assertEqual(self.guest("echo alive"), "alive")


#: What OP-TEE says of each node that it refuses: heap's name in the message -> reason
REFUSED_BY_OPTEE = {
    "odd-base": "reg is not page aligned", "odd-size": "reg is not page aligned", "overlap-b": "overlaps another secure heap",
    "mapped": "no-map is missing", "anywhere": "reg is missing", "zero": "not in DRAM", "no-memory": "not in DRAM",
    "no-address": "not in DRAM", "stray": "not a child of /reserved-memory",
}


def bad_heaps_tree():
    """The device tree whose heap nodes are wrong, one reason each; it lies beside the good one."""
    return products.locate("dtb").with_name("imx8mq-evk-svp-bad-heaps.dtb")


class BadHeapsUnderLinux(unittest.TestCase):
    """Without firmware: the module refuses each bad node with one line."""

    def test_refusals(self):
        with boot_case.Board(name="bad-heaps-linux", firmware="none", dtb=bad_heaps_tree(), append="svp.run=heap-refusals") as machine:
            machine.console.expect(r"^SVP exit 0$", timeout=boot_case.BOOT_SECONDS)
            self.assertEqual(machine.wait_exit(timeout=boot_case.POWER_OFF_SECONDS), 0)
            self.assertEqual(boot_case.guest_results(machine.console.text)["refused.module-stays"], "EBUSY")


class BadHeapsUnderOptee(BoardCase):
    """With firmware: OP-TEE refuses with one line each, goes on, and the good heaps are heaps."""

    @classmethod
    def prepare(cls):
        cls.BOARD = {"share_ram": True, "dtb": bad_heaps_tree()}

    def test_one_line_each(self):
        lines = re.findall(r"secure heap (\S+): refused, (.*)$", self.board.console.text, re.MULTILINE)
        self.assertEqual([name for name, _ in lines if name not in REFUSED_BY_OPTEE], [])
        for name, reason in REFUSED_BY_OPTEE.items():
            with self.subTest(heap=name):
                found = [text for heap, text in lines if heap == name]
                self.assertEqual(len(found), 1, found)
                self.assertIn(reason, found[0])

    def test_linux_agrees(self):
        run_checks(self.board, "heap-refusals")

    def test_good_heaps_work_and_bad_ones_are_none(self):
        output = self.board.command("svp-probe protect", timeout=PROBE_SECONDS).output
        rows = {name: (seen, verdict) for name, _, seen, verdict in GUEST_LINE.findall(output)}
        for heap in ("vault", "secure-heap@cb100000"):
            good = {name: row for name, row in rows.items() if name.startswith(f"protect.{heap}.")}
            self.assertEqual(len(good), 6, good)
            self.assertEqual({name: row for name, row in good.items() if row[1] != "ok"}, {})
        for heap in ("odd-base", "odd-size", "overlap-b", "mapped", "no-memory"):
            self.assertEqual(rows[f"protect.{heap}.tee-fill"], ("access-denied", "FAIL"), heap)
        self.assertEqual(heap_cells.heap_content(self.board, "vault"), "pattern")
        base, size = heap_cells.HEAPS["vault"]
        self.assertEqual(self.board.read_memory(base, size), bytes(size))


if __name__ == "__main__":
    unittest.main()
