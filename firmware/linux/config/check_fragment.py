#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that every symbol of a kernel configuration fragment took effect.

Usage: check_fragment.py FRAGMENT .config

Kconfig drops a symbol silently when its dependencies are not met or when it no
longer exists. Exit status 0 when the .config says what the fragment asks for,
1 after one line for each difference, 2 when a file cannot be read.
"""
import re
import sys

SET = re.compile(r"^(CONFIG_\w+)=(.*)$")
UNSET = re.compile(r"^# (CONFIG_\w+) is not set$")


def read_symbols(path):
    """Return {symbol: value}; 'n' stands for a symbol that is not set."""
    symbols = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if match := SET.match(line):
                symbols[match[1]] = match[2]
            elif match := UNSET.match(line):
                symbols[match[1]] = "n"
    return symbols


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        wanted, got = map(read_symbols, arguments)
    except OSError as error:
        print(f"check_fragment: {error}", file=sys.stderr)
        return 2
    failed = 0
    for symbol, value in wanted.items():
        seen = got.get(symbol, "n")
        if seen != value:
            print(f"{arguments[0]}: {symbol} is {seen}, expected {value}",
                  file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
