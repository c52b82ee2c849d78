# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU with the guest's console on this terminal (or on a pipe), and an eye on what the guest prints.

QEMU is a child that has the terminal; what it shows goes to a log, which is judged meanwhile. A guest that has failed gets one line,
and an end where nobody could use it any longer. What is typed is no failure of the guest, whatever it says: lines from a pipe are passed
on here, so that their echo is known; on a terminal, which is QEMU's alone, what stands behind a prompt counts as typed.
"""

import contextlib
import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

from ..base.errors import HostError, advised, explain, explain_start, program_end
from ..base.progress import ROOM_BYTES, say
from . import guest_failures
from .console import timeout_scale
from .echo import EchoFilter
from .qmp import Qmp, QmpClosed

LOOK_SECONDS = 0.1
#: From a failure that ends the machine to its end: the rest of what the guest has to say
LAST_WORDS_SECONDS = 1.5
QUIT_SECONDS = 5
#: A guest that is quiet for so long (scaled) may be asking in words that are not known here
QUIET_SECONDS = 20
#: Lines from a pipe that may wait for their echo
TYPED_AHEAD = 256
#: The end of a line where the guest waits for its user: silence is no failure
_PROMPT = re.compile(r"(?:login: ?|[#$>] ?)(?:\x1b\[[0-9;?]*[@-~])*\Z")
_ANY_KEY = re.compile(r"Hit any key|[Pp]ress any key")
#: What kernel and OP-TEE say at any time, behind a prompt as well
_MESSAGE = re.compile(r"(?:<\d+>)?\[ *\d+\.\d+\].*|[IWEFD]/T[CA]: ?.*")
_LINES_LOOKED_AT = 200
#: A prompt at which something was typed, or could have been
_PROMPTED = re.compile(r"^SVP shell$|login: |^\S*(?:[#$>]|=>) ", re.MULTILINE)
#: The beginning of a line that was typed, unless the kernel has spoken since the prompt
_TYPED = re.compile(r"\S*(?:[#$>]|=>) (?!.*\[ *\d+\.\d+)")
#: Restarts in a row without a prompt that make a loop
RESTARTS_LIMIT = 5
_EXIT = re.compile(r"^SVP exit (\d+)\s*$", re.MULTILINE)
_DONE = re.compile(r"^SVP done (\S+) status=(?!0\s*$)(\d+)\s*$", re.MULTILINE)
_GUEST_ENDS = ("guest-shutdown", "guest-reset", "guest-panic")


class _Log:
    """A file that grows, read as text piece by piece."""

    def __init__(self, path):
        self._path = path
        self._at = 0
        self._echoes = EchoFilter(TYPED_AHEAD)
        self._lock = threading.Lock()
        self.text = ""
        self.judged = 0

    def read(self):
        """Whether something has come."""
        try:
            with open(self._path, "rb") as stream:
                stream.seek(self._at)
                data = stream.read()
        except FileNotFoundError:
            return False
        self._at += len(data)
        with self._lock:
            self.text += self._echoes.feed(data.decode("utf-8", "replace"))
        return bool(data)

    def typed(self, text):
        """Note what is about to be typed."""
        with self._lock:
            self._echoes.typed(text)

    def failure(self, on_terminal):
        """The next guest_failures.Failure that has not been given, or None."""
        while found := guest_failures.find(self.text, self.judged):
            self.judged = found.start + 1
            line = self.text[self.text.rfind("\n", 0, found.start) + 1:found.start]
            if not (on_terminal and _TYPED.match(line)):
                return found
        return None


class Session:
    """One QEMU on this terminal. `programs`: the command line names programs, so their status counts; `silence` in seconds, or None."""

    def __init__(self, command, logs, *, programs=False, silence=None, debugger=False):
        self._command = command
        self._logs = [_Log(path) for path in logs]
        self._folder = Path(logs[0]).parent
        self._programs = programs
        self._silence = silence
        self._debugger = debugger
        self._terminal = sys.stdin is not None and sys.stdin.isatty()
        self._failure = None
        self._last_output = time.monotonic()
        self._reset_from = 0
        self._restarts = 0
        self._last_words = ""
        self._ending = False
        self._qmp = None
        self._reasons = []
        self._asked = threading.Event()

    def run(self):
        """Run it to its end; returns the guest's failure as one line, or None. Raises HostError when QEMU itself failed."""
        ours, theirs = socket.socketpair()
        command = [*self._command, "-chardev", f"socket,id=svp-qmp,fd={theirs.fileno()}", "-mon", "chardev=svp-qmp,mode=control"]
        with _terminal_kept():
            try:
                process = subprocess.Popen(command, stdin=None if self._terminal else subprocess.PIPE, stderr=subprocess.PIPE,
                                           pass_fds=[theirs.fileno()])
            except OSError as error:
                raise HostError(f"cannot start QEMU: {explain_start(error)}") from None
            theirs.close()
            complaints = threading.Thread(target=self._show_complaints, args=(process.stderr,), name="stderr", daemon=True)
            complaints.start()
            if not self._terminal:
                threading.Thread(target=self._pass_on, args=(process.stdin,), name="stdin", daemon=True).start()
            try:
                self._follow(process, ours)
            finally:
                self._end(process)
                self._asked.set()
        complaints.join(1)
        if self._qmp:
            self._qmp.close()
        if process.returncode and not self._ending:
            raise HostError(advised(f"QEMU ended with {program_end(process.returncode)}" + (f": {self._last_words}" if self._last_words else "")))
        return self._verdict()

    def _pass_on(self, stream):
        """Give QEMU what our stdin has, and note it first; not before somebody asks for it, since a guest loses what it is typed while it boots."""
        self._asked.wait()
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(0, 4096):
                self._logs[0].typed(data.decode("utf-8", "replace"))
                stream.write(data)
                stream.flush()
        with contextlib.suppress(OSError, ValueError):
            stream.close()

    def _show_complaints(self, stream):
        """Pass on what QEMU itself says, and keep the last line."""
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                self._last_words = text or self._last_words
                print(text, end="\r\n" if self._terminal else "\n", file=sys.stderr, flush=True)

    def _follow(self, process, connection):
        with contextlib.suppress(QmpClosed):
            self._qmp = Qmp(connection, timeout=60 * timeout_scale())
        while process.poll() is None:
            self._look()
            if self._failure and not self._debugger and (not self._terminal or self._failure.name in guest_failures.FATAL):
                time.sleep(LAST_WORDS_SECONDS)
                return
            if not self._terminal and not self._debugger and guest_failures.halted(self._logs[0].text):
                self._reasons.append("guest-shutdown")
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
        for _ in range(20):  # QEMU's last words are on their way
            if self._qmp is None or self._qmp.closed:
                break
            time.sleep(0.05)
        self._look()

    def _need_room(self):
        """QEMU says nothing of a log that it cannot write, and what is not in the log cannot be judged."""
        if shutil.disk_usage(self._folder).free < ROOM_BYTES:
            raise HostError(f"logs in {self._folder}: {explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))}")

    def _look(self):
        """Read on, and note the first failure."""
        self._need_room()
        if any([log.read() for log in self._logs]):
            self._last_output = time.monotonic()
        for log in self._logs:
            found = log.failure(self._terminal)
            if found:
                self._fail(found)
        for event in self._qmp.take_events() if self._qmp else ():
            self._heed(event)
        quiet = time.monotonic() - self._last_output
        if not self._asked.is_set() and self._logs[0].text and (quiet > QUIET_SECONDS * timeout_scale() or asks_for_input(self._logs[0].text)):
            self._asked.set()
        if self._silence and quiet > self._silence * timeout_scale() and not self._terminal and not waits_for_its_user(self._logs[0].text):
            last = self._logs[0].text.rstrip().rsplit("\n", 1)[-1][:80]
            self._fail(guest_failures.Failure("silence", f"nothing was printed for {self._silence * timeout_scale():g} s; last: '{last}'"))

    def _heed(self, event):
        """What QEMU says about the machine."""
        name, data = event["event"], event.get("data", {})
        if name == "SHUTDOWN":
            self._reasons.append(data.get("reason", "?"))
        if name == "RESET" and data.get("guest") or name == "SHUTDOWN" and data.get("reason") == "guest-reset":
            self._logs[0].read()
            text = self._logs[0].text
            if not guest_failures.restart_announced(text, self._reset_from):
                self._fail(guest_failures.Failure("reset", "the machine was reset without a word from its software, as by the watchdog"))
            self._restarts = 0 if _PROMPTED.search(text, self._reset_from) else self._restarts + 1
            if self._restarts >= RESTARTS_LIMIT:
                self._fail(guest_failures.Failure("reboot loop", f"the guest restarted itself {self._restarts} times in a row and came to no prompt"))
            self._reset_from = len(text)
        if name == "GUEST_PANICKED":
            self._fail(guest_failures.Failure("guest panic", "the guest told QEMU"))

    def _fail(self, failure):
        if self._failure is None:
            self._failure = failure
            if self._terminal:
                sys.stderr.write("\r\n")
                say(f"the guest failed: {failure}\r")

    def _verdict(self):
        """The first failure, or what the programs' status makes of it."""
        if self._failure:
            return str(self._failure)
        if not self._programs:
            return None
        text = self._logs[0].text
        bad = [status for status in _EXIT.findall(text) if status != "0"]
        if bad:
            named = ", ".join(f"{name} ended with status {status}" for name, status in _DONE.findall(text))
            return f"exit status {bad[0]} of its programs" + (f": {named}" if named else "")
        if not _EXIT.search(text):
            how = "the machine ended" if set(self._reasons).intersection(_GUEST_ENDS) else "it was ended"
            return f"{how} before its programs did"
        return None

    def _end(self, process):
        """End QEMU if it runs: politely, then by force."""
        if process.poll() is not None:
            return
        self._ending = True
        with contextlib.suppress(QmpClosed, OSError):
            if self._qmp:
                self._qmp.command("quit", timeout=QUIT_SECONDS)
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number:
                process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(QUIT_SECONDS)
                return


