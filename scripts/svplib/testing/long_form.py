# SPDX-License-Identifier: GPL-2.0-or-later
"""The long form of the tests (`svp test long`): larger numbers for the same tests, and what only it has."""

import functools
import os
import re
import subprocess
import time

from ..base import cache
from ..base.errors import BuildError
from ..base.progress import build_environment, duration, log_path, run_logged
from ..build import host_packages, parts
from . import test_pool
from .results import Result

#: Set while the long form runs: tests that only it has are not skipped then
SWITCH = "SVP_LONG"
#: How much random tests try, unless the environment says otherwise: ten times what they do in `svp test`
NUMBERS = {"SVP_PROGRAMS": "20000", "SVP_TRANSFERS": "12000", "SVP_FUZZ_OPERATIONS": "2000000", "SVP_RANDOM_STREAMS": "800",
           "SVP_QTEST_PROGRAMS": "1500", "SVP_QTEST_FUZZ": "120000", "SVP_VECTORS_ALL": "1"}
FUZZ_SECONDS = 3600  # for each target
SOAK_SECONDS = 3600
#: What a program of unit tests may take beyond its limit in `svp test`
PATIENCE = 20
FUZZ_OPTIONS = ("-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1", "-Ddebug=false", "-Dc_args=-g1",
                "-Dcpp_args=-fsanitize=fuzzer-no-link -g1")
FUZZ_TARGET = re.compile(r"^(tests/unit/(fuzz_\w+)): ", re.MULTILINE)
#: libFuzzer's own limits: bytes of an input, and MiB
INPUT_BYTES, MEMORY = 4096, 2048


def active():
    """True within `svp test long`."""
    return bool(os.environ.get(SWITCH))


def switch_on():
    """Have this process and its children run the long form."""
    for name, value in ({SWITCH: "1"} | NUMBERS).items():
        os.environ.setdefault(name, value)


def seconds(name, default):
    """A time in seconds that the environment may set. Raises ValueError."""
    return float(os.environ.get(name, default))


def fuzz_jobs(results, pattern=None):
    """Build the fuzz targets with clang; a job for each. What cannot be built is a result, and gives no jobs."""
    if pattern and "fuzz" not in pattern.lower():
        return []
    begin = time.monotonic()
    try:
        with cache.lock("packages"):
            host_packages.ensure(["fuzz"], parts.OPTIONS.install)
        tree, names = _build()
    except BuildError as error:
        results.add(Result("fuzz", "build", "failed", time.monotonic() - begin, str(error)))
        return []
    return [test_pool.Job("fuzz", name, functools.partial(_fuzz, program=tree / path, name=name))
            for path, name in names if not pattern or pattern.lower() in name]


def _build():
    tree = parts.build_tree("fuzz", parts.REPOSITORY, parts.compiler("clang++"), *FUZZ_OPTIONS)
    environment = {**build_environment(), "CC": "clang", "CXX": "clang++"}
    with cache.lock(tree.name):
        if not (tree / "build.ninja").exists():
            run_logged("configure fuzz targets", ["meson", "setup", str(tree), str(parts.REPOSITORY), *FUZZ_OPTIONS], log_path("fuzz-configure"),
                       env=environment)
        listing = subprocess.run(["ninja", "-C", str(tree), "-t", "targets", "all"], capture_output=True, text=True, check=True, env=environment).stdout
        names = FUZZ_TARGET.findall(listing)
        if not names:
            raise BuildError("the tree has no fuzz target")
        run_logged("build fuzz targets", ["ninja", f"-j{parts.OPTIONS.jobs}", "-C", str(tree), *(path for path, _ in names)], log_path("fuzz"),
                   env=environment)
    return tree, names


def _fuzz(results, program, name):
    """Run one target; what it found before is its first input again."""
    begin, limit = time.monotonic(), seconds("SVP_FUZZ_SECONDS", FUZZ_SECONDS)
    corpus = cache.folder("fuzz") / name
    (corpus / "found").mkdir(parents=True, exist_ok=True)
    (corpus / "inputs").mkdir(exist_ok=True)
    done = subprocess.run([program, corpus / "inputs", f"-max_len={INPUT_BYTES}", "-len_control=0", f"-max_total_time={int(limit)}", f"-rss_limit_mb={MEMORY}",
                           f"-artifact_prefix={corpus / 'found'}/"], capture_output=True, text=True, errors="replace", check=False)
    tail = "\n".join(done.stderr.splitlines()[-40:])
    runs = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    good = done.returncode == 0 and runs is not None and int(runs[1]) > 0
    results.add(Result("fuzz", f"{name}, {runs[1] if runs else 'no'} inputs in {duration(limit)}", "passed" if good else "failed",
                       time.monotonic() - begin, "" if good else tail))
