# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp decode` with a decoder of a few lines: what is compared with what, tables, files of results, bad input."""

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import zlib
from pathlib import Path
from xml.etree import ElementTree

from svplib.base.errors import SvpError, UsageError
from svplib.decode import checksums, command, containers, guest
from svplib.decode.pictures import Digest, Picture, PictureError, Whole
from svplib.decode.program import Unsupported
from svplib.decode.verdict import Verdict, decoding_seconds, judge

WIDTH, HEIGHT = 5, 3
SIZE = WIDTH * HEIGHT + 2 * 3 * 2
#: A stream of these tests is a script for this decoder: a letter and a number a line
DECODER = f"""#!{sys.executable}
import os, sys
for line in open(sys.argv[1]):
    kind, _, rest = line.strip().partition(" ")
    if kind == "picture":
        sys.stdout.buffer.write(b"picture yuv420p {WIDTH} {HEIGHT} {SIZE}\\n" + bytes([int(rest)]) * {SIZE})
    elif kind == "cut":
        sys.stdout.buffer.write(b"picture yuv420p {WIDTH} {HEIGHT} {SIZE}\\n" + bytes(3))
        sys.exit(0)
    elif kind == "die":
        print("assertion failed: life", file=sys.stderr)
        sys.stdout.flush()
        os.kill(os.getpid(), 6)
    else:
        print(kind, rest, flush=True)
    sys.stdout.flush()
"""


def md5(*values):
    """MD5 of pictures of the fake decoder."""
    return hashlib.md5(b"".join(bytes([value]) * SIZE for value in values)).hexdigest()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "set"
        self.folder.mkdir()
        self.decoder = Path(folder.name) / "decoder"
        self.decoder.write_text(DECODER)
        self.decoder.chmod(0o755)
        self.stdout, self.status = "", None

    def stream(self, name, *lines, sums=None, suffix=".md5"):
        path = self.folder / name
        path.write_text("".join(line + "\n" for line in lines))
        if sums is not None:
            path.with_name(name + suffix).write_text(sums)
        return path

    def decode(self, *words):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            self.status = command.main(parser.parse_args([str(word) for word in words]), self.decoder)
        self.stdout = output.getvalue()
        return self.status

    def rows(self, *words):
        """{name: (result, text)} of a call."""
        target = self.folder.parent / "result.json"
        self.decode(*words, "--json", target)
        return {row["name"]: (row["result"], row["text"]) for row in json.loads(target.read_text())["streams"]}


