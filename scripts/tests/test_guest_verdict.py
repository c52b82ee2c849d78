# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way in which a guest fails ends svp with status 1 and a line that names it, at once; a guest that does not fail ends it with 0."""

import os
import select
import signal
import subprocess
import time
import unittest

from fake_machine import INIT, PANIC, TOO_LONG, MachineCase
from svplib.machine import guest_failures, interactive

#: What guests print when they fail: (kind, line)
FAILURES = (
    ("kernel panic", "[   12.345678] Kernel panic - not syncing: sysrq triggered crash"),
    ("kernel panic", "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"),
    ("kernel oops", "[    3.000000][   T1] Internal error: Oops: 0000000096000004 [#1] SMP"),
    ("kernel oops", "Internal error: synchronous external abort: 0000000096000210 [#1] SMP"),
    ("kernel oops", "[    3.000000] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000"),
    ("kernel oops", "Internal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP"),
    ("kernel BUG", "[    3.000000] kernel BUG at mm/slub.c:4000!"),
    ("kernel BUG", "[    3.000000] BUG: scheduling while atomic: sh/1/0x00000002"),
    ("kernel BUG", "BUG: KASAN: slab-out-of-bounds in foo+0x1/0x2"),
    ("kernel BUG", "SVP kernel BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!"),
    ("kernel lockup", "[   60.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [sh:1]"),
    ("RCU stall", "[   60.000000] rcu: INFO: rcu_preempt self-detected stall on CPU"),
    ("RCU stall", "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"),
    ("RCU stall", "[   60.000000] rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-.... }"),
    ("hung task", "[  243.000000] INFO: task kworker/0:1:123 blocked for more than 120 seconds."),
    ("hung task", "[  243.000000] INFO: task Web Content:2417 blocked for more than 120 seconds."),
    ("SError", "[    3.000000] SError Interrupt on CPU2, code 0x00000000bf000002 -- SError"),
    ("BL31 panic", "PANIC in EL3."),
    ("BL31 panic", "PANIC at PC : 0x0000000000910f5c"),
    ("BL31 panic", "Unhandled Exception in EL3."),
    ("BL31 panic", "ASSERT: services/std_svc/psci/psci_common.c:123"),
    ("OP-TEE panic", "E/TC:0 0 Panic 'TZC-380 has too few regions for the memory layout' at core/arch/arm/plat-imx/tzc380.c:99 <tzc>"),
    ("OP-TEE panic", "E/TC:2 0 Panic at core/kernel/assert.c:28 <_assert_break>"),
    ("OP-TEE panic", "E/TC:0 0 Core data-abort at address 0x0 (translation fault)"),
    ("failed init", "ALERT!  /dev/mmcblk0p2 does not exist.  Dropping to a shell!"),
    ("failed init", "No init found. Try passing init= bootarg."),
    ("failed init", "Target filesystem doesn't have requested /sbin/init."),
    ("failed init", "run-init: can't execute '/sbin/init': No such file or directory"),
    ("failed init", "You are in emergency mode. After logging in, type \"journalctl -xb\" to view"),
    ("failed init", "[    3.000000] systemd[1]: Freezing execution."),
    ("failed init", "[    3.000000] Failed to execute /sbin/init (error -2)"),
    ("loader stub", "svp-boot: DDR is smaller than 3 GiB, OP-TEE needs 0xf0000000"),
    ("U-Boot", '"Synchronous Abort" handler, esr 0x96000010'),
    ("Xen panic", "(XEN) Panic on CPU 0:"),
)
HALTED = "[   27.601043] reboot: System halted\n"
#: What they print and do not fail
NO_FAILURES = (
    "[    1.0] Kernel command line: console=ttymxc0,115200 panic=10 oops=panic", "[    1.0] ---[ end Kernel panic - not syncing: x ]---",
    "DEBUG: all is well", "E/TC:? 0 TA panicked with code 0xffff000f", "I/TC: OP-TEE version: 4.5", "[    1.0] rcu: Hierarchical RCU implementation.",
    "[    1.0] rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.", "svp-boot: flash image 1",
    "You are in rescue mode.", "systemd[1]: Freezing execution of unit a.service", "[    1.0] watchdog: Delayed init of the lockup detector failed: -19", "E/TC:? 0 User mode data-abort at address 0x0", "NOTICE:  BL31: v2.12",
)
GOOD = [["print", INIT + "SVP run some-program\nSVP done some-program status=0\nSVP exit 0\nSVP end poweroff\n"],
        ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]


