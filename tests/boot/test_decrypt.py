# SPDX-License-Identifier: GPL-2.0-or-later
"""The decrypt path: encrypted in ordinary memory, clear in a protected heap, by OP-TEE and CAAM; what Linux gets to see of it: nothing.

Keys are made into blobs on a board of their own, so that no board on which Linux is watched ever had one. Clear text, encrypted
samples and their description come from cenc.py, which knows nothing of the code under test.
"""

import hashlib
import json
import random
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from boot_case import BOOT_SECONDS, BoardCase, make_card, run_checks
from svplib.machine import heap_cells, readable_memory
from svplib.machine.board import Board

PYTHON = "/usr/bin/python3"
CARD_BYTES = 128 << 20
SECONDS = 120
PAGE = 4096
VIDEO = heap_cells.HEAPS["video"][0]
#: The heap of the TEE subsystem: OP-TEE's SDP pool
SDP_POOL = 0xF3E00000
#: CAAM's registers of counted requests and of decrypted bytes, 64 bits each, high word first
CAAM_JOBS, CAAM_DECRYPTED = 0x30900F00, 0x30900F28
PIECE = 16

DECRYPT_TA, KEY_BLOB_PTA = "3a9e4c1752d84f6b8e31535650444543", "8d3f6a5241c74be0a5de5356504b4559"

KEY = random.Random(11).randbytes(16)
OTHER_KEY = random.Random(12).randbytes(32)
MOUNT = "for card in /dev/mmcblk?; do mount -t ext4 -o ro $card /mnt && break; done 2>/dev/null"
WRAP = "svp-decrypt --wrap {} --output /tmp/blob && xxd -p /tmp/blob | tr -d '\\n'"


def setUpModule():
    """Key blobs, and a card with all samples, for all classes."""
    Files.folder = Path(tempfile.mkdtemp(prefix="svp-decrypt-test-"))
    unittest.addModuleCleanup(shutil.rmtree, Files.folder, ignore_errors=True)
    with Board(name="decrypt-keys") as board:
        board.wait_shell(timeout=BOOT_SECONDS)
        Files.blob, Files.other_blob = (bytes.fromhex(board.command(WRAP.format(key.hex()), check=True).output.splitlines()[-1])
                                        for key in (KEY, OTHER_KEY))
    samples = Files.folder / "samples"
    samples.mkdir()
    subprocess.run([PYTHON, str(Path(__file__).with_name("cenc.py")), str(samples), KEY.hex(), Files.blob.hex()], check=True,
                   stdin=subprocess.DEVNULL, capture_output=True)
    Files.index = json.loads((samples / "index.json").read_text())
    files = {path.name: path.read_bytes() for path in samples.iterdir() if path.suffix in (".enc", ".svp", ".subsamples", "")}
    Files.card = make_card(Files.folder, {**files, **bad_files(files["own.svp"])}, CARD_BYTES)


class Files:
    """What setUpModule() made."""

    folder = blob = other_blob = card = None
    index = {}

    @classmethod
    def clear(cls, name):
        return (cls.folder / "samples" / f"{name}.clear").read_bytes()

    @classmethod
    def secrets(cls, name, count):
        """`count` pieces of 16 bytes of a clear text, all of them encrypted in the file; the first and the last among them."""
        clear = cls.clear(name)
        ranges = [(at, length) for at, length in cls.index[name]["encrypted"] if length >= PIECE]
        noise = random.Random(name)
        chosen = [ranges[0][0], sum(ranges[-1]) - PIECE]
        while len(chosen) < count:
            at, length = noise.choice(ranges)
            chosen.append(at + noise.randrange(length - PIECE + 1))
        return [clear[at:at + PIECE] for at in chosen]


