# SPDX-License-Identifier: GPL-2.0-or-later
"""AES-128 in counter and chaining mode, by the machine's own OpenSSL (Python's libraries have no cipher)."""

import ctypes
import ctypes.util

from ..base.errors import UsageError

BLOCK = 16


class Aes:
    """One key. Raises UsageError when there is no OpenSSL."""

    def __init__(self, key):
        name = ctypes.util.find_library("crypto")
        if not name:
            raise UsageError("films are encrypted by OpenSSL's library, which is not installed: apt install libssl3")
        self._library = ctypes.CDLL(name)
        for function in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ctr", "EVP_aes_128_cbc"):
            getattr(self._library, function).restype = ctypes.c_void_p
        self._key = bytes(key)
        self._context = ctypes.c_void_p(self._library.EVP_CIPHER_CTX_new())
        if len(self._key) != BLOCK or not self._context:
            raise UsageError("a film's key has 16 bytes")

    def __del__(self):
        if getattr(self, "_context", None):
            self._library.EVP_CIPHER_CTX_free(self._context)

    def _run(self, mode, iv, data):
        kind = ctypes.c_void_p(getattr(self._library, mode)())
        out, length = ctypes.create_string_buffer(len(data) + BLOCK), ctypes.c_int()
        good = self._library.EVP_EncryptInit_ex(self._context, kind, None, self._key, bytes(iv))
        self._library.EVP_CIPHER_CTX_set_padding(self._context, 0)
        good &= self._library.EVP_EncryptUpdate(self._context, out, ctypes.byref(length), bytes(data), len(data))
        if good != 1 or length.value != len(data):
            raise UsageError("OpenSSL refuses to encrypt with AES-128")
        return out.raw[:len(data)]

    def ctr(self, iv, data):
        """`data` in counter mode; `iv`: the first counter block. Less than 2^32 blocks, so that 64 and 128 bits count alike."""
        return self._run("EVP_aes_128_ctr", iv, data) if data else b""

    def cbc(self, iv, data):
        """`data`, whole blocks, chained from `iv`."""
        return self._run("EVP_aes_128_cbc", iv, data) if data else b""
