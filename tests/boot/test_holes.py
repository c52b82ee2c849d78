# SPDX-License-Identifier: GPL-2.0-or-later
"""Two holes of real boards, each shown open with the vulnerable configuration and closed with the right one.

1. DDR ignores the address bits above its size: protected cells have images at other addresses, which TZC-380 region 0 judges.
"""

import base64
import re
import struct
import unittest

import boot_case
from boot_case import BoardCase, run_checks

#: With 3 GiB fitted, only the first GiB has an image in the 4 GiB of the DDR's window. So the heap goes there.
LOW_VIDEO, VIDEO_BYTES = 0x60000000, 128 << 20
ALIAS_OFFSET = 0xC0000000
CELL_OFFSETS = (0, 0x1238, VIDEO_BYTES // 2, VIDEO_BYTES - 8)
SECRET = 0x5EC7E700
INTRUDER = bytes.fromhex("badc0ffee0ddf00d")


class _Alias:
    """A heap below 0x80000000, and its image above 4 GiB."""

    POLICY, HOLE = "open", False
    #: Who gets through the hole: Linux, and a DMA master of the normal world
    LINUX, DMA = False, False

    @classmethod
    def prepare(cls):
        changes = boot_case.secure_chosen({"svp,tzc-region0-open": True} if cls.HOLE else {})
        changes["/reserved-memory/secure-heap@c0000000/reg"] = (0, LOW_VIDEO, 0, VIDEO_BYTES)
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY, "dtb": boot_case.changed_device_tree(cls.scratch, changes)}

    def setUp(self):
        """OP-TEE writes the secret."""
        for number, offset in enumerate(CELL_OFFSETS):
            self.guest(f"svp-probe fill {LOW_VIDEO + offset:#x} 8 {SECRET + 2 * number:#x}")
        self.board.qmp.command("svp-clear-violations", counters=True)

    @staticmethod
    def secret(offset):
        word = SECRET + 2 * CELL_OFFSETS.index(offset)
        return struct.pack("<II", word, word + 1)

    def peek(self, address):
        output = self.guest(f"svp-probe peek {address:#x} 8")
        return int(re.search(rf"^PEEK {address:#x} (0x[0-9a-f]+)$", output, re.MULTILINE).group(1), 16).to_bytes(8, "little")

    def port(self, operation, address, **arguments):
        result = self.board.qmp.command("svp-test-port", operation=operation, master="gpu", address=address, **arguments)
        return base64.b64decode(result.get("data", ""))

    def denied(self):
        """{(master, direction, address, who denied, region)} on record."""
        log = self.board.qmp.command("query-svp-violations")["violations"]
        return {(row["master"], row["direction"], row["address"], row["denier"], row["index"]) for row in log}

    def test_boot(self):
        self.assertEqual("region 0 stays open, a known hole" in self.board.console.text, self.HOLE)
        self.assertRegex(self.board.console.text, rf"secure heap video: {LOW_VIDEO:#x}\.\.")

    def test_heap_itself_is_closed(self):
        """The secret is in the cells, and at the heap's own address nobody of the normal world sees it."""
        for offset in CELL_OFFSETS:
            self.assertEqual(self.board.ram(LOW_VIDEO + offset, 8), self.secret(offset))
            self.assertEqual(self.peek(LOW_VIDEO + offset), bytes(8))
            self.assertEqual(self.port("read", LOW_VIDEO + offset, length=8), bytes(8))

    def test_linux_reads_the_alias(self):
        for offset in CELL_OFFSETS:
            with self.subTest(offset=hex(offset)):
                self.assertEqual(self.peek(LOW_VIDEO + ALIAS_OFFSET + offset), self.secret(offset) if self.LINUX else bytes(8))
        self.assertEqual({row[2:] for row in self.denied()},
                         set() if self.LINUX else {(LOW_VIDEO + ALIAS_OFFSET + offset, "tzc", 0) for offset in CELL_OFFSETS})

    def test_linux_writes_the_alias(self):
        for offset in CELL_OFFSETS:
            with self.subTest(offset=hex(offset)):
                self.guest(f"svp-probe poke {LOW_VIDEO + ALIAS_OFFSET + offset:#x} 8 {int.from_bytes(INTRUDER, 'little'):#x}")
                self.assertEqual(self.board.ram(LOW_VIDEO + offset, 8), INTRUDER if self.LINUX else self.secret(offset))
        self.assertEqual({row[1] for row in self.denied()}, set() if self.LINUX else {"write"})

    def test_dma_uses_the_alias(self):
        alias = LOW_VIDEO + ALIAS_OFFSET + 0x1238
        self.assertEqual(self.port("read", alias, length=8), self.secret(0x1238) if self.DMA else bytes(8))
        self.port("write", alias, data=base64.b64encode(INTRUDER).decode())
        self.assertEqual(self.board.ram(LOW_VIDEO + 0x1238, 8), INTRUDER if self.DMA else self.secret(0x1238))
        self.assertEqual({row[:3] for row in self.denied()}, set() if self.DMA else {("gpu", "read", alias), ("gpu", "write", alias)})

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


class AliasHole(_Alias, BoardCase):
    """Region 0 as upstream leaves it: the secret is at the alias, for anybody to read and to change."""

    HOLE, LINUX, DMA = True, True, True


class AliasHoleUnderStrict(_Alias, BoardCase):
    """The RDC keeps other masters from the alias, but it does not know the CPU's worlds: Linux still gets through."""

    POLICY, HOLE, LINUX = "strict", True, True


class AliasClosed(_Alias, BoardCase):
    """Region 0 closed, which is what the board does by default."""


class AliasClosedUnderNxp(_Alias, BoardCase):
    """The same, with a video heap that the RDC protects."""

    POLICY = "nxp"


class AliasClosedUnderStrict(_Alias, BoardCase):
    """The same, with all that the board has."""

    POLICY = "strict"


if __name__ == "__main__":
    unittest.main()