def bad_files(good):
    """Files that must be refused, made of a good container: {name: content}. Its header is 40 bytes, a blob of 64, one sample of 24."""

    def changed(at, value):
        return good[:at] + value + good[at + len(value):]

    def number(value):
        return value.to_bytes(4, "little")

    flipped = bytes([good[60] ^ 1])
    return {
        "bad-magic": changed(0, b"X"), "bad-header-size": changed(8, number(1 << 30)), "bad-short": good[:60], "bad-data": good[:-1],
        "bad-scheme": changed(12, number(4)), "bad-pattern": changed(16, number(1)), "bad-iv-size": changed(24, number(12)),
        "bad-count": changed(32, number(2000)), "bad-sample-size": changed(104, number(0)),
        "bad-subsample-count": changed(108, number(0xFFFFFFFF)), "bad-blob-bit": changed(60, flipped),
        "zero-blob": bytes(64), "short-blob": bytes(63), "long-blob": bytes(100), "empty": b"",
        "more.subsamples": b"30000 40000\n", "less.subsamples": b"1 1\n", "nothing.subsamples": b"0 0\n65536 0\n",
        "over.subsamples": b"4294967295 4294967295\n", "words.subsamples": b"clear encrypted\n", "huge.subsamples": b"1 1\n" * 5000,
        "whole.subsamples": b"65536 0\n", "other-blob": Files.other_blob, "own.raw": good[128:], "odd": good[:65535],
    }


#: svp-decrypt's options -> what its one line must say. Those with --hostile are refused by the TA, the others before it is asked.
OWN = "own.raw --key blob --mode {} --iv 000102030405060708090a0b0c0d0e0f"
REFUSED = {
    "bad-magic": "not a container", "bad-header-size": "header of 1073741824 bytes", "bad-short": "ends early", "bad-data": "ends early",
    "bad-scheme": "scheme 4 is not known", "bad-pattern": "the scheme has no pattern", "bad-iv-size": "wrong size of the initialization vector",
    "bad-count": "the header ends early", "bad-sample-size": "no data|the sample is empty", "bad-subsample-count": "the header ends early",
    "bad-blob-bit": "not one of this chip, or was changed", "empty": "not a container|ends early", "missing": "No such file",
    "own.svp --key zero-blob": "not one of this chip, or was changed", "own.svp --key short-blob": "bad parameters",
    "own.svp --key long-blob": "longer than that of any key", "own.svp --key missing": "No such file",
    "own.svp --heap nothing": "there is none of that name", "own.svp --heap ../tee0": "not a name of a heap",
    "own.svp --offset 1073741824": "Cannot allocate memory", "own.svp --reverse": "access denied: the direction",
    OWN.format("cenc") + " --subsamples more.subsamples": "longer than the sample",
    OWN.format("cenc") + " --subsamples less.subsamples": "shorter than the sample",
    OWN.format("cenc") + " --subsamples nothing.subsamples": "a sub-sample is empty",
    OWN.format("cenc") + " --subsamples over.subsamples": "longer than the sample",
    OWN.format("cenc") + " --subsamples words.subsamples": "line 1: not two numbers",
    OWN.format("cenc") + " --subsamples huge.subsamples": "too many sub-samples",
    OWN.format("cenc") + " --pattern 1:9": "the scheme has no pattern", OWN.format("cbcs") + " --pattern 0:9": "impossible pattern",
    OWN.format("cbcs") + " --pattern 16:1": "impossible pattern", OWN.format("ctr") + " --subsamples whole.subsamples": "no sub-samples",
    "odd --mode cbc --iv 000102030405060708090a0b0c0d0e0f --key blob": "not made of whole blocks",
    "ctr.enc --mode cenc --iv 0001020304050607 --key blob": "16777216 bytes, the limit is",
    "own.svp --mode ctr --iv 0001020304050607 --key blob": "wrong size of the initialization vector",
    OWN.format("cenc") + " --hostile --subsamples more.subsamples": "TA: refused: bad parameters",
    OWN.format("cenc") + " --hostile --subsamples less.subsamples": "TA: refused: bad parameters",
    OWN.format("cenc") + " --hostile --subsamples nothing.subsamples": "TA: refused: bad parameters",
    OWN.format("cenc") + " --hostile --subsamples over.subsamples": "TA: refused: bad parameters",
    OWN.format("cenc") + " --hostile --pattern 1:9": "TA: refused: bad parameters",
    OWN.format("cbcs") + " --hostile --pattern 200:200": "TA: refused: bad parameters",
    OWN.format("ctr") + " --hostile --subsamples whole.subsamples": "TA: refused: bad parameters",
    "odd --hostile --mode cbc --iv 000102030405060708090a0b0c0d0e0f --key blob": "TA: refused: bad parameters",
}
#: The same for mistakes on the command line, which end with status 2
MISUSED = {
    "": "no file given", "one two": "only one file", "--mode": "its value is missing", "own.svp --mode xts": "not ctr, cbc, cenc or cbcs",
    "own.svp --iv 00": "not 16 or 32 hexadecimal digits", "own.svp --iv zz": "not 16 or 32", "own.svp --pattern 1": "not two numbers",
    "own.svp --offset -1": "not a number up to", "own.svp --what 1": "no such option", "--bench 0": "1 MiB at least",
    "--wrap 00": "--output is missing",
}


