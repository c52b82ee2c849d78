# SPDX-License-Identifier: GPL-2.0-or-later
"""Long steps: one updating line with elapsed time on a terminal, sparse lines elsewhere; the output goes to a log file.

All of it is written to stderr, so that stdout stays free for results.
"""

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import cache
from .errors import BuildError, HostError, SvpError, UsageError, disk_advice

QUIET_INTERVAL = 60.0
TERMINAL_INTERVAL = 0.5
TAIL_LINES = 20
LINE_LIMIT = 300
#: With less of it, a disk is full
ROOM_BYTES = 64 << 10


def say(text):
    """One line for the user."""
    print(f"svp: {text}", file=sys.stderr, flush=True)


def duration(seconds):
    """Text such as '7 s' or '2 min 05 s'."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def log_path(name):
    """The log file of a step of this call."""
    return cache.run_log_dir("builds") / f"{name}.log"


def build_environment(**extra):
    """Environment for build tools: the system's own tools first, nothing of the caller that changes what is built."""
    dropped = ("MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKEFILES", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CC", "CXX", "AR", "LD", "ARCH", "CROSS_COMPILE",
               "PLATFORM", "DEBUG", "V", "O", "OUT", "SRC", "KBUILD_OUTPUT", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "APT_CONFIG")
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin:" + environment.get("PATH", "")
    environment["LC_ALL"] = "C.UTF-8"
    environment.update(extra)
    return environment


def check_for_make(command):
    """Raise UsageError when an argument of a make has a character that a recipe's shell could take for something else.

    Each argument is a path, or NAME= with paths apart by blanks. '%' and '~' come from versions of Debian's packages.
    """
    for argument in map(str, command[1:]):
        strange = "".join(sorted(set(cache.PLAIN_PATH.sub("", argument)) - set("%~= ")))
        if strange:
            raise UsageError(f"make: {argument!r} has {strange!r}; paths of letters, digits and _ - + . , @ are possible")


def run_logged(title, command, log, *, cwd=None, env=None, append=False, error=BuildError, stdin=None):
    """Run a command with its output in `log`; raise `error` with the end of the log when it fails. Returns seconds used."""
    begin = time.monotonic()
    if command[0] == "make":
        check_for_make(command)
    with open(log, "ab" if append else "wb") as stream:
        stream.write(f"$ {' '.join(map(str, command))}\n".encode())
        stream.flush()
        try:
            process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=cwd, env=env or build_environment(),
                                       stdin=stdin if stdin is not None else subprocess.DEVNULL, start_new_session=True)
        except FileNotFoundError:
            raise SvpError(f"{title}: program '{command[0]}' is missing") from None
        try:
            _watch(title, process, log, begin)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
    used = time.monotonic() - begin
    if process.returncode:
        lines = failure_lines(log)
        # A log that did not fit does not say so
        full = os.strerror(errno.ENOSPC) if shutil.disk_usage(Path(log).parent).free < ROOM_BYTES else ""
        message, advice = f"{title} failed (exit status {process.returncode}) after {duration(used)}; log: {log}", disk_advice("\n".join([*lines, full]))
        raise HostError(f"{message}; {advice}", lines) if advice else error(message, lines)
    return used


def _watch(title, process, log, begin):
    terminal = sys.stderr.isatty()
    interval = TERMINAL_INTERVAL if terminal else QUIET_INTERVAL
    if not terminal:
        say(f"{title} ...")
    while True:
        try:
            process.wait(timeout=interval)
            break
        except subprocess.TimeoutExpired:
            text = f"svp: {title}: {duration(time.monotonic() - begin)}  {_last_line(log)}"
            if terminal:
                width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
                print(f"\r\x1b[K{text[:width - 1]}", end="", file=sys.stderr, flush=True)
            else:
                print(text[:160], file=sys.stderr, flush=True)
    if terminal:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if process.returncode == 0:
        say(f"{title}: done in {duration(time.monotonic() - begin)}")


def _last_line(log):
    with open(log, "rb") as stream:
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - 400))
        lines = stream.read().decode("utf-8", "replace").split("\n")
    full = [line.strip() for line in re.split(r"[\n\r]", "\n".join(lines)) if line.strip()]
    return full[-1] if full else ""


def failure_lines(log):
    """The lines of a build log that tell what went wrong: from ninja's first failure on, or the first errors and the end."""
    lines = [line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT] + " ..." for line in Path(log).read_text(errors="replace").splitlines()]
    for index, line in enumerate(lines):
        if line.startswith("FAILED:"):
            return [line] + lines[index + 2:index + TAIL_LINES]  # the line between is the command
    errors = [index for index, line in enumerate(lines) if re.search(r"\berror:|\bERROR:|undefined reference|No such file", line)]
    tail = max(0, len(lines) - TAIL_LINES)
    early = [lines[index] for index in errors if index < tail][:5]
    return early + lines[tail:]
