# SPDX-License-Identifier: GPL-2.0-or-later
"""Benchmarks that `svp bench` always has; more may lie in tests/bench/bench_*.py. See testing/bench.py for what a module offers."""
