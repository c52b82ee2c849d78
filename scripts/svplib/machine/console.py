# SPDX-License-Identifier: GPL-2.0-or-later
r"""A guest's serial console: everything it prints is kept, logged and can be waited for.

    console.expect(r"Linux version (\S+)", timeout=60).group(1)
    console.send_line("uname -r")
    console.text                      # all output so far, carriage returns and the echo of what was typed removed

What is typed never counts as output (echo.py); tail() and the log have it. A cursor moves forward with every successful expect(), so a line is matched once. A reader thread drains the console at
all times: a guest never blocks because nobody reads. Timeouts are seconds of wall time, multiplied by the environment
variable SVP_TIMEOUT_SCALE (a number, default 1) for slow machines.
"""

import os
import re
import socket
import threading
import time

from ..base.errors import GuestError, HostError, UsageError, explain
from . import guest_failures
from .echo import EchoFilter

#: Output that makes expect() fail at once instead of waiting for its timeout.
DEFAULT_FAILURES = guest_failures.PATTERN
TAIL_LINES = 25
WATCH_SECONDS = 0.1
_PROMPT = re.compile(r".*[#$>%] ?(?:\x1b\[[0-9;?]*[@-~])*")


def timeout_scale():
    """The factor that SVP_TIMEOUT_SCALE asks for."""
    text = os.environ.get("SVP_TIMEOUT_SCALE", "1")
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0.1 <= scale <= 100:
        raise UsageError(f"SVP_TIMEOUT_SCALE: '{text}' is not a number from 0.1 to 100")
    return scale


class ConsoleError(GuestError):
    """Base of all that can go wrong while waiting; `detail` is the end of the console."""


class ConsoleTimeout(ConsoleError):
    """The awaited text did not come in time."""


class ConsoleClosed(ConsoleError):
    """The machine ended before the awaited text came."""


class ConsoleFailed(ConsoleError):
    """The guest printed a failure (panic, oops, abort in the secure world) while something else was awaited."""


class ConsoleSilent(ConsoleTimeout):
    """No console printed anything for longer than it may be silent."""