class Comparison(Case):
    def test_whole_and_each_picture(self):
        self.stream("a.ivf", "picture 1", "picture 2", "end", sums=f"{md5(1, 2)}  a.ivf  # whole decode, planar yuv420p\n")
        self.stream("b.ivf", "picture 1", "picture 2", "end", sums=f"{md5(1)}  b-0001.i420\n{md5(2)}  b-0002.i420\n")
        self.stream("c.ivf", "picture 7", "end", suffix=".framemd5", sums=f"#format: frame checksums\n#hash: MD5\n0, 0, 0, 1, {SIZE}, {md5(7)}\n")
        rows = self.rows(self.folder)
        self.assertEqual({name: row[0] for name, row in rows.items()}, {"a.ivf": "passed", "b.ivf": "passed", "c.ivf": "passed"})
        self.assertEqual(self.status, 0)
        self.assertIn("set: 3 passed; 5 frames", self.stdout)

    def test_files_as_conformance_suites_have_them(self):
        self.stream("a.bit", "picture 1", "picture 2", "end")
        (self.folder / "a.md5").write_text(f"{md5(9)}  a.bit\n{md5(1, 2)} *a.yuv\n")
        self.stream("b.bits", "picture 3", "end")
        (self.folder / "b_yuv.md5").write_text(f"MD5 (b.yuv) = {md5(3).upper()}\n")
        self.stream("c.jsv", "picture 3", "end")
        (self.folder / "c.yuv.md5").write_text(f"{md5(4)}\n")
        rows = self.rows(self.folder)
        self.assertEqual({name: row[0] for name, row in rows.items()}, {"a.bit": "passed", "b.bits": "passed", "c.jsv": "failed"})

    def test_wrong_ones(self):
        self.stream("whole.ivf", "picture 1", "end", sums=f"{md5(2)}  x\n")
        self.stream("second.ivf", "picture 1", "picture 2", "picture 3", "end", sums=f"{md5(1)} a\n{md5(9)} b\n{md5(9)} c\n")
        self.stream("fewer.ivf", "picture 1", "end", sums=f"{md5(1)} a\n{md5(2)} b\n")
        self.stream("more.ivf", "picture 1", "picture 2", "picture 3", "end", sums=f"{md5(1)} a\n{md5(2)} b\n")
        self.stream("none.ivf", "end", sums=f"{md5()}  x\n")
        self.stream("broken.ivf", "picture 1", "error stream error at macroblock 3", "picture 2", "end", sums=f"{md5(1, 3)} x\n")
        rows = self.rows(self.folder)
        self.assertEqual({row[0] for row in rows.values()}, {"failed"})
        self.assertEqual(self.status, 1)
        self.assertIn(md5(2), rows["whole.ivf"][1])
        self.assertTrue(rows["second.ivf"][1].startswith("picture 2: "))
        self.assertEqual(rows["fewer.ivf"][1], "1 pictures, should be 2")
        self.assertEqual(rows["more.ivf"][1], "3 pictures, should be 2")
        self.assertEqual(rows["none.ivf"][1], "no picture came out")
        self.assertEqual(rows["broken.ivf"][1], "stream error at macroblock 3")

    def test_a_stream_that_is_cut(self):
        """What came out may be all right although the hardware complained; what nothing vouches for is not."""
        self.stream("cut.ivf", "picture 1", "error stream exhausted", "end", sums=f"{md5(1)} x\n")
        self.stream("plain.ivf", "picture 1", "error stream exhausted", "end")
        rows = self.rows(self.folder)
        self.assertEqual(rows, {"cut.ivf": ("passed", "stream exhausted"), "plain.ivf": ("failed", "stream exhausted")})

    def test_without_checksum_and_not_for_this_hardware(self):
        self.stream("plain.ivf", "picture 1", "end")
        self.stream("other.ivf", "unsupported AV01: the VPU has no such codec")
        rows = self.rows(self.folder)
        self.assertEqual(rows["plain.ivf"], ("decoded", f"{md5(1)}, nothing to compare it with"))
        self.assertEqual(rows["other.ivf"], ("skipped", "AV01: the VPU has no such codec"))
        self.assertEqual(self.status, 0)
        self.decode(self.folder / "other.ivf")
        self.assertEqual(self.status, 1, "nothing was decoded")

    def test_other_pixel_formats(self):
        picture = Picture("yuv420p", 4, 2, bytes(range(12)))
        self.assertEqual(picture.bytes_as("nv12"), bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11]))
        self.assertEqual(picture.bytes_as("gray"), bytes(range(8)))
        self.assertEqual(Picture("gray", 4, 2, bytes(8)).bytes_as("yuv420p"), bytes(8) + bytes([128] * 4))
        with self.assertRaises(PictureError):
            picture.bytes_as("p010")
        luma = hashlib.md5(bytes([1]) * WIDTH * HEIGHT).hexdigest()
        self.stream("gray.ivf", "picture 1", "end", sums=f"{luma}  gray.ivf  # whole decode, gray\n")
        self.assertEqual(self.rows(self.folder)["gray.ivf"][0], "passed")

    def test_a_decoder_that_dies(self):
        self.stream("die.ivf", "picture 1", "die")
        self.stream("cut.ivf", "picture 1", "cut")
        self.stream("stop.ivf", "picture 1")
        self.stream("good.ivf", "picture 1", "end")
        rows = self.rows(self.folder)
        self.assertIn("signal 6 (SIGABRT)", rows["die.ivf"][1])
        self.assertIn("exit status 0", rows["stop.ivf"][1])
        self.assertIn("3 bytes are no picture", rows["cut.ivf"][1])
        self.assertEqual([rows[name][0] for name in ("die.ivf", "cut.ivf", "stop.ivf", "good.ivf")], ["failed"] * 3 + ["decoded"])