class Patterns(unittest.TestCase):
    def test_failures(self):
        for name, line in FAILURES:
            with self.subTest(line):
                for text in (line, f"all is well\nimx8mq-evk:/# {line}\nmore\n"):
                    if text != line and not line.startswith("[") and name not in ("kernel panic", "OP-TEE panic"):
                        continue  # without a time stamp it has a line of its own
                    found = guest_failures.find(text)
                    self.assertIsNotNone(found)
                    self.assertEqual(found.name, name)
                    self.assertIn(line[:60], found.line)

    def test_halted(self):
        for text, halted in ((HALTED, True), ("# \n[   27.601043][    T1] reboot: Power off not available: System halted instead\n", True), ("reboot: System halted\n", True),
                             ("# grep 'reboot: System halted'\n", False), ("[    9.000000] reboot: Power down\n", False)):
            self.assertEqual(guest_failures.halted(text), halted, text)

    def test_others(self):
        self.assertIsNone(guest_failures.find("\n".join(NO_FAILURES)))


class Programs(MachineCase):
    """svp run --append svp.run=PROGRAM"""

    def fails(self, plan, says, *words):
        for run in (self.programs, lambda plan, *words: self.shell(plan, "--append", "svp.run=some-program", *words)):
            done = run(plan, *words)
            self.assertEqual(done.status, 1, done.errors)
            self.assertRegex(done.lines[-1], rf"^svp: .*{says}.*; logs: /")

    def test_good(self):
        for run in (self.programs, lambda plan: self.shell(plan, "--append", "svp.run=some-program")):
            done = run(GOOD)
            self.assertEqual(done.status, 0, done.errors)

    def test_status(self):
        for status in (1, 2, 126, 127, 139):
            plan = [["print", f"{INIT}SVP run some-program\nSVP done some-program status={status}\nSVP exit {status}\nSVP end poweroff\n"],
                    ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]
            self.fails(plan, rf"some-program.*(exit )?status {status}")

    def test_failed_check(self):
        done = self.programs([["print", f"{INIT}CHECK a expected=1 seen=2 FAIL\nSVP done some-program status=0\nSVP exit 0\nSVP shell\n"]])
        self.assertEqual(done.status, 1)
        self.assertRegex(done.lines[-1], r"a is '2', not '1'; logs: /")

    def test_failures(self):
        """At once: the machine goes on running in each of these plans."""
        for name, line in FAILURES[::6]:
            self.fails([["print", INIT + line + "\n"]], name)

    def test_secure_console(self):
        self.fails([["print", INIT], ["secure", "E/TC:0 0 Panic at core/kernel/assert.c:28 <_assert_break>\n"]], "OP-TEE panic")

    def test_watchdog(self):
        self.fails([["print", INIT], ["event", "SHUTDOWN", {"guest": True, "reason": "guest-reset"}], ["exit", 0]], "reset without a word")

    def test_silence(self):
        self.fails([["print", INIT + "half a li"]], "silence", "--silence", "2")

    def test_halted(self):
        """The guest is at its end, QEMU is not: at once, and what the programs said counts."""
        self.fails([["print", INIT + HALTED]], "(ended before|halted)")
        done = self.shell([["print", INIT + "SVP exit 0\nSVP end halt\n" + HALTED]], "--append", "svp.run=some-program")
        self.assertEqual(done.status, 0, done.errors)

    def test_ends_without_a_verdict(self):
        self.fails([["print", INIT], ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]], "(ended before|switched itself off)")


