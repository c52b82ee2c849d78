# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of `svp run --display web`: what they serve, to whom, and where a browser is sent."""

import socket
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from svplib.base.errors import UsageError
from svplib.commands import guest_input
from svplib.machine import web_screen

NUMBER = 93


class WebScreenTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.pages = Path(scratch.name) / "pages"
        (self.pages / "app").mkdir(parents=True)
        (self.pages / web_screen.PAGE).write_text("the page")
        (Path(scratch.name) / "secret").write_text("not for browsers")

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{web_screen.PAGES_PORT + NUMBER}{path}", timeout=30) as answer:
            return answer.read()

    def test_pages(self):
        with web_screen.WebScreen(NUMBER, self.pages) as screen:
            with urllib.request.urlopen(screen.address, timeout=30) as answer:
                self.assertEqual(answer.read(), b"the page")
            for path in ("/", "/app/", "/../secret", "/%2e%2e/secret", "/none"):
                with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as refused:
                    self.get(path)
                refused.exception.close()
                self.assertEqual(refused.exception.code, 404)
        with self.assertRaises(urllib.error.URLError):
            self.get("/")

    def test_where_it_listens(self):
        screen = web_screen.WebScreen(NUMBER, self.pages)
        self.assertEqual(screen.option, f"vnc=127.0.0.1:{NUMBER},websocket={5700 + NUMBER}")
        address = urllib.parse.urlsplit(screen.address)
        self.assertEqual(address.hostname, "127.0.0.1")
        words = urllib.parse.parse_qs(address.query)
        self.assertEqual((words["host"], words["port"]), (["127.0.0.1"], [str(5700 + NUMBER)]))
        with screen, socket.socket() as other:
            # An address of this machine that is not the loopback's first one
            self.assertNotEqual(other.connect_ex(("127.0.0.2", 6080 + NUMBER)), 0)

    def test_ports_in_use(self):
        for port in (5900, 5700, 6080):
            with self.subTest(port), socket.socket() as taken:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken.bind(("127.0.0.1", port + NUMBER))
                taken.listen()
                with self.assertRaisesRegex(UsageError, f"port {port + NUMBER} is in use; try web:{NUMBER + 1}"):
                    guest_input.web(f"web:{NUMBER}")

    def test_words(self):
        self.assertIsNone(guest_input.web("vnc"))
        self.assertIsNone(guest_input.web("web:x"))
        self.assertIn(":94,", guest_input.web("web:94").option)


if __name__ == "__main__":
    unittest.main()
