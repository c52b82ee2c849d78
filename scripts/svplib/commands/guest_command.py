# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp run --exec COMMAND`: a command in the guest, its output, its status, and files that it made.

The command goes into the guest as a file of the initramfs, so that neither a console nor a shell's line edits it.
"""

import sys
import time
from pathlib import Path, PurePosixPath

from ..base.checks import write_json
from ..base.errors import HostError, SvpError, UsageError, is_host_failure
from ..base.progress import duration, say
from ..build import products
from ..machine import overlay
from ..machine.board import Board, BoardError, CommandResult, ConsoleTimeout
from ..machine.guest_files import CONTROLLERS, Card
from ..machine.settings import DEFAULT
from . import run_junit

BOOT_SECONDS = 120
#: Without --timeout: as long as the guest says something (--silence)
LONG_SECONDS = 7 * 24 * 3600
_COMMAND = "svp/exec-command"


def add_arguments(parser):
    """Options of `svp run` that belong to --exec."""
    parser.add_argument("--exec", dest="command_line", metavar="COMMAND", help="no scenario: run a line of shell in the guest; svp ends with its status, and "
                        "with --quiet its output is all that stdout gets")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="with --exec: a command that takes longer has failed")
    parser.add_argument("--get", action="append", default=[], metavar="PATH", help="with --exec: copy a file or folder out of the guest afterwards (again for more)")
    parser.add_argument("--to", metavar="FOLDER", help="with --get: folder of this machine (default .)")


def check(arguments):
    """Refuse what does not go together, before anything is built."""
    if arguments.command_line is None:
        for option in ("timeout", "get", "to"):
            if getattr(arguments, option) not in (None, []):
                raise UsageError(f"--{option} needs --exec")
        return
    if not arguments.command_line.strip():
        raise UsageError("--exec: the command is empty")
    for option in ("shell", "scenario", "initrd", "bl33"):
        if getattr(arguments, option):
            raise UsageError(f"--exec and --{option} exclude each other" + (": our initramfs runs the command" if option in ("initrd", "bl33") else ""))
    if arguments.timeout is not None and not 0 < arguments.timeout <= LONG_SECONDS:
        raise UsageError(f"--timeout: {arguments.timeout:g} is out of range, above 0 to {LONG_SECONDS}")
    _check_files(arguments)


def _check_files(arguments):
    """The same for --get and --to."""
    if arguments.to and not arguments.get:
        raise UsageError("--to needs --get")
    if arguments.get and len(arguments.sd) >= len(CONTROLLERS):
        raise UsageError(f"--get: files come on a card, and {len(arguments.sd)} --sd leave no slot for it")
    target, names = Path(arguments.to or "."), [PurePosixPath(path).name for path in arguments.get]
    for path, name in zip(arguments.get, names):
        if not path.startswith("/") or not name or ".." in PurePosixPath(path).parts or not path.isprintable():
            raise UsageError(f"--get: {path!r} is no path in the guest: it begins with '/', ends with a name, and has no '..'")
        if path.startswith(("/proc/", "/sys/")):
            raise UsageError(f"--get: {path}: such files have no size that could be copied; let the command write it elsewhere (cat {path} > /tmp/{name})")
        if names.count(name) > 1:
            raise UsageError(f"--get: '{name}' twice, and only one has place in {target}")
    if not target.is_dir():
        raise UsageError(f"--to: {target} {'is not a folder' if target.exists() else 'does not exist'}")


def run(arguments, settings):
    """Boot, run it, fetch the files; returns the exit status."""
    stream = sys.stderr if arguments.json == "-" else sys.stdout

    def echo(text):
        stream.write(text)
        stream.flush()

    begin = time.monotonic()
    board = Board(name="exec", append=arguments.append, echo=None if arguments.quiet else echo, **settings)
    used, folder = board.settings, board.log_dir
    initrd = products.locate("initrd") if used.initrd is DEFAULT else used.initrd
    script, archive = folder / "exec.cpio", folder / "exec.tar"
    files, outcome = [], _Outcome()
    try:
        overlay.appended(initrd, script, files={_COMMAND: arguments.command_line.encode() + b"\n"})
        card = Card(archive, len(arguments.sd)) if arguments.get else None
        board = Board(used, initrd=script, log_dir=folder, extra=(*(card.arguments() if card else ()), *arguments.extra))
        outcome = _run(board, arguments, card)
        if card and not outcome.missing and not outcome.failure:
            try:
                files = card.unpack(arguments.get, Path(arguments.to or "."))
            except SvpError as error:
                outcome.failed(error, is_host_failure(error))
    finally:
        for path in (script, archive):
            path.unlink(missing_ok=True)
    result, missing, failure = outcome.result, outcome.missing, outcome.failure
    if arguments.quiet and arguments.json != "-" and result.output:
        print(result.output, flush=True)
    if arguments.json:
        write_json(arguments.json, {"command": arguments.command_line, "status": result.status, "output": result.output,
                                    "files": [str(path) for path in files], "missing": missing, "failure": failure})
    if outcome.trouble:
        raise outcome.trouble
    if missing:
        failure = f"--get: {missing[0]} is not in the guest" + (f", nor {len(missing) - 1} more" if len(missing) > 1 else "")
    if arguments.junit:
        run_junit.write_command(arguments.junit, arguments.command_line, result, failure, time.monotonic() - begin)
    say(f"--exec: {f'status {result.status}' if result.status is not None else 'FAILED'} after {duration(time.monotonic() - begin)}"
        f"{f': {failure}' if failure else ''}; logs: {folder}")
    return result.status or (1 if failure else 0)


class _Outcome:
    """What has come of a command: its CommandResult (status None: it did not end), paths of --get that are not there, how it failed, in a line, or
    None, and the exception if this machine stood in the way, which ends svp once the rest is told."""

    def __init__(self):
        self.result, self.missing, self.failure, self.trouble = CommandResult(None, ""), [], None, None

    def failed(self, error, by_host):
        """Note an exception."""
        self.failure = self.failure or str(error).splitlines()[0]
        if by_host:
            self.trouble = error


def _run(board, arguments, card):
    """The command's _Outcome. Raises HostError when the board cannot be started."""
    outcome = _Outcome()
    try:
        with board:
            board.console.set_silence(arguments.silence or None)
            try:
                board.wait_shell(timeout=BOOT_SECONDS)
                begin = board.console.position
                try:
                    outcome.result = board.command(f"sh /{_COMMAND}", timeout=arguments.timeout or LONG_SECONDS)
                except ConsoleTimeout as error:
                    outcome.result.output = board.console.text[begin:].strip("\n")
                    raise SvpError(f"it did not end in {arguments.timeout:g} s" if arguments.timeout else str(error)) from None
                outcome.missing = card.fill(board, arguments.get) if card else []
            except SvpError as error:
                outcome.failed(error, is_host_failure(error))
            trouble = board.host_trouble()
            if trouble:
                outcome.failed(trouble, True)
    except BoardError as error:  # QEMU refused
        raise HostError(str(error)) from None
    return outcome
