# SPDX-License-Identifier: GPL-2.0-or-later
"""The campaign of faults on a playing film, `scripts/campaigns/film.json`: each fault at some moments. The file is what text() gives.

One fault must not be enough: whatever it hits, the film's memory stays closed, the guest lives, and the player ends when it is told to.
"""

import json

from . import scene

CONTROL, OUTPUT = "/tmp/film-control", "/tmp/film-output"
#: Pictures that have been shown when the fault is injected
MOMENTS = (3, 17, 40)
_MORE = 12
#: Times that a guest line looks, 20 a second: for pictures; for the player's end, which may first wait a minute for a screen that shows nothing more
_LOOKS, _LAST_LOOKS = 250, 1800
#: Where bitstreams and the first picture of the film lie in the heap
_PLACES = {"playing": ("video+0x40", "video+0x106040"), "playing HEVC": ("video+0x40", "video+0x106040")}
_FILMS = {"playing": "film.mp4", "playing HEVC": "second.mp4"}
_SPIES = ("usdhc1", "gpu", "m4")
_HEAP = {"first": "video", "last": "video.last"}
_ZEROS = "00" * 64


def _on(kind, master, direction, **more):
    """A fault on what a master reads or writes in the heap."""
    return {"kind": kind, "match": {"masters": [master], "direction": direction, **_HEAP}, **more}


def _faults_of_bus():
    for master, direction in (("caam", "write"), ("vpu", "read"), ("vpu", "write"), ("dcss", "read")):
        what = f"{master} {direction}s"
        yield f"{what}: a bit flips", _on("corrupt", master, direction, mask="0x10", times=3)
        yield f"{what}: noise", _on("corrupt", master, direction, mask="0xff", times=0)
        yield f"{what}: an error of the bus", _on("answer", master, direction, answer="slverr", nth=5)
        yield f"{what}: nobody there", _on("answer", master, direction, answer="decerr", times=0)
        yield f"{what}: late", _on("delay", master, direction, duration="2ms", times=5)
        yield f"{what}: as a non-secure master", _on("change-world", master, direction, world="non-secure", times=0)
        yield f"{what}: as Linux", _on("change-domain", master, direction, domain=0, times=0)
        if direction == "read":
            yield f"{what}: zeros", _on("zero", master, direction, times=0)
        else:
            yield f"{what}: lost", _on("drop", master, direction, times=2)


def _faults_of_devices():
    for device in ("vpu_g1", "caam"):
        yield f"{device}: a job ends with an error", {"kind": "disturb-device", "device": device, "fault": "error-status", "times": 2}
        yield f"{device}: a job ends late", {"kind": "disturb-device", "device": device, "fault": "stall", "duration": "30ms", "times": 3}
    yield "vpu_g1: a job never ends", {"kind": "disturb-device", "device": "vpu_g1", "fault": "stall"}
    for fault in ("underrun", "lost-vblank", "ahb-error"):
        yield f"dcss: {fault}", {"kind": "disturb-device", "device": "dcss", "fault": fault, "times": 2}


def _faults_of_lines():
    for device in ("vpu_g1", "irqsteer"):
        yield f"{device}: an interrupt is lost", {"kind": "lose-interrupt", "device": device, "line": 0}
        yield f"{device}: an interrupt comes twice", {"kind": "repeat-interrupt", "device": device, "line": 0, "times": 2}
    yield "vpu_g1: an interrupt for nothing", {"kind": "spurious-interrupt", "device": "vpu_g1", "line": 0, "duration": "1ms"}
    yield "tzasc: an interrupt for nothing", {"kind": "spurious-interrupt", "device": "tzasc", "line": 0}


def _faults_of_firewalls():
    yield "tzasc: off", {"kind": "disable-tzasc"}
    for block in ("tzasc", "rdc", "csu", "gpr"):
        yield f"{block}: loses its state", {"kind": "lose-state", "target": block}
    for block, offset, bits in (("tzasc", "0x138", (0, 28, 29)), ("tzasc", "0x108", (28, 29)), ("rdc", "0x818", (0, 1, 30)), ("rdc", "0x210", (0, 1)),
                                ("csu", "0x218", (14,)), ("gpr", "0x28", (0,))):
        for bit in bits:
            yield f"{block}: bit {bit} of {offset} flips", {"kind": "flip-bit", "target": block, "offset": offset, "bit": bit}


