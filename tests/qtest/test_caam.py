# SPDX-License-Identifier: GPL-2.0-or-later
"""CAAM behind QEMU: its counters, and machines that are saved while jobs wait in its rings. The only CPU sleeps in the flash.

What is to be seen: jobs that were queued when a state was saved run in the machine that loads it, in their order, in both worlds' rings,
with the right results; whatever ran before does not run again. Long jobs heed firewalls, faults and the saving of pages.
"""

import time
import unittest

from sleeping_board import SleepingBoardCase
from svplib.machine import caam_jobs
from svplib.machine.caam_jobs import IRJAR, IRSAR, ORSFR, Memory, Ring
from svplib.machine.test_port import secure_registers, write_cells, write_command

MEMORY = 0x50000000
#: JRnDID of ring 1 (non-secure) and ring 2 (secure), as OP-TEE sets them
OWNERS = {1: 0x00080001, 2: 0x800B8011}
LARGE = 32 << 20  # bytes of a job that is long enough to be stopped behind it
ATTEMPTS = 30
DRAM, TZASC, GPR10 = 0x40000000, 0x32F80000, 0x30340028
DMA_ERROR = 0x40000016


class CaamCase(SleepingBoardCase):
    def board(self, options="", extra=()):
        return self.start_board("caam", options, extra)

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


