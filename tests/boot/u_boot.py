# SPDX-License-Identifier: GPL-2.0-or-later
"""U-Boot at the console of a board: stops its countdown, types commands, waits for their ends.

    with Board(kernel=None, initrd=None, flash=parts.flash_with(bl33=products.locate("u-boot")), sd=[card], allow_reboot=True) as board:
        prompt = Prompt(board)
        prompt.wait()
        assert prompt.command("mmc dev 1").status == 0
"""

import itertools
import re

from svplib.machine.board import BoardError, CommandResult

BOOT_SECONDS = 120
_numbers = itertools.count(1)


class Prompt:
    """The prompt of U-Boot on `board`."""

    def __init__(self, board):
        self._board = board
        self.banner = ""

    def wait(self, timeout=BOOT_SECONDS):
        """Wait for U-Boot to start and stop its countdown; `banner` is what it has printed by then."""
        console = self._board.console
        console.expect(r"^U-Boot (?!SPL)\S+ .*$", timeout=timeout)
        begin = console.position
        console.expect(r"^Hit any key to stop autoboot:", timeout=timeout)
        self.banner = console.text[begin:console.position]
        console.send(" ")
        console.expect(r"=> $", timeout=timeout)

    def command(self, line, timeout=60.0, check=False):
        """Run a command; return its CommandResult. `check` True raises BoardError when its status is not 0."""
        console, mark = self._board.console, f"m{next(_numbers)}"
        console.skip_to_end()
        begin = console.position
        console.send_line(f'{line}; echo @@""{mark} $?')
        match = console.expect(rf"@@{mark} (\d+)$", timeout=timeout)
        output = re.sub(r"^\S*=> ", "", console.text[begin:match.start()], flags=re.MULTILINE).strip("\n")
        console.expect(r"=> $", timeout=timeout)
        result = CommandResult(int(match.group(1)), output)
        if check and result.status:
            raise BoardError(f"U-Boot's '{line}' ended with {result.status}", output.splitlines()[-10:])
        return result
