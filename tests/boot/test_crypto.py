# SPDX-License-Identifier: GPL-2.0-or-later
"""CAAM under the drivers of Linux and OP-TEE: their own self-tests, vectors made on the host, random numbers, trusted keys, xtest."""

import random
import re
import subprocess
import unittest
from pathlib import Path

import boot_case
from boot_case import BoardCase, fall_asleep, guest_results, make_card, power_off, run_checks, wake_up
from caam_counters import counters, jobs
from svplib.build import products
from svplib.machine.board import Board

#: Algorithms that Linux registers on a CAAM of era 9 with the small AES and MD units, see hw/caam
ALGORITHMS = 59
VECTORS = Path(__file__).with_name("crypto_vectors.py")
#: cbc(paes) takes keys that only this CAAM can make; its test would be that of the blobs
WITHOUT_VECTORS = {"cbc-paes-caam"}
SEED = 20
RANDOM_BLOCKS = 100
RANDOM_FAILURES = 2  # a good source fails FIPS 140-2's tests once in 1,250 blocks
XTEST_SECONDS = 300
#: xtest's groups: number of test cases, whether they reach CAAM, and what is in them
XTEST = {4001: (1, True, "hash"), 4002: (1, True, "MAC"), 4003: (1, True, "cipher"), 4004: (1, True, "random"), 4005: (1, True, "AE"),
         4006: (4, True, "asymmetric"), 4007: (7, True, "key generation"), 4008: (1, True, "DH derive"), 4009: (1, True, "ECDH derive"),
         4010: (1, False, "transient objects"), 4011: (1, True, "Bleichenbacher's attack"), 4012: (1, False, "seed of the generator"),
         4013: (1, True, "keys of this device"), 4014: (1, False, "SM2 key exchange"), 4015: (1, False, "X25519"), 4016: (1, False, "Ed25519"),
         4017: (1, True, "block buffering"), 4018: (1, False, "key of an initialized operation")}
XTEST_CASES = 27
#: (words for xtest, number of test cases, what is in them) of what needs more than xtest's own package
XTEST_MORE = (("-t regression 1033", 1, "a plug-in of tee-supplicant"),)
#: Those that run again after deep sleep
XTEST_AFTER_SLEEP = (4001, 4002, 4003, 4004, 4009, 4013)


def algorithms(text):
    """{driver: state of its self-test} of svp-crypto's list."""
    return dict(re.findall(r"^ALGORITHM \S+ driver=(\S+) type=\S+ selftest=(\S+)$", text, re.MULTILINE))


def failed_tests(text):
    """Lines of a kernel log that tell of a self-test that failed."""
    return [line for line in text.splitlines() if re.search(r"\balg: .*(fail|unexpected|wrong|mismatch|corrupt|overran)", line)]


