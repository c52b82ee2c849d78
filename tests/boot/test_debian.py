# SPDX-License-Identifier: GPL-2.0-or-later
"""Software that knows nothing of this project: Debian's own kernel package and the mainline device tree, both unmodified.

Their log is not empty of warnings, and cannot be: see EXPECTED and DEFERRED for each one and its reason. Any other is a failure.
"""

import re
import unittest

import boot_case
from boot_case import run_checks
from svplib import products
from svplib.board import Board

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


class DebianKernel(unittest.TestCase):
    """Boots to a shell in an initramfs without any module."""

    def boot(self, firmware):
        with Board(name=f"debian-{firmware}", firmware=firmware, kernel=products.locate("debian-kernel"), append="svp.verbose",
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
            self.assertEqual(boot_case.power_off(machine), 0)
            self.assertIsNone(re.search(FATAL, machine.console.text))

    def judge_log(self, output):
        warnings = re.findall(r"^DMESG (.*)$", output, re.MULTILINE)
        self.assertEqual([line for line in warnings if not any(part in line for part in EXPECTED)], [])
        self.assertNotEqual(warnings, [], "dmesg-check no longer sees what is known to be there")
        deferred = re.findall(r"^DEFERRED (\S+)", output, re.MULTILINE)
        self.assertEqual([name for name in deferred if name not in DEFERRED], [])

    def test_direct(self):
        self.boot("none")

    def test_with_firmware(self):
        self.boot("optee")


if __name__ == "__main__":
    unittest.main()
