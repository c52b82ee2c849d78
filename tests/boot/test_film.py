# SPDX-License-Identifier: GPL-2.0-or-later
"""An encrypted film plays from ordinary memory into the heap: every picture is what ffmpeg gets from the clear film, and Linux has none of it."""

import random
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from boot_case import BOOT_SECONDS, BoardCase, make_card, wait_until
from clips import digests, raw_pictures
from screen import SHOW_SECONDS
from svplib.build import products
from svplib.film import blob, boxes, command, leaks, protect, scene, tables
from svplib.film.composition import Canvas, scale_chroma, to_rgb
from svplib.film.playing import Playing
from svplib.film.screenshot import difference, shown
from svplib.machine import heap_cells, readable_memory
from svplib.watch import sample

KEY, OTHER_KEY = (random.Random(seed).randbytes(16) for seed in (21, 22))
NUMBER = bytes(range(16))
SOURCE = "testsrc2=size={}:rate=30,noise=alls=12:allf=t"
CARD_BYTES = 64 << 20
SECONDS = 300
#: Pieces of the clear film that are searched for in all memory that Linux reads
PIECE, PIECES = 16, 64
FRAMES = 300
RATE = 30
#: Codec -> options of the encoder before those of a film, and what they are called
ENCODERS = {"h264": ("-c:v", "libx264", "-x264-params"), "hevc": ("-c:v", "libx265", "-tag:v", "hvc1", "-x265-params"),
            "vp9": ("-c:v", "libvpx-vp9", "-b:v", "400k", "-cpu-used", 5, "-threads", 1, "-auto-alt-ref", 1, "-lag-in-frames", 8, "-g")}
X265 = "log-level=none:pools=1:frame-threads=1"


