# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages come before sources: what was built with a compiler that is not installed any more is there again once it is."""

import unittest
from unittest import mock

from svplib.build import host_packages, parts


class FirstPackages(unittest.TestCase):
    def test_nothing_is_fetched_for_what_the_installed_compiler_has_built(self):
        """A job with products in the cache but without compilers: once these are installed, nothing is left to do."""
        installed = []

        def pending(names):
            return [] if installed else list(names)

        with mock.patch.object(parts, "pending", pending), mock.patch.object(host_packages, "ensure", lambda *_: installed.append(True)), \
                mock.patch.object(parts.sources, "fetched", lambda source: self.fail(f"{source} was fetched")), \
                mock.patch.object(parts, "_build_one", lambda name: self.fail(f"{name} was built")):
            parts.build(["linux"])
        self.assertTrue(installed)


if __name__ == "__main__":
    unittest.main()
