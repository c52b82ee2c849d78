# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache folder: where it lies, what is in it, who may write it, and how its contents are named.

    apt/        private apt: configuration, index files            download/   .dsc, tarballs, .deb as the mirror has them
    src/        unpacked (and patched) upstream sources            build/      products, one folder <part>-<hash of all inputs>
    work/       build trees that are reused (QEMU, Linux, unit)    log/        logs of builds and of boards, a folder a run
    locks/      who works on what

Everything can be deleted at any time; it is fetched or built again.
"""

import atexit
import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import shutil
import sys
import time
from pathlib import Path

from .errors import SvpError, explain

HASH_DIGITS = 16
#: Runs whose logs are kept however old they are, and how long those of all others are
LOG_RUNS_KEPT = 60
LOGS_YOUNG_SECONDS = 48 * 3600
#: Longer than any run of the tests
RECENT_SECONDS = 6 * 3600
#: {folder of a kind: this call's folder in it}
_run_log_dirs = {}
#: The folder for all logs that log_to() has named, if it was called
_own_log_dir = []
LEFT_OUT = ("~", ".pyc", ".md", ".svg")
#: Neither make nor a shell sees more in it than a letter
PLAIN_PATH = re.compile(r"[\w/.,+@-]+")


def strange(path):
    """The characters of a path that recipes of Makefiles, which are shell programs, could take for something else; "" if there are none."""
    return "".join(sorted(set(PLAIN_PATH.sub("", str(path)))))


def root():
    """The cache folder: $XDG_CACHE_HOME/svp, by default ~/.cache/svp. Created when missing."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        path = (Path(base) if base else Path.home() / ".cache").absolute() / "svp"
    except (OSError, RuntimeError) as error:
        raise SvpError(f"cache folder: {explain(error)}; set XDG_CACHE_HOME to a folder") from None
    if strange(path):
        raise SvpError(f"cache folder {str(path)!r}: Makefiles cannot work in a path with {strange(path)!r}; "
                       "letters, digits and _ - + . , @ are possible; set XDG_CACHE_HOME")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SvpError(f"cache folder {path}: {error.strerror}; set XDG_CACHE_HOME to a folder that can be written") from None
    return path


def folder(name):
    """A folder of the cache, created when missing."""
    path = root() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def run_log_dir(kind):
    """Folder log/<kind>/<time>-<process> for the logs of this call alone, made when it is first asked for; old folders are removed.

    An empty one goes when the process ends. After log_to() they are in the folder that it names instead, and stay.
    """
    if _own_log_dir:
        path = _own_log_dir[0] if kind == "boards" else _own_log_dir[0] / kind
        path.mkdir(exist_ok=True)
        return path
    parent = folder(f"log/{kind}")
    if _run_log_dirs.get(parent, parent / "none").is_dir():
        return _run_log_dirs[parent]
    _remove_old_logs(parent)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    for number in itertools.count(1):
        path = parent / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
            break
        except FileExistsError:
            continue  # another process space
    atexit.register(_remove_if_empty, path, os.getpid())
    _run_log_dirs[parent] = path
    return path


def log_to(path):
    """All logs of this call go to a folder of the user's, which is made when it is missing: those of boards directly, others into a folder named after
    their kind. Raises SvpError."""
    path = Path(path).absolute()
    if strange(path):
        raise SvpError(f"logs in {str(path)!r}: kernel and Makefiles cannot work in a path with {strange(path)!r}")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SvpError(f"logs in {path}: {explain(error, named=False)}") from None
    _own_log_dir[:] = [path]


def board_log_dir():
    """Folder for the logs of this call's boards."""
    return run_log_dir("boards")


def _remove_if_empty(path, owner):
    if os.getpid() == owner:
        with contextlib.suppress(OSError):
            path.rmdir()


def _last_change(entry):
    """When something in a file or folder was last written."""
    times = [entry.stat().st_mtime]
    if entry.is_dir():
        times += [file.stat().st_mtime for file in entry.iterdir()]
    return max(times)


def _remove_old_logs(parent):
    """Remove what is beyond a number of runs and was not written to for long: whoever's it is, he may still want to read it till then."""
    dated = []
    for entry in parent.iterdir():
        with contextlib.suppress(OSError):  # its owner removes it at the same time
            dated.append((_last_change(entry), entry))
    dated.sort(key=lambda row: row[0])
    limit = time.time() - LOGS_YOUNG_SECONDS
    for changed, entry in dated[:-LOG_RUNS_KEPT]:
        if changed < limit:
            with contextlib.suppress(OSError):
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()


@contextlib.contextmanager
def lock(name):
    """Only one svp at a time does what `name` stands for (a product, a build tree, downloads); a second one says so and waits.

    Locks are taken in the order part, source, downloads, so that nobody waits in a circle.
    """
    path = folder("locks") / name
    with open(path, "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            print(f"svp: process {stream.read().strip() or '?'} is at work on {name} in {root()}; waiting for it", file=sys.stderr, flush=True)
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


def made(prefix, digested, make, keep):
    """Folder `prefix`-`digested` of what is built; `make(partial)` fills it if it is not there, all of it or nothing, while others wait.

    All but `keep` of this prefix go: see prune(). What make() raises comes through, and leaves no folder behind that counts.
    """
    whole = folder("build") / f"{prefix}-{digested}"
    with lock(whole.name):
        if not whole.exists():
            partial = whole.with_name(whole.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            make(partial)
            partial.rename(whole)
            prune("build", f"{prefix}-", keep)
    mark_used(whole)
    return whole


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
