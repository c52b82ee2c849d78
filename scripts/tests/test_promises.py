# SPDX-License-Identifier: GPL-2.0-or-later
"""What the README files promise of svp's last line and exit status, where no other test holds it."""

import json
import re
import unittest

from fake_machine import INIT, MachineCase
from svplib.build import parts, product_table


class Tests(MachineCase):
    def test_no_test_is_no_success(self):
        """`svp test` that ran nothing has not shown that anything holds."""
        done = self.svp("test", "pictures", "-k", "no-such-test", "--json", "-")
        self.assertEqual(done.status, 1)
        self.assertEqual(done.output.strip().splitlines()[-1], "0 passed, 0 failed, 0 skipped")
        self.assertTrue(any("no test matched" in line for line in done.lines), done.lines)


class Run(MachineCase):
    PLAN = [["print", f"{INIT}SVP run some-program\nSVP done some-program status=0\nSVP exit 0\nSVP end poweroff\n"],
            ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]

    def test_json_is_one_object_and_the_last_line_names_the_logs(self):
        done = self.programs(self.PLAN, "--json", "-")
        self.assertEqual(json.loads(done.output)["ok"], True)
        self.assertRegex(done.lines[-1], rf"logs: {self.cache}/log/boards/\S+$")

    def test_cards_are_kept_if_asked_for(self):
        """Without --keep, what the guest writes is forgotten."""
        card = self.folder / "card.img"
        card.write_bytes(b"x" * 4096)
        for words, snapshot in (((), "on"), (("--keep",), "off")):
            self.programs(self.PLAN, "--sd", str(card), *words)
            command = max(self.cache.glob("log/boards/*/*-command.log"), key=lambda path: path.stat().st_mtime_ns).read_text()
            self.assertIn(f"if=sd,format=raw,snapshot={snapshot},file={card}", command)


class Lists(unittest.TestCase):
    """Names in the README files are those that svp knows, all of them."""

    def test_parts(self):
        text = (parts.REPOSITORY / "scripts/README.md").read_text()
        names = re.search(r"fetch and build `([^`]+)` or `all`", text).group(1).split()
        self.assertEqual(names, [name for name in parts.PARTS if name in parts.ALL])

    def test_paths(self):
        """Every `svp path NAME` of a README file."""
        found = set()
        for readme in parts.REPOSITORY.glob("**/README.md"):
            found.update(re.findall(r"svp path ([a-z][-a-z0-9]*)", readme.read_text()))
        self.assertEqual([name for name in sorted(found) if name not in product_table.PRODUCTS], [])
        self.assertIn("qemu", found)


if __name__ == "__main__":
    unittest.main()
