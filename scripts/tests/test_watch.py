# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp watch`: what is asked of a board, what is told as JSON, and what stands on the terminal."""

import contextlib
import io
import json
import os
import socket
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

from svplib.commands import cli
from svplib.machine.dram import DRAM_BASE
from svplib.machine.heap_cells import HEAPS
from svplib.watch import places, sample
from svplib.watch.screen import HOME, View, picture, size_text

STREAMS = {"bitstream": 1000, "picture": 0, "reference": 24}
COUNTERS = [{"device": "vpu_g1", "type": "t", "counters": {"jobs": 12, "frames": 10, "bytes-read": STREAMS, "bytes-written": {"picture": 3 << 20}}},
            {"device": "caam", "type": "t", "counters": {"bytes-read": 5, "bytes-written": 6, "rings": [{"jobs": 1}, {"jobs": 2}], "direct": {"jobs": 4}}},
            {"device": "ocotp", "type": "t", "counters": {"reads": 1}},
            {"device": "dcss", "type": "t", "counters": {"frames": 60, "channels": [
                {"shows": True, "format": "NV12", "width": 640, "height": 360, "address": 0xC0010000}, {"shows": False, "format": "", "width": 0, "height": 0, "address": 0}]}},
            {"device": "bus-monitor", "type": "t", "counters": {"leaks": {"events": 1, "dropped": 0, "marked": 4096, "list": []}}}]
TEXT = "#{} 1.0s a53 non-secure domain 0 read 0xc0000000+8 denied by tzc 3, answer OKAY"


