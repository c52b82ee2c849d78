# SPDX-License-Identifier: GPL-2.0-or-later
"""Who reaches what: the table from a board that is only a pretence, and its text."""

import base64
import unittest
from types import SimpleNamespace

from svplib.machine import reach
from svplib.machine.board import BoardError


class PretendedBoard:
    """Cells in a dictionary, and a policy as a function of (master, world, direction, address)."""

    name = "pretended"
    policy = "open"
    dram = SimpleNamespace(size=3 << 30)

    def __init__(self, permits):
        self.permits, self.cells, self.qmp = permits, {}, self

    def ram(self, address, size):
        return b"".join(self.cells.get(at, b"\0" * 8) for at in range(address, address + size, 8))

    def command(self, name, operation=None, master=None, address=None, world="non-secure", length=8, data=None):
        if name == "svp-write-cells":
            self.cells[address] = base64.b64decode(data)
            return {}
        if operation is None:
            _, what, address, _, *value = name.split()
            master, world, address = "linux", "non-secure", int(address, 16)
            operation, data = ("read", None) if what == "peek" else ("write", base64.b64encode(int(value[0], 16).to_bytes(8, "little")))
        if address >= reach.WINDOW_END:
            return self.answer(master, f"PEEK {address:#x} abort", {"answer": "decerr", "data": ""})
        cell = address - self.dram.size if address >= 0x100000000 else address
        allowed = self.permits(master, world, operation, address)
        if operation == "write":
            if allowed:
                self.cells[cell] = base64.b64decode(data)
            return self.answer(master, f"POKE {address:#x} ok", {"answer": "okay"})
        seen = self.ram(cell, 8) if allowed else bytes(8)
        return self.answer(master, f"PEEK {address:#x} {int.from_bytes(seen, 'little'):#034x}", {"answer": "okay", "data": base64.b64encode(seen)})

    @staticmethod
    def answer(master, output, result):
        return type("Result", (), {"output": output}) if master == "linux" else result


class Reach(unittest.TestCase):

    def test_rights_are_those_tried(self):
        rules = {"gpu": lambda operation, address: operation == "read" and address < 0xC8000000, "vpu": lambda operation, address: operation == "write"}
        board = PretendedBoard(lambda master, world, operation, address: world == "secure" or rules.get(master, lambda *_: False)(operation, address))
        seen = reach.table(board)
        self.assertEqual([seen["gpu", place] for place in ("ram", "video", "vault", "optee", "ram-image", "video-image")], ["r", "r", "-", "-", "-", "none"])
        self.assertEqual({seen["vpu", place] for place in reach.PLACES}, {"w"})
        self.assertEqual(seen["a53-secure", "ram-image"], "rw")
        self.assertEqual(seen["linux", "vault"], "-")
        self.assertFalse(any(any(cell) for cell in board.cells.values()), "the cells are as before")

    def test_part_of_a_grant_is_no_right(self):
        board = PretendedBoard(lambda *_: True)
        board.cells[reach.PLACES["ram"]] = b"\1" * 8
        board.answer = lambda master, output, result: {**result, "data": base64.b64encode(b"\x11" + bytes(7))} if "data" in result else result
        with self.assertRaisesRegex(BoardError, "gpu at 0xbfff0040 read 1100000000000000"):
            reach.rights(board, "gpu", reach.PLACES["ram"], reach.PLACES["ram"])

    def test_answer_that_must_be(self):
        board = PretendedBoard(lambda *_: True)
        self.assertEqual(reach.rights(board, "gpu", reach.PLACES["ram"], reach.PLACES["ram"], "okay"), "rw")
        for master in ("gpu", "linux"):
            with self.assertRaisesRegex(BoardError, f"{master} at 0x140000000 got (decerr|abort), not okay"):
                reach.read(board, master, reach.WINDOW_END, answer="okay")
        with self.assertRaisesRegex(BoardError, "gpu at 0xbfff0040 got okay, not slverr"):
            reach.write(board, "gpu", reach.PLACES["ram"], bytes(8), "slverr")

    def test_every_policy_has_a_row_for_every_master(self):
        rows = [set(reach.intended(policy)) for policy in reach.INTENDED]
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(rows[0], rows[2])

    def test_text(self):
        lines = reach.show({("gpu", "ram"): "rw", ("gpu", "video"): "-", ("a53-secure", "ram"): "r", ("a53-secure", "video"): "w"}).split("\n")
        self.assertEqual(lines, ["master      ram  video", "gpu         rw   -", "a53-secure  r    w"])


if __name__ == "__main__":
    unittest.main()
