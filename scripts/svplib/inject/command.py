# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp inject`: run a campaign of injected faults, or join the results of its parts."""

import fnmatch
import re
import time

from ..base import cache
from ..base.checks import look_at_targets, write_json
from ..base.errors import UsageError
from ..base.progress import say
from ..build import host_packages, parts
from . import campaign as campaigns, outcome, report_html, report_junit, report_text, runner

NEEDS = ("qemu", "linux", "boot", "guest")
SHARDS_LIMIT = 100_000


def add_arguments(parser):
    """Options of `svp inject`."""
    parser.add_argument("campaign", nargs="?", metavar="CAMPAIGN.json", help="the campaign; scripts/svplib/inject/README.md has its form")
    parser.add_argument("--list", action="store_true", help="only list the cases that would run")
    parser.add_argument("--only", metavar="PATTERN", help="only cases whose name contains PATTERN (or matches it, if it has *, ? or [)")
    parser.add_argument("--shard", metavar="K/N", help="only each N-th case, beginning with the K-th (K from 1)")
    parser.add_argument("--merge", nargs="+", metavar="JSON", help="join results that --json wrote, instead of running anything")
    parser.add_argument("--junit", metavar="FILE", help="write the results as JUnit XML")
    parser.add_argument("--html", metavar="FILE", help="write one self-contained page: matrix, timelines, every case")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON ('-': stdout), for --merge and for programs")
    parser.add_argument("--log-dir", metavar="FOLDER", help="where logs go (default: a folder of the cache, which is named at the end)")


def main(arguments):
    """Do it; returns the exit status: 0 when every case has passed."""
    if arguments.merge is not None:
        return _merge(arguments)
    if not arguments.campaign:
        raise UsageError("which campaign? Give a file, or --merge with results")
    _look_at_targets(arguments)
    campaign = campaigns.read(arguments.campaign)
    cases, shard = _chosen(arguments, campaign)
    jobs = min(arguments.jobs, runner.JOBS_LIMIT) if arguments.jobs is not None else runner.available_cpus()
    if arguments.list:
        for case in cases:
            print(f"{case.name}  ({case.snapshot or 'boot'}, policy {case.settings.policy})")
        return 0
    if any(case.settings.card == campaigns.FILM for case in cases):
        host_packages.ensure(["film"], parts.OPTIONS.install)
    parts.build(NEEDS)
    begin = time.monotonic()
    results, width = [], report_text.column(case.name for case in cases)
    quiet = arguments.json == "-"
    for result in runner.Runner(campaign, cases, jobs).results():
        results.append(result)
        if quiet:
            say(f"{result['verdict']}: {result['name']}")
        else:
            print(report_text.row(result, width), flush=True)
    made = outcome.Outcome(campaign.name, campaign.description, campaign.identity, len(campaign.cases), results, shard=shard,
                           seconds=time.monotonic() - begin, jobs=jobs)
    _report(arguments, made)
    for line in filter(None, (report_text.swept(made), report_text.outcomes(made), report_text.totals(made))):
        (say if quiet else print)(line)
    say(f"logs: {cache.board_log_dir()}")
    return 0 if made.ok else 1


def _merge(arguments):
    for name, value in (("CAMPAIGN.json", arguments.campaign), ("--shard", arguments.shard), ("--only", arguments.only), ("--list", arguments.list),
                        ("--jobs", arguments.jobs)):
        if value:
            raise UsageError(f"--merge runs nothing, {name} makes no sense with it")
    _look_at_targets(arguments)
    made = outcome.merge(arguments.merge)
    _report(arguments, made)
    (say if arguments.json == "-" else print)(report_text.totals(made) if arguments.json == "-" else report_text.table(made))
    return 0 if made.ok else 1


def _look_at_targets(arguments):
    """Refuse reports that cannot be written, before hours are spent."""
    look_at_targets(arguments, ("junit", "html", "json"))


def _report(arguments, made):
    if arguments.junit:
        report_junit.write(made, arguments.junit)
    if arguments.html:
        report_html.write(made, arguments.html)
    if arguments.json:
        write_json(arguments.json, made.as_object())


def _chosen(arguments, campaign):
    """(cases to run, (K, N) or None)."""
    cases, shard = list(campaign.cases), None
    if arguments.shard:
        match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", arguments.shard)
        if not match:
            raise UsageError(f"--shard: '{arguments.shard}' is not K/N (example: 2/8)")
        shard = int(match.group(1)), int(match.group(2))
        if not 1 <= shard[0] <= shard[1] <= SHARDS_LIMIT:
            raise UsageError(f"--shard {arguments.shard}: K must be 1 to N, N at most {SHARDS_LIMIT}")
        if shard[1] > len(cases):
            raise UsageError(f"--shard {arguments.shard}: the campaign has {len(cases)} cases, it cannot be cut into {shard[1]} parts")
        cases = [case for case in cases if case.index % shard[1] == shard[0] - 1]
    if arguments.only:
        wanted = arguments.only
        if any(letter in wanted for letter in "*?["):
            cases = [case for case in cases if fnmatch.fnmatchcase(case.name, wanted)]
        else:
            cases = [case for case in cases if wanted in case.name]
        if not cases:
            raise UsageError(f"--only: no case{' of this shard' if shard else ''} has a name like '{wanted}'")
    return cases, shard
