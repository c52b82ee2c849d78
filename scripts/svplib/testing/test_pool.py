# SPDX-License-Identifier: GPL-2.0-or-later
"""Test programs and files side by side, each in a process of its own, as many at once as the command line says."""

import multiprocessing
import time
import traceback
from multiprocessing import connection

from ..base.errors import SvpError
from .results import Result


class Job:
    """A part of the tests: `run(results)` adds its results one by one; `suite` and `name` say what failed if it ends without a word."""

    def __init__(self, suite, name, run):
        self.suite = suite
        self.name = name
        self.run = run


class _Sender:
    """What a job takes for its Results: sends them to the process that prints."""

    def __init__(self, pipe):
        self._pipe = pipe

    def add(self, result):
        self._pipe.send(result)


class _Worker:
    """A job under way."""

    def __init__(self, job, context):
        self.job = job
        self.begin = time.monotonic()
        self.complete = False
        self.pipe, other = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(job, other))
        self.process.start()
        other.close()

    def receive(self, results):
        """Take one message; returns False at the end of the process."""
        try:
            result = self.pipe.recv()
        except EOFError:
            self.process.join()
            if not self.complete:
                results.add(Result(self.job.suite, self.job.name, "failed", time.monotonic() - self.begin,
                                   f"its process ended early, exit status {self.process.exitcode}"))
            return False
        if result is None:
            self.complete = True
        else:
            results.add(result)
        return True


def _work(job, pipe):
    try:
        job.run(_Sender(pipe))
    except Exception as error:  # whatever the job raised is a failed test
        text = str(error) if isinstance(error, SvpError) else traceback.format_exc()
        pipe.send(Result(job.suite, job.name, "failed", 0.0, text, error))
    pipe.send(None)
    pipe.close()


def run(results, jobs, at_once):
    """Run all jobs, `at_once` (1 or more) at a time, in their order; every result goes to `results` as it comes."""
    # By fork: options of the command line and handlers of signals are as here.
    context = multiprocessing.get_context("fork")
    waiting, workers = list(reversed(jobs)), {}
    try:
        while waiting or workers:
            while waiting and len(workers) < at_once:
                worker = _Worker(waiting.pop(), context)
                workers[worker.pipe] = worker
            for pipe in connection.wait(list(workers)):
                if not workers[pipe].receive(results):
                    del workers[pipe]
    finally:
        for worker in workers.values():
            worker.process.terminate()
        for worker in workers.values():
            worker.process.join()
