# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys as blobs that the board's CAAM alone opens. They are made where its master key is: on a board, booted for it.

Its OP-TEE is the test build, whose svp-decrypt-unchecked wraps keys; no board on which films are played ever had the key.
"""

import re

from ..base.errors import GuestError
from ..machine.board import Board

PARTS = ("qemu", "linux", "boot", "guest")
_BOOT_SECONDS = 120
_COMMAND = "svp-decrypt --wrap {} {} --output /tmp/blob && xxd -p /tmp/blob | tr -d '\\n'"


def wrap(*keys, for_headers=()):
    """Blobs of some keys, in their order, and of those `for_headers` behind them: for films whose headers are encrypted as well, and for no others."""
    with Board(name="film-keys") as board:
        board.wait_shell(timeout=_BOOT_SECONDS)
        return [*(_wrap(board, key, "") for key in keys), *(_wrap(board, key, "--for-headers") for key in for_headers)]


def _wrap(board, key, option):
    output = board.command(_COMMAND.format(key.hex(), option), check=True).output
    found = re.search(r"^([0-9a-f]{128,160})$", output, re.MULTILINE)
    if not found:
        raise GuestError("the board made no blob of the key", output.splitlines()[-3:])
    return bytes.fromhex(found.group(1))