def host_vectors(*arguments, given=None):
    """What crypto_vectors.py prints, run with Debian's own Python, which has the library."""
    done = subprocess.run(["/usr/bin/python3", str(VECTORS), *arguments], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{VECTORS.name} {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


class LinuxDrivers(BoardCase):
    """The drivers as they come up at boot. Tests run by name: the last one looks at the kernel's log."""

    @classmethod
    def prepare(cls):
        text = host_vectors("make", str(SEED))
        cls.vectors = [line.split() for line in text.splitlines()]
        cls.card = make_card(cls.scratch, {"vectors": text.encode()})
        cls.BOARD = {"initrd": products.locate("tools-initrd"), "sd": (cls.card,)}

    def test_algorithms(self):
        output = self.guest(f"svp-crypto list {ALGORITHMS}")
        guest_results(output)
        found = algorithms(output)
        self.assertEqual(len(found), ALGORITHMS)
        self.assertEqual(set(found.values()), {"passed"})
        self.assertEqual(set(found), {row[0] for row in self.vectors} | WITHOUT_VECTORS)
        self.assertEqual(failed_tests(self.guest("dmesg")), [])

    def test_vectors(self):
        self.guest("mount -t ext4 -o ro /dev/mmcblk1 /mnt && insmod /lib/modules/crypto_test.ko")
        before = counters(self.board)
        result = self.board.command("svp-crypto vectors /mnt/vectors", timeout=300)
        after = counters(self.board)
        self.assertEqual(re.findall(r"^VECTOR .*$", result.output, re.MULTILINE), [])
        seen = guest_results(result.output)
        self.assertEqual({name.removeprefix("vectors.") for name in seen}, {row[0] for row in self.vectors})
        shown = re.findall(r"^OUTPUT (\d+ [0-9a-f]+)$", result.output, re.MULTILINE)
        self.assertEqual(len(shown), sum(row[10] == "show" for row in self.vectors))
        host_vectors("verify", str(SEED), given="\n".join(shown))
        # Every vector but those of hashes of nothing is at least one job.
        self.assertGreaterEqual(after["jobs"] - before["jobs"], sum(row[6] != "-" for row in self.vectors))
        for name in counters(self.board):
            self.assertGreater(after[name], before[name], name)

    def test_vectors_are_judged(self):
        """A vector with a wrong answer is told from a right one."""
        self.guest("grep -q crypto_test /proc/modules || insmod /lib/modules/crypto_test.ko")
        row = next(row for row in self.vectors if row[0] == "sha256-caam" and row[6] != "-")
        wrong = [*row[:7], row[7][:-1] + ("0" if row[7][-1] != "0" else "1"), *row[8:]]
        self.guest(f"echo '{' '.join(wrong)}' > /tmp/wrong")
        result = self.board.command("svp-crypto vectors /tmp/wrong")
        self.assertEqual(result.status, 1)
        self.assertRegex(result.output, r"(?m)^VECTOR line=1 driver=sha256-caam .*wrong=output$")

    def test_random_numbers(self):
        self.assertEqual(self.guest("cat /sys/class/misc/hw_random/rng_current"), "rng-caam")
        before = jobs(self.board)
        first, second = (self.guest("head -c 64 /dev/hwrng | xxd -p -c 64") for _ in range(2))
        self.assertNotEqual(first, second)
        output = self.board.command(f"head -c {2500 * (RANDOM_BLOCKS + 1)} /dev/hwrng | rngtest -c {RANDOM_BLOCKS}", timeout=120).output
        good, bad = (int(re.search(rf"FIPS 140-2 {word}: (\d+)", output).group(1)) for word in ("successes", "failures"))
        self.assertEqual(good + bad, RANDOM_BLOCKS)
        self.assertLessEqual(bad, RANDOM_FAILURES)
        self.assertGreater(jobs(self.board), before)

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")

    def test_zz_power_off(self):
        self.assertEqual(power_off(self.board), 0)


class FullSelfTests(unittest.TestCase):
    """The kernel's full self-tests: random layouts in memory, and inputs compared with the software implementations."""

    def test_all_pass(self):
        with Board(name="full-self-tests", append="svp.modules=none") as board:
            board.wait_shell(timeout=boot_case.BOOT_SECONDS)
            board.command("echo 0 > /sys/module/cryptomgr/parameters/noslowtests", check=True)
            board.command("for module in crypto_engine error caam caamalg_desc caamhash_desc; do insmod /lib/modules/$module.ko; done; "
                          "svp-crypto fallbacks; insmod /lib/modules/caam_jr.ko", timeout=120, check=True)
            result = board.command(f"svp-crypto list {ALGORITHMS} 240", timeout=260)
            guest_results(result.output)
            self.assertEqual(algorithms(result.output), dict.fromkeys(algorithms(result.output), "passed"))
            log = board.command("dmesg", check=True).output
            self.assertEqual(failed_tests(log), [])
            self.assertGreater(jobs(board), 10000)
            self.assertEqual(power_off(board), 0)


class WithoutFirmware(unittest.TestCase):
    """Job ring 2 is Linux's as well (ring 0 is the boot ROM's, says the device tree), and nobody has started the random number generator."""

    def test_algorithms(self):
        with Board(name="caam-direct", firmware="none") as board:
            board.wait_shell(timeout=boot_case.BOOT_SECONDS)
            guest_results(board.command(f"svp-crypto list {ALGORITHMS}").output)
            self.assertEqual(board.command("ls -d /sys/bus/platform/drivers/caam_jr/*.jr | wc -l", check=True).output, "2")
            self.assertNotEqual(board.command("head -c 64 /dev/hwrng | xxd -p -c 64", check=True).output, "00" * 64)
            run_checks(board, "board-check; dmesg-check")
            self.assertEqual(power_off(board), 0)


class TrustedKeys(unittest.TestCase):
    """Keys that leave the kernel sealed by CAAM only, and open on this board again."""

    PAYLOAD = "SVP key "

    def machine(self):
        return Board(name="trusted-keys", initrd=products.locate("tools-initrd"), allow_reboot=True)

    def ready(self, board):
        board.wait_shell(timeout=boot_case.BOOT_SECONDS)
        board.command("keyctl new_session", check=True)

    def add(self, board, kind, name, payload):
        """Number of a new key; AssertionError with what keyctl said when it was refused."""
        result = board.command(f"keyctl add {kind} {name} '{payload}' @s")
        self.assertRegex(result.output, r"^\d+$", f"{kind} {name}: {result.output}")
        return result.output

    def opens(self, board, blob, sealed):
        """The same key is in the blob: only with it can the key that it encrypted be checked and decrypted."""
        self.assertEqual(board.command(f"keyctl print {self.add(board, 'trusted', 'master', f'load {blob}')}", check=True).output, blob)
        self.assertEqual(board.command(f"keyctl print {self.add(board, 'encrypted', 'user', f'load {sealed}')}", check=True).output, sealed)

    def refused(self, board, blob):
        result = board.command(f"keyctl add trusted forged 'load {blob}' @s")
        self.assertNotEqual(result.status, 0, result.output)
        self.assertNotRegex(result.output, r"^\d+$")

    def test_blobs(self):
        with self.machine() as board:
            self.ready(board)
            before = counters(board)
            blob = board.command(f"keyctl print {self.add(board, 'trusted', 'master', 'new 32')}", check=True).output
            self.assertEqual(len(blob), 2 * (32 + 48))
            sealed = board.command(f"keyctl print {self.add(board, 'encrypted', 'user', 'new default trusted:master 32')}", check=True).output
            other = board.command(f"keyctl print {self.add(board, 'trusted', 'other', 'new 32')}", check=True).output
            self.assertNotEqual(other, blob)
            self.assertGreater(counters(board)["jobs"], before["jobs"])
            board.console.send_line("reboot -f")
            board.qmp.wait_event("RESET", timeout=60, where=lambda event: event["data"]["guest"])
            self.ready(board)
            self.opens(board, blob, sealed)
            power_off(board)
        with self.machine() as board:
            self.ready(board)
            # Another trusted key under the same name does not open what the first one encrypted.
            self.add(board, "trusted", "master", f"load {other}")
            result = board.command(f"keyctl add encrypted user 'load {sealed}' @s")
            self.assertNotEqual(result.status, 0, result.output)
            noise = random.Random(5)
            for place in (0, 31, 32, 50, 79):
                forged = bytearray.fromhex(blob)
                forged[place] ^= 1 << noise.randrange(8)
                with self.subTest(byte=place):
                    self.refused(board, forged.hex())
            board.command("keyctl clear @s", check=True)
            self.opens(board, blob, sealed)
            power_off(board)


class TrustedWorld(BoardCase):
    """xtest's cryptographic group: OP-TEE's drivers, on the secure job ring."""

    BOARD = {}

    @classmethod
    def prepare(cls):
        cls.BOARD = {"initrd": products.locate("tools-initrd"), "policy": "strict"}

    def xtest(self, group):
        """Run a group, all of whose cases must pass; the jobs that CAAM did for it."""
        before = jobs(self.board)
        self.passes(f"-t regression {group}", XTEST[group][0])
        return jobs(self.board) - before

    def passes(self, words, cases):
        """Run xtest; so many cases must be in it, and pass."""
        result = self.board.command(f"xtest {words} | tail -n 30", timeout=XTEST_SECONDS)
        summary = re.search(r"^(\d+) subtests of which (\d+) failed\n(\d+) test cases? of which (\d+) failed$", result.output, re.MULTILINE)
        self.assertIsNotNone(summary, result.output)
        self.assertEqual((int(summary.group(2)), int(summary.group(3)), int(summary.group(4))), (0, cases, 0), result.output)

    def test_xtest(self):
        self.guest("tee-supplicant -d && pidof tee-supplicant")
        total, made = 0, {}
        for group, (cases, hardware, content) in XTEST.items():
            with self.subTest(group=group, content=content):
                made[group] = self.xtest(group)
                total += cases
        self.assertEqual(total, XTEST_CASES)
        # Loading the trusted application takes the same jobs for every group: its hash and its signature.
        loading = min(made[group] for group, (_, hardware, _) in XTEST.items() if not hardware)
        for group, (_, hardware, content) in XTEST.items():
            if hardware:
                self.assertGreater(made[group], loading, f"{group}, {content}: no job but those of loading the application")
        for words, cases, content in XTEST_MORE:
            with self.subTest(words=words, content=content):
                self.passes(words, cases)
        self.check_after_sleep(made)
        self.assertEqual(power_off(self.board), 0)

    def check_after_sleep(self, made):
        """CAAM has lost its power: OP-TEE sets up its ring and the generator again, Linux its own ring."""
        fall_asleep(self.board)
        wake_up(self.board)
        self.assertEqual(self.guest("cat /sys/class/misc/hw_random/rng_current"), "rng-caam")
        self.assertEqual(self.guest("head -c 64 /dev/hwrng | wc -c"), "64")
        for group in XTEST_AFTER_SLEEP:
            with self.subTest(group=group, content=XTEST[group][2], after="sleep"):
                self.assertEqual(self.xtest(group) > 0, made[group] > 0)
