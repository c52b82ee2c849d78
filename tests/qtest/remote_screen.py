# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the Remote Framebuffer protocol (RFC 6143) in a web socket (RFC 6455), as a browser's page is one: enough to look at a screen."""

import base64
import os
import socket
import struct


class RemoteScreen:
    """Connects to 127.0.0.1; `size` is (width, height) of the screen. Raises OSError or ConnectionError where the server does not play along."""

    def __init__(self, port, timeout=60):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._raw, self._data = b"", b""
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall((f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._raw:
            self._receive()
        head, self._raw = self._raw.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))
        self._greet()

    def close(self):
        self._socket.close()

    def picture(self):
        """(width, height, bytes of red, green and blue of each pixel): the whole screen as it is."""
        width, height = self.size
        self._send(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
        lines = [bytearray(4 * width) for _ in range(height)]
        while (kind := self._take(1)[0]) != 0:
            self._skip(kind)
        for _ in range(struct.unpack(">xH", self._take(3))[0]):
            x, y, across, down, encoding = struct.unpack(">HHHHi", self._take(12))
            if encoding:
                raise ConnectionError(f"a rectangle in encoding {encoding}")
            for line in lines[y:y + down]:
                line[4 * x:4 * (x + across)] = self._take(4 * across)
        return width, height, b"".join(bytes(part for x in range(0, 4 * width, 4) for part in (line[x + 2], line[x + 1], line[x])) for line in lines)

    def _greet(self):
        self._take(12)
        self._send(b"RFB 003.008\n")
        kinds = self._take(self._take(1)[0])
        if 1 not in kinds:
            raise ConnectionError(f"kinds of security {list(kinds)}")
        self._send(b"\x01")
        if self._take(4) != bytes(4):
            raise ConnectionError("refused")
        self._send(b"\x01")
        *self.size, name = struct.unpack(">HH16xI", self._take(24))
        self._take(name)
        # 32 bits a pixel, red in bits 23 to 16; no encoding but the raw one.
        self._send(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0) + struct.pack(">BxHi", 2, 1, 0))

    def _skip(self, kind):
        """A message that is no picture."""
        if kind == 3:
            self._take(struct.unpack(">3xI", self._take(7))[0])
        elif kind == 1:
            self._take(6 * struct.unpack(">3xH", self._take(5))[0])
        elif kind != 2:
            raise ConnectionError(f"a message of kind {kind}")

    def _receive(self):
        more = self._socket.recv(1 << 20)
        if not more:
            raise ConnectionError("the server has closed")
        self._raw += more

    def _take(self, count):
        while len(self._data) < count:
            self._frame()
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def _need(self, count):
        while len(self._raw) < count:
            self._receive()

    def _frame(self):
        self._need(2)
        length, at = self._raw[1] & 0x7F, 2
        if length > 125:
            at = 4 if length == 126 else 10
            self._need(at)
            length = int.from_bytes(self._raw[2:at], "big")
        self._need(at + length)
        if self._raw[0] & 0xF == 8:
            raise ConnectionError("the server has closed")
        self._data += self._raw[at:at + length]
        self._raw = self._raw[at + length:]

    def _send(self, data):
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self._socket.sendall(b"\x82" + length + mask + bytes(value ^ mask[i % 4] for i, value in enumerate(data)))