def waits_for_its_user(text):
    """Whether what a guest has shown, typed words left out, ends at a prompt behind which nothing was typed."""
    for number, line in enumerate(reversed(text.rsplit("\n", _LINES_LOOKED_AT))):
        before = _MESSAGE.sub("", line)
        if before.strip():
            return before.strip() == "SVP shell" or (number == 0 or before != line) and bool(_PROMPT.search(before))
    return False


def asks_for_input(text):
    """Whether a guest that has shown this takes what is typed: at a prompt, or in a boot loader's countdown."""
    last = text.rsplit("\n", 1)[-1]
    return bool(last.strip()) and (waits_for_its_user(text) or bool(_ANY_KEY.search(last)))


@contextlib.contextmanager
def _terminal_kept():
    """The terminal's settings are as they were afterwards, even if QEMU is killed."""
    try:
        settings = termios.tcgetattr(0)
    except (termios.error, OSError):
        settings = None
    try:
        yield
    finally:
        if settings is not None:
            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(0, termios.TCSADRAIN, settings)


def terminal_size():
    """Word for the kernel command line that tells init the terminal's size; empty when there is none."""
    try:
        size = os.get_terminal_size(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return ""
    return f"svp.tty={size.lines}x{size.columns}" if size.lines and size.columns else ""
