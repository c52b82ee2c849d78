# SPDX-License-Identifier: GPL-2.0-or-later
"""The secure heap is out of Linux's reach: what `svp run` shows after its film, and alone under the policy `open`.

The guest loads secure_heap.ko; its programs let OP-TEE write patterns into both heaps, try to read and to write them as Linux,
and print a CHECK line for each thing tried (firmware/guest). This side adds what only an observer can know: which software
booted, that no line was lost, what the heaps look like to non-secure bus masters and what their memory cells hold meanwhile, what
each bus master can reach, what root in Linux can do to the firewalls themselves, and how the machine ended. Under the policies nxp and strict (see bus_policy.py) some of the guest's checks must fail, in one way.
"""

import re

from ..base.checks import GUEST_LINE
from ..machine import attacks, bus_policy, heap_cells, reach

DESCRIPTION = "secure heaps stay closed to Linux and open to OP-TEE"
PROGRAMS = ("board-check", "svp-crypto,list,59", "svp-probe,proof", "dmesg-check")
APPEND = f"svp.run={'+'.join(PROGRAMS)} svp.end=shell"
FIRMWARE = "optee"
SHARE_RAM = True
BOOT_SECONDS = 120
PROOF_SECONDS = 400
OFF_SECONDS = 30
SAMPLE_BYTES = 64 << 10
#: Name, first byte, size: the heaps of the device tree and OP-TEE's memory
SECURE_RANGES = (*((f"heap-{name}", *place) for name, place in heap_cells.HEAPS.items()), ("OP-TEE", *heap_cells.OPTEE))
MODULES = ("secure_heap", "caam_jr")
#: What the guest's init does with svp.run=, for its shell
_AT_SHELL = (f"s=0; for e in {' '.join(PROGRAMS)}; do c=$(echo $e | tr , ' '); echo \"SVP run $c\"; $c; r=$?; [ $r = 0 ] || s=$r; "
             "echo \"SVP done ${e%%,*} status=$r\"; done; echo \"SVP exit $s\"")


def run(board, checks):
    """Follow the proof to its end; every finding goes to `checks` (a CheckList)."""
    banners(board, checks)
    console = board.console
    console.expect(r"^SVP init ", timeout=BOOT_SECONDS)
    begin = console.position
    end = console.expect(r"^SVP exit (\d+)$", timeout=PROOF_SECONDS)
    board.wait_shell(ready=None)
    _rest(board, checks, console.text[begin:end.start()], end.group(1))


def at_shell(board, checks):
    """The same on a board whose shell waits, where other things were done before."""
    text = board.console.text
    before = text[text.index("SVP init "):]
    output = board.command(_AT_SHELL, timeout=PROOF_SECONDS).output
    end = re.search(r"^SVP exit (\d+)$", output, re.MULTILINE)
    _rest(board, checks, before + output, end.group(1) if end else "none")


def banners(board, checks):
    """Which software boots."""
    console = board.console
    banner = console.expect(r"Linux version (\S+) ", timeout=BOOT_SECONDS)
    before = console.text + board.secure_console.text
    bl31 = re.search(r"BL31: (v2[.\d]+)", before)
    tee = re.search(r"OP-TEE version: (4\.\d+\S*)", before)
    checks.add("boot.bl31", "v2.x", bl31.group(1) if bl31 else "no banner", bool(bl31))
    checks.add("boot.optee", "4.x", tee.group(1) if tee else "no banner", bool(tee))
    checks.add("boot.linux", "7.x", banner.group(1), banner.group(1).startswith("7."))


def _rest(board, checks, text, status):
    """What is to be said of the guest's `text` and exit `status`, and what only this side can find out."""
    console = board.console
    if board.policy != "open":
        named = re.search(r"bus policy (\w+):", console.text + board.secure_console.text)
        checks.add("boot.policy", board.policy, named.group(1) if named else "not named")
    _guest_results(text, checks, board.policy)
    checks.add("guest.exit-status", _status(board.policy), status)
    _bus_and_cells(board, checks)
    _reach(board, checks)
    _attacks(board, checks)
    board.console.send_line("poweroff -f")
    checks.add("end.power-off", "exit status 0", f"exit status {board.wait_exit(timeout=OFF_SECONDS)}")


