# SPDX-License-Identifier: GPL-2.0-or-later
"""A second, naive implementation of the board's firewalls, byte by byte, from the facts (Arm DDI0431, MIMX8MQ6 header, TF-A's CSU driver).

A Policy is what a program left in the registers; no locks. judge() gives (rule, number) of the denier of one byte, or None.
"""

import dataclasses

DRAM, WINDOW = 0x40000000, 4 << 30
OCRAM, OCRAM_SIZE, OCRAM_S, OCRAM_S_SIZE = 0x00900000, 128 << 10, 0x00180000, 32 << 10
#: (first address, size, CSL and PDAP index, first RDC slot, number of slots, slots count from here, granularity)
MEMORIES = ((DRAM, WINDOW, None, 0, 8, DRAM, 4096), (OCRAM, OCRAM_SIZE, 118, 24, 5, 0, 128), (OCRAM_S, OCRAM_S_SIZE, 119, 29, 5, 0, 128))
#: 64 KiB around a register: first address -> (index, first RDC slot, number of slots)
PERIPHERALS = {0x30360000: (22, 0, 0), 0x30380000: (24, 0, 0), 0x30A60000: (70, 0, 0), 0x38320000: (120, 51, 4)}
#: SA and HP field of a master; those without one say themselves
FIELDS = {"a53": 0, "m4": 1, "sdma1-periph": 2, "sdma1-burst": 2, "sdma1-spba1": 2, "lcdif": 3, "csi1": 3, "csi2": 3, "usb1": 4, "usb2": 4,
          "pcie1": 5, "pcie2": 5, "vpu": 6, "gpu": 7, "apbh-dma": 8, "raw-nand": 8, "enet-tx": 9, "enet-rx": 9, "usdhc1": 10, "usdhc2": 11,
          "dcss": 12, "coresight": 13, "dap": 14, "sdma2": 15, "caam": 16, "vpu-bank1": 17}
OWN_WORLD = ("a53", "caam", "testport")


@dataclasses.dataclass
class Policy:
    """Register contents. `regions`: number -> (base low, attributes), `slots`: number -> (MRSA, MREA, MRC), `gates`: index -> domain."""

    regions: dict
    slots: dict
    csl: dict
    pdap: dict
    mda: dict
    sa: int
    hp: int
    hpcontrol: int
    gpr10: int
    gpr11: int
    action: int
    gates: dict

    def identity(self, master, number, own_secure):
        """(secure, domain, privileged) of a master's access; it drives `own_secure` and privileged itself."""
        domain = self.mda.get(number, 0)
        field = FIELDS.get(master)
        secure = own_secure if master in OWN_WORLD else not self.sa >> 2 * field & 1
        privileged = True
        if field is not None and self.hpcontrol >> 2 * field & 1:
            privileged = bool(self.hp >> 2 * field & 1)
        return secure, domain, privileged

    def judge(self, address, write, secure, domain, privileged):
        """Who denies one byte: (rule, number) or None."""
        for first, size, index, first_slot, slots, origin, granularity in MEMORIES:
            if first <= address < first + size:
                return (self._slot(address - origin, first_slot, slots, granularity, write, domain)
                        or (self._tzc(address - DRAM, write, secure) if index is None
                            else self._ocram(address - first, index, write, secure, privileged)))
        index, first_slot, slots = PERIPHERALS[address & ~0xFFFF]
        if not self._level(index, write, secure, privileged):
            return "csl", index
        rights = self.pdap.get(index, 0xFF)
        if not rights >> (2 * domain + (not write)) & 1:
            return "rdc-peripheral", index
        if rights >> 30 & 1 and self.gates.get(index) != domain:
            return "rdc-semaphore", index
        return self._slot(address, first_slot, slots, 4096, write, domain)

    def _level(self, index, write, secure, privileged):
        """CSL bits: SUR SSR NUR NSR SUW SSW NUW NSW."""
        return self.csl.get(index, 0xFF) >> (4 * write + 2 * (not secure) + privileged) & 1

    def _slot(self, offset, first_slot, slots, granularity, write, domain):
        for number in range(first_slot, first_slot + slots):
            if number not in self.slots:
                continue
            start, end, control = self.slots[number]
            if control >> 30 & 1 and start // granularity * granularity <= offset < -(-end // granularity) * granularity:
                if not control >> (2 * domain + (not write)) & 1:
                    return "rdc-region", number
        return None

    def _tzc(self, offset, write, secure):
        if not self.gpr10 & 1:
            return None
        for number in range(15, -1, -1):
            base, attributes = self.regions.get(number, (0, 0xC << 28 if number == 0 else 0))
            if number:
                size = 2 << (attributes >> 1 & 0x3F)
                start = base // size * size
                if not attributes & 1 or not start <= offset < start + size or attributes >> (8 + (offset - start) * 8 // size) & 1:
                    continue
            permission = attributes >> 28
            non_secure = permission >> (0 if write else 1) & 1
            own = permission >> (2 if write else 3) & 1
            return None if non_secure or (secure and own) else ("tzc", number)
        raise AssertionError("region 0 covers everything")

    def _ocram(self, offset, index, write, secure, privileged):
        enable, shift, width = (0, 1, 5) if index == 118 else (10, 11, 3)
        edge = (self.gpr11 >> shift & (1 << width) - 1) * 4096
        if not self.gpr11 >> enable & 1 or offset < edge or self._level(index, write, secure, privileged):
            return None
        return "ocram", index

    def pieces(self, address, length, write, identity):
        """Stretches of bytes that are all granted or all denied: (offset, length, denier of the first byte)."""
        found = []
        deniers = {}
        for offset in range(length):
            block = (address + offset) >> 7  # no rule has an edge inside 128 bytes
            if block not in deniers:
                deniers[block] = self.judge(address + offset, write, *identity)
            denier = deniers[block]
            if found and (found[-1][2] is None) == (denier is None):
                found[-1][1] += 1
            else:
                found.append([offset, 1, denier])
        return found

    def answer(self, pieces):
        """The worst answer of the denied pieces."""
        worst = 0
        for _, _, denier in pieces:
            if denier is not None:
                worst = max(worst, 2 * (self.action & 1) if denier[0] == "tzc" else self.gpr10 >> 2 & 1)
        return worst
