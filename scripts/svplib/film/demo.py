# SPDX-License-Identifier: GPL-2.0-or-later
"""The films of `svp run`: one of ten seconds that ffmpeg makes of nothing, or the user's own, and a short one for attacks; on a card.

Both have one key, made for them, that only the board's CAAM can unwrap. The made ones are kept in the cache.
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
from . import blob, boxes, command, protect, tables

FILM, TRAILER, CARD, KNOWN = "film.mp4", "trailer.mp4", "card.img", "known.json"
#: Ten seconds; and twelve pictures of something else
_FILM_SOURCE, _FILM_FRAMES = "testsrc2=size=640x360:rate=30,noise=alls=6:allf=t", 300
_TRAILER_SOURCE, _TRAILER_FRAMES = "testsrc=size=320x240:rate=25,noise=alls=40:allf=t", 12
_ENCODER = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "medium", "-x264-params", "keyint=60:bframes=3:ref=4")
_RECIPE = 1
_PIECE, _PIECES, _FEWEST = 16, 36, 10
_KEPT = 2


@dataclasses.dataclass
class Demo:
    """What is on the `card`, and what is known of the clear film: `digests` of its pictures, `size`, and `secrets`, pieces of its samples and pictures
    that nobody may find."""

    card: Path
    digests: list
    size: tuple
    secrets: list
    trailer: int


def prepare(film=None, folder=None):
    """The demo with the user's own `film` (made in `folder`), or the kept one. Raises SvpError, UsageError."""
    if film:
        _make(folder, Path(film))
        return _load(folder)
    kept = cache.folder("build") / f"film-{cache.digest(_RECIPE, _FILM_SOURCE, _TRAILER_SOURCE, *_ENCODER, *_own_files(), *map(parts.key, ('qemu', 'boot')))}"
    with cache.lock(kept.name):
        if not kept.exists():
            partial = kept.with_name(kept.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            _make(partial, None)
            partial.rename(kept)
            cache.prune("build", "film-", _KEPT)
    return _load(kept)


def _own_files():
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(__file__).parent.glob("*.py"))]


def _make(folder, own):
    secret = protect.Secret(os.urandom(command.KEY_BYTES), os.urandom(command.KEY_BYTES), b"")
    secret.blob = blob.wrap(secret.key)[0]
    tree = folder / "tree"
    tree.mkdir()
    if own:
        clear = command.take_video(own, folder)
    else:
        clear = _encode(_FILM_SOURCE, _FILM_FRAMES, folder / "clear.mp4")
    known, pieces = _known(clear, 10)
    command.pack(clear, tree / FILM, "cenc", secret)
    trailer = _encode(_TRAILER_SOURCE, _TRAILER_FRAMES, folder / "trailer-clear.mp4")
    others = _known(trailer, 1)[1]
    command.pack(trailer, tree / TRAILER, "cbcs", secret)
    secrets = [*_in_no_file(pieces, tree), *_in_no_file(others, tree)]  # of both, or a try with one of them could not fail
    cards.make(folder / CARD, tree, cards.size_for(sum(path.stat().st_size for path in tree.iterdir())))
    (folder / KNOWN).write_text(json.dumps({**known, "secrets": secrets, "key": secret.key.hex()}))
    for path in (clear, trailer):
        path.unlink()
    shutil.rmtree(tree)


def _load(folder):
    known = json.loads((folder / KNOWN).read_text())
    return Demo(folder / CARD, known["digests"], tuple(known["size"]), [*map(bytes.fromhex, known["secrets"]), bytes.fromhex(known["key"])], _TRAILER_FRAMES)


def _encode(source, frames, path):
    _ffmpeg("-f", "lavfi", "-i", source, "-frames:v", frames, *_ENCODER, path)
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
    entry = data.index(b"avc1", data.index(b"stsd")) + 4
    size = [int.from_bytes(data[entry + at:entry + at + 2], "big") for at in (24, 26)]
    each = size[0] * size[1] + 2 * ((size[0] + 1) // 2) * ((size[1] + 1) // 2)
    digests, pieces, noise = [], [], random.Random(3)
    process = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-i", str(clear), "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"],
                               stdout=subprocess.PIPE)
    with process:
        while len(picture := process.stdout.read(each)) == each:
            digests.append(hashlib.md5(picture, usedforsecurity=False).hexdigest())
            if len(digests) % every == 0:
                pieces += _telling(picture[:size[0] * size[1]], noise)
    samples = tables.samples(boxes.parse(data[data.index(b"moov") - 4:])[0].child("trak", "mdia", "minf", "stbl"))
    for at, length in samples[::3]:
        pieces += _telling(data[at + length // 4:at + length], noise)
    return {"size": size, "digests": digests}, pieces


def _telling(data, noise):
    """A piece of 16 bytes that does not come about by chance, if there is one."""
    for _ in range(20):
        at = noise.randrange(max(1, len(data) - _PIECE))
        if len(set(data[at:at + _PIECE])) > 12:
            return [data[at:at + _PIECE]]
    return []
