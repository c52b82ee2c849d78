#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test vectors for CAAM's Linux drivers, made on the host with Debian's python3-cryptography (OpenSSL).

    crypto_vectors.py make SEED              vectors on standard output, a line each (firmware/guest/crypto/vectors.c)
    crypto_vectors.py verify SEED < OUTPUTS  judges lines "NUMBER BYTES" of the vectors whose result is "show"; prints what is wrong

The same seed gives the same vectors, but for RSA's keys. Data is random; each mode gets several sizes, layouts in memory, and for authenticated
ciphers data that was tampered with.
"""

import hashlib
import hmac
import random
import struct
import sys
import warnings

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.cmac import CMAC

HASHES = ("md5", "sha1", "sha224", "sha256")
ENTRY_SIZES = (0, 16, 100, 1000)
AES_KEYS = (16, 24, 32)
HASH_SIZES = (0, 1, 55, 64, 65, 200, 1024, 5000)
CIPHER_BLOCKS = (1, 2, 7, 64, 300)
STREAM_SIZES = (1, 15, 16, 17, 499, 4096)
#: Up to the size of the split key: beyond it, Linux 7.3's driver puts the cipher's key over the end of the authentication key
AUTHENC_KEYS = {"md5": (16, 20, 32), "sha1": (16, 20, 40), "sha224": (16, 32, 64), "sha256": (16, 32, 64)}
RSA_BITS = (1024, 2048, 4096)


class Vectors:
    """Lines in the order in which they were made; `outputs`: {number of a line: function that tells what is wrong with its output}."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.outputs = {}

    def bytes(self, size):
        return self.random.randbytes(size)

    def add(self, driver, kind, flags="", key=b"", iv=b"", assoc=b"", data=b"", output=b"", auth=0, entry=None, result="ok", iv_after=b""):
        fields = [driver, kind, flags or "-"] + [part.hex() or "-" for part in (key, iv, assoc, data, output)]
        entry = self.random.choice(ENTRY_SIZES) if entry is None else entry
        while entry and (len(assoc) + max(len(data), len(output))) // entry > 200:
            entry *= 4
        self.lines.append(" ".join([*fields, str(auth), str(entry), result, iv_after.hex() or "-"]))
        return len(self.lines)


def _crypt(algorithm, mode, data, decrypt=False):
    worker = Cipher(algorithm, mode)
    worker = worker.decryptor() if decrypt else worker.encryptor()
    return worker.update(data) + worker.finalize()


def _aes(key):
    return algorithms.AES(key)


def _des(key):
    return algorithms.TripleDES(key)


