# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a film with Common Encryption (ISO/IEC 23001-7) of an MP4 file with clear samples.

Samples keep their sizes, so the tables stay right: their slices are encrypted where they lie, but for the headers; of VP9 on demand all of them,
for a player whose secure world reads the headers. The boxes that say so
are added: `sinf` with `schm` and `tenc`, `senc`, `saiz`, `saio`, and a `pssh` of this project with the key's blob in it.
"""

import dataclasses
import os
import struct
from collections.abc import Callable

from ..base.errors import SvpError
from . import h264, hevc, tables, vp9
from .boxes import Box, full, parse, top_level, version_and_flags
from .cipher import BLOCK, Aes

#: Owner of our `pssh`: what follows in it is the key as a blob of CAAM. firmware/guest/film looks for the same
SYSTEM = bytes.fromhex("3a9e4c1752d84f6b8e315356504b4559")
SCHEMES = ("cenc", "cbcs")
#: Of each ten blocks one is encrypted, as players of cbcs expect of video
PATTERN = (1, 9)
_IV_BYTES = {"cenc": 8, "cbcs": 16}
_MOST_CLEAR = 0xFFFF
_MOST_SAIZ = 255
_VIDEO_ENTRY_BYTES = 78


@dataclasses.dataclass
class Codec:
    """What is to be known of a codec: where its configuration lies and what is in it, a class that tells how much of a unit is clear, how a sample is
    divided into units, and the schemes that its players take."""

    configuration: str
    read: Callable
    sets: type
    split: Callable
    schemes: tuple = SCHEMES


def _lists(body, at, masks):
    """Units of a list behind each other, each list with a count of one or two bytes at `at`; `masks`: of those bytes."""
    found = []
    for mask in masks:
        count, at = int.from_bytes(body[at:at + 1 + (mask > 255)], "big") & mask, at + 1 + (mask > 255)
        for _ in range(count):
            size = int.from_bytes(body[at:at + 2], "big")
            found.append(body[at + 2:at + 2 + size])
            at += 2 + size
    return found, at


def _read_avcc(body):
    """(bytes of a unit's length, parameter sets) in avcC (ISO/IEC 14496-15, clause 5.3.3.1)."""
    if len(body) < 7:
        raise SvpError("the film's decoder configuration is cut")
    return (body[4] & 3) + 1, _lists(body, 5, (31, 255))[0]


def _read_hvcc(body):
    """The same in hvcC (clause 8.3.3.1)."""
    if len(body) < 23:
        raise SvpError("the film's decoder configuration is cut")
    found, at = [], 23
    for _ in range(body[22]):
        units_of_kind, at = _lists(body, at + 1, (0xFFFF,))
        found += units_of_kind
    return (body[21] & 3) + 1, found


def units(sample, length_bytes):
    """[(offset, size)] of the NAL units in a sample, without their lengths."""
    found, at = [], 0
    while at < len(sample):
        size = int.from_bytes(sample[at:at + length_bytes], "big")
        at += length_bytes
        if at + size > len(sample):
            raise SvpError("a sample of the film is cut in the middle of a unit")
        found.append((at, size))
        at += size
    return found


_AVC = Codec("avcC", _read_avcc, h264.ParameterSets, units)
_HEVC = Codec("hvcC", _read_hvcc, hevc.ParameterSets, units)
_VP9 = Codec("vpcC", lambda body: (0, []), vp9.Headers, lambda sample, length_bytes: vp9.frames(sample), ("cenc",))
#: By the name of the sample entry
CODECS = {"avc1": _AVC, "avc3": _AVC, "hvc1": _HEVC, "hev1": _HEVC, "vp09": _VP9}


@dataclasses.dataclass
class Secret:
    """A film's `key` (16 bytes), its number `kid` (16 bytes), and its `blob`, which may be stored with the film."""

    key: bytes
    kid: bytes
    blob: bytes


class _Entry:
    """The one sample entry of a track."""

    def __init__(self, stbl):
        self.stsd = stbl.child("stsd")
        _, _, body = version_and_flags(self.stsd)
        entries = parse(body[4:])
        if len(entries) != 1:
            raise SvpError(f"the film has {len(entries)} descriptions of its samples, one is supported")
        self.name, self._body = entries[0].name, entries[0].body
        if self.name not in CODECS:
            raise SvpError(f"the film's codec is '{self.name}', only H.264 ('avc1'), HEVC ('hvc1') and VP9 ('vp09') can be protected")
        self.codec = CODECS[self.name]
        self.sets = self.codec.sets()
        inside = Box(self.name, children=parse(self._body[_VIDEO_ENTRY_BYTES:]))
        self.length_bytes, found = self.codec.read(inside.child(self.codec.configuration).body)
        for unit in found:
            self.sets.take(unit)

    def protect(self, scheme, kid, constant_iv):
        """Say in the entry how its samples are encrypted."""
        if scheme == "cbcs":
            tenc = full("tenc", 1, 0, bytes((0, PATTERN[0] << 4 | PATTERN[1], 1, 0)) + kid + bytes((len(constant_iv),)) + constant_iv)
        else:
            tenc = full("tenc", 0, 0, bytes((0, 0, 1, _IV_BYTES[scheme])) + kid)
        sinf = Box("sinf", children=[Box("frma", self.name.encode()), full("schm", 0, 0, scheme.encode() + struct.pack(">I", 0x10000)),
                                     Box("schi", children=[tenc])])
        entry = Box("encv", self._body + sinf.to_bytes())
        self.stsd.body = full("stsd", 0, 0, struct.pack(">I", 1) + entry.to_bytes()).body


def ranges(sample, entry, scheme):
    """[(clear bytes, encrypted bytes)] of a sample."""
    found, clear, end = [], 0, 0
    for at, size in entry.codec.split(sample, entry.length_bytes):
        clear += at - end
        unit, end = sample[at:at + size], at + size
        entry.sets.take(unit)
        header = entry.sets.clear_bytes(unit)
        secret = size - header
        if scheme == "cenc":
            secret -= secret % BLOCK  # whole blocks, so that no cipher block is cut
        clear += size - secret
        if secret:
            while clear > _MOST_CLEAR:
                found.append((_MOST_CLEAR, 0))
                clear -= _MOST_CLEAR
            found.append((clear, secret))
            clear = 0
    clear += len(sample) - end
    while clear:
        now = min(clear, _MOST_CLEAR)
        found.append((now, 0))
        clear -= now
    return found


def encrypt(sample, parts, scheme, aes, iv):
    """The encrypted sample."""
    result, at, places = bytearray(sample), 0, []
    for clear, secret in parts:
        at += clear
        places.append((at, secret))
        at += secret
    if scheme == "cenc":
        text = aes.ctr(iv.ljust(BLOCK, b"\0"), b"".join(sample[at:at + size] for at, size in places))
        for at, size in places:
            result[at:at + size], text = text[:size], text[size:]
        return result
    for at, size in places:
        blocks = [at + BLOCK * number for number in range(size // BLOCK) if number % sum(PATTERN) < PATTERN[0]]
        text = aes.cbc(iv, b"".join(sample[place:place + BLOCK] for place in blocks))
        for number, place in enumerate(blocks):
            result[place:place + BLOCK] = text[BLOCK * number:BLOCK * (number + 1)]
    return result


def _sample_boxes(entries, scheme, whole):
    """(senc, saiz): how each sample is encrypted; `entries`: [(iv, parts)]; `whole`: all of it, so that there is nothing to say of parts."""
    rows = [(iv if scheme == "cenc" else b"") + (b"" if whole else struct.pack(">H", len(parts)) + b"".join(struct.pack(">HI", *part) for part in parts))
            for iv, parts in entries]
    largest = max(map(len, rows))
    if largest > _MOST_SAIZ:
        raise SvpError("a picture of the film has too many slices for its tables, about 40 fit")
    senc = full("senc", 0, 0 if whole else 2, struct.pack(">I", len(rows)) + b"".join(rows))
    return senc, full("saiz", 0, 0, struct.pack(">BI", 0, len(rows)) + bytes(map(len, rows)))


def _track(moov):
    """The video track; there is one."""
    tracks = [trak for trak in moov.all("trak") if trak.child("mdia", "hdlr").body[8:12] == b"vide"]
    if len(tracks) != 1 or len(moov.all("trak")) != 1:
        raise SvpError(f"the film has {len(tracks)} video tracks of {len(moov.all('trak'))}, it should be one and nothing else")
    return tracks[0]


def protect(clear, target, scheme, secret, whole=False):
    """Write `target`, the protected film, of the MP4 file `clear`, whose samples are encrypted in place; `whole`: with their headers. Returns the number
    of samples."""
    size = clear.stat().st_size
    with open(clear, "r+b") as file:
        top = {name: (at, length) for name, at, length in top_level(file, size)}
        if "moov" not in top or "mdat" not in top:
            raise SvpError("the film is no MP4 file with a table of its samples")
        file.seek(top["moov"][0])
        moov = parse(file.read(top["moov"][1]))[0]
        track = _track(moov)
        stbl = track.child("mdia", "minf", "stbl")
        entry = _Entry(stbl)
        if scheme not in entry.codec.schemes:
            raise SvpError(f"the film's codec, '{entry.name}', is protected as {' or '.join(entry.codec.schemes)} only")
        if whole and entry.codec is not _VP9:
            raise SvpError(f"the film's codec is '{entry.name}': only headers of VP9 can be encrypted, for a player needs those of others")
        constant = os.urandom(_IV_BYTES["cbcs"])
        divide = (lambda sample: [(0, len(sample))]) if whole else (lambda sample: ranges(sample, entry, scheme))
        rows = _encrypt_samples(file, tables.samples(stbl), divide, scheme, Aes(secret.key), constant)
        if not rows:
            raise SvpError("the film has no samples")
        entry.protect(scheme, secret.kid, constant)
        senc, saiz = _sample_boxes(rows, scheme, whole)
        saio = full("saio", 0, 0, struct.pack(">II", 1, 0))
        track.children.append(senc)
        stbl.children += [saiz, saio]
        moov.children.append(full("pssh", 1, 0, SYSTEM + struct.pack(">I", 1) + secret.kid + struct.pack(">I", len(secret.blob)) + secret.blob))
        _write(file, target, moov, stbl, senc, saio, top)
    return len(rows)


def _encrypt_samples(file, places, divide, scheme, aes, constant):
    """Encrypt all samples where they lie; `divide`: ranges of a sample. [(iv, parts)]."""
    rows, first = [], int.from_bytes(os.urandom(_IV_BYTES["cenc"]), "big")
    for number, (at, size) in enumerate(places):
        file.seek(at)
        sample = file.read(size)
        if len(sample) != size:
            raise SvpError(f"the film ends in its sample {number}")
        iv = constant if scheme == "cbcs" else ((first + number) % (1 << 64)).to_bytes(8, "big")
        parts = divide(sample)
        file.seek(at)
        file.write(encrypt(sample, parts, scheme, aes, iv))
        rows.append((iv, parts))
    return rows


def _write(file, target, moov, stbl, senc, saio, top):
    """ftyp, moov, mdat: the tables first, so that the film can be played while it comes."""
    file.seek(top["ftyp"][0])
    ftyp = file.read(top["ftyp"][1])
    at, length = top["mdat"]
    tables.move_chunks(stbl, len(ftyp) + len(moov.to_bytes()) - at)
    content = moov.to_bytes()
    # What saio points at: the rows of senc, behind version, flags and count
    place = len(ftyp) + content.index(senc.to_bytes()) + 16
    saio.body = full("saio", 0, 0, struct.pack(">II", 1, place)).body
    with open(target, "wb") as out:
        out.write(ftyp + moov.to_bytes())
        file.seek(at)
        left = length
        while left:
            piece = file.read(min(left, 16 << 20))
            if not piece:
                raise SvpError("the film ends in the middle of its samples")
            out.write(piece)
            left -= len(piece)
