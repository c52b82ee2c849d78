# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading JSON so that every mistake is one line that names file, case and field.

A Field is a JSON value that knows where it came from. Its methods give the value when it is what it should be, and raise
CampaignError otherwise:  boot.json: case 'vault read': faults[0].match.last: 0x1000 is below first, 0x2000
"""

import base64
import binascii
import difflib
import json
import re

from ..base.errors import UsageError
from . import places, registers, vocabulary as words

SIZE_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
TIME_UNITS = {"ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000}
_NUMBER_LETTERS = 40
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+")
_SIZE = re.compile(r"(\d{1,20})([KMG]?)")
_TIME = re.compile(r"(\d{1,20}(?:\.\d{1,20})?)\s*(ns|us|ms|s)")
REPEATED_BYTES_LIMIT = 128 << 20


class CampaignError(UsageError):
    """Something in a campaign file cannot be meant."""


def load(path, text):
    """The root Field of a JSON text. Raises CampaignError with line and column when it is not JSON."""
    def no_twins(pairs):
        seen = dict(pairs)
        if len(seen) != len(pairs):
            names = [name for name, _ in pairs]
            twin = next(name for name in names if names.count(name) > 1)
            raise CampaignError(f"{path}: '{twin}' is there twice in one object")
        return seen

    def no_constant(name):
        raise CampaignError(f"{path}: {name} is not JSON")

    try:
        return Field(json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant), str(path))
    except json.JSONDecodeError as error:
        raise CampaignError(f"{path}: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise CampaignError(f"{path}: nested too deeply") from None
    except ValueError:
        raise CampaignError(f"{path}: holds a number of thousands of digits") from None


def kind(value):
    """What JSON calls a value."""
    return {bool: "true or false", dict: "an object", list: "a list", str: "a text", int: "a number", float: "a fraction",
            type(None): "null"}[type(value)]


def _short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


class Field:
    """A JSON value, `value`; `where` is file and case, `path` names it inside of these."""

    def __init__(self, value, where, path=""):
        self.value = value
        self.where = where
        self.path = path

    def refuse(self, problem):
        """Raise CampaignError about this field."""
        raise CampaignError(": ".join(filter(None, (self.where, self.path, problem))))

    def inside(self, where):
        """The same field, its path starting anew in a place of its own (a case, a snapshot)."""
        return Field(self.value, where)

    def must_be(self, types, wanted):
        """The value as it is, if it is of one of these Python types; `wanted` says so to people."""
        if type(self.value) not in types:
            self.refuse(f"must be {wanted}, is {kind(self.value)}")
        return self.value

    def members(self, required=(), optional=()):
        """{name: Field} of an object that has all of `required` and nothing that is in neither list."""
        self.must_be((dict,), "an object")
        known = [*required, *optional]
        for name in self.value:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                self.refuse(f"unknown member '{name}'" + (f" (did you mean '{near[0]}'?)" if near else f"; known: {', '.join(known)}"))
        for name in required:
            if name not in self.value:
                self.refuse(f"'{name}' is missing")
        return {name: Field(item, self.where, f"{self.path}.{name}" if self.path else name) for name, item in self.value.items()}

    def entries(self):
        """(name, Field) pairs of an object whose members are names of the user's."""
        self.must_be((dict,), "an object")
        return [(name, Field(item, self.where, f"{self.path}.{name}" if self.path else name)) for name, item in self.value.items()]

    def items(self, most=100_000):
        """Fields of a list."""
        self.must_be((list,), "a list")
        if len(self.value) > most:
            self.refuse(f"{len(self.value)} items, the limit is {most}")
        return [Field(item, self.where, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def text(self, longest=4096, empty=False):
        """A text, in bytes not longer than `longest`."""
        self.must_be((str,), "a text")
        try:
            size = len(self.value.encode())
        except UnicodeEncodeError:
            self.refuse("holds half of a surrogate pair")
        if not size and not empty:
            self.refuse("is empty")
        if size > longest:
            self.refuse(f"{size} bytes, the limit is {longest}")
        return self.value

    def line(self, longest=4096):
        """A text without control characters (line feeds among them)."""
        text = self.text(longest)
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
            self.refuse("holds a line feed or another control character")
        return text

    def flag(self):
        """true or false."""
        return self.must_be((bool,), "true or false")

    def choice(self, names, what):
        """One of a list of names."""
        text = self.must_be((str,), f"a text ({what})")
        if text not in names:
            near = difflib.get_close_matches(text, names, 1)
            self.refuse(f"unknown {what} '{text}'" + (f" (did you mean '{near[0]}'?)" if near else f"; known: {', '.join(names)}"))
        return text

    def integer(self, low, high):
        """A whole number, as a number or as text in decimal or 0x."""
        value = self.must_be((int, str), "a whole number or '0x...'")
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value) or len(value) > _NUMBER_LETTERS:
                self.refuse(f"{_short(value)} is no number (examples: 4096, \"0x1000\")")
            value = int(value, 0) if value.startswith("0x") else int(value, 10)
        if not low <= value <= high:
            self.refuse(f"{value} is out of range, {low} to {high}")
        return value

    def number(self, low, high):
        """A number that may be a fraction."""
        value = self.must_be((int, float), "a number")
        if not low <= value <= high:
            self.refuse(f"{value} is out of range, {low:g} to {high:g}")
        return float(value)

    def size(self, low, high):
        """A number of bytes: an integer, or text such as "64K", "3G"."""
        if isinstance(self.value, str) and _SIZE.fullmatch(self.value):
            number, unit = _SIZE.fullmatch(self.value).groups()
            value = int(number) * SIZE_UNITS[unit]
            if not low <= value <= high:
                self.refuse(f"{self.value} is out of range, {low} to {high} bytes")
            return value
        return self.integer(low, high)

    def nanoseconds(self, low, high):
        """A time: nanoseconds as an integer, or text such as "20ms", "1.5s"."""
        if isinstance(self.value, str) and _TIME.fullmatch(self.value):
            number, unit = _TIME.fullmatch(self.value).groups()
            value = round(float(number) * TIME_UNITS[unit])
            if not low <= value <= high:
                self.refuse(f"{self.value} is out of range, {low} to {high} ns")
            return value
        return self.integer(low, high)

    def address(self, highest=(1 << 64) - 1):
        """A physical address: an integer, "0x..." or a place (places.resolve)."""
        if isinstance(self.value, str) and not _NUMBER.fullmatch(self.value):
            value = places.resolve(self.value)
            if value is None and self.value.lower().partition(".")[0] in words.BLOCKS:
                value = self._register_address()
            if value is None:
                self.refuse(f"{_short(self.value)} is neither an address nor a place; places: {', '.join(places.PLACES)}, "
                            "with .last, +N or -N behind; or a register, as tzasc.action")
        else:
            value = self.integer(0, (1 << 64) - 1)
        if not 0 <= value <= highest:
            self.refuse(f"{value:#x} is outside of the address space, 0 to {highest:#x}")
        return value

    def register(self):
        """A register of a firewall block, or a field of one, by name: a registers.Place."""
        try:
            return registers.table().find(self.line(128))
        except registers.UnknownName as error:
            self.refuse(str(error))

    def _register_address(self):
        place = self.register()
        if place.field:
            self.refuse(f"{place.name} is a field, an address is a register's: {place.register.full_name}")
        return places.PLACES[place.block][0] + place.offset

    def pattern(self):
        """A regular expression; `^` and `$` match at line ends."""
        text = self.text()
        try:
            return re.compile(text, re.MULTILINE)
        except (re.error, OverflowError, RecursionError) as error:
            self.refuse(f"no regular expression: {error}")

    def patterns(self):
        """A regular expression, or a list of them."""
        if isinstance(self.value, list):
            found = [item.pattern() for item in self.items(100)]
            if not found:
                self.refuse("is empty")
            return found
        return [self.pattern()]

    def octets(self, most):
        """Bytes: hex text, or {"hex"|"base64"|"text": TEXT, "repeat"?: N}."""
        if isinstance(self.value, str):
            return self._hex(most)
        names = ("hex", "base64", "text")
        members = self.members((), (*names, "repeat"))
        given = [name for name in names if name in members]
        if len(given) != 1:
            self.refuse("needs one of hex, base64, text")
        name = given[0]
        read = {"hex": Field._hex, "base64": Field._base64, "text": lambda field, limit: field.text(limit).encode()}[name]
        data = read(members[name], most)
        repeat = members["repeat"].integer(1, most) if "repeat" in members else 1
        if len(data) * repeat > most:
            self.refuse(f"{len(data) * repeat} bytes, the limit is {most}")
        return data * repeat

    def _hex(self, most):
        text = "".join(self.text(2 * most + (2 << 20)).split())
        if len(text) % 2 or not re.fullmatch(r"[0-9a-fA-F]+", text):
            self.refuse(f"{_short(self.value)} is not hex (two digits a byte)")
        return self._limited(bytes.fromhex(text), most)

    def _base64(self, most):
        try:
            return self._limited(base64.b64decode(self.text(2 * most + 4), validate=True), most)
        except (binascii.Error, ValueError) as error:
            self.refuse(f"no base64: {error}")

    def _limited(self, data, most):
        if not 1 <= len(data) <= most:
            self.refuse(f"{len(data)} bytes, must be 1 to {most}")
        return data
