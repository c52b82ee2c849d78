# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be tried against a film while it plays. Each try says what happened in a word, and what the board has on record of it; where it is software
that refuses, its answers."""

import collections
import dataclasses
import hashlib
import re
import time
from collections.abc import Callable

from ..machine import attacks, heap_cells, reach, readable_memory
from ..machine.console import timeout_scale
from ..machine.test_port import port_read, port_write, write_cells
from . import leaks

NOTHING, SOMETHING, OTHER, CONTROL = "nothing", "the film", "another picture", "firewalls"
_SECONDS = 120
_LOOK = 4096
#: Loads of 16 bytes, one after the other, as many as svp-probe does at once
_LOADS = 4096
_START_CODE = 4
_CMA = "default_cma_region"
#: The display's write scaler, and the scaler of the channel that shows the film (hw/dcss/README.md)
_WRITE_SCALER, _SCALER, _FILM_CHANNEL = 0x32E21000, 0x32E1C800, 2
_TO_MEMORY, _ONE_FRAME = 1 << 8, 2 << 2 | 1
#: Where the frame goes: ordinary memory that Linux leaves alone. Lines lie over each other, so that it is enough for all of them
_TARGET, _TARGET_BYTES, _PITCH = heap_cells.UNUSED[0] + 0x4000, 0xC000, 64
#: Masters with registers that Linux may program, or that it could on the chip
DMA = ("usdhc1", "usb1", "sdma1-burst", "sdma2", "gpu", "enet-tx", "m4", "caam")


@dataclasses.dataclass(frozen=True)
class Try:
    """`name`, `what` is tried, and `run(board, playing, demo, notes)`: what whoever tries it gets; `notes` gets lines for people.

    `wanted`: what that is as long as the film is protected. `open_under`: policies that are known to let it through, `trusted_under`: those under which
    whoever tries it is trusted with the film, and `given`: how what is got then begins.
    """

    name: str
    what: str
    run: Callable
    wanted: str = NOTHING
    open_under: tuple = ()
    given: str = SOMETHING
    trusted_under: tuple = ()

    def expected(self, policy):
        """How what is got under a policy begins."""
        return self.given if policy in (*self.open_under, *self.trusted_under) else self.wanted

    def holds(self, seen):
        """Whether what was got is what a protected film gives away."""
        return seen == self.wanted


def _places(playing):
    """Addresses of the film: of bitstreams and of pictures."""
    return [playing.stream_place(number)[0] for number in range(playing.streams)] + [playing.place(buffer)[0] + _LOOK for buffer in range(playing.pictures)]


def _linux_reads(board, playing, demo, notes):
    return SOMETHING if any(any(reach.read(board, "linux", address)) for address in _places(playing)[:6]) else NOTHING


def _linux_maps(board, playing, demo, notes):
    """The beginning of the heap, as Linux reads it, and more of it as a non-secure master does."""
    base = heap_cells.HEAPS[playing.heap][0]
    loads = board.command(f"svp-probe peek {base:#x} 16 {_LOADS} | grep -c -v ' 0x0*$'", timeout=_SECONDS).output.strip()
    return NOTHING if loads == "0" and not any(board.read_memory(base, 8 << 20)) else SOMETHING


def _dma_reads(board, playing, demo, notes):
    got = [master for master in DMA for address in _places(playing) if any(port_read(board.qmp, master, address, 64)[1])]
    return f"{SOMETHING}: {', '.join(sorted(set(got)))}" if got else NOTHING


def _dma_writes(board, playing, demo, notes):
    """DMA over a picture that is on the screen."""
    address = playing.place(playing.last)[0] + _LOOK
    before = board.ram(address, 64)
    for master in DMA:
        if master != "caam":  # under nxp and stage2 its non-secure ring writes
            port_write(board.qmp, master, address, reach.OTHER)
    return NOTHING if board.ram(address, 64) == before else OTHER


def _play(board, words):
    output = board.command(f"svp-play --secure --fast --quiet {words} /film/trailer.mp4", timeout=_SECONDS).output
    found = re.search(r"^PLAYED .* shown=(\d+) .* errors=(\d+) jobs=(\d+)", output, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else (0, 0, 0)


def _to_ordinary_memory(board, playing, demo, notes):
    """The decoder is told to put its pictures where Linux reads."""
    jobs = _play(board, f"--picture-heap {_CMA}")[2]
    found = readable_memory.places(board, demo.secrets)
    return f"no picture was decoded ({jobs} jobs)" if jobs < demo.trailer else SOMETHING if found else NOTHING


def _to_vault(board, playing, demo, notes):
    """The decoder is told to put its pictures into the other heap, where another's secrets lie."""
    base, size = heap_cells.HEAPS["vault"]
    before = hashlib.sha256(board.ram(base, size)).digest()
    jobs = _play(board, "--picture-heap vault")[2]
    after = hashlib.sha256(board.ram(base, size)).digest()
    return f"no picture was decoded ({jobs} jobs)" if jobs < demo.trailer else NOTHING if before == after else "its pictures in the vault"


def _second_film(board, playing, demo, notes):
    """A second client of heap, OP-TEE and decoder plays beside the film."""
    shown, errors, _ = _play(board, "")
    return "its own film" if (shown, errors) == (demo.trailer, 0) else f"{shown} pictures, {errors} errors"


