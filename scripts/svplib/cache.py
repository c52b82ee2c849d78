# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache folder: where it lies, what is in it, who may write it, and how its contents are named.

    apt/        private apt: configuration, index files            download/   .dsc, tarballs, .deb as the mirror has them
    src/        unpacked (and patched) upstream sources            build/      products, one folder <part>-<hash of all inputs>
    work/       build trees that are reused (QEMU, Linux, unit)    log/        logs of builds and of boards

Everything can be deleted at any time; it is fetched or built again.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sys
import time
from pathlib import Path

from .errors import SvpError

HASH_DIGITS = 16
BOARD_LOGS_KEPT = 400
#: Longer than any run of the tests
RECENT_SECONDS = 6 * 3600
LEFT_OUT = ("~", ".pyc", ".md", ".svg")


def root():
    """The cache folder: $XDG_CACHE_HOME/svp, by default ~/.cache/svp. Created when missing."""
    base = os.environ.get("XDG_CACHE_HOME")
    path = (Path(base) if base else Path.home() / ".cache").absolute() / "svp"
    if re.search(r"[\s:'\"$\\]", str(path)):
        raise SvpError(f"cache folder {path}: make cannot work in a path with blanks, colons, quotes or '$'; set XDG_CACHE_HOME")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SvpError(f"cache folder {path}: {error.strerror}") from None
    return path


def folder(name):
    """A folder of the cache, created when missing."""
    path = root() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def board_log_dir():
    """Folder for the logs of boards; the oldest files beyond a limit are removed."""
    path = folder("log/boards")
    try:
        logs = sorted(path.iterdir(), key=lambda entry: entry.stat().st_mtime)
        for entry in logs[:-BOARD_LOGS_KEPT]:
            entry.unlink()
    except FileNotFoundError:
        pass
    return path


@contextlib.contextmanager
def lock():
    """Only one svp writes the cache at a time; a second one says so and waits."""
    path = root() / "lock"
    with open(path, "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            print(f"svp: process {stream.read().strip() or '?'} is using {root()}; waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def need_space(path, mebibytes, purpose):
    """Raise SvpError unless the file system of `path` has that much room."""
    free = shutil.disk_usage(path).free >> 20
    if free < mebibytes:
        raise SvpError(f"disk: {purpose} needs {mebibytes} MiB in {path}, {free} MiB are free")


def digest(*items):
    """Short hash over the texts of all items, in order."""
    total = hashlib.sha256()
    for item in items:
        total.update(str(item).encode() + b"\0")
    return total.hexdigest()[:HASH_DIGITS]


def files_below(*paths):
    """All regular files in files and folders, sorted; documentation, editor leftovers, Python's byte code left out."""
    found = []
    for path in paths:
        if path.is_file():
            found.append(path)
        elif path.is_dir():
            for base, folders, names in os.walk(path):
                folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith("."))
                found += [Path(base) / name for name in names if not name.startswith(".") and not name.endswith(LEFT_OUT)]
    return sorted(file for file in found if file.is_file())


def content_manifest(base, *names):
    """{relative path: hash of content and executable bit} of the files in these entries of `base`."""
    manifest = {}
    for path in files_below(*(base / name for name in names)):
        mark = b"x" if os.access(path, os.X_OK) else b"-"
        manifest[str(path.relative_to(base))] = hashlib.sha256(mark + path.read_bytes()).hexdigest()
    return manifest


def content_hash(base, *names):
    """Hash of the same files as content_manifest()."""
    return digest(*(f"{name} {value}" for name, value in sorted(content_manifest(base, *names).items())))


def stat_manifest(base, without=()):
    """{relative path: (size, mtime in ns)} of every file of a tree that is too large to read.

    Git's own folder and the paths in `without` (folders, files or links) are left out.
    """
    without = {".git", *without}
    manifest = {}
    stack = [""]
    while stack:
        relative = stack.pop()
        with os.scandir(base / relative) as entries:
            for entry in entries:
                name = f"{relative}{entry.name}"
                if name in without:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    stack.append(name + "/")
                else:
                    status = entry.stat(follow_symlinks=False)
                    manifest[name] = (status.st_size, status.st_mtime_ns)
    return manifest


def prune(kind, prefix, keep):
    """Remove all but the `keep` most recently used entries of a cache folder whose name begins with prefix.

    What was used within RECENT_SECONDS stays as well: another checkout may be in the middle of its tests with it.
    """
    recent = time.time() - RECENT_SECONDS
    entries = [entry for entry in folder(kind).iterdir() if entry.name.startswith(prefix)]
    for entry in sorted(entries, key=lambda item: item.stat().st_mtime)[:-keep]:
        if entry.stat().st_mtime < recent:
            shutil.rmtree(entry, ignore_errors=True)


def mark_used(path):
    """Note that an entry was used now, for prune()."""
    with contextlib.suppress(OSError):
        os.utime(path, (time.time(), time.time()))
