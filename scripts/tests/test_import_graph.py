# SPDX-License-Identifier: GPL-2.0-or-later
"""The lint check of imports, on small trees."""

import unittest

from svplib.testing import import_graph

FINE = {"scripts/svplib/__init__.py": "", "scripts/svplib/base/__init__.py": "", "scripts/svplib/base/cache.py": "import os\nfrom pathlib import Path",
        "scripts/svplib/build/__init__.py": "", "scripts/svplib/build/parts.py": "from ..base import cache\nfrom .sources import fetch",
        "scripts/svplib/build/sources.py": "from ..base.cache import root\nimport svplib.base.cache"}


class ImportGraphTest(unittest.TestCase):
    def test_edges_of_every_kind_of_import(self):
        graph = import_graph.imports(FINE)
        self.assertEqual(graph["svplib.build.parts"], {"svplib.base.cache", "svplib.build.sources"})
        self.assertEqual(graph["svplib.build.sources"], {"svplib.base.cache"})
        self.assertEqual(graph["svplib.base.cache"], set())
        self.assertEqual(import_graph.findings(FINE), [])

    def test_a_circle_of_modules_is_seen_inside_functions_too(self):
        wrong = import_graph.findings({**FINE, "scripts/svplib/build/sources.py": "def late():\n    from . import parts\n"})
        self.assertEqual(wrong, ["modules import each other: svplib.build.parts -> svplib.build.sources -> svplib.build.parts"])

    def test_a_circle_of_packages_without_one_of_modules(self):
        wrong = import_graph.findings({**FINE, "scripts/svplib/base/logs.py": "from ..build.sources import fetch"})
        self.assertEqual(len(wrong), 2)
        self.assertIn("svplib.base.logs imports svplib.build.sources", "".join(wrong))

    def test_a_package_knows_what_its_init_imports(self):
        graph = import_graph.imports({**FINE, "scripts/svplib/build/__init__.py": "from . import parts\nfrom ..base import cache"})
        self.assertEqual(graph["svplib.build"], {"svplib.build.parts", "svplib.base.cache"})


if __name__ == "__main__":
    unittest.main()
