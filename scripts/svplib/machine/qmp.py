# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU Machine Protocol client over a connected socket.

    reply = qmp.command("query-status")                   # the "return" member
    reply = qmp.command("human-monitor-command", **{"command-line": "info mtree"})
    event = qmp.wait_event("SHUTDOWN", timeout=30)        # {"event": ..., "data": ..., "timestamp": ...}

Reference: docs/interop/qmp-spec.rst of QEMU. A reader thread keeps events while commands run; the queue holds the newest
10 000 events, `dropped_events` counts the others.
"""

import collections
import json
import socket
import threading
import time

from ..base.errors import SvpError

EVENT_LIMIT = 10_000
#: Events that tell how a machine ended: remembered apart from the queue
RARE_EVENTS = ("SHUTDOWN", "RESET", "WATCHDOG", "GUEST_PANICKED")
RARE_KEPT = 100


class QmpError(SvpError):
    """QEMU answered a command with an error; `kind` is its class (CommandNotFound, GenericError, ...)."""

    def __init__(self, command, kind, description):
        super().__init__(f"QMP {command}: {description}")
        self.kind = kind
        self.description = description


class QmpClosed(SvpError):
    """The connection ended (QEMU is gone) or QEMU did not answer in time."""


class Qmp:
    """One QMP session. Thread-safe; commands are answered in the order they are sent."""

    def __init__(self, connection, timeout=30.0):
        """`connection`: connected stream socket. Negotiates capabilities; `timeout` in seconds."""
        self._socket = connection
        self._state = threading.Condition()
        self._command_lock = threading.Lock()
        self._replies = {}
        self._next_id = 0
        self._closed = False
        self._greeting = None
        self._events = collections.deque()
        self._rare = collections.deque(maxlen=RARE_KEPT)
        self.dropped_events = 0
        self._reader = threading.Thread(target=self._read, name="qmp", daemon=True)
        self._reader.start()
        with self._state:
            if not self._state.wait_for(lambda: self._greeting or self._closed, timeout) or not self._greeting:
                raise QmpClosed("QMP: QEMU sent no greeting")
        self.command("qmp_capabilities", timeout=timeout)

    @property
    def version(self):
        """(major, minor, micro) of the QEMU at the other end."""
        number = self._greeting["QMP"]["version"]["qemu"]
        return number["major"], number["minor"], number["micro"]

    @property
    def closed(self):
        """True when QEMU has closed the connection."""
        return self._closed

    def command(self, name, timeout=60.0, **arguments):
        """Run one command and return its result. Python names map to QMP's: a_b stays a_b, use ** for names with '-'.

        `timeout` in seconds. Raises QmpError for an error answer, QmpClosed when QEMU is gone or silent.
        """
        return self.commands([(name, arguments)], timeout)[0]

    def commands(self, requests, timeout=60.0):
        """Send commands together, so that QEMU runs one right after the other: a list of (name, {argument: value}). Their results."""
        identities = []
        text = b""
        for name, arguments in requests:
            with self._command_lock:
                self._next_id += 1
                identities.append(self._next_id)
            request = {"execute": name, "id": identities[-1]}
            if arguments:
                request["arguments"] = arguments
            text += json.dumps(request).encode() + b"\n"
        try:
            self._socket.sendall(text)
        except OSError as error:
            raise QmpClosed(f"QMP {name}: QEMU is gone ({error.strerror})") from None
        return [self._reply(name, identity, timeout) for (name, _), identity in zip(requests, identities, strict=True)]

    def _reply(self, name, identity, timeout):
        with self._state:
            self._state.wait_for(lambda: identity in self._replies or self._closed, timeout)
            reply = self._replies.pop(identity, None)
        if reply is None:
            raise QmpClosed(f"QMP {name}: " + ("QEMU is gone" if self._closed else f"no answer in {timeout:g} s"))
        if "error" in reply:
            raise QmpError(name, reply["error"].get("class", "?"), reply["error"].get("desc", "?"))
        return reply["return"]

    def hmp(self, line, timeout=60.0):
        """Run one line of the human monitor and return its text."""
        return self.command("human-monitor-command", timeout=timeout, **{"command-line": line}).replace("\r\n", "\n")

    def wait_event(self, name, timeout=60.0, where=None):
        """Take the oldest event `name` (for which `where(event)` holds) off the queue, waiting up to `timeout` seconds.

        Events of other names stay queued. Raises QmpClosed when none comes.
        """
        deadline = time.monotonic() + timeout
        with self._state:
            while True:
                for event in self._events:
                    if event["event"] == name and (where is None or where(event)):
                        self._events.remove(event)
                        return event
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    seen = ", ".join(sorted({event["event"] for event in self._events})) or "none"
                    reason = "QEMU is gone" if self._closed else f"none in {timeout:g} s"
                    raise QmpClosed(f"QMP event {name}: {reason} (other events queued: {seen})")
                self._state.wait(left)

    def take_events(self, name=None):
        """Return and remove all queued events (of that name), oldest first; does not wait."""
        with self._state:
            taken = [event for event in self._events if name is None or event["event"] == name]
            kept = [event for event in self._events if name is not None and event["event"] != name]
            self._events = collections.deque(kept)
        return taken

    def seen_events(self, name):
        """All events of that name so far whether taken off the queue or not, oldest first; only of the few that RARE_EVENTS lists."""
        with self._state:
            return [event for event in self._rare if event["event"] == name]

    def close(self):
        """Close the connection; QEMU goes on."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        except OSError:
            pass

    def _read(self):
        try:
            with self._socket.makefile("rb") as stream:
                for line in stream:
                    if line.strip():
                        self._accept(json.loads(line))
        except (OSError, ValueError):
            pass
        with self._state:
            self._closed = True
            self._state.notify_all()

    def _accept(self, message):
        with self._state:
            if "QMP" in message:
                self._greeting = message
            elif "event" in message:
                if len(self._events) >= EVENT_LIMIT:
                    self._events.popleft()
                    self.dropped_events += 1
                self._events.append(message)
                if message["event"] in RARE_EVENTS:
                    self._rare.append(message)
            elif "id" in message:
                self._replies[message["id"]] = message
            self._state.notify_all()
