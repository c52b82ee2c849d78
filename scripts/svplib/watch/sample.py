# SPDX-License-Identifier: GPL-2.0-or-later
"""What a board tells of itself at a moment, as one object; every number counts from the board's start, or from its last reset.

    time         seconds since the watch began            status     of the machine, QEMU's word
    devices      {name: {"read", "written": bytes, "jobs", "frames": numbers}}, of those that move data and count them
    screen       {"frames": number, "channels": [{"number", "format", "width", "height", "address"}]} of the display
    refused      {"accesses": number, "masters": {name: accesses}}
    violations   [text] of records that are new since the sample before
    leaks        {"events": number, "marked": bytes}, with the leak oracle
    heaps        {name: {"size", "touched": bytes}}: pages in which something was ever written, with DRAM that is shared

CPUs reach permitted memory without asking anybody: what they move is not counted.
"""

import os
import socket
import struct
import time

from ..machine.dram import DRAM_BASE
from ..machine.heap_cells import HEAPS

#: Records of one sample that are told in words
TOLD = 200
_PEER = struct.Struct("3i")


class Watcher:
    """Takes samples of the board behind a monitor. `connection`: its socket, for the memory of QEMU's process; None: without heaps."""

    def __init__(self, qmp, connection=None):
        self._qmp, self._begin, self._next = qmp, time.monotonic(), None
        self._memory = _memory_of(connection) if connection else None

    def take(self):
        """A sample. Raises QmpClosed at the board's end."""
        since = {} if self._next is None else {"since": self._next}
        status, devices, log, counters = self._qmp.commands([
            ("query-status", {}), ("query-svp-counters", {}), ("query-svp-violations", {"text": True, "limit": TOLD, **since}),
            ("query-svp-violation-counters", {})])
        self._next = log["next-sequence"]
        told = {row["device"]: row["counters"] for row in devices}
        sample = {"time": round(time.monotonic() - self._begin, 3), "status": status["status"],
                  "devices": {name: _traffic(each) for name, each in told.items() if "bytes-read" in each}, "screen": _screen(told.get("dcss", {})),
                  "refused": {"accesses": log["accesses"], "masters": {row["master"]: row["reads"] + row["writes"] for row in counters["masters"]}},
                  "violations": [row["text"] for row in log["violations"]]}
        leaks = told.get("bus-monitor", {}).get("leaks")
        if leaks:
            sample["leaks"] = {"events": leaks["events"], "marked": leaks["marked"]}
        if self._memory is not None:
            sample["heaps"] = {name: {"size": size, "touched": _touched(self._memory, address, size)} for name, (address, size) in HEAPS.items()}
        return sample


def _total(value):
    """Bytes, or bytes by kind, together."""
    return sum(value.values()) if isinstance(value, dict) else value


def _traffic(counters):
    row = {"read": _total(counters["bytes-read"]), "written": _total(counters["bytes-written"])}
    jobs = counters.get("jobs", sum(ring["jobs"] for ring in counters.get("rings", ())) + counters.get("direct", {}).get("jobs", 0))
    return {**row, "jobs": jobs, **({"frames": counters["frames"]} if "frames" in counters else {})}


def _screen(counters):
    channels = [{"number": number, **{name: channel[name] for name in ("format", "width", "height", "address")}}
                for number, channel in enumerate(counters.get("channels") or ()) if channel["shows"]]
    return {"frames": counters.get("frames", 0), "channels": channels}


def _memory_of(connection):
    """A descriptor of the DRAM of the process at the other end, or None: it is another machine's, or somebody else's, or keeps it for itself."""
    try:
        process = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[0]
        folder = f"/proc/{process}/fd"
        for name in os.listdir(folder):
            if os.readlink(f"{folder}/{name}").startswith("/memfd:svp-"):
                return os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        pass
    return None


def _touched(descriptor, address, size):
    """Bytes of pages that have cells."""
    at, end, found = address - DRAM_BASE, address - DRAM_BASE + size, 0
    while at < end:
        try:
            begin = os.lseek(descriptor, at, os.SEEK_DATA)
            at = min(end, os.lseek(descriptor, begin, os.SEEK_HOLE))
        except OSError:
            break
        found += max(0, at - begin)
    return found
