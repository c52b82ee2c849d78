# SPDX-License-Identifier: GPL-2.0-or-later
"""A board that is booted once, and any number of boards that start from there.

The template boots with its DRAM in a file without a name, does what the snapshot asks for, stops, and writes the state of all its
devices (every memory but the DRAM is in there, too) to a second such file. When it has ended, both files are sealed: nobody can
change them any more, not even by mistake. A case is a new QEMU process that maps the DRAM's file copy-on-write and loads the
state. What a case does to its machine is in its own pages and ends with its process, so nothing of it can reach the next case.

    template = Template(settings, "open", log_dir)
    template.boot()                                    # seconds
    with template.board("case 1") as board:            # 0.15 s; stopped where the template stopped
        board.qmp.command("cont")
    template.close()
"""

import fcntl
import os
import tempfile
import time

from ..base.errors import SvpError
from ..film import demo
from ..machine import heap_cells
from ..machine.board import Board
from ..machine.qmp import QmpError
from ..machine.test_port import port_read
from .campaign import FILM

BOOT_SECONDS = 180.0
COMMAND_SECONDS = 120.0
LOAD_SECONDS = 60.0
SAVE_SECONDS = 120.0
#: Guest-visible ends of the machine stop it, so that its memory and its records can still be looked at
STOP_AT_END = ("-no-shutdown",)
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_CAPABILITIES = [{"capability": "x-ignore-shared", "state": True}]
#: QEMU's heap in large pages: starting the board takes 0.06 s of CPU time instead of 0.11 s. Another C library takes no notice.
_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def board_arguments(settings, card):
    """Arguments of Board that a template and the boards that start from it have in common. `card`: path of the card's image, or None."""
    network = ("-nic", "user") if settings.network else ("-nic", "none")
    return {"policy": settings.policy, "memory": f"{settings.memory >> 20}M", "cpus": settings.cpus,
            "sd": [card] if card else [], "extra": (*STOP_AT_END, *network)}


class Card:
    """The image of an SD card, in a file that goes away with close(), or the one with films. `path` is None when the settings have no card."""

    def __init__(self, settings):
        self._file = self._kept = None
        if settings.card == FILM:
            self._kept = demo.prepare().card
        elif settings.card:
            size, fill = settings.card
            self._file = tempfile.NamedTemporaryFile(prefix="svp-card-")
            self._file.write((fill * (size // len(fill) + 1))[:size])
            self._file.flush()

    @property
    def path(self):
        return self._file.name if self._file else self._kept

    def close(self):
        if self._file:
            self._file.close()
            self._file = None


class Template:
    """A booted board, put away. `start` is its virtual time in nanoseconds; `prepared` what its guest commands printed."""

    def __init__(self, settings, name, log_dir):
        self._settings = settings
        self._name = name
        self._log_dir = log_dir
        self._card = Card(settings)
        self._ram = self._state = None
        self._board = None
        self._interrupted = False
        self.start = 0
        self.seconds = 0.0
        self.state_bytes = 0

    def boot(self):
        """Boot, prepare, save. Raises SvpError."""
        begin = time.monotonic()
        self._state = os.memfd_create("svp-state", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self._board = Board(name=f"snapshot-{_file_name(self._name)}", share_ram=True, append=self._settings.append, log_dir=self._log_dir,
                            descriptors=[self._state], **board_arguments(self._settings, self._card.path))
        if self._interrupted:
            self._board.kill()
        try:
            with self._board as board:
                board.wait_shell(timeout=BOOT_SECONDS)
                for index, line in enumerate(self._settings.prepare):
                    result = board.command(line, timeout=COMMAND_SECONDS)
                    if result.status:
                        raise SvpError(f"snapshot '{self._name}': prepare[{index}]: '{line}' ended with status {result.status}",
                                       result.output.splitlines()[-15:])
                board.qmp.command("stop")
                board.qmp.command("svp-clear-violations", counters=True)
                self._save(board.qmp)
                self.start = _virtual_time(board.qmp)
                self._ram = os.dup(board.dram.descriptor)
        except BaseException:
            self.close()
            raise
        finally:
            self._board = None
        for descriptor in (self._ram, self._state):
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        self.state_bytes = os.fstat(self._state).st_size
        self.seconds = time.monotonic() - begin

    def _save(self, qmp):
        """Write the state of everything but the DRAM."""
        qmp.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
        qmp.command("migrate-set-parameters", **{"max-bandwidth": 0, "downtime-limit": 60000})
        qmp.command("migrate", uri=f"file:/proc/self/fd/{self._state}")
        _poll(lambda: qmp.command("query-migrate").get("status") in ("completed", "failed"), SAVE_SECONDS, "saving the state")
        answer = qmp.command("query-migrate")
        if answer["status"] != "completed":
            raise SvpError(f"snapshot '{self._name}': cannot be saved: {answer.get('error-desc', 'QEMU gives no reason')}")

    def board(self, name):
        """A board that has been started and has the template's state; its CPUs are stopped. stop() is the caller's."""
        board = self.waiting(name)
        try:
            board.start()
            self.load(board)
        except BaseException:
            board.stop()
            raise
        return board

    def waiting(self, name):
        """A board for the template's state, not started yet."""
        arguments = board_arguments(self._settings, self._card.path)
        arguments["extra"] += ("-incoming", "defer", "-S")
        # Linux, its device tree and the initramfs are in the DRAM already.
        return Board(name=name, kernel=None, dtb=None, initrd=None, ram_image=self._ram, descriptors=[self._state], log_dir=self._log_dir,
                     environment=_ENVIRONMENT, **{**arguments, "policy": "open"})

    def load(self, board):
        """Give a board that has been started the template's state."""
        qmp = board.qmp
        qmp.command("migrate-set-capabilities", capabilities=_CAPABILITIES)
        try:
            qmp.command("migrate-incoming", uri=f"file:/proc/self/fd/{self._state}")
        except QmpError as error:
            raise SvpError(f"{board.name}: the snapshot's state is refused: {error.description}", board.messages()) from None
        _poll(lambda: qmp.command("query-status")["status"] != "inmigrate", LOAD_SECONDS, "loading the state", 0.002)

    def interrupt(self):
        """End a boot under way at once, or one that is about to begin; from another thread."""
        self._interrupted = True
        board = self._board
        if board is not None:
            board.kill()

    def close(self):
        """Give the memory back. Boards that run go on."""
        for descriptor in (self._ram, self._state):
            if descriptor is not None:
                os.close(descriptor)
        self._ram = self._state = None
        self._card.close()


def _virtual_time(qmp):
    """Virtual time of a machine whose state has been saved and which will not run again: of no other, for this leaves traces.

    QMP has no command for it, but a fault tells when it was last hit.
    """
    identity = qmp.command("svp-inject-fault", kind="zero", match={"masters": ["testport"]})["id"]
    port_read(qmp, "testport", heap_cells.UNUSED[0], 1)  # every master may read there under every policy
    return next(row["last-hit"] for row in qmp.command("query-svp-faults") if row["id"] == identity)


def _poll(condition, seconds, what, pause=0.005):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SvpError(f"{what}: not done in {seconds:g} s")
        time.sleep(pause)


def _file_name(name):
    """A name that can be part of a file's."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)[:40]
