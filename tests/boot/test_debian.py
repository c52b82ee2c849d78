# SPDX-License-Identifier: GPL-2.0-or-later
"""Software that knows nothing of this project: Debian's own kernel package and the mainline device tree, both unmodified.

Their log is not empty of warnings, and cannot be: see EXPECTED and DEFERRED for each one and its reason. Any other is a failure.
"""

import hashlib
import random
import re
import struct
import tempfile
import unittest

import boot_case
from boot_case import run_checks
from svplib.build import parts, products
from svplib.machine.board import Board

#: Part of a warning in the log -> why it is there
EXPECTED = {
    "KASLR disabled due to lack of seed": "neither QEMU nor our loader puts a seed into /chosen, U-Boot does",
    "CPU interface incapable of MMIO access": "the device tree describes the A53's GICv2 interface, QEMU's GICv3 has none; only KVM would use it",
    "Static allocation of GPIO base is deprecated": "Linux's driver of this SoC does so on every board",
    "deferred probe pending": "see DEFERRED; Linux says it once more ten seconds after the last probe",
}
#: Device that stays deferred -> what it lacks
DEFERRED = {
    **dict.fromkeys(("imx-pgc-domain.5", "imx-pgc-domain.6"), "a regulator of the PMIC, whose driver is a module in Debian"),
    "38320000.blk-ctrl": "imx-pgc-domain.6",
    **dict.fromkeys(("33800000.pcie", "33c00000.pcie"), "a regulator of the PMIC"),
    **dict.fromkeys((f"28{core}40000.etm" for core in "4567"), "CoreSight, which is not modelled: its identification reads as zero"),
    **dict.fromkeys(("28c03000.funnel", "28c04000.etf", "28c06000.etr"), "CoreSight"),
}
#: What must not be anywhere on the console
FATAL = r"Kernel panic|Oops|BUG:|stall|Call trace|soft lockup|Unable to handle|Asynchronous SError|synchronous external abort"
SETTLED_SECONDS = 18
STICK = random.Random(4).randbytes(1 << 20)
EV_KEY, KEY_A, KEY_POWER = 1, 30, 116  # of Linux's input layer


class DebianKernel(unittest.TestCase):
    """Boots to a shell in an initramfs that loads no module by itself."""

    def boot(self, firmware, policy="open", extra=(), further=None):
        """`further`: a method that is called with the machine in the end."""
        with Board(name=f"debian-{firmware}-{policy}", firmware=firmware, policy=policy, kernel=products.locate("debian-kernel"), append="svp.verbose", extra=extra,
                   initrd=products.locate("debian-initrd"), dtb=products.locate("dtb-stock")) as machine:
            machine.console.expect(r"Linux version \d+\.\d+\.\d+\S*-arm64 \(debian-kernel@lists\.debian\.org\)", timeout=boot_case.BOOT_SECONDS)
            machine.wait_shell(timeout=boot_case.BOOT_SECONDS)
            self.assertEqual("BL31: v" in machine.console.text, firmware == "optee")
            machine.command("dmesg -n 1", check=True)
            run_checks(machine, "hotplug 1 4", timeout=120)
            self.assertEqual(machine.command("cat /proc/sys/kernel/tainted", check=True).output, "0")
            if firmware == "optee":
                machine.command(f"while [ $(cut -d. -f1 /proc/uptime) -lt {SETTLED_SECONDS} ]; do sleep 1; done", check=True)
            self.judge_log(machine.command("dmesg-check", timeout=60).output)
            self.assertIn("System RAM", machine.command("cat /proc/iomem", check=True).output)
            self.assertEqual(len(machine.qmp.command("query-cpus-fast")), boot_case.CPUS)
            if further:
                further(machine)
            self.assertEqual(boot_case.power_off(machine), 0)
            self.assertIsNone(re.search(FATAL, machine.console.text))

    def judge_log(self, output):
        warnings = re.findall(r"^DMESG (.*)$", output, re.MULTILINE)
        self.assertEqual([line for line in warnings if not any(part in line for part in EXPECTED)], [])
        self.assertNotEqual(warnings, [], "dmesg-check no longer sees what is known to be there")
        deferred = re.findall(r"^DEFERRED (\S+)", output, re.MULTILINE)
        self.assertEqual([name for name in deferred if name not in DEFERRED], [])

    def usb(self, machine):
        """Debian's dwc3 on both controllers; behind a hub, where QEMU puts a second device, a stick that is read and a keyboard that types; the board's key."""
        wait = "n=0; until {}; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.2; done"
        for module in parts.DEBIAN_MODULES:
            machine.command(f"insmod /lib/modules/{module}.ko", check=True)
        machine.command(f"({wait.format('[ -b /dev/sda ] && grep -q Keyboard /proc/bus/input/devices')})", timeout=60, check=True)
        self.assertEqual(machine.command("cd /sys/bus/platform/drivers/dwc3 && echo *.usb", check=True).output, "38100000.usb 38200000.usb")
        self.assertEqual(machine.command("sha256sum < /dev/sda", check=True).output.split()[0], hashlib.sha256(STICK).hexdigest())
        for name, code, press in (("QEMU QEMU USB Keyboard", KEY_A, lambda: machine.hmp("sendkey a")),
                                  ("30370000.snvs:snvs-powerkey", KEY_POWER, lambda: machine.qmp.command("system_powerdown"))):
            with self.subTest(name):
                machine.command(f'e=$(sed -n "/{name}/,/^$/s/.*\\(event[0-9]*\\).*/\\1/p" /proc/bus/input/devices); [ "$e" ]', check=True)
                machine.command("timeout 20 cat /dev/input/$e > /tmp/events & sleep 0.2", check=True)
                press()
                machine.command(f"({wait.format('[ -s /tmp/events ]')})", timeout=60, check=True)
                events = bytes.fromhex(machine.command("xxd -p /tmp/events | tr -d '\\n'", check=True).output)
                self.assertIn((EV_KEY, code, 1), [struct.unpack("<HHi", events[place + 16:place + 24]) for place in range(0, len(events) - 23, 24)])
        self.assertEqual(machine.command("cat /proc/sys/kernel/tainted", check=True).output, "0")

    def test_direct(self):
        with tempfile.NamedTemporaryFile(prefix="svp-stick-") as stick:
            stick.write(STICK)
            stick.flush()
            self.boot("none", extra=("-drive", f"if=none,id=stick,format=raw,file={stick.name}", "-device", "usb-storage,drive=stick",
                                     "-device", "usb-kbd"), further=self.usb)

    def test_with_firmware(self):
        self.boot("optee")

    def test_under_strict(self):
        """What its drivers write to the SRC, and where else the policy keeps Linux out, makes no line and no difference."""
        self.boot("optee", "strict")


if __name__ == "__main__":
    unittest.main()