def _power():
    """Not faults, but what takes a block or a core away: guest lines."""
    yield "a core goes and comes", "echo 0 > /sys/devices/system/cpu/cpu1/online; echo 1 > /sys/devices/system/cpu/cpu1/online"
    yield "the player is killed", "killall -KILL svp-play"
    yield "the screen goes dark", "echo 1 > /sys/class/graphics/fb0/blank 2> /dev/null; true"


def _until(condition, tries):
    return f"n=0; until {condition} || [ $n = {tries} ]; do usleep 50000; n=$((n+1)); done"


def _start(film):
    return (f"mkfifo {CONTROL}; (svp-heed svp-play --secure {scene.options('/film')} --paused --keep 8 --control {CONTROL} /film/{film} > {OUTPUT} 2>&1 &); "
            + _until(f"grep -q '^paused 0$' {OUTPUT}", 800) + f"; grep '^paused 0$' {OUTPUT}")


def _step(before, count):
    ended = f"grep -q -e '^paused {before + count}$' -e '^PLAYED' {OUTPUT} || ! pidof svp-play > /dev/null"
    return f"echo step {count} 1<> {CONTROL}; " + _until(ended, _LOOKS)


def _case(name, snapshot, before, doing):
    spies = [{"port": {"operation": "read", "master": spy, "address": place, "length": 64}, "expect": {"data": _ZEROS}}
             for spy in _SPIES for place in _PLACES[snapshot]]
    return {"name": f"{name}, after {before} pictures" + (" of HEVC" if "HEVC" in snapshot else ""), "snapshot": snapshot, "timeout": 400, "do": [
        {"guest": _step(0, before), "seconds": 150}, doing, {"guest": _step(before, _MORE), "seconds": 150}, *spies,
        {"guest": "svp-probe peek 0xc0106040 8 8", "expect": {"status": "any", "output": "^PEEK .* 0x0+$", "absent": "^PEEK .* 0x0*[1-9a-f]"}},
        {"remove": "all"},
        {"guest": f"[ ! -p {CONTROL} ] || echo quit 1<> {CONTROL}; {_until('! pidof svp-play > /dev/null', _LAST_LOOKS)}; ! pidof svp-play", "seconds": 200},
        {"guest": "dmesg", "expect": {"absent": "Oops|BUG:|Unable to handle"}}]}


def cases():
    """All cases, as a campaign has them."""
    faults = [*_faults_of_bus(), *_faults_of_devices(), *_faults_of_lines(), *_faults_of_firewalls()]
    made = []
    for number, (name, fault) in enumerate(faults):
        for before in (MOMENTS[number % 3], MOMENTS[(number + 1) % 3]):
            made.append(_case(name, "playing", before, {"inject": fault}))
    made += [_case(name.replace("vpu_g1", "vpu_g2"), "playing HEVC", 9, {"inject": {**fault, **({"device": "vpu_g2"} if fault.get("device") == "vpu_g1" else {})}})
             for name, fault in faults if name.startswith(("vpu reads", "vpu_g1"))]
    made += [_case(name, "playing", 9, {"guest": line, "seconds": 60}) for name, line in _power()]
    return made


def text(prepare):
    """The file's text; `prepare`: guest line that makes film and screen ready."""
    snapshots = {name: {"policy": "strict", "card": "film", "prepare": [prepare, _start(film)]} for name, film in _FILMS.items()}
    head = {"name": "film", "description": "Faults while a protected film plays: its memory stays closed, the guest lives, the player ends when it is told to.",
            "snapshots": snapshots}
    lines = json.dumps(head, indent=2)[:-2]
    return lines + ',\n  "cases": [\n' + ",\n".join("    " + json.dumps(case) for case in cases()) + "\n  ]\n}\n"
