# SPDX-License-Identifier: GPL-2.0-or-later
"""CAAM behind QEMU: its counters, and machines that are saved while jobs wait in its rings. The only CPU sleeps in the flash.

What is to be seen: jobs that were queued when a state was saved run in the machine that loads it, in their order, in both worlds' rings,
with the right results; whatever ran before does not run again.
"""

import struct
import tempfile
import time
import unittest
from pathlib import Path

from svplib import caam_jobs
from svplib.board import Board
from svplib.caam_jobs import IRJAR, IRSAR, ORSFR, Memory, Ring
from svplib.test_port import secure_registers, write_command

SLEEP = struct.pack("<2I", 0xD503207F, 0x17FFFFFF)  # wfi; b .-4
MEMORY = 0x50000000
#: JRnDID of ring 1 (non-secure) and ring 2 (secure), as OP-TEE sets them
OWNERS = {1: 0x00080001, 2: 0x800B8011}
LARGE = 32 << 20  # bytes of a job that is long enough to be stopped behind it
ATTEMPTS = 30


class CaamCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.flash = self.folder / "flash"
        self.flash.write_bytes(SLEEP)

    def board(self, options="", extra=()):
        board = Board(flash=self.flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=1, machine_options=options, allow_reboot=True,
                      name="caam", extra=extra).start()
        self.addCleanup(board.stop)
        return board

    def rings(self, board, numbers):
        """Memory, and rings that are set up, with generator and keys ready."""
        readl, writel = secure_registers(board.qmp)
        memory = Memory(board.qmp, MEMORY)
        rings = [Ring(readl, writel, memory, number) for number in numbers]
        for ring in rings:
            writel(caam_jobs.BASE + 0x10 + 8 * ring.number, OWNERS[ring.number])
            ring.configure()
        self.run_all(rings[0], [caam_jobs.instantiate(memory)])
        return memory, rings

    def run_all(self, ring, jobs):
        ring.add(jobs)
        self.finish(ring, jobs)

    def finish(self, ring, jobs):
        """Wait for these jobs, which are all that the ring has; results in order, status 0, output as it should be."""
        ring.wait(len(jobs))
        self.assertEqual(ring.results(), [(job.address, 0) for job in jobs], f"ring {ring.number}: {[job.name for job in jobs]}")
        for job in jobs:
            job.check()

    @staticmethod
    def counters(board):
        """(query-caam, {kind: (operations, bytes)} of the kinds that were done)."""
        info = board.qmp.command("query-caam")
        return info, {row["kind"]: (row["operations"], row["bytes"]) for row in info["work"] if row["operations"] or row["bytes"]}

    def save(self, board):
        """Save to a file and end the machine; the file's path."""
        path = self.folder / "state"
        path.unlink(missing_ok=True)
        board.qmp.command("migrate", uri=f"file:{path}")
        while (status := board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            time.sleep(0.02)
        self.assertEqual(status, "completed")
        board.stop()
        return path

    def load(self, path, options=""):
        """A machine in the saved state, stopped."""
        board = self.board(options, ("-incoming", f"file:{path}"))
        deadline = time.monotonic() + 60
        while board.qmp.command("query-status")["status"] == "inmigrate":
            self.assertLess(time.monotonic(), deadline, f"loading takes too long; QEMU says {board.messages()}")
            time.sleep(0.02)
        return board


class CountersTest(CaamCase):
    def test_every_kind_of_work_is_counted(self):
        board = self.board()
        info, work = self.counters(board)
        self.assertEqual((info["rings"], work), ([{"jobs": 0, "failed": 0}] * 3, {}))
        memory, (one, two) = self.rings(board, (1, 2))
        jobs = caam_jobs.mixed(memory, 1, secret=bytes(40))
        self.run_all(one, jobs)
        self.run_all(two, [caam_jobs.sha256(memory, b"abc")])
        bad = caam_jobs.undefined_command(memory)
        one.add([bad])
        one.wait(1)
        self.assertEqual([(address, status & 0xF00000FF) for address, status in one.results()], [(bad.address, 0x40000004)])
        info, work = self.counters(board)
        self.assertEqual(info["rings"], [{"jobs": 0, "failed": 0}, {"jobs": 14, "failed": 1}, {"jobs": 1, "failed": 0}])
        self.assertEqual(info["direct"], {"jobs": 0, "failed": 0})
        self.assertEqual(work, {"aes-cbc": (1, 64), "aes-ctr": (1, 64), "aes-ecb": (2, 65536 + 128), "sha256": (3, 3000 + 1 + 3),
                                "hmac-sha256": (1, 3000), "derived-key": (1, 0), "rsa": (1, 0), "pkha": (1, 0), "blob": (2, 80), "rng": (4, 64)})
        moved = 64 + 64 + 65536 + 128 + 3001 + 3 + 3000
        self.assertGreater(info["bytes-read"], moved)
        self.assertGreater(moved + 8192, info["bytes-read"])
        self.assertEqual(info["bytes-written"], 64 + 64 + 65536 + 128 + 4 * 32 + 2 * 256 + 64 + 88 + 40)
        board.qmp.command("system_reset")
        board.qmp.wait_event("RESET")
        self.assertEqual(self.counters(board)[1], {})


class SavedQueueTest(CaamCase):
    def check_restored(self, path, options, rings, queued, before):
        """Load, see that nothing runs, go on, see that all of `queued` ({ring: jobs}) is done once."""
        board = self.load(path, options)
        readl, writel = secure_registers(board.qmp)
        memory = Memory(board.qmp, MEMORY + (256 << 20))
        for ring in rings:
            ring.on(readl, writel, memory)
            self.assertEqual(ring.get(IRSAR), caam_jobs.ENTRIES - len(queued[ring]))
            for job in queued[ring]:
                job.memory = memory
        time.sleep(0.1)
        self.assertEqual(self.counters(board)[0]["rings"], before, "nothing runs while the machine is stopped")
        board.qmp.command("cont")
        for ring in rings:
            self.finish(ring, queued[ring])
            self.assertEqual(ring.get(IRSAR), caam_jobs.ENTRIES)
            self.assertEqual(self.counters(board)[0]["rings"][ring.number],
                             {"jobs": before[ring.number]["jobs"] + len(queued[ring]), "failed": 0})
        self.run_all(rings[-1], caam_jobs.mixed(memory, 77))

    def queue_all(self, rings, queued):
        for ring in rings:
            ring.add(queued[ring])

    def test_jobs_that_were_queued_run_after_the_load(self):
        for options in ("", "sync=on"):
            for numbers in ((1,), (2,), (1, 2)):
                with self.subTest(options=options, rings=numbers):
                    board = self.board(options)
                    memory, rings = self.rings(board, numbers)
                    queued = {ring: caam_jobs.mixed(memory, 10 + ring.number) for ring in rings}
                    board.qmp.command("stop")
                    self.queue_all(rings, queued)
                    self.assertEqual([ring.get(ORSFR) for ring in rings], [0] * len(rings))
                    before = self.counters(board)[0]["rings"]
                    self.check_restored(self.save(board), options, rings, queued, before)

    def test_results_and_queued_jobs_at_once(self):
        """Some jobs are done, and their results not yet taken, when more wait: in place, where no job is ever caught in its middle, too."""
        for options in ("", "sync=on"):
            with self.subTest(options=options):
                board = self.board(options)
                memory, rings = self.rings(board, (1, 2))
                done = {ring: [caam_jobs.aes_cbc(memory), caam_jobs.sha256(memory, bytes([ring.number]) * 99)] for ring in rings}
                for ring in rings:
                    ring.add(done[ring])
                    ring.wait(2)
                board.qmp.command("stop")
                queued = {ring: caam_jobs.mixed(memory, 20 + ring.number) for ring in rings}
                self.queue_all(rings, queued)
                before = self.counters(board)[0]["rings"]
                path = self.save(board)
                board = self.load(path, options)
                readl, writel = secure_registers(board.qmp)
                for ring in rings:
                    ring.on(readl, writel, Memory(board.qmp, MEMORY + (128 << 20)))
                    self.assertEqual(ring.results(), [(job.address, 0) for job in done[ring]])
                self.check_restored(self.save(board), options, rings, queued, before)

    def test_a_machine_that_stops_behind_a_running_job(self):
        """Stopped while the first of many jobs is under way: that one is done, the others are in the saved state."""
        for numbers in ((1,), (1, 2)):
            with self.subTest(rings=numbers):
                board = self.board()
                memory, rings = self.rings(board, numbers)
                for _ in range(ATTEMPTS):
                    queued = {ring: [caam_jobs.aes_ecb(memory, LARGE)] for ring in rings[:1]}
                    for ring in rings:
                        queued.setdefault(ring, []).extend(caam_jobs.mixed(memory, 30 + ring.number))
                    adds = [write_command(ring.register(IRJAR), ring.put(queued[ring])) for ring in rings]
                    board.qmp.commands([*adds, ("stop", {})])
                    done = {ring: ring.get(ORSFR) for ring in rings}
                    if done[rings[0]] and sum(done.values()) < sum(map(len, queued.values())):
                        break
                    board.qmp.command("cont")
                    for ring in rings:
                        self.finish(ring, queued[ring])
                    memory = Memory(board.qmp, MEMORY + (1 << 20))
                    for ring in rings:
                        ring.memory = memory
                else:
                    self.fail(f"the machine was never stopped between two jobs in {ATTEMPTS} attempts")
                for ring in rings:
                    finished, queued[ring] = queued[ring][:done[ring]], queued[ring][done[ring]:]
                    self.assertEqual(ring.results(), [(job.address, 0) for job in finished])
                    for job in finished:
                        job.check()
                before = self.counters(board)[0]["rings"]
                self.check_restored(self.save(board), "", rings, queued, before)

    def test_a_reset_forgets_what_was_queued(self):
        board = self.board()
        memory, (ring,) = self.rings(board, (1,))
        job = caam_jobs.aes_cbc(memory)
        board.qmp.command("stop")
        ring.add([job])
        board.qmp.command("system_reset")
        board.qmp.command("cont")
        time.sleep(0.1)
        self.assertEqual(self.counters(board)[0]["rings"][1], {"jobs": 0, "failed": 0})
        self.assertEqual(ring.get(IRSAR), 0)
        memory, (ring,) = self.rings(board, (1,))
        self.run_all(ring, caam_jobs.mixed(memory, 40))


if __name__ == "__main__":
    unittest.main()