class Console:
    """One serial line, given as a connected stream socket."""

    def __init__(self, connection, log_path=None, echo=None, name="console"):
        """`log_path`: file that gets every byte. `echo`: callable that gets each piece of text as it comes."""
        self._socket = connection
        self._log = open(log_path, "wb", buffering=0) if log_path else None
        self._echo = echo
        self._name = name
        self._state = threading.Condition()
        self._text = ""
        self._transcript = ""
        self._filter = EchoFilter()
        self._position = 0
        self._closed = False
        self._diagnose, self._host_trouble = (lambda: ""), (lambda: None)
        self._watch = None
        self._beside = ()
        self._judged = 0
        self._silence = None
        self._last_output = time.monotonic()
        self._trouble = None
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        self._reader.start()

    def set_diagnosis(self, diagnose, host_trouble=lambda: None):
        """`diagnose()` returns a phrase on why the machine ended, for messages of ConsoleClosed; `host_trouble()` then what is raised in its place, or
        None."""
        self._diagnose, self._host_trouble = diagnose, host_trouble

    def set_watch(self, watch):
        """`watch()` is called about ten times a second while something is awaited; what it raises ends the wait. None for none."""
        self._watch = watch

    def set_beside(self, *consoles):
        """Other lines of the same machine: a failure on one of them ends a wait here, output of theirs ends a silence."""
        self._beside = consoles

    def set_silence(self, seconds):
        """A wait ends when no line printed anything for so many seconds (scaled); None: silence may last."""
        self._silence = seconds
        self._last_output = time.monotonic()

    @property
    def trouble(self):
        """A HostError that kept this side from logging or showing the console, or None."""
        return self._trouble

    @property
    def text(self):
        """All output since the start, without what was typed."""
        with self._state:
            return self._text

    @property
    def transcript(self):
        """All that the console showed, what was typed included."""
        with self._state:
            return self._transcript

    def prompts_removed(self, begin, end):
        """`text` from `begin` to `end` without the prompts behind which something was typed."""
        with self._state:
            text, places = self._text, [at for at in self._filter.removed if begin <= at <= end]
        pieces, done = [], begin
        for at in places:
            line = text.rfind("\n", begin, at) + 1 or begin
            if line < done or not _PROMPT.fullmatch(text[line:at]):
                continue
            pieces.append(text[done:line])
            done = at + (text[at:at + 1] == "\n")
        return "".join(pieces) + text[done:end]

    @property
    def position(self):
        """Index into `text` of the first character that no expect() has consumed."""
        return self._position

    @property
    def closed(self):
        """True when the other end has closed the line; `text` is complete then."""
        return self._closed

    def tail(self, lines=TAIL_LINES):
        """The last lines, for people: with what was typed."""
        return self.transcript.rstrip("\n").split("\n")[-lines:]

    def expect(self, pattern, timeout=60.0, fail_on=DEFAULT_FAILURES):
        r"""Wait until the regular expression matches unread output; return the match and move the cursor behind it.

        `^` and `$` match at line ends. `fail_on`: a pattern that ends the wait at once if it comes first, None for none.
        Raises ConsoleTimeout, ConsoleClosed, ConsoleFailed; each carries the end of the console.
        """
        wanted = re.compile(pattern, re.MULTILINE) if isinstance(pattern, str) else pattern
        unwanted = re.compile(fail_on, re.MULTILINE) if isinstance(fail_on, str) else fail_on
        deadline = time.monotonic() + timeout * timeout_scale()
        while True:
            with self._state:
                size, closed = len(self._text), self._closed
                match = wanted.search(self._text, self._position)
                bad = unwanted.search(self._text, self._position) if unwanted else None
                if match and not (bad and bad.start() < match.start()):
                    self._position = match.end()
                    return match
                if bad:
                    raise ConsoleFailed(f"{self._name}: guest failed, {_named(self._text, bad)}, while waiting for /{wanted.pattern}/",
                                        self._tail_locked())
                self._raise_trouble()
                self._look_beside(wanted, fail_on)
                if closed:
                    raise self._ended(f"machine ended while waiting for /{wanted.pattern}/")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ConsoleTimeout(f"{self._name}: /{wanted.pattern}/ did not come in "
                                         f"{timeout * timeout_scale():g} s", self._tail_locked())
                if guest_failures.halted(self._text):
                    raise ConsoleFailed(f"{self._name}: the guest has halted itself while waiting for /{wanted.pattern}/", self._tail_locked())
                self._look_at_silence(wanted)
                if self._watch:
                    self._watch()
                if self._watch or self._beside or self._silence:
                    left = min(left, WATCH_SECONDS)
                self._state.wait_for(lambda: len(self._text) != size or self._closed, left)

    def failure(self):
        """Raise ConsoleFailed for a failure that this line has printed since the last one that was raised, or for a guest that has halted."""
        with self._state:
            found = guest_failures.find(self._text, max(self._judged, self._position))
            if found:
                self._judged = found.start + 1
                raise ConsoleFailed(f"{self._name}: guest failed, {found}", self._tail_locked())
            if guest_failures.halted(self._text):
                raise ConsoleFailed(f"{self._name}: the guest has halted itself, QEMU does not end by that", self._tail_locked())

    def _look_beside(self, wanted, fail_on):
        """Failures on other lines; a wait that wants no failures leaves those that have come unjudged for good."""
        for line in self._beside:
            found = guest_failures.find(line.text, line._judged)
            if found:
                line._judged = found.start + 1
                if fail_on is DEFAULT_FAILURES:
                    raise ConsoleFailed(f"{line._name}: guest failed, {found}, while waiting for /{wanted.pattern}/", line.tail() + self._tail_locked())

    def _look_at_silence(self, wanted):
        if not self._silence:
            return
        quiet = time.monotonic() - max(line._last_output for line in (self, *self._beside))
        if quiet > self._silence * timeout_scale():
            raise ConsoleSilent(f"{self._name}: silence, nothing was printed for {self._silence * timeout_scale():g} s while waiting for "
                                f"/{wanted.pattern}/", self._tail_locked())

    def _ended(self, what):
        """What to raise when the machine has ended."""
        why = self._diagnose()
        return self._host_trouble() or ConsoleClosed(f"{self._name}: {what}{why}", self.tail())

    def _raise_trouble(self):
        if self._trouble:
            raise self._trouble

    def wait_closed(self, timeout=60.0):
        """Wait until the line is closed; True if it is. `timeout` in seconds, not scaled."""
        with self._state:
            return self._state.wait_for(lambda: self._closed, timeout)

    def skip_to_end(self):
        """Move the cursor behind all output that has come so far."""
        with self._state:
            self._position = len(self._text)

    def send(self, text):
        """Type text as it is."""
        with self._state:
            self._filter.typed(text)
        try:
            self._socket.sendall(text.encode())
        except OSError:
            raise self._ended("cannot type, the machine ended") from None

    def send_line(self, text=""):
        """Type text and the return key."""
        self.send(text + "\n")

    def close(self):
        """Close our end and the log."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        except OSError:
            pass

    def _tail_locked(self):
        return self._transcript.rstrip("\n").split("\n")[-TAIL_LINES:]

    def _read(self):
        rest = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            self._write_log(data)
            # A character that is split between two reads is held back until it is whole (at most 3 bytes).
            rest += data
            keep = _incomplete_suffix(rest)
            shown = rest[:len(rest) - keep].decode("utf-8", "replace")
            piece = shown.replace("\r", "")
            rest = rest[len(rest) - keep:]
            with self._state:
                self._text += self._filter.feed(shown)
                self._transcript += piece
                self._last_output = time.monotonic()
                self._state.notify_all()
            if self._echo and piece:
                try:
                    self._echo(piece)
                except (OSError, ValueError) as error:
                    self._echo = None
                    self._note_trouble(error, "cannot show the console")
        if self._log:
            self._log.close()
        with self._state:
            self._closed = True
            self._state.notify_all()


    def _write_log(self, data):
        """Log what came; a log that cannot be written must not stop the guest."""
        try:
            while self._log and data:
                data = data[self._log.write(data):]
        except OSError as error:
            path, self._log = self._log.name, None
            self._note_trouble(error, f"log {path}")

    def _note_trouble(self, error, what):
        with self._state:
            self._trouble = self._trouble or HostError(f"{what}: {explain(error)}")
            self._state.notify_all()


def _named(text, match):
    """A failure's kind and line."""
    found = guest_failures.find(text, match.start())
    return str(found) if found and found.start == match.start() else f"'{guest_failures.whole_line(text, match.start())}'"


def _incomplete_suffix(data):
    """Number of bytes at the end that begin, but do not finish, a UTF-8 character."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return 0
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if need > back else 0
    return 0
