# SPDX-License-Identifier: GPL-2.0-or-later
"""The display controller's composition of 1920x1080 beside pixman's of the same pictures, in one process (dcss_speed.cpp)."""

import re
import subprocess

from svplib.base.errors import SvpError
from svplib.build import host_packages, native, parts
from svplib.testing.bench import Row, benchmark

PROGRAM = "tests/bench/dcss_speed"
LINE = re.compile(r"^(\S+) ([0-9.]+) ([0-9.]+) ms$", re.MULTILINE)
TITLES = {
    "one-plane": "one plane",
    "global-alpha": "two planes, one with an alpha for all of it",
    "three-planes": "three planes, alpha by the pixel",
    "three-planes-scaled-rgb": "three planes, two scaled / bilinear",
    "three-planes-scaled-rgb-seven-taps": "three planes, two scaled / as many taps",
    "video": "video below two planes",
    "three-planes-scaled-video": "two scaled videos below a plane / bilinear",
    "three-planes-scaled-video-seven-taps": "two scaled videos below a plane / as many taps",
}
AIM = 1 / 1.5  # of the same filter
LOOK_AIM = 1000 / 60 / 4  # ms: a quarter of a core, 60 times a second


@benchmark("dcss", needs=())
def dcss():
    """CPU time of a composed frame against pixman, and of a look at a screen on which nothing has changed."""
    host_packages.ensure(["unit", "qemu"], parts.OPTIONS.install)
    program = native.build(PROGRAM)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    figures = {name: (float(ours), float(theirs)) for name, ours, theirs in LINE.findall(done.stdout)}
    if done.returncode or not set(TITLES) <= set(figures):
        raise SvpError(f"{program}: exit status {done.returncode}", (done.stdout + done.stderr).splitlines()[-10:])
    for name, title in TITLES.items():
        ours, theirs = figures[name]
        yield Row(f"composition / pixman: {title}", value=ours, unit="ms", yardstick=theirs, better="less", aim=AIM if name.endswith("taps") else None)
    look, _ = figures["three-planes-look"]
    yield Row("a look at three planes that have not changed", value=look, unit="ms", better="less", aim=LOOK_AIM)
