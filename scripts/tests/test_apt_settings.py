# SPDX-License-Identifier: GPL-2.0-or-later
"""Mirrors are read from both formats of apt's settings, and repositories of others are not taken for Debian's."""

import unittest

from svplib.build import apt_settings

DEB822 = """# a comment
Types: deb deb-src
URIs: http://ftp.example.org/debian/
# between fields
Suites: trixie trixie-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.debian.org/debian-security
Suites: trixie-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example.org/debian
Suites: trixie
Components: main

Types: deb
URIs: https://packages.example.com/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""

ONE_LINE = """
deb http://mirror.example.net/debian bookworm main contrib # trailing
deb-src http://mirror.example.net/debian bookworm main
deb [arch=amd64 signed-by=/etc/hostname] https://download.docker.com/linux/debian bookworm stable
deb https://apt.example.com stable main
# deb http://commented.example.org/debian bookworm main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb [trusted=yes] mirror+file:/etc/apt/mirrors/debian.list trixie main
nonsense
"""


class Parsing(unittest.TestCase):
    def test_deb822(self):
        entries = apt_settings.parse_deb822(DEB822, "x")
        self.assertEqual([entry.uri for entry in entries], ["http://ftp.example.org/debian", "http://security.debian.org/debian-security",
                                                            "https://packages.example.com/debian"])
        self.assertEqual(entries[0].suites, ["trixie", "trixie-updates"])
        self.assertEqual(entries[0].components, ["main", "non-free-firmware"])
        self.assertEqual(entries[0].types, ["deb", "deb-src"])

    def test_one_line(self):
        entries = apt_settings.parse_one_line(ONE_LINE, "x")
        self.assertEqual(entries[0].components, ["main", "contrib"])
        self.assertEqual(entries[2].keyring, "/etc/hostname")
        self.assertNotIn("http://commented.example.org/debian", [entry.uri for entry in entries])


class Choice(unittest.TestCase):
    def test_only_debian(self):
        found = apt_settings.debian_archives(apt_settings.parse_deb822(DEB822, "x"))
        self.assertEqual(found[0].uri, "http://ftp.example.org/debian")
        self.assertNotIn("http://security.debian.org/debian-security", [archive.uri for archive in found])

    def test_other_vendors_are_left_out_or_last(self):
        uris = [archive.uri for archive in apt_settings.debian_archives(apt_settings.parse_one_line(ONE_LINE, "x"))]
        self.assertEqual(uris[0], "http://mirror.example.net/debian")
        self.assertEqual(uris[-1], "https://apt.example.com")
        self.assertIn("mirror+file:/etc/apt/mirrors/debian.list", uris)
        self.assertFalse([uri for uri in uris if "docker" in uri or uri.startswith("cdrom")])

    def test_none(self):
        self.assertEqual(apt_settings.debian_archives([]), [])
