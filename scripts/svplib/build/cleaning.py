# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp clean`: make room in the cache. What another svp works on, or was used a short while ago by default, stays."""

import fcntl
import os
import shutil
import time

from ..base import cache
from ..base.errors import UsageError
from ..base.progress import say
from . import parts

#: What can be named -> folders of the cache
KINDS = {"build": ("build",), "work": ("work",), "src": ("src",), "download": ("download", "apt"), "log": ("log",)}
OLD = "old"


def add_arguments(parser):
    """Options of `svp clean`."""
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=[OLD],
                        help=f"{OLD}: products and build trees that the present sources do not need (default); {', '.join(KINDS)}: all in these "
                        "folders of the cache; all")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")


def main(arguments):
    """Do it; returns the exit status."""
    for kind in arguments.kinds:
        if kind not in (OLD, "all", *KINDS):
            raise UsageError(f"clean: no '{kind}'; known: {OLD}, all, {', '.join(KINDS)}")
    busy, total = _busy(), 0
    for entry in _wanted(arguments.kinds):
        if any(entry.name == name or entry.name.startswith(f"{name}-") for name in busy):
            say(f"{entry}: another svp works on it")
            continue
        size = _size(entry)
        total += size
        print(f"{size / (1 << 20):9.1f} MiB  {entry}")
        if not arguments.dry_run:
            _remove(entry)
    say(f"{total / (1 << 20):.0f} MiB {'could be' if arguments.dry_run else 'were'} freed in {cache.root()}")
    return 0


def _wanted(kinds):
    """Entries of the cache that are to go."""
    folders = [name for kind, names in KINDS.items() if kind in kinds or "all" in kinds for name in names]
    found = [entry for name in folders for entry in sorted(cache.folder(name).iterdir())]
    if OLD in kinds and "build" not in folders:
        current = {parts.product_folder(name).name for name in parts.PARTS}
        made_of_parts = tuple(f"{name}-" for name in parts.PARTS)
        found += [entry for entry in sorted(cache.folder("build").iterdir())
                  if entry.name not in current and (entry.name.startswith(made_of_parts) or entry.name.endswith(".partial"))]
    if OLD in kinds and "work" not in folders:
        found += _old_trees()
    return found


def _old_trees():
    """Build trees but for the one of each kind that was used last."""
    latest = {}
    entries = sorted(cache.folder("work").iterdir(), key=lambda entry: entry.stat().st_mtime)
    for entry in entries:
        latest[entry.name.rsplit("-", 1)[0]] = entry
    return [entry for entry in entries if entry not in latest.values()]


def _busy():
    """Names of the locks that somebody holds."""
    names = []
    for path in cache.folder("locks").iterdir():
        with open(path, "a+") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                names.append(path.name)
    return names


def _size(entry):
    """Bytes that a file or folder takes."""
    if entry.is_symlink() or not entry.is_dir():
        return entry.lstat().st_blocks * 512
    return sum(os.lstat(os.path.join(base, name)).st_blocks * 512 for base, _, names in os.walk(entry) for name in names)


def _remove(entry):
    if entry.is_symlink() or not entry.is_dir():
        entry.unlink(missing_ok=True)
        return
    # Under another name first: nobody takes half a folder for a product
    doomed = entry.with_name(f"{entry.name}.gone-{os.getpid()}-{time.monotonic_ns()}")
    entry.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
