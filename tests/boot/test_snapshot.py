# SPDX-License-Identifier: GPL-2.0-or-later
"""A running machine is saved and goes on: in another QEMU from a file, and in the same one from a snapshot."""

import hashlib
import random
import re
import time
import unittest

import boot_case
from boot_case import BoardCase, run_checks, wait_until
from svplib.machine import heap_cells
from svplib.machine.board import Board
from svplib.machine.test_port import secure_registers

WORK_SECONDS = 300
MORE_STEPS = 20
#: Each step appends the checksum of all that was there before, until it is told to stop
WORK = "(:>/tmp/w; while [ ! -e /tmp/stop ]; do sha256sum /tmp/w >>/tmp/w; done) &"
#: OP-TEE fills and verifies both heaps while Linux tries to read and to write them, again and again
TEE_WORK = "(while [ ! -e /tmp/stop ]; do svp-probe protect >/tmp/p 2>&1 && echo ok >>/tmp/r || { echo bad >>/tmp/r; cp /tmp/p /tmp/bad; }; done) &"
LATCHED = "LATCHES status=1,address=0x80001230,read,nonsecure"
BL31_CODE = range(0x910000, 0x920000)


def work_result(steps):
    """Checksum of what WORK leaves after that many steps, computed here."""
    content = b""
    for _ in range(steps):
        content += f"{hashlib.sha256(content).hexdigest()}  /tmp/w\n".encode()
    return hashlib.sha256(content).hexdigest()


def save(board, path, mapped):
    """Write the machine's state to a file; the machine is stopped afterwards. `mapped`: each page has its place in the file."""
    qmp = board.qmp
    qmp.command("migrate-set-capabilities", capabilities=[{"capability": "mapped-ram", "state": mapped}])
    qmp.command("migrate-set-parameters", **{"max-bandwidth": 0, "downtime-limit": 60000})
    qmp.command("migrate", uri=f"file:{path}")
    wait_until("saving", lambda: qmp.command("query-migrate")["status"] in ("completed", "failed"))
    state = qmp.command("query-migrate")
    qmp.command("migrate-set-capabilities", capabilities=[{"capability": "mapped-ram", "state": False}])  # snapshot-save has no use for it
    if state["status"] != "completed":
        raise AssertionError(f"saving failed: {state.get('error-desc')}")


def load(board, path, mapped):
    """Give a machine that waits for it the state in a file, and let it run."""
    board.qmp.command("migrate-set-capabilities", capabilities=[{"capability": "mapped-ram", "state": mapped}])
    board.qmp.command("migrate-incoming", uri=f"file:{path}")
    wait_until(f"loading (QEMU says {board.messages()})", lambda: board.qmp.command("query-status")["status"] != "inmigrate")
    if board.qmp.command("query-status")["status"] != "running":
        board.qmp.command("cont")


def finish_job(board, name):
    """Wait until a QMP job has ended; raises AssertionError if it failed."""
    def state():
        return next(job for job in board.qmp.command("query-jobs") if job["id"] == name)
    wait_until(f"job {name}", lambda: state()["status"] == "concluded")
    error = state().get("error")
    board.qmp.command("job-dismiss", id=name)
    if error:
        raise AssertionError(f"job {name}: {error}")


def program_counter(board, cpu):
    """Where one CPU is."""
    registers = board.hmp("info registers -a").split(f"CPU#{cpu}\n", 1)[1]
    return int(re.search(r"\bPC=([0-9a-f]+)", registers).group(1), 16)


