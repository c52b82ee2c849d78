# SPDX-License-Identifier: GPL-2.0-or-later
"""VP9 whose headers are encrypted: a trusted application reads them, and Linux gets what its driver needs of them.

The same films adapt their probabilities, or do not: those that do need the protected variant of the decoders' driver, and a place for what the
decoder counts (firmware/linux/hantro).
"""

import random
import re
import unittest
from pathlib import Path

import malformed_vp9
from boot_case import BOOT_SECONDS, BoardCase, changed_device_tree, make_card, secure_chosen
from clips import digests
from svplib.film import blob, boxes, command, leaks, protect, tables
from svplib.film.playing import Playing
from svplib.machine import readable_memory
from test_film import SOURCE, ffmpeg
from test_protected_buffers import COUNTS

KEY = random.Random(31).randbytes(16)
SIZE, FRAMES, SECONDS = "192x128", 24, 300
#: Bytes that are searched for in all memory that Linux reads, taken from the beginnings and the middles of samples with so many bytes
PIECE, LARGE = 16, 2000
#: Film -> options of the encoder beside hidden frames, superframes and pictures that are shown again
FILMS = {"parallel": ("-frame-parallel", 1), "adapting": ("-frame-parallel", 0), "clear-headers": ("-frame-parallel", 0)}
#: So many malformed samples at least
MALFORMED = 100
#: After so many of them comes a good one
STRIDE = 8


def samples_of(path):
    """The samples of an MP4 file."""
    data = path.read_bytes()
    moov = next(box for box in boxes.parse(data) if box.name == "moov")
    return [data[at:at + size] for at, size in tables.samples(moov.child("trak", "mdia", "minf", "stbl"))]


