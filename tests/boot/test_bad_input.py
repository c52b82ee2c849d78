# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong input gets one clear line that names the thing, and an exit status that says so: QEMU, svp, the loader stub, OP-TEE, Linux."""

import gzip
import os
import random
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import boot_case
from boot_case import ScratchCase
from svplib.build import products
from svplib.machine.board import Board, BoardError
from svplib.machine.console import timeout_scale

SVP = Path(__file__).resolve().parents[2] / "scripts/svp"
REFUSAL_SECONDS = 60
SVP_REFUSES = 2
FLASH_BYTES = 32 << 20
#: firmware/boot/mkflash.py: the images begin here
FIRST_IMAGE = 0x1000


def make_bad_files(folder):
    """{name: path} of files that are wrong in various ways."""
    noise = random.Random(4).randbytes(100_000)
    tree, kernel = products.locate("dtb").read_bytes(), products.locate("kernel").read_bytes()
    content = {
        "noise": noise, "empty": b"", "short": b"MZ", "noise.gz": gzip.compress(noise), "cut.gz": gzip.compress(kernel[:1 << 20])[:-1000],
        "cut.dtb": tree[:len(tree) // 2], "twisted.dtb": tree[:0x40] + noise[:len(tree) - 0x40],
        "elf": Path(sys.executable).read_bytes(), "large.flash": bytes(FLASH_BYTES + 1),
        "zboot": b"MZ\0\0zimg" + bytes(16) + b"zstd22\0" + bytes(100), "cut.zboot": b"MZ\0\0zimg" + b"\xff" * 8 + bytes(8) + b"gzip\0" + bytes(100),
        "three-pages": bytes(3 * 4096),
    }
    paths = {name: folder / name for name in content}
    for name, path in paths.items():
        path.write_bytes(content[name])
    paths["folder"] = folder
    paths["nothing"] = folder / "nothing"
    return paths


class BadFiles(ScratchCase):
    """A folder of wrong files for the class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = make_bad_files(cls.scratch)


class Qemu(BadFiles):
    """Started by hand, QEMU itself refuses."""

    def refused(self, *words, named, says, kernel=True, lines=1):
        """Run QEMU with these arguments after those of a good kernel; it must end at once, with `lines` lines about `named`."""
        good = ["-kernel", products.locate("kernel"), "-dtb", products.locate("dtb")] if kernel else []
        command = [products.locate("qemu"), "-M", "imx8mq-evk", "-display", "none", "-serial", "null", "-monitor", "none", *good, *words]
        result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                timeout=REFUSAL_SECONDS * timeout_scale())
        message = result.stdout + result.stderr
        self.assertEqual(result.returncode, 1, message)
        self.assertEqual(len(message.splitlines()), lines, message)
        self.assertIn(str(named), message)
        self.assertRegex(message, says)

    def both_ways(self, *words, named, says):
        """The same without and with firmware."""
        for firmware in ((), ("-bios", products.locate("flash"))):
            self.refused(*words, *firmware, named=named, says=says)

    def test_kernel(self):
        for name, says in (("nothing", "No such file"), ("folder", "not a file"), ("empty", "empty"), ("noise", "not an arm64 Linux Image"),
                           ("short", "not an arm64 Linux Image"), ("noise.gz", "not an arm64 Linux Image"), ("cut.gz", "damaged"),
                           ("cut.dtb", "not an arm64 Linux Image"), ("zboot", "zstd22"), ("cut.zboot", "end is missing")):
            with self.subTest(kernel=name):
                self.both_ways("-kernel", self.files[name], named=self.files[name], says=says)

    def test_elf_kernel(self):
        self.refused("-kernel", self.files["elf"], named=self.files["elf"], says="incompatible architecture")
        self.refused("-kernel", self.files["elf"], "-bios", products.locate("flash"), named=self.files["elf"], says="ELF")

    def test_device_tree(self):
        for name, says in (("nothing", "No such file"), ("folder", "not a file"), ("empty", "empty"), ("noise", "not a device tree"),
                           ("short", "not a device tree"), ("cut.dtb", "not a device tree blob, or damaged"), ("twisted.dtb", "damaged")):
            with self.subTest(dtb=name):
                self.both_ways("-dtb", self.files[name], named=self.files[name], says=says)

    def test_no_device_tree(self):
        kernel = products.locate("kernel")
        self.refused("-kernel", kernel, kernel=False, named=kernel, says="give one with -dtb")
        self.refused("-kernel", kernel, "-bios", products.locate("flash"), kernel=False, named=kernel, says="give one with -dtb")

    def test_without_a_kernel(self):
        """What nobody would read is refused; a device tree for firmware that brings what it starts is not."""
        tree, initrd, flash = (products.locate(name) for name in ("dtb", "initrd", "flash"))
        self.refused("-dtb", tree, kernel=False, named=tree, says="give -kernel or -bios, too")
        self.refused("-bios", flash, "-dtb", self.files["noise"], kernel=False, named=self.files["noise"], says="not a device tree")
        for firmware in ((), ("-bios", flash), ("-bios", flash, "-dtb", tree)):
            self.refused("-initrd", initrd, *firmware, kernel=False, named="-initrd", says="only allowed with -kernel")
            self.refused("-append", "quiet", *firmware, kernel=False, named="-append", says="only allowed with -kernel")
        with Board(name="tree-alone", kernel=None, initrd=None, paused=True) as machine:
            self.assertEqual(machine.read_memory(0x43000000, 4), bytes.fromhex("d00dfeed"))
            machine.qmp.command("cont")
            machine.console.expect("Primary CPU switching to normal world boot", timeout=60)

    def test_initrd(self):
        for name, says in (("nothing", "No such file"), ("folder", "not a file"), ("empty", "empty")):
            with self.subTest(initrd=name):
                self.both_ways("-initrd", self.files[name], named=self.files[name], says=says)

    def test_flash(self):
        for name, says in (("nothing", "no such file"), ("empty", "empty"), ("folder", "cannot be read"), ("large.flash", "32 MiB")):
            with self.subTest(flash=name):
                self.refused("-bios", self.files[name], kernel=False, named=self.files[name], says=says)

    def test_clock(self):
        """The SNVS has 32 bits of seconds."""
        for base in ("1969-12-31T23:59:50", "2106-02-07T06:28:20", "2200-01-01"):
            with self.subTest(base=base):
                self.both_ways("-rtc", f"base={base}", named="-rtc base", says="1970 to 2106")

    def test_memory(self):
        for size in ("512M", "5G", "8G", "1025K", "3145729K"):
            with self.subTest(memory=size):
                self.both_ways("-m", size, named="-m", says="1 GiB to 4 GiB")
        self.refused("-m", "2G", "-bios", products.locate("flash"), named="-m 3G", says="OP-TEE")

    def test_processors(self):
        for count in (5, 8):
            with self.subTest(cpus=count):
                self.both_ways("-smp", count, named=count, says="max CPUs supported by machine 'imx8mq-evk' is 4")
        # QEMU's own check of the names takes a second line
        self.refused("-cpu", "cortex-a72", named="cortex-a72", says="cortex-a53", lines=2)

    def test_machine_option(self):
        self.refused("-M", "imx8mq-evk,nonsense=1", named="nonsense", says="not found")
        self.refused("-drive", f"if=sd,format=raw,index=2,file={self.files['three-pages']}", named="if=sd", says="does not support")


class Svp(BadFiles):
    """svp refuses before it builds anything: nothing of this needs a cache, a network or a compiler."""

    def svp(self, *words, **environment):
        """Exit status and the lines of all output."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SVP_")}
        result = subprocess.run([sys.executable, str(SVP), *(str(word) for word in words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False, timeout=REFUSAL_SECONDS * timeout_scale(),
                                env={**clean, "XDG_CACHE_HOME": str(self.scratch / "cache"), **environment})
        return result.returncode, result.stdout.splitlines()

    def refused(self, *words, says, **environment):
        status, lines = self.svp(*words, **environment)
        self.assertEqual((status, len(lines)), (SVP_REFUSES, 1), lines)
        self.assertTrue(lines[0].startswith("svp: "), lines)
        self.assertIn(str(says), lines[0])

    def test_files(self):
        for option, name, says in (("--kernel", "noise", "arm64"), ("--kernel", "nothing", "does not exist"), ("--kernel", "cut.gz", "end is missing"),
                                   ("--kernel", "elf", "ELF"), ("--kernel", "zboot", "zstd"), ("--dtb", "noise", "device tree"),
                                   ("--dtb", "cut.dtb", "cut off"), ("--initrd", "nothing", "does not exist"), ("--initrd", "empty", "empty"),
                                   ("--bl32", "nothing", "does not exist"), ("--bl33", "nothing", "does not exist"), ("--bl33", "elf", "ELF"),
                                   ("--bl33", "cut.dtb", "FIT"), ("--bl33", "noise.gz", "gzip"), ("--bl33", "large.flash", "limit"), ("--sd", "three-pages", "power of two"), ("--sd", "folder", "not a file")):
            with self.subTest(option=option, file=name):
                self.refused("run", option, self.files[name], says=says)
                self.refused("run", option, self.files[name], says=self.files[name])

    def test_boot_loader(self):
        """What it would not look at, and where there is nothing that starts it."""
        loader = ("run", "--bl33", self.files["noise"])
        for words, says in ((("--firmware", "none"), "--firmware optee"), (("--initrd", self.files["noise"]), "nobody reads it"),
                            (("--append", "quiet"), "nobody reads it"), (("--scenario", "proof"), "exclude each other"),
                            (("--append", "svp.run=board-check"), "exclude each other"), (("--json", self.scratch / "x.json"), "needs a scenario")):
            with self.subTest(words=words):
                self.refused(*loader, *words, says=says)

    def test_numbers(self):
        for option, value in (("-m", "512M"), ("-m", "5G"), ("-m", "8G"), ("-m", "much"), ("--smp", "5"), ("--smp", "0")):
            with self.subTest(option=option, value=value):
                self.refused("run", option, value, says=value)

    def test_memory_for_optee(self):
        self.refused("run", "-m", "2G", says="3072 MiB")

    def test_names(self):
        self.refused("run", "--scenario", "nonsense", says="known: ")
        self.refused("build", "nonsense", says="known: ")
        self.refused("path", "nonsense", says="known: ")
        self.refused("bench", "nonsense", says="known: ")
        self.refused("path", "kernel", says="scripts/svp build linux")

    def test_environment(self):
        self.refused("path", "qemu", says="/nonexistent", SVP_QEMU="/nonexistent")
        self.refused("run", says="SVP_TIMEOUT_SCALE", SVP_TIMEOUT_SCALE="soon")

    def tools(self, name, without=(), **scripts):
        """A folder for PATH: this machine's tools without some, and some replaced by shell scripts."""
        folder = self.scratch / name
        folder.mkdir()
        for tool in [*Path("/bin").iterdir(), *Path("/usr/bin").iterdir()]:
            if tool.name not in without and not (folder / tool.name).is_symlink():
                (folder / tool.name).symlink_to(tool)
        for tool, text in scripts.items():
            path = folder / tool.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        return str(folder)

    def test_missing_packages(self):
        """Debian knows of no installed package, and none may be installed: the list, and the command that installs it."""
        path = self.tools("no-packages", without=("dtc",), dpkg_query="exit 0")
        self.refused("build", "linux", "--no-install", says="apt-get install", PATH=path)
        _, lines = self.svp("build", "linux", "--no-install", PATH=path)
        for package in ("device-tree-compiler", "gcc", "make", "flex"):
            self.assertIn(f" {package}", lines[0])

    def test_failing_build(self):
        """An image that does not fit into its place: the step fails with the end of its log, without a traceback."""
        large = self.files["large.flash"]
        status, lines = self.svp("build", "boot", "--no-install", SVP_BL31=str(large), SVP_TEE=str(large))
        self.assertEqual(status, SVP_REFUSES, lines)
        self.assertEqual([line for line in lines if "Traceback" in line], [])
        self.assertTrue(any(line.startswith("svp: build boot") for line in lines), lines)
        self.assertTrue(any(str(large) in line or "bl31" in line.lower() for line in lines), lines)

    def test_board_names_what_qemu_said(self):
        with self.assertRaises(BoardError) as caught:
            Board(name="refused", kernel=self.files["noise"]).start()
        self.assertIn(f"-kernel {self.files['noise']}: not an arm64 Linux Image", str(caught.exception))


class Firmware(BadFiles):
    """Inside the machine: the loader stub, OP-TEE and Linux each say what is wrong."""

    def flash(self, name, change):
        """A copy of the flash image with something changed."""
        image = bytearray(products.locate("flash").read_bytes())
        change(image)
        path = self.scratch / name
        path.write_bytes(image)
        return path

    def stub_says(self, flash, says):
        """The stub prints one line of complaint after its own name and switches the machine off."""
        # It may be over before QEMU's monitor has greeted, so not before somebody listens
        with Board(name="bad-flash", flash=flash, paused=True) as machine:
            machine.qmp.command("cont")
            # A failure of the guest's, and the one that is wanted
            machine.console.expect(rf"^svp-boot: .*{re.escape(says)}.*$", timeout=boot_case.POWER_OFF_SECONDS, fail_on=None)
            self.assertEqual(machine.wait_exit(timeout=boot_case.POWER_OFF_SECONDS), 0)
            complaints = re.findall(r"^svp-boot: .*$", machine.console.text, re.MULTILINE)
            self.assertEqual([line for line in complaints if says in line], complaints[-1:])
            self.assertNotIn("BL31", machine.console.text)

    def test_flash_with_damaged_image(self):
        def change(image):
            image[FIRST_IMAGE + 0x123] ^= 1
        self.stub_says(self.flash("damaged.flash", change), "image 1 is damaged (checksum)")

    def test_flash_without_images(self):
        def change(image):
            image[0x800:] = bytes(len(image) - 0x800)
        self.stub_says(self.flash("stub-only.flash", change), "no image table in the flash")

    def test_flash_of_noise(self):
        """Nobody can tell noise from code: the core runs it. QEMU stays in control."""
        with Board(name="noise-flash", flash=self.files["noise"], allow_reboot=True) as machine:
            self.assertEqual(machine.read_memory(0x44000038, 4), b"ARM\x64")
            machine.qmp.command("system_reset")
            machine.qmp.wait_event("RESET")
            self.assertTrue(machine.qmp.command("query-status")["running"])

    def test_action_out_of_range(self):
        tree = boot_case.changed_device_tree(self.scratch, {
            "/secure-chosen/svp,tzc-action": 7,
            "/secure-chosen/stdout-path": boot_case.device_tree_string(products.locate("dtb"), "/chosen", "stdout-path")})
        with Board(name="bad-action", dtb=tree) as machine:
            machine.console.expect(r"svp,tzc-action is 7, the limit is 3: ignored", timeout=boot_case.BOOT_SECONDS)
            machine.console.expect(r"TZC-380: regions 0 to \d+ in use, action 2", timeout=boot_case.BOOT_SECONDS)

    def test_too_many_heaps(self):
        """More pieces than the TZC-380 has regions: OP-TEE stops with a line, it does not leave one of them open."""
        tree = boot_case.changed_device_tree(self.scratch, {})
        for number in range(14):
            base = 0xD0001000 + number * 0x203000
            node = f"/reserved-memory/secure-heap@{base:x}"
            for arguments in (["-c", tree, node], ["-t", "s", tree, node, "compatible", "linaro,secure-heap"], ["-t", "s", tree, node, "no-map", ""],
                              ["-t", "x", tree, node, "reg", "0", f"{base:x}", "0", "1000"]):
                subprocess.run(["fdtput", *(str(argument) for argument in arguments)], check=True)
        with Board(name="many-heaps", dtb=tree) as machine:
            machine.console.expect(r"Panic 'TZC-380 has too few regions for the memory layout'", timeout=boot_case.BOOT_SECONDS, fail_on=None)
            self.assertNotIn("Linux version", machine.console.text)

    def test_heaps_outside_of_memory(self):
        """1 GiB fitted: the heaps of the device tree are nowhere. One line each, and no heap."""
        with Board(name="no-heap", firmware="none", memory="1G") as machine:
            machine.wait_shell(timeout=boot_case.BOOT_SECONDS)
            # busybox's insmod tries twice, so the same line comes again
            lines = {line.split("] ", 1)[1] for line in machine.command("dmesg | grep secure_heap:", check=True).output.split("\n")}
            for heap in ("secure-heap@c0000000", "secure-heap@c8000000"):
                self.assertEqual(len([line for line in lines if f"/reserved-memory/{heap}: " in line]), 1, lines)
            self.assertEqual(machine.command("ls /dev/dma_heap/*-protected").status, 1)
            self.assertEqual(boot_case.power_off(machine), 0)


if __name__ == "__main__":
    unittest.main()
