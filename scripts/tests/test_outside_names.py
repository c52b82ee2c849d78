# SPDX-License-Identifier: GPL-2.0-or-later
"""The modules that programs of others import keep their names, what is in them, and the arguments it takes."""

import dataclasses
import importlib
import unittest

#: module -> what programs in the wild take from it
NAMES = {
    "svplib.board": ("Board", "BoardError", "CommandResult"),
    "svplib.qtest": ("QTest",),
    "svplib.test_port": ("TestPort", "port_read", "port_write", "read_cells", "write_cells", "secure_registers"),
    "svplib.caam_jobs": ("Memory", "Ring", "Job", "sha256", "aes_cbc", "BASE"),
}
BOARD_ARGUMENTS = ("firmware", "flash", "kernel", "dtb", "initrd", "policy", "append", "memory", "cpus", "machine_options", "sd",
                   "allow_reboot", "paused", "share_ram", "extra", "qemu", "name")


class OutsideNames(unittest.TestCase):
    def test_modules(self):
        for module, names in NAMES.items():
            with self.subTest(module):
                loaded = importlib.import_module(module)
                self.assertEqual([name for name in names if not hasattr(loaded, name)], [])

    def test_arguments_of_a_board(self):
        settings = importlib.import_module("svplib.board").Settings
        self.assertEqual([name for name in BOARD_ARGUMENTS if name not in {field.name for field in dataclasses.fields(settings)}], [])


if __name__ == "__main__":
    unittest.main()
