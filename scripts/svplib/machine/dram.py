# SPDX-License-Identifier: GPL-2.0-or-later
"""The board's DRAM as a file that QEMU maps: its cells are read past every firewall, or many boards begin with one content."""

import os

from .settings import BoardError

#: Where the first cell appears in the physical memory map
DRAM_BASE = 0x40000000


class Dram:
    """A file of the DRAM's size. `descriptor`: its number, in this process and in QEMU."""

    def __init__(self, descriptor, shared):
        """shared: what a board writes goes into the file."""
        self.descriptor = descriptor
        self.shared = shared

    @classmethod
    def new(cls, name, size):
        """A file without a path, of `size` zero bytes, that lives in memory as QEMU's own would; the caller closes it."""
        descriptor = os.memfd_create(f"svp-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        return cls(descriptor, True)

    @property
    def size(self):
        """Bytes that are fitted."""
        return os.fstat(self.descriptor).st_size

    def arguments(self, name):
        """QEMU's arguments for an object `name` that holds the memory."""
        return ["-object", f"memory-backend-file,id={name},size={self.size},share={'on' if self.shared else 'off'},"
                f"mem-path=/proc/self/fd/{self.descriptor}"]

    def read(self, address, size):
        """What the cells hold. address: in the physical memory map. Raises BoardError for what is not fitted."""
        offset = self._offset(address, size)
        pieces = []
        while size:
            pieces.append(os.pread(self.descriptor, size, offset))
            offset, size = offset + len(pieces[-1]), size - len(pieces[-1])
        return b"".join(pieces)

    def write(self, address, data):
        """Put bytes into the cells, of a shared file. Raises BoardError for what is not fitted."""
        offset, data = self._offset(address, len(data)), memoryview(data)
        while data:
            done = os.pwrite(self.descriptor, data, offset)
            offset, data = offset + done, data[done:]

    def _offset(self, address, size):
        offset = address - DRAM_BASE
        if not 0 <= offset <= offset + size <= self.size:
            raise BoardError(f"{size:#x} bytes at {address:#x} are outside of the {self.size >> 20} MiB of DRAM")
        return offset

    def close(self):
        """Give the memory back. Boards that run go on."""
        os.close(self.descriptor)
