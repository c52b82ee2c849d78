# SPDX-License-Identifier: GPL-2.0-or-later
"""The board boots: firmware and Linux, its devices, CPUs, memory sizes, reboot and power-off."""

import hashlib
import http.server
import random
import re
import subprocess
import threading
import unittest

import boot_case
from boot_case import BoardCase, guest_results, make_card, power_off, run_checks
from svplib.build import cards
from svplib.machine import heap_cells
from svplib.machine.board import Board
from svplib.machine.console import timeout_scale

#: What each program says of itself, in the order in which it has to appear
BANNERS = (
    r"^svp-boot: ",
    r"BL31: v2\.12",
    r"OP-TEE version: 4\.10",
    r"Linux version 7\.\d+\.\d+\S* ",
)
BL31_CODE = range(0x910000, 0x920000)
REBOOTS = 10
ALARM_SECONDS = 4
SCAN_SECONDS = 10  # it was more than 11 on any host; half a second where nothing else runs


def expect_banners(console, firmware=True):
    """The banners of all programs of the boot chain, one after the other."""
    for banner in BANNERS[0 if firmware else -1:]:
        console.expect(banner, timeout=boot_case.BOOT_SECONDS)


def program_counter(board, cpu):
    """(program counter, exception level as QEMU prints it) of one CPU."""
    text = board.hmp("info registers -a")
    registers = text.split(f"CPU#{cpu}\n", 1)[1].split("CPU#", 1)[0]
    return int(re.search(r"\bPC=([0-9a-f]+)", registers).group(1), 16), re.search(r"PSTATE=\S+ \S+ (?:NS|S)? *(EL\d\w)", registers).group(1)


def debugfs(image, request):
    """What e2fsprogs' debugfs says about a file system image."""
    return subprocess.run(["debugfs", "-R", request, str(image)], check=True, stdin=subprocess.DEVNULL, capture_output=True,
                          env=cards.tools()).stdout