def _ctr_iv_after(counter, size):
    return ((int.from_bytes(counter, "big") + (size + 15) // 16) % (1 << 128)).to_bytes(16, "big")


def _both_ways(vectors, driver, key, iv, plain, cipher, after=b"", after_decrypt=b""):
    vectors.add(driver, "skcipher", "", key, iv, data=plain, output=cipher, iv_after=after)
    vectors.add(driver, "skcipher", "p", key, iv, data=plain, output=cipher, iv_after=after)
    vectors.add(driver, "skcipher", "d", key, iv, data=cipher, output=plain, iv_after=after_decrypt or after)
    vectors.add(driver, "skcipher", "dp", key, iv, data=cipher, output=plain, iv_after=after_decrypt or after)


def block_ciphers(vectors):
    """ECB and CBC of AES, DES and 3DES."""
    for name, ecb, make, keys, block in (("aes", "ecb-aes-caam", _aes, AES_KEYS, 16), ("des", "ecb-des-caam", _des, (8,), 8),
                                         ("3des", "ecb-des3-caam", _des, (24,), 8)):
        for key_size in keys:
            for blocks in CIPHER_BLOCKS:
                key, iv, plain = vectors.bytes(key_size), vectors.bytes(block), vectors.bytes(blocks * block)
                _both_ways(vectors, ecb, key, b"", plain, _crypt(make(key), modes.ECB(), plain))
                cipher = _crypt(make(key), modes.CBC(iv), plain)
                _both_ways(vectors, f"cbc-{name}-caam", key, iv, plain, cipher, cipher[-block:])


def counter_modes(vectors):
    """CTR, also over the end of its counter, and RFC 3686."""
    for key_size in AES_KEYS:
        for size in STREAM_SIZES:
            key, iv, plain = vectors.bytes(key_size), vectors.bytes(16), vectors.bytes(size)
            if size == 499:
                iv = b"\xff" * 15 + b"\xfe"
            cipher = _crypt(_aes(key), modes.CTR(iv), plain)
            _both_ways(vectors, "ctr-aes-caam", key, iv, plain, cipher, _ctr_iv_after(iv, size))
            nonce, iv = vectors.bytes(4), vectors.bytes(8)
            cipher = _crypt(_aes(key), modes.CTR(nonce + iv + b"\0\0\0\1"), plain)
            _both_ways(vectors, "rfc3686-ctr-aes-caam", key + nonce, iv, plain, cipher)


def _flipped(vectors, data):
    place = vectors.random.randrange(8 * len(data))
    forged = bytearray(data)
    forged[place // 8] ^= 1 << place % 8
    return bytes(forged)


def _sealed(vectors, driver, key, iv, assoc, plain, sealed, auth, prefix=b""):
    """Encryption, decryption and refusal. `prefix`: the vector that stands before the text, for drivers that make it themselves."""
    if prefix:
        vectors.add(driver, "aead", "dp", key, iv, assoc, prefix + sealed, prefix + plain, auth)
        vectors.add(driver, "aead", "dp", key, iv, assoc, prefix + _flipped(vectors, sealed), prefix + plain, auth, result="EBADMSG")
        return
    for flags in ("", "p"):
        vectors.add(driver, "aead", flags, key, iv, assoc, plain, sealed, auth)
        vectors.add(driver, "aead", "d" + flags, key, iv, assoc, sealed, plain, auth)
    vectors.add(driver, "aead", "d", key, iv, assoc, _flipped(vectors, sealed), plain, auth, result="EBADMSG")
    if assoc:
        vectors.add(driver, "aead", "d", key, iv, _flipped(vectors, assoc[:8]) + assoc[8:], sealed, plain, auth, result="EBADMSG")


def galois_modes(vectors):
    """GCM, RFC 4106 and RFC 4543 (the last eight bytes of the associated data are the vector again)."""
    for key_size in AES_KEYS:
        for size in (0, 1, 16, 100, 3000):
            key, salt, plain = vectors.bytes(key_size), vectors.bytes(4), vectors.bytes(size)
            iv, assoc = vectors.bytes(12), vectors.bytes(vectors.random.choice((0, 8, 20, 257)))
            if size or assoc:
                auth = vectors.random.choice((4, 8, 12, 13, 14, 15, 16))
                sealed = AESGCM(key).encrypt(iv, plain, assoc)
                _sealed(vectors, "gcm-aes-caam", key, iv, assoc, plain, sealed[:size + auth], auth)
            iv = vectors.bytes(8)
            assoc = vectors.bytes(vectors.random.choice((8, 12)))
            auth = vectors.random.choice((8, 12, 16))
            sealed = AESGCM(key).encrypt(salt + iv, plain, assoc)
            _sealed(vectors, "rfc4106-gcm-aes-caam", key + salt, iv, assoc + iv, plain, sealed[:size + auth], auth)
            tag = AESGCM(key).encrypt(salt + iv, b"", assoc + iv + plain)
            _sealed(vectors, "rfc4543-gcm-aes-caam", key + salt, iv, assoc + iv, plain, plain + tag, 16)


def _authenc_key(auth_key, cipher_key):
    """The key of authenc() as Linux wants it: an attribute that tells the cipher key's length, then both keys."""
    return struct.pack("<HH", 8, 1) + struct.pack(">I", len(cipher_key)) + auth_key + cipher_key


def _authenc_ciphers():
    """(name, sizes of the cipher's key, size of its vector, unit of data, encryption, what generates vectors)."""
    return (("ecb-cipher_null", (0,), 0, 4, lambda key, iv, data: data, None),
            ("cbc-aes", AES_KEYS, 16, 16, lambda key, iv, data: _crypt(_aes(key), modes.CBC(iv), data), "echainiv"),
            ("cbc-des", (8,), 8, 8, lambda key, iv, data: _crypt(_des(key), modes.CBC(iv), data), "echainiv"),
            ("cbc-des3_ede", (24,), 8, 8, lambda key, iv, data: _crypt(_des(key), modes.CBC(iv), data), "echainiv"),
            ("rfc3686-ctr-aes", AES_KEYS, 8, 1,
             lambda key, iv, data: _crypt(_aes(key[:-4]), modes.CTR(key[-4:] + iv + b"\0\0\0\1"), data), "seqiv"))


def _generated(vectors, driver, key, assoc, plain, auth, check):
    """Encryption by a driver that makes its own vector: what it made is judged afterwards."""
    size = check.iv_size
    zeros = bytes(size)
    number = vectors.add(driver, "aead", "p", key, vectors.bytes(size), assoc, zeros + plain, zeros + plain + bytes(auth), auth, result="show")
    vectors.outputs[number] = check


class _Judge:
    """Checks the output of a generating driver: vector, text, tag."""

    def __init__(self, encrypt, authenticate, iv_size, assoc, plain):
        self.encrypt, self.authenticate, self.iv_size, self.assoc, self.plain = encrypt, authenticate, iv_size, assoc, plain

    def __call__(self, output):
        iv = output[:self.iv_size]
        text = self.encrypt(iv, self.plain)
        if output[self.iv_size:self.iv_size + len(text)] != text:
            return "text"
        if output[self.iv_size + len(text):] != self.authenticate(self.assoc + iv + text):
            return "tag"
        return "vector of zeros" if not any(iv) else ""


def authenticated_pairs(vectors):
    """A hash and a cipher: encrypt, then MAC over associated data and the result."""
    for name in HASHES:
        for cipher, key_sizes, iv_size, unit, encrypt, generator in _authenc_ciphers():
            for key_size in key_sizes:
                for units in (1, 5, 40):
                    auth_key, iv = vectors.bytes(vectors.random.choice(AUTHENC_KEYS[name])), vectors.bytes(iv_size)
                    cipher_key = vectors.bytes(key_size + (4 if generator == "seqiv" else 0))
                    assoc, plain = vectors.bytes(vectors.random.choice((8, 12, 40))), vectors.bytes(units * unit)
                    key, auth = _authenc_key(auth_key, cipher_key), hashlib.new(name).digest_size

                    def authenticate(data, auth_key=auth_key, name=name):
                        return hmac.new(auth_key, data, name).digest()

                    def with_key(iv, data, cipher_key=cipher_key, encrypt=encrypt):
                        return encrypt(cipher_key, iv, data)

                    text = with_key(iv, plain)
                    _sealed(vectors, f"authenc-hmac-{name}-{cipher}-caam", key, iv, assoc, plain, text + authenticate(assoc + text), auth)
                    if generator:
                        driver = f"{generator}-authenc-hmac-{name}-{cipher}-caam"
                        _sealed(vectors, driver, key, vectors.bytes(iv_size), assoc, plain, text + authenticate(assoc + iv + text), auth, prefix=iv)
                        _generated(vectors, driver, key, assoc, plain, auth, _Judge(with_key, authenticate, iv_size, assoc, plain))


def _xcbc(key, data):
    """AES-XCBC-MAC, RFC 3566."""
    def ecb(which, block):
        return _crypt(_aes(which), modes.ECB(), block)

    first, second, third = (ecb(key, bytes([number]) * 16) for number in (1, 2, 3))
    whole = len(data) % 16 == 0 and data
    padded = data if whole else data + b"\x80" + bytes(-(len(data) + 1) % 16)
    last = bytes(left ^ right for left, right in zip(padded[-16:], second if whole else third))
    return _crypt(_aes(first), modes.CBC(bytes(16)), padded[:-16] + last)[-16:]


def _cmac(key, data):
    worker = CMAC(_aes(key))
    worker.update(data)
    return worker.finalize()


def hashes(vectors):
    """Hashes and MACs, at once and in steps."""
    def each(driver, key, make):
        for size in HASH_SIZES:
            data = vectors.bytes(size)
            vectors.add(driver, "hash", "", key, data=data, output=make(data))
            vectors.add(driver, "hash", "s", key, data=data, output=make(data))

    for name in HASHES:
        each(f"{name}-caam", b"", lambda data, name=name: hashlib.new(name, data).digest())
        for key_size in (1, 20, 64, 100):
            key = vectors.bytes(key_size)
            each(f"hmac-{name}-caam", key, lambda data, key=key, name=name: hmac.new(key, data, name).digest())
    for key_size in AES_KEYS:
        key = vectors.bytes(key_size)
        each("cmac-aes-caam", key, lambda data, key=key: _cmac(key, data))
    key = vectors.bytes(16)
    each("xcbc-aes-caam", key, lambda data: _xcbc(key, data))


def _der(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + content


def _der_numbers(*numbers):
    return _der(0x30, b"".join(_der(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers))


def public_keys(vectors):
    """RSA without padding, private keys with the parts for the Chinese remainder theorem: Linux takes no others."""
    for bits in RSA_BITS:
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits).private_numbers()
        n, e = key.public_numbers.n, key.public_numbers.e
        size = bits // 8
        private = _der_numbers(0, n, e, key.d, key.p, key.q, key.dmp1, key.dmq1, key.iqmp)
        for _ in range(3):
            message = vectors.random.randrange(2, n)
            clear, cipher = message.to_bytes(size, "big"), pow(message, e, n).to_bytes(size, "big")
            vectors.add("rsa-caam", "akcipher", "", _der_numbers(n, e), data=clear, output=cipher)
            vectors.add("rsa-caam", "akcipher", "d", private, data=cipher, output=clear)


def make(seed):
    """All vectors of a seed."""
    vectors = Vectors(seed)
    for group in (block_ciphers, counter_modes, galois_modes, authenticated_pairs, hashes, public_keys):
        group(vectors)
    return vectors


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("make", "verify") or not arguments[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    warnings.simplefilter("ignore")  # DES is old
    vectors = make(int(arguments[1]))
    if arguments[0] == "make":
        print("\n".join(vectors.lines))
        return 0
    outputs = {int(number): bytes.fromhex(output) for number, output in map(str.split, sys.stdin)}
    wrong = [f"line {number}: {check(outputs[number]) if number in outputs else 'no output'}" for number, check in vectors.outputs.items()
             if number not in outputs or check(outputs[number])]
    print("\n".join(wrong) or f"all {len(outputs)} are right")
    return 1 if wrong or not outputs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
