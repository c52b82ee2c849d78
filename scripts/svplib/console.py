# SPDX-License-Identifier: GPL-2.0-or-later
r"""A guest's serial console: everything it prints is kept, logged and can be waited for.

    console.expect(r"Linux version (\S+)", timeout=60).group(1)
    console.send_line("uname -r")
    console.text                      # all output so far, carriage returns removed

A cursor moves forward with every successful expect(), so a line is matched once. A reader thread drains the console at
all times: a guest never blocks because nobody reads. Timeouts are seconds of wall time, multiplied by the environment
variable SVP_TIMEOUT_SCALE (a number, default 1) for slow machines.
"""

import os
import re
import socket
import threading
import time

from .errors import SvpError, UsageError

#: Output that makes expect() fail at once instead of waiting for its timeout.
DEFAULT_FAILURES = (r"Kernel panic - not syncing|Unable to handle kernel|Internal error: Oops|"
                    r"PANIC in EL3|Unhandled Exception (in|from) EL|E/TC:\S* Panic|Core data-abort|Core prefetch-abort")
TAIL_LINES = 25
WATCH_SECONDS = 0.1


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


class ConsoleError(SvpError):
    """Base of all that can go wrong while waiting; `detail` is the end of the console."""


class ConsoleTimeout(ConsoleError):
    """The awaited text did not come in time."""


class ConsoleClosed(ConsoleError):
    """The machine ended before the awaited text came."""


class ConsoleFailed(ConsoleError):
    """The guest printed a failure (panic, oops, abort in the secure world) while something else was awaited."""


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
        self._position = 0
        self._closed = False
        self._diagnose = lambda: ""
        self._watch = None
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        self._reader.start()

    def set_diagnosis(self, diagnose):
        """`diagnose()` returns a phrase on why the machine ended, for messages of ConsoleClosed."""
        self._diagnose = diagnose

    def set_watch(self, watch):
        """`watch()` is called about ten times a second while something is awaited; what it raises ends the wait. None for none."""
        self._watch = watch

    @property
    def text(self):
        """All output since the start."""
        with self._state:
            return self._text

    @property
    def position(self):
        """Index into `text` of the first character that no expect() has consumed."""
        return self._position

    @property
    def closed(self):
        """True when the other end has closed the line; `text` is complete then."""
        return self._closed

    def tail(self, lines=TAIL_LINES):
        """The last lines of output."""
        return self.text.rstrip("\n").split("\n")[-lines:]

    def expect(self, pattern, timeout=60.0, fail_on=DEFAULT_FAILURES):
        r"""Wait until the regular expression matches unread output; return the match and move the cursor behind it.

        `^` and `$` match at line ends. `fail_on`: a pattern that ends the wait at once if it comes first, None for none.
        Raises ConsoleTimeout, ConsoleClosed, ConsoleFailed; each carries the end of the console.
        """
        wanted = re.compile(pattern, re.MULTILINE) if isinstance(pattern, str) else pattern
        unwanted = re.compile(fail_on, re.MULTILINE) if isinstance(fail_on, str) else fail_on
        deadline = time.monotonic() + timeout * timeout_scale()
        with self._state:
            while True:
                size, closed = len(self._text), self._closed
                match = wanted.search(self._text, self._position)
                bad = unwanted.search(self._text, self._position) if unwanted else None
                if match and not (bad and bad.start() < match.start()):
                    self._position = match.end()
                    return match
                if bad:
                    raise ConsoleFailed(f"{self._name}: guest failed with '{bad.group(0)}' while waiting for "
                                        f"/{wanted.pattern}/", self._tail_locked())
                if closed:
                    raise ConsoleClosed(f"{self._name}: machine ended while waiting for /{wanted.pattern}/"
                                        f"{self._diagnose()}", self._tail_locked())
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ConsoleTimeout(f"{self._name}: /{wanted.pattern}/ did not come in "
                                         f"{timeout * timeout_scale():g} s", self._tail_locked())
                if self._watch:
                    self._watch()
                    left = min(left, WATCH_SECONDS)
                self._state.wait_for(lambda: len(self._text) != size or self._closed, left)

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
        try:
            self._socket.sendall(text.encode())
        except OSError:
            raise ConsoleClosed(f"{self._name}: cannot type, the machine ended{self._diagnose()}", self.tail()) from None

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
        return self._text.rstrip("\n").split("\n")[-TAIL_LINES:]

    def _read(self):
        rest = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            if self._log:
                self._log.write(data)
            # A character that is split between two reads is held back until it is whole (at most 3 bytes).
            rest += data
            keep = _incomplete_suffix(rest)
            piece = rest[:len(rest) - keep].decode("utf-8", "replace").replace("\r", "")
            rest = rest[len(rest) - keep:]
            with self._state:
                self._text += piece
                self._state.notify_all()
            if self._echo and piece:
                self._echo(piece)
        if self._log:
            self._log.close()
        with self._state:
            self._closed = True
            self._state.notify_all()


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
