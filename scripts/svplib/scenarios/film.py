# SPDX-License-Identifier: GPL-2.0-or-later
"""Encrypted films play on the screen, and it is proven that nobody else saw them; then the proof of the heaps. What `svp run` does by default.

Every picture is read out of the memory's cells and compared with what ffmpeg makes of the clear film, the screen of some with a composition
of all its planes (film/scene.py). Meanwhile all is tried that film/tries.py knows. A page tells of it.
"""

import re
import time
from pathlib import Path

from ..base import cache
from ..base.errors import UsageError
from ..base.progress import duration, say
from ..build import host_packages, parts
from ..decode.pictures import Picture, rgb_png
from ..film import blob, demo, leaks, report, scene, screenshot, tries, unprotected
from ..film.playing import Playing
from ..machine import kept, stage2_record
from . import proof

DESCRIPTION = ("an encrypted film plays into a heap while everything is tried against it; under open, where it cannot, a clear one in ordinary memory; then "
               "the proof (default with OP-TEE)")
APPEND = ""
FIRMWARE = "optee"
SHARE_RAM = True
BOOT_SECONDS = 120
KEEP = 8
#: Where films are in the guest
FOLDER = "/film"
#: Numbers of pictures at which the screen is looked at
_LOOKS = (2 * KEEP, 9 * KEEP)
_BEGIN = time.monotonic()  # about when svp was called
_COMPOSED = "all planes composed right, but for 1 of 255"
MOUNT = ("{ [ -e /film/film.mp4 ] || { svp-video && mkdir -p /film && for try in $(seq 100); do for card in /dev/mmcblk?; do "
         "mount -t ext4 -o ro $card /film 2> /dev/null && { [ -e /film/film.mp4 ] && break 2; umount /film; }; done; usleep 100000; done; "
         "[ -e /film/film.mp4 ]; }; }")
PREPARE = f"{MOUNT} && svp-screen imx8mq-dcss-svp"


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
    settings["machine_options"] = leaks.OPTION
    resumed = None
    if arguments.resume:
        if settings["policy"] == "open":
            raise UsageError("--resume: under the policy open no film is played")
        resumed = kept.folder(settings, prepared.card, PREPARE)
        settings.update(kernel=None, dtb=None, initrd=None)
        arguments.extra = [*arguments.extra, *kept.WAITING]
    return {"demo": prepared, "resumed": resumed, "title": Path(arguments.film).name if arguments.film else "Ten seconds of pictures that ffmpeg makes",
            "html": Path(arguments.html) if arguments.html else None}


def run(board, checks, prepared):
    """Play, try, compare; then the proof."""
    if prepared["resumed"]:
        kept.load(board, prepared["resumed"])
        board.wait_shell(timeout=BOOT_SECONDS, ready=None)
        _play(board, checks, prepared)
        return
    proof.banners(board, checks)
    board.wait_shell(timeout=BOOT_SECONDS)
    (_show_openly if board.policy == "open" else _play)(board, checks, prepared)
    proof.at_shell(board, checks)


