# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp decode`: streams through the VPU's model, compared with their checksums."""

import contextlib
import functools
import json
import os
import tempfile
import time
from pathlib import Path

from ..base.checks import write_json
from ..base.errors import SvpError, UsageError, explain
from ..base.progress import say
from ..build import native, parts
from ..testing import test_pool
from ..testing.results import Result, Results
from . import checksums, containers, earlier, guest, program, replay
from .pictures import Digest
from .verdict import OUTCOMES, Verdict, decoding_seconds, judge

#: Files that a folder is searched for
SUFFIXES = (".ivf", ".vp8", ".vp9", ".264", ".h264", ".avc", ".jsv", ".jvt", ".26l", ".265", ".h265", ".hevc", ".bit", ".bits", ".m2v",
            *containers.SUFFIXES)


def add_arguments(parser):
    """Options of `svp decode`."""
    parser.add_argument("streams", nargs="*", metavar="FILE|FOLDER", help="streams; of a folder all that have a known suffix: " + " ".join(SUFFIXES))
    parser.add_argument("--where", choices=("host", "guest"), default="host",
                        help="host: parser and driver of svp's own drive the VPU's model, without QEMU; guest: a booted board goes on, and a client decodes "
                        "by Linux's unmodified driver")
    parser.add_argument("--client", choices=guest.CLIENTS, help="in the guest: play (default): our svp-play; gst: Debian's GStreamer")
    parser.add_argument("--suite", metavar="FILE", help="a suite of fluster's (JSON) instead of streams, with --vectors")
    parser.add_argument("--vectors", metavar="DIR", help="where the suite's streams lie")
    parser.add_argument("--replay", action="store_true",
                        help="the files are jobs that a board has recorded (property 'record' of the decoder): run them again and compare")
    parser.add_argument("--compare", metavar="FILE",
                        help="a --json of an earlier call, here or elsewhere, or a summary of fluster's (JSON, Markdown): its results stand beside these")
    parser.add_argument("--md5", metavar="FILE", help="write the MD5 of every picture of the one stream, a line for each")
    parser.add_argument("--raw", metavar="FILE", help="write all pictures of the one stream, planes one behind the other")
    parser.add_argument("--png", nargs=2, metavar=("N", "FILE"), help="write picture N (from 1) of the one stream as PNG")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON ('-': stdout)")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")


class _Stream:
    """A stream to be decoded; `find` gives its Checksums or None when they are asked for."""

    def __init__(self, suite, name, path, find):
        self.suite = suite
        self.name = name
        self.path = path
        self.find = find
        self.lacks = None  # why it is not played

    @property
    def present(self):
        """It can be played, as far as is known."""
        return self.lacks is None and self.path.is_file()

    def take_out(self, target):
        """Let `path` name the elementary stream, if the stream lies in a container; `target` as for containers.take_out()."""
        if self.path.suffix.lower() in containers.SUFFIXES and self.path.is_file() and not containers.elementary(self.path):
            made, self.lacks = containers.take_out(self.path, target)
            self.path = made or self.path


def streams(arguments):
    """All streams that the command line names. Raises UsageError."""
    if arguments.suite:
        if arguments.streams or not arguments.vectors:
            raise UsageError("--suite takes its streams from --vectors DIR, and no others")
        name, rows = checksums.suite(arguments.suite, arguments.vectors)
        return [_Stream(name, stream, path, functools.partial(_same, sums)) for stream, path, sums in rows]
    if arguments.vectors:
        raise UsageError("--vectors: only with --suite")
    found = []
    for word in arguments.streams:
        path = Path(word)
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            if not inside:
                raise UsageError(f"{word}: no stream in it; known are {' '.join(SUFFIXES)}")
            found += [_Stream(path.resolve().name, str(each.relative_to(path)), each, functools.partial(checksums.beside, each)) for each in inside]
        elif path.is_file():
            found.append(_Stream(path.resolve().parent.name, path.name, path, functools.partial(checksums.beside, path)))
        else:
            raise UsageError(f"{word}: there is no such file or folder")
    if not found:
        raise UsageError("name a stream, a folder of streams, or --suite")
    return found


def _same(value):
    return value


