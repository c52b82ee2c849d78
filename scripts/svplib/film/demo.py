# SPDX-License-Identifier: GPL-2.0-or-later
"""The films of `svp run`: two that ffmpeg makes of nothing, ten seconds together, or the user's own; a clear one and controls to be shown with them
(scene.py), and a short one for attacks; on a card.

All protected ones have one key, made for them, that only the board's CAAM can unwrap. The made ones are kept in the cache.
"""

import dataclasses
import hashlib
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

from ..base import cache
from ..base.errors import SvpError, UsageError
from ..build import cards, parts
from . import blob, boxes, command, protect, scene, tables

TRAILER, CARD, KNOWN, BESIDE = "trailer.mp4", "card.img", "known.json", "beside.yuv"
_X264 = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "medium", "-x264-params", "keyint=60:bframes=3:ref=4")
_X265 = ("-pix_fmt", "yuv420p", "-c:v", "libx265", "-preset", "medium", "-tag:v", "hvc1", "-x265-params", "log-level=none:keyint=48:bframes=3")
#: Name, source, pictures, encoder, scheme: ten seconds together
_FILMS = (("film", "testsrc2=size=640x360:rate=30,noise=alls=6:allf=t", 200, _X264, "cenc"),
          ("second", "mandelbrot=size=640x360:rate=30:maxiter=300:end_pts=60,noise=alls=6:allf=t", 100, _X265, "cbcs"))
_TRAILER_SOURCE, _TRAILER_FRAMES = "testsrc=size=320x240:rate=25,noise=alls=40:allf=t", 12
_BESIDE_SOURCE, _BESIDE_FRAMES = "smptehdbars=size={}x{}:rate=30,hue=H=2*PI*t", 30
_CODECS = {"avc1": "H.264", "avc3": "H.264", "hvc1": "HEVC", "hev1": "HEVC", "vp09": "VP9"}
_RECIPE = 2
_PIECE, _PIECES, _FEWEST = 16, 36, 10
_KEPT = 2


@dataclasses.dataclass
class Film:
    """A film on the card, `file`, and what is known of the clear one: `codec`, `scheme`, `digests` of its pictures, `size` in pixels, `bits` of a sample."""

    file: str
    codec: str
    scheme: str
    digests: list
    size: tuple
    bits: int


@dataclasses.dataclass
class Demo:
    """What is on the `card`: `films`; `beside`, pictures of the clear film as planes one after the other; of the trailer, which is for attacks, so many
    pictures. `secrets`: pieces of samples and pictures that nobody may find."""

    card: Path
    films: list
    beside: list
    secrets: list
    trailer: int

    @property
    def digests(self):
        """Of the first film."""
        return self.films[0].digests


def prepare(film=None, folder=None):
    """The demo with the user's own `film` (made in `folder`), or the kept one. Raises SvpError, UsageError."""
    if film:
        _make(folder, Path(film))
        return _load(folder)
    recipe = cache.digest(_RECIPE, _FILMS, _TRAILER_SOURCE, _BESIDE_SOURCE, *_own_files(), *map(parts.key, ('qemu', 'boot')))
    return _load(cache.made("film", recipe, lambda partial: _make(partial, None), _KEPT))


def _own_files():
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(__file__).parent.glob("*.py"))]


def _make(folder, own):
    secret = protect.Secret(os.urandom(command.KEY_BYTES), os.urandom(command.KEY_BYTES), b"")
    secret.blob = blob.wrap(secret.key)[0]
    tree = folder / "tree"
    tree.mkdir()
    known = {"films": [], "secrets": [], "key": secret.key.hex()}
    hidden = []
    for name, clear, scheme in _clear_films(own, folder):
        film, pieces = _known(clear, 10)
        command.pack(clear, tree / f"{name}.mp4", scheme, secret)
        clear.unlink()
        known["films"].append({"file": f"{name}.mp4", "scheme": scheme, **film})
        hidden.append(pieces)
    trailer = encode(_TRAILER_SOURCE, _TRAILER_FRAMES, folder / "trailer-clear.mp4")
    hidden.append(_known(trailer, 1)[1])
    command.pack(trailer, tree / TRAILER, "cbcs", secret)
    trailer.unlink()
    for pieces in hidden:  # of all, or a try with one of them could not fail
        known["secrets"] += _in_no_file(pieces, tree)
    _add_scene(tree, folder)
    cards.make(folder / CARD, tree, cards.size_for(sum(path.stat().st_size for path in tree.iterdir())))
    (folder / KNOWN).write_text(json.dumps(known))
    shutil.rmtree(tree)


