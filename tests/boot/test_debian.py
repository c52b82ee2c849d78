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
#: The board's controllers, by number of QEMU's buses usb-bus.0 and usb-bus.1
USB = ("38200000.usb", "38100000.usb")
SUPER_SPEED, FULL_SPEED = "5000", "12"  # Mbit/s; QEMU's hub is of USB 1
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
        """Debian's dwc3 on both controllers: a stick at USB 3's speed and a keyboard on each, then both behind one hub; the board's key."""
        for module in parts.DEBIAN_MODULES:
            machine.command(f"insmod /lib/modules/{module}.ko", check=True)
        self.assertEqual(machine.command("cd /sys/bus/platform/drivers/dwc3 && echo *.usb", check=True).output, " ".join(sorted(USB)))
        for stick, keyboard, port, speed in ((0, 1, {"port": "1"}, SUPER_SPEED), (1, 0, {"port": "1"}, SUPER_SPEED), (1, 1, {}, FULL_SPEED)):
            with self.subTest(stick=USB[stick], keyboard=USB[keyboard], **port):
                machine.qmp.command("device_add", driver="usb-storage", id="stick", drive="stick", bus=f"usb-bus.{stick}", **port)
                machine.qmp.command("device_add", driver="usb-kbd", id="keyboard", bus=f"usb-bus.{keyboard}", **port)
                self.wait_for(machine, "[ -b /dev/sda ] && grep -q Keyboard /proc/bus/input/devices")
                self.assertIn(f"/{USB[stick]}/", machine.command("readlink -f /sys/block/sda", check=True).output)
                self.assertEqual(machine.command("d=$(readlink -f /sys/block/sda); until [ -f $d/speed ]; do d=${d%/*}; done; cat $d/speed", check=True).output, speed)
                self.assertEqual(machine.command("sha256sum < /dev/sda", check=True).output.split()[0], hashlib.sha256(STICK).hexdigest())
                self.assertRegex(machine.command("grep -A3 'USB Keyboard' /proc/bus/input/devices", check=True).output, f"/{USB[keyboard]}/")
                self.press(machine, "QEMU QEMU USB Keyboard", KEY_A, lambda: machine.hmp("sendkey a"))
                for device in ("stick", "keyboard"):
                    machine.qmp.command("device_del", id=device)
                self.wait_for(machine, "[ ! -e /sys/block/sda ] && ! grep -q Keyboard /proc/bus/input/devices")
        self.press(machine, "30370000.snvs:snvs-powerkey", KEY_POWER, lambda: machine.qmp.command("system_powerdown"))
        self.assertEqual(machine.command("cat /proc/sys/kernel/tainted", check=True).output, "0")

    def wait_for(self, machine, condition):
        machine.command(f"(n=0; until {condition}; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.2; done)", timeout=60, check=True)

    def press(self, machine, name, code, key):
        """Have `key` pressed; the input device of that name must tell of it."""
        machine.command(f'e=$(sed -n "/{name}/,/^$/s/.*\\(event[0-9]*\\).*/\\1/p" /proc/bus/input/devices); [ "$e" ]', check=True)
        machine.command("timeout 20 cat /dev/input/$e > /tmp/events & sleep 0.2", check=True)
        key()
        self.wait_for(machine, "[ -s /tmp/events ]")
        events = bytes.fromhex(machine.command("xxd -p /tmp/events | tr -d '\\n'", check=True).output)
        self.assertIn((EV_KEY, code, 1), [struct.unpack("<HHi", events[place + 16:place + 24]) for place in range(0, len(events) - 23, 24)])

    def test_direct(self):
        with tempfile.NamedTemporaryFile(prefix="svp-stick-") as stick:
            stick.write(STICK)
            stick.flush()
            self.boot("none", extra=("-blockdev", f"driver=raw,node-name=stick,read-only=on,file.driver=file,file.filename={stick.name}"), further=self.usb)

    def test_with_firmware(self):
        self.boot("optee")

    def test_under_strict(self):
        """What its drivers write to the SRC, and where else the policy keeps Linux out, makes no line and no difference."""
        self.boot("optee", "strict")


if __name__ == "__main__":
    unittest.main()
