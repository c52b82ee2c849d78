# SPDX-License-Identifier: GPL-2.0-or-later
"""The chip's own boot: boot ROM, U-Boot's unmodified SPL, BL31, OP-TEE, U-Boot and Linux, all of it from one card; and cards that do not boot."""

import random
import unittest

import boot_case
import u_boot
from boot_case import ScratchCase
from svplib.build import boot_image, cards, products
from svplib.card.command import with_policy
from svplib.base.errors import SvpError
from svplib.machine import bus_policy
from svplib.machine.board import Board
from test_u_boot import EXTLINUX

CARD_BYTES = 64 << 20
FILES = {"Image": "kernel", "initrd": "initrd", "imx8mq-evk.dtb": "dtb"}
RESETS = 10
PROOF_CHECKS = 100
SPL_BANNER = r"^U-Boot SPL \d+\.\d+"
FIT_AT = boot_image.CARD_BYTES + boot_image.FIT_BYTES
WAITS = "serial download, which is not modelled: nothing runs"


class CardCase(ScratchCase):
    """A card to boot from, whose content a test may damage."""

    def card(self, policy="open", files=None, name="card.img"):
        tree = self.scratch / f"{name}-files"
        for path, content in (files or {}).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        tree.mkdir(exist_ok=True)
        card = self.scratch / name
        cards.make_disk(card, tree, CARD_BYTES)
        boot_image.write(card, with_policy(products.locate("card-flash").read_bytes(), products.locate("dtb"), policy))
        return card

    def start(self, *images, **changes):
        board = Board(firmware="card", kernel=None, sd=images, allow_reboot=True, name=self.id().rsplit(".", 1)[1], **changes).start()
        self.addCleanup(board.stop)
        return board

    def change(self, card, at, content):
        with open(card, "r+b") as file:
            file.seek(at)
            file.write(content)


class Chain(CardCase):
    """From the boot ROM to Linux."""

    def run_to_linux(self, policy):
        content = {name: products.locate(product).read_bytes() for name, product in FILES.items()}
        board = self.start(self.card(policy, {**content, "extlinux/extlinux.conf": EXTLINUX.encode()}), policy=policy)
        prompt = u_boot.Prompt(board)
        board.console.expect(SPL_BANNER, timeout=u_boot.BOOT_SECONDS)
        board.console.expect(r"^Trying to boot from MMC2", timeout=u_boot.BOOT_SECONDS)
        board.console.expect(r"^I/TC: TZC-380: regions", timeout=u_boot.BOOT_SECONDS)
        prompt.wait()
        self.assertIn("i.MX8MQ rev2.1", prompt.banner)
        return board, prompt

    def to_the_shell(self, board):
        board.console.send_line("run bootcmd")
        board.wait_shell(timeout=boot_case.BOOT_SECONDS)
        self.assertEqual(board.command("nproc", check=True).output, str(boot_case.CPUS))
        self.assertIn("optee: initialized driver", board.command("dmesg", check=True).output)
        self.prove(board)
        self.assertEqual(boot_case.power_off(board), 0)

    def prove(self, board):
        """The guest's own proof, judged by what the policy lets it see."""
        rows = boot_case.GUEST_LINE.findall(board.command("svp-probe proof", timeout=200).output)
        judged = {name: (bus_policy.guest_sees(board.policy, name, seen) or (expected, verdict == "ok")) for name, expected, seen, verdict in rows}
        self.assertEqual([name for name, (_, good) in judged.items() if not good], [])
        self.assertGreater(len(judged), PROOF_CHECKS)

    def test_strict_with_resets(self):
        board, prompt = self.run_to_linux("strict")
        for number in range(1, RESETS + 1):
            with self.subTest(reset=number):
                board.console.send_line("reset")
                board.console.expect(SPL_BANNER, timeout=u_boot.BOOT_SECONDS)
                prompt.wait()
        self.assertEqual(board.messages(), [])
        self.to_the_shell(board)