class PassTest(CaamCase):
    """Long ciphers move data in the cells of memory themselves: no right, fault or page that must be saved is passed over."""

    CLOSED = MEMORY + (64 << 20)  # what region 3 of the TZASC closes, for all
    SIZE_1M, SIZE_64M = 0x13, 0x19

    def prepare(self):
        board = self.board()
        self.readl, self.writel = secure_registers(board.qmp)
        memory, (ring,) = self.rings(board, (1,))
        self.writel(TZASC + 0x108, 0xF << 28)
        self.writel(TZASC + 0x130, self.CLOSED - DRAM)
        self.writel(TZASC + 0x138, self.SIZE_1M << 1 | 1)
        self.writel(TZASC + 4, 1)  # denied accesses are answered with DECERR
        return board, memory, ring

    def one(self, ring, job):
        """Run a job; its status without the index of the command."""
        ring.add([job])
        ring.wait(1)
        (address, status), = ring.results()
        self.assertEqual(address, job.address)
        return status & 0xF00000FF

    def test_denied_ranges_end_the_job_and_nothing_gets_there(self):
        board, memory, ring = self.prepare()
        source, length = memory.put(caam_jobs.PLAIN, 4 << 20), 4 << 20
        target = self.CLOSED - (1 << 20)
        write_cells(board.qmp, target, b"\x55", length)
        job = caam_jobs.Job(memory, "ecb", caam_jobs.cipher(caam_jobs.ECB, b"", source, target, length, 1))
        self.writel(GPR10, 1)
        self.assertEqual(self.one(ring, job), DMA_ERROR)
        self.assertTrue(memory.read(self.CLOSED - 64, 64) == caam_jobs.ECB_CIPHER)
        for piece in range(3):
            self.assertTrue(memory.read(self.CLOSED + (piece << 20), 1 << 20) == b"\x55" * (1 << 20))
        violations = board.qmp.command("query-svp-violations", master="caam")["violations"]
        self.assertEqual({(row["direction"], row["address"]) for row in violations}, {("write", self.CLOSED)})
        # The other way: what may not be read leaves nothing behind the boundary, either.
        back = memory.put(b"\x66", length)
        job = caam_jobs.Job(memory, "ecb", caam_jobs.cipher(caam_jobs.ECB, b"", target, back, length, 0))
        self.assertEqual(self.one(ring, job), DMA_ERROR)
        self.assertTrue(memory.read(back + (1 << 20) - 64, 64) == caam_jobs.PLAIN)
        self.assertTrue(memory.read(back + (1 << 20), 1 << 20) == b"\x66" * (1 << 20))
        self.writel(GPR10, 0)
        self.assertEqual(self.one(ring, job), 0)

    def test_policy_that_changes_holds_for_the_rest(self):
        board, memory, ring = self.prepare()
        length = 64 << 20
        source, target = memory.put(caam_jobs.PLAIN, length), self.CLOSED + length  # beyond the job's own memory
        job = caam_jobs.Job(memory, "ecb", caam_jobs.cipher(caam_jobs.ECB, b"", source, target, length, 1))
        self.writel(TZASC + 0x130, target - DRAM)
        self.writel(TZASC + 0x138, self.SIZE_64M << 1 | 1)
        for _ in range(ATTEMPTS):
            deadline = time.monotonic() + 60
            self.writel(GPR10, 0)
            write_cells(board.qmp, target, b"\x55", length)
            ring.add([job])
            while memory.read(target, 64) != caam_jobs.ECB_CIPHER:
                self.assertLess(time.monotonic(), deadline)
            self.writel(GPR10, 1)
            ring.wait(1)
            (_, status), = ring.results()
            if status:
                break
        else:
            self.fail(f"no job was under way in {ATTEMPTS} attempts")
        self.assertEqual(status & 0xF00000FF, DMA_ERROR)
        content = b"".join(memory.read(target + (piece << 20), 1 << 20) for piece in range(64))
        done = len(content.rstrip(b"\x55"))
        self.assertTrue(content[:done] == caam_jobs.ECB_CIPHER * (done // 64))
        self.assertTrue(0 < done < length and done % 65536 == 0, f"{done} bytes were written")

    def test_injected_faults_hit_long_jobs(self):
        board, memory, ring = self.prepare()
        job = caam_jobs.aes_ecb(memory, 1 << 20)
        for direction in ("read", "write"):
            fault = board.qmp.command("svp-inject-fault", kind="answer", answer="slverr", match={"masters": ["caam"], "direction": direction},
                                      nth=4, times=1)["id"]
            self.assertEqual(self.one(ring, job), DMA_ERROR, direction)
            state, = (row for row in board.qmp.command("query-svp-faults") if row["id"] == fault)
            self.assertEqual(state["hits"], 1)
            board.qmp.command("svp-remove-fault", id=fault)
        self.assertEqual(self.one(ring, job), 0)
        job.check()

    def test_what_a_job_writes_while_the_machine_is_being_saved_is_saved(self):
        board, memory, ring = self.prepare()
        job = caam_jobs.aes_ecb(memory, LARGE)
        path = self.folder / "state"
        board.qmp.command("migrate-set-parameters", **{"max-bandwidth": 20 << 20, "downtime-limit": 1})
        board.qmp.command("migrate", uri=f"file:{path}")
        # All pages have been looked at once when the second round begins.
        deadline = time.monotonic() + 120
        while board.qmp.command("query-migrate").get("ram", {}).get("dirty-sync-count", 0) < 1:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(self.one(ring, job), 0)
        board.qmp.command("migrate-set-parameters", **{"max-bandwidth": 0, "downtime-limit": 60000})
        while (status := board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(status, "completed")
        board.stop()
        other = self.load(path)
        job.memory = Memory(other.qmp, 0)
        job.check()


class LockTest(CaamCase):
    def test_the_emulator_answers_beside_a_long_public_key_job(self):
        """A search that finds no prime: seconds of work in one job."""
        board = self.board()
        memory, (ring,) = self.rings(board, (1,))
        job = caam_jobs.endless_powers(memory, 512, 1000)
        ring.add([job])
        answers, longest = 0, 0.0
        end = time.monotonic() + 1
        while time.monotonic() < end:
            begin = time.monotonic()
            board.qmp.command("query-status")
            longest = max(longest, time.monotonic() - begin)
            answers += 1
        self.assertEqual(ring.get(ORSFR), 0, "the job is still under way")
        self.assertGreater(answers, 50, f"the longest answer took {longest * 1000:.1f} ms")
        begin = time.monotonic()
        board.qmp.command("stop")
        stopping = time.monotonic() - begin
        self.assertLess(stopping, 10, "a job that has written nothing does not hold up a stop")
        self.assertEqual(ring.get(IRSAR), caam_jobs.ENTRIES - 1, "it waits in its ring")
        board.qmp.command("system_reset")
        board.qmp.command("cont")
        memory, (ring,) = self.rings(board, (1,))
        self.run_all(ring, caam_jobs.mixed(memory, 3))


if __name__ == "__main__":
    unittest.main()
