# SPDX-License-Identifier: GPL-2.0-or-later
"""Published streams on the board's decoder, under Linux's unmodified driver, by our player and by GStreamer. Part of `svp test long`.

SVP_VECTORS is a folder with a folder for each codec (vp8, h264, ...), and checksums beside the streams. Each is a board of its own: the
streams are on its card. A stream that is damaged, so that the decoder is right to complain on the host as well, need not be equal there.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from svplib.build import parts
from svplib.decode.guest import CLIENTS

VECTORS = os.environ.get("SVP_VECTORS")


@unittest.skipUnless(VECTORS, "SVP_VECTORS names no folder of streams")
class PublishedStreams(unittest.TestCase):
    def decoded(self, folder, *where):
        """What `svp decode` says about the streams of a folder: members of "streams" of its --json."""
        with tempfile.TemporaryDirectory() as scratch:
            told = Path(scratch) / "result.json"
            done = subprocess.run([sys.executable, parts.REPOSITORY / "scripts/svp", "decode", folder, *where, "--json", told],
                                  capture_output=True, text=True, errors="replace", check=False)
            if not told.exists():
                self.fail(f"svp decode ended with status {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
            return json.loads(told.read_text())["streams"]

    def test_in_the_guest(self):
        folders = sorted(path for path in Path(VECTORS).iterdir() if path.is_dir())
        self.assertTrue(folders, f"{VECTORS} has no folders")
        for folder in folders:
            damaged = {stream["name"] for stream in self.decoded(folder) if stream["result"] == "failed" and stream["text"].startswith("coded picture ")}
            for client in CLIENTS:
                with self.subTest(folder=folder.name, client=client):
                    streams = self.decoded(folder, "--where", "guest", "--client", client)
                    self.assertIn("passed", {stream["result"] for stream in streams}, "no stream was compared")
                    self.assertEqual([f"{stream['name']}: {stream['text']}" for stream in streams
                                      if stream["result"] == "failed" and stream["name"] not in damaged], [])


if __name__ == "__main__":
    unittest.main()
