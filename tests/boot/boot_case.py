# SPDX-License-Identifier: GPL-2.0-or-later
"""What the boot tests share: a machine for all tests of a class, and the check lines that guest programs print."""

import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from svplib.base.checks import GUEST_LINE
from svplib.build import cards, products
from svplib.machine.board import Board
from svplib.machine.console import timeout_scale
from svplib.machine.test_port import secure_registers
from svplib.testing import long_form

POWER_OFF = "poweroff -f"
POWER_OFF_SECONDS = 40
BOOT_SECONDS = 120
CPUS = 4
CARD_BYTES = 16 << 20
#: PGC_SR of core 0 in the GPC: its bit 0 tells that the core has been off, until 1 is written to it
CORE0_STATUS, CORE_WAS_OFF = 0x303A080C, 1

#: Puts a test into the long form of the suite
long_only = unittest.skipUnless(long_form.active(), "part of `svp test long`")


def guest_results(text):
    """{name: seen} of the checks in a guest's output. Raises AssertionError if one failed, or if any got lost on its way."""
    rows = GUEST_LINE.findall(text)
    bad = [f"{name}: expected {expected}, seen {seen}" for name, expected, seen, verdict in rows if verdict != "ok"]
    bad += re.findall(r"^(?:DMESG|DEFERRED) .*$", text, re.MULTILINE)
    totals = [(int(made), int(failed)) for made, failed in re.findall(r"^CHECKS made=(\d+) failed=(\d+)$", text, re.MULTILINE)]
    made = sum(made for made, _ in totals)
    if bad or not totals or made != len(rows) or any(failed for _, failed in totals):
        raise AssertionError("\n".join([f"guest's totals: {totals}, {len(rows)} lines received", *bad, "", *text.splitlines()[-20:]]))
    return {name: seen for name, _, seen, _ in rows}


def run_checks(board, line, timeout=120.0):
    """Run a guest program that prints checks, at the shell; {name: seen}. Raises AssertionError unless all is well."""
    result = board.command(line, timeout=timeout)
    results = guest_results(result.output)
    if result.status:
        raise AssertionError(f"'{line}' ended with status {result.status} though its checks hold")
    return results


def wait_until(what, condition, seconds=120.0):
    """Poll; raises AssertionError when it takes longer than `seconds` (scaled)."""
    deadline = time.monotonic() + seconds * timeout_scale()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not in {seconds} s")
        time.sleep(0.05)


def power_off(board):
    """Power the machine off from the guest's shell; QEMU's exit status."""
    board.console.send_line(POWER_OFF)
    return board.wait_exit(timeout=POWER_OFF_SECONDS)


def fall_asleep(board):
    """Have Linux suspend, and return when the chip is in deep sleep."""
    readl, writel = secure_registers(board.qmp)
    # CAAM's driver aborts what is in its ring when Linux suspends, and a self-test that it hits fails
    board.command("svp-crypto list 59", timeout=60.0, check=True)
    board.command("echo enabled > /sys/class/tty/ttymxc0/power/wakeup", check=True)
    writel(CORE0_STATUS, CORE_WAS_OFF)
    board.console.send_line("echo mem > /sys/power/state; echo WOKE''-$?")
    wait_until("deep sleep", lambda: readl(CORE0_STATUS) & CORE_WAS_OFF, seconds=30)


def wake_up(board):
    """Wake it by a character, and return when Linux's shell answers."""
    board.console.send_line("")
    board.console.expect(r"^WOKE-0$", timeout=60)
    board.wait_shell(ready=None)


class ScratchCase(unittest.TestCase):
    """Tests with a folder of their own, `scratch`, for the class."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp(prefix="svp-boot-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch, ignore_errors=True)


class BoardCase(ScratchCase):
    """Tests that share one machine: `board`, booted to the shell of our initramfs. BOARD holds arguments for Board."""

    BOARD = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare()
        cls.board = Board(name=cls.__name__, **cls.BOARD)
        cls.addClassCleanup(cls.board.stop)
        cls.board.start()
        cls.board.wait_shell(timeout=BOOT_SECONDS)

    @classmethod
    def prepare(cls):
        """Make what BOARD needs."""

    def guest(self, line, timeout=60.0):
        """Output of a guest command that must succeed."""
        return self.board.command(line, timeout=timeout, check=True).output


def changed_device_tree(folder, properties, product="dtb"):
    """A copy of a built device tree in `folder` with properties set, nodes made where there are none.

    `properties`: {"/node/name": value}; an int is one cell, a tuple several, True a property without value, anything else a string.
    """
    source = products.locate(product)
    target = folder / f"{len(list(folder.iterdir()))}.dtb"
    shutil.copyfile(source, target)
    for path, value in properties.items():
        node, name = path.rsplit("/", 1)
        subprocess.run(["fdtput", "-c", "-p", str(target), node], check=False, capture_output=True)
        if value is True:
            arguments = (str(target), node, name)
        elif isinstance(value, (int, tuple)):
            arguments = ("-t", "u", str(target), node, name, *map(str, value if isinstance(value, tuple) else (value,)))
        else:
            arguments = ("-t", "s", str(target), node, name, str(value))
        subprocess.run(["fdtput", *arguments], check=True, capture_output=True)
    return target


def secure_chosen(properties, product="dtb"):
    """{"/secure-chosen/name": value} for changed_device_tree(), with the console that OP-TEE loses without it."""
    path = device_tree_string(products.locate(product), "/chosen", "stdout-path")
    return {"/secure-chosen/stdout-path": path, **{f"/secure-chosen/{name}": value for name, value in properties.items()}}


def device_tree_string(path, node, name):
    """A string property of a device tree blob."""
    return subprocess.run(["fdtget", "-t", "s", str(path), node, name], check=True, capture_output=True, text=True).stdout.strip()


def make_card(folder, files, size=CARD_BYTES):
    """A raw ext4 image of a card in `folder` that holds `files` ({name: content}). `size` in bytes: a power of 2, as the SD card model wants."""
    root, image = folder / "card", folder / "card.img"
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    cards.make(image, root, size)
    return image