class Shell(MachineCase):
    """svp run --shell, and somebody's own software"""

    def test_good(self):
        done = self.shell([["print", "SVP shell\n# "], ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]])
        self.assertEqual(done.status, 0, done.errors)
        self.assertRegex(done.lines[-1], r"^svp: logs: /")

    def test_halted(self):
        """As good as switched off, where nobody sits at a terminal."""
        for before in ("", "[    9.000000] reboot: Restarting system\n"):
            reset = [["event", "RESET", {"guest": True, "reason": "guest-reset"}]] if before else []
            done = self.shell([["print", "SVP shell\n# " + "\n" + before], *reset, ["print", "SVP shell\n# \n" + HALTED]])
            self.assertEqual(done.status, 0, done.errors)
            self.assertRegex(done.lines[-1], r"^svp: logs: /")

    def test_panic_ends_it(self):
        """Instead of a reboot for ever."""
        again = [["print", PANIC], ["sleep", 0.2], ["event", "RESET", {"guest": True, "reason": "guest-reset"}]] * 3
        for plan in (again, [*again[:1], ["event", "SHUTDOWN", {"guest": True, "reason": "guest-reset"}], ["exit", 0]]):
            done = self.shell(plan)
            self.assertEqual(done.status, 1, done.errors)
            self.assertRegex(done.lines[-1], r"^svp: the guest failed: kernel panic: .*VFS: Unable to mount root fs")

    def test_secure_panic(self):
        done = self.shell([["secure", "E/TC:0 0 Panic at core/kernel/assert.c:28 <_assert_break>\n"]])
        self.assertEqual(done.status, 1)
        self.assertRegex(done.lines[-1], r"OP-TEE panic")

    def test_watchdog_and_restart(self):
        done = self.shell([["print", "SVP shell\n# "], ["event", "RESET", {"guest": True, "reason": "guest-reset"}]])
        self.assertEqual(done.status, 1)
        self.assertRegex(done.lines[-1], r"reset without a word")
        for line in ("[    9.000000] reboot: Restarting system\n", "resetting ...\n"):
            done = self.shell([["print", "# " + "\n" + line], ["event", "RESET", {"guest": True, "reason": "guest-reset"}], ["print", "SVP shell\n"],
                               ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]])
            self.assertEqual(done.status, 0, done.errors)

    def test_reboot_loop(self):
        again = [["print", "[    9.000000] reboot: Restarting system\n"], ["event", "RESET", {"guest": True, "reason": "guest-reset"}], ["sleep", 0.3]]
        done = self.shell(again * 9)
        self.assertEqual(done.status, 1, done.errors)
        self.assertRegex(done.lines[-1], r"the guest failed: reboot loop: .* 5 times in a row")
        done = self.shell([*[["print", "SVP shell\n# "], *again] * 7, ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]])
        self.assertEqual(done.status, 0, done.errors)

    def test_typed_is_no_failure(self):
        """Lines from a pipe that name a failure; and a guest that does fail behind them."""
        typed = ["dmesg | grep 'Kernel panic - not syncing'", "BUG: a comment", "E/TC:0 0 Panic at core/x.c:1"]
        fine = [["print", "SVP shell\n# "], ["typed"], ["print", "# "], ["typed"], ["print", "# "], ["typed"], ["sleep", 0.5]]
        end = [["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]
        for plan, status in (([*fine, *end], 0), ([*fine, ["print", "# Kernel panic - not syncing: really\n"]], 1)):
            process = self.start("run", "--policy", "open", "--shell", plan=plan, stdin=subprocess.PIPE)
            _, errors = process.communicate("\n".join([*typed, ""]), timeout=120)
            self.assertEqual(process.returncode, status, errors)

    def test_typed_at_a_terminal(self):
        """There nobody knows what is typed: what stands behind a prompt."""
        line = "Kernel panic - not syncing: x"
        log = interactive._Log("no file")
        for text, found in ((f"imx8mq-evk:/# grep '{line}' f\n", False), (f"# dmesg | grep {line}\n", False), (f"=> echo {line}\n", False),
                            (f"{line}\n", True), (f"imx8mq-evk:/# [   12.345678] {line}\n", True), (f"# {AtATerminal.OOPS}", True), (f"[   12.345678] {line}\n", True)):
            log.text += text
            self.assertEqual(log.failure(True) is not None, found, text)
            self.assertIsNone(log.failure(True))

    def test_silence(self):
        done = self.shell([["print", "Starting kernel"]], "--silence", "1")
        self.assertEqual(done.status, 1)
        self.assertRegex(done.lines[-1], r"silence: nothing was printed for 1 s; last: 'Starting kernel'")

    def test_lines_wait_for_a_prompt(self):
        """What is typed while the guest boots is lost there; lines from a pipe are not typed before somebody asks."""
        end = [["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]
        self.environment["SVP_TIMEOUT_SCALE"] = "10"
        for boots in (["U-Boot 2025.01\nHit any key to stop autoboot:  2 "], ["[    1.000000] message\nSVP shell\n", "\nimx8mq-evk:/# "], ["imx8mq-evk login: "]):
            plan = [["print", "NOTICE:  BL31: v2.12\n"], *([["deaf", 2], ["print", text]][part] for text in boots for part in (0, 1)), ["typed"], ["typed"]]
            process = self.start("run", "--policy", "open", "--shell", "--silence", "30", plan=[*plan, *end], stdin=subprocess.PIPE)
            _, errors = process.communicate("one\ntwo\n", timeout=TOO_LONG)
            self.assertEqual(process.returncode, 0, errors)
            log, = self.cache.glob(f"log/boards/*-{process.pid}/shell-console.log")
            self.assertTrue(log.read_text().endswith("one\ntwo\n"), log.read_text())

    def test_silence_behind_a_typed_line(self):
        """There was a prompt, and what was typed there never ends."""
        process = self.start("run", "--policy", "open", "--shell", "--silence", "1", stdin=subprocess.PIPE,
                             plan=[["print", "SVP shell\nimx8mq-evk:/# "], ["typed"], ["print", "[   12.345678] random: crng init done\n"]])
        _, errors = process.communicate("while true; do true; done\n", timeout=TOO_LONG)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("silence: nothing was printed for 1 s", errors.splitlines()[-1])

    def test_who_waits_for_whom(self):
        for text, user in (("SVP shell\n", True), ("SVP shell\n# ", True), ("SVP shell\nimx8mq-evk:/# \x1b[6n", True), ("imx8mq-evk login: ", True),
                           ("SVP shell\n# \n", False), ("SVP shell\n# \n[    9.000000] message\n", False), ("U-Boot\n=> ", True), ("U-Boot\n=> \n", False),
                           ("# [    9.000000] message\n", True), ("# [    9.000000] message\n[    9.100000] another\n\n", True), ("# I/TC: message\n", True),
                           ("# output\n", False), ("Starting kernel ...\n\n", False), ("", False)):
            self.assertEqual(interactive.waits_for_its_user(text), user, text)

    def test_who_asks(self):
        for text, asks in (("SVP shell\n", False), ("SVP shell\n# ", True), ("Hit any key to stop autoboot:  2 ", True), ("Hit any key to stop autoboot:  0 \n", False),
                           ("login: ", True), ("NOTICE:  BL31: v2.12\n", False), ("", False)):
            self.assertEqual(interactive.asks_for_input(text), asks, text)

    def test_no_silence_at_a_prompt(self):
        process = self.start("run", "--policy", "open", "--shell", "--silence", "1", plan=[["print", "SVP shell\nimx8mq-evk:/# "]])
        deadline = time.monotonic() + 120
        while not list(self.cache.glob("log/boards/*/shell-console.log")) and time.monotonic() < deadline:
            time.sleep(0.05)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(4)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 130)


class AtATerminal(MachineCase):
    """There a failure is said, and ends the machine only where the guest cannot go on; a debugger's machine goes on whatever comes."""

    OOPS = "[    3.000000] Internal error: Oops: 0000000096000004 [#1] SMP\n"

    def run_at_terminal(self, plan, *words):
        """(exit status, or None if it still runs after two seconds; what the terminal showed) of svp run --shell."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        process = self.start("run", "--policy", "open", "--shell", *words, plan=plan, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + TOO_LONG
        while b"the guest failed" not in shown and time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 4096)
        try:
            process.wait(4)
        except subprocess.TimeoutExpired:
            return None
        return process.returncode

    def test_each(self):
        self.assertIsNone(self.run_at_terminal([["print", "SVP shell\n# " + self.OOPS]]), "an oops is said, and the user goes on")
        self.assertEqual(self.run_at_terminal([["print", "SVP shell\n# " + PANIC]]), 1)
        self.assertIsNone(self.run_at_terminal([["print", "SVP shell\n# " + PANIC]], "--", "-s"), "a debugger wants to look")


class Refused(MachineCase):
    def test_contradictions(self):
        for words, says in ((("--scenario", "proof", "--append", "svp.run=x"), "exclude each other"), (("--scenario", "programs"), "which ones"),
                            *((("--silence", text), "is out of range") for text in ("-1", "nan", "inf")), (("--keep",), "there is no --sd")):
            done = self.svp("run", "--policy", "open", *words)
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
            self.assertIn(says, done.errors)


if __name__ == "__main__":
    unittest.main()
