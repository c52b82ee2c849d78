# SPDX-License-Identifier: GPL-2.0-or-later
r"""A running machine for scenarios, boot tests and benchmarks.

    from svplib.machine.board import Board

    with Board() as board:                                    # firmware, Linux and initramfs as svp built them
        board.console.expect(r"Linux version 7\.", timeout=60)
        board.wait_shell()                                    # until the guest's shell answers (init's default, see firmware/guest)
        result = board.command("cat /proc/cpuinfo", timeout=20)
        assert result.status == 0 and result.output.count("processor") == 4
        board.qmp.command("query-status")
        board.hmp("info mtree -f")
        board.console.send_line("poweroff -f")
        board.wait_exit(timeout=30)                           # QEMU's exit status, 0

Consoles: `board.console` is UART1 (Linux, BL31), `board.secure_console` UART2 (OP-TEE, if it was built to print there).
Every failure raises an SvpError whose text ends with the end of the console. Logs (console, secure console, QEMU's own
messages, command line) lie in `board.log_dir`, named after the board; leaving the `with` block ends QEMU whatever happened.
What a board can be made of: settings.py. Nothing is built here: `svp build` (or `svp test`, `svp run`) did that; see product_table.py
for how a path can be overridden.
"""

import ctypes
import dataclasses
import itertools
import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

from ..base import cache
from ..base.errors import EmulatorError, GuestError, HostError, SvpError, advised, explain, explain_start, program_end
from . import guest_failures
from .console import Console, ConsoleClosed, ConsoleTimeout, timeout_scale
from .dram import Dram
from .qmp import Qmp, QmpClosed
from .settings import DEFAULT, BoardError, Settings

SHELL_MARK = "@@"
SHELL_READY = r"^SVP shell$"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


class CommandFailed(BoardError, GuestError):
    """A command in the guest, which had to succeed, did not."""


