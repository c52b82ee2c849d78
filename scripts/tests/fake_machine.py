# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp` as a process of its own, with a stand-in for QEMU and for everything that would have to be built."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from svplib.build import product_table

SCRIPTS = Path(__file__).resolve().parents[1]
SVP = [sys.executable, str(SCRIPTS / "svp")]
FAKE = SCRIPTS / "tests/fake_qemu.py"
#: All there are, so that nothing is ever built for these tests
PRODUCTS = tuple(name.upper().replace("-", "_") for name in product_table.PRODUCTS if name != "qemu")
#: Each takes a second or two, and longer only on a busy host
TOO_LONG = 240
INIT = "SVP init kernel=7.3.4-svp cpus=4 uptime=1.42\n"
PANIC = "[    1.234567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n"


class Done:
    """What a call of svp has given."""

    def __init__(self, status, output, errors, seconds):
        self.status = status
        self.output = output
        self.errors = errors
        self.seconds = seconds

    @property
    def lines(self):
        """Lines on stderr."""
        return self.errors.strip().splitlines()


class MachineCase(unittest.TestCase):
    """Tests with a cache folder of their own, `cache`, and svp(), which runs the command line."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cache = self.folder / "svp"
        product = self.folder / "product"
        product.write_bytes(b"x")
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder), "SVP_QEMU": str(FAKE), "SVP_TIMEOUT_SCALE": "1",
                            **{f"SVP_{name}": str(product) for name in PRODUCTS}}

    def start(self, *words, plan=(), prefix=(), **options):
        """A running svp."""
        environment = {**self.environment, "FAKE_QEMU": json.dumps(plan)}
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        process = subprocess.Popen([*prefix, *SVP, *words], env=environment, **settings)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def svp(self, *words, **options):
        """Run svp to its end; it must leave no traceback, and not take long."""
        begin = time.monotonic()
        process = self.start(*words, **options)
        output, errors = process.communicate(timeout=TOO_LONG)
        done = Done(process.returncode, output or "", errors or "", time.monotonic() - begin)
        self.assertNotIn("Traceback", done.output + done.errors)
        self.assertNotIn("Exception ignored", done.errors)
        return done

    def programs(self, plan, *words, **options):
        """`svp run` of a program in a guest that does what the plan says."""
        return self.svp("run", "--policy", "open", "--append", "svp.run=some-program", *words, plan=plan, **options)

    def shell(self, plan, *words, **options):
        """`svp run --shell` likewise."""
        return self.svp("run", "--policy", "open", "--shell", *words, plan=plan, **options)
