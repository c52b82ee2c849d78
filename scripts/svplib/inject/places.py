# SPDX-License-Identifier: GPL-2.0-or-later
"""Names for ranges of the physical address space, for campaigns and for the matrix of the report.

Addresses as in machines/README.md and the board's device tree: firmware/linux/dts/imx8mq-evk-svp.dts.
"""

import re

from ..machine import heap_cells
from ..machine.dram import DRAM_BASE

DRAM_WINDOW = 4 << 30
_KIB64 = 64 << 10

#: (first byte, bytes) by name
PLACES = {
    "ram": (DRAM_BASE, heap_cells.HEAPS["video"][0] - DRAM_BASE),
    **heap_cells.HEAPS,
    "optee": heap_cells.OPTEE,
    "control": heap_cells.UNUSED,
    "control-high": (0xCA000000, _KIB64),
    "ocram": (0x00900000, 128 << 10),
    "ocram-s": (0x00180000, 32 << 10),
    "tzasc": (0x32F80000, _KIB64),
    "rdc": (0x303D0000, _KIB64),
    "csu": (0x303E0000, _KIB64),
    "gpr": (0x30340000, _KIB64),
}
#: What each name is, for people
MEANINGS = {
    "ram": "DRAM below the heaps, Linux's", "video": "heap for decrypted video", "vault": "heap for secrets", "optee": "OP-TEE's memory",
    "control": "64 KiB of ordinary DRAM below the heaps that Linux leaves alone", "control-high": "the same above the heaps",
    "ocram": "on-chip RAM", "ocram-s": "on-chip RAM, secure part", "tzasc": "registers of the TZC-380", "rdc": "registers of the RDC",
    "csu": "registers of the CSU", "gpr": "registers of IOMUXC_GPR",
}
#: Columns of the report's matrix, in order
REGIONS = ("ram", "video", "vault", "optee", "image", "ocram", "ocram-s", "registers", "other")
_PERIPHERALS = ((0x30000000, 0x3FFFFFFF), (0x20000000, 0x2FFFFFFF))
_EXPRESSION = re.compile(r"([a-z][a-z0-9-]*?)(\.last)?\s*(?:([+-])\s*(0x[0-9a-fA-F]+|\d+))?")


def resolve(text):
    """Address of NAME, NAME.last, NAME+N or NAME.last-N; None when the text is no such thing."""
    match = _EXPRESSION.fullmatch(text.strip())
    if not match or match.group(1) not in PLACES:
        return None
    first, size = PLACES[match.group(1)]
    address = first + size - 1 if match.group(2) else first
    number = int(match.group(4), 0) if match.group(4) else 0
    return address - number if match.group(3) == "-" else address + number


def region(address, fitted):
    """Column of the matrix that an address belongs to; `fitted`: bytes of DRAM."""
    if DRAM_BASE <= address < DRAM_BASE + DRAM_WINDOW:
        if address >= DRAM_BASE + fitted:
            return "image"
        for name in ("video", "vault", "optee"):
            first, size = PLACES[name]
            if first <= address < first + size:
                return name
        return "ram"
    for name in ("ocram", "ocram-s"):
        first, size = PLACES[name]
        if first <= address < first + size:
            return name
    return "registers" if any(first <= address <= last for first, last in _PERIPHERALS) else "other"