def _bus_and_cells(board, checks):
    """Non-secure masters see zeros where the memory cells hold what the secure world put there."""
    for name, base, size in SECURE_RANGES:
        for part, address in (("first", base), ("middle", base + size // 2), ("last", base + size - SAMPLE_BYTES)):
            data = board.read_memory(address, SAMPLE_BYTES)
            seen = sum(byte != 0 for byte in data)
            checks.add(f"bus.{name}.{part}-64-KiB-non-secure", "zeros", "zeros" if not seen else f"{seen} other bytes")
        garbage = heap_cells.garbage(board, base, size)
        expected = f"at {base:#x}" if name in (f"heap-{heap}" for heap in bus_policy.LINUX_WRITES[board.policy]) else "nowhere"
        checks.add(f"cells.{name}.what-Linux-wrote", expected, "nowhere" if garbage is None else f"at {garbage:#x}")
    for heap in heap_cells.HEAPS:
        if heap not in bus_policy.LINUX_WRITES[board.policy]:
            checks.add(f"cells.heap-{heap}.OP-TEE's", "pattern", heap_cells.heap_content(board, heap))
    image = board.ram(heap_cells.OPTEE[0], SAMPLE_BYTES)
    checks.add("cells.OP-TEE.first-64-KiB", "code", "code" if any(image) else "zeros")


def _reach(board, checks):
    """What each bus master can read and write, by trying."""
    seen, intended = reach.table(board), reach.intended(board.policy)
    if board.dram.size == reach.WINDOW_END - reach.DRAM_BASE:
        intended.update({(master, "ram-image"): reach.NO_ADDRESS for master in reach.masters(board.policy)})
    checks.add_text(f"Policy {board.policy}: what each master can read and write, tried", reach.show(seen))
    for master in reach.masters(board.policy):
        places = [place for name, place in seen if name == master]
        checks.add(f"reach.{master}", *(", ".join(f"{place} {rights[master, place]}" for place in places if (master, place) in intended)
                                        for rights in (intended, seen)))


def _attacks(board, checks):
    """What root in Linux tries against the firewalls; under "open" some of it works, and is said to."""
    seen = attacks.try_all(board)
    for outcome, title in ((attacks.REFUSED, "tried by Linux and refused"), (attacks.DONE, "NOT PROTECTED, tried by Linux with success")):
        text = attacks.show(seen, outcome)
        if text:
            checks.add_text(f"Policy {board.policy}: {title}", text)
    for name, (outcome, record) in seen.items():
        checks.add(f"attack.{name}", attacks.intended(board.policy, name), outcome)
        if outcome == attacks.REFUSED:
            checks.add(f"attack.{name}.record", "a violation", "a violation" if record else "nothing")


def _status(policy):
    """Exit status of svp-probe, and so of the guest's run."""
    return 1 if bus_policy.GUEST_SEES[policy] else 0


def _guest_lines(text, checks, policy):
    """Add the guest's checks, those that a policy turns round with what they must show; returns how many there are."""
    found = GUEST_LINE.findall(text)
    for name, expected, seen, verdict in found:
        other = bus_policy.guest_sees(policy, name, seen)
        if other:
            checks.add(name, other[0], seen, other[1] and verdict == "FAIL")
        else:
            checks.add(name, expected, seen, verdict == "ok")
    return len(found)


def _guest_results(text, checks, policy):
    """The guest's own checks, and that none of its lines and programs is missing."""
    for module in MODULES:
        loaded = re.search(rf"^SVP module {module} (\S+.*)$", text, re.MULTILINE)
        checks.add(f"guest.module.{module}", "ok", loaded.group(1) if loaded else "not loaded")
    seen = _guest_lines(text, checks, policy)
    totals = re.findall(r"^CHECKS made=(\d+) failed=(\d+)$", text, re.MULTILINE)
    checks.add("guest.programs-with-totals", len(PROGRAMS), len(totals))
    checks.add("guest.check-lines-received", sum(int(made) for made, _ in totals), seen)
    checks.add("guest.checks-failed", len(bus_policy.GUEST_SEES[policy]), sum(int(failed) for _, failed in totals))
    for program in PROGRAMS:
        name = program.split(",")[0]
        done = re.search(rf"^SVP done {re.escape(name)} status=(\d+)$", text, re.MULTILINE)
        status = _status(policy) if name == "svp-probe" else 0
        checks.add(f"guest.{name}", f"status {status}", f"status {done.group(1)}" if done else "did not end")
