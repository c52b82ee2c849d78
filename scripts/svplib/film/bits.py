# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers in headers: plain bits, and NAL units, as parameter sets and slice headers have them (ITU-T H.264 and H.265, clauses 7.2 and 9.1)."""

from ..base.errors import SvpError

_MOST_HEADER_BYTES = 4096


class PlainBits:
    """Bits of bytes as they stand, first bit first; `at`: how many were read."""

    def __init__(self, data, first=0):
        self._bytes, self.at = data, first

    def bits(self, count):
        """An unsigned number of so many bits. Raises SvpError at the end of the bytes."""
        value = 0
        for _ in range(count):
            if self.at >= 8 * len(self._bytes):
                raise SvpError("a header of the film is cut")
            value = value << 1 | self._bytes[self.at // 8] >> 7 - self.at % 8 & 1
            self.at += 1
        return value


class Bits(PlainBits):
    """Bits of a NAL unit without its emulation prevention, from bit `first` on; counts how many of the unit's bytes were used."""

    def __init__(self, unit, first):
        super().__init__(bytearray(), first)
        self._places, zeros = [], 0
        for place, byte in enumerate(unit[:_MOST_HEADER_BYTES]):
            if zeros >= 2 and byte == 3:
                zeros = 0
                continue
            zeros = zeros + 1 if byte == 0 else 0
            self._bytes.append(byte)
            self._places.append(place)

    def ue(self):
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 32:
                raise SvpError("a number in a header of the film is no Exp-Golomb code")
        return (1 << zeros) - 1 + self.bits(zeros)

    def se(self):
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)

    def used_bytes(self):
        """Bytes of the unit up to the last bit that was read, the unit's header byte included."""
        return self._places[(self.at - 1) // 8] + 1