class Vp9Headers(BoardCase):
    @classmethod
    def prepare(cls):
        cls.other_blob, cls.blob = blob.wrap(KEY, for_headers=(KEY,))
        folder, cls.digests, cls.samples, files = Path(cls.scratch), {}, {}, {}
        for name, options in FILMS.items():
            made, film = folder / f"{name}-clear.mp4", folder / f"{name}.mp4"
            ffmpeg("-f", "lavfi", "-i", SOURCE.format(SIZE), "-frames:v", FRAMES, "-pix_fmt", "yuv420p", "-c:v", "libvpx-vp9", "-b:v", "400k",
                   "-cpu-used", 5, "-threads", 1, "-auto-alt-ref", 1, "-lag-in-frames", 8, "-g", 12, *options, made)
            cls.digests[name], cls.samples[name] = digests(made, SIZE, 8), samples_of(made)
            whole = name != "clear-headers"
            command.pack(made, film, "cenc", protect.Secret(KEY, bytes(16), cls.blob if whole else cls.other_blob), whole)
            files[film.name] = film.read_bytes()
        files["other-use.mp4"] = files["parallel.mp4"].replace(cls.blob, cls.other_blob)
        files |= {"malformed.svp": cls.malformed(), "blob": cls.blob, "other-blob": cls.other_blob}
        tree = changed_device_tree(cls.scratch, secure_chosen({COUNTS: True}))
        cls.BOARD = {"policy": "strict", "dtb": tree, "sd": [make_card(cls.scratch, files)], "share_ram": True, "machine_options": leaks.OPTION}

    @classmethod
    def malformed(cls):
        """A container: what is wrong as long as there was no frame, then a good frame, and one after some that are wrong; `cls.good` are their numbers."""
        key = cls.samples["parallel"][0]
        samples, cls.good = malformed_vp9.before_any_frame(key), []
        for number, sample in enumerate(malformed_vp9.after_a_frame(key)):
            if number % STRIDE == 0:
                cls.good.append(len(samples))
                samples.append(key)
            samples.append(sample)
        cls.good.append(len(samples))
        samples.append(key)
        cls.count = len(samples)
        return malformed_vp9.container(KEY, cls.blob, samples)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command("svp-video mainline", timeout=BOOT_SECONDS, check=True)
        cls.board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt && cd /mnt", check=True)

    def check_film(self, name):
        """All pictures are right, and nothing of the clear samples is where Linux reads, headers among them."""
        playing = Playing(self.board, f"/mnt/{name}.mp4", "--secure", keep=8)
        self.assertEqual(playing.all_digests(), self.digests[name], playing.output())
        self.assertEqual(playing.ended()["errors"], 0)
        large = [sample for sample in self.samples[name] if len(sample) >= LARGE]
        self.assertGreater(len(large), 1)
        pieces = [sample[at:at + PIECE] for sample in large for at in ((len(sample) // 2,) if name == "clear-headers" else (0, 40, len(sample) // 2))]
        self.assertEqual(readable_memory.places(self.board, pieces), {})
        return playing

    def test_film(self):
        """By Linux's unmodified driver, which is never shown a header; and from another place on, where a key frame is."""
        self.check_film("parallel")
        playing = Playing(self.board, "/mnt/parallel.mp4", "--secure", keep=1)
        playing.tell("seek 0.6")
        (_, milliseconds, buffer), = playing.step(0, 1)
        self.assertEqual((milliseconds, playing.digest(buffer)), (600, self.digests["parallel"][18]))
        playing.tell("quit")

    def test_films_that_adapt(self):
        """By the protected driver, with a place for counts: with headers that are encrypted, and with clear ones."""
        self.board.command("svp-video protected", timeout=BOOT_SECONDS, check=True)
        for name in ("adapting", "clear-headers"):
            with self.subTest(name):
                self.check_film(name)
        self.assertEqual({leak["stream"] for leak in leaks.found(self.board.qmp)["list"]}, {"counts"})
        self.board.command("svp-video mainline", timeout=BOOT_SECONDS, check=True)

    def test_malformed_headers(self):
        """Each gets an error in one session with the application, which lives on: good samples between them are read."""
        output = self.guest("svp-decrypt --headers malformed.svp", timeout=SECONDS)
        rows = re.findall(r"^HEADERS (\d+) (.*)$", output, re.MULTILINE)
        self.assertEqual([int(number) for number, _ in rows], list(range(self.count)))
        width, height = SIZE.split("x")
        good = f"frames=1 0+{len(self.samples['parallel'][0])}:{width}x{height}"
        for number, text in rows:
            self.assertEqual(text, good if int(number) in self.good else "TA: refused: no headers by which the decoder could work", f"sample {number}")
        self.assertGreaterEqual(self.count - len(self.good), MALFORMED)
        self.assertNotRegex(self.guest("dmesg"), r"(?i)oops|BUG:|WARNING")

    def test_frames_are_given_once(self):
        """Only frames of the last sample that was read, whole, and once; the key frame of a good sample among bad ones."""
        output = self.guest("svp-decrypt --headers --hostile malformed.svp", timeout=SECONDS)
        size, missing, wrong = len(self.samples["parallel"][0]), "TA: refused: no such frame in the last sample, or not once more", "TA: refused: bad parameters"
        found = re.split(r"^HEADERS \d+ .*$", output, flags=re.MULTILINE)[1:]
        self.assertEqual(len(found), self.count)
        for number, text in enumerate(found):
            rows = re.findall(r"^FRAME (\d+) (\d+) (.*)$", text, re.MULTILINE)
            if number in self.good:
                wanted = [("1", size, missing), (str(0xFFFFFFFF), size, missing), ("0", size - 1, wrong), ("0", size, "decrypted"), ("0", size, missing)]
            else:
                wanted = [("0", 16, missing), (str(0xFFFFFFFF), 16, missing), ("0", 15, missing), ("0", 16, missing), ("0", 16, missing)]
            self.assertEqual([(frame, int(length), said) for frame, length, said in rows], wanted, f"sample {number}")

    def test_keys_are_for_one_use(self):
        """A key whose headers may be read is of no use to svp-decrypt, and no other key is of use to svp-vp9."""
        wanted = "not one of this chip, or was changed"
        self.assertIn(wanted, self.guest("svp-decrypt --headers malformed.svp --key other-blob", timeout=SECONDS))
        refused = self.board.command("svp-decrypt malformed.svp", timeout=SECONDS)
        self.assertNotEqual(refused.status, 0)
        self.assertIn(wanted, refused.output)
        refused = self.board.command("svp-play --secure --fast --quiet other-use.mp4", timeout=SECONDS)
        self.assertEqual(refused.status, 1)
        self.assertIn(wanted, refused.output)


if __name__ == "__main__":
    unittest.main()
