# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting on a console: matches in order, fails early on a panic, says why when nothing comes."""

import socket
import tempfile
import threading
import unittest
from pathlib import Path

from svplib.machine.console import Console, ConsoleClosed, ConsoleFailed, ConsoleTimeout


class Waiting(unittest.TestCase):
    def setUp(self):
        ours, self.guest = socket.socketpair()
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.log = Path(self._folder.name) / "log"
        self.console = Console(ours, self.log)
        self.addCleanup(self.console.close)
        self.addCleanup(self.guest.close)

    def test_in_order_and_once(self):
        self.guest.sendall(b"one\r\ntwo\r\none\r\n")
        self.assertEqual(self.console.expect(r"^one$", 5).start(), 0)
        self.assertEqual(self.console.expect(r"^one$", 5).start(), 8)
        with self.assertRaises(ConsoleTimeout):
            self.console.expect(r"^one$", 0.1)

    def test_text_that_comes_late(self):
        threading.Timer(0.2, lambda: self.guest.sendall("käse\n".encode())).start()
        self.assertEqual(self.console.expect(r"^(k.se)$", 5).group(1), "käse")

    def test_split_characters(self):
        for byte in "grün €\n".encode():
            self.guest.sendall(bytes([byte]))
        self.console.expect("^grün €$", 5)
        self.guest.sendall(b"\xff\xfe bad\n")
        self.console.expect("bad", 5)

    def test_panic_ends_the_wait(self):
        self.guest.sendall(b"a\nKernel panic - not syncing: no init\n")
        with self.assertRaises(ConsoleFailed) as caught:
            self.console.expect("login:", 30)
        self.assertIn("Kernel panic", caught.exception.detail[-1])

    def test_panic_after_the_match_does_not(self):
        self.guest.sendall(b"login:\nKernel panic - not syncing\n")
        self.console.expect("not syncing", 5, fail_on=None)
        self.console._position = 0
        self.console.expect("login:", 5)

    def test_closed(self):
        self.console.set_diagnosis(lambda: " (it broke)")
        self.guest.sendall(b"last words\n")
        self.guest.close()
        with self.assertRaises(ConsoleClosed) as caught:
            self.console.expect("login:", 30)
        self.assertIn("(it broke)", str(caught.exception))
        self.assertIn("last words", str(caught.exception))
        self.console.expect("last", 1)

    def test_log_has_every_byte(self):
        self.guest.sendall(b"a\r\nb\xff\r\n")
        self.guest.close()
        self.assertTrue(self.console.wait_closed(5))
        self.assertEqual(self.log.read_bytes(), b"a\r\nb\xff\r\n")
        self.assertEqual(self.console.text.count("\r"), 0)
