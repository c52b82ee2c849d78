# SPDX-License-Identifier: GPL-2.0-or-later
"""--kernel-config: what a fragment may be, where it goes, and which products it makes other ones."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from fake_machine import MachineCase
from svplib.base.errors import UsageError
from svplib.build import kernel_config, parts

GOOD = "# probes\nCONFIG_KPROBES=y\n\n# CONFIG_SMP is not set\nCONFIG_LOCALVERSION=\"-mine\"\n"


class Fragments(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "own.config"

    def fragment(self, text):
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return kernel_config.Fragment(self.path)

    def test_refused(self):
        for text, says in (("CONFIG_A=y\nKPROBES=y\n", r"line 2: 'KPROBES=y' is no setting"), ("CONFIG_A=\n", "line 1"), ("CONFIG_A y\n", "line 1"), ("", "sets nothing"),
                           ("# only a remark\n", "sets nothing"), (b"\xff\xfe", "is no text"), ("#" * (kernel_config.FRAGMENT_BYTES + 1), "larger than 1 MiB")):
            with self.subTest(text[:20]), self.assertRaisesRegex(UsageError, f"^--kernel-config: .*own.config.*{says}"):
                self.fragment(text)
        for path, says in ((self.folder, "Is a directory"), (self.folder / "none", "No such file")):
            with self.assertRaisesRegex(UsageError, says):
                kernel_config.Fragment(path)

    def test_behind_ours(self):
        """The later line of two wins in Kconfig; a file that would be the same stays, with its time."""
        (self.folder / kernel_config.OURS).write_text("CONFIG_SMP=y\n")
        fragment = self.fragment(GOOD)
        both = self.folder / fragment.write_behind_ours(self.folder)
        text = both.read_text()
        self.assertLess(text.index("CONFIG_SMP=y"), text.index("# CONFIG_SMP is not set"))
        self.assertNotEqual(both.name, kernel_config.OURS)
        os.utime(both, (1, 1))
        fragment.write_behind_ours(self.folder)
        self.assertEqual(both.stat().st_mtime, 1)
        self.fragment(GOOD + "CONFIG_B=y\n").write_behind_ours(self.folder)
        self.assertNotEqual(both.stat().st_mtime, 1)

    def test_products(self):
        """The kernel, and what is made from it, are other products; all else is not."""
        def keys(fragment):
            with mock.patch.object(parts.OPTIONS, "kernel_config", fragment):
                parts.key.cache_clear()
                return {name: parts.key(name) for name in ("qemu", "linux", "optee", "guest")}

        self.addCleanup(parts.key.cache_clear)
        without, first, second = keys(None), keys(self.fragment(GOOD)), keys(self.fragment(GOOD + "CONFIG_B=y\n"))
        self.assertEqual({name for name in without if without[name] != first[name]}, {"linux", "guest"})
        self.assertEqual({name for name in without if second[name] != first[name]}, {"linux", "guest"})
        self.assertEqual(keys(None), without)


class CommandLine(MachineCase):
    def test_refused_at_once(self):
        wrong = self.folder / "own.config"
        wrong.write_text("KPROBES=y\n")
        for command in (("build",), ("run",), ("test", "boot"), ("inject", "x.json")):
            done = self.svp(*command, "--kernel-config", str(wrong))
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
            self.assertIn("line 1: 'KPROBES=y' is no setting", done.errors)

    def test_named_among_versions(self):
        own = self.folder / "own.config"
        own.write_text(GOOD)
        del self.environment["SVP_KERNEL"]
        done = self.svp("versions", "--kernel-config", str(own))
        self.assertRegex(done.output, rf"(?m)^linux .*, with {own} +not built$")


if __name__ == "__main__":
    unittest.main()