class NoBoot(CardCase):
    """What does not boot says so in one line."""

    def waits(self, *images, says, **changes):
        """The boot ROM's only line, while no CPU runs."""
        board = self.start(*images, **changes)
        board.qmp.command("query-status")  # answered after the first reset
        (line,) = board.messages()
        self.assertIn(says, line)
        self.assertTrue(line.endswith(WAITS), line)
        self.assertEqual(board.console.text, "")
        board.stop()

    def test_no_image(self):
        empty = self.scratch / "empty.img"
        cards.write_table(empty, CARD_BYTES)
        self.waits(empty, says="boot ROM: uSDHC2 (SD): no image at 33 KiB; uSDHC1: nothing there;")
        self.waits(empty, empty, says="uSDHC1 (eMMC): no image at 33 KiB;", machine_options="emmc=on")

    def test_other_chips(self):
        card = self.card()
        image = products.locate("card-flash").read_bytes()
        self.change(card, boot_image.CARD_BYTES, bytes(4))
        self.change(card, 0x8000, image[:0x400])  # where the image of an i.MX 8M Plus has it
        self.waits(card, says="no image at 33 KiB, but one for i.MX 8M Nano or Plus (its header is at 32 KiB)")
        self.change(card, boot_image.CARD_BYTES, image[:0x20] + (0x912000).to_bytes(4, "little"))
        self.waits(card, says="where this chip has no RAM")

    def test_cut_off_behind_the_header(self):
        card = self.card()
        self.change(card, boot_image.CARD_BYTES + 0x40, bytes(CARD_BYTES - boot_image.CARD_BYTES - 0x40 >> 1))
        self.waits(card, says="an image without code")

    def test_other_device(self):
        """A damaged card falls through to the eMMC, which SPL then loads from."""
        damaged, good = self.card(name="damaged.img"), self.card(name="good.img")
        self.change(damaged, boot_image.CARD_BYTES, random.Random(7).randbytes(64))
        board = self.start(damaged, good, machine_options="emmc=on")
        board.console.expect(r"^Trying to boot from MMC1", timeout=u_boot.BOOT_SECONDS)
        (line,) = board.messages()
        self.assertIn("boot ROM: uSDHC2 (SD): no image at 33 KiB; booting from uSDHC1 (eMMC)", line)

    def test_snapshot(self):
        """Loading one reads no card, which QEMU could not do then, and the boot goes on from there."""
        board = self.start(self.card())
        board.console.expect(r"^U-Boot SPL ", timeout=u_boot.BOOT_SECONDS)
        self.assertEqual(board.hmp("savevm early"), "")
        self.assertEqual(board.hmp("loadvm early"), "")
        board.console.expect(r"^Trying to boot from MMC", timeout=u_boot.BOOT_SECONDS)
        self.assertEqual(list(board.messages()), [])

    def test_too_little_memory(self):
        """SPL's line, which is the board's verdict."""
        board = self.start(self.card(), memory="1G")
        with self.assertRaisesRegex(SvpError, "Training FAILED"):
            board.console.expect(r"^NOTICE:  BL31", timeout=u_boot.BOOT_SECONDS)

    def test_what_nobody_else_looks_at(self):
        """SPL and BL31 enter what they have loaded, be it nothing; so svp looks before."""
        card = self.card()
        self.assertIsNone(boot_image.trouble(card))
        image = products.locate("card-flash").read_bytes()
        fit = image[boot_image.FIT_BYTES:]
        self.change(card, FIT_AT, fit.replace(b"\0\0\0\1tee\0", b"\0\0\0\1eet\0"))
        self.assertIn("has no part 'tee'", boot_image.trouble(card))
        self.change(card, FIT_AT, fit[:0x3000] + bytes(len(fit) - 0x3000))
        self.assertIn("nothing is there", boot_image.trouble(card))
        self.change(card, FIT_AT, bytes(len(fit)))
        self.assertIn("no FIT image", boot_image.trouble(card))


if __name__ == "__main__":
    unittest.main()
