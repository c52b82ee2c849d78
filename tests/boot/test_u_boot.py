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
from u_boot import BOOT_SECONDS, Prompt

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
EFI_CARD_BYTES = 128 << 20
EFI_ENTRY = """title Debian
linux /vmlinuz
initrd /initrd
options console=ttymxc0,115200 cryptomgr.noslowtests=1
"""


class UBootCase(ScratchCase):
    """Two cards: one with files in the socket, an empty one in place of the eMMC; a USB stick and a TFTP server with the same files."""

    def start(self, policy, files, size=CARD_BYTES):
        tree = self.scratch / self.id()  # another test's has other files
        for name, content in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        card, emmc = self.scratch / "card.img", self.scratch / "emmc.img"
        cards.make_disk(card, tree, size)
        with open(emmc, "wb") as image:
            image.truncate(EMMC_BYTES)
        self.board = Board(name=f"u-boot-{policy}", policy=policy, kernel=None, initrd=None, sd=[card, emmc], allow_reboot=True,
                           flash=parts.flash_with(bl33=products.locate("u-boot")),
                           extra=("-nic", f"user,tftp={tree}", "-device", "usb-storage,bus=usb-bus.0,drive=stick",
                                  "-drive", f"if=none,id=stick,format=raw,snapshot=on,file={card}")).start()
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
        self.holds_the_file(FREE_RAM)
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

        self.from_usb()
        self.from_the_network()

    def holds_the_file(self, address):
        self.assertIn(f"filesize={len(FILE):x}", self.output("printenv filesize"))
        self.assertIn(f"{zlib.crc32(FILE):08x}", self.output(f"crc32 {address:#x} $filesize"))

    def from_usb(self):
        self.assertIn("1 Storage Device(s) found", self.output("usb start"))
        self.output(f"ext4load usb 0:1 {FREE_RAM + len(FILE):#x} /file")
        self.holds_the_file(FREE_RAM + len(FILE))
        self.output("usb stop")

    def from_the_network(self):
        self.output("setenv autoload no")
        self.assertIn("DHCP client bound to address 10.0.2.15", self.output("dhcp"))
        self.assertIn("host 10.0.2.2 is alive", self.output("ping 10.0.2.2"))
        self.output(f"tftpboot {FREE_RAM + 2 * len(FILE):#x} file")
        self.holds_the_file(FREE_RAM + 2 * len(FILE))
        self.assertNotEqual(self.prompt.command("tftpboot nothing").status, 0)

    def test_resets(self):
        """The environment is on the card, so each start knows of the one before."""
        for number in range(1, RESETS + 1):
            self.output(f"setenv restarts {number}")
            self.output("saveenv")
            self.board.console.send_line("reset")
            self.prompt.wait()
            self.assertIn(f"restarts={number}", self.output("printenv restarts"))


class Linux(UBootCase):
    """Kernel, device tree and initramfs, each way in which people have U-Boot find them."""

    FILES = {"Image": "kernel", "initrd": "initrd", "imx8mq-evk.dtb": "dtb"}

    def read(self, names):
        return {name: products.locate(product).read_bytes() for name, product in names.items()}

    def judge(self):
        self.board.wait_shell(timeout=boot_case.BOOT_SECONDS)
        self.assertEqual(self.board.command("nproc", check=True).output, str(boot_case.CPUS))

    def test_from_the_network(self):
        self.start("strict", self.read(self.FILES))
        for line in ("setenv autoload no; dhcp", "tftpboot $kernel_addr_r Image", "tftpboot $fdt_addr_r imx8mq-evk.dtb", "tftpboot $ramdisk_addr_r initrd",
                     "setenv bootargs console=ttymxc0,115200 cryptomgr.noslowtests=1"):
            self.prompt.command(line, check=True)
        self.board.console.send_line("booti $kernel_addr_r $ramdisk_addr_r:$filesize $fdt_addr_r")
        self.judge()
        self.assertEqual(boot_case.power_off(self.board), 0)

    def test_by_efi(self):
        """Debian's kernel by Debian's boot menu, as on a PC; extlinux.conf would come first, so there is none."""
        self.start("strict", {"efi/boot/bootaa64.efi": products.locate("systemd-boot").read_bytes(), "loader/entries/debian.conf": EFI_ENTRY.encode(),
                              **self.read({"vmlinuz": "debian-kernel", "initrd": "debian-initrd", "imx8mq-evk.dtb": "dtb-stock"})}, EFI_CARD_BYTES)
        self.board.console.send_line("run bootcmd")
        self.board.console.expect("Found EFI removable media binary efi/boot/bootaa64.efi", timeout=BOOT_SECONDS)
        self.judge()
        self.assertRegex(self.board.command("dmesg", check=True).output, r"efi: EFI v\S+ by Das U-Boot")
        self.assertEqual(self.board.command("cat /sys/firmware/efi/fw_platform_size", check=True).output, "64")
        self.assertEqual(boot_case.power_off(self.board), 0)

    def test_from_the_card(self):
        self.start("open", {**self.read(self.FILES), "extlinux/extlinux.conf": EXTLINUX.encode()})
        self.assertIn("Reset cause: POR", self.prompt.banner)
        self.board.console.send_line("reset")
        self.prompt.wait()
        self.assertIn("Reset cause: WDOG", self.prompt.banner)
        self.board.console.send_line("run bootcmd")
        self.judge()
        self.assertIn("optee: initialized driver", self.board.command("dmesg", check=True).output)
        boot_case.run_checks(self.board, "svp-probe proof", timeout=200)
        self.assertEqual(boot_case.power_off(self.board), 0)


if __name__ == "__main__":
    unittest.main()
