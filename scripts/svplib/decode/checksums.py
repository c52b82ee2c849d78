# SPDX-License-Identifier: GPL-2.0-or-later
"""Checksums that come with streams: NAME.md5 (of all pictures, or a line for each), NAME.framemd5, and fluster's suites."""

import hashlib
import json
import re
from pathlib import Path

from ..base.errors import UsageError, explain

_LINE = re.compile(r"^([0-9a-fA-F]{32})(?:\s+\*?(\S.*?))?\s*(?:#\s*(.*))?$")
_NAMED = re.compile(r"^MD5 ?\([^()]*\) ?= ?([0-9a-fA-F]{32})$")  # as BSD's md5 writes it
_FRAME = re.compile(r"^\s*\d+,\s*-?\d+,\s*-?\d+,\s*-?\d+,\s*\d+,\s*([0-9a-fA-F]{32})\s*$")
#: Names of pixel formats as comments of checksum files, fluster and GStreamer have them -> ours
_FORMATS = {"yuv420p": "yuv420p", "i420": "yuv420p", "nv12": "nv12", "gray": "gray", "gray8": "gray", "yuv420p10le": "yuv420p10le",
            "i420_10le": "yuv420p10le"}


def md5(data):
    """MD5 of bytes, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Checksums:
    """What a stream should come to: `whole`, or `frames`, a list of one MD5 a picture; `format` of the pictures they are of."""

    def __init__(self, whole=None, frames=None, format="yuv420p"):
        self.whole = whole
        self.frames = frames
        self.format = format


def _format_in(text):
    for word in re.findall(r"[A-Za-z0-9_]+", text or ""):
        if word.lower() in _FORMATS:
            return _FORMATS[word.lower()]
    return None


def parse(text, name):
    """Checksums of a file's text; `name` is for complaints. Raises UsageError."""
    sums, format = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            format = format or _format_in(line)
            continue
        match = _FRAME.match(line) or _LINE.match(line.strip()) or _NAMED.match(line.strip())
        if not match:
            raise UsageError(f"{name}: line {number} holds no MD5: {line.strip()[:60]}")
        sums.append(match.group(1).lower())
        for comment in match.groups()[1:]:
            format = format or _format_in(comment)
    if not sums:
        raise UsageError(f"{name}: holds no MD5")
    # A line for each picture names them by number, or there are several
    per_frame = len(sums) > 1 or any(_FRAME.match(line) for line in text.splitlines())
    return Checksums(None if per_frame else sums[0], sums if per_frame else None, format or "yuv420p")


def beside(stream):
    """Checksums of the files beside a stream, None if there are none. Raises UsageError for files that hold none.

    Conformance suites call a file after the pictures, NAME_yuv.md5, NAME.yuv.md5 or NAME.md5; one of the last kind may have the sum of the
    stream itself as well.
    """
    stream = Path(stream)
    for name in (stream.name + ".md5", stream.name + ".framemd5"):
        if (path := stream.with_name(name)).is_file():
            return parse(_read(path), path)
    for name in (stream.stem + "_yuv.md5", stream.stem + ".yuv.md5", stream.stem + ".md5"):
        if (path := stream.with_name(name)).is_file():
            lines = [line for line in _read(path).splitlines() if stream.name not in line]
            if lines:
                return parse("\n".join(lines), path)
    return None


def _read(path):
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: {explain(error, named=False)}") from None


def suite(path, vectors):
    """(name of a fluster suite, [(stream's name, its path, Checksums)]); `vectors` is the folder with the streams. Raises UsageError."""
    try:
        value = json.loads(Path(path).read_text())
    except OSError as error:
        raise UsageError(f"--suite {path}: {explain(error, named=False)}") from None
    except ValueError as error:
        raise UsageError(f"--suite {path}: no JSON: {error}") from None
    rows = value.get("test_vectors") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise UsageError(f"--suite {path}: no suite of fluster's: it lacks 'test_vectors'")
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("name", "input_file", "result")):
            raise UsageError(f"--suite {path}: test vector {number} lacks name, input_file or result")
        format = _format_in(row.get("output_format", "yuv420p"))
        places = (Path(vectors) / row["name"] / row["input_file"], Path(vectors) / row["input_file"], Path(vectors) / Path(row["input_file"]).name)
        where = next((place for place in places if place.is_file()), places[1])
        found.append((row["name"], where, Checksums(whole=row["result"].lower(), format=format or row["output_format"])))
    return str(value.get("name") or Path(path).stem), found
