# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages from the mirror whose tested version is gone."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from svplib.build import lock_file, private_apt, sources

ENTRY = lock_file.Entry("tool", {"kind": "binary", "package": "a-tool", "suite": "s", "version": "1.2", "series": "1."})


class Fetched(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder}))
        self.enterContext(mock.patch.object(lock_file, "entries", lambda: {"tool": ENTRY}))

    def fetch(self, version):
        """(the package's folder, what svp said) when the mirror has this version."""
        def download(entry, folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "tool.deb").write_bytes(version.encode())
            return version, entry.package

        errors = io.StringIO()
        with mock.patch.object(private_apt, "fetch", download), contextlib.redirect_stderr(errors):
            return Path(sources.fetched("tool")), errors.getvalue()

    def test_the_tested_version(self):
        folder, errors = self.fetch("1.2")
        self.assertEqual((folder / "tool.deb").read_bytes(), b"1.2")
        self.assertEqual(errors, "")

    def test_another_one_of_its_series(self):
        _, errors = self.fetch("1.3")
        self.assertEqual(errors, "svp: warning: tool: a-tool 1.2 (tested) is gone from the mirror; using a-tool 1.3\n")
        self.assertEqual(sources.version("tool"), "1.3")
        self.assertEqual(self.fetch("1.4")[1], "", "it is there, and not asked for again")


if __name__ == "__main__":
    unittest.main()
