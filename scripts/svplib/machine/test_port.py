# SPDX-License-Identifier: GPL-2.0-or-later
"""The test port by its registers (hw/observer/README.md), and the same accesses by QMP.

    port = TestPort(machine.readl, machine.writel)             # with -M imx8mq-evk,test-port=on
    port.run("copy", master="gpu", source=0x40000000, destination=0x50000000, length=4096)    # "okay", "slverr" or "decerr"
    port.run("read", master="a53", secure=True, source=0x40000000, length=4); port.data(4)

    port_read(board.qmp, "caam-secure", 0xC0000000, 8)         # by QMP: (answer, bytes); needs no test-port=on
    secure_registers(board.qmp)                                # (readl, writel) of the secure A53, over QMP
"""

import base64
import time

BASE = 0x303F0000
SPI = 109
ID = 0x54500001
WINDOW = 4096
MAX_LENGTH = 64 << 20
COMMANDS = {"read": 1, "write": 2, "copy": 3, "fill": 4}
ANSWERS = ("okay", "slverr", "decerr")
BUSY, DONE, REFUSED = 1, 2, 4

#: RDC MDA indices by the names of QMP's SvpBusMaster
MASTERS = {"a53": 0, "m4": 1, "pcie1": 2, "pcie2": 3, "vpu": 4, "lcdif": 5, "csi1": 6, "csi2": 7, "coresight": 8, "dap": 9, "caam": 10,
           "sdma1-periph": 11, "sdma1-burst": 12, "apbh-dma": 13, "raw-nand": 14, "usdhc1": 15, "usdhc2": 16, "dcss": 17, "gpu": 18, "usb1": 19,
           "usb2": 20, "testport": 21, "enet-tx": 22, "enet-rx": 23, "sdma2": 24, "vpu-bank1": 25,
           "sdma1-spba1": 26}


class TestPort:
    """Jobs of the test port; `readl` and `writel` access its registers by physical address."""

    __test__ = False

    def __init__(self, readl, writel):
        self._readl, self._writel = readl, writel

    def register(self, offset):
        return self._readl(BASE + offset)

    def set_register(self, offset, value):
        self._writel(BASE + offset, value)

    def begin(self, command, **job):
        """Start a job; `command` is a name of COMMANDS or a number, the rest as for prepare()."""
        self.prepare(**job)
        self.set_register(0x20, COMMANDS.get(command, command))

    def prepare(self, *, master, secure=False, source=0, destination=0, length, pattern=0):
        """All of a job but the write to COMMAND that starts it."""
        self.set_register(0x04, MASTERS.get(master, master) | secure << 8)
        for offset, value in ((0x08, source), (0x10, destination)):
            self.set_register(offset, value & 0xFFFFFFFF)
            self.set_register(offset + 4, value >> 32)
        self.set_register(0x18, length)
        self.set_register(0x1C, pattern)

    @property
    def status(self):
        return self.register(0x24)

    def wait(self, seconds=20):
        """The answer of the job under way. Raises AssertionError if it does not end or was refused."""
        deadline = time.monotonic() + seconds
        while (status := self.status) & BUSY:
            assert time.monotonic() < deadline, f"the test port is busy for more than {seconds} s"
        assert status & DONE and not status & REFUSED, f"status {status:#x}"
        return ANSWERS[status >> 4]

    def run(self, command, **job):
        """One job from begin to end; its answer."""
        self.begin(command, **job)
        return self.wait()

    def data(self, length):
        """Bytes from the start of the data window."""
        words = [self.register(0x1000 + offset) for offset in range(0, length, 4)]
        return b"".join(word.to_bytes(4, "little") for word in words)[:length]

    def set_data(self, data):
        padded = data + bytes(-len(data) % 4)
        for offset in range(0, len(padded), 4):
            self.set_register(0x1000 + offset, int.from_bytes(padded[offset:offset + 4], "little"))


def _identity(master):
    """Arguments of svp-test-port for a master; "-secure" behind the name of one that chooses its world (a53, caam)."""
    name = master.removesuffix("-secure")
    return {"master": name, **({"world": "secure"} if name != master else {})}


def _write_job(master, address, data):
    return {"operation": "write", "address": address, "data": base64.b64encode(data).decode(), **_identity(master)}


def port_read(qmp, master, address, length):
    """(answer, bytes) of a read as any master, by QMP; "-secure" behind the names a53 and caam."""
    result = qmp.command("svp-test-port", operation="read", address=address, length=length, **_identity(master))
    return result["answer"], base64.b64decode(result["data"])


def port_write(qmp, master, address, data):
    """The answer to a write as any master, by QMP."""
    return qmp.command("svp-test-port", **_write_job(master, address, data))["answer"]


def secure_registers(qmp):
    """Functions that read and write 32-bit registers as the secure A53, by the QMP command svp-test-port."""
    def readl(address):
        return int.from_bytes(port_read(qmp, "a53-secure", address, 4)[1], "little")

    def writel(address, value):
        qmp.commands([write_command(address, value)])

    return readl, writel


def write_command(address, value):
    """For Qmp.commands(): the secure A53 writes a 32-bit register."""
    return "svp-test-port", _write_job("a53-secure", address, value.to_bytes(4, "little"))


def read_cells(qmp, address, length):
    """What is in the memory's cells, past all firewalls."""
    return base64.b64decode(qmp.command("svp-read-cells", address=address, length=length)["data"])


def write_cells(qmp, address, data, length=None):
    """Change the memory's cells past all firewalls: to `data`, repeated if there are more bytes to fill. QEMU takes in 200 KiB a second."""
    more = {} if length is None else {"length": length}
    qmp.command("svp-write-cells", address=address, data=base64.b64encode(data).decode(), **more)
