# SPDX-License-Identifier: GPL-2.0-or-later
"""What each bus master can read and write, found out by trying: needs Board(share_ram=True) and a shell in the guest.

A row is a master; "linux" is the CPU in the guest, "a53-secure" and "caam-secure" are those that drive the world themselves, all
by way of the board's test port but "linux". A place is eight bytes of memory that no software uses, or an image of such bytes
above the fitted DDR. Rights are text: "rw", "r", "w", "-" for none, "none" where no address of the DRAM window leads.
"""

import re

from . import heap_cells
from .dram import DRAM_BASE
from .settings import BoardError
from .test_port import port_read, port_write, write_cells

#: Eight bytes in each kind of memory that no software uses
PLACES = {"ram": heap_cells.UNUSED[0] + 0x40, "video": 0xC4000040, "vault": 0xC9000040, "optee": 0xF8000040}
#: Cells low enough to have an image above 3 GiB of DDR; the first of these pages that is empty serves
LOW_PAGES = range(0x7FFF0000, 0x7F000000, -0x1000)
WINDOW_END = 0x140000000
MARK = bytes.fromhex("1122334455667788")
OTHER = bytes.fromhex("a1b2c3d4e5f60718")
NOTHING = bytes(8)
NO_ADDRESS = "none"
ORDINARY = ("m4", "pcie1", "lcdif", "csi1", "sdma1-burst", "usdhc1", "usdhc2", "gpu", "usb1", "enet-tx", "enet-rx", "sdma2")

#: Rights that each policy intends (firmware/optee/README.md): master -> ram, video, vault, optee, and the image of ram
INTENDED = {
    "open": {
        "linux": "rw - - - -", "a53-secure": "rw rw rw rw rw", "caam": "rw - - - -", "caam-secure": "rw rw rw rw rw",
        "vpu": "rw - - - -", "dcss": "rw - - - -", "ordinary": "rw - - - -",
    },
    "nxp": {
        "linux": "rw w - - -", "a53-secure": "rw w rw rw rw", "caam": "rw w - - -", "caam-secure": "rw w rw rw rw",
        "vpu": "r rw - - -", "dcss": "rw rw - - -", "ordinary": "rw - - - -",
    },
    "strict": {
        "linux": "rw - - - -", "a53-secure": "rw w rw rw rw", "caam": "rw - - - -", "caam-secure": "rw w rw rw rw",
        "vpu": "r rw - - -", "dcss": "r r - - -", "ordinary": "rw - - - -",
    },
    # "a53" is the bus's view of a core in the non-secure world: what EL2 could, and leaves Linux without
    "stage2": {
        "linux": "rw - - - -", "a53": "rw rw rw - -", "a53-secure": "rw rw rw rw rw", "caam": "rw w w - -", "caam-secure": "rw w w rw rw",
        "vpu": "r rw - - -", "dcss": "r rw - - -", "ordinary": "rw - - - -",
    },
}


def intended(policy):
    """{(master, place): rights} that a policy intends, written by hand; "ram-image" holds for boards with less than 4 GiB."""
    rows = {}
    for masters, rights in INTENDED[policy].items():
        for master in ORDINARY if masters == "ordinary" else (masters,):
            rows.update({(master, place): right for place, right in zip((*PLACES, "ram-image"), rights.split(), strict=True)})
    return rows


def read(board, master, address, length=8, answer=None):
    """What a master reads, zeros if it got an abort; for "linux", `length` is 1, 2, 4 or 8.

    `answer`: what the bus must answer, else BoardError; Linux tells "okay" from others only.
    """
    if master == "linux":
        output = board.command(f"svp-probe peek {address:#x} {length}").output
        found = re.search(rf"^PEEK {address:#x} (0x[0-9a-f]+|abort)$", output, re.MULTILINE)
        if not found:
            raise BoardError(f"{board.name}: svp-probe peek gave no value", output.splitlines())
        aborted = found.group(1) == "abort"
        _check_answer(board, master, address, answer, "abort" if aborted else "okay")
        return bytes(length) if aborted else int(found.group(1), 16).to_bytes(length, "little")
    seen, data = port_read(board.qmp, master, address, length)
    _check_answer(board, master, address, answer, seen)
    return data