class Results(Case):
    def test_files_of_one_stream(self):
        self.stream("a.ivf", "picture 16", "picture 235", "end")
        made = {name: self.folder / name for name in ("sums", "raw", "png")}
        self.decode(self.folder / "a.ivf", "--md5", made["sums"], "--raw", made["raw"], "--png", 2, made["png"])
        self.assertEqual(made["raw"].read_bytes(), bytes([16]) * SIZE + bytes([235]) * SIZE)
        again = checksums.parse(made["sums"].read_text(), "sums")
        self.assertEqual((again.frames, again.format), ([md5(16), md5(235)], "yuv420p"))
        png = made["png"].read_bytes()
        self.assertEqual(struct.unpack(">II", png[16:24]), (WIDTH, HEIGHT))
        begin = png.index(b"IDAT")
        data = zlib.decompress(png[begin + 4:begin + 4 + struct.unpack(">I", png[begin - 4:begin])[0]])
        self.assertEqual(len(data), HEIGHT * (1 + 3 * WIDTH))

    def test_colours(self):
        black, white = Picture("yuv420p", 2, 2, bytes([16] * 4 + [128] * 2)), Picture("yuv420p", 2, 2, bytes([235] * 4 + [128] * 2))
        red = Picture("yuv420p", 2, 2, bytes([81] * 4 + [90, 240]))
        for picture, wanted in ((black, (0, 0, 0)), (white, (255, 255, 255)), (red, (254, 0, 0))):
            png = picture.png()
            begin = png.index(b"IDAT")
            pixel = zlib.decompress(png[begin + 4:begin + 4 + struct.unpack(">I", png[begin - 4:begin])[0]])[1:4]
            self.assertTrue(all(abs(seen - value) <= 1 for seen, value in zip(pixel, wanted)), (tuple(pixel), wanted))

    def test_junit_and_comparison_with_another_machine(self):
        self.stream("a.ivf", "picture 1", "end", sums=f"{md5(1)} a\n")
        self.stream("b.ivf", "picture 1", "end", sums=f"{md5(2)} b\n")
        before, junit = self.folder.parent / "before.json", self.folder.parent / "x.xml"
        self.decode(self.folder, "--json", before, "--junit", junit)
        suite, = ElementTree.parse(junit).getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("2", "1"))
        self.stream("b.ivf", "picture 2", "end")
        self.stream("c.ivf", "picture 2", "end")
        self.decode(self.folder, "--compare", before)
        self.assertRegex(self.stdout, r"set/b\.ivf +1 +passed +\S+ s +failed")
        self.assertRegex(self.stdout, r"set/c\.ivf +1 +decoded +\S+ s +- ")

    def test_comparison_with_fluster(self):
        for name in "ab":
            self.stream(f"{name}.ivf", "picture 1", "end", sums=f"{md5(1)}\n")
        summary, report = self.folder.parent / "summary.json", self.folder.parent / "report.md"
        summary.write_text(json.dumps({"system_info": {}, "test_suites": {"set": {"decoders": {
            "FFmpeg-VP8": {"vectors": {"a.ivf": {"result": "Success", "time": 0.1}, "b.ivf": {"result": "Fail", "time": 0}}},
            "libvpx-VP8": {"vectors": {"b.ivf": {"result": "Timeout", "time": 30, "profile": "main"}}}}}}}))
        self.decode(self.folder, "--compare", summary)
        self.assertRegex(self.stdout, r"stream +frames +result +time +FFmpeg-VP8 +libvpx-VP8\n")
        self.assertRegex(self.stdout, r"set/a\.ivf +1 +passed +\S+ s +passed +-\n")
        self.assertRegex(self.stdout, r"set/b\.ivf +1 +passed +\S+ s +failed +timeout\n")
        report.write_text("# Report\n\n#### Test suite: other\n\n|Test|V|\n|-|-|\n|a.ivf|❌|\n\n#### Test suite: set\n\n`run`\n\n|Test|A|B|\n|-|-|-|\n"
                          "|TOTAL|1/2|0/2|\n|-|-|-|\n|a.ivf|✔️|☠|\n|b.ivf|❌|○|\n|-|-|-|\n|TOTAL|1/2|0/2|\n")
        self.decode(self.folder, "--compare", report)
        self.assertRegex(self.stdout, r"set/a\.ivf +1 +passed +\S+ s +passed +error\n")
        self.assertRegex(self.stdout, r"set/b\.ivf +1 +passed +\S+ s +failed +skipped\n")
        self.assertRegex(self.stdout, r"time +A +B\n")  # and no column of the other suite

    def test_suites(self):
        self.stream("one.bin", "picture 1", "end")
        (self.folder / "two").mkdir()
        self.stream("two/two.bin", "picture 2", "end")
        suite = self.folder.parent / "suite.json"
        suite.write_text(json.dumps({"name": "Example", "codec": "VP8", "test_vectors": [
            {"name": "one", "input_file": "one.bin", "output_format": "yuv420p", "result": md5(1).upper()},
            {"name": "two", "input_file": "two.bin", "output_format": "yuv420p", "result": md5(2)},
            {"name": "three", "input_file": "three.bin", "output_format": "yuv420p", "result": md5(3)}]}))
        rows = self.rows("--suite", suite, "--vectors", self.folder)
        self.assertEqual([rows[name][0] for name in ("one", "two", "three")], ["passed", "passed", "skipped"])
        self.assertIn("Example: 2 passed, 1 skipped", self.stdout)


