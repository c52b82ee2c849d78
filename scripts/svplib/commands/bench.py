# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp bench`: run benchmarks, print one table."""

import importlib
import importlib.util
import pkgutil
import sys
import time

from .. import benches
from ..base.checks import write_json
from ..base.errors import UsageError
from ..base.progress import duration, say
from ..build import parts
from ..testing import bench


def add_arguments(parser):
    """Options of `svp bench`."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run (default: all; 'list' lists them)")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON ('-': stdout)")


def main(arguments):
    """Run them; returns the exit status: 0 when all were measured and no aim is missed."""
    known = _load(parts.REPOSITORY / "tests/bench")
    if arguments.names == ["list"]:
        for name, item in known.items():
            print(f"{name:12} {item.text}")
        return 0
    chosen = [*dict.fromkeys(item for name in arguments.names or known for item in named(known, name))]
    parts.build([need for item in chosen for need in item.needs])
    rows = []
    for item in chosen:
        begin = time.monotonic()
        say(f"bench {item.name}: {item.text}")
        rows += list(item.function())
        say(f"bench {item.name}: done in {duration(time.monotonic() - begin)}")
    print(bench.table(rows))
    if arguments.json:
        write_json(arguments.json, {"rows": [row.as_object() for row in rows]})
    for judged, text in (("undecided", "aims within what the figures differ by"), ("missed", "aims that are not met")):
        if names := [row.name for row in rows if row.judged == judged]:
            say(f"{text}: {'; '.join(names)}")
    if not rows:
        say("nothing was measured")
    return 1 if not rows or any(row.judged == "missed" for row in rows) else 0


def named(known, name):
    """The benchmark of that name, and those whose names go on behind it with a hyphen. Raises UsageError if there is none."""
    found = [item for other, item in known.items() if other == name or other.startswith(f"{name}-")]
    if not found:
        raise UsageError(f"no benchmark '{name}'; known: {', '.join(known)}")
    return found


def _load(folder):
    """All benchmarks: those in benches/ and those in `folder`/bench_*.py; {name: Benchmark}."""
    for module in pkgutil.iter_modules(benches.__path__):
        importlib.import_module(f"{benches.__name__}.{module.name}")
    for path in sorted(folder.glob("bench_*.py")):
        name = f"svp_bench_{path.stem}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    return bench.registered()
