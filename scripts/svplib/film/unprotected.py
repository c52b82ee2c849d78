# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is to see under the policy `open`: the protected film cannot be played, and a clear one in ordinary memory is everybody's.

Under open the decoder is a non-secure master like any other, so that what is closed to the others is closed to it: nothing that OP-TEE decrypts into
a heap can be decoded there. A player that wants pictures has to have the film in memory that all read. That is shown with the clear film of the demo.
"""

import re

from . import scene, tries
from .playing import Playing

#: Tries that mean something for a film in ordinary memory
TRIES = ("dma-reads", "dma-writes", "other-process", "display-writes-back", "firewalls")
_HEAP, _CHANNEL, _SECONDS = "default_cma_region", 2, 120


class InOrdinaryMemory(Playing):
    """A clear film on the screen, in memory of Linux's: the picture that is shown lies where the display fetches it."""

    def __init__(self, board, path):
        width, height = scene.SCREEN
        super().__init__(board, path, f"--picture-heap {_HEAP} --display --mode {width}x{height}", keep=1)
        self.streams, self.pictures = 0, 1

    def place(self, buffer):
        """(address, bytes) of what is on the screen, whatever the number of its buffer."""
        channel = self._board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["channels"][_CHANNEL]
        return channel["address"], self._picture_bytes


def protected_film(board):
    """What comes of the protected trailer: "not decoded", or how many pictures."""
    output = board.command("svp-play --secure --fast --quiet /film/trailer.mp4", timeout=_SECONDS).output
    played = re.search(r"^PLAYED .* shown=(\d+) .* errors=(\d+)", output, re.MULTILINE)
    good = int(played[1]) - int(played[2]) if played else 0
    return "not decoded" if good <= 0 else f"{good} pictures"


def chosen():
    """Tries, in their order."""
    return [each for each in tries.TRIES if each.name in TRIES]
