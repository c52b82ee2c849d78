# SPDX-License-Identifier: GPL-2.0-or-later
"""An encrypted film plays, and it is proven that nobody else saw it; then the proof of the heaps. What `svp run` does by default.

Every picture is read out of the memory's cells and compared with what ffmpeg makes of the clear film. Meanwhile all is tried that
film/tries.py knows. A page tells of it.
"""

import re
from pathlib import Path

from ..base import cache
from ..base.errors import UsageError
from ..base.progress import say
from ..build import host_packages, parts
from ..decode.pictures import Picture
from ..film import blob, demo, report, tries
from ..film.playing import Playing, planar
from . import proof

DESCRIPTION = "an encrypted film plays into a heap while everything is tried against it; then the proof (default, but under open)"
APPEND = ""
FIRMWARE = "optee"
SHARE_RAM = True
BOOT_SECONDS = 120
KEEP = 8
#: Pictures of the report
_SHOWN = 2
MOUNT = ("svp-video && mkdir -p /film && for try in $(seq 100); do for card in /dev/mmcblk?; do mount -t ext4 -o ro $card /film 2> /dev/null && "
          "{ [ -e /film/film.mp4 ] && break 2; umount /film; }; done; usleep 100000; done; [ -e /film/film.mp4 ]")


def prepare(arguments, settings):
    """What is to be there before the board starts: the film's card. `settings`: Board's, changed."""
    if len(settings["sd"]) > 1:
        raise UsageError("--sd: the film's card needs one of the 2 slots")
    host_packages.ensure(["film"], parts.OPTIONS.install)
    parts.build(blob.PARTS)  # a board with all of our software makes the key's blob
    folder = None
    if arguments.film:
        if not Path(arguments.film).is_file():
            raise UsageError(f"--film: {arguments.film}: there is no such file")
        folder = cache.board_log_dir()
        folder.mkdir(parents=True, exist_ok=True)
    prepared = demo.prepare(arguments.film, folder)
    settings["sd"] = [prepared.card, *settings["sd"]]
    return {"demo": prepared, "title": Path(arguments.film).name if arguments.film else "Ten seconds of ffmpeg's test picture",
            "html": Path(arguments.html) if arguments.html else None}


def run(board, checks, prepared):
    """Play, try, compare; then the proof."""
    proof.banners(board, checks)
    board.wait_shell(timeout=BOOT_SECONDS)
    if board.policy == "open":
        checks.skip("film.pictures", "right", "under 'open' the decoder is a non-secure master: what is in the heap is closed to it, too")
    else:
        _play(board, checks, prepared)
    proof.at_shell(board, checks)


class _Film:
    """The film while it plays."""

    def __init__(self, board, checks, prepared):
        self.board, self.checks, self.demo = board, checks, prepared["demo"]
        self.playing = Playing(board, "/film/film.mp4", keep=KEEP)
        self.digests, self.pictures, self.tries, self.records = [], [], [], []
        self.left = list(tries.TRIES)

    def take(self):
        """What is on record, and begin anew."""
        rows = self.board.qmp.command("query-svp-violations", text=True, limit=4096)["violations"]
        self.board.qmp.command("svp-clear-violations")
        self.records += rows
        return [row["text"] for row in rows]

    def look(self, number):
        """At a pause."""
        if len(self.pictures) < _SHOWN and number > KEEP:
            self.keep_picture(number)
        if self.left:
            self.tell_unasked()
            each = self.left.pop(0)
            seen = each.run(self.board, self.playing, self.demo)
            self.tries.append((each, seen, self.take()))
            self.checks.add(f"film.{each.name}", each.wanted, seen)

    def tell_unasked(self):
        """Playing alone must leave nothing on record."""
        rows = [text for text in self.take() if re.search(r"\b(vpu|caam)\b", text)]
        if rows:
            self.checks.add("film.playing-is-allowed", "no violation", rows[0])

    def keep_picture(self, number):
        playing = self.playing
        address, size = playing.place(playing.last)
        (width, height), rows = playing.visible, playing.size[1]
        seen = planar(self.board.read_memory(address, playing.stride * rows * 3 // 2), width, height, playing.stride, rows)
        self.pictures.append((number, *(Picture("yuv420p", width, height, data).png() for data in (playing.picture(playing.last), seen))))


def _play(board, checks, prepared):
    board.command(MOUNT, timeout=BOOT_SECONDS, check=True)
    film = _Film(board, checks, prepared)
    film.take()
    film.records.clear()
    seen = film.playing.all_digests(film.look)
    wanted = film.demo.digests
    right = sum(left == other for left, other in zip(seen, wanted))
    checks.add("film.pictures-in-the-heap", f"{len(wanted)} of {len(wanted)} right", f"{right} of {len(seen)} right")
    numbers = film.playing.ended()
    checks.add("film.pictures-shown", len(wanted), numbers["shown"])
    for each in film.left:
        checks.add(f"film.{each.name}", each.wanted, "the film was over")
    checks.add_text(f"Policy {board.policy}: tried against the film while it played", "\n".join(
        f"{each.name.ljust(28)} {seen.ljust(14)} {records[0] if records else ''}".rstrip() for each, seen, records in film.tries))
    times = [row["time"] for row in film.records] + [row["last-time"] for row in film.records]
    start = min(times, default=0)
    path = prepared["html"] or board.log_dir / "film.html"
    report.write(path, policy=board.policy, title=prepared["title"], pictures=film.pictures, tries=film.tries, records=film.records, start=start,
                 seconds=(max(times, default=0) - start) / 1e9, checks=checks.checks,
                 numbers={"pictures right": right, "pictures": len(wanted), "KiB decrypted": numbers["decrypted"] >> 10,
                          "accesses refused": sum(row["count"] for row in film.records)})
    say(f"the film's report: {path}")
