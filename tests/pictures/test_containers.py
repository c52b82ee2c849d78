# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams in containers that ffmpeg has made: what `svp decode` takes out of them is what ffmpeg plays."""

import clips
import picture_case
from svplib.decode import containers

CONTAINERS = {
    "film.mp4": "-c:v libx264 -preset veryfast -bf 2",
    "film.mkv": "-c:v libx264 -preset veryfast",
    "film.ts": "-c:v mpeg2video -q:v 4 -bf 1",
    "film.mpg": "-c:v mpeg2video -q:v 4",
    "film.webm": "-c:v libvpx -deadline realtime -auto-alt-ref 1 -lag-in-frames 4",
}


class Containers(picture_case.PictureCase):
    def test_streams(self):
        source = clips.raw(self.folder, "moving", "98x68", 8)
        for name, options in CONTAINERS.items():
            with self.subTest(name):
                path = self.folder / name
                clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "98x68", "-r", "25", "-i", source, *options.split(), "-y", path)
                made, lacks = containers.take_out(path, self.folder / f"out-{name}")
                self.assertIsNone(lacks)
                self.assertEqual(self.check(made), 8)

    def test_no_video(self):
        path = self.folder / "noise.mkv"
        clips.ffmpeg("-f", "lavfi", "-i", "anoisesrc=duration=1", "-c:a", "flac", "-y", path)
        self.assertEqual(containers.take_out(path, self.folder / "x"), (None, "no container with video: it has no video stream"))
        path.write_bytes(bytes(1000))
        made, lacks = containers.take_out(path, self.folder / "x")
        self.assertIsNone(made)
        self.assertIn("no container with video", lacks)
