# SPDX-License-Identifier: GPL-2.0-or-later
"""One case from its start to its verdict.

Verdicts: passed; failed (an expectation does not hold); timeout (it took longer than it may); broken (QEMU did not start, died, or
refused a fault). Whatever happens is the case's own result: only what keeps this machine from running any case is raised.
"""

import base64
import threading
import time

from ..base.checks import CheckList
from ..base.errors import SvpError, is_host_failure
from ..machine.board import Board
from ..machine.console import ConsoleError, ConsoleTimeout, timeout_scale
from ..machine.qmp import QmpClosed, QmpError
from . import effects, judge, matrix, steps, template
from .grants import Grants

GRACE_SECONDS = 5.0
RECORDS_LIMIT = 4096
#: Records that a result holds; all are judged
RECORDS_KEPT = 300
OUTPUT_SHOWN = 4000
DATA_SHOWN = 64
CELLS_LIMIT = 1 << 20
CONSOLE_LINES = 40
_ENDS = {"guest-shutdown": "off", "guest-reset": "reset"}


class MachineEnded(SvpError):
    """The machine has ended by itself while something else was awaited."""


class OutOfTime(SvpError):
    """The case has had all its time."""


class CaseRun:
    """Runs a case once: CaseRun(case, source, log_dir).run(); interrupt() from another thread ends it at once."""

    def __init__(self, case, source, log_dir):
        """`source`: the Template it starts from; None for a case that boots."""
        self.case = case
        self._source = source
        self._log_dir = log_dir
        self._board = None
        self._interrupted = False
        self._card = None
        self._shell = source is not None
        self._checks = CheckList()
        self._steps = []
        self._identifiers = {}
        self._registers = {}
        self._gone = {}
        self._log = {"violations": [], "accesses": 0, "merged": 0, "dropped": 0}
        self._faults = {}
        self._grants = None
        self._granted = []
        self._hung = False
        self._end = "running"
        self._ran = 0.0
        self._deadline = 0.0

    def run(self):
        """The result, an object for JSON: see README.md."""
        begin = time.monotonic()
        self._deadline = begin + self.case.timeout * timeout_scale()
        trouble = None
        guard = threading.Timer(self._deadline + GRACE_SECONDS - begin, self.interrupt)
        guard.daemon = True
        guard.start()
        try:
            trouble = self._attempt()
        finally:
            guard.cancel()
            if self._board:
                self._board.kill()
                self._board.stop()
            if self._card:
                self._card.close()
        result = self._result(trouble, time.monotonic() - begin)
        if self._board and result["verdict"] == "passed":
            self._board.discard_logs()
        return result

    def unable(self, message):
        """The result of a case that could not even be started."""
        return self._result(("broken", message), 0.0)

    def interrupt(self):
        """End the case's machine, or the one that it is about to start."""
        self._interrupted = True
        board = self._board
        if board is not None:
            board.kill()

    def _attempt(self):
        """Do all of it; (verdict, message) of what went wrong besides expectations, or None."""
        trouble = None
        try:
            self._start()
            self._do_steps()
            self._await_end()
        except (SvpError, OSError) as error:
            self._pass_on(error)
            trouble = self._trouble(error)
        try:
            if self._board and self._board.qmp and not self._board.qmp.closed and self._board.running:
                self._look()
            elif trouble is None:
                trouble = self._trouble(QmpClosed("QEMU is gone"))
        except (SvpError, OSError) as error:
            self._pass_on(error)
            trouble = trouble or self._trouble(error)
        return trouble

    def _pass_on(self, error):
        """Raise what would happen to every case: a full disk, an emulator that has gone."""
        lines = (self._board.console, self._board.secure_console) if self._board else ()
        found = [line.trouble for line in lines if line is not None and line.trouble] + ([error] if is_host_failure(error) else [])
        if found:
            raise found[0]

    def _trouble(self, error):
        """(verdict, message) for an exception."""
        text = str(error)
        if isinstance(error, MachineEnded):
            return None  # the check of the machine's end says it
        if time.monotonic() >= self._deadline:
            return "timeout", f"more than {self.case.timeout:g} s: {text}"
        if self._board and not self._board.running:
            last = self._board.messages(3)
            return "broken", "QEMU died" + (f": {' | '.join(last)}" if last else f", without a word: {text}")
        if isinstance(error, (ConsoleError, OutOfTime)):
            return "failed", text
        return "broken", text

    # Start

    def _start_board(self, board):
        self._board = board
        if self._interrupted:  # before there was a board to end
            board.kill()
        board.start()

    def _start(self):
        name = f"case-{self.case.index}"
        if self._source:
            self._start_board(self._source.waiting(name))
            self._source.load(self._board)
        else:
            settings = self.case.settings
            self._card = template.Card(settings)
            self._start_board(Board(name=name, paused=True, append=settings.append, log_dir=self._log_dir,
                                    **template.board_arguments(settings, self._card.path)))
        for console in (self._board.console, self._board.secure_console):
            console.set_watch(self._watch_closely)
        if self._has_faults():
            self._grants = Grants(self._board.qmp)
        for position, fault in enumerate(self.case.faults):
            self._inject(fault, position)
        self._begin = time.monotonic()
        self._board.qmp.command("cont")

    def _has_faults(self):
        return bool(self.case.faults) or any(isinstance(step, steps.Inject) for step in self.case.steps)

    def _listed_faults(self):
        return self._board.qmp.command("query-svp-faults")

    def _inject(self, fault, position=None):
        """Have QEMU take a fault."""
        start = self._source.start if self._source else 0
        try:
            identity = self._board.qmp.command("svp-inject-fault", **fault.arguments(start))["id"]
        except QmpError as error:
            raise SvpError(f"{self.case.where}: {fault.complaint(error.description)}") from None
        if fault.register:
            self._registers[identity] = {"register": fault.register}
        if position is not None:
            self._identifiers[position] = identity
        if "label" in fault.request:
            self._identifiers[fault.request["label"]] = identity

    def _watch(self):
        """Called while something is awaited."""
        for event in self._board.qmp.take_events("SHUTDOWN"):
            self._end = _ENDS.get(event["data"]["reason"], event["data"]["reason"])
        if self._end != "running":
            raise MachineEnded(f"the machine ended ({self._end})")

    def _watch_closely(self):
        """The same, and the case's time."""
        self._watch()
        self._left()

    def _left(self, wanted=None):
        """Seconds (not scaled) that may still be waited; `wanted` limits them."""
        left = (self._deadline - time.monotonic()) / timeout_scale()
        if left <= 0:
            raise OutOfTime("no time is left")
        return left if wanted is None else min(left, wanted)

    # Steps

    def _do_steps(self):
        handlers = {steps.Guest: self._guest, steps.Port: self._port, steps.Wait: self._wait, steps.Inject: self._inject_step,
                    steps.Remove: self._remove}
        for index, step in enumerate(self.case.steps):
            row = {"step": step.title, "kind": type(step).__name__.lower()}
            self._steps.append(row)
            begin = time.monotonic()
            try:
                self._watch()
                handlers[type(step)](step, row)
            except (SvpError, OSError) as error:
                row["trouble"] = judge.shorten(str(error).splitlines()[0])
                if not (isinstance(error, MachineEnded) and self._may_end(step)):
                    self._checks.add(f"{step.path}: {judge.shorten(step.title, 60)}", "done", row["trouble"], False)
                for missed in self.case.steps[index + 1:]:
                    self._checks.add(f"{missed.path}: {judge.shorten(missed.title, 60)}", "done", "not reached", False)
                raise
            finally:
                row["seconds"] = round(time.monotonic() - begin, 4)

    def _may_end(self, step):
        """Whether the machine may end in a step: a command from which nothing is expected, in a case that ends so."""
        return self.case.expected.end == self._end and isinstance(step, steps.Guest) and not (step.status != "any" or step.output or step.absent)

    def _guest(self, step, row):
        if not self._shell:
            self._board.wait_shell(timeout=self._left())
            self._shell = True
        seconds = self._left(step.seconds)
        try:
            result = self._board.command(step.line, timeout=seconds)
        except (ConsoleTimeout, OutOfTime):
            self._hung = True
            raise ConsoleTimeout(f"'{judge.shorten(step.line, 60)}' does not end, after {seconds:.3g} s", self._board.console.tail(10)) from None
        row["status"] = result.status
        row["output"] = result.output[:OUTPUT_SHOWN]
        judge.guest(self._checks, step, result)

    def _port(self, step, row):
        request = step.request
        before = self._counters()
        answer = self._board.qmp.command("svp-test-port", **request)
        after = self._counters()
        data = base64.b64decode(answer.get("data", ""))
        master = request.get("master", "testport")
        row.update(master=master, operation=request["operation"], answer=answer["answer"])
        row.update({name: request[name] for name in ("address", "from", "to") if name in request})
        row["recorded"] = any(counts != before.get(name) and (name == master or name != "a53") for name, counts in after.items())
        row["granted"] = _granted(after) > _granted(before)
        if data:
            row["data"] = data[:DATA_SHOWN].hex() + ("..." if len(data) > DATA_SHOWN else "")
        judge.port(self._checks, step, answer["answer"], data)

    def _counters(self):
        """{master: all its counters}: accesses that are on record so far."""
        return {row["master"]: row for row in self._board.qmp.command("query-svp-violation-counters")["masters"]}

    def _wait(self, step, row):
        if step.until == "time":
            self._pause(step.seconds * timeout_scale())
        elif step.until == "console":
            self._wait_console(step)
        else:
            done = self._all_spent if step.until == "spent" else lambda: False
            end = time.monotonic() + self._left(step.seconds) * timeout_scale()
            try:
                while not done():
                    if time.monotonic() > end:
                        raise ConsoleTimeout(f"not in {self._left(step.seconds):g} s")
                    self._pause(0.02)
            except MachineEnded:
                if step.until != "end":
                    raise

    def _pause(self, seconds):
        """Let the machine run."""
        end = time.monotonic() + seconds
        while True:
            self._watch()
            self._left()
            if self._board.qmp.closed:
                raise QmpClosed("QEMU is gone")
            rest = end - time.monotonic()
            if rest <= 0:
                return
            time.sleep(min(rest, 0.05))

    def _wait_console(self, step):
        """Until one of the two consoles has shown the pattern since the case began."""
        end = time.monotonic() + self._left(step.seconds) * timeout_scale()
        while not any(step.pattern.search(line.text) for line in (self._board.console, self._board.secure_console)):
            if time.monotonic() > end:
                raise ConsoleTimeout(f"/{step.pattern.pattern}/ on no console", self._board.console.tail(10))
            self._pause(0.01)

    def _all_spent(self):
        return all(row["spent"] for row in self._listed_faults())

    def _inject_step(self, step, row):
        self._inject(step.fault)

    def _remove(self, step, row):
        for state in self._listed_faults():
            if step.label is None or state["id"] == self._identifiers.get(step.label):
                self._gone[state["id"]] = state
                self._board.qmp.command("svp-remove-fault", id=state["id"])

    def _await_end(self):
        """Wait for the end that is expected."""
        try:
            self._watch()
            while self.case.expected.end not in ("running", None):
                self._pause(0.02)
        except MachineEnded:
            pass

    # Looking

    def _look(self):
        """Stop the machine, read all that it has on record, judge it."""
        qmp, expected = self._board.qmp, self.case.expected
        self._ran = time.monotonic() - self._begin if hasattr(self, "_begin") else 0.0
        try:
            self._watch()
        except MachineEnded:
            pass
        qmp.command("stop")
        self._log = qmp.command("query-svp-violations", limit=RECORDS_LIMIT, text=True)
        self._faults = {**self._gone, **{row["id"]: row for row in self._listed_faults()}}
        self._log["violations"] = [{"state": "denied", **record} for record in self._log["violations"]]
        if self._grants:
            self._grants.look(self._faults.values())
            self._log, self._granted = self._grants.split(self._log)
        if expected.violations:
            judge.violations(self._checks, expected.violations, self._log, self._identifiers, self._granted)
        for item in expected.memory:
            judge.cells(self._checks, item, self)
        judge.fault_states(self._checks, expected.faults, self._faults, self._identifiers)
        if expected.shown or expected.absent:
            text = self._board.console.text + "\n" + self._board.secure_console.text
            judge.patterns(self._checks, "expect.console", expected.shown, expected.absent, text)
        if expected.end is not None:
            self._checks.add("expect.end", expected.end, self._end)

    def _outcomes(self, faults, verdict):
        """{identifier: what came of the fault}."""
        text = "\n".join(line.text for line in (self._board.console, self._board.secure_console) if line) if self._board else ""
        opened = self._grants.opened if self._grants else []
        closed = self._source is not None and bool(self._grants) and any(self._grants.was_open(record) for record in self._log["violations"] if record.get("state") == "denied")
        return effects.of_faults(faults, [record for record in self._log["violations"] if "state" in record], self._granted, opened, closed,
                                 crash=effects.crashed(text, self._end), hang=self._hung or verdict == "timeout")

    def ram(self, address, size):
        """What memory cells hold, past every firewall, without a trace."""
        pieces = []
        for at in range(address, address + size, CELLS_LIMIT):
            answer = self._board.qmp.command("svp-read-cells", address=at, length=min(CELLS_LIMIT, address + size - at))
            pieces.append(base64.b64decode(answer["data"]))
        return b"".join(pieces)

    # Result

    def _result(self, trouble, seconds):
        case = self.case
        start = self._source.start if self._source else 0
        names = {identity: name for name, identity in self._identifiers.items()}
        rows = []
        for identity, row in sorted(self._faults.items()):
            rows.append({**row, "id": identity, "name": str(names.get(identity, identity)), **self._registers.get(identity, {})})
        outcomes = self._outcomes(rows, trouble[0] if trouble else "")
        rows = [{**row, "outcome": outcomes[row["id"]]} for row in rows]
        verdict, message = self._verdict(trouble, effects.worst(outcomes.values()) if outcomes else "")
        swept = {"of": case.of, "values": case.values} if case.values else {}
        result = {"index": case.index, "name": case.name, **swept, "description": case.description, "verdict": verdict, "message": message,
                  "seconds": round(seconds, 4), "from": case.snapshot or "boot", "policy": case.settings.policy, "memory": case.settings.memory,
                  "start": start, "ran": round(self._ran, 4), "end": self._end, "checks": [check.as_object() for check in self._checks.checks],
                  "steps": self._steps, "faults": rows, "violations": self._log["violations"][:RECORDS_KEPT],
                  "records": len(self._log["violations"]),
                  "recorded": matrix.recorded([*self._log["violations"], *self._granted], case.settings.memory),
                  "granted": self._granted[:RECORDS_KEPT], "opened": self._grants.by_master() if self._grants else [],
                  "outcome": effects.worst(outcomes.values()) if outcomes else "",
                  "accesses": self._log["accesses"], "dropped": self._log["dropped"]}
        if verdict != "passed" and self._board and self._board.console:
            result["console"] = self._board.console.tail(CONSOLE_LINES)
            result["secure-console"] = self._board.secure_console.tail(CONSOLE_LINES)
        return result


    def _verdict(self, trouble, outcome):
        """(verdict, message). Where crash or hang is an outcome that the case expects, it has passed with what it did not get to any more."""
        wanted = self.case.expected.outcome
        if wanted:
            self._checks.add("expect.outcome", " or ".join(wanted), outcome or "no fault was injected", outcome in wanted)
            if outcome in wanted and outcome in ("crash", "hang") and (trouble is None or trouble[0] != "broken"):
                return "passed", ""
        failed = self._checks.failed
        verdict, message = trouble or (("failed", "") if failed or not self._checks.checks else ("passed", ""))
        if verdict != "passed" and not message:
            message = "; ".join(f"{check.name}: expected {check.expected}, seen {check.seen}" for check in failed) or "nothing was checked"
        return verdict, message


def _granted(counters):
    """Accesses of all masters that faults let through."""
    return sum(row.get("granted-reads", 0) + row.get("granted-writes", 0) for row in counters.values())