def _seconds(verdicts):
    """What it has cost so far, in seconds: since this process began, and how much of that no stream was decoded."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[19])
    total = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    decoding = decoding_seconds(verdicts)
    return {"total": round(total, 3), "decoding": round(decoding, 3), "overhead": round(total - decoding, 3)}


def main(arguments, decoder=None):
    """Decode all; returns the exit status: 0 when every stream that could be compared was right. `decoder`: the program, built if None."""
    if arguments.replay:
        return replay.main(arguments)
    chosen = streams(arguments)
    single = [name for name in ("md5", "raw", "png") if getattr(arguments, name)]
    if single and len(chosen) != 1:
        raise UsageError(f"--{single[0]}: for one stream, these are {len(chosen)}")
    if arguments.client and arguments.where != "guest":
        raise UsageError("--client: only with --where guest")
    runs = earlier.read(arguments.compare) if arguments.compare else []
    with contextlib.ExitStack() as stack:
        each = _outputs(arguments, stack) if single else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="svp-decode-")))
        for number, stream in enumerate(chosen):
            stream.take_out(folder / f"stream-{number}")
        if arguments.where == "guest":
            verdicts = _decode_in_guest(chosen, arguments.client or "play", each, raw=bool(arguments.raw or arguments.png))
        else:
            decoder = decoder or native.build(program.PROGRAM)
            verdicts = [_decode(decoder, chosen[0], each)] if single else _decode_all(decoder, chosen)
        if verdicts[0].pictures < _png_number(arguments):
            raise UsageError(f"--png: {chosen[0].name} has {verdicts[0].pictures} pictures")
    print(table(verdicts, earlier.beside(runs, verdicts)))
    seconds = _seconds(verdicts)
    say(f"{sum(verdict.pictures for verdict in verdicts)} pictures of {len(verdicts)} streams in {seconds['total']:.1f} s, {seconds['overhead']:.1f} s "
        "of that beside decoding")
    if arguments.junit:
        _results(verdicts).write_junit(arguments.junit)
    if arguments.json:
        write_json(arguments.json, {"streams": [verdict.as_object() for verdict in verdicts], "seconds": seconds})
    outcomes = {verdict.outcome for verdict in verdicts}
    return 0 if outcomes & {"passed", "decoded"} and "failed" not in outcomes else 1


def _decode(decoder, stream, each=None):
    verdict = Verdict(stream.suite, stream.name)
    return judge(verdict, program.decode(decoder, stream.path), stream.find(), each) if stream.present else _skipped(verdict, stream)


def _skipped(verdict, stream):
    verdict.outcome, verdict.text = "skipped", stream.lacks or f"{stream.path}: there is no such file"
    return verdict


def _decode_in_guest(chosen, client, each, raw):
    """Verdicts of all streams in their order, one after the other."""
    sums = [stream.find() for stream in chosen]  # a file of checksums that is none ends this before anything long begins
    present = [stream for stream in chosen if stream.present]
    parts.build(guest.PARTS[client])
    verdicts = []
    with contextlib.ExitStack() as stack:
        board = stack.enter_context(guest.Guest([stream.path for stream in present], client, raw)) if present else None
        for stream, wanted in zip(chosen, sums):
            verdict = Verdict(stream.suite, stream.name)
            verdicts.append(judge(verdict, board.decode(present.index(stream), wanted.format if wanted else "yuv420p"), wanted, each)
                            if stream in present else _skipped(verdict, stream))
    return verdicts


class _Collector:
    """What takes the pool's messages: verdicts as they come, and failures of whole jobs."""

    def __init__(self):
        self.verdicts = {}

    def add(self, message):
        if isinstance(message, Result):
            first, *rest = message.text.strip().splitlines()
            raise SvpError(f"{message.name}: {rest[-1] if first.startswith('Traceback') else first}")
        number, verdict = message
        self.verdicts[number] = verdict


def _decode_all(decoder, chosen):
    """Verdicts of all streams in their order, as many at once as --jobs says."""
    collector = _Collector()

    def job(number, stream):
        return test_pool.Job("decode", stream.name, lambda into: into.add((number, _decode(decoder, stream))))

    for stream in chosen:
        stream.find()  # a file of checksums that is none ends this before anything long begins
    test_pool.run(collector, [job(number, stream) for number, stream in enumerate(chosen)], parts.OPTIONS.jobs)
    return [collector.verdicts[number] for number in range(len(chosen))]


def _png_number(arguments):
    if not arguments.png:
        return 0
    try:
        number = int(arguments.png[0])
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"--png: '{arguments.png[0]}' is no number of a picture, they count from 1")
    return number


def _outputs(arguments, stack):
    """each(number, picture) that writes the files which the command line names."""
    number = _png_number(arguments)
    md5, raw = (_open(stack, name, getattr(arguments, name)) for name in ("md5", "raw"))

    def each(index, picture):
        try:
            if md5:
                md5.write(f"{picture.md5 if isinstance(picture, Digest) else checksums.md5(picture.data)}  picture-{index:04}-{picture.width}x{picture.height}.{picture.format}\n".encode())
            if raw:
                raw.write(picture.data)
            if index == number:
                Path(arguments.png[1]).write_bytes(picture.png())
        except OSError as error:
            raise SvpError(explain(error)) from None
    return each


def _open(stack, name, path):
    if not path:
        return None
    try:
        return stack.enter_context(open(path, "wb"))
    except OSError as error:
        raise UsageError(f"--{name} {path}: {explain(error, named=False)}") from None


def table(verdicts, runs=()):
    """The table of conformance runs: a line for each stream with the results of other runs, sums for each suite."""
    head = ("stream", "frames", "result", "time", *(run.title for run in runs))
    lines, sums = [], []
    for suite in dict.fromkeys(verdict.suite for verdict in verdicts):
        rows = [verdict for verdict in verdicts if verdict.suite == suite]
        for verdict in rows:
            cells = (f"{suite}/{verdict.name}", str(verdict.pictures), verdict.outcome, f"{verdict.seconds:.2f} s", *(run.of(verdict) for run in runs))
            lines.append((cells, verdict.text))
        counts = ", ".join(f"{count} {outcome}" for outcome in OUTCOMES if (count := sum(row.outcome == outcome for row in rows)))
        sums.append(f"{suite}: {counts}; {sum(row.pictures for row in rows)} frames in {sum(row.seconds for row in rows):.1f} s of decoding")
    widths = [max(len(head[column]), *(len(cells[column]) for cells, _ in lines)) for column in range(len(head))]
    text = [_line(head, widths, "")] + [_line(cells, widths, note) for cells, note in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text + sums)


def _line(cells, widths, note):
    name, *rest = (cell.ljust(width) for cell, width in zip(cells, widths))
    return "  ".join([name, *rest, note]).rstrip()


def _results(verdicts):
    """The same as results of tests."""
    results = Results()
    for verdict in verdicts:
        outcome = {"decoded": "passed"}.get(verdict.outcome, verdict.outcome)
        results.all.append(Result(verdict.suite, verdict.name, outcome, verdict.seconds, verdict.text))
    return results
