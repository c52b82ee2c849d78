# SPDX-License-Identifier: GPL-2.0-or-later
"""A board's DRAM, kept in a file: what was never written takes no room there."""

import os
import tempfile
import unittest

from svplib.machine import kept

MIB = 1 << 20


class Copy(unittest.TestCase):
    def copied(self, pieces, size=256 * MIB):
        """Blocks that the copy takes; raises AssertionError unless it is equal."""
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
            source.truncate(size)
            for at, data in pieces:
                os.pwrite(source.fileno(), data, at)
            kept.copy(source.fileno(), target.fileno())
            self.assertEqual(os.fstat(target.fileno()).st_size, size)
            for at, data in pieces:
                self.assertEqual(os.pread(target.fileno(), len(data), at), data)
            self.assertEqual(os.pread(target.fileno(), 64, 128 * MIB), bytes(64))
            return os.fstat(target.fileno()).st_blocks * 512

    def test_pieces(self):
        used = self.copied([(0, b"first" * 1000), (40 * MIB, os.urandom(33 * MIB)), (256 * MIB - 4, b"last")])
        self.assertLess(used, 40 * MIB)

    def test_nothing(self):
        self.assertEqual(self.copied([]), 0)


if __name__ == "__main__":
    unittest.main()