def ffmpeg(*words):
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, words)], capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(f"ffmpeg {' '.join(map(str, words))}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


class Film:
    """A film: `name`, `clear` and `data` (its bytes before and after it was encrypted), `digests` of its pictures."""

    def __init__(self, name, size="320x240", frames=24, scheme="cenc", key=0, options="keyint=12", source=None, codec="h264", bits=8):
        self.path = Files.folder / f"{name}.mp4"
        made = Files.folder / f"{name}-clear.mp4"
        given = ("-f", "lavfi", "-i", SOURCE.format(size), "-frames:v", frames,
                 "-pix_fmt", "yuv420p" if bits == 8 else "yuv420p10le", *ENCODERS[codec], *(options if isinstance(options, tuple) else (options,)))
        ffmpeg(*(("-i", source, "-c", "copy") if source else given), made)
        self.digests = [] if source else digests(made, size, bits)
        self.clear = made.read_bytes()
        secret = protect.Secret((KEY, OTHER_KEY)[key], NUMBER, Files.blobs[key])
        command.pack(made, self.path, scheme, secret)
        made.write_bytes(self.clear)  # packing changes it
        self.data = self.path.read_bytes()

    def secrets(self):
        """Pieces of the clear samples that are encrypted in the film."""
        stbl = boxes.parse(self.clear[self.clear.index(b"moov") - 4:])[0].child("trak", "mdia", "minf", "stbl")
        sample_places = tables.samples(stbl)
        noise, chosen = random.Random(5), []
        while len(chosen) < PIECES:
            at, size = noise.choice(sample_places)
            piece = self.clear[at + size // 2:at + size // 2 + PIECE]
            if size > 400 and len(set(piece)) > PIECE // 2 and piece not in self.data:
                chosen.append(piece)
        return chosen


def on_the_screen(planes):
    """The screen of 640x480 with a picture of 320x240, its Y, Cb and Cr, in the middle."""
    luma, cb, cr = [[[value << 2 for value in line] for line in lines] for lines in planes]
    canvas = Canvas(640, 480)
    canvas.put(160, 120, to_rgb(luma, *(scale_chroma(lines, 320, 240) for lines in (cb, cr)), "601"))
    return canvas.picture()


def beside():
    """Makes a clear film to be shown beside another; its pictures, planes one after the other."""
    path, (width, height) = Files.folder / scene.BESIDE_FILE, scene.BESIDE[:2]
    ffmpeg("-f", "lavfi", "-i", f"testsrc=size={width}x{height}:rate=30", "-frames:v", 5, "-pix_fmt", "yuv420p", "-c:v", "libx264", path)
    raw, size = ffmpeg("-i", path, "-f", "rawvideo", "-"), width * height * 3 // 2
    return [raw[at:at + size] for at in range(0, len(raw), size)]


class Files:
    folder = None
    beside = ()
    blobs = films = ()


def setUpModule():
    Files.folder = Path(tempfile.mkdtemp(prefix="svp-film-test-"))
    unittest.addModuleCleanup(shutil.rmtree, Files.folder, ignore_errors=True)
    Files.blobs = blob.wrap(KEY, OTHER_KEY)
    small, large = Film("small", "176x144", 12), Film("large", "320x240", 12)
    joined = Files.folder / "joined.264"
    joined.write_bytes(b"".join(ffmpeg("-i", Files.folder / f"{film.path.stem}-clear.mp4", "-c", "copy", "-f", "h264", "-") for film in (small, large)))
    Files.films = {film.path.stem: film for film in (
        Film("long", frames=FRAMES, options="keyint=60:bframes=3:ref=4"), Film("cbcs", scheme="cbcs", frames=48), Film("second-key", key=1),
        Film("slices", options="slices=4:interlaced=1"), Film("hevc", codec="hevc", frames=48, options=f"{X265}:keyint=24:bframes=3:slices=2"),
        Film("hevc-cbcs", "272x192", codec="hevc", scheme="cbcs", options=f"{X265}:keyint=8:open-gop=1"),
        Film("hevc-10-bits", codec="hevc", bits=10, options=f"{X265}:keyint=12"), Film("changing", source=joined), small, large,
        Film("vp9", codec="vp9", options=10), Film("vp9-adapts", "192x128", 12, codec="vp9", options=(40, "-frame-parallel", 0)))}
    Files.films["changing"].digests = small.digests + large.digests
    good = Files.films["cbcs"].data
    bad = {"bad-blob.mp4": good.replace(Files.blobs[0], bytes(len(Files.blobs[0]))), "no-key.mp4": good.replace(protect.SYSTEM, bytes(16)),
           "cut.mp4": good[:len(good) // 2], "noise.mp4": good[:40] + random.Random(1).randbytes(4000), "wrong-iv.mp4": _other_vector(good),
           "clear.mp4": Files.films["cbcs"].clear, "scheme.mp4": good.replace(b"schm\0\0\0\0cbcs", b"schm\0\0\0\0cens")}
    Files.beside = beside()
    bad |= {scene.CONTROLS_FILE: scene.controls_file(), scene.BESIDE_FILE: (Files.folder / scene.BESIDE_FILE).read_bytes()}
    Files.card = make_card(Files.folder, {**{film.path.name: film.data for film in Files.films.values()}, **bad}, CARD_BYTES)


def _other_vector(film):
    """The film with another constant vector: it decrypts to what it was not."""
    at = film.index(b"tenc") + 4 + 4 + 4 + 16 + 1
    return film[:at] + bytes(byte ^ 0x55 for byte in film[at:at + 16]) + film[at + 16:]


class _Films:
    """The tests of one policy."""

    POLICY = ""

    @classmethod
    def prepare(cls):
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY, "sd": [Files.card, products.locate("media-card")], "machine_options": leaks.OPTION}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command("svp-video", timeout=BOOT_SECONDS, check=True)
        cls.board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt && cd /mnt", check=True)

    def setUp(self):
        self.board.command("killall -q -KILL svp-play; while pidof svp-play > /dev/null; do usleep 10000; done")
        self.board.qmp.command("svp-clear-violations", counters=True)

    def tearDown(self):
        record = leaks.found(self.board.qmp)
        self.assertEqual([entry["text"] for entry in record["list"]], [])
        self.assertGreater(record["marked"], 0, "the oracle has seen what firmware and films put into protected memory")

    def violations(self):
        return [entry for entry in self.board.qmp.command("query-svp-violations", limit=4096)["violations"] if entry["master"] in ("vpu", "caam", "dcss")]

    def start(self, name, options="--secure", keep=8):
        return Playing(self.board, f"/mnt/{name}.mp4", options, keep)

    def assert_zeros(self, address):
        seen = re.findall(r"^PEEK \S+ 0x(\S+)$", self.guest(f"svp-probe peek {address:#x} 8 8"), re.MULTILINE)
        self.assertEqual(set("".join(seen)), {"0"})

    def test_every_picture_of_a_long_film(self):
        film = Files.films["long"]
        playing = self.start("long")

        def look(number):
            if number in (16, 160):
                self.assert_zeros(playing.place(number % 4)[0] + 0x800)
                self.assert_zeros(playing.stream_place()[0])
        self.assertEqual(playing.all_digests(look), film.digests)
        numbers = playing.ended()
        self.assertEqual((numbers["shown"], numbers["errors"], numbers["dropped"]), (FRAMES, 0, 0))
        self.assertEqual(self.violations(), [])
        found = readable_memory.places(self.board, [*film.secrets(), KEY, film.data[-PIECE:]])
        self.assertIn(film.data[-PIECE:], found, "the encrypted film is where Linux reads it: so the search works")
        self.assertEqual(list(found), [film.data[-PIECE:]])

    def test_other_kinds(self):
        for name in ("cbcs", "second-key", "slices", "changing", "hevc", "hevc-cbcs", "hevc-10-bits"):
            with self.subTest(name):
                film = Files.films[name]
                playing = self.start(name, keep=4 if name == "changing" else 8)
                if name == "changing":
                    seen = []
                    while len(seen) < len(film.digests):
                        shown = playing.step(len(seen), 4)
                        if len(seen) == 12:
                            playing.learn()
                        seen += [playing.digest(buffer) for _, _, buffer in shown]
                    playing.tell("play")
                    self.assertEqual(playing.ended()["sizes"], 2)
                else:
                    seen = playing.all_digests()
                self.assertEqual(seen, film.digests, playing.output())
        self.assertEqual(self.violations(), [])

    def test_seek_and_pause(self):
        """The picture after a seek is the one of that time, also backwards and behind the end; a pause holds the decoder back."""
        film, playing = Files.films["long"], self.start("long")
        shown = 0
        for seconds, frame in ((5, 150), (1.5, 45), (9.9, 297), (0, 0)):
            playing.tell(f"seek {seconds}")
            (_, milliseconds, buffer), = playing.step(shown, 1)
            shown += 1
            self.assertEqual(milliseconds, round(1000 * frame / 30))
            self.assertEqual(playing.digest(buffer), film.digests[frame])
        jobs = self.jobs()
        self.guest("usleep 300000")
        self.assertEqual(self.jobs(), jobs)
        playing.tell("quit")
        self.assertEqual(playing.ended()["errors"], 0)

    def test_on_the_screen(self):
        """The display shows pictures that Linux cannot read: these are the clear film's, before and after a seek."""
        film = Files.films["cbcs"]
        pictures = raw_pictures(Files.folder / "cbcs-clear.mp4", "320x240")
        self.guest("svp-screen imx8mq-dcss-svp", timeout=SHOW_SECONDS)
        playing = self.start("cbcs", "--secure --display --mode 640x480 --area 320x240+160+120", keep=1)
        for number, frame in ((0, 0), (1, RATE)):
            if frame:
                playing.tell(f"seek {frame // RATE}")
            (_, milliseconds, buffer), = playing.step(number, 1)
            self.assertEqual(milliseconds, 1000 * frame // RATE)
            wanted = on_the_screen(pictures[frame])
            wait_until(f"picture {frame} on the screen", lambda wanted=wanted: difference(shown(self.board), wanted)[0] <= 1, SHOW_SECONDS)
            self.assertEqual(playing.digest(buffer), film.digests[frame])
            self.assert_zeros(playing.place(buffer)[0] + 0x800)
        playing.tell("play")
        numbers = playing.ended()
        self.assertEqual(numbers["errors"], 0)
        self.assertIn(f"DISPLAYED pictures={numbers['shown']} ", playing.output())
        self.assertEqual(self.violations(), [])

    def test_all_planes(self):
        """The film, in tiles for HEVC, a clear one in it that begins anew after five pictures, and controls over both: composed right, Linux has none of it."""
        self.guest("svp-screen imx8mq-dcss-svp", timeout=SHOW_SECONDS)
        for name in ("cbcs", "hevc"):
            playing, shown_before = self.start(name, f"--secure {scene.options('/mnt')}", keep=1), 0
            for number in (1, 13):
                with self.subTest(name, number=number):
                    *_, (_, _, buffer) = playing.step(shown_before, number - shown_before)
                    shown_before = number
                    self.assertEqual(playing.digest(buffer), Files.films[name].digests[number - 1])
                    wanted = scene.expected(playing.picture(buffer), (320, 240), Files.beside[(number - 1) % len(Files.beside)])
                    self.assertLessEqual(difference(shown(self.board), wanted)[0], 1)
                    self.assert_zeros(playing.place(buffer)[0] + 0x800)
            playing.tell("play")
            self.assertEqual(playing.ended()["errors"], 0, playing.output())
        self.assertEqual(self.violations(), [])

    def jobs(self):
        return self.board.qmp.command("query-svp-counters", device="vpu_g1")[0]["counters"]["jobs"]

    def test_vp9(self):
        """With hidden frames, superframes, pictures that are shown a second time. The decoder's counts of symbols have their place in ordinary memory, where
        a protected decoder cannot write; a stream that does not adapt needs none of them. Seeking works as in other films."""
        film, playing = Files.films["vp9"], self.start("vp9")
        self.assertEqual(playing.all_digests(), film.digests, playing.output())
        self.assertEqual(playing.ended()["errors"], 0)
        self.assert_counts_refused()
        playing = self.start("vp9", keep=1)
        playing.tell("seek 0.6")
        (_, milliseconds, buffer), = playing.step(0, 1)
        self.assertEqual((milliseconds, playing.digest(buffer)), (600, film.digests[18]))
        self.assert_zeros(playing.place(buffer)[0] + 0x800)

    def assert_counts_refused(self):
        self.assertEqual({(row["master"], row["direction"], row.get("stream")) for row in self.violations()}, {("vpu", "write", "counts")})

    def test_vp9_that_adapts(self):
        """Linux's driver adapts probabilities by the counts that it never gets: the first picture is right, later ones are not, and nothing gets out."""
        film, playing = Files.films["vp9-adapts"], self.start("vp9-adapts")
        seen = playing.all_digests()
        self.assertEqual((len(seen), seen[0]), (len(film.digests), film.digests[0]))
        self.assertNotEqual(seen, film.digests)
        self.assert_counts_refused()

    def test_watched(self):
        """`svp watch` sees what plays and what is refused."""
        watcher = sample.Watcher(self.board.qmp)
        before = watcher.take()
        self.guest("svp-play --secure --fast --quiet small.mp4", timeout=SECONDS)
        self.assert_zeros(heap_cells.HEAPS["video"][0])
        after = watcher.take()
        decoder, then = after["devices"]["vpu_g1"], before["devices"]["vpu_g1"]
        self.assertEqual((decoder["frames"] - then["frames"], decoder["jobs"] - then["jobs"]), (12, 12))
        self.assertGreaterEqual(decoder["written"] - then["written"], 12 * 176 * 144 * 3 // 2)
        self.assertGreater(after["devices"]["caam"]["jobs"], before["devices"]["caam"]["jobs"])
        self.assertGreater(after["refused"]["masters"]["a53"], before["refused"]["masters"].get("a53", 0))
        self.assertRegex(after["violations"][-1], r" a53 non-secure .* read 0xc0000000\+")
        self.assertEqual((before["status"], after["leaks"]["events"]), ("running", 0))
        self.assertGreater(after["leaks"]["marked"], 0)

    def test_late_pictures(self):
        """A player that is stopped for a second goes on with the pictures of its time: those of before are dropped, with a reason, not shown late."""
        self.start("long", "--secure --progress", keep=1).tell("play")
        self.guest("while ! grep -q 'shown 3 ' /tmp/film-output; do usleep 2000; done; kill -STOP $(pidof svp-play); sleep 1; kill -CONT $(pidof svp-play); "
                   "while ! grep -q 'dropped [0-9]' /tmp/film-output; do usleep 2000; done; echo quit > /tmp/film-control", timeout=SECONDS)
        output = self.guest("while pidof svp-play > /dev/null; do usleep 2000; done; cat /tmp/film-output")
        dropped = re.findall(r"dropped (\d+) \d+ (?:decoded late by|held up for) \d+ ms", output)
        counts = re.search(r"^PLAYED \S+ shown=(\d+) dropped=(\d+) ", output, re.MULTILINE)
        self.assertEqual(len(dropped), int(counts[2]))
        self.assertGreater(len(dropped), 0)
        progress = re.findall(r"([\d.]+) s of 9\.97 s, (\d+) pictures, (\d+) dropped ", output)
        self.assertEqual(progress[-1][1], counts[1])
        times = [float(time) for time, _, _ in progress]
        self.assertEqual(times, sorted(times))

    def test_in_time(self):
        """By the clock: all pictures are shown or counted as dropped, not before their time."""
        output = self.guest("svp-play --secure cbcs.mp4", timeout=SECONDS)
        shown, dropped = (len(re.findall(rf"^{word} ", output, re.MULTILINE)) for word in ("shown", "dropped"))
        self.assertEqual(shown + dropped, len(Files.films["cbcs"].digests))
        self.assertGreaterEqual(int(re.search(r" ms=(\d+) ", output)[1]), 1000 * 46 // 30)

    def test_refused(self):
        for name, wanted in (("bad-blob", "not one of this chip, or was changed"), ("no-key", "no key for it"), ("cut", "does not lie in the file"),
                             ("noise", "has no video track"), ("clear", "the film is not encrypted"), ("missing", "No such file"), ("scheme", "scheme is 'cens'")):
            with self.subTest(name):
                result = self.board.command(f"svp-play --secure --quiet {name}.mp4", timeout=SECONDS)
                self.assertEqual(result.status, 1, result.output)
                self.assertIn(wanted, result.output)
        self.assertIn("--secure", self.board.command("svp-play cbcs.mp4").output)
        self.assertEqual(self.board.command("svp-play --secure --fast --quiet small.mp4", timeout=SECONDS).status, 0, "and the next film plays")

    def test_a_wrong_vector(self):
        """What CAAM makes of it is no stream: the decoder says so, nothing hangs, and nothing gets out."""
        result = self.board.command("svp-play --secure --fast --quiet wrong-iv.mp4", timeout=SECONDS)
        self.assertRegex(result.output, "PLAYED .*jobs=48")
        self.assertEqual(self.violations(), [])

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), r"(?i)oops|BUG:|WARNING")


class FilmUnderStrict(_Films, BoardCase):
    """TZC-380 and RDC: Linux neither reads nor writes the heap."""

    POLICY = "strict"

    def test_gstreamer(self):
        """Debian's GStreamer with our element: all pictures at their times; a clear film is refused."""
        film = Files.films["cbcs"]
        source = "svp-media gst-launch-1.0 --no-position svpfilmsrc location=/mnt/{} !"
        text = self.guest(f"{source.format('cbcs.mp4')} identity silent=false ! fakesink -v", timeout=SECONDS)
        times = [float(found) for found in re.findall(r"last-message = chain .* pts: 0:00:([\d.]+)", text)]
        self.assertEqual([round(RATE * seconds) for seconds in times], list(range(len(film.digests))))
        refused = self.board.command(f"{source.format('clear.mp4')} fakesink", timeout=SECONDS)
        self.assertIn("the film is not encrypted", refused.output)
        self.assertNotEqual(refused.status, 0)
        self.assertEqual(self.violations(), [])


class FilmUnderNxp(_Films, BoardCase):
    """The RDC alone keeps readers out."""

    POLICY = "nxp"


if __name__ == "__main__":
    unittest.main()
