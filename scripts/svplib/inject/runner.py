# SPDX-License-Identifier: GPL-2.0-or-later
"""All cases of a call: on several CPUs at once, results in the campaign's order, each snapshot booted once."""

import os
import threading

from ..base import cache
from ..base.errors import SvpError, is_host_failure
from .case_run import CaseRun
from .template import Template

JOBS_LIMIT = 256


def available_cpus():
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


class _Snapshot:
    """A template that the first case of it boots, and that goes when its last case is done."""

    def __init__(self, name, settings, cases, log_dir):
        self._lock = threading.Lock()
        self._template = Template(settings, name, log_dir)
        self._booted = False
        self._trouble = None
        self._left = cases
        self.name = name

    def ready(self):
        """The booted template; raises SvpError, to every case the same, when it cannot be."""
        with self._lock:
            if not self._booted:
                self._booted = True
                try:
                    self._template.boot()
                except SvpError as error:
                    self._trouble = error
            if self._trouble:
                raise self._trouble
            return self._template

    def interrupt(self):
        self._template.interrupt()

    def done(self):
        """One case less."""
        with self._lock:
            self._left -= 1
            if not self._left:
                self._template.close()


class Runner:
    """Runs cases: `for result in Runner(campaign, cases, jobs).results(): ...`; see case_run.py for results."""

    def __init__(self, campaign, cases, jobs):
        self._cases = list(cases)
        self._jobs = max(1, min(jobs, len(self._cases)))
        self._log_dir = cache.board_log_dir()
        counts = {}
        for case in self._cases:
            counts[case.snapshot] = counts.get(case.snapshot, 0) + 1
        self._snapshots = {name: _Snapshot(name, campaign.snapshots[name], count, self._log_dir)
                           for name, count in counts.items() if name is not None}
        order = list(counts)
        self._queue = sorted(self._cases, key=lambda case: order.index(case.snapshot))  # stable: those of a snapshot follow each other
        self._state = threading.Condition()
        self._results = {}
        self._running = {}
        self._stopping = False
        self._failure = None

    def results(self):
        """Yield the results in the campaign's order as soon as they are there. Ends all machines when it is left early."""
        workers = [threading.Thread(target=self._work, name=f"inject-{number}") for number in range(self._jobs)]
        for worker in workers:
            worker.start()
        try:
            for case in self._cases:
                with self._state:
                    while case.index not in self._results and not self._failure:
                        self._state.wait(1.0)  # in slices, so that Ctrl-C gets through
                    if self._failure:
                        raise self._failure
                    result = self._results.pop(case.index)
                yield result
        finally:
            self._stop()
            for worker in workers:
                worker.join(20)

    def _stop(self):
        with self._state:
            self._stopping = True
            running = list(self._running.values())
        for run in running:
            run.interrupt()
        for snapshot in self._snapshots.values():
            snapshot.interrupt()

    def _work(self):
        while True:
            with self._state:
                if self._stopping or not self._queue:
                    return
                case = self._queue.pop(0)
            try:
                result = self._run(case)
            except BaseException as error:  # this machine is in the way, or svp is wrong: the call ends, no case is lost in silence
                with self._state:
                    self._failure = error
                    self._state.notify_all()
                return
            with self._state:
                self._results[case.index] = result
                self._state.notify_all()

    def _run(self, case):
        snapshot = self._snapshots.get(case.snapshot)
        source = None
        try:
            if snapshot:
                source = snapshot.ready()
            run = CaseRun(case, source, self._log_dir)
            with self._state:
                self._running[case.index] = run
                if self._stopping:
                    return run.unable("interrupted")
            try:
                return run.run()
            finally:
                with self._state:
                    del self._running[case.index]
        except SvpError as error:
            if is_host_failure(error):
                raise
            return CaseRun(case, None, self._log_dir).unable(str(error))
        finally:
            if snapshot:
                snapshot.done()