def _clear_films(own, folder):
    """(name, MP4 file with clear samples, scheme) of each film."""
    if own:
        yield "film", command.take_video(own, folder, "cenc"), "cenc"
        return
    for name, source, frames, encoder, scheme in _FILMS:
        yield name, encode(source, frames, folder / "clear.mp4", encoder), scheme


def _add_scene(tree, folder):
    """What is shown with the films: the player's controls, and a clear film, whose pictures go to `folder`."""
    (tree / scene.CONTROLS_FILE).write_bytes(scene.controls_file())
    clear = encode(_BESIDE_SOURCE.format(*scene.BESIDE[:2]), _BESIDE_FRAMES, tree / scene.BESIDE_FILE)
    (folder / BESIDE).write_bytes(_ffmpeg("-i", clear, "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"))


def _load(folder):
    known = json.loads((folder / KNOWN).read_text())
    pictures, size = (folder / BESIDE).read_bytes(), scene.BESIDE[0] * scene.BESIDE[1] * 3 // 2
    return Demo(folder / CARD, [Film(**{**film, "size": tuple(film["size"])}) for film in known["films"]],
                [pictures[at:at + size] for at in range(0, len(pictures), size)],
                [*map(bytes.fromhex, known["secrets"]), bytes.fromhex(known["key"])], _TRAILER_FRAMES)


def encode(source, frames, path, encoder=_X264):
    """An MP4 file of what a source of ffmpeg's draws."""
    _ffmpeg("-f", "lavfi", "-i", source, "-frames:v", frames, *encoder, path)
    return path


def _ffmpeg(*words):
    try:
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, words)], capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("ffmpeg is needed to make the film: apt install ffmpeg") from None
    if done.returncode:
        raise SvpError("ffmpeg cannot make the film", done.stderr.decode(errors="replace").splitlines()[-3:])
    return done.stdout


def _in_no_file(pieces, tree):
    """Pieces that are nowhere in the films: those that were encrypted, as hexadecimal digits."""
    films = [path.read_bytes() for path in tree.iterdir()]
    hidden = [piece for piece in pieces if not any(piece in film for film in films)]
    random.Random(3).shuffle(hidden)
    if len(hidden) < _FEWEST:
        raise SvpError(f"a film has {len(hidden)} pieces to search for, {_FEWEST} are needed")
    return [piece.hex() for piece in hidden[:_PIECES]]


def _known(clear, every):
    """(what is to be known of a clear film, pieces of it: of each `every`-th picture's luma, and of samples)."""
    data = clear.read_bytes()
    stbl = boxes.parse(data[data.index(b"moov") - 4:])[0].child("trak", "mdia", "minf", "stbl")
    entry = boxes.parse(boxes.version_and_flags(stbl.child("stsd"))[2][4:])[0]
    size, bits = [int.from_bytes(entry.body[at:at + 2], "big") for at in (24, 26)], _bits(entry)
    samples = size[0] * size[1] + 2 * ((size[0] + 1) // 2) * ((size[1] + 1) // 2)
    each, pixels = (samples, "yuv420p") if bits == 8 else (2 * samples, "yuv420p10le")
    digests, pieces, noise = [], [], random.Random(3)
    process = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-i", str(clear), "-fps_mode", "passthrough", "-pix_fmt", pixels, "-f", "rawvideo", "-"],
                               stdout=subprocess.PIPE)
    with process:
        while len(picture := process.stdout.read(each)) == each:
            digests.append(hashlib.md5(picture, usedforsecurity=False).hexdigest())
            if len(digests) % every == 0:
                pieces += _telling(picture[:size[0] * size[1]], noise)
    for at, length in tables.samples(stbl)[::3]:
        pieces += _telling(data[at + length // 4:at + length], noise)
    return {"codec": _CODECS[entry.name], "size": size, "bits": bits, "digests": digests}, pieces


def _bits(entry):
    """Of a sample: HEVC's configuration has them less 8 (ISO/IEC 14496-15, clause 8.3.3.1), VP9's as they are, behind version, profile and level."""
    hevc, vp9 = entry.body.find(b"hvcC"), entry.body.find(b"vpcC")
    return 8 + (entry.body[hevc + 4 + 17] & 7) if hevc >= 0 else entry.body[vp9 + 4 + 6] >> 4 if vp9 >= 0 else 8


def _telling(data, noise):
    """A piece of 16 bytes that does not come about by chance, if there is one."""
    for _ in range(20):
        at = noise.randrange(max(1, len(data) - _PIECE))
        if len(set(data[at:at + _PIECE])) > 12:
            return [data[at:at + _PIECE]]
    return []
