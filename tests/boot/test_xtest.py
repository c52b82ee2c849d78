# SPDX-License-Identifier: GPL-2.0-or-later
"""All of Debian's xtest, under `strict`; its cryptographic group with CAAM's counters is in test_crypto. The table of counts is in tests/README.md."""

import re
import unittest

import boot_case
from boot_case import BoardCase
from svplib.build import products

XTEST_SECONDS = 3000
#: (words for xtest, test cases, subtests, what is in them)
GROUPS = (("-t regression regression_1 -x 1013", 37, 446, "core"), ("-t regression 1013", 1, 648, "three trusted applications at once"),
          ("-t regression regression_2", 4, 119, "sockets"), ("-t regression regression_5", 1, 33, "client interface"),
          ("-t regression regression_6", 20, 1322, "storage"), ("-t regression regression_8", 5, 255, "Mbed TLS and key derivation"),
          ("-t pkcs11", 31, 5762, "PKCS#11 tokens"))
SUMMARY = re.compile(r"^(\d+) subtests? of which (\d+) failed\n(\d+) test cases? of which (\d+) failed$", re.MULTILINE)


@boot_case.long_only
class Xtest(BoardCase):
    @classmethod
    def prepare(cls):
        # Three applications that wait for one engine: on a busy host, longer than Linux finds right for a processor
        cls.BOARD = {"initrd": products.locate("tools-initrd"), "policy": "strict", "append": "rcupdate.rcu_cpu_stall_suppress=1"}

    def test_groups(self):
        self.guest("tee-supplicant -d && pidof tee-supplicant")
        for words, cases, subtests, content in GROUPS:
            with self.subTest(words=words, content=content):
                result = self.board.command(f"xtest {words} > /tmp/log; grep -B 9 FAILED /tmp/log; tail -n 6 /tmp/log", timeout=XTEST_SECONDS)
                summary = SUMMARY.search(result.output)
                self.assertIsNotNone(summary, result.output)
                self.assertEqual(tuple(map(int, summary.groups())), (subtests, 0, cases, 0), result.output)
        self.assertEqual(boot_case.power_off(self.board), 0)


if __name__ == "__main__":
    unittest.main()
