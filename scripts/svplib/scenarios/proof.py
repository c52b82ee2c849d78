# SPDX-License-Identifier: GPL-2.0-or-later
"""The secure heap is out of Linux's reach: what `svp run` shows by default.

The guest boots with svp.run=proof, loads secure_heap.ko, lets OP-TEE write patterns into both heaps, tries to read and to write
them as Linux, prints one CHECK line for each thing tried and a line CHECKS made=N failed=M, then powers the machine off. This
side adds what only an observer can know: which software booted, that no line was lost, how the machine ended.
"""

import re

DESCRIPTION = "secure heaps stay closed to Linux and open to OP-TEE (default)"
APPEND = "svp.run=proof"
FIRMWARE = "optee"
BOOT_SECONDS = 120
PROOF_SECONDS = 300
OFF_SECONDS = 30
KERNEL_COMPLAINTS = re.compile(r"Kernel panic|Oops|BUG:|WARNING: |Call trace", re.MULTILINE)


def run(board, checks):
    """Follow the proof to its end; every finding goes to `checks` (a CheckList)."""
    console = board.console
    banner = console.expect(r"Linux version (7\.\S+)", timeout=BOOT_SECONDS)
    before = console.text + board.secure_console.text
    checks.add("boot: TF-A BL31", "started", "started" if re.search(r"BL31: v2\.\d+", before) else "no banner")
    tee = re.search(r"OP-TEE version: (4\.\d+)", before)
    checks.add("boot: OP-TEE", "4.x", tee.group(1) if tee else "no banner", bool(tee))
    checks.add("boot: Linux", "7.x", banner.group(1), True)
    end = console.expect(r"^CHECKS made=(\d+) failed=(\d+)\s*$", timeout=PROOF_SECONDS)
    made, failed = int(end.group(1)), int(end.group(2))
    seen = checks.add_guest_lines(console.text[:end.start()])
    checks.add("guest: check lines received", made, seen)
    checks.add("guest: checks failed", 0, failed)
    status = board.wait_exit(timeout=OFF_SECONDS)
    checks.add("end: guest powered the machine off", "exit status 0", f"exit status {status}")
    complaints = KERNEL_COMPLAINTS.findall(console.text)
    checks.add("end: kernel complaints on the console", 0, len(complaints))
