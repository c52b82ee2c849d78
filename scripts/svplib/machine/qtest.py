# SPDX-License-Identifier: GPL-2.0-or-later
r"""Device-level tests: QEMU with no CPU running, its memory-mapped devices driven from outside.

    from svplib.machine.qtest import QTest

    with QTest() as machine:                                   # -M imx8mq-evk -accel qtest
        machine.writel(0x32F80104, 0)
        assert machine.readl(0x32F80000) == 0x...
        machine.write(0x40000000, b"bytes"); machine.read(0x40000000, 5)
        machine.clock_step(1_000_000)                          # nanoseconds of virtual time
        machine.intercept("/machine/soc/gic"); machine.irq(32 + 108)
        machine.qmp.command("qom-get", path="/machine", property="type")

Accesses are those of CPU 0's non-secure address space. Reference: docs/devel/testing/qtest.rst and system/qtest.c of QEMU.
"""

import base64
import socket
import threading

from .board import Board, BoardError
from .qmp import QmpClosed


BATCH = 500  # lines; their answers must fit into a socket's buffer


class QTest(Board):
    """A Board whose CPUs never run; takes Board's arguments, none of the boot ones by default."""

    def __init__(self, *, memory="1G", cpus=1, timeout=30.0, name="qtest", extra=(), **board):
        """`timeout`: seconds that one access may take."""
        for option in ("kernel", "dtb", "initrd"):
            board.setdefault(option, None)
        board.setdefault("firmware", "none")
        self._ours, self._theirs = socket.socketpair()
        self._timeout = timeout
        self._lines = {}
        self._lock = threading.Lock()
        super().__init__(memory=memory, cpus=cpus, name=name, extra=extra, **board)
        self._extra = ["-accel", "qtest", "-chardev", f"socket,id=svp-qtest,fd={self._theirs.fileno()}",
                       "-qtest", "chardev:svp-qtest", "-qtest-log", "none", *self._extra]

    def pass_descriptors(self):
        return [self._theirs.fileno()]

    def start(self):
        super().start()
        self._theirs.close()
        self._ours.settimeout(self._timeout)
        self._stream = self._ours.makefile("r", encoding="ascii", errors="replace")
        return self

    def stop(self):
        super().stop()
        self._ours.close()
        self._theirs.close()

    def request(self, line):
        """Send one line of the qtest protocol, return the words after OK. Raises BoardError when QEMU refuses or dies."""
        with self._lock:
            try:
                self._ours.sendall(line.encode() + b"\n")
                while True:
                    answer = self._stream.readline()
                    words = answer.split()
                    if not words:
                        raise BoardError(f"qtest '{line[:80]}': QEMU is gone{self._diagnosis()}", self.messages())
                    if words[0] != "IRQ":
                        break
                    self._lines[int(words[2])] = words[1] == "raise"
            except TimeoutError:
                raise QmpClosed(f"qtest '{line[:80]}': no answer in {self._timeout:g} s") from None
            except OSError:
                raise BoardError(f"qtest '{line[:80]}': QEMU is gone{self._diagnosis()}", self.messages()) from None
        if words[0] != "OK":
            raise BoardError(f"qtest '{line[:80]}': {' '.join(words)}")
        return words[1:]

    def requests(self, lines):
        """Send many lines together, return the words after OK of each; for tests to which the time counts."""
        answers = []
        for start in range(0, len(lines), BATCH):
            answers += self._batch(lines[start:start + BATCH])
        return answers

    def _batch(self, lines):
        answers = []
        with self._lock:
            try:
                self._ours.sendall("".join(line + "\n" for line in lines).encode())
                while len(answers) < len(lines):
                    words = self._stream.readline().split()
                    if words and words[0] == "IRQ":
                        self._lines[int(words[2])] = words[1] == "raise"
                    elif words and words[0] == "OK":
                        answers.append(words[1:])
                    elif words:
                        raise BoardError(f"qtest '{lines[len(answers)][:80]}': {' '.join(words)}")
                    else:
                        raise BoardError(f"qtest '{lines[len(answers)][:80]}': QEMU is gone{self._diagnosis()}", self.messages())
            except TimeoutError:
                raise QmpClosed(f"qtest '{lines[len(answers)][:80]}': no answer in {self._timeout:g} s") from None
            except OSError:
                raise BoardError(f"qtest '{lines[len(answers)][:80]}': QEMU is gone{self._diagnosis()}", self.messages()) from None
        return answers

    def readb(self, address):
        """One byte at a physical address."""
        return int(self.request(f"readb {address:#x}")[0], 16)

    def readw(self, address):
        """16 bits, little endian."""
        return int(self.request(f"readw {address:#x}")[0], 16)

    def readl(self, address):
        """32 bits, little endian."""
        return int(self.request(f"readl {address:#x}")[0], 16)

    def readq(self, address):
        """64 bits, little endian."""
        return int(self.request(f"readq {address:#x}")[0], 16)

    def writeb(self, address, value):
        """Write one byte."""
        self.request(f"writeb {address:#x} {value:#x}")

    def writew(self, address, value):
        """Write 16 bits."""
        self.request(f"writew {address:#x} {value:#x}")

    def writel(self, address, value):
        """Write 32 bits."""
        self.request(f"writel {address:#x} {value:#x}")

    def writeq(self, address, value):
        """Write 64 bits."""
        self.request(f"writeq {address:#x} {value:#x}")

    def read(self, address, size):
        """`size` bytes from a physical address."""
        return base64.b64decode(self.request(f"b64read {address:#x} {size:#x}")[0]) if size else b""

    def write(self, address, data):
        """Write bytes to a physical address."""
        if data:
            self.request(f"b64write {address:#x} {len(data):#x} {base64.b64encode(bytes(data)).decode()}")

    def clock_step(self, nanoseconds=None):
        """Advance virtual time (to the next timer when no step is given); return the new time in ns."""
        return int(self.request("clock_step" if nanoseconds is None else f"clock_step {nanoseconds}")[0])

    def intercept(self, path, outputs=False, name=None):
        """Watch the input (or output, optionally named) lines of a device, given by its QOM path; then ask irq()."""
        self.request(f"irq_intercept_{'out' if outputs else 'in'} {path}" + (f" {name}" if name else ""))

    def irq(self, line):
        """Level of a watched line after all that was asked so far."""
        self.request("endianness")
        return self._lines.get(line, False)
