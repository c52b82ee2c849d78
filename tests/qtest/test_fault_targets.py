# SPDX-License-Identifier: GPL-2.0-or-later
"""What `svp fault targets` lists is what the emulator takes."""

import unittest

from svplib.inject import fault_targets, registers
from svplib.machine.qmp import QmpError
from svplib.machine.qtest import QTest

#: Virtual time in nanoseconds that a stopped clock does not reach
NEVER = 3600 * 1_000_000_000


class FaultTargets(unittest.TestCase):
    def test_registers(self):
        """The emulator lets faults flip bits of the registers that have state, and of no other ones."""
        table = registers.table()
        with QTest() as machine:
            for register in table.registers:
                arguments = {"kind": "flip-bit", "target": register.block, "offset": register.offset, "bit": 0, "not-before": NEVER}
                try:
                    fault = machine.qmp.command("svp-inject-fault", **arguments)
                except QmpError as error:
                    self.assertFalse(register.state, f"{register.full_name}: {error}")
                else:
                    self.assertTrue(register.state, register.full_name)
                    machine.qmp.command("svp-remove-fault", id=fault["id"])

    def test_devices(self):
        devices = {device["name"]: device for device in fault_targets.devices()}
        self.assertEqual(devices["vpu_g1"]["faults"], ["stall", "error-status"])
        self.assertEqual((devices["tzasc"]["faults"], devices["tzasc"]["lines"]), ([], 1))
        self.assertEqual(devices["gpio1"]["lines"], 2)
        self.assertNotIn("iomuxc", devices)
        with QTest() as machine:
            for name, device in devices.items():
                for fault in device["faults"]:
                    machine.qmp.command("svp-inject-fault", **{"kind": "disturb-device", "device": name, "fault": fault})
                for line in range(device["lines"]):
                    machine.qmp.command("svp-inject-fault", **{"kind": "spurious-interrupt", "device": name, "line": line, "not-before": NEVER})


if __name__ == "__main__":
    unittest.main()
