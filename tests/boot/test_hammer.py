# SPDX-License-Identifier: GPL-2.0-or-later
"""A CPU that hammers a denied page neither floods QMP nor makes the emulator grow, and every single access is accounted for."""

import base64
import re
import time
import unittest

from svplib.machine import bare_guest

GO_AHEAD = 0x50006000
WARM_UP, ACCESSES = 400_000, 10_000_000  # of hammer.c, both directions
CAPACITY = 4096
EVENTS_A_SECOND = 33
GROWTH = 8 << 10  # KiB; the noise of allocations elsewhere


def resident(pid):
    """KiB of a process in memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status.read(), re.MULTILINE)[1])


class Hammer(unittest.TestCase):
    def hammer(self, extra=()):
        """The log at the end, with its checks for any merge window."""
        with bare_guest.running(("hammer",), memory="1G", extra=extra) as board:
            board.console.expect(r"INFO warm", timeout=60)
            before = resident(board.pid)
            begin = time.monotonic()
            self.go_on(board, 1)
            board.console.expect(r"INFO hammered", timeout=300)
            seconds = time.monotonic() - begin
            time.sleep(1.2)  # the last event comes when its second is over
            after = resident(board.pid)
            log = board.qmp.command("query-svp-violations", limit=CAPACITY)
            counters = board.qmp.command("query-svp-violation-counters")
            events = [event["data"] for event in board.qmp.take_events("SVP_VIOLATION")]
            self.go_on(board, 2)
            result = bare_guest.ended(board)
        print(f"{ACCESSES} denied accesses in {seconds:.1f} s, {len(events)} events, {log['held']} records, {log['dropped']} dropped, "
              f"resident memory {before} -> {after} KiB")
        self.assertEqual(result.trouble, [])
        self.assertEqual(len(result.checks), 3)
        total = WARM_UP + ACCESSES
        self.assertEqual(counters, {"masters": [{"master": "a53", "reads": total // 2, "writes": total // 2}],
                                    "rules": [{"denier": "tzc", "index": 1, "reads": total // 2, "writes": total // 2}]})
        self.assertEqual(log["accesses"], total)
        self.assertEqual(log["held"], len(log["violations"]))
        self.assertEqual(sum(entry["count"] for entry in log["violations"]) + log["dropped"], total)
        self.assertEqual(sum(1 + event["dropped"] for event in events), total)
        self.assertLess(len(events), EVENTS_A_SECOND * (time.monotonic() - begin + 10))
        self.assertLess(after - before, GROWTH, "KiB more in memory")
        return log

    @staticmethod
    def go_on(board, step):
        board.qmp.command("svp-write-cells", address=GO_AHEAD, data=base64.b64encode(step.to_bytes(8, "little")).decode())

    def test_repetitions_are_merged(self):
        log = self.hammer()
        self.assertEqual(log["dropped"], 0)
        self.assertLess(log["held"], 2000)
        self.assertEqual(log["merged"], log["accesses"] - log["held"])

    def test_a_record_each_and_the_log_says_what_it_dropped(self):
        log = self.hammer(extra=("-global", "driver=imx8mq.bus-monitor,property=merge-window,value=0"))
        self.assertEqual(log["held"], CAPACITY)
        self.assertGreater(log["dropped"], (WARM_UP + ACCESSES) // 2)


if __name__ == "__main__":
    unittest.main()