def write(board, master, address, data, answer=None):
    """A master's attempt to write; for "linux", 1, 2, 4 or 8 bytes. `answer` as for read()."""
    if master == "linux":
        output = board.command(f"svp-probe poke {address:#x} {len(data)} {int.from_bytes(data, 'little'):#x}").output
        found = re.search(rf"^POKE {address:#x} (ok|abort)$", output, re.MULTILINE)
        if not found:
            raise BoardError(f"{board.name}: svp-probe poke gave no outcome", output.splitlines())
        seen = "okay" if found.group(1) == "ok" else "abort"
    else:
        seen = port_write(board.qmp, master, address, data)
    _check_answer(board, master, address, answer, seen)


def _check_answer(board, master, address, answer, seen):
    if answer not in (None, seen):
        raise BoardError(f"{board.name}: {master} at {address:#x} got {seen}, not {answer}")


def rights(board, master, address, cell, answer=None):
    """What a master can do at an address whose bytes lie in `cell`; they are as before afterwards. `answer` as for read().

    Raises BoardError if anything comes through that is neither a whole grant nor a whole denial.
    """
    before = board.ram(cell, 8)
    write_cells(board.qmp, cell, MARK)
    seen = read(board, master, address, answer=answer)
    write(board, master, address, OTHER, answer)
    after = board.ram(cell, 8)
    write_cells(board.qmp, cell, before)
    if seen not in (MARK, NOTHING) or after not in (MARK, OTHER):
        raise BoardError(f"{board.name}: {master} at {address:#x} read {seen.hex()} where {MARK.hex()} lay and made it {after.hex()}")
    return (("r" if seen == MARK else "") + ("w" if after == OTHER else "")) or "-"


def _no_address(board, master, address):
    """NO_ADDRESS if a bus error answers there, as it must above the DRAM window; else what came."""
    if master == "linux":
        output = board.command(f"svp-probe peek {address:#x} 8").output
        return NO_ADDRESS if f"PEEK {address:#x} abort" in output else output
    answer, _ = port_read(board.qmp, master, address, 8)
    return NO_ADDRESS if answer == "decerr" else f"answer {answer}"


def places(board):
    """{name: (address, cell)}: PLACES, and "NAME-image" for each place's image, cell None where there is none."""
    fitted = board.dram.size
    found = {name: (address, address) for name, address in PLACES.items()}
    images = {**PLACES, "ram": _empty_low_cell(board) if fitted < WINDOW_END - DRAM_BASE else PLACES["ram"]}
    for name, cell in images.items():
        image = cell + fitted
        found[f"{name}-image"] = (image, cell if image < WINDOW_END else None)
    return found


def _empty_low_cell(board):
    for page in LOW_PAGES:
        if not any(board.ram(page, 0x1000)):
            return page + 0x40
    raise BoardError(f"{board.name}: no empty page from {LOW_PAGES[-1]:#x} to {LOW_PAGES[0]:#x}")


def masters(policy):
    """All masters that a policy has intentions for."""
    return list(dict.fromkeys(master for master, _ in intended(policy)))


def table(board, answer=None):
    """{(master, place): rights} for each of masters() at each of places(). `answer` as for read(), for addresses that exist."""
    seen = {}
    for name, (address, cell) in places(board).items():
        for master in masters(board.policy):
            seen[master, name] = _no_address(board, master, address) if cell is None else rights(board, master, address, cell, answer)
    return seen


def show(seen):
    """A table as text, a line a master."""
    rows_of, names = list(dict.fromkeys(master for master, _ in seen)), list(dict.fromkeys(place for _, place in seen))
    rows = [("master", *names), *((master, *(seen[master, name] for name in names)) for master in rows_of)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
