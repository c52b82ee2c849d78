# SPDX-License-Identifier: GPL-2.0-or-later
"""What whoever is root in Linux can try against the firewalls themselves, tried: needs Board(share_ram=True) and a shell in the guest.

An attempt is done by the guest's CPU, by stores through /dev/mem, and judged from outside: by what the secure CPU finds in the
register, or by what is in the memory's cells. What succeeded is put back. An attempt that was refused must be on record as well.
"""

import dataclasses
from collections.abc import Callable

from . import heap_cells, reach
from .test_port import secure_registers, write_cells

REFUSED, DONE = "refused", "done"
#: Bits and registers by address, as in the fact sheets and manuals
CAAM, DECO = 0x30900000, 0x30908000
JR0DID, PRIMARY_SECURE = CAAM + 0x10, 1 << 4
DECO0DID, DECO_SELECT, DECO_REQUEST = CAAM + 0xA0, CAAM + 0x94, CAAM + 0x9C
DECO_BUFFER, DECO_CONTROL, DECO_START = DECO + 0xA00, DECO + 0x800, 1 << 29
SECURE_RING = 3  # job ring 2, counted from 1 as DECORSR does
SRC_ENTRY_OF_CORE_1 = 0x30390080
#: A bit of A53RCR1 without effect: Linux may run on the core that another one holds in reset, and this one would have stopped
SRC_RESET_OF_CORES, RESET_SLOW = 0x30390008, 1 << 4
BL31_DATA = 0x00918000
CSU_OF_CLOCKS, CSU_WORLDS = 0x303E0000 + 4 * 12, 0x303E0218
RDC_DOMAIN_OF_GPU, RDC_SLOT_0, RDC_RIGHTS_OF_TZASC = 0x303D0200 + 4 * 18, 0x303D0808, 0x303D0400 + 4 * 56
TZASC_REGION_0, TZASC_ACTION = 0x32F80108, 0x32F80004
GPR_TZASC, TZASC_ENABLE, GPR_OCRAM, OCRAM_GUARD = 0x30340028, 1 << 0, 0x3034002C, 1 << 0
COPIED_BYTES = 32


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One thing to try: `name`, what it would give in `what`, and `run(board)`, True if it succeeded."""

    name: str
    what: str
    run: Callable


def _flip(address, mask):
    """Attempt to change bits of a register; they are put back if that worked."""
    def run(board):
        readl, writel = secure_registers(board.qmp)
        before = readl(address)
        reach.write(board, "linux", address, (before ^ mask).to_bytes(4, "little"))
        changed = readl(address) != before
        if changed:
            writel(address, before)
        return changed
    return run


def _store(board):
    """A plain store to BL31."""
    before = reach.read(board, "a53-secure", BL31_DATA)
    reach.write(board, "linux", BL31_DATA, reach.OTHER)
    after = reach.read(board, "a53-secure", BL31_DATA)
    if after != before:
        reach.write(board, "a53-secure", BL31_DATA, before)
    return after != before


def _deco(board):
    """A descriptor by hand in DECO, for the secure ring: copy OP-TEE's first bytes to ordinary memory."""
    target = heap_cells.UNUSED[0] + 0x1000
    secret = board.ram(heap_cells.OPTEE[0], COPIED_BYTES)
    write_cells(board.qmp, target, reach.MARK * (COPIED_BYTES // len(reach.MARK)))
    load, store = (command | 3 << 25 | 8 << 16 | COPIED_BYTES for command in (0x10000000, 0x50000000))
    descriptor = (0xB0800005, load, heap_cells.OPTEE[0], store, target)
    stores = [(DECO0DID, 0), (DECO0DID + 4, 0), (DECO_SELECT, SECURE_RING), (DECO_REQUEST, 1)]
    stores += [(DECO_BUFFER + 4 * number, word) for number, word in enumerate(descriptor)]
    for address, word in (*stores, (DECO_CONTROL, DECO_START), (DECO_REQUEST, 0)):
        reach.write(board, "linux", address, word.to_bytes(4, "little"))
    return board.ram(target, COPIED_BYTES) == secret


ATTEMPTS = (
    Attempt("caam-ring-becomes-secure", "CAAM reads and writes for Linux as the secure world", _flip(JR0DID, PRIMARY_SECURE)),
    Attempt("caam-job-as-OP-TEE's-ring", "CAAM reads and writes for Linux as the secure world", _deco),
    Attempt("entry-of-a-core", "a core starts at EL3 where Linux says", _flip(SRC_ENTRY_OF_CORE_1, 0x100)),
    Attempt("reset-of-a-core", "a core is held in reset behind PSCI's back", _flip(SRC_RESET_OF_CORES, RESET_SLOW)),
    Attempt("store-to-BL31", "the monitor's code and data", _store),
    Attempt("worlds-of-masters", "DMA masters become secure masters", _flip(CSU_WORLDS, 1 << 20)),
    Attempt("rights-of-peripherals", "registers open, or close to OP-TEE", _flip(CSU_OF_CLOCKS, 1 << 0)),
    Attempt("domains-of-masters", "a master gets the rights of another one", _flip(RDC_DOMAIN_OF_GPU, 1 << 0)),
    Attempt("rights-of-domains", "the RDC's memory slots", _flip(RDC_SLOT_0, 1 << 7)),
    Attempt("OP-TEE-and-the-TZASC", "OP-TEE is kept from the TZASC", _flip(RDC_RIGHTS_OF_TZASC, 1 << 0)),
    Attempt("region-0-of-the-TZASC", "all DRAM that no other region has", _flip(TZASC_REGION_0, 3 << 28)),
    Attempt("answer-of-the-TZASC", "what a denied access gets, and whether OP-TEE hears of it", _flip(TZASC_ACTION, 2)),
    Attempt("switch-of-the-TZASC", "all DRAM", _flip(GPR_TZASC, TZASC_ENABLE)),
    Attempt("guard-of-OCRAM", "the monitor's code and data", _flip(GPR_OCRAM, OCRAM_GUARD)),
)

#: Names of attempts that succeed under a policy, by hand from its intent (firmware/optee/README.md)
SUCCEED = {
    "open": ("entry-of-a-core", "reset-of-a-core", "worlds-of-masters", "rights-of-peripherals", "domains-of-masters", "rights-of-domains",
             "OP-TEE-and-the-TZASC"),
    "nxp": (),
    "strict": (),
    "stage2": (),
}


def intended(policy, name):
    """REFUSED or DONE: what an attempt of that name comes to under a policy."""
    return DONE if name in SUCCEED[policy] else REFUSED


def try_all(board):
    """{name: (REFUSED or DONE, text of a record of it or "")}; everything is as before afterwards, but for the record of violations."""
    seen = {}
    for attempt in ATTEMPTS:
        # Or a record of before would count what is alike, and there would be none of this attempt.
        board.qmp.command("svp-clear-violations")
        done = attempt.run(board)
        records = board.qmp.command("query-svp-violations", text=True)["violations"]
        seen[attempt.name] = (DONE if done else REFUSED, records[-1]["text"] if records else "")
    return seen


def show(seen, outcome):
    """The attempts with one outcome, for people; "" if there are none."""
    rows = [(attempt.name, attempt.what, seen[attempt.name][1]) for attempt in ATTEMPTS if seen[attempt.name][0] == outcome]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    return "\n".join(f"{name.ljust(widths[0])}  {what.ljust(widths[1])}  {record}".rstrip() for name, what, record in rows)
