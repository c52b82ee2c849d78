# SPDX-License-Identifier: GPL-2.0-or-later
"""A base class for tests that have the VPU's engines decode streams, and hold every picture against ffmpeg's decoder."""

import os
import re
import tempfile
import unittest
from pathlib import Path

import clips
from svplib.base import cache
from svplib.build import host_packages, native, parts
from svplib.decode import program
from svplib.decode.checksums import Checksums
from svplib.decode.verdict import Verdict, judge


class PictureCase(unittest.TestCase):
    """`folder` is for files of the class, and gone after it; `decoder` the program of `svp decode`, or SVP_VPU_DECODE."""

    @classmethod
    def setUpClass(cls):
        with cache.lock("packages"):
            host_packages.ensure(["pictures"], parts.OPTIONS.install)
        decoder = os.environ.get("SVP_VPU_DECODE")
        cls.decoder = Path(decoder) if decoder else native.build(program.PROGRAM)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def check(self, path, luma_only=False):
        """The engines make of a stream what ffmpeg makes of it, picture by picture; returns how many there are."""
        verdict = judge(Verdict("pictures", path.name), program.decode(self.decoder, path), clips.expected(path, luma_only))
        self.assertEqual((verdict.outcome, verdict.text), ("passed", ""), path.name)
        return verdict.pictures

    def check_whole(self, path, checksum):
        """The engines make of a stream pictures whose bytes have, all together, that MD5."""
        verdict = judge(Verdict("pictures", path.name), program.decode(self.decoder, path), Checksums(whole=checksum, format=None))
        self.assertEqual((verdict.outcome, verdict.text), ("passed", ""))

    def check_syntax(self, path, elements):
        """Each of `elements` ("name=value", values of ffmpeg's trace_headers) occurs in a stream."""
        text = clips.headers(path)
        for element in elements:
            name, _, value = element.partition("=")
            self.assertTrue(re.search(rf"(?m)\b{re.escape(name)}(\[\d+\])* +[01]+ = {value}$", text), f"{path.name} lacks {element}")
