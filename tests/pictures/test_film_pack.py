# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp film pack`: what ffmpeg decrypts is what was packed, and what stays clear is what ffmpeg takes for headers."""

import contextlib
import io
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import SvpError
from svplib.commands import cli
from svplib.film import boxes, command, h264, hevc, protect, tables, vp9

KEY = bytes(range(16))
SECRET = protect.Secret(KEY, bytes(range(16, 32)), bytes(64))
SOURCE = "testsrc2=size=192x160:rate=25,noise=alls=20:allf=t"
X265 = "log-level=none:pools=1:frame-threads=1"
#: What makes headers of slices differ: options of x264, of x265
ENCODERS = {"usual": "", "slices": "slices=4", "baseline": "profile=baseline:ref=4", "weights": "weightp=2:weightb=1:bframes=3:ref=5", "cavlc": "cabac=0",
            "interlaced": "interlaced=1:bframes=2", "fields": "fake-interlaced=1", "pyramid": "bframes=7:b-pyramid=normal:ref=8:open-gop=1:keyint=10",
            "no-filter": "no-deblock=1:bframes=0", "tiny": "qp=51"}
HEVC_ENCODERS = {"hevc": "bframes=4:ref=4:keyint=12", "hevc-slices": "slices=3:ctu=16:wpp=1:weightb=1", "hevc-layers": "no-sao=1:no-deblock=1:temporal-layers=3:no-wpp=1",
                 "hevc-lists": "scaling-list=default:repeat-headers=1:open-gop=1:keyint=8:b-pyramid=0:rc-lookahead=8", "hevc-tiny": "qp=51:no-wpp=1"}
#: Options of libvpx
VP9_ENCODERS = {"vp9": "-auto-alt-ref 1 -lag-in-frames 8", "vp9-resilient": "-error-resilient 1 -lag-in-frames 0", "vp9-segments": "-aq-mode 3 -lag-in-frames 0",
                "vp9-lossless": "-lossless 1 -lag-in-frames 0"}
STREAMS = {**ENCODERS, **HEVC_ENCODERS}
_FIELD = re.compile(r"\] (\d+) +(\S+) +([01]+) = ")


def ffmpeg(*words):
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *map(str, words)], capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(f"ffmpeg {' '.join(map(str, words))}: {done.stderr.decode()[-500:]}")
    return done.stdout


class FilmCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="svp-film-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def clip(self, name, options="", frames=12):
        """An MP4 file with clear samples, made anew."""
        path = self.folder / f"{name}.mp4"
        words = ("-c:v", "libx264", *(("-x264-params", options) if options else ()))
        if name in HEVC_ENCODERS:
            words = ("-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", f"{X265}:{options}")
        if name in VP9_ENCODERS:
            words = ("-c:v", "libvpx-vp9", "-cpu-used", 5, "-b:v", "300k", "-threads", 1, *options.split())
        ffmpeg("-y", "-f", "lavfi", "-i", SOURCE, "-frames:v", frames, "-pix_fmt", "yuv420p", *words, path)
        return path

    def pictures(self, path, key=None):
        given = ("-decryption_key", key.hex()) if key else ()
        return ffmpeg(*given, "-i", path, "-f", "framemd5", "-")

    def tree(self, path):
        with open(path, "rb") as file:
            place = {name: (at, size) for name, at, size in boxes.top_level(file, path.stat().st_size)}["moov"]
            file.seek(place[0])
            return boxes.parse(file.read(place[1]))[0]


