# SPDX-License-Identifier: GPL-2.0-or-later
"""What `svp bench` says of figures that differ from round to round: medians of ratios, intervals, and aims that are undecided."""

import contextlib
import io
import math
import random
import unittest
from unittest import mock

from svplib.commands import bench as command
from svplib.testing import bench


class Intervals(unittest.TestCase):
    def test_few_figures_give_their_range(self):
        for count in range(1, 9):
            with self.subTest(count=count):
                self.assertEqual(bench.interval(range(count, 0, -1)), (1, count))

    def test_the_median_is_inside_as_often_as_is_said(self):
        for count in (6, 9, 25, 101):
            low, high = bench.interval(range(1, count + 1))
            self.assertEqual(low, count + 1 - high)
            outside = 2 * sum(math.comb(count, number) for number in range(low)) / 2 ** count
            tighter = 2 * sum(math.comb(count, number) for number in range(low + 1)) / 2 ** count
            self.assertLessEqual(outside, bench.CHANCE)
            self.assertGreater(tighter, bench.CHANCE)

    def test_equals_that_differ(self):
        self.assertEqual(bench.difference_of_equals([10, 10], [10, 10]), 1)
        self.assertAlmostEqual(bench.difference_of_equals([8, 10], [10, 10]), 1.25)
        self.assertAlmostEqual(bench.difference_of_equals([10, 13], [10, 10]), 1.3)


class Verdicts(unittest.TestCase):
    def row(self, value, yardstick=None, **settings):
        return bench.Row("x", value=value, yardstick=yardstick, **{"unit": "MB/s", "aim": 1.0, **settings})

    def test_the_ratio_is_the_median_of_the_rounds(self):
        # The host was ten times slower in the second round, for both.
        row = self.row([100, 10, 104], [100, 10, 100])
        self.assertEqual((row.value, row.yardstick, row.ratio, row.interval), (100, 100, 1.0, (1.0, 1.04)))
        self.assertEqual(self.row([2, 4], [1, 1], better="less", unit="ms").interval, (0.25, 0.5))

    def test_what_becomes_of_an_aim(self):
        for value, yardstick, settings, judged in (
                ([11, 12, 13], [10, 10, 10], {}, "met"), ([7, 8, 9], [10, 10, 10], {}, "missed"), ([9, 10, 11], [10, 10, 10], {}, "undecided"),
                (11, 10, {}, "met"), (11, 10, {"noise": 1.2}, "undecided"), (13, 10, {"noise": 1.2}, "met"), (8, 10, {"noise": 1.2}, "missed"),
                ([2, 3], None, {"better": "less", "aim": 3}, "met"), ([2, 4], None, {"better": "less", "aim": 3}, "undecided"),
                ([4, 5], None, {"better": "less", "aim": 3}, "missed"), ([4, 5], None, {"aim": 5}, "undecided"), ([0, 0], [1, 1], {}, "missed"),
                ([4, 5], None, {"aim": None}, None)):
            with self.subTest(value=value, yardstick=yardstick, **settings):
                row = self.row(value, yardstick, **settings)
                self.assertEqual(row.judged, judged)
                self.assertEqual(row.met, {"met": True, "missed": False}.get(judged))
                self.assertEqual(row.as_object()["judged"], judged)

    def test_rounds_that_do_not_belong_together(self):
        with self.assertRaises(ValueError):
            self.row([1, 2, 3], [1, 2])

    def test_equal_boards_on_a_noisy_host_are_never_told_apart(self):
        """Two boards that differ by nothing but the host's noise, of 60 % at worst, and an aim of 0.99."""
        numbers = random.Random(7)
        for _ in range(200):
            on, off, again = ([100 * numbers.uniform(1, 1.6) for _ in range(6)] for _ in range(3))
            row = self.row(on, off, aim=0.99, noise=bench.difference_of_equals(again, off))
            self.assertEqual(row.judged, "undecided")
            self.assertIn("undecided", bench.table([row]))

    def test_subjects_take_turns(self):
        order = []

        def measure(subject):
            order.append(subject)
            return {"speed": len(order)}

        figures = bench.rounds_of(("a", "b"), measure, 3)
        self.assertEqual("".join(order), "abbaab")
        self.assertEqual(figures, [{"speed": [1, 4, 5]}, {"speed": [2, 3, 6]}])


class ExitStatus(unittest.TestCase):
    def run_with(self, *rows):
        item = bench.Benchmark("x", (), lambda: iter(rows))
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.object(command, "_load", return_value={"x": item}), mock.patch.object(command.parts, "build"), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return command.main(mock.Mock(names=["x"], json=None)), err.getvalue() + out.getvalue()

    def test_only_a_missed_aim_is_a_failure(self):
        good, bad = bench.Row("good", value=1, unit="MB/s", aim=1), bench.Row("bad", value=1, unit="MB/s", aim=2)
        unsure = bench.Row("unsure", value=[1, 3], unit="MB/s", aim=2)
        self.assertEqual(self.run_with(good)[0], 0)
        status, output = self.run_with(good, unsure)
        self.assertEqual(status, 0)
        self.assertIn("aims within what the figures differ by: unsure", output)
        status, output = self.run_with(good, unsure, bad)
        self.assertEqual(status, 1)
        self.assertIn("aims that are not met: bad", output)
        self.assertEqual(self.run_with()[0], 1)