class Snapshot(BoardCase):
    """One boot with firmware and four CPUs. Tests run by name: `saved` states are made in setUpClass, `in_place` is last."""

    @classmethod
    def prepare(cls):
        cls.file = random.Random(5).randbytes(1 << 20)
        cls.card = boot_case.make_card(cls.scratch, {"file": cls.file})
        cls.BOARD = {"sd": [cls.card], "extra": ("-nic", "user")}
        cls.at_work, cls.parked = cls.scratch / "at-work", cls.scratch / "parked"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        board = cls.board
        run_checks(board, "net")
        board.command("mount -o ro -t ext4 /dev/mmcblk1 /mnt", check=True)
        board.command(WORK, check=True)
        board.command(TEE_WORK, check=True)
        cls.wait_for_work(board)
        save(board, cls.at_work, mapped=False)
        board.qmp.command("cont")
        cls.finish_work(board)
        board.command("umount /mnt; echo 0 > /sys/devices/system/cpu/cpu2/online", check=True)
        board.command("svp-probe latches clear; svp-probe peek 0xc0001230 4", check=True)
        board.qmp.command("stop")
        save(board, cls.parked, mapped=True)
        board.qmp.command("cont")

    @staticmethod
    def progress(board):
        """(steps of WORK, rounds of TEE_WORK) so far."""
        return tuple(int(number) for number in board.command("touch /tmp/r; wc -l < /tmp/w; wc -l < /tmp/r", check=True).output.split())

    @classmethod
    def wait_for_work(cls, board):
        """Let both kinds of work go on for a while."""
        steps, rounds = cls.progress(board)
        board.command(f"while [ $(wc -l < /tmp/w) -lt {steps + MORE_STEPS} -o $(wc -l < /tmp/r) -le {rounds} ]; do usleep 50000; done",
                      timeout=WORK_SECONDS, check=True)

    @classmethod
    def finish_work(cls, board):
        """Stop the guest's work after a while; raises AssertionError unless all of it is right."""
        cls.wait_for_work(board)
        board.command("touch /tmp/stop; wait", timeout=WORK_SECONDS)
        steps, _ = cls.progress(board)
        seen, wanted = board.command("sha256sum < /tmp/w", check=True).output.split()[0], work_result(steps)
        if seen != wanted:
            raise AssertionError(f"the guest's chain of {steps} checksums ended in {seen}, not {wanted}")
        rounds = board.command("cat /tmp/r /tmp/bad 2>/dev/null").output.split("\n")
        if set(rounds) != {"ok"}:
            raise AssertionError("OP-TEE's rounds:\n" + "\n".join(rounds))

    def resume(self, path, mapped):
        board = Board(name=f"resumed-{path.name}", **{**self.BOARD, "extra": (*self.BOARD["extra"], "-incoming", "defer")})
        self.addCleanup(board.stop)
        board.start()
        load(board, path, mapped)
        board.wait_shell(ready=None)
        return board

    def assert_fenced(self, board):
        for base, size in (*heap_cells.HEAPS.values(), heap_cells.OPTEE):
            for address in (base, base + size - (1 << 20)):
                self.assertEqual(board.read_memory(address, 1 << 20), bytes(1 << 20), hex(address))

    def test_at_work_goes_on(self):
        """Saved while it ran: four CPUs busy, OP-TEE filling heaps, a file system mounted."""
        board = self.resume(self.at_work, mapped=False)
        self.finish_work(board)
        self.assertEqual(board.command("sha256sum < /mnt/file", check=True).output.split()[0], hashlib.sha256(self.file).hexdigest())
        board.command("umount /mnt", check=True)
        run_checks(board, "board-check 4; svp-probe proof; hotplug 1 4; net; sd read; dmesg-check", timeout=WORK_SECONDS)
        self.assert_fenced(board)
        self.assertEqual(boot_case.power_off(board), 0)

    def test_core_parked(self):
        """Saved with one core given up: it stays so, and comes back. The TZC-380's latch stays; its fence does."""
        self.assertGreaterEqual(self.parked.read_bytes().find(heap_cells.pattern(0, 4096)), 0, "the file lacks the heap's content")
        board = self.resume(self.parked, mapped=True)
        self.assertEqual(board.command("svp-probe latches", check=True).output, LATCHED)
        self.assertEqual(board.command("cat /sys/devices/system/cpu/online", check=True).output, "0-1,3")
        self.assertIn(program_counter(board, 2), BL31_CODE)
        self.assert_fenced(board)
        board.command("echo 1 > /sys/devices/system/cpu/cpu2/online", check=True)
        run_checks(board, "hotplug 1 4; svp-probe protect; svp-probe tzc; dmesg-check", timeout=WORK_SECONDS)
        self.assertNotIn(program_counter(board, 2), BL31_CODE)
        board.console.send_line("reboot -f")
        self.assertEqual(board.wait_exit(timeout=boot_case.POWER_OFF_SECONDS), 0)

    def test_in_place(self):
        """savevm and loadvm in one QEMU: what happened in between is undone, in Linux, in the heaps and in the latches."""
        board, qmp, disk = self.board, self.board.qmp, self.scratch / "states.qcow2"
        qmp.command("blockdev-create", **{"job-id": "file", "options": {"driver": "file", "filename": str(disk), "size": 0}})
        finish_job(board, "file")
        qmp.command("blockdev-add", **{"driver": "file", "node-name": "states-file", "filename": str(disk)})
        qmp.command("blockdev-create", **{"job-id": "disk", "options": {"driver": "qcow2", "file": "states-file", "size": 1 << 20}})
        finish_job(board, "disk")
        qmp.command("blockdev-add", **{"driver": "qcow2", "node-name": "states", "file": "states-file"})
        self.assertEqual(self.guest("echo before > /tmp/n; svp-probe latches"), LATCHED)
        qmp.command("snapshot-save", **{"job-id": "save", "tag": "before", "vmstate": "states", "devices": ["states"]})
        finish_job(board, "save")
        self.guest("echo later > /tmp/n; echo 1 > /sys/devices/system/cpu/cpu2/online")
        run_checks(board, "svp-probe access; svp-probe tzc", timeout=WORK_SECONDS)
        self.assertNotEqual(self.guest("svp-probe latches"), LATCHED)
        for turn in range(2):
            with self.subTest(load=turn):
                qmp.command("stop")
                qmp.command("snapshot-load", **{"job-id": "load", "tag": "before", "vmstate": "states", "devices": ["states"]})
                finish_job(board, "load")
                qmp.command("cont")
                board.wait_shell(ready=None)
                self.assertEqual(self.guest("svp-probe latches"), LATCHED)
                self.assertEqual(self.guest("cat /tmp/n; cat /sys/devices/system/cpu/online").split("\n"), ["before", "0-1,3"])
                self.assert_fenced(board)
                run_checks(board, "svp-probe tzc; dmesg-check", timeout=WORK_SECONDS)


