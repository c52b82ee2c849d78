# SPDX-License-Identifier: GPL-2.0-or-later
"""What `svp decode FOLDER` costs beside decoding, with all built and the board kept: it says so itself, from the start of its process to its end."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from svplib.base.errors import SvpError
from svplib.build import host_packages, parts
from svplib.testing.bench import Row, benchmark

STREAMS = 10
ROUNDS = 3
#: Seconds that we want it to take at most
LIMITS = {"host": 3, "guest": 20}


def _overhead(folder, where):
    """Seconds of a call. Raises SvpError unless all streams were decoded."""
    told = folder / "told.json"
    done = subprocess.run([sys.executable, parts.REPOSITORY / "scripts/svp", "decode", folder, "--where", where, "--json", told], capture_output=True,
                          text=True, errors="replace", check=False)
    if done.returncode:
        raise SvpError(f"svp decode --where {where} ended with status {done.returncode}", done.stderr.splitlines()[-5:])
    return json.loads(told.read_text())["seconds"]["overhead"]


@benchmark("decode", needs=("qemu", "linux", "boot", "guest"))
def decode():
    """Seconds that `svp decode FOLDER` takes beside decoding, on the host and in the guest."""
    host_packages.ensure(["pictures"], parts.OPTIONS.install)
    with tempfile.TemporaryDirectory(prefix="svp-bench-decode-") as name:
        for number in range(STREAMS):
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", f"testsrc2=size=176x144:rate=25,trim=end_frame={number + 2}", "-c:v",
                            "libvpx", f"{name}/{number}.ivf"], check=True)
        for where, limit in LIMITS.items():
            _overhead(Path(name), where)  # whatever is missing is made now
            yield Row(f"decode, beside decoding: {where}, {STREAMS} streams", value=min(_overhead(Path(name), where) for _ in range(ROUNDS)), unit="s",
                      better="less", aim=limit)