class FakeBoard:
    """A monitor on a socket; each look at its violations finds one more."""

    def __init__(self, path, looks):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self.since, self._looks = [], looks
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rwb") as stream:
            self._say(stream, {"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 0}}}})
            for line in stream:
                request = json.loads(line)
                if request["execute"] == "query-status" and len(self.since) == self._looks:
                    return  # the board's end
                self._say(stream, {"return": self._answer(request["execute"], request.get("arguments", {})), "id": request["id"]})

    def _answer(self, name, arguments):
        number = len(self.since) + 1
        if name == "query-svp-violations":
            self.since.append(arguments.get("since"))
            return {"violations": [{"text": TEXT.format(number)}], "next-sequence": number + 1, "accesses": 7 * number}
        return {"query-status": {"status": "running"}, "query-svp-counters": COUNTERS,
                "query-svp-violation-counters": {"masters": [{"master": "a53", "reads": 6, "writes": 1}, {"master": "usb1", "reads": 0, "writes": 0}], "rules": []}}.get(name, {})

    @staticmethod
    def _say(stream, answer):
        stream.write(json.dumps(answer).encode() + b"\n")
        stream.flush()

    def close(self):
        self._listener.close()
        self._thread.join(60)


class Watch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-watch-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.enterContext(mock.patch.dict(os.environ, XDG_CACHE_HOME=str(self.folder)))

    def watch(self, *words):
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            status = cli.main(["watch", *map(str, words)])
        return status, out.getvalue(), errors.getvalue()

    def board(self, looks, path=None):
        made = FakeBoard(path or self.folder / "qmp.sock", looks)
        self.addCleanup(made.close)
        return made

    def test_json(self):
        """A line a look; only what is new is asked for; the board's end is the watch's."""
        board = self.board(2)
        status, out, errors = self.watch(self.folder / "qmp.sock", "--json", "--interval", "0.05")
        self.assertEqual((status, errors), (0, ""))
        first, second = map(json.loads, out.splitlines())
        self.assertEqual(board.since, [None, 2])
        self.assertEqual(first["devices"], {"vpu_g1": {"read": 1024, "written": 3 << 20, "jobs": 12, "frames": 10}, "caam": {"read": 5, "written": 6, "jobs": 7}})
        self.assertEqual(first["screen"], {"frames": 60, "channels": [{"number": 0, "format": "NV12", "width": 640, "height": 360, "address": 0xC0010000}]})
        self.assertEqual((first["leaks"], first["status"]), ({"events": 1, "marked": 4096}, "running"))
        self.assertEqual((second["violations"], second["refused"]), ([TEXT.format(2)], {"accesses": 14, "masters": {"a53": 7, "usb1": 0}}))
        self.assertGreater(second["time"], first["time"])

    def test_found_by_itself(self):
        """The newest board of `svp run`; sockets of boards that are gone are cleared away."""
        with places.Offer("film") as offer:
            path = Path(offer.arguments[1].split("path=")[1].split(",")[0])
            self.board(1, path)
            dead = path.with_name("dead.qmp")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(dead))
            os.utime(dead, (4e9, 4e9))
            status, out, _ = self.watch("--count", 1)
            self.assertEqual((status, dead.exists()), (0, False))
            self.assertIn(f"svp watch {path.stem}: running", out)
        self.assertFalse(path.exists())

    def test_no_board(self):
        for words, wanted in (((), "no board runs that can be watched"), (("nowhere",), "nowhere: no board answers there"),
                              (("--interval", "0"), "--interval: 0 is out of range"), (("--count", "-1"), "--count: -1 is below 0")):
            with self.subTest(words=words):
                status, out, errors = self.watch(*words)
                self.assertEqual((status, out), (2, ""))
                self.assertRegex(errors, f"^svp: {wanted}.*\n$")

    def test_too_deep_a_cache(self):
        deep = self.folder / ("x" * 100)
        with mock.patch.dict(os.environ, XDG_CACHE_HOME=str(deep)), places.Offer("film") as offer:
            self.assertEqual(offer.arguments, [])


def a_sample(at, **changes):
    return {"time": at, "status": "running", "devices": {"vpu_g1": {"read": 1 << 20, "written": 0, "jobs": 5, "frames": 5}},
            "screen": {"frames": 100, "channels": [{"number": 0, "format": "NV12", "width": 640, "height": 360, "address": 0xC0010000}]},
            "refused": {"accesses": 3, "masters": {"usb1": 1, "a53": 2, "caam": 0}}, "violations": ["first", "second"],
            "leaks": {"events": 0, "marked": 2 << 20}, "heaps": {"video": {"size": 128 << 20, "touched": 3 << 19}}, **changes}


class OnTheTerminal(unittest.TestCase):
    def test_rates(self):
        view = View("film-1")
        view.lines(a_sample(1.0))
        later = a_sample(3.0, devices={"vpu_g1": {"read": 3 << 20, "written": 512, "jobs": 65, "frames": 65}}, violations=["third"],
                         screen={"frames": 220, "channels": []}, refused={"accesses": 4, "masters": {"usb1": 2, "a53": 2}})
        lines = view.lines(later)
        text = "\n".join(lines)
        self.assertEqual(lines[0], "svp watch film-1: running, 3 s")
        self.assertRegex(text, r"\nvpu_g1 +1\.0 MiB/s +256 B/s  #\.{15} +3\.0 MiB +512 B +30\.0\n")
        self.assertRegex(text, r"\npictures decoded +65 +30\.0/s\nscreen frames +220 +60\.0/s\n")
        self.assertRegex(text, r"\nheap video +1\.5 MiB of 128\.0 MiB ever written\n")
        self.assertRegex(text, r"\nleaks +0, 2\.0 MiB hold protected data\nrefused +4  usb1 2, a53 2\n  first\n  second\n  third$")

    def test_fits(self):
        """Into any window; what is cut is the oldest violations."""
        view = View("film-1", colours=True)
        rows = [view.lines(a_sample(float(at), violations=[f"number {at} " + "x" * 300]), 60, 14) for at in range(1, 9)][-1]
        self.assertEqual(len(rows), 14)
        self.assertIn("number 8", rows[-1])
        self.assertLessEqual(max(len(row.replace("\x1b[32m", "").replace("\x1b[2m", "").replace("\x1b[1m", "").replace("\x1b[0m", "")) for row in rows), 60)
        self.assertEqual(len(view.lines(a_sample(9.0), 60, 3)), 3)
        self.assertTrue(all(row.endswith("\x1b[0m") for row in rows if row.startswith("\x1b[")))

    def test_after_a_reset(self):
        """Numbers that fall are no negative rates."""
        view = View("film-1")
        view.lines(a_sample(1.0))
        text = "\n".join(view.lines(a_sample(2.0, devices={"vpu_g1": {"read": 0, "written": 0, "jobs": 0, "frames": 0}})))
        self.assertRegex(text, r"\nvpu_g1 +0 B/s +0 B/s ")
        self.assertNotIn("-", text.replace("-1", ""))

    def test_leaks_are_red(self):
        self.assertIn("\x1b[31mleaks", "\n".join(View("film-1", colours=True).lines(a_sample(1.0, leaks={"events": 2, "marked": 0}))))

    def test_sizes(self):
        self.assertEqual([size_text(value) for value in (0, 1023, 1024, 1536 << 20, 1 << 60)], ["0 B", "1023 B", "1.0 KiB", "1.5 GiB", "1048576.0 TiB"])

    def test_drawn_over_what_was_there(self):
        self.assertEqual(picture(["a", "b"]), f"{HOME}a\x1b[K\r\nb\x1b[K\x1b[J")


class Heaps(unittest.TestCase):
    def test_touched(self):
        descriptor = os.memfd_create("svp-test")
        self.addCleanup(os.close, descriptor)
        os.ftruncate(descriptor, 3 << 30)
        base, size = HEAPS["video"]
        self.assertEqual(sample._touched(descriptor, base, size), 0)
        for address in (base - 4096, base, base + (5 << 20), base + size):
            os.pwrite(descriptor, b"x", address - DRAM_BASE)
        self.assertEqual(sample._touched(descriptor, base, size), 2 * os.sysconf("SC_PAGE_SIZE"))


if __name__ == "__main__":
    unittest.main()
