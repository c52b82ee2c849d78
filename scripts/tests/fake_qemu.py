#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands in for QEMU: takes its lines and its monitor from the command line as Board wires them, and plays what FAKE_QEMU tells.

FAKE_QEMU is a JSON list of [action, argument...]: print TEXT, secure TEXT, complain TEXT (on stderr), sleep SECONDS, event NAME DATA, flood MEBIBYTES (of
console output), typed (shows a line of stdin, as a terminal echoes it), deaf SECONDS (what stdin
has meanwhile is lost), answer OUTPUT STATUS (of the next command that Board gives the shell, or of its question whether there is one), card NAME TEXT
(an archive with that file, on the last card), exit STATUS, kill SIGNAL. At the end of the list it waits to be ended.
"""

import contextlib
import io
import json
import os
import re
import select
import socket
import sys
import tarfile
import threading
import time


def wired(name):
    """The socket of a character device that Board or an interactive session passes on, or a file to write to."""
    for word in sys.argv:
        match = re.fullmatch(rf"socket,id={name},fd=(\d+)", word)
        if match:
            return socket.socket(fileno=int(match.group(1)))
    return None


def log_file(option):
    """The log of a console on the terminal."""
    for word in sys.argv:
        match = re.search(option, word)
        if match:
            return open(match.group(1), "ab", buffering=0)
    return None


def answer(line, output, status):
    """What a shell says to a line of Board's: between its two marks the output, behind the second one the status."""
    marks = re.findall(r'echo @@""(\w+)', line)
    return "".join((f"@@{marks[0]}\n", *((output, f"@@{marks[1]} {status}\n") if marks[1:] else ())))


def fill_card(name, text):
    """An archive with one file, at the beginning of the last card."""
    paths = [match.group(1) for match in (re.match(r"if=sd,.*file=(.*)", word) for word in sys.argv) if match]
    with tarfile.open(paths[-1], "w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))


def serve(connection, lock):
    """Answer every command of the monitor with nothing; quit ends the program."""
    with lock:
        connection.sendall(b'{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 0}}}}\n')
    for line in connection.makefile("rb"):
        request = json.loads(line)
        with lock:
            connection.sendall(json.dumps({"return": {}, "id": request.get("id")}).encode() + b"\n")
        if request["execute"] == "quit":
            os._exit(0)


def main():
    console, secure, monitor = wired("svp-console"), wired("svp-secure"), wired("svp-qmp")
    shown, hidden = log_file(r"id=svp-console,.*logfile=(.*)"), log_file(r"id=svp-secure,path=(.*)")
    lines, lock = None, threading.Lock()
    if monitor:
        threading.Thread(target=serve, args=(monitor, lock), daemon=True).start()

    def put(line, log, data):
        if line:
            line.sendall(data)
        elif log:
            with contextlib.suppress(OSError):  # as QEMU does
                log.write(data)

    for action, *rest in json.loads(os.environ["FAKE_QEMU"]):
        if action == "print":
            put(console, shown, rest[0].replace("\n", "\r\n").encode())
        elif action == "secure":
            put(secure, hidden, rest[0].replace("\n", "\r\n").encode())
        elif action == "flood":
            for _ in range(rest[0]):
                put(console, shown, (b"x" * 126 + b"\r\n") * (1 << 13))
        elif action == "complain":
            print(rest[0], file=sys.stderr, flush=True)
        elif action == "typed":
            put(console, shown, sys.stdin.buffer.readline().rstrip(b"\n") + b"\r\n")
        elif action == "deaf":
            until = time.monotonic() + rest[0]
            while (left := until - time.monotonic()) > 0:
                if select.select([0], [], [], left)[0] and not os.read(0, 4096):
                    time.sleep(max(0, until - time.monotonic()))
        elif action == "answer":
            lines = lines or console.makefile("r")
            put(console, shown, answer(lines.readline(), *rest).replace("\n", "\r\n").encode())
        elif action == "card":
            fill_card(*rest)
        elif action == "sleep":
            time.sleep(rest[0])
        elif action == "event":
            with lock:
                monitor.sendall(json.dumps({"event": rest[0], "data": rest[1], "timestamp": {}}).encode() + b"\n")
        elif action == "exit":
            time.sleep(0.3)  # for the monitor's last words
            sys.exit(rest[0])
        elif action == "kill":
            os.kill(os.getpid(), rest[0])
    time.sleep(600)


if __name__ == "__main__":
    main()