class _Decrypt:
    """The tests of one policy."""

    POLICY = ""
    #: True: the secure CPU may read the heap, and CAAM for it
    HEAP_IS_READABLE = False

    @classmethod
    def prepare(cls):
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY, "sd": [Files.card], "append": "cryptomgr.noslowtests=1"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for _ in range(50):
            if not cls.board.command(f"{MOUNT} && cd /mnt && test -f ctr.enc").status:
                return
        raise AssertionError("the guest finds no card")

    def setUp(self):
        self.board.qmp.command("svp-clear-violations", counters=True)

    def violations(self):
        return self.board.qmp.command("query-svp-violations")["violations"]

    def counter(self, address):
        """A counter of CAAM, read as Linux would."""
        high, low = (int(word, 16) for word in re.findall(r"0x([0-9a-f]{8})\b(?!:)", self.board.hmp(f"xp /2wx {address:#x}"))[-2:])
        return high << 32 | low

    def decrypt(self, name, options=""):
        """Run svp-decrypt on a sample; the numbers of its line."""
        row = Files.index[name]
        output = self.board.command(f"svp-decrypt {row['file']} {row['options']} {options}", timeout=SECONDS, check=True).output
        line = re.search(r"^DECRYPTED heap=\S+ samples=(\d+) bytes=(\d+) direct=(\d+) other=(\d+) read-ms=\S+ ms=\S+ MiB/s=\S+$", output, re.MULTILINE)
        self.assertTrue(line, output)
        seen = dict(zip(("samples", "bytes", "direct", "other"), map(int, line.groups()[:4])))
        self.assertEqual(seen["bytes"], row["size"])
        self.assertEqual(seen["direct"] + seen["other"], row["size"])
        return seen

    def assert_clear(self, name, base, offset=0):
        """The clear text is in the heap's cells."""
        wanted = Files.clear(name)
        seen = self.board.ram(base + offset, len(wanted))
        if seen != wanted:
            wrong = [at for at in range(len(wanted)) if seen[at] != wanted[at]]
            self.fail(f"{name} at {base + offset:#x}: {len(wrong)} of {len(wanted)} bytes are wrong, from {wrong[0]} to {wrong[-1]}")

    def assert_secret(self, *names, count=24):
        """No piece of these clear texts, nor the key, is where Linux could read it. The blob is: so the search works."""
        secrets = [piece for name in names for piece in Files.secrets(name, count)]
        found = readable_memory.places(self.board, [*secrets, KEY, Files.blob[:PIECE]])
        self.assertIn(Files.blob[:PIECE], found)
        found.pop(Files.blob[:PIECE])
        self.assertEqual({needle.hex(): hex(address) for needle, address in found.items()}, {})

    def assert_linux_sees_zeros(self, address):
        output = self.guest(f"svp-probe peek {address:#x} 8 64")
        self.assertEqual(set(re.findall(r"^PEEK \S+ 0x(\S+)$", output, re.MULTILINE)), {"0" * 32})
        self.assertEqual(self.board.read_memory(address, 16 * PAGE), bytes(16 * PAGE))

    def check_large(self, name):
        jobs, decrypted = self.counter(CAAM_JOBS), self.counter(CAAM_DECRYPTED)
        seen = self.decrypt(name)
        # Nothing but whole cache lines, so CAAM alone moved every byte.
        self.assertEqual((seen["direct"], seen["other"]), (16 << 20, 0))
        self.assertGreaterEqual(self.counter(CAAM_JOBS) - jobs, 5)
        self.assertGreaterEqual(self.counter(CAAM_DECRYPTED) - decrypted, 16 << 20)
        self.assertEqual(self.violations(), [])
        self.assert_clear(name, VIDEO)
        self.assert_secret(name, count=100)
        self.assert_linux_sees_zeros(VIDEO)
        self.assert_linux_sees_zeros(VIDEO + (8 << 20))

    def test_ctr_16_mebibytes(self):
        self.check_large("ctr")

    def test_cbc_16_mebibytes(self):
        self.check_large("cbc")

    def test_cenc(self):
        seen = self.decrypt("cenc")
        self.assertEqual(seen["samples"], 48)
        self.assertEqual(self.violations(), [])
        self.assert_clear("cenc", VIDEO)
        self.assert_secret("cenc")

    def test_cbcs(self):
        for name in ("cbcs", "cbcs-whole", "cbcs-audio", "cbcs-other"):
            with self.subTest(name=name):
                self.decrypt(name)
                self.assert_clear(name, VIDEO)
        self.assertEqual(self.violations(), [])
        self.assert_secret("cbcs")

    def test_raw_with_subsamples(self):
        for name in ("raw-cenc", "raw-cbcs"):
            with self.subTest(name=name):
                self.decrypt(name)
                self.assert_clear(name, VIDEO)
        self.assert_secret("raw-cenc", "raw-cbcs")

    def test_counters(self):
        """Where the block counter runs over; and a table with as many entries as there may be, each in the middle of a block."""
        for name in ("wrap", "wrap-ctr", "tiny-pieces"):
            with self.subTest(name=name):
                self.decrypt(name)
                self.assert_clear(name, VIDEO)

    def test_alignments(self):
        """All lengths near blocks, cache lines and pages, from and to all kinds of places; what is beside the output stays as it is."""
        for name in ("edges-ctr", "edges-cbc", "edges-cenc"):
            size = Files.index[name]["size"]
            for offset, skew in ((0, 1), (1, 0), (16, 3), (63, 64), (4095, 4095), (12345, 7)):
                with self.subTest(name=name, offset=offset, skew=skew):
                    self.guest(f"svp-probe fill {VIDEO:#x} {(offset + size + 8191) & ~4095} 0x5a5a0000")
                    before = self.board.ram(VIDEO, offset)
                    after = self.board.ram(VIDEO + offset + size, 256)
                    self.decrypt(name, f"--offset {offset} --skew {skew}")
                    self.assert_clear(name, VIDEO, offset)
                    self.assertEqual(self.board.ram(VIDEO, offset), before)
                    self.assertEqual(self.board.ram(VIDEO + offset + size, 256), after)
        self.assertEqual(self.violations(), [])
        self.assert_secret("edges-ctr", "edges-cbc")

    def test_other_heaps(self):
        """The vault, and the heap of the TEE subsystem, which goes by TEE_IOC_SHM_REGISTER_FD."""
        for heap, base in (("vault", heap_cells.HEAPS["vault"][0]), ("secure-video", SDP_POOL)):
            for name in ("cenc", "cbcs", "edges-ctr"):
                with self.subTest(heap=heap, name=name):
                    self.decrypt(name, f"--heap {heap} --offset 100")
                    self.assert_clear(name, base, 100)
            self.assert_linux_sees_zeros(base)
        self.assertEqual(self.refusal("own.svp --heap secure-video --reverse").count("access denied: the direction"), 1)
        # A request that lies in a heap; what it is would tell what is in the heap.
        self.assertIn("access denied", self.refusal("own.svp --heap secure-video --request-in-heap"))
        self.assert_secret("cenc", "cbcs", "edges-ctr")

    def test_seen_by_optee(self):
        """OP-TEE reads the clear text where the policy lets the secure CPU read, zeros otherwise."""
        self.decrypt("own")
        seen = bytes.fromhex(re.search(r"^SECURE-READ \S+ (\S+)$", self.guest(f"svp-probe secure-read {VIDEO:#x} 4096"), re.MULTILINE).group(1))
        self.assertEqual(seen, Files.clear("own")[:4096] if self.HEAP_IS_READABLE else bytes(4096))

    def test_wrong_key(self):
        """Another key's blob is a good one; the text is not clear."""
        self.guest(f"svp-probe fill {VIDEO:#x} 65536 1")
        self.decrypt("own", "--key other-blob")
        wrong = self.board.ram(VIDEO, 65536)
        self.assertNotEqual(wrong, Files.clear("own"))
        self.assertGreater(len(set(wrong)), 250)
        self.decrypt("own")
        self.assert_clear("own", VIDEO)

    def refusal(self, options, status=1):
        """What svp-decrypt says when it refuses: one line."""
        result = self.board.command(f"svp-decrypt {options}", timeout=SECONDS)
        lines = [line for line in result.output.splitlines() if line.startswith("svp-decrypt: ")]
        self.assertEqual((result.status, len(lines)), (status, 1), f"svp-decrypt {options}: {result}")
        return lines[0]

    def test_refusals(self):
        """Each with one line, and nothing is written."""
        self.guest(f"svp-probe fill {VIDEO:#x} 131072 0x77000000")
        before = self.board.ram(VIDEO, 131072)
        for table, status in ((REFUSED, 1), (MISUSED, 2)):
            for options, reason in table.items():
                with self.subTest(options=options):
                    self.assertRegex(self.refusal(options, status), reason)
        self.assertEqual(self.board.ram(VIDEO, 131072), before)
        self.decrypt("own")
        self.assert_clear("own", VIDEO)

    def test_hostile_use_of_the_module(self):
        seen = run_checks(self.board, "svp-probe bridge")
        self.assertGreater(len(seen), 30)

    def test_key_blobs_are_for_the_ta(self):
        """Linux gets no session with the pseudo-TA that unwraps keys."""
        for uuid, answer in ((DECRYPT_TA, "ok"), (KEY_BLOB_PTA, "access-denied")):
            self.assertEqual(self.board.command(f"svp-probe session {uuid}").output.splitlines()[-1], f"SESSION {answer}")

    def test_reverse_is_stopped_by_the_firewall(self):
        """Copied by the secure CPU (a sub-sample without encrypted bytes), and read by CAAM: both get zeros, both are on record."""
        clear = Files.clear("own")
        iv = bytes(range(16))
        zeros = bytes(len(clear))
        copied, ciphered = f"--key blob --mode cenc --iv {iv[:8].hex()} --subsamples whole.subsamples", f"--key other-blob --mode ctr --iv {iv.hex()}"
        for master, options, leak, nothing in (("a53", copied, clear, zeros),
                                               ("caam", ciphered, aes_ctr(OTHER_KEY, iv, clear), aes_ctr(OTHER_KEY, iv, zeros))):
            with self.subTest(master=master):
                self.decrypt("own")
                self.board.qmp.command("svp-clear-violations", counters=True)
                self.guest(f"svp-decrypt own.raw {options} --reverse --unchecked --output /tmp/leak", timeout=SECONDS)
                self.check_leak(leak, nothing, master)

    def check_leak(self, leak, nothing, master):
        """Linux has what came out of the heap only if the policy lets the secure world read the heap; otherwise it has what zeros give."""
        got = self.guest("sha256sum < /tmp/leak").split()[0]
        places = readable_memory.places(self.board, [leak[at:at + PIECE] for at in (0, 5000, 33333, len(leak) - PIECE)])
        denied = [entry for entry in self.violations() if VIDEO <= entry["address"] < VIDEO + len(leak)]
        self.guest("rm /tmp/leak")
        if self.HEAP_IS_READABLE:
            self.assertEqual((got, len(places), denied), (hashlib.sha256(leak).hexdigest(), 4, []))
        else:
            self.assertEqual((got, places), (hashlib.sha256(nothing).hexdigest(), {}))
            self.assertEqual({(entry["master"], entry["world"], entry["direction"]) for entry in denied}, {(master, "secure", "read")})

    def test_bench(self):
        lines = re.findall(r"^BENCH decrypt-(ctr|cbc) (\d+\.\d) MiB/s$", self.guest("svp-decrypt --bench 8"), re.MULTILINE)
        self.assertEqual([name for name, _ in lines], ["ctr", "cbc"])
        self.assertTrue(all(float(rate) > 0 for _, rate in lines), lines)

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


def aes_ctr(key, iv, data):
    """AES-CTR by the library's own mode."""
    program = ("import sys; from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes; "
               "k, v = map(bytes.fromhex, sys.argv[1:]); "
               "sys.stdout.buffer.write(Cipher(algorithms.AES(k), modes.CTR(v)).encryptor().update(sys.stdin.buffer.read()))")
    return subprocess.run([PYTHON, "-c", program, key.hex(), iv.hex()], input=data, check=True, capture_output=True).stdout


class DecryptUnderOpen(_Decrypt, BoardCase):
    """The TZC-380 alone: heaps are the secure world's."""

    POLICY = "open"
    HEAP_IS_READABLE = True


class DecryptUnderNxp(_Decrypt, BoardCase):
    """The RDC keeps everybody but VPU and DCSS from reading the heap."""

    POLICY = "nxp"


class DecryptUnderStrict(_Decrypt, BoardCase):
    """TZC-380 and RDC."""

    POLICY = "strict"
