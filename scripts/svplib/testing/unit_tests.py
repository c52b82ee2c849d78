# SPDX-License-Identifier: GPL-2.0-or-later
"""Unit tests: the root meson.build, built with address and undefined-behaviour sanitizers, and its Catch2 programs.

Works with Catch2 2 and 3: both have the XML reporter, in which every test case is a TestCase element with an OverallResult.
"""

import functools
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from ..base import cache
from ..base.errors import BuildError
from ..base.progress import build_environment, log_path, run_logged
from ..build import host_packages, parts
from . import long_form, test_pool
from .results import Result

#: Checks of pointers before each access double what the compiler has to do, and the address sanitizer sees most of what they see. QEMU with
#: sanitizers and the fuzz targets have them
LEFT_OUT = ("null", "alignment", "object-size", "vptr")
OPTIONS = ("-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1", "-Ddebug=false",
           *(f"-D{language}_args={' '.join(['-g1', *(f'-fno-sanitize={check}' for check in LEFT_OUT)])}" for language in ("c", "cpp")))
PROGRAM_SECONDS = 900
SANITIZER_ENVIRONMENT = {"ASAN_OPTIONS": "abort_on_error=0:detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def build():
    """Build the unit tests; return their build folder. Raises BuildError."""
    # Objects hold the paths of their sources, so every checkout has its own tree.
    tree = parts.build_tree("unit", parts.REPOSITORY, parts.compiler("g++"), *OPTIONS)
    environment = build_environment()
    with cache.lock(tree.name):
        if not (tree / "build.ninja").exists():
            run_logged("configure unit tests", ["meson", "setup", str(tree), str(parts.REPOSITORY), *OPTIONS], log_path("unit-configure"), env=environment)
        run_logged("build unit tests", ["ninja", f"-j{parts.OPTIONS.jobs}", "-C", str(tree)], log_path("unit"), env=environment)
    return tree


def jobs(results, pattern=None):
    """Build all; a job for each source file of tests, by the tags of its folder and of its name. A failed build is a result, and gives no jobs."""
    begin = time.monotonic()
    try:
        with cache.lock("packages"):
            host_packages.ensure(["unit"], parts.OPTIONS.install)
        tree = build()
    except BuildError as error:
        results.add(Result("unit", "build", "failed", time.monotonic() - begin, str(error), error))
        return []
    return [test_pool.Job("unit", f"{source.parent.name}/{source.stem}",
                          functools.partial(_run_file, program=program, source=source, tree=tree, pattern=pattern)) for program, source in _files(tree)]


def _files(tree):
    """(program, source file of tests) of all test programs."""
    listing = subprocess.run(["meson", "introspect", "--targets", str(tree)], capture_output=True, text=True, check=True, env=build_environment())
    return [(target["filename"][0], source) for target in json.loads(listing.stdout)
            if target["type"] == "executable" and target["name"].startswith("test_") for source in _test_sources(target)]


def names(pattern=None):
    """Names of the test cases that jobs() would run; builds them first. Raises BuildError."""
    with cache.lock("packages"):
        host_packages.ensure(["unit"], parts.OPTIONS.install)
    tree = build()
    found = []
    for program, source in _files(tree):
        selection = _selection(source, pattern)
        done = subprocess.run([program, "-#", selection, "--list-tests", "--verbosity", "quiet"], capture_output=True, text=True, check=False,
                              env={**os.environ, **SANITIZER_ENVIRONMENT}, timeout=PROGRAM_SECONDS)
        found += [f"{_label(source)}: {line.strip()}" for line in done.stdout.splitlines() if line.strip()]
    return found


def _label(source):
    return f"{source.parent.name}/{source.stem.removeprefix('test_')}"


def _selection(source, pattern):
    """What Catch2 is to run: the tests of a file whose names contain the pattern."""
    return f"[{source.parent.name}][#{source.stem}]" + (f"*{_escaped(pattern)}*" if pattern else "")


def _test_sources(target):
    paths = (Path(path) for group in target["target_sources"] for path in group.get("sources", ()))
    return sorted((path for path in paths if path.stem.startswith("test_")), key=lambda path: (-path.stat().st_size, path))


def _run_file(results, program, source, tree, pattern):
    begin, label = time.monotonic(), _label(source)
    limit = PROGRAM_SECONDS * (long_form.PATIENCE if long_form.active() else 1)
    environment = {**os.environ, **SANITIZER_ENVIRONMENT}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        selection = _selection(source, pattern)
        try:
            done = subprocess.run([program, "-#", selection, "-r", "xml", "-d", "yes", "-o", str(report)], capture_output=True, text=True,
                                  errors="replace", cwd=tree, env=environment, timeout=limit, check=False)
            status, output = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            status, output = None, f"still running after {limit} s"
        text = report.read_text(errors="replace") if report.exists() else ""
    cases = list(_cases(text))
    for case in cases:
        results.add(Result("unit", f"{label}: {case[0]}", case[1], case[2], case[3]))
    failed = any(case[1] == "failed" for case in cases)
    if status != 0 and not failed and not (pattern and not cases):
        # Died, was stopped, or a sanitizer complained outside a test case.
        results.add(Result("unit", f"{label}: program", "failed", time.monotonic() - begin, f"exit status {status}\n" + "\n".join(output.splitlines()[-40:])))
    elif not cases and not pattern:
        results.add(Result("unit", f"{label}: program", "failed", time.monotonic() - begin, "ran no test case"))


def _escaped(pattern):
    """A Catch2 test name expression treats these letters as syntax."""
    return "".join("\\" + letter if letter in ",[]\\" else letter for letter in pattern)


def _cases(text):
    """(name, outcome, seconds, failure text) for each complete test case in a Catch2 XML report, which may be cut off."""
    parser = ElementTree.XMLPullParser(["end"])
    try:
        parser.feed(text)
        events = list(parser.read_events())
    except ElementTree.ParseError:
        events = []
    for _, element in events:
        if element.tag != "TestCase":
            continue
        overall = element.find("OverallResult")
        if overall is None:
            continue
        skipped = int(overall.get("skips", "0")) > 0
        good = overall.get("success") == "true"
        outcome = "skipped" if good and skipped else "passed" if good else "failed"
        yield element.get("name"), outcome, float(overall.get("durationInSeconds", "0")), _explain(element, outcome)


def _explain(case, outcome):
    if outcome == "passed":
        return ""
    lines = []
    for element in case.iter():
        if element.tag == "Expression" and element.get("success") == "false":
            original, expanded = element.findtext("Original", "").strip(), element.findtext("Expanded", "").strip()
            lines.append(f"{element.get('filename')}:{element.get('line')}: {original}  with values  {expanded}")
        elif element.tag in ("Failure", "Exception", "FatalErrorCondition", "Skip"):
            lines.append(f"{element.get('filename')}:{element.get('line')}: {(element.text or '').strip()}")
        elif element.tag == "Info":
            lines.append(f"  info: {(element.text or '').strip()}")
    return "\n".join(lines[:40])