class Pack(FilmCase):
    def test_every_kind_of_slice(self):
        for number, (name, options) in enumerate(STREAMS.items()):
            clip = self.clip(name, options)
            wanted, samples, clear = self.pictures(clip), self.samples(clip), clip.read_bytes()
            for scheme in protect.SCHEMES if name in ("usual", "hevc") else protect.SCHEMES[number % 2:][:1]:
                with self.subTest(name, scheme=scheme):
                    made, source = self.folder / "protected.mp4", self.folder / "source.mp4"
                    source.write_bytes(clear)
                    self.assertEqual(command.pack(source, made, scheme, SECRET), len(samples))
                    self.assertEqual(self.pictures(made, KEY), wanted)
                    self.assert_secret(scheme, samples, self.samples(made), 2500 if name in HEVC_ENCODERS else 800)

    def samples(self, path):
        data = path.read_bytes()
        return [data[at:at + size] for at, size in tables.samples(self.tree(path).child("trak", "mdia", "minf", "stbl"))]

    def assert_secret(self, scheme, clear, secret, message):
        """All bytes but headers, remainders and the encoder's message are other ones; of cbcs about one of ten."""
        total = sum(map(len, clear))
        same = sum(left == right for before, after in zip(clear, secret) for left, right in zip(before, after))
        slices = sum(len(protect.units(sample, 4)) for sample in clear)
        self.assertLess(same, (0.96 if scheme == "cbcs" else 0.01) * total + 64 * slices + message)

    def test_headers_end_where_ffmpeg_says(self):
        for name, options in STREAMS.items():
            with self.subTest(name):
                clip, codec = self.clip(name, options), "hevc" if name in HEVC_ENCODERS else "h264"
                stream = ffmpeg("-i", clip, "-c", "copy", "-bsf:v", f"{codec}_mp4toannexb", "-f", codec, "-")
                text = subprocess.run(["ffmpeg", "-nostdin", "-v", "verbose", "-i", clip, "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"],
                                      capture_output=True, text=True, check=True).stderr
                self.assertEqual(self.ours(stream, hevc if codec == "hevc" else h264), self.traced(text))

    def ours(self, stream, codec):
        sets, found = codec.ParameterSets(), []
        for unit in re.split(b"\0\0\0?\1", stream)[1:]:
            sets.take(unit)
            clear = sets.clear_bytes(unit)
            if clear != len(unit):
                found.append(clear - unit[:clear].count(b"\0\0\3"))
        return found

    def traced(self, text):
        """Bytes of each slice header without its alignment, by ffmpeg's trace."""
        found = []
        for part in re.split("Slice (?:Segment )?Header\n", text)[1:]:
            fields = []
            for line in part.splitlines():
                field = _FIELD.search(line)
                if not field:
                    break
                fields.append((int(field[1]) + len(field[3]), field[2]))
            found.append(-(-max(end for end, name in fields if not name.startswith("cabac_alignment")) // 8))
        return found

    def test_vp9(self):
        """Both headers of each frame are clear, as long as ffmpeg says they are, and the index of a superframe; whole blocks behind them are not."""
        for name, options in VP9_ENCODERS.items():
            with self.subTest(name):
                clip, made = self.clip(name, options), self.folder / "protected.mp4"
                wanted, before = self.pictures(clip), self.samples(clip)
                text = subprocess.run(["ffmpeg", "-nostdin", "-v", "verbose", "-i", clip, "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"],
                                      capture_output=True, text=True, check=True).stderr
                command.pack(clip, made, "cenc", SECRET)
                self.assertEqual(self.pictures(made, KEY), wanted)
                ends, frames = self.traced_vp9(text), 0
                for clear, secret in zip(before, self.samples(made), strict=True):
                    kept, at = bytearray(secret), 0
                    for at, size in vp9.frames(clear):
                        end, frames = next(ends), frames + 1
                        length = (size - end) // 16 * 16 if end else 0
                        kept[at + size - length:at + size] = clear[at + size - length:at + size]
                        if length >= 32:
                            self.assertNotEqual(secret[at + size - length:at + size], clear[at + size - length:at + size])
                    self.assertEqual(kept, clear)
                self.assertEqual((list(ends), frames >= len(before)), ([], True))

    def traced_vp9(self, text):
        """Bytes of both headers of each frame by ffmpeg's trace, 0 for one that shows a picture again."""
        for part in re.split("\\] Frame\n", text)[1:]:
            sizes = [field for field in map(_FIELD.search, part.splitlines()) if field and field[2] == "header_size_in_bytes"]
            yield (int(sizes[0][1]) + 16 + 7) // 8 + int(sizes[0][3], 2) if sizes else 0

    def test_vp9_with_its_headers(self):
        """All bytes of each sample are encrypted, the index of a superframe as well; ffmpeg decrypts them."""
        for name, options in VP9_ENCODERS.items():
            with self.subTest(name):
                clip, made = self.clip(name, options), self.folder / "protected.mp4"
                wanted, before = self.pictures(clip), self.samples(clip)
                command.pack(clip, made, "cenc", SECRET, whole=True)
                self.assertEqual(self.pictures(made, KEY), wanted)
                self.assertEqual(self.tree(made).child("trak").children[-1].body[:4], bytes(4), "no sub-samples in 'senc'")
                same = sum(left == right for clear, secret in zip(before, self.samples(made), strict=True) for left, right in zip(clear, secret, strict=True))
                self.assertLess(same, 0.01 * sum(map(len, before)) + 64)
        with self.assertRaisesRegex(SvpError, "only headers of VP9 can be encrypted"):
            command.pack(self.clip("usual"), self.folder / "protected.mp4", "cenc", SECRET, whole=True)

    def test_vp9_as_cbcs(self):
        with self.assertRaisesRegex(SvpError, "'vp09', is protected as cenc only"):
            command.pack(self.clip("vp9", VP9_ENCODERS["vp9"]), self.folder / "protected.mp4", "cbcs", SECRET)

    def test_the_key_is_not_in_the_film(self):
        clip, made = self.clip("usual"), self.folder / "protected.mp4"
        command.pack(clip, made, "cenc", SECRET)
        self.assertNotIn(KEY, made.read_bytes())
        self.assertIn(protect.SYSTEM, made.read_bytes())
        with self.assertRaises(AssertionError):
            self.assertEqual(self.pictures(made, bytes(16)), self.pictures(self.clip("usual")))


class CommandLine(FilmCase):
    def svp(self, *words):
        """(exit status, what it said) of `svp film pack`; the key's blob is given, so no board is booted."""
        blob = self.folder / "blob"
        blob.write_bytes(SECRET.blob)
        text = io.StringIO()
        with contextlib.redirect_stderr(text), contextlib.redirect_stdout(text):
            status = cli.main(["film", "pack", *map(str, words), "--key", KEY.hex(), "--blob", str(blob)])
        return status, text.getvalue()

    def test_another_codec_is_encoded_anew(self):
        source, made = self.folder / "clip.mkv", self.folder / "film.mp4"
        ffmpeg("-y", "-f", "lavfi", "-i", SOURCE, "-f", "lavfi", "-i", "sine", "-frames:v", 10, "-c:v", "mpeg2video", "-c:a", "pcm_s16le", "-shortest", source)
        status, text = self.svp(source, made, "--scheme", "cbcs")
        self.assertEqual(status, 0, text)
        self.assertEqual(self.pictures(made, KEY).count(b"\n0,"), 10)

    def test_bad_input(self):
        film, sound, cut = self.folder / "film.mp4", self.folder / "sound.wav", self.folder / "cut.mp4"
        self.assertEqual(self.svp(self.clip("usual"), film)[0], 0)
        ffmpeg("-y", "-f", "lavfi", "-i", "sine", "-t", 1, sound)
        cut.write_bytes(self.clip("usual").read_bytes()[:5000])
        text = self.folder / "text.mp4"
        text.write_text("no film\n")
        for words, wanted in (((self.folder / "missing", film), "no such file"), ((text, film), "no video"), ((sound, film), "no video"),
                              ((cut, film), "no video"), ((film, film), "the film that is read"), ((film, self.folder / "protected.mp4"), "encrypted already"),
                              ((film, self.folder), "no place for a file"), ((film, self.folder / "a/b.mp4"), "no place for a file")):
            with self.subTest(words=words):
                status, said = self.svp(*words)
                self.assertEqual(status, 2, said)
                self.assertRegex(said, f"^svp: .*{wanted}[^\n]*\n$")
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith("svp-film-")], [], "nothing is left behind")


if __name__ == "__main__":
    unittest.main()