class Containers(Case):
    """With an ffmpeg of a few lines: a container says what codec is in it, and holds the stream from its second line on."""

    def setUp(self):
        super().setUp()
        tools = self.folder.parent / "tools"
        tools.mkdir()
        for name, body in (("ffprobe", "path = sys.argv[-1][5:]\nprint(open(path).readline().strip())"),
                           ("ffmpeg", "path = sys.argv[sys.argv.index('-i') + 1][5:]\n"
                                      "open(sys.argv[-1][5:], 'w').writelines(open(path).readlines()[1:])")):
            (tools / name).write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
            (tools / name).chmod(0o755)
        self.tools = tools

    def test_streams_are_taken_out(self):
        self.stream("a.webm", "vp8", "picture 1", "picture 2", "end", sums=f"{md5(1, 2)}  a.webm  # whole decode\n")
        self.stream("b.mp4", "av1", "picture 1", "end")
        self.stream("c.ts", "", "end")
        with unittest.mock.patch.dict(os.environ, {"PATH": str(self.tools)}):
            rows = self.rows(self.folder)
        self.assertEqual(rows, {"a.webm": ("passed", ""), "b.mp4": ("skipped", "codec av1, only VP8, VP9, H.264, HEVC and MPEG-2 are decoded so far"),
                                "c.ts": ("skipped", "no container with video: it has no video stream")})

    def test_video_with_the_suffix_of_a_container(self):
        path = self.folder / "d.mpg"
        for zeros in (2, 3, 9):
            path.write_bytes(bytes(zeros) + b"\1\xb3\n")
            self.assertTrue(containers.elementary(path))
        path.write_bytes(b"\0\0\1\xba\n")
        self.assertFalse(containers.elementary(path))

    def test_without_ffmpeg(self):
        stream = self.stream("a.webm", "vp8", "picture 1", "end")
        with unittest.mock.patch.dict(os.environ, {"PATH": str(self.folder)}), self.assertRaises(UsageError) as caught:
            self.decode(stream)
        self.assertIn("ffprobe is needed", str(caught.exception))
        self.assertIn("apt install ffmpeg", str(caught.exception))


