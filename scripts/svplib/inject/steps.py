# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case does: steps, each with what it is expected to give. README.md has the forms."""

import base64
import dataclasses
import re

from . import faults, vocabulary as words

#: Each step has exactly one of these members
KINDS = ("guest", "port", "wait", "inject", "remove")
LINE_BYTES = 900
ANY_STATUS = "any"


@dataclasses.dataclass(frozen=True)
class Guest:
    """A line for the guest's shell. `status`: exit status expected, or ANY_STATUS; patterns that its output must have, must not have."""

    path: str
    line: str
    seconds: float | None
    status: int | str
    output: tuple = ()
    absent: tuple = ()

    @property
    def title(self):
        return self.line


@dataclasses.dataclass(frozen=True)
class Port:
    """A job of the test port, `request` as QMP's svp-test-port takes it; `answer` and `data` are expected, or None."""

    path: str
    request: dict
    answer: str | None
    data: bytes | None

    @property
    def title(self):
        request = self.request
        master = request.get("master", "testport") + (f" {request['world']}" if "world" in request else "")
        if request["operation"] == "copy":
            return f"{master}: copy {request['from']:#x}+{request['length']:#x} to {request['to']:#x}"
        size = request.get("length") or len(base64.b64decode(request["data"]))
        return f"{master}: {request['operation']} {request['address']:#x}+{size:#x}"


@dataclasses.dataclass(frozen=True)
class Wait:
    """Let the machine run: for `seconds`, or until a console has shown `pattern`, or until all faults are spent; at most `seconds`."""

    path: str
    until: str
    seconds: float | None
    pattern: re.Pattern | None = None

    @property
    def title(self):
        what = {"time": f"{self.seconds} s", "console": f"/{self.pattern.pattern}/ on a console" if self.pattern else "",
                "spent": "all faults are spent", "end": "the machine ends"}[self.until]
        return f"wait: {what}"


@dataclasses.dataclass(frozen=True)
class Inject:
    """Inject one more fault while the machine runs."""

    path: str
    fault: faults.Fault

    @property
    def title(self):
        return f"inject {self.fault.name}"


@dataclasses.dataclass(frozen=True)
class Remove:
    """Remove the fault with that label, or (None) all."""

    path: str
    label: str | None

    @property
    def title(self):
        return f"remove {self.label or 'all faults'}"


def read_all(field, seconds_limit):
    """The steps of a case. A text is short for {"guest": TEXT}."""
    return [_read(item, seconds_limit) for item in field.items(1000)]


def _read(field, seconds_limit):
    if isinstance(field.value, str):
        return _guest({"guest": field}, field.path, seconds_limit)
    field.must_be((dict,), "a text or an object")
    kinds = [kind for kind in KINDS if kind in field.value]
    if len(kinds) != 1:
        field.refuse(f"needs one of {', '.join(KINDS)}" + (f", has {' and '.join(kinds)}" if kinds else ""))
    if kinds[0] == "guest":
        return _guest(field.members(("guest",), ("seconds", "expect")), field.path, seconds_limit)
    if kinds[0] == "port":
        return _port(field.members(("port",), ("expect",)), field.path)
    members = field.members((kinds[0],))
    if kinds[0] == "wait":
        return _wait(members["wait"], seconds_limit)
    if kinds[0] == "inject":
        return Inject(members["inject"].path, faults.read(members["inject"]))
    label = members["remove"].line(words.LABEL_BYTES)
    return Remove(members["remove"].path, None if label == "all" else label)


def _guest(members, path, seconds_limit):
    line = members["guest"].line(LINE_BYTES)
    seconds = members["seconds"].number(0.01, seconds_limit) if "seconds" in members else None
    expect = members["expect"].members((), ("status", "output", "absent")) if "expect" in members else {}
    status = 0
    if "status" in expect:
        status = ANY_STATUS if expect["status"].value == ANY_STATUS else expect["status"].integer(0, 255)
    output, absent = (tuple(expect[name].patterns()) if name in expect else () for name in ("output", "absent"))
    return Guest(path, line, seconds, status, output, absent)


def _port(members, path):
    """A step of the test port; the members of "port" are those of svp-test-port."""
    field = members["port"]
    field.must_be((dict,), "an object")
    if "operation" not in field.value:
        field.refuse("'operation' is missing")
    operation = type(field)(field.value["operation"], field.where, f"{field.path}.operation").choice(words.OPERATIONS, "operation")
    own = {"read": ("address", "length"), "write": ("address", "data"), "copy": ("from", "to", "length")}[operation]
    port = field.members(("operation", *own), ("master", "world"))
    request = {"operation": operation}
    if "master" in port:
        request["master"] = port["master"].choice(words.MASTERS, "master")
    if "world" in port:
        request["world"] = port["world"].choice(words.WORLDS, "world")
        if request.get("master") not in ("a53", "caam"):
            port["world"].refuse("only a53 and caam choose their world; that of other masters is set in the CSU")
    for name in own:
        if name in ("address", "from", "to"):
            request[name] = port[name].address()
        elif name == "length":
            request[name] = port[name].size(1, words.TEST_PORT_BYTES)
        else:
            request[name] = base64.b64encode(port[name].octets(words.TEST_PORT_BYTES)).decode()
    size = request.get("length") or len(base64.b64decode(request["data"]))
    for name in ("address", "from", "to"):
        if name in request and request[name] + size - 1 > words.U64:
            port[name].refuse(f"{size} bytes at {request[name]:#x} are outside of the address space")
    expect = members["expect"].members((), ("answer", "data")) if "expect" in members else {}
    answer = expect["answer"].choice(words.ANSWERS, "answer") if "answer" in expect else None
    if "data" not in expect:
        return Port(path, request, answer, None)
    if operation != "read":
        expect["data"].refuse(f"a {operation} gives no data")
    data = expect["data"].octets(words.TEST_PORT_BYTES)
    if len(data) != request["length"]:
        expect["data"].refuse(f"{len(data)} bytes, but {request['length']} are read")
    return Port(path, request, answer, data)


def _wait(field, seconds_limit):
    if isinstance(field.value, (int, float)) and not isinstance(field.value, bool):
        return Wait(field.path, "time", field.number(0, seconds_limit))
    members = field.members((), ("console", "until", "seconds"))
    if ("console" in members) == ("until" in members):
        field.refuse("needs a number of seconds, or one of console, until")
    seconds = members["seconds"].number(0.01, seconds_limit) if "seconds" in members else None
    if "console" in members:
        return Wait(field.path, "console", seconds, members["console"].pattern())
    return Wait(field.path, members["until"].choice(("spent", "end"), "event"), seconds)