class CommandResult:
    """What a guest command did: `status` (exit status) and `output` (text, no trailing newline)."""

    def __init__(self, status, output):
        self.status = status
        self.output = output

    def __repr__(self):
        return f"CommandResult(status={self.status}, output={self.output!r})"


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Board:
    """One QEMU process with its consoles and monitor.

    Board(settings) for a Settings object; keywords are its fields, instead of it or in place of what it says.
    """

    def __init__(self, settings=None, /, **changes):
        self.settings = dataclasses.replace(settings or Settings(), **changes)
        self.name = self.settings.name
        self.policy = self.settings.policy
        self.log_dir = Path(self.settings.log_dir) if self.settings.log_dir else cache.board_log_dir()
        self._label = f"{self.name}-{os.getpid()}-{next(_numbers)}"
        self._process = None
        self._killed = False
        self._stopping = False
        self._exit_status = None
        self._usage = None
        self._ram = Dram.new(self._label, self.settings.memory_bytes) if self.settings.share_ram else None
        image = self.settings.ram_image
        dram = self._ram or (Dram(image, False) if image is not None else None)
        self._descriptors = [*self.settings.descriptors, *([dram.descriptor] if dram else [])]
        self.console = self.secure_console = self.qmp = None
        self.arguments = self.settings.arguments(self.log_dir / f"{self._label}.dtb", dram)
        self._extra = [str(argument) for argument in self.settings.extra]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Start QEMU and connect to it; returns self. Raises BoardError with QEMU's messages when it refuses."""
        pairs = {name: socket.socketpair() for name in ("console", "secure", "qmp")}
        wiring = ["-monitor", "none", "-parallel", "none"]
        for name, (_, theirs) in pairs.items():
            wiring += ["-chardev", f"socket,id=svp-{name},fd={theirs.fileno()}"]
        wiring += ["-serial", "chardev:svp-console", "-serial", "chardev:svp-secure",
                   "-mon", "chardev=svp-qmp,mode=control"]
        command = self.arguments + wiring + self._extra
        try:
            self.log_dir.mkdir(parents=True, exist_ok=True)
            self._log_path("command").write_text(shlex.join(command) + "\n")
        except OSError as error:
            raise HostError(f"logs in {self.log_dir}: {explain(error, named=False)}") from None
        with open(self._log_path("qemu"), "wb") as messages:
            try:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages,
                                                 pass_fds=[theirs.fileno() for _, theirs in pairs.values()]
                                                 + self._descriptors + self.pass_descriptors(),
                                                 env=self.settings.process_environment(), preexec_fn=_die_with_parent)
            except OSError as error:
                raise HostError(f"{self.name}: cannot start QEMU: {explain_start(error)}") from None
        if self._killed:
            self.kill()
        for _, theirs in pairs.values():
            theirs.close()
        self.console = Console(pairs["console"][0], self._log_path("console"), self.settings.echo, f"{self.name} console")
        self.secure_console = Console(pairs["secure"][0], self._log_path("secure"), None, f"{self.name} secure console")
        for console in (self.console, self.secure_console):
            console.set_diagnosis(self._diagnosis, self.host_trouble)
        self.console.set_beside(self.secure_console)
        try:
            self.qmp = Qmp(pairs["qmp"][0], timeout=60 * timeout_scale())
        except QmpClosed:
            self.stop()
            raise BoardError(f"{self.name}: QEMU did not start{self._diagnosis()}", self.messages()) from None
        return self

    def pass_descriptors(self):
        """Further file descriptors that QEMU inherits; for subclasses."""
        return []

    @property
    def dram(self):
        """The DRAM's cells, a Dram; only with share_ram, also after QEMU's end until stop()."""
        if self._ram is None:
            raise BoardError(f"{self.name}: its DRAM is not shared (share_ram=True)")
        return self._ram

    @property
    def ram_size(self):
        """Bytes of DRAM that are fitted; only with share_ram."""
        return self.dram.size

    @property
    def pid(self):
        """Process id of QEMU."""
        return self._process.pid

    @property
    def running(self):
        """True while QEMU lives."""
        return self._process is not None and self._reap(os.WNOHANG) is None

    @property
    def exit_status(self):
        """QEMU's exit status, minus the signal that ended it; None while it runs."""
        return self._reap(os.WNOHANG) if self._process is not None else None

    def host_trouble(self):
        """A HostError when this machine, not the guest, ended the board or kept its output from being written; else None."""
        for line in (self.console, self.secure_console):
            if line is not None and line.trouble:
                return line.trouble
        if self.exit_status and not self._killed and not self._stopping:
            last = self.messages(1)
            if self.exit_status > 0 and last:
                return EmulatorError(advised(f"QEMU ended with {program_end(self.exit_status)}: {last[0]}"), self.messages(5)[:-1])
            return EmulatorError(f"QEMU ended with {program_end(self.exit_status)} by itself or by somebody's hand; if it was the system's want of "
                                 "memory, end other programs", self.messages(5))
        return None

    def end_reason(self):
        """Words for why the machine ended by itself."""
        reasons = [event["data"].get("reason", "?") for event in self.qmp.seen_events("SHUTDOWN")] if self.qmp else []
        if "guest-reset" in reasons:
            if guest_failures.restart_announced(self.console.text, self.console.position):
                return "the guest restarted itself"
            return "the guest was reset without a word, as by its watchdog"
        return "the guest switched itself off" if "guest-shutdown" in reasons else "QEMU ended with exit status 0"

    def messages(self, lines=15):
        """The last lines of QEMU's own stdout and stderr."""
        try:
            return self._log_path("qemu").read_text(errors="replace").strip().splitlines()[-lines:]
        except OSError:
            return []

    def hmp(self, line):
        """One line of QEMU's human monitor; returns its text."""
        return self.qmp.hmp(line)

    def read_memory(self, address, size):
        """Bytes of physical memory as non-secure software would see them (QEMU's `pmemsave`)."""
        path = self._log_path("memory")
        self.qmp.command("pmemsave", val=address, size=size, filename=str(path))
        try:
            return path.read_bytes()
        finally:
            path.unlink()

    def ram(self, address, size):
        """Bytes that the DRAM cells hold, past every firewall: Dram.read(). What a CPU wrote is there at once."""
        return self.dram.read(address, size)

    def wait_shell(self, timeout=120.0, ready=SHELL_READY):
        """Wait until the guest's shell on UART1 answers. `timeout` in seconds (scaled).

        `ready`: what our init prints before it starts the shell; None for another initramfs, whose shell is then asked at once.
        """
        deadline = time.monotonic() + timeout * timeout_scale()
        if ready:
            self.console.expect(ready, timeout=timeout)
        while True:
            mark = f"r{next(_numbers)}"
            self.console.send_line(f'echo {SHELL_MARK}""{mark}')
            try:
                self.console.expect(f"^{SHELL_MARK}{mark}$", timeout=min(3.0, timeout))
                return
            except ConsoleTimeout as error:
                if time.monotonic() > deadline:
                    raise ConsoleTimeout(f"{self.name}: no shell in {timeout * timeout_scale():g} s", error.detail) from None

    def command(self, line, timeout=60.0, check=False):
        """Run a shell command in the guest; return its CommandResult. `timeout` in seconds (scaled).

        The shell must be idle (see wait_shell). Kernel messages printed meanwhile are part of the output.
        `check` True raises CommandFailed, a BoardError, when the exit status is not 0.
        """
        number = next(_numbers)
        # A line that would swallow what follows it is ended first
        separator = "\n" if re.search(r"[#\n]|&\s*$", line) else "; "
        self.console.send_line(f'echo {SHELL_MARK}""b{number}; {line}{separator}echo {SHELL_MARK}""e{number} $?')
        # OP-TEE writes on the same line at any time; what was typed has quotes between mark and number
        self.console.expect(f"{SHELL_MARK}b{number}$", timeout=timeout)
        begin = self.console.position
        match = self.console.expect(f"{SHELL_MARK}e{number} (\\d+)$", timeout=timeout)
        output = self.console.prompts_removed(begin, match.start()).strip("\n")
        result = CommandResult(int(match.group(1)), output)
        if check and result.status:
            raise CommandFailed(f"{self.name}: guest command '{line}' ended with {result.status}", output.splitlines()[-15:])
        return result

    def wait_exit(self, timeout=60.0):
        """Wait until QEMU ends by itself (guest powered off, or reset with allow_reboot=False); return its exit status.

        `timeout` in seconds (scaled). Raises ConsoleTimeout with the end of the console when it does not.
        """
        deadline = time.monotonic() + timeout * timeout_scale()
        while time.monotonic() < deadline:
            if self._reap(os.WNOHANG) is not None:
                self.console.wait_closed(5.0)
                return self._exit_status
            for line in (self.console, self.secure_console):
                line.failure()
            time.sleep(0.02)
        raise ConsoleTimeout(f"{self.name}: machine still runs after {timeout * timeout_scale():g} s", self.console.tail())

    def cpu_seconds(self):
        """CPU time (user and system, all threads) that QEMU has used so far, in seconds; final value after its end."""
        if self._usage is not None or not self.running:
            return self._usage.ru_utime + self._usage.ru_stime if self._usage else 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        """End QEMU at once, or as soon as it has been started; stop() is still to be called. Harmless when it has ended already."""
        self._killed = True
        if self._process is not None and self._exit_status is None:
            os.kill(self._process.pid, signal.SIGKILL)  # not reaped yet, so the number is still its own

    def stop(self):
        """End QEMU (politely, then by force) and close all lines. Harmless when it has ended already."""
        if self._process is None:
            return
        if self.running:
            self._stopping = True
            try:
                if self.qmp:
                    self.qmp.command("quit", timeout=5)
            except SvpError:
                pass
            for send in (None, signal.SIGTERM, signal.SIGKILL):
                if send and self.running:
                    self._process.send_signal(send)
                deadline = time.monotonic() + 5
                while self.running and time.monotonic() < deadline:
                    time.sleep(0.005)
        for line in (self.console, self.secure_console):
            if line:
                line.wait_closed(2.0)
                line.close()
        if self.qmp:
            self.qmp.close()
        if self._ram is not None:
            self._ram.close()
            self._ram = None

    def discard_logs(self):
        """Remove the board's log files; only after stop()."""
        for kind in ("command", "qemu", "console", "secure"):
            self._log_path(kind).unlink(missing_ok=True)

    def _reap(self, flags):
        """Exit status if QEMU has ended, else None; keeps its resource usage."""
        if self._exit_status is None:
            try:
                pid, status, usage = os.wait4(self._process.pid, flags)
            except ChildProcessError:
                self._exit_status = self._process.returncode or 0
                return self._exit_status
            if pid:
                self._usage = usage
                self._exit_status = os.waitstatus_to_exitcode(status)
                self._process.returncode = self._exit_status
        return self._exit_status

    def _diagnosis(self):
        for _ in range(100):
            if self._process is None or self._reap(os.WNOHANG) is not None:
                break
            time.sleep(0.02)
        status = self._exit_status
        if status is None:
            return ""
        last = self.messages(1)
        if not status:
            return f" ({self.end_reason()})"
        return advised(f" (QEMU ended with {program_end(status)}" + (f": {last[0]}" if last else "")) + ")"

    def _log_path(self, kind):
        return self.log_dir / f"{self._label}-{kind}.log"


__all__ = ["Board", "BoardError", "CommandResult", "ConsoleClosed", "ConsoleTimeout", "DEFAULT", "Settings"]
