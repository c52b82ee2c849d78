# SPDX-License-Identifier: GPL-2.0-or-later
"""Random legal streams, with what no encoder makes, against ffmpeg. SVP_RANDOM_STREAMS says how many of each codec, default 80."""

import os
import re

import clips
import picture_case
from svplib.build import native


COUNT = int(os.environ.get("SVP_RANDOM_STREAMS", "80"))


class Random(picture_case.PictureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.generators = {program: native.build(f"tests/pictures/{program}") for program in ("h264_random", "mpeg2_random")}

    def stream(self, program, number, suffix):
        """Path of a random stream that a generator makes."""
        path = self.folder / f"{program}-{number}{suffix}"
        path.write_bytes(clips.run((self.generators[program], number)))
        return path

    def test_h264(self):
        for number in range(1, COUNT + 1):
            with self.subTest(number):
                path = self.stream("h264_random", number, ".264")
                monochrome = re.search(r"chroma_format_idc +[01]+ = 0", clips.headers(path)) is not None
                self.assertGreaterEqual(self.check(path, monochrome), 8)

    def test_mpeg2(self):
        for number in range(1, COUNT + 1):
            with self.subTest(number):
                self.assertGreaterEqual(self.check(self.stream("mpeg2_random", number, ".m2v")), 9)
