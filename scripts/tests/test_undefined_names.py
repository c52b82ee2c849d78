# SPDX-License-Identifier: GPL-2.0-or-later
"""The lint check of undefined names, on small modules."""

import unittest

from svplib.testing.undefined_names import findings


class UndefinedNames(unittest.TestCase):
    def test_defined(self):
        for text in ("import os\nos.getpid()", "from os import getpid as pid\n\ndef f():\n    return pid()", "def f(a):\n    return [b + a for b in a]",
                     "class C:\n    x = 1\n    def f(self):\n        return __class__, len(self.x)", "def f():\n    global g\n    g = 1\n\ndef h():\n    return g",
                     "def f():\n    def inner():\n        return a\n    a = 1\n    return inner", "from os import *\ngetpid()"):
            with self.subTest(text):
                self.assertEqual(findings("x.py", text), [])

    def test_undefined(self):
        for text, line, name in (("print(lost)", 0, "lost"), ("import os\n\ndef f():\n    return path(os)", 3, "path"),
                                 ("def f(a):\n    return [Lost(b) for b in a]", 2, "Lost"), ("class C(Base):\n    pass", 0, "Base")):
            with self.subTest(text):
                self.assertEqual(findings("x.py", text), [f"x.py:{line}: nothing defines {name}"])


if __name__ == "__main__":
    unittest.main()