class Cost(Case):
    """What a folder takes beside decoding; in seconds `svp bench decode` judges it."""

    STREAMS = 24
    #: Processor time of all over that of its decoders alone
    MOST = 3

    def count_starts(self):
        """A file that each start of the decoder makes a byte longer."""
        log = self.folder.parent / "starts"
        log.touch()
        self.decoder.write_text(f"{DECODER.partition('import os, sys')[0]}import os, sys\nopen({str(log)!r}, 'a').write('x')\n"
                                f"{DECODER.partition('import os, sys')[2]}")
        return log

    @staticmethod
    def processor_seconds():
        return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))

    @staticmethod
    def decoded(span):
        verdict = Verdict("suite", "stream")
        verdict.span = span
        return verdict

    def test_told(self):
        """Total, decoding, and what is between them."""
        self.stream("a.ivf", "picture 1", "end")
        self.stream("b.ivf", "picture 1", "end")
        file = self.folder / "told.json"
        self.decode(self.folder, "--json", file)
        seconds = json.loads(file.read_text())["seconds"]
        self.assertGreater(seconds["decoding"], 0)
        self.assertAlmostEqual(seconds["total"], seconds["decoding"] + seconds["overhead"], delta=0.002)

    def test_several_at_once_count_once(self):
        for spans, seconds in (([], 0), ([(1, 3)], 2), ([(1, 3), (2, 4)], 3), ([(5, 6), (1, 3)], 3), ([(1, 9), (2, 3), (4, 10)], 9), ([None, (1, 2)], 1)):
            with self.subTest(spans=spans):
                self.assertEqual(decoding_seconds([self.decoded(span) for span in spans]), seconds)

    def test_folder(self):
        """Each stream starts the decoder once, and all else costs no more than a few such starts."""
        log = self.count_starts()
        paths = [self.stream(f"{number}.ivf", "picture 1", "end") for number in range(self.STREAMS)]
        begin = self.processor_seconds()
        self.decode(self.folder)
        between = self.processor_seconds()
        self.assertEqual(len(log.read_text()), self.STREAMS)
        for path in paths:
            subprocess.run([self.decoder, path], check=True, stdout=subprocess.DEVNULL)
        self.assertLess(between - begin, self.MOST * (self.processor_seconds() - between))