def _other_process(board, playing, demo, notes):
    """Root takes the player's dma-bufs, and asks for their bytes by every call there is."""
    output = board.command("svp-probe buffers $(pidof svp-play)", timeout=_SECONDS).output
    found = re.search(r"^BUFFERS (\d+) data=(\d+)$", output, re.MULTILINE)
    count, data = map(int, found.groups()) if found else (0, 0)
    answers = collections.Counter(re.sub("=[0-9a-f]{32}$", "=data", answer) for line in re.findall("^BUFFER .*", output, re.MULTILINE)
                                  for answer in re.findall(r" ([a-z-]+=\w+)", line))
    notes.append(f"{count} buffers taken; " + ", ".join(f"{answer} ({number})" for answer, number in answers.items()))
    pieces = {bytes.fromhex(piece) for piece in re.findall(r"=([0-9a-f]{32})\b", output)}
    card = demo.card.read_bytes() if pieces else b""
    # Start codes are not there, but what is behind them
    own = all(piece[_START_CODE:] in card for piece in pieces)
    if pieces:
        notes.append("data are on the card: the player's controls, or the film as it is encrypted" if own else f"data: {', '.join(map(bytes.hex, pieces))}")
    return SOMETHING if not own or data and not pieces else NOTHING if count else "no buffer was taken"


def _display_writes_back(board, playing, demo, notes):
    """The display is told to write what it shows of the film to ordinary memory, by its registers, which are Linux's."""
    counters = _display(board)
    if not counters["channels"][_FILM_CHANNEL]["shows"]:
        notes.append("the film is not on the screen")
        return NOTHING
    write_cells(board.qmp, _TARGET, bytes(_TARGET_BYTES))
    before = int.from_bytes(reach.read(board, "linux", _SCALER, 4), "little")
    words = ((_WRITE_SCALER + 0x10, _TARGET), (_WRITE_SCALER + 0x14, _PITCH), (_SCALER, before | _TO_MEMORY), (_WRITE_SCALER, _ONE_FRAME))
    for address, word in words:
        reach.write(board, "linux", address, word.to_bytes(4, "little"))
    deadline = time.monotonic() + _SECONDS * timeout_scale()
    while _display(board)["written-frames"] == counters["written-frames"] and time.monotonic() < deadline:
        time.sleep(0.02)
    done = _display(board)["written-frames"] - counters["written-frames"]
    for address, word in ((_WRITE_SCALER, 0), (_SCALER, before)):
        reach.write(board, "linux", address, word.to_bytes(4, "little"))
    return "no frame was written" if not done else SOMETHING if any(board.ram(_TARGET, _TARGET_BYTES)) else NOTHING


def _display(board):
    return board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]


def _core_reads(master):
    """A core reads the film that is not Linux's to command: the bus says what it may."""
    def run(board, playing, demo, notes):
        known = leaks.found(board.qmp)["events"]
        got = SOMETHING if any(any(port_read(board.qmp, master, address, 64)[1]) for address in _places(playing)) else NOTHING
        if got == SOMETHING and not known:
            board.qmp.command("svp-clear-violations", counters=True)  # the leak oracle takes it for Linux's
        return got
    return run


def _firewalls(board, playing, demo, notes):
    done = [name for name, (outcome, _) in attacks.try_all(board).items() if outcome == attacks.DONE]
    return f"{CONTROL}: {', '.join(done)}" if done else NOTHING


def _everywhere(board, playing, demo, notes):
    found = readable_memory.places(board, demo.secrets)
    return f"{SOMETHING}, at {min(found.values()):#x}" if found else NOTHING


TRIES = (
    Try("linux-reads", "root reads bitstreams and pictures by /dev/mem", _linux_reads, open_under=("open",)),
    Try("linux-reads-all", "root reads the heap from its beginning", _linux_maps),
    Try("dma-reads", f"DMA reads them: {', '.join(DMA)}", _dma_reads, open_under=("open",)),
    Try("dma-writes", "DMA writes over the picture that is shown", _dma_writes, open_under=("open",), given=OTHER),
    Try("decoder-to-ordinary-memory", "the decoder is told to write pictures where Linux reads, all of which is then searched", _to_ordinary_memory),
    Try("decoder-to-vault", "the decoder is told to write pictures into the heap 'vault'", _to_vault),
    Try("second-client", "another client plays another film in the same heap", _second_film, "its own film"),
    Try("other-process", "root takes the player's dma-bufs (pidfd_getfd) and maps them: mmap, PRIME import, dumb-buffer map, PRIME export", _other_process,
        open_under=("open",)),
    Try("display-writes-back", "the display is told to write the film's frame where Linux reads", _display_writes_back,
        open_under=("nxp", "open")),
    Try("firewalls", "root turns to the firewalls themselves", _firewalls, open_under=("open",), given=CONTROL),
    Try("non-secure-core-reads", "a core in the non-secure world, whatever runs on it, reads them: what EL2 could", _core_reads("a53"), trusted_under=("stage2",)),
    Try("secure-core-reads", "a core in the secure world reads them: what OP-TEE could", _core_reads("a53-secure"), trusted_under=("stage2",)),
    Try("search", "all memory that Linux reads is searched for pieces of the clear film, its pictures, and its key", _everywhere),
)
