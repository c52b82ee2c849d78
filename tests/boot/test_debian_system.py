# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole Debian 13 from the card, as somebody with the board has it: U-Boot, its own kernel with modules, systemd, ssh.

What its kernel warns of is in the table of firmware/debian/README.md, each with its reason; any other line is a failure.
"""

import re
import socket
import unittest

import boot_case
from svplib.build import parts, products
from svplib.machine.board import Board
from u_boot import BOOT_SECONDS

LOGIN_SECONDS = 1200
README = parts.REPOSITORY / "firmware/debian/README.md"
#: What must not be anywhere on the console
FATAL = r"Kernel panic|Oops|BUG:|stall|soft lockup|Unable to handle|Asynchronous SError|synchronous external abort|Failed to start|failure retrieving"
TAINT_WARN = 512
#: Lines around the one that says WARNING: registers, modules, the trace
BELONGS_TO_A_WARNING = re.compile(r"\] (?: |-+\[ (?:cut here|end trace)|Modules linked in:|CPU: \d|Tainted: |Hardware name: |pstate: |(?:pc|lr|sp) : |x\d+ ?: |Call trace:)")
#: Unit -> what it is for; each is up in the end
SERVICES = {"ssh.service": "log in from elsewhere", "systemd-networkd.service": "address", "systemd-resolved.service": "names",
            "dbus.service": "what the others talk by", "systemd-udevd.service": "drivers as modules", "serial-getty@ttymxc0.service": "the login"}
#: Driver, which is a module here, -> device
DRIVERS = {"dwc3": ("38100000.usb", "38200000.usb"), "sdhci-esdhc-imx": ("30b40000.mmc", "30b50000.mmc"), "fec": ("30be0000.ethernet",),
           "caam": ("30900000.crypto",), "pfuze100-regulator": ("0-0008",)}


def explained():
    """Regular expressions of the table of warnings: parts of lines, '...' for anything."""
    section = README.read_text().split("## What its kernel warns of\n")[1]
    rows = re.findall(r"^\| `(.+?)` \| \S", section, re.MULTILINE)
    return [re.compile(".*".join(map(re.escape, row.split("...")))) for row in rows]


@boot_case.long_only
class DebianSystem(unittest.TestCase):
    def setUp(self):
        parts.build(["debian-system"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.board = Board(name="debian-system", policy="strict", kernel=None, initrd=None, sd=[products.locate("debian-system")], allow_reboot=True,
                           flash=parts.flash_with(bl33=products.locate("u-boot")), extra=("-nic", f"user,hostfwd=tcp:127.0.0.1:{self.port}-:22"))
        self.board.start()
        self.addCleanup(self.board.stop)

    def output(self, line, timeout=60):
        return self.board.command(line, timeout=timeout, check=True).output

    def log_in(self):
        console = self.board.console
        console.expect(r"^U-Boot (?!SPL)\S+ .*$", timeout=BOOT_SECONDS)
        console.expect(r"imx8mq-evk login: $", timeout=LOGIN_SECONDS)
        console.send_line("root")
        console.expect(r"# $", timeout=LOGIN_SECONDS)
        console.send_line("exec env PS1= TERM=dumb sh")  # without a prompt, and without the editing of lines that bash has
        self.board.wait_shell(ready=None, timeout=LOGIN_SECONDS)
        self.board.command("dmesg -n 1", check=True)

    def test_to_a_login(self):
        self.log_in()
        # Until the last driver is loaded: with OP-TEE's, OP-TEE says something on this console
        self.output(f"udevadm settle --timeout={LOGIN_SECONDS}", timeout=LOGIN_SECONDS)
        self.assertEqual(self.board.command("systemctl is-system-running --wait", timeout=LOGIN_SECONDS).output, "running")
        self.assertEqual(self.output("systemctl --failed --no-legend --plain"), "")
        for unit, purpose in SERVICES.items():
            with self.subTest(unit=unit, purpose=purpose):
                self.assertEqual(self.board.command(f"systemctl is-active {unit}").output, "active")
        self.assertRegex(self.output("cat /proc/version"), r"^Linux version \d+\.\d+\.\d+\S*-arm64 \(debian-kernel@lists\.debian\.org\)")
        self.assertEqual(self.output("nproc"), str(boot_case.CPUS))
        self.assertEqual(self.output("cat /proc/device-tree/model | tr -d '\\0'"), "NXP i.MX8MQ EVK")
        self.assertRegex(self.output("findmnt -n -o SOURCE /"), "^/dev/mmcblk")
        self.check_drivers()
        self.check_network()
        self.check_kernel()
        self.board.console.send_line("systemctl poweroff")
        self.assertEqual(self.board.wait_exit(timeout=LOGIN_SECONDS), 0)
        self.assertIsNone(re.search(FATAL, self.board.console.text))

    def check_drivers(self):
        for driver, devices in DRIVERS.items():
            with self.subTest(driver=driver):
                found = self.output(f"ls /sys/bus/*/drivers/{driver}").split()
                self.assertEqual([device for device in devices if device not in found], [])

    def check_kernel(self):
        """Each warning is explained; the kernel is tainted by those that the table has, and by nothing else."""
        warnings = [line for line in self.output("dmesg -x -l emerg,alert,crit,err,warn").splitlines() if not BELONGS_TO_A_WARNING.search(line)]
        known = explained()
        self.assertEqual([line for line in warnings if not any(pattern.search(line) for pattern in known)], [])
        self.assertNotEqual(warnings, [], "dmesg no longer shows what is known to be there")
        warned = any("WARNING: " in line for line in warnings)
        self.assertEqual(int(self.output("cat /proc/sys/kernel/tainted")), TAINT_WARN if warned else 0)

    def check_network(self):
        """An address, a name, and ssh from outside."""
        self.output("(n=0; until ip -4 -o address show scope global | grep -F 10.0.2.; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 1; done)",
                    timeout=LOGIN_SECONDS)
        with socket.create_connection(("127.0.0.1", self.port), timeout=LOGIN_SECONDS) as line:
            self.assertTrue(line.recv(64).startswith(b"SSH-2.0-OpenSSH"))


if __name__ == "__main__":
    unittest.main()