class BadInput(Case):
    def complains(self, about, *words):
        with self.assertRaises((UsageError, SvpError)) as caught:
            self.decode(*words)
        self.assertIn(about, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_one_clear_line(self):
        stream = self.stream("a.ivf", "picture 1", "end")
        other = self.stream("b.ivf", "picture 1", "end")
        (self.folder / "empty").mkdir()
        self.complains("name a stream")
        self.complains("nowhere.ivf: there is no such file", self.folder / "nowhere.ivf")
        self.complains("no stream in it", self.folder / "empty")
        self.complains("for one stream, these are 2", stream, other, "--raw", self.folder / "raw")
        self.complains("'0' is no number of a picture", stream, "--png", 0, self.folder / "png")
        self.complains("a.ivf has 1 pictures", stream, "--png", 2, self.folder / "png")
        self.complains("--raw", stream, "--raw", self.folder / "no" / "raw")
        self.complains("no suite of fluster's", "--suite", self._file("{}"), "--vectors", self.folder)
        self.complains("no JSON", "--suite", self._file("{"), "--vectors", self.folder)
        self.complains("test vector 0 lacks", "--suite", self._file('{"test_vectors": [{}]}'), "--vectors", self.folder)
        self.complains("--suite takes its streams from --vectors", "--suite", self._file("{}"))
        self.complains("only with --suite", stream, "--vectors", self.folder)
        self.complains("--client: only with --where guest", stream, "--client", "gst")
        for text in ("[]", "{}", "3", '{"streams": [{}]}', '{"test_suites": 3}', "# nothing", ""):
            self.complains("no results of 'svp decode --json' and no summary", stream, "--compare", self._file(text))
        for sums, about in (("", "holds no MD5"), ("nonsense\n", "line 1 holds no MD5: nonsense")):
            self.stream("a.ivf", "picture 1", "end", sums=sums)
            self.complains(about, stream, other)

    def _file(self, text):
        path = self.folder.parent / "file"
        path.write_text(text)
        return path


class GuestLines(unittest.TestCase):
    """What the player in the guest says: digests in the place of pictures."""

    ONE, TWO, ALL = "1" * 32, "2" * 32, "3" * 32
    LINES = f"digest yuv420p 5 3 {ONE}\ndigest yuv420p 5 3 {TWO}\nwhole {ALL}\nend\nPLAYED x pictures=2"

    def verdict(self, text, sums):
        return judge(Verdict("suite", "stream"), guest.items(text), sums)

    def test_items(self):
        one, two, whole = guest.items(self.LINES)
        self.assertIsInstance(one, Digest)
        self.assertEqual((two.md5, two.width, two.height, two.format), (self.TWO, 5, 3, "yuv420p"))
        self.assertIsInstance(whole, Whole)

    def test_every_picture_is_compared(self):
        self.assertEqual(self.verdict(self.LINES, checksums.Checksums(frames=[self.ONE, self.TWO])).outcome, "passed")
        wrong = self.verdict(self.LINES, checksums.Checksums(frames=[self.ONE, self.ONE]))
        self.assertEqual((wrong.outcome, wrong.text), ("failed", f"picture 2: {self.TWO}, should be {self.ONE}"))
        short = self.verdict(self.LINES, checksums.Checksums(frames=[self.ONE, self.TWO, self.TWO]))
        self.assertEqual((short.outcome, short.text), ("failed", "2 pictures, should be 3"))

    def test_all_pictures_together(self):
        self.assertEqual(self.verdict(self.LINES, checksums.Checksums(whole=self.ALL)).outcome, "passed")
        self.assertEqual(self.verdict(self.LINES, checksums.Checksums(whole=self.ONE)).outcome, "failed")
        self.assertEqual(self.verdict(self.LINES, None).md5, self.ALL)

    def test_errors(self):
        seen = self.verdict(f"error frame 2: no\n{self.LINES}", checksums.Checksums(whole=self.ONE))
        self.assertEqual((seen.outcome, seen.text), ("failed", "frame 2: no"))
        self.assertEqual(self.verdict("unsupported HEVC\nend", None).outcome, "skipped")
        middle = f"{self.LINES.replace('end', 'unsupported size')}\nend"
        for frames, outcome, text in (([self.ONE, self.TWO, self.ONE], "skipped", "size"), ([self.TWO, self.TWO], "failed", "should be")):
            seen = self.verdict(middle, checksums.Checksums(frames=frames))
            self.assertEqual(seen.outcome, outcome)
            self.assertIn(text, seen.text)
        with self.assertRaises(Unsupported):
            list(guest.items("unsupported HEVC\nend"))

    def by_gstreamer(self, *answers):
        """The verdict when the guest's two commands, GStreamer and the player, say this."""
        board = guest.Guest([])
        board._board = unittest.mock.Mock()
        board._board.command.side_effect = [unittest.mock.Mock(output=answer) for answer in answers]
        return judge(Verdict("suite", "stream"), board._by_gstreamer("/mnt/x", "yuv420p", "parser ! decoder"), checksums.Checksums(whole=self.ALL))

    def test_gstreamer(self):
        """Right pictures; a stream that the driver does not take from it; an error beside pictures; nothing at all."""
        caps = "/GstPipeline:pipeline0/GstVideoCodecTestSink:videocodectestsink0.GstPad:sink: caps = video/x-raw, width=(int)5, height=(int)3\n"
        gray = "/GstPipeline:pipeline0/v4l2slh264dec:v4l2slh264dec0.GstPad:sink: caps = video/x-h264, chroma-format=(string)4:0:0, parsed=(boolean)true\n"
        refused, broken = "Driver did not accept the decode request.", "Decoding frame 3 took too long"
        for answers, outcome, about in (((caps, self.LINES), "passed", ""),
                                        ((f"{caps}ERROR: from element /x:decoder0: {refused}\n", "end"), "skipped", refused),
                                        ((f"{caps}ERROR: from element /x:decoder0: {broken}\n", self.LINES.replace(self.ALL, self.ONE)), "failed", broken),
                                        ((f"{caps}ERROR: from element /x:decoder0: {broken}\n", "end"), "failed", broken),
                                        ((f"{caps}ERROR: from element /p/GstH264Parse:h264parse0: Failed to parse stream\n", self.LINES), "passed",
                                         "h264parse0: Failed to parse stream"),
                                        ((f"{caps}0:00:01 WARN codecparsers_h265 x.c:1: error parsing \"Slice header\"\n", "whole 1\nend"), "skipped",
                                         "Slice header"),
                                        ((gray + caps,), "skipped", "gray"),
                                        (("WARNING: erroneous pipeline: no element",), "skipped", "no element")):
            with self.subTest(answers=answers):
                seen = self.by_gstreamer(*answers)
                self.assertEqual(seen.outcome, outcome, seen.text)
                self.assertIn(about, seen.text)

    def test_a_player_that_ends_early(self):
        for text, about in ((self.LINES.replace("\nend", ""), "PLAYED"), ("", "without a word"), ("sh: svp-play: not found", "not found")):
            with self.subTest(text=text):
                seen = self.verdict(text, checksums.Checksums(whole=self.ALL))
                self.assertEqual(seen.outcome, "failed")
                self.assertIn(about, seen.text)
