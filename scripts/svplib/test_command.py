# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp test`: unit, qtest and boot tests; ends with the line 'N passed, N failed, N skipped'."""

import time
from pathlib import Path

from . import host_packages, lint, parts, python_tests, unit_tests
from .checks import write_json
from .errors import SvpError
from .progress import duration, say
from .results import Result, Results

KINDS = ("unit", "qtest", "boot")
OWN_TESTS = Path(__file__).resolve().parent.parent / "tests"


def add_arguments(parser):
    """Options of `svp test`."""
    parser.add_argument("kind", nargs="?", choices=(*KINDS, "all"), default="all",
                        help="unit: device cores, svp itself, style; qtest: devices through QEMU; boot: whole systems; default all")
    parser.add_argument("-k", dest="pattern", metavar="PATTERN", help="only tests whose name contains PATTERN")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON ('-': stdout)")


def main(arguments):
    """Run the tests; returns the exit status."""
    begin = time.monotonic()
    kinds = KINDS if arguments.kind == "all" else (arguments.kind,)
    results = Results()
    if "unit" in kinds:
        python_tests.run_folder(results, "svp", OWN_TESTS, arguments.pattern)
        unit_tests.run(results, arguments.pattern)
        lint.run(results, arguments.pattern)
    for kind, needs in (("qtest", ("qemu",)), ("boot", parts.ALL)):
        if kind in kinds and _built(results, kind, needs):
            python_tests.run_folder(results, kind, parts.REPOSITORY / "tests" / kind, arguments.pattern)
    if arguments.junit:
        results.write_junit(arguments.junit)
    if arguments.json:
        write_json(arguments.json, results.as_object())
    if not results.all:
        say("no test matched" if arguments.pattern else "there is no test")
    say(f"tests ended after {duration(time.monotonic() - begin)}")
    print(results.closing_line(), flush=True)
    return 0 if results.ok else 1


def _built(results, kind, needs):
    """Build what a kind of test needs; a failure is a failed test, and the other kinds still run."""
    begin = time.monotonic()
    try:
        parts.build(needs)
        if kind == "boot":
            host_packages.ensure(["boot-tests"], parts.OPTIONS.install)
        return True
    except SvpError as error:
        results.add(Result(kind, f"build of {', '.join(needs)}", "failed", time.monotonic() - begin, str(error)))
        return False
