# SPDX-License-Identifier: GPL-2.0-or-later
"""U-Boot as BL33, unmodified but for its configuration: the board as its drivers see it, and the way from it to Linux on a card."""

import random
import re
import unittest
import zlib

import boot_case
from boot_case import ScratchCase
from svplib.build import cards, parts, products
from svplib.machine.board import Board
from u_boot import Prompt

SOCKET, EMMC = 1, 0  # U-Boot's numbers of uSDHC2 and uSDHC1
CARD_BYTES, EMMC_BYTES = 64 << 20, 32 << 20
#: More than the 512 KiB after which SDHCI's simple DMA would stop
FILE = random.Random(10).randbytes((3 << 20) + 12345)
FREE_RAM = 0x50000000
PMIC = "08"
RESETS = 10
SCAN_SECONDS = 10  # of the board's time; an address that only times out costs 0.1 s
EXTLINUX = """default svp
timeout 1
label svp
  linux /Image
  initrd /initrd
  fdtdir /
  append console=ttymxc0,115200 cryptomgr.noslowtests=1 svp.verbose
"""


class UBootCase(ScratchCase):
    """Two cards: one with files in the socket, an empty one in place of the eMMC."""

    def start(self, policy, files):
        tree = self.scratch / "tree"
        for name, content in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        card, emmc = self.scratch / "card.img", self.scratch / "emmc.img"
        cards.make_disk(card, tree, CARD_BYTES)
        with open(emmc, "wb") as image:
            image.truncate(EMMC_BYTES)
        self.board = Board(name=f"u-boot-{policy}", policy=policy, kernel=None, initrd=None, sd=[card, emmc], allow_reboot=True,
                           flash=parts.flash_with(bl33=products.locate("u-boot"))).start()
        self.addCleanup(self.board.stop)
        self.prompt = Prompt(self.board)
        self.prompt.wait()


class Commands(UBootCase):
    """Under `strict`: what U-Boot may not reach there costs it nothing."""

    def setUp(self):
        super().setUp()
        self.start("strict", {"file": FILE})

    def output(self, line):
        return self.prompt.command(line, check=True).output

    def test_board(self):
        self.assertIn("i.MX8MQ rev2.1", self.prompt.banner)
        self.assertIn("Reset cause: POR", self.prompt.banner)
        for device, size in ((SOCKET, "64 MiB"), (EMMC, "32 MiB")):
            with self.subTest(device=device):
                self.assertIn(f"FSL_SDHC: {device}", self.output("mmc list"))
                self.output(f"mmc dev {device}")
                self.assertIn(f"Capacity: {size}", self.output("mmc info"))
        self.output(f"ext4load mmc {SOCKET}:1 {FREE_RAM:#x} /file")
        self.assertIn(f"filesize={len(FILE):x}", self.output("printenv filesize"))
        self.assertIn(f"{zlib.crc32(FILE):08x}", self.output(f"crc32 {FREE_RAM:#x} $filesize"))
        self.output("i2c dev 0")
        scan = self.output("time i2c probe")
        self.assertIn(PMIC, re.search(r"Valid chip addresses:(.*)", scan).group(1).split())
        self.assertLess(float(re.search(r"time: (?:(\d+) minutes, )?([\d.]+) seconds", scan).group(2)), SCAN_SECONDS)
        self.assertNotIn("minutes", scan)
        self.output("fuse read 0 1")
        numbers = [self.output("rng 0 10") for _ in range(2)]
        self.assertRegex(numbers[0], r"(?m)^[0-9a-f]{8}: ")
        self.assertNotEqual(*numbers)
        self.assertNotEqual(self.prompt.command(f"ext4load mmc {SOCKET}:1 {FREE_RAM:#x} /nothing").status, 0)
        self.assertNotEqual(self.prompt.command("mmc dev 2").status, 0)

    def test_resets(self):
        """The environment is on the card, so each start knows of the one before."""
        for number in range(1, RESETS + 1):
            self.output(f"setenv restarts {number}")
            self.output("saveenv")
            self.board.console.send_line("reset")
            self.prompt.wait()
            self.assertIn(f"restarts={number}", self.output("printenv restarts"))


class Linux(UBootCase):
    """Kernel, device tree and initramfs by extlinux.conf, on the card as Debian and others lay it out."""

    def test_from_the_card(self):
        self.start("open", {"Image": products.locate("kernel").read_bytes(), "initrd": products.locate("initrd").read_bytes(),
                            "imx8mq-evk.dtb": products.locate("dtb").read_bytes(), "extlinux/extlinux.conf": EXTLINUX.encode()})
        self.assertIn("Reset cause: POR", self.prompt.banner)
        self.board.console.send_line("reset")
        self.prompt.wait()
        self.assertIn("Reset cause: WDOG", self.prompt.banner)
        self.board.console.send_line("run bootcmd")
        self.board.wait_shell(timeout=boot_case.BOOT_SECONDS)
        self.assertIn("optee: initialized driver", self.board.command("dmesg", check=True).output)
        self.assertEqual(self.board.command("nproc", check=True).output, str(boot_case.CPUS))
        boot_case.run_checks(self.board, "svp-probe proof", timeout=200)
        self.assertEqual(boot_case.power_off(self.board), 0)


if __name__ == "__main__":
    unittest.main()
