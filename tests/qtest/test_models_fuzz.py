# SPDX-License-Identifier: GPL-2.0-or-later
"""Random programs of a hostile guest for the stock models and for CAAM, through QEMU: nothing ends the emulator or keeps it from answering.

SVP_FUZZ_OPERATIONS in the environment is the number of operations of all together (default 40000), SVP_QTEST_SEED where their numbers
begin. A failure says which machine of which seed it was; SVP_FUZZ_MACHINE runs that one alone. With a QEMU that was built with sanitizers
(`svp test qtest --asan -k models_fuzz`) more is seen.
"""

import os
import random
import socket
import tempfile
import time
import unittest
from pathlib import Path

from model_programs import CaamProgram, CardProgram, EthernetProgram, UsbProgram
from svplib.base import cache
from svplib.machine.board import BoardError
from svplib.machine.console import timeout_scale
from svplib.machine.qmp import QmpClosed
from svplib.machine.qtest import QTest

OPERATIONS = int(os.environ.get("SVP_FUZZ_OPERATIONS", "40000")) // 4
SEED = int(os.environ.get("SVP_QTEST_SEED", "2026"))
ONLY = os.environ.get("SVP_FUZZ_MACHINE")
LIFE = 10000  # operations of a machine, so that a failure is found again soon
BATCH = 400
ANSWER_SECONDS = 30  # for a batch, which takes a tenth of one
CARD_BYTES = 16 << 20
COMMON = ("-seed", "1")
DISK = ("-drive", "if=none,id={0},format=raw,file.driver=null-co,file.size=67108864,file.read-zeroes=on{1}")
#: What is plugged into the two controllers
PLUGGED = (
    ("usb-kbd,bus=usb-bus.0,port=1", "usb-storage,drive=d,bus=usb-bus.1,port=1"),
    ("usb-uas,bus=usb-bus.0,port=1,id=uas", "usb-hub,bus=usb-bus.1,port=1", "scsi-hd,drive=d,bus=uas.0,scsi-id=0,lun=0", "usb-mouse,bus=usb-bus.1,port=1.1",
     "usb-storage,drive=e,bus=usb-bus.1,port=1.2"),
    ("usb-serial,chardev=c,always-plugged=on,bus=usb-bus.0,port=1", "usb-wacom-tablet,bus=usb-bus.1,port=1"),
    ("usb-tablet,bus=usb-bus.0,port=1", "usb-net,netdev=n,bus=usb-bus.1,port=1"),
    ("usb-ccid,bus=usb-bus.0,port=1", "usb-audio,audiodev=a,bus=usb-bus.1,port=1"),
    ("usb-mtp,rootdir={folder},bus=usb-bus.0,port=1", "usb-uas,bus=usb-bus.1,port=1,id=uas", "scsi-cd,drive=d,bus=uas.0,scsi-id=0,lun=0"),
)


class Fuzz:
    """Runs a program in one machine after another."""

    def __init__(self, test, name, program):
        self.test = test
        self.name = name
        self.program = program
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run(self):
        done = number = 0
        begin = time.monotonic()
        while done < OPERATIONS:
            if ONLY is None or number == int(ONLY):
                done += self.machine(number, min(LIFE, OPERATIONS - done) if ONLY is None else LIFE)
                if ONLY is not None:
                    break
            number += 1
        print(f"{self.name}: {done} operations, {number} machines, {time.monotonic() - begin:.0f} s")

    def arguments(self, rng):
        """(QEMU's arguments, descriptors that it inherits) for one machine; `self.network` takes frames."""
        card = self.folder / "card"
        if not card.exists():
            with open(card, "wb") as stream:
                stream.truncate(CARD_BYTES)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.setblocking(False)
        self.network = ours
        self.test.addCleanup(ours.close)
        shared = self.folder / "shared"
        shared.mkdir(exist_ok=True)
        (shared / "file").write_bytes(bytes(5000))
        extra = [*COMMON, "-netdev", f"dgram,id=n0,local.type=fd,local.str={theirs.fileno()}", "-net", "nic,netdev=n0",
                 "-drive", f"if=sd,bus=0,unit=0,format=raw,snapshot=on,file={card}"]
        if self.program is UsbProgram:
            devices = rng.choice(PLUGGED)
            extra += ["-chardev", "null,id=c", "-netdev", "hubport,hubid=5,id=n", "-audiodev", "none,id=a"]
            for drive, more in (("d", rng.choice(("", ",throttling.iops-total=200"))), ("e", "")):
                extra += [DISK[0], DISK[1].format(drive, more)]
            for device in devices:
                extra += ["-device", device.format(folder=shared)]
        return extra, theirs

    def machine(self, number, count):
        """One machine; the number of operations."""
        rng = random.Random(f"{SEED}-{self.name}-{number}")
        extra, theirs = self.arguments(rng)
        machine = QTest(extra=extra, descriptors=[theirs.fileno()], allow_reboot=True, timeout=ANSWER_SECONDS * timeout_scale(), name=f"fuzz-{self.name}")
        program = self.program(rng)
        done, lines, trace = 0, [], []
        try:
            machine.start()
            theirs.close()
            while done < count:
                for item in program.step():
                    if isinstance(item, str):
                        lines.append(item)
                    else:
                        self.flush(machine, lines, trace)
                        self.special(machine, item, trace)
                    done += 1
                if len(lines) >= BATCH:
                    self.flush(machine, lines, trace)
            self.flush(machine, lines, trace)
            machine.qmp.command("query-status")
            machine.qmp.command("quit")
            status = machine.wait_exit(timeout=ANSWER_SECONDS * timeout_scale())
            self.test.assertEqual(status, 0, machine.messages())
        except (BoardError, QmpClosed) as error:
            path = cache.board_log_dir() / f"fuzz-{self.name}-{SEED}-{number}.qtest"
            path.write_text("\n".join(trace) + "\n")
            command = f"SVP_QTEST_SEED={SEED} SVP_FUZZ_MACHINE={number} svp test qtest -k {self.test.id().rsplit('.', 1)[1]}"
            self.test.fail(f"machine {number} after {done} operations: {error}\nagain: {command}\nwhat it was told: {path}\n" + "\n".join(machine.messages(40)))
        finally:
            machine.kill()
            machine.stop()
            self.network.close()
        return done

    def flush(self, machine, lines, trace):
        trace += lines
        machine.requests(lines)
        lines.clear()

    def special(self, machine, item, trace):
        if item[0] == "packet":
            trace.append(f"# packet {item[1].hex()}")
            try:
                self.network.send(item[1])
            except BlockingIOError:
                pass  # lost on the cable: the controller has stood still for long
            machine.requests(["clock_step 1"] * 2)
        else:
            _, base, index, response = item
            address = machine.readl(base + 0x10) if index == 7 and response == 3 else getattr(self, "address", 0)
            self.address = address & 0xFFFF0000
            again = [f"writel {base + 8:#x} {self.address:#x}", f"writel {base + 0xC:#x} {(index << 8 | response) << 16:#x}"]
            trace += again
            machine.requests(again)


class ModelsFuzzTest(unittest.TestCase):
    def test_fuzz_of_cards(self):
        Fuzz(self, "cards", CardProgram).run()

    def test_fuzz_of_usb(self):
        Fuzz(self, "usb", UsbProgram).run()

    def test_fuzz_of_caam(self):
        Fuzz(self, "caam", CaamProgram).run()

    def test_fuzz_of_ethernet(self):
        Fuzz(self, "ethernet", EthernetProgram).run()

if __name__ == "__main__":
    unittest.main()
