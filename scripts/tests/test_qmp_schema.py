# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that the QMP schema and the C++ cores share: each side has its own list, and they must agree."""

import ast
import re
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def schema():
    """The expressions of svp*.json by what they define: {name: expression}. QAPI is Python's notation plus true and false."""
    text = "\n".join(path.read_text() for path in sorted((REPOSITORY / "hw/qemu").glob("svp*.json")))
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    expressions = [ast.literal_eval(re.sub(r"\btrue\b", "True", part)) for part in re.split(r"(?<=\})\n\s*(?=\{ ')", text.strip())]
    return {expression[kind]: expression for expression in expressions
            for kind in ("enum", "struct", "union", "command", "event") if kind in expression}


def names_in(path, argument):
    """What a C++ function name(ARGUMENT) returns, without '?' and 'none'."""
    body = (REPOSITORY / path).read_text().split(f"std::string_view name({argument}", 1)[1].split("\n}\n", 1)[0]
    return [name for name in re.findall(r'return "([^"]+)"', body) if name not in ("?", "none")]


class SchemaTest(unittest.TestCase):
    def setUp(self):
        self.definitions = schema()

    def enumerators(self, name):
        return self.definitions[name]["data"]

    def test_masters(self):
        names = names_in("hw/bus/transaction.cpp", "Master")
        self.assertEqual(len(names), 27)
        self.assertEqual(self.enumerators("SvpBusMaster"), names)

    def test_fault_kinds_in_order(self):
        names = names_in("hw/observer/fault.cpp", "FaultKind")
        self.assertEqual(len(names), 15)
        self.assertEqual(self.enumerators("SvpFaultKind"), names)

    def test_every_denier_is_known(self):
        names = names_in("hw/bus/verdict.cpp", "Denier")
        self.assertIn("tzc", names)
        refusers = names_in("hw/bus/refusal.cpp", "Refuser")
        self.assertIn("caam-secure-memory", refusers)
        self.assertEqual([*names, *refusers, "fault", "other"], self.enumerators("SvpDenier"))

    def test_streams_in_order(self):
        self.assertEqual(["none", *names_in("hw/bus/transaction.cpp", "Stream")], self.enumerators("SvpBusStream"))

    def test_blocks(self):
        text = (REPOSITORY / "hw/observer/bus_monitor.cpp").read_text()
        roles = re.search(r"roles\[\] = \{(.*?)\}", text, re.DOTALL)[1]
        self.assertEqual(self.enumerators("SvpFirewallBlock"), [*re.findall(r'"(\w+)"', roles), "gpr"])

    def test_types_have_distinct_c_names(self):
        # QAPI's C names must not meet those of the C interface.
        headers = "".join(path.read_text() for path in (REPOSITORY / "include/svp").glob("*.h"))
        taken = set(re.findall(r"\} (Svp\w+);", headers)) | set(re.findall(r"typedef struct (Svp\w+)", headers))
        self.assertIn("SvpResponse", taken)
        self.assertEqual(taken & set(self.definitions), set())


if __name__ == "__main__":
    unittest.main()