class _Evening:
    """The films, one after the other, and what comes of them."""

    def __init__(self, board, checks, prepared):
        self.board, self.checks, self.demo = board, checks, prepared["demo"]
        self.title, self.path = prepared["title"], prepared["html"] or board.log_dir / "film.html"
        self.playing = self.film = None
        self.pictures, self.screens, self.tries, self.records = [], [], [], []
        self.right = self.decrypted = 0
        self.left = list(tries.TRIES)
        self.refused_by_el2 = stage2_record.Watcher(board)

    def take(self):
        """What is on record, and begin anew."""
        rows = self.board.qmp.command("query-svp-violations", text=True, limit=4096)["violations"]
        self.board.qmp.command("svp-clear-violations")
        refused, more = self.refused_by_el2.take()
        rows += map(stage2_record.as_violation, refused)
        self.records += rows
        return [row["text"] for row in rows] + ([f"EL2: {more} more"] if more else [])

    def play(self, film):
        """A film from its beginning to its end."""
        shown = scene.area(film.size)
        options = scene.options(FOLDER) if shown else ""
        self.film, self.playing = film, Playing(self.board, f"{FOLDER}/{film.file}", f"--secure {options}", keep=KEEP)
        if not self.right:
            say(f"the first picture is there {duration(time.monotonic() - _BEGIN)} after the call")
        seen, wanted = self.playing.all_digests(self.look), film.digests
        right = sum(left == other for left, other in zip(seen, wanted))
        self.checks.add(f"film.{film.codec}.pictures-in-the-heap", f"{len(wanted)} of {len(wanted)} right", f"{right} of {len(seen)} right")
        numbers = self.playing.ended()
        self.checks.add(f"film.{film.codec}.pictures-shown", len(wanted), numbers["shown"])
        self.right += right
        self.decrypted += numbers["decrypted"]

    def look(self, number):
        """At a pause."""
        if number in _LOOKS:
            self.keep_pictures(number)
        if self.left and number > KEEP:
            self.tell_unasked()
            self.attempt(self.left.pop(0))

    def attempt(self, each):
        """Try it, and check what is got."""
        notes = []
        seen = each.run(self.board, self.playing, self.demo, notes)
        self.tries.append((each, seen, notes + self.take()))
        wanted = each.expected(self.board.policy)
        self.checks.add(f"film.{each.name}", wanted, seen, seen == wanted if each.holds(wanted) else seen.startswith(wanted))

    def tell_tries(self):
        """What was tried, for the terminal."""
        self.checks.add_text(f"Policy {self.board.policy}: tried against the film while it played", "\n".join(
            f"{each.name.ljust(28)} {seen.ljust(14)} {records[0] if records else ''}".rstrip() for each, seen, records in self.tries))

    def write_page(self, films, numbers, why=""):
        """The page, and say where it is."""
        times = [row["time"] for row in self.records] + [row["last-time"] for row in self.records]
        start = min(times, default=0)
        report.write(self.path, policy=self.board.policy, title=self.title, films=films, screens=self.screens, pictures=self.pictures, tries=self.tries,
                     records=self.records, start=start, seconds=(max(times, default=0) - start) / 1e9, checks=self.checks.checks, why=why,
                     numbers={**numbers, "accesses refused": sum(row["count"] for row in self.records)})
        say(f"the film's report: {self.path}")

    def tell_unasked(self):
        """Playing alone must leave nothing on record."""
        rows = [text for text in self.take() if re.search(r"\b(vpu|caam|dcss)\b", text)]
        if rows:
            self.checks.add("film.playing-is-allowed", "no violation", rows[0])

    def keep_pictures(self, number):
        """The picture in the heap, the screen, and both as Linux reads them."""
        playing, film = self.playing, self.film
        address, size = playing.place(playing.last)
        cells, seen = playing.picture(playing.last), playing.planes(self.board.read_memory(address, size))
        if number == _LOOKS[0]:
            kind = "yuv420p" if film.bits == 8 else "yuv420p10le"
            self.pictures.append((f"{film.codec}, picture {number}", *(Picture(kind, *film.size, data).png() for data in (cells, seen))))
        if scene.area(film.size) and film.bits == 8:
            beside = self.demo.beside[(number - 1) % len(self.demo.beside)]
            shown, wanted = screenshot.shown(self.board), scene.expected(cells, film.size, beside)
            value, x, y = screenshot.difference(shown, wanted)
            self.checks.add(f"film.{film.codec}.screen-{number}", _COMPOSED, _COMPOSED if value <= 1 else f"{value} of 255 off at {x}, {y}")
            self.screens.append((f"{film.codec}, picture {number}", *(rgb_png(*each) for each in (shown, scene.expected(seen, film.size)))))


def _show_openly(board, checks, prepared):
    """What everybody sees under `open`, where no protected film can be played."""
    board.command(PREPARE, timeout=BOOT_SECONDS, check=True)
    evening = _Evening(board, checks, prepared)
    checks.add("film.protected", "not decoded", unprotected.protected_film(board))
    evening.take()
    evening.records.clear()
    playing = evening.playing = unprotected.InOrdinaryMemory(board, f"{FOLDER}/{scene.BESIDE_FILE}")
    playing.step(0, KEEP)
    address, size = playing.place(0)
    seen, wanted = playing.planes(board.read_memory(address, size)), evening.demo.beside[KEEP - 1]
    checks.add("film.clear.read-by-linux", "the picture on the screen", "the picture on the screen" if seen == wanted else "another one")
    picture = Picture("yuv420p", *scene.BESIDE[:2], playing.picture(0)).png()
    evening.pictures.append((f"a clear film, picture {KEEP}", picture, Picture("yuv420p", *scene.BESIDE[:2], seen).png()))
    for each in unprotected.chosen():
        evening.attempt(each)
    evening.tell_tries()
    evening.write_page([], {"of them refused": f"{sum(each.holds(got) for each, got, _ in evening.tries)} of {len(evening.tries)}",
                            "pictures of the protected film": 0}, unprotected.__doc__.split("\n\n")[1])


def _play(board, checks, prepared):
    board.command(PREPARE, timeout=BOOT_SECONDS, check=True)
    evening = _Evening(board, checks, prepared)
    evening.take()
    evening.records.clear()
    for film in evening.demo.films:
        evening.play(film)
    record = leaks.found(board.qmp)
    checks.add("film.oracle-saw-it", True, record["marked"] > 0)
    checks.add("film.leaks", leaks.KNOWN.get(board.policy, leaks.NONE), leaks.by(record) if board.policy in leaks.KNOWN else leaks.told(record))
    for each in evening.left:
        checks.add(f"film.{each.name}", each.expected(board.policy), "the film was over")
    evening.tell_tries()
    evening.write_page(evening.demo.films, {"pictures right": f"{evening.right} of {sum(len(film.digests) for film in evening.demo.films)}",
                                            "KiB decrypted": evening.decrypted >> 10, "leaks": record["events"]})
