# SPDX-License-Identifier: GPL-2.0-or-later
"""The lint check of includes, on small trees."""

import unittest

from svplib.testing import graphs, include_graph


def tree(**files):
    """{path: the files it includes, as written} -> texts."""
    return {name: "".join(f'#include "{target}"\n' for target in targets) for name, targets in files.items()}


class IncludeGraphTest(unittest.TestCase):
    LAYERS = {"include/svp/host.hpp": [], "hw/bus/bank.hpp": ["svp/host.hpp"], "hw/bus/bank.cpp": ["bus/bank.hpp"],
              "hw/firewall/rdc.hpp": ["bus/bank.hpp", "svp/host.hpp"], "hw/interface/abi.cpp": ["firewall/rdc.hpp", "bus/bank.hpp"]}

    def test_layers_are_fine(self):
        self.assertEqual(include_graph.findings(tree(**self.LAYERS)), [])

    def test_an_upward_include_makes_a_circle_of_folders(self):
        wrong = include_graph.findings(tree(**{**self.LAYERS, "hw/bus/monitor.cpp": ["firewall/rdc.hpp"]}))
        self.assertEqual(len(wrong), 2)
        self.assertIn("hw/bus/monitor.cpp includes hw/firewall/rdc.hpp", "".join(wrong))

    def test_contracts_know_no_core(self):
        wrong = include_graph.findings(tree(**{**self.LAYERS, "include/svp/device.hpp": ["bus/bank.hpp"]}))
        self.assertIn("include/svp/device.hpp includes hw/bus/bank.hpp", "".join(wrong))

    def test_files_in_a_circle(self):
        wrong = include_graph.findings(tree(**{"hw/qemu/a.h": ["b.h"], "hw/qemu/b.h": ["c.h"], "hw/qemu/c.h": ["a.h"]}))
        self.assertEqual(wrong, ["files include each other: hw/qemu/a.h -> hw/qemu/b.h -> hw/qemu/c.h -> hw/qemu/a.h"])

    def test_folders_of_a_block(self):
        block = {"hw/vpu/status.hpp": [], "hw/vpu/entropy/bits.hpp": ["vpu/status.hpp"], "hw/vpu/g1/device.cpp": ["vpu/entropy/bits.hpp", "vpu/vpu.hpp"],
                 "hw/vpu/vpu.hpp": ["vpu/status.hpp"]}
        self.assertEqual(include_graph.findings(tree(**block)), [])
        wrong = include_graph.findings(tree(**{**block, "hw/vpu/entropy/table.cpp": ["vpu/g1/device.hpp"], "hw/vpu/g1/device.hpp": []}))
        self.assertEqual(len(wrong), 2)
        self.assertIn("hw/vpu/entropy/table.cpp includes hw/vpu/g1/device.hpp", "".join(wrong))
        wrong = include_graph.findings(tree(**{**block, "hw/vpu/status.cpp": ["vpu/status.hpp", "vpu/entropy/bits.hpp"]}))
        self.assertIn("hw/vpu/status and hw/vpu/entropy are in a circle", "".join(wrong))

    def test_programs_of_the_guest(self):
        programs = {"firmware/guest/film/film.cpp": ["../play/screen.hpp"], "firmware/guest/play/screen.hpp": [], "firmware/guest/film/film.hpp": [],
                    "firmware/guest/play/main.cpp": ["../film/film.hpp"]}
        self.assertEqual(include_graph.findings(tree(**programs)), [])
        wrong = include_graph.findings(tree(**{**programs, "firmware/guest/play/screen.cpp": ["../film/film.hpp"]}))
        self.assertIn("firmware/guest/play/screen.cpp includes firmware/guest/film/film.hpp", "".join(wrong))

    def test_circles_of_graphs(self):
        self.assertEqual(graphs.circle({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}), [])
        self.assertEqual(graphs.circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c", "b"])


if __name__ == "__main__":
    unittest.main()
