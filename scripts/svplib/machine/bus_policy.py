# SPDX-License-Identifier: GPL-2.0-or-later
"""Which arrangement of the bus firewalls OP-TEE is asked for, and what the guest's proof then shows.

OP-TEE reads `svp,policy` of /secure-chosen (firmware/optee): nxp, strict, stage2, or open (TZC-380 only), which is also what absence of it means. Under
stage2 a program at EL2 (firmware/stage2) reads it, too.
"""

import re
import shutil
import subprocess

from ..base.errors import SvpError
from . import heap_cells

POLICIES = ("open", "nxp", "strict", "stage2")
NODE = "/secure-chosen"
_UNREADABLE = "2097152-wrong-at-0xc0000000"
_NO_LATCH = r"status=0,\S+"
_ONLY_WRITE = "status=1,address=0x80004568,write,nonsecure"

#: Guest's checks that cannot hold under a policy: name -> what the guest must see instead. Not even the secure CPU reads the
#: video heap (but under stage2), and an access that the RDC denies, or EL2, or nobody, leaves nothing in the TZC-380's latch.
GUEST_SEES = {
    "open": {},
    "nxp": {
        "protect.video.tee-verify": _UNREADABLE, "protect.video.tee-still": _UNREADABLE,
        "tzc.video.read": _NO_LATCH, "tzc.video.write": _NO_LATCH,
        "tzc.video.first-read-wins": _NO_LATCH, "tzc.video.first-write-wins": _NO_LATCH,
    },
    "strict": {
        "protect.video.tee-verify": _UNREADABLE, "protect.video.tee-still": _UNREADABLE,
        "tzc.video.read": _NO_LATCH, "tzc.video.first-read-wins": _ONLY_WRITE, "tzc.video.first-write-wins": _ONLY_WRITE,
    },
    "stage2": {f"tzc.{heap}.{access}": _NO_LATCH for heap in heap_cells.HEAPS for access in ("read", "write", "first-read-wins", "first-write-wins")},
}
#: Heaps whose cells Linux can change, though it reads zeros
LINUX_WRITES = {"open": (), "nxp": ("video",), "strict": (), "stage2": ()}


def guest_sees(policy, name, seen):
    """(what must be seen, whether it is) for a guest's check of GUEST_SEES, else None."""
    pattern = GUEST_SEES[policy].get(name)
    return None if pattern is None else (pattern, re.fullmatch(pattern, seen) is not None)


def device_tree(source, policy, target):
    """Write a copy of a device tree that asks for a policy to `target`; returns `target`. Raises SvpError if it cannot be made."""
    try:
        shutil.copyfile(source, target)
        # A /secure-chosen without stdout-path would silence OP-TEE.
        path = _tool("fdtget", "-t", "s", "-d", "", str(target), NODE, "stdout-path")
        path = path or _tool("fdtget", "-t", "s", "-d", "", str(target), "/chosen", "stdout-path")
        if NODE[1:] not in _tool("fdtget", "-l", str(target), "/").split():
            _tool("fdtput", "-c", str(target), NODE)
        _tool("fdtput", "-t", "s", str(target), NODE, "svp,policy", policy)
        if path:
            _tool("fdtput", "-t", "s", str(target), NODE, "stdout-path", path)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        raise SvpError(f"policy {policy}: cannot change a copy of {source}: {reason.strip().splitlines()[0]}") from None
    return target


def arguments(policy):
    """QEMU's, for a leak oracle: where it is not the firewalls that keep Linux out of the heaps."""
    if policy != "stage2":
        return []
    base, end = min(base for base, _ in heap_cells.HEAPS.values()), max(base + size for base, size in heap_cells.HEAPS.values())
    return [word for name, value in (("withheld-base", base), ("withheld-bytes", end - base))
            for word in ("-global", f"driver=imx8mq.bus-monitor,property={name},value={value:#x}")]


def _tool(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()
