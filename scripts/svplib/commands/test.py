# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp test`: unit, pictures, qtest and boot tests, or all of them in their long form; ends with the line 'N passed, N failed, N skipped'."""

import functools
import os
import time
from pathlib import Path

from ..base.checks import write_json
from ..base.errors import SvpError
from ..base.progress import duration, say
from ..build import host_packages, parts, products
from ..testing import lint, long_form, python_tests, test_pool, unit_tests
from ..testing.results import Result, Results

KINDS = ("unit", "pictures", "qtest", "boot")
LONG = "long"
#: QEMU frees little when it ends; whatever else it does wrong ends it at once
ASAN_ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
ASAN_TIMEOUT_SCALE = "4"
OWN_TESTS = Path(__file__).resolve().parents[2] / "tests"


def add_arguments(parser):
    """Options of `svp test`."""
    parser.add_argument("kind", nargs="?", choices=(*KINDS, "all", LONG), default="all",
                        help="unit: device cores, svp itself, style; pictures: what the video decoders make of clips; qtest: devices through QEMU; boot: whole systems; default all; "
                        "long: all with larger numbers, fuzz targets, published streams in the guest, a soak: a day")
    parser.add_argument("-k", dest="pattern", metavar="PATTERN", help="only tests whose name contains PATTERN")
    parser.add_argument("--asan", action="store_true", help="qtest and boot with a QEMU that is built with sanitizers (twenty minutes, once)")
    parser.add_argument("--list", action="store_true", help="print the names of the tests, and run none (unit tests are built first)")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON ('-': stdout)")


def main(arguments):
    """Run the tests; returns the exit status."""
    begin = time.monotonic()
    kinds = KINDS if arguments.kind in ("all", LONG) else (arguments.kind,)
    if arguments.list:
        return _list((*kinds, LONG) if arguments.kind == LONG else kinds, arguments.pattern)
    results = Results()
    if arguments.kind == LONG:
        long_form.switch_on()
    if "unit" in kinds:
        jobs = _python_jobs("svp", OWN_TESTS, arguments.pattern) + unit_tests.jobs(results, arguments.pattern)
        test_pool.run(results, [*jobs, test_pool.Job("lint", "lint", lambda into: lint.run(into, arguments.pattern))], parts.OPTIONS.jobs)
    jobs = _python_jobs("pictures", parts.REPOSITORY / "tests/pictures", arguments.pattern) if "pictures" in kinds else []
    emulator = ("asan-qemu",) if arguments.asan else ("qemu",)
    for kind, needs in (("boot", (*emulator, *(part for part in parts.ALL if part != "qemu"))), ("qtest", emulator)):
        if kind in kinds and _built(results, kind, needs):
            jobs += _python_jobs(kind, parts.REPOSITORY / "tests" / kind, arguments.pattern)
    if arguments.kind == LONG:
        jobs += _python_jobs(LONG, parts.REPOSITORY / "tests/long", arguments.pattern) + long_form.fuzz_jobs(results, arguments.pattern)
    if jobs and arguments.asan:
        _use_asan()
    test_pool.run(results, jobs, parts.OPTIONS.jobs)
    if arguments.junit:
        results.write_junit(arguments.junit)
    if arguments.json:
        write_json(arguments.json, results.as_object())
    if not results.all:
        say("no test matched" if arguments.pattern else "there is no test")
    for suite, seconds in results.seconds().items():
        say(f"{suite}: {duration(seconds)} of tests")
    say(f"tests ended after {duration(time.monotonic() - begin)}")
    print(results.closing_line(), flush=True)
    results.raise_disk_trouble()
    return 0 if results.ok else 1


def _list(kinds, pattern):
    """Print the tests of these kinds, a line each as in the results, without times."""
    folders = {"unit": ("svp", OWN_TESTS), **{kind: (kind, parts.REPOSITORY / "tests" / kind) for kind in (*KINDS[1:], LONG)}}
    for kind in kinds:
        suite, folder = folders[kind]
        for path in python_tests.files(folder):
            for name in python_tests.names(path, pattern):
                print(f"{suite}: {name}")
        if kind == "unit":
            for name in (*unit_tests.names(pattern), *(f"lint: {name}" for name in lint.names(pattern))):
                print(name if name.startswith("lint: ") else f"unit: {name}")
    return 0


def _python_jobs(suite, folder, pattern):
    return [test_pool.Job(suite, path.stem, functools.partial(python_tests.run_file, suite=suite, path=path, pattern=pattern))
            for path in python_tests.files(folder)]


def _use_asan():
    """Have all boards of this process run on the emulator with sanitizers."""
    os.environ["SVP_QEMU"] = str(products.locate("asan-qemu"))
    for name, value in (*ASAN_ENVIRONMENT.items(), ("SVP_TIMEOUT_SCALE", ASAN_TIMEOUT_SCALE)):
        os.environ.setdefault(name, value)


def _built(results, kind, needs):
    """Build what a kind of test needs; a failure is a failed test, and the other kinds still run."""
    begin = time.monotonic()
    try:
        parts.build(needs)
        if kind == "boot":
            host_packages.ensure(["boot-tests"], parts.OPTIONS.install)
        return True
    except SvpError as error:
        results.add(Result(kind, f"build of {', '.join(needs)}", "failed", time.monotonic() - begin, str(error), error))
        return False
