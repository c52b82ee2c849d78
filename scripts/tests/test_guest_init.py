# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's first process, run by the host's shell with stand-ins for what it calls: how it ends, what it sets up, what it reports."""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

INIT = Path(__file__).resolve().parents[2] / "firmware/guest/rootfs/init"
#: Programs that only note that they were called
NOTED = ("mount", "hostname", "dmesg", "ip", "stty", "sync", "umount", "busybox", "insmod")
SECONDS = 60


class InitCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-init-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.calls = self.folder / "calls"
        self.calls.touch()
        for name in NOTED:
            self.program(name, f'echo "{name} $*" >> {self.calls}')
        for name in ("poweroff", "reboot", "halt"):
            self.program(name, f'echo "{name} $*" >> {self.calls}; kill -KILL $PPID')
        self.program("svp-heed", '"$@"')
        self.program("setsid", f"echo waiting > {self.folder}/shell; exec sleep 600")
        for name in ("console", "order", "kmsg"):
            (self.folder / name).touch()

    def program(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def start(self, command_line=""):
        text = INIT.read_text()
        (self.folder / "cmdline").write_text(command_line + "\n")
        for old, new in (("/proc/cmdline", "cmdline"), ("/dev/console", "console"), ("/dev/kmsg", "kmsg"), ("/lib/modules/order", "order")):
            self.assertIn(old, text)
            text = text.replace(old, f"{self.folder}/{new}")
        text = re.sub(r"mkdir -p /dev/pts", ":", text).replace("PATH=/bin:/svp:", f"PATH={self.folder}:/bin:")
        (self.folder / "init").write_text(text)
        process = subprocess.Popen(["sh", str(self.folder / "init")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdout.close()

    def wait(self, condition):
        deadline = time.monotonic() + SECONDS
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertTrue(condition())

    def called(self):
        return self.calls.read_text().splitlines()


class Ends(InitCase):
    #: What busybox sends to the first process -> how the machine ends
    SIGNALS = {signal.SIGUSR2: "poweroff", signal.SIGTERM: "reboot", signal.SIGUSR1: "halt"}

    def test_at_the_prompt(self):
        for number, how in self.SIGNALS.items():
            process = self.start()
            self.wait((self.folder / "shell").exists)
            time.sleep(0.1)
            os.kill(process.pid, number)
            self.wait(lambda how=how: f"{how} -f" in self.called())
            self.wait(lambda process=process: process.poll() is not None)
            self.assertIn("sync ", self.called())
            (self.folder / "shell").unlink()

    def test_while_a_program_runs(self):
        self.program("forever", f"echo > {self.folder}/shell; exec sleep 600")
        process = self.start("quiet svp.run=forever")
        self.wait((self.folder / "shell").exists)
        os.kill(process.pid, signal.SIGUSR2)
        self.wait(lambda: "poweroff -f" in self.called())

    def test_after_programs(self):
        self.program("good", "exit 0")
        self.program("bad", "exit 3")
        for line, status, how in (("svp.run=good", 0, "poweroff"), ("svp.run=good,a,b+bad+good svp.end=reboot", 3, "reboot"), ("svp.run=none", 127, "poweroff")):
            process = self.start(line)
            output = process.stdout.read(1 << 16) if process.wait(SECONDS) is not None else ""
            self.assertRegex(output, rf"(?m)^SVP exit {status}$")
            self.assertRegex(output, rf"(?m)^SVP end {how}$")
            self.assertEqual(self.called()[-1], f"{how} -f")


class SetUp(InitCase):
    def test_interface_and_terminal(self):
        for line, size in (("", "rows 24 cols 80"), ("svp.tty=50x132", "rows 50 cols 132"), ("svp.tty=x", "rows 24 cols 80"), ("svp.tty=0x0", "rows 24 cols 80")):
            self.calls.write_text("")
            self.start(f"svp.run=true {line}").wait(SECONDS)
            self.assertIn("ip link set lo up", self.called())
            self.assertIn(f"stty {size}", self.called())

    def test_errors_of_the_kernel(self):
        (self.folder / "kmsg").write_text("".join(f"3,{number},100,-;{text}\n" for number, text in enumerate((
            "all is well", "rcu: INFO: rcu_preempt self-detected stall on CPU", "DEBUG: nothing", "BUG: scheduling while atomic: sh/1",
            "INFO: task sh:1 blocked for more than 120 seconds."))))
        process = self.start("svp.run=sleep,1")
        process.wait(SECONDS)
        lines = [line for line in process.stdout.read().splitlines() if line.startswith("SVP kernel ")]
        self.assertEqual([line.split()[2] for line in lines], ["rcu:", "BUG:", "INFO:"])


if __name__ == "__main__":
    unittest.main()
