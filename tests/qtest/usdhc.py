# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives a uSDHC and its card from outside, register by register; see IMX8MDQLQRM, chapter uSDHC, and the SD physical layer specification."""

import struct

USDHC1, USDHC2 = 0x30B40000, 0x30B50000
DMA_ADDRESS, BLOCK, ARGUMENT, COMMAND, RESPONSE, DATA, PRESENT, PROTOCOL = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x24, 0x28
SYSTEM, STATUS, STATUS_ENABLE, MIXER, ADMA_ERROR, ADMA_ADDRESS = 0x2C, 0x30, 0x34, 0x48, 0x54, 0x58
SIGNAL_ENABLE, VENDOR = 0x38, 0xC0
CLOCKS, RESET_ALL, RESET_COMMAND, RESET_DATA = 0x80F0, 1 << 24, 2 << 24, 4 << 24  # CLOCKS: the slowest dividers, as a boot loader begins
CARD_CLOCK, FORCED_CLOCK, VENDOR_RESET = 1 << 14, 1 << 8, 0x20007809  # of VENDOR
CLOCK_STABLE, DATA_INHIBIT, READ_READY = 1 << 3, 1 << 1, 1 << 11  # of PRESENT
COMMAND_COMPLETE = 1 << 0
TRANSFER_COMPLETE, DATA_TIMEOUT, DATA_CRC, ADMA_FAILED, DMA_FAILED = 1 << 1, 1 << 20, 1 << 21, 1 << 25, 1 << 28
SIMPLE, ADMA1, ADMA2 = 0x000, 0x100, 0x200  # DMA select of PROTOCOL
DAT0_LEVEL, BUS_LEVELS = 1 << 24, 0xFF << 24 | 1 << 23  # of PRESENT; BUS_LEVELS: DAT7 to DAT0, and CMD
DMA, COUNT, AUTO_STOP, READ, MULTI = 1, 2, 4, 0x10, 0x20  # of MIXER
VALID, END, INTERRUPT, TRANSFER, LINK = 1, 2, 4, 0x20, 0x30  # of an ADMA2 descriptor
NO_RESPONSE, LONG, SHORT, BUSY = range(4)
BLOCK_BYTES = 512
STEP = 1_000_000  # nanoseconds of virtual time


def descriptor(address, length=0, kind=TRANSFER, flags=0):
    """One line of an ADMA2 table; length 0 means 64 KiB."""
    return struct.pack("<HHI", VALID | kind | flags, length & 0xFFFF, address)


class Usdhc:
    """One controller; `machine` is a QTest."""

    def __init__(self, machine, base=USDHC2):
        self.machine = machine
        self.base = base

    def write(self, offset, value):
        self.machine.writel(self.base + offset, value)

    def read(self, offset):
        return self.machine.readl(self.base + offset)

    def command(self, index, argument=0, response=SHORT, data=False):
        """Issue a command; returns the first response register."""
        self.write(ARGUMENT, argument)
        self.write(COMMAND, (index << 8 | response | (0x20 if data else 0)) << 16)
        return self.read(RESPONSE)

    def identify(self):
        """From whatever state to a selected card in the transfer state; returns its relative address, or None without a card."""
        self.write(SYSTEM, CLOCKS | RESET_ALL)
        self.write(SYSTEM, CLOCKS)
        self.write(STATUS_ENABLE, 0xFFFFFFFF)
        self.command(0, response=NO_RESPONSE)
        self.command(8, 0x1AA)
        self.command(55)
        if not self.command(41, 0x40FF8000) >> 31:
            return None
        self.command(2, response=LONG)
        self.address = self.command(3) & 0xFFFF0000
        self.command(7, self.address, response=BUSY)
        return self.address

    def card_state(self):
        """CURRENT_STATE of the card: 4 transfer, 5 sending, 6 receiving, 7 programming."""
        return self.command(13, self.address) >> 9 & 0xF

    def simple(self, command, block, address, count, direction, size=BLOCK_BYTES, extra=COUNT, response=SHORT):
        """Start an SDMA transfer."""
        self.write(PROTOCOL, SIMPLE)
        self.write(MIXER, DMA | MULTI | direction | extra)
        self.write(BLOCK, count << 16 | size)
        self.write(DMA_ADDRESS, address)
        return self.command(command, block * BLOCK_BYTES, response=response, data=True)

    def listed(self, command, block, table, count, direction, size=BLOCK_BYTES, extra=COUNT, mode=ADMA2):
        """Start an ADMA transfer; `table` is the address of its list."""
        self.write(PROTOCOL, mode)
        self.write(MIXER, DMA | MULTI | direction | extra)
        self.write(BLOCK, count << 16 | size)
        self.write(ADMA_ADDRESS, table)
        return self.command(command, block * BLOCK_BYTES, data=True)

    def finish(self, wanted=TRANSFER_COMPLETE, steps=20000):
        """Let time go on until one of these status bits is set; returns the status."""
        for _ in range(steps):
            status = self.read(STATUS)
            if status & wanted:
                return status
            self.machine.clock_step(STEP)
        raise AssertionError(f"status {self.read(STATUS):#x} after {steps} ms of virtual time")