class _PolicySnapshot:
    """RDC, CSU and GPR are part of the saved state, with their locks: a machine that goes on elsewhere is as closed as before."""

    POLICY = ""
    #: RDC: domain of the VPU, rights of slot 1. CSU: worlds of masters. IOMUXC: switch of the TZASC
    REGISTERS = (0x303D0210, 0x303D0818, 0x303E0218, 0x30340028)

    @classmethod
    def prepare(cls):
        cls.BOARD = {"policy": cls.POLICY}

    def registers(self, board):
        """Locked registers as the secure CPU reads them after it has tried to change them."""
        readl, writel = secure_registers(board.qmp)
        for address in self.REGISTERS:
            writel(address, 0)
        return [readl(address) for address in self.REGISTERS]

    def test_goes_on(self):
        before, values = self.board.qmp.command("query-svp-policy"), self.registers(self.board)
        self.assertNotIn(0, values)
        self.guest(f"svp-probe fill {heap_cells.HEAPS['vault'][0]:#x} 4096 1")
        state = self.scratch / "state"
        save(self.board, state, mapped=True)
        board = Board(name=f"resumed-{self.POLICY}", **{**self.BOARD, "extra": ("-incoming", "defer")})
        self.addCleanup(board.stop)
        board.start()
        load(board, state, mapped=True)
        board.wait_shell(ready=None)
        self.assertEqual(board.qmp.command("query-svp-policy"), before)
        self.assertEqual(self.registers(board), values)
        for base, size in (*heap_cells.HEAPS.values(), heap_cells.OPTEE):
            self.assertEqual(board.read_memory(base, 1 << 20), bytes(1 << 20))
            self.assertEqual(board.read_memory(base + size - 4096, 4096), bytes(4096))
        run_checks(board, "board-check 4; hotplug 1 4; dmesg-check", timeout=WORK_SECONDS)
        self.assertEqual(boot_case.power_off(board), 0)


class SnapshotUnderNxp(_PolicySnapshot, BoardCase):
    """With the video heap in the RDC's care."""

    POLICY = "nxp"


class SnapshotUnderStrict(_PolicySnapshot, BoardCase):
    """With everything locked."""

    POLICY = "strict"


if __name__ == "__main__":
    unittest.main()