class _Exchange(http.server.BaseHTTPRequestHandler):
    """Gives the guest `content`, and keeps what it sends."""

    content = b""
    received = []

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def do_POST(self):
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class FirmwareBoot(BoardCase):
    """Firmware, four CPUs, network, an SD card that keeps what is written. Tests run by name: the last one ends the machine."""

    POLICY = "open"

    @classmethod
    def prepare(cls):
        noise = random.Random(2)
        cls.files = {"hello": b"hello\n", "folder/large": noise.randbytes(3 << 20)}
        cls.card = make_card(cls.scratch, cls.files)
        other = cls.scratch / "other-card"
        other.write_bytes(bytes(1 << 20))
        cls.BOARD = {"policy": cls.POLICY, "extra": ("-nic", "user", "-drive", f"if=sd,format=raw,file={cls.card}",
                                                     "-drive", f"if=sd,index=1,format=raw,file={other}")}

    def test_banners(self):
        before = self.board.console.text + self.board.secure_console.text
        place = 0
        for banner in BANNERS:
            match = re.compile(banner, re.MULTILINE).search(before, place)
            self.assertIsNotNone(match, f"no /{banner}/ after character {place} of\n{before[:4000]}")
            place = match.end()

    def test_four_processors(self):
        self.assertEqual(self.guest("nproc"), str(boot_case.CPUS))
        paths = [cpu["qom-path"] for cpu in self.board.qmp.command("query-cpus-fast")]
        self.assertEqual([self.board.qmp.command("qom-get", path=path, property="type") for path in paths], ["cortex-a53-arm-cpu"] * boot_case.CPUS)

    def test_devices(self):
        seen = run_checks(self.board, "board-check 4")
        self.assertEqual(seen["board.cpus"], "4")

    def test_hotplug(self):
        rounds = 3
        seen = run_checks(self.board, f"hotplug {rounds} {boot_case.CPUS}", timeout=120)
        for turn in range(1, rounds + 1):
            for cpu in range(1, boot_case.CPUS):
                self.assertEqual(seen[f"hotplug.{turn}.cpu{cpu}.works"], str(cpu))

    def test_hotplug_core_is_parked(self):
        """A core that Linux gave up is in the firmware, not in Linux; it is back afterwards."""
        self.guest("echo 0 > /sys/devices/system/cpu/cpu2/online")
        counter, level = program_counter(self.board, 2)
        self.assertIn(counter, BL31_CODE)
        self.assertTrue(level.startswith("EL3"), level)
        self.guest("echo 1 > /sys/devices/system/cpu/cpu2/online && taskset -c 2 true")
        self.assertNotIn(program_counter(self.board, 2)[0], BL31_CODE)

    def test_network(self):
        run_checks(self.board, "net")
        content = random.Random(3).randbytes(2 << 20)
        exchange = type("Exchange", (_Exchange,), {"content": content, "received": []})
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), exchange) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            address = f"http://10.0.2.2:{server.server_port}/"
            self.assertEqual(self.guest(f"wget -q -O /tmp/got {address} && sha256sum < /tmp/got").split()[0], hashlib.sha256(content).hexdigest())
            sent = self.guest("seq 200000 > /tmp/sent; sha256sum < /tmp/sent").split()[0]
            self.guest(f"wget -q -O /dev/null --post-file /tmp/sent {address}")
            server.shutdown()
            thread.join()
        self.assertEqual([hashlib.sha256(body).hexdigest() for body in exchange.received], [sent])

    def test_sd_card(self):
        output = self.guest("sd read")
        guest_results(output)
        sums = {name: seen for seen, name in re.findall(r"^SHA256 (\S+) (\S+)$", output, re.MULTILINE)}
        self.assertEqual(sums, {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()})

    def test_sd_card_write(self):
        run_checks(self.board, "sd write")
        written = self.guest("mount -t ext4 /dev/mmcblk1 /mnt && seq 300000 > /mnt/numbers && sha256sum < /mnt/numbers && umount /mnt").split()[0]
        self.assertEqual(hashlib.sha256(debugfs(self.card, "cat /numbers")).hexdigest(), written)

    def test_both_slots(self):
        """mmcblk0 stands for the eMMC, mmcblk1 is the card in the socket."""
        self.assertEqual(self.guest("cat /sys/block/mmcblk0/size /sys/block/mmcblk1/size").split(), ["2048", str(self.card.stat().st_size // 512)])

    def test_scan_of_i2c(self):
        """Where nobody is there is an error at once: it took Linux 100 ms each, 11 s together, and a line in the log, which is judged in the end."""
        before, *table, after = self.guest("cat /proc/uptime; i2cdetect -y 0; cat /proc/uptime").splitlines()
        found = re.findall(r"\b(?:UU|[0-9a-f]{2})\b(?!:)", "\n".join(table[1:]))
        self.assertEqual(found, ["UU"], table)
        self.assertLess(float(after.split()[0]) - float(before.split()[0]), SCAN_SECONDS * timeout_scale())

    def test_z_kernel_log(self):
        """After all that the other tests did."""
        run_checks(self.board, "dmesg-check")

    def test_zz_power_off(self):
        self.assertEqual(power_off(self.board), 0)
        self.assertIn("reboot: Power down", self.board.console.text)
        self.assertEqual(subprocess.run(["e2fsck", "-fn", str(self.card)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                                        env=cards.tools()).returncode, 0)


class FirmwareBootUnderNxp(FirmwareBoot):
    """The same with masters told apart: CPU, uSDHC and FEC keep what they need."""

    POLICY = "nxp"


class FirmwareBootUnderStrict(FirmwareBoot):
    """The same with registers closed as well: Linux and its drivers use none of those."""

    POLICY = "strict"

    def test_alarm_wakes(self):
        """The real-time clock's alarm ends deep sleep, and Linux's clock has gone on meanwhile."""
        self.guest("svp-crypto list 59")  # CAAM's self-tests are over
        before = int(self.guest("cat /sys/class/rtc/rtc0/since_epoch"))
        self.guest(f"echo {before + ALARM_SECONDS} > /sys/class/rtc/rtc0/wakealarm && echo mem > /sys/power/state")
        self.assertGreaterEqual(int(self.guest("cat /sys/class/rtc/rtc0/since_epoch")), before + ALARM_SECONDS)
        self.assertIn("PM: suspend exit", self.guest("dmesg"))


class Processors(unittest.TestCase):
    """Boots with fewer CPUs; each runs to its own end."""

    def boot(self, cpus, **board):
        append = f"svp.run=board-check,{cpus}+hotplug,1,{cpus}+svp-probe,protect+dmesg-check"
        with Board(name=f"cpus-{cpus}", cpus=cpus, append=append, share_ram=True, **board) as machine:
            expect_banners(machine.console)
            machine.console.expect(r"^SVP exit 0$", timeout=200)
            self.assertEqual(len(machine.qmp.command("query-cpus-fast")), cpus)
            self.assertEqual(machine.wait_exit(timeout=boot_case.POWER_OFF_SECONDS), 0)
            guest_results(machine.console.text)
            self.assertEqual(heap_cells.heap_content(machine, "vault"), "pattern")
            return machine

    def test_one(self):
        self.boot(1)

    def test_two(self):
        self.boot(2)

    def test_four_with_4_gib(self):
        """DDR above 4 GiB of address space, with the firewall on."""
        machine = self.boot(4, memory="4G")
        self.assertRegex(machine.console.text, r"node   0: \[mem 0x[0-9a-f]+-0x0*13fffffff\]")


class DirectBoot(unittest.TestCase):
    """No firmware: QEMU's PSCI, any size of DDR."""

    def boot(self, gib):
        with Board(name=f"direct-{gib}", firmware="none", memory=f"{gib}G", append="svp.modules=none") as machine:
            expect_banners(machine.console, firmware=False)
            machine.wait_shell(timeout=boot_case.BOOT_SECONDS)
            self.assertNotIn("BL31", machine.console.text)
            run_checks(machine, "board-check 4; dmesg-check")
            fitted = int(machine.command("awk '/MemTotal/{print $2}' /proc/meminfo", check=True).output)
            heaps = 0 if gib < 3 else sum(size for _, size in heap_cells.HEAPS.values()) >> 10
            self.assertGreater(fitted, ((gib << 20) - heaps) * 0.95)  # page tables 1.6 percent, bounce buffers 64 MiB
            self.assertLess(fitted, gib << 20)
            last = 0x40000000 + (gib << 30) - 1
            self.assertIn(f"-{0xbffeffff if gib == 2 else last:08x} : System RAM", machine.command("cat /proc/iomem", check=True).output)
            self.assertEqual(machine.qmp.command("query-memory-size-summary")["base-memory"], gib << 30)
            self.assertEqual(power_off(machine), 0)

    def test_1_gib(self):
        self.boot(1)

    def test_2_gib(self):
        self.boot(2)

    def test_3_gib(self):
        self.boot(3)

    def test_4_gib(self):
        self.boot(4)


class Reboot(unittest.TestCase):
    """The whole chain again, by the watchdog as TF-A does it, and everything still works."""

    def reset(self, machine):
        machine.console.send_line("reboot -f")
        machine.qmp.wait_event("RESET", timeout=60, where=lambda event: event["data"]["guest"])

    def reboot(self, machine, times):
        """To the shell, `times` over and once more."""
        for turn in range(times):
            with self.subTest(reboot=turn):
                expect_banners(machine.console)
                machine.wait_shell(timeout=boot_case.BOOT_SECONDS)
                self.reset(machine)
        expect_banners(machine.console)
        machine.wait_shell(timeout=boot_case.BOOT_SECONDS)

    def test_out_of_a_locked_policy(self):
        """A reset unlocks everything: OP-TEE finds registers that it can program, and the policy is the same."""
        for policy in ("nxp", "strict"):
            with self.subTest(policy=policy), Board(name=f"reboot-{policy}", allow_reboot=True, policy=policy) as machine:
                self.reboot(machine, 0)
                before = machine.qmp.command("query-svp-policy")
                self.reset(machine)
                self.reboot(machine, 0)
                self.assertEqual(machine.qmp.command("query-svp-policy"), before)
                run_checks(machine, "board-check 4; dmesg-check")

    def test_ten_times(self):
        with Board(name="reboot", allow_reboot=True, share_ram=True) as machine:
            self.reboot(machine, REBOOTS)
            self.assertEqual(machine.qmp.take_events("RESET"), [])
            run_checks(machine, "board-check 4; svp-probe proof; dmesg-check", timeout=200)
            for heap in heap_cells.HEAPS:
                self.assertEqual(heap_cells.heap_content(machine, heap), "pattern")
            self.assertEqual(power_off(machine), 0)


if __name__ == "__main__":
    unittest.main()
