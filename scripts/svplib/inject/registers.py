# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers of the firewall blocks, and their fields, by name: "tzasc.region_attributes_3.sp".

    place = registers.table().find("rdc.mrc3.ena")
    place.block, place.offset, place.shift, place.width       # "rdc", 0x838, 30, 1

The names are those of the device cores' own declarations, printed by tools/register_names.cpp. Small and capital letters are the same.
"""

import dataclasses
import difflib
import functools
import re
import subprocess

from ..base.errors import SvpError
from ..build import native

PROGRAM = "tools/register_names"
WORD_BITS = 32
_NEAREST = 3
_NUMBERS = re.compile(r"\d+")


class UnknownName(Exception):
    """No register or field has that name; the text says which ones are near."""


@dataclasses.dataclass(frozen=True)
class Field:
    """Bits `shift` to `shift + width - 1` of a register; `writable`: a write can change them, and so can a fault."""

    name: str
    shift: int
    width: int
    writable: bool


@dataclasses.dataclass(frozen=True)
class Register:
    """`offset` in bytes from the block's first; `state`: a fault can flip its bits."""

    block: str
    name: str
    offset: int
    state: bool
    fields: tuple

    @property
    def full_name(self):
        return f"{self.block}.{self.name}"


@dataclasses.dataclass(frozen=True)
class Place:
    """What a name stands for: a register, or a field of it. `name` is as declared."""

    name: str
    register: Register
    field: Field | None

    @property
    def block(self):
        return self.register.block

    @property
    def offset(self):
        return self.register.offset

    @property
    def shift(self):
        return self.field.shift if self.field else 0

    @property
    def width(self):
        return self.field.width if self.field else WORD_BITS

    @property
    def changeable(self):
        """Whether a fault can change it."""
        return self.register.state and (self.field is None or self.field.writable)


class Table:
    """All registers, `registers`, in the order of the declarations."""

    def __init__(self, text):
        """`text`: what PROGRAM prints. Raises SvpError."""
        self.registers = []
        try:
            self._read(text)
        except (ValueError, IndexError):
            raise SvpError(f"{PROGRAM}: what it prints is no table of registers") from None
        self._places = {}
        for register in self.registers:
            self._add(Place(register.full_name, register, None))
            for field in register.fields:
                self._add(Place(f"{register.full_name}.{field.name}", register, field))

    @property
    def blocks(self):
        """Names of the blocks."""
        return tuple(dict.fromkeys(register.block for register in self.registers))

    def find(self, name):
        """The Place of a name; raises UnknownName."""
        place = self._places.get(name.lower())
        if place:
            return place
        raise UnknownName(f"no register or field '{name}'{self._near(name.lower())}")

    def _read(self, text):
        block = ""
        for line in text.splitlines():
            words = line.split()
            if words[0] == "block":
                block = words[1]
            elif words[0] == "register":
                self.registers.append(Register(block, words[3], int(words[1]), words[2] == "1", ()))
            elif words[0] == "field":
                last = self.registers[-1]
                field = Field(words[4], int(words[1]), int(words[2]), words[3] == "1")
                self.registers[-1] = dataclasses.replace(last, fields=(*last.fields, field))
            else:
                raise ValueError(line)
        if not self.registers:
            raise ValueError("empty")

    def _add(self, place):
        if place.name.lower() in self._places:
            raise SvpError(f"{PROGRAM}: {place.name} is there twice")
        self._places[place.name.lower()] = place

    def _near(self, name):
        """Words on what was probably meant."""
        block = name.partition(".")[0]
        if block not in self.blocks:
            return f"; blocks: {', '.join(self.blocks)}"
        register = name.rpartition(".")[0]
        if register in self._places and self._places[register].field is None:
            fields = [field.name for field in self._places[register].register.fields]
            return f"; fields of {self._places[register].name}: {', '.join(fields)}" if fields else f"; {self._places[register].name} has no fields"
        alike = [other for other in self._places if other.startswith(f"{block}.") and other.count(".") == min(name.count("."), 2)]
        same_number = [other for other in alike if _NUMBERS.findall(other) == _NUMBERS.findall(name)]
        near = [self._places[other].name for other in difflib.get_close_matches(name, same_number or alike, _NEAREST, 0.5)]
        return (f" (did you mean {' or '.join(near)}?)" if near else "") + f"; svp fault targets {block} lists them"


@functools.cache
def table():
    """The Table of the board's own cores; builds the program that prints it. Raises SvpError."""
    done = subprocess.run([str(native.build(PROGRAM))], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SvpError(f"{PROGRAM} failed with status {done.returncode}: {done.stderr.strip()}")
    return Table(done.stdout)
