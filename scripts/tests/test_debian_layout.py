# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages laid out without dpkg: dpkg itself takes what was written for its own."""

import hashlib
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from svplib.build import debian_layout

CONTROL = """Package: {name}
Version: 1.0-1
Architecture: arm64
Multi-Arch: {multi}
Maintainer: Somebody <somebody@localhost>
Depends: other (>= 2), more
Description: short
 long text
 .
 more of it
"""


class Layout(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.root = self.folder / "root"

    def package(self, name, files, multi="no", **control):
        """A .deb with `files` {path: content, or a link's target after '->'} and `control` {name of a control file: content}."""
        tree = self.folder / name
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(CONTROL.format(name=name, multi=multi))
        for file, content in control.items():
            (tree / "DEBIAN" / file).write_text(content)
            (tree / "DEBIAN" / file).chmod(0o755 if file == "postinst" else 0o644)
        for path, content in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            if content.startswith("->"):
                (tree / path).symlink_to(content[2:])
            else:
                (tree / path).write_text(content)
        target = self.folder / f"{name}_1.0-1_arm64.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(target)], check=True, capture_output=True)
        return target

    def lay_out(self):
        base = self.package("base-files", {"usr/bin/x": "", "bin": "->usr/bin"})
        users = self.package("base-passwd", {f"usr/share/base-passwd/{name}.master": f"root of {name}\n" for name in ("passwd", "group")})
        tool = self.package("a-tool", {"bin/tool": "program", "etc/tool.conf": "setting\n"}, conffiles="/etc/tool.conf\n", postinst="#!/bin/sh\n")
        library = self.package("libtool1", {"usr/lib/libtool.so.1": ""}, multi="same", triggers="activate-noawait ldconfig\n")
        self.root.mkdir()
        debian_layout.lay_out([library, tool, users, base], self.root)

    def dpkg_query(self, *words):
        return subprocess.run(["dpkg-query", f"--admindir={self.root}/var/lib/dpkg", *words], check=True, capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C"}).stdout

    def test_dpkg_reads_it(self):
        self.lay_out()
        rows = self.dpkg_query("-W", "-f", "${Package} ${Architecture} ${db:Status-Abbrev}|${Version} ${Depends}\n").splitlines()
        self.assertEqual([row.split()[0] for row in rows], ["a-tool", "base-files", "base-passwd", "libtool1"])
        for row in rows:
            self.assertTrue(row.endswith("arm64 iU |1.0-1 other (>= 2), more"), row)
        self.assertIn("/usr/lib/libtool.so.1", self.dpkg_query("-L", "libtool1:arm64"))
        self.assertIn(f"/etc/tool.conf {hashlib.md5(b'setting' + bytes([10])).hexdigest()}", self.dpkg_query("-W", "-f", "${Conffiles}", "a-tool"))
        self.assertIn("long text", self.dpkg_query("-W", "-f", "${Description}", "a-tool"))

    def test_files(self):
        self.lay_out()
        self.assertTrue((self.root / "bin").is_symlink(), "a package with files below /bin does not replace it")
        self.assertEqual((self.root / "usr/bin/tool").read_text(), "program")
        self.assertEqual((self.root / "etc/passwd").read_text(), "root of passwd\n")
        info = self.root / "var/lib/dpkg/info"
        self.assertTrue(os.access(info / "a-tool.postinst", os.X_OK))
        self.assertEqual((info / "libtool1:arm64.triggers").read_text(), "activate-noawait ldconfig\n")
        self.assertFalse((self.root / "control-files").exists())

    def test_put_over(self):
        self.lay_out()
        over = self.folder / "over"
        (over / "etc/new").mkdir(parents=True)
        (over / "etc/tool.conf").write_text("ours\n")
        (over / "etc/new/file").write_text("new\n")
        (over / "etc/new/file").chmod(0o600)
        debian_layout.put_over(over, self.root)
        self.assertEqual((self.root / "etc/tool.conf").read_text(), "ours\n")
        self.assertEqual((self.root / "etc/new/file").stat().st_mode & 0o777, 0o644)

    def test_interests(self):
        text = "# of Debian\ninterest-noawait ldconfig\ninterest /usr/share/man\nactivate-noawait other\ninterest-await update\n"
        self.assertEqual(debian_layout.interests(text, "x:arm64"), [("ldconfig", "x:arm64/noawait"), ("File", "/usr/share/man x:arm64"), ("update", "x:arm64")])

    def test_control_file(self):
        fields = debian_layout.control_fields(CONTROL.format(name="x", multi="no"))
        self.assertEqual(fields["Description"], "short\n long text\n .\n more of it")
        with self.assertRaisesRegex(ValueError, "is no field"):
            debian_layout.control_fields("Package: x\nnonsense\n")


if __name__ == "__main__":
    unittest.main()
