# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be tried against a film while it plays. Each try says what happened in a word, and what the board has on record of it."""

import dataclasses
import hashlib
import re
from collections.abc import Callable

from ..machine import attacks, heap_cells, reach, readable_memory
from ..machine.test_port import port_read, port_write

NOTHING, SOMETHING = "nothing", "the film"
_SECONDS = 120
_LOOK = 4096
_CMA = "default_cma_region"
#: Masters with registers that Linux may program, or that it could on the chip
DMA = ("usdhc1", "usb1", "sdma1-burst", "sdma2", "gpu", "enet-tx", "m4", "caam")


@dataclasses.dataclass(frozen=True)
class Try:
    """`name`, `what` is tried, and `run(board, playing, demo)`: what whoever tries it gets."""

    name: str
    what: str
    run: Callable
    wanted: str = NOTHING


def _places(playing):
    """Addresses of the film: of bitstreams and of pictures."""
    return [playing.stream_place(number)[0] for number in range(playing.streams)] + [playing.place(buffer)[0] + _LOOK for buffer in range(playing.pictures)]


def _linux_reads(board, playing, demo):
    return SOMETHING if any(any(reach.read(board, "linux", address)) for address in _places(playing)[:6]) else NOTHING


def _linux_maps(board, playing, demo):
    """All that a non-secure CPU reads of the heap, the film's first 8 MiB of it."""
    return SOMETHING if any(board.read_memory(heap_cells.HEAPS[playing.heap][0], 8 << 20)) else NOTHING


def _dma_reads(board, playing, demo):
    got = [master for master in DMA for address in _places(playing) if any(port_read(board.qmp, master, address, 64)[1])]
    return f"{SOMETHING}: {', '.join(sorted(set(got)))}" if got else NOTHING


def _dma_writes(board, playing, demo):
    """DMA over a picture that is on the screen."""
    address = playing.place(playing.last)[0] + _LOOK
    before = board.ram(address, 64)
    for master in DMA:
        if master != "caam":  # under nxp its non-secure ring has Linux's rights, and writes
            port_write(board.qmp, master, address, reach.OTHER)
    return NOTHING if board.ram(address, 64) == before else "another picture"


def _play(board, words):
    output = board.command(f"svp-play --secure --fast --quiet {words} /film/trailer.mp4", timeout=_SECONDS).output
    found = re.search(r"^PLAYED .* shown=(\d+) .* errors=(\d+) jobs=(\d+)", output, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else (0, 0, 0)


def _to_ordinary_memory(board, playing, demo):
    """The decoder is told to put its pictures where Linux reads."""
    jobs = _play(board, f"--picture-heap {_CMA}")[2]
    found = readable_memory.places(board, demo.secrets)
    return f"no picture was decoded ({jobs} jobs)" if jobs < demo.trailer else SOMETHING if found else NOTHING


def _to_vault(board, playing, demo):
    """The decoder is told to put its pictures into the other heap, where another's secrets lie."""
    base, size = heap_cells.HEAPS["vault"]
    before = hashlib.sha256(board.ram(base, size)).digest()
    jobs = _play(board, "--picture-heap vault")[2]
    after = hashlib.sha256(board.ram(base, size)).digest()
    return f"no picture was decoded ({jobs} jobs)" if jobs < demo.trailer else NOTHING if before == after else "its pictures in the vault"


def _second_film(board, playing, demo):
    """A second client of heap, OP-TEE and decoder plays beside the film."""
    shown, errors, _ = _play(board, "")
    return "its own film" if (shown, errors) == (demo.trailer, 0) else f"{shown} pictures, {errors} errors"


def _firewalls(board, playing, demo):
    done = [name for name, (outcome, _) in attacks.try_all(board).items() if outcome == attacks.DONE]
    return f"{len(done)} of the firewalls: {', '.join(done)}" if done else NOTHING


def _everywhere(board, playing, demo):
    found = readable_memory.places(board, demo.secrets)
    return f"{SOMETHING}, at {min(found.values()):#x}" if found else NOTHING


TRIES = (
    Try("linux-reads", "root reads bitstreams and pictures by /dev/mem", _linux_reads),
    Try("linux-reads-all", "a non-secure CPU reads the heap from its beginning", _linux_maps),
    Try("dma-reads", f"DMA reads them: {', '.join(DMA)}", _dma_reads),
    Try("dma-writes", "DMA writes over the picture that is shown", _dma_writes),
    Try("decoder-to-ordinary-memory", "the decoder is told to write pictures where Linux reads, all of which is then searched", _to_ordinary_memory),
    Try("decoder-to-vault", "the decoder is told to write pictures into the heap 'vault'", _to_vault),
    Try("second-client", "another client plays another film in the same heap", _second_film, "its own film"),
    Try("firewalls", "root turns to the firewalls themselves", _firewalls),
    Try("search", "all memory that Linux reads is searched for pieces of the clear film, its pictures, and its key", _everywhere),
)
