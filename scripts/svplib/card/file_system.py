# SPDX-License-Identifier: GPL-2.0-or-later
"""Files inside the ext4 file system of a card's image, by e2fsprogs: no root, no mount.

References: the UEFI specification (MBR, GPT), Linux: Documentation/filesystems/ext4/super.rst, debugfs(8).
"""

import re
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

from ..build.cards import tools
from ..base.errors import SvpError, UsageError

_SECTOR = 512
_SUPERBLOCK, _MAGIC_OFFSET, _MAGIC = 1024, 56, b"\x53\xef"
_INCOMPATIBLE_OFFSET, _NEEDS_RECOVERY, _64_BITS = 96, 4, 0x80
_CHUNK_BYTES = 1 << 20
_PROTECTIVE = 0xEE
_GPT_ENTRIES = 128
_LINKS_LIMIT = 40
#: debugfs says these on every call, or for something else than an error
_HARMLESS = re.compile(r"^(debugfs \d|Allocated inode: \d+$|$)")
_LISTED = re.compile(r"^/(\d+)/(\d+)/(\d+)/(\d+)/(.*)/(\d*)/$", re.MULTILINE)
DEFAULT_MODE, PROGRAM_MODE = 0o644, 0o755


def partitions(path):
    """[(number, first byte)] of an image's partitions, (0, 0) for the image itself first."""
    found = [(0, 0)]
    with open(path, "rb") as image:
        head = image.read(_SECTOR)
        if head[510:512] != b"\x55\xaa":
            return found
        entries = [struct.unpack_from("<4xB3xII", head, 446 + 16 * number) for number in range(4)]
        if any(kind == _PROTECTIVE for kind, _, _ in entries):
            return found + _of_gpt(image)
        return found + [(number, first * _SECTOR) for number, (kind, first, _) in enumerate(entries, 1) if kind]


def _of_gpt(image):
    image.seek(_SECTOR)
    header = image.read(92)
    if header[:8] != b"EFI PART":
        return []
    place, count, size = struct.unpack_from("<QII", header, 72)
    end, rows = image.seek(0, 2) // _SECTOR, []
    if place >= end:
        return []
    for number in range(min(count, _GPT_ENTRIES)):
        image.seek(place * _SECTOR + number * size)
        entry = image.read(48)
        if len(entry) == 48 and any(entry[:16]) and (first := struct.unpack_from("<Q", entry, 32)[0]) < end:
            rows.append((number + 1, first * _SECTOR))
    return rows


class FileSystem:
    """The ext4 file system of an image: its partition `number`, or the first with one (None).

    Raises UsageError for an image that has none. Paths inside begin with '/'.
    """

    def __init__(self, path, number=None):
        self.path = Path(path)
        if not self.path.is_file():
            raise UsageError(f"{path}: {'is not a file' if self.path.exists() else 'does not exist'}")
        if "?" in str(path):
            raise UsageError(f"{path}: e2fsprogs take no '?' in a file's name")
        rows = partitions(self.path)
        if number is not None and number not in dict(rows):
            raise UsageError(f"{path}: no partition {number}; there are {', '.join(str(row) for row, _ in rows[1:]) or 'none'}")
        wanted = [(row, first) for row, first in rows if number in (None, row)]
        for self.number, self.offset in wanted:
            superblock = self._superblock()
            if superblock[_MAGIC_OFFSET:_MAGIC_OFFSET + 2] == _MAGIC:
                return
        raise UsageError(f"{path}: no ext4 file system in {f'partition {number}' if number else 'it or in its partitions'}")

    def _superblock(self):
        with open(self.path, "rb") as image:
            image.seek(self.offset + _SUPERBLOCK)
            return image.read(1024)

    @property
    def place(self):
        """Its name for e2fsprogs."""
        return f"{self.path}?offset={self.offset}"

    def needs_recovery(self):
        """True when a board that wrote to it did not unmount it."""
        superblock = self._superblock()
        return bool(struct.unpack_from("<I", superblock, _INCOMPATIBLE_OFFSET)[0] & _NEEDS_RECOVERY)

    def recover(self):
        """Replay its journal and mend what needs no question. Raises SvpError when something is left."""
        # In a file of its own: e2fsck forgets where the file system begins once it has replayed the journal
        with tempfile.TemporaryDirectory(prefix=".svp-card-", dir=self.path.absolute().parent) as folder:
            alone = Path(folder) / "file-system"
            alone.touch()
            _copy(self.path, self.offset, alone, 0, self._size())
            done = self._run(["e2fsck", "-p", str(alone)])
            if done.returncode & ~1:
                raise SvpError(f"{self.path}: its file system is damaged, e2fsck -p could not mend it", done.stdout.splitlines()[-5:])
            _copy(alone, 0, self.path, self.offset, self._size())

    def _size(self):
        """Bytes of the file system."""
        superblock = self._superblock()
        low, shift, high = (struct.unpack_from("<I", superblock, place)[0] for place in (4, 24, 336))
        wide = struct.unpack_from("<I", superblock, _INCOMPATIBLE_OFFSET)[0] & _64_BITS
        return ((high if wide else 0) << 32 | low) << (10 + shift)

    def listing(self, folder):
        """{name: (mode, bytes)} of a folder, links on the way to it followed. Raises UsageError when it is none."""
        return self._listing(self.real(folder))

    def _listing(self, folder):
        lines = self._debugfs([f"ls -p {_quoted(folder)}"], write=False)
        rows = _LISTED.findall(lines)
        if len(rows) != sum(bool(line) for line in lines.split("\n")):
            raise SvpError(f"{self.path}: {folder} has a name with a line's end in it, or its file system is damaged")
        return {name: (int(mode, 8), int(size or 0)) for _, mode, _, _, name, size in rows if name not in ("", ".", "..")}

    def mode(self, path):
        """Mode of what is at `path`, a link not followed at its end, or None when nothing is."""
        return self._mode_below(self.real(_parent(path)), _name(path)) if path != "/" else stat.S_IFDIR | 0o755

    def real(self, path):
        """The path without links on it: debugfs follows them to read, but not to write. What is not there stays as it is."""
        names, done, links = path.strip("/").split("/"), "", 0
        while names:
            name = names.pop(0)
            if name in ("", "."):
                continue
            if name == "..":
                done = done.rpartition("/")[0]
                continue
            mode = self._mode_below(done or "/", name)
            if mode is None or not stat.S_ISLNK(mode):
                done += f"/{name}"
                continue
            links += 1
            if links > _LINKS_LIMIT:
                raise UsageError(f"{self.path}: {path} has more than {_LINKS_LIMIT} links on it")
            target = self._target(f"{done}/{name}")
            names = target.split("/") + names
            done = "" if target.startswith("/") else done
        return done or "/"

    def _mode_below(self, folder, name):
        try:
            return self._listing(folder).get(name, (None, 0))[0]
        except UsageError:
            return None

    def _target(self, link):
        text = self._debugfs([f"stat {_quoted(link)}"], write=False)
        match = re.search(r'^Fast link dest: "(.*)"$', text, re.MULTILINE)
        return match.group(1) if match else self._debugfs([f"cat {_quoted(link)}"], write=False)

    def is_folder(self, path):
        """True for a folder, or a link that leads to one."""
        mode = self.mode(self.real(path))
        return mode is not None and stat.S_ISDIR(mode)

    def put(self, source, path, mode=None):
        """Write a file of the host, or a folder with the files and folders in it, to `path`, root's. `mode`: of a file; default 0644, 0755 for a program."""
        if source.is_dir():
            self.make_folder(path)
            for child in sorted(source.iterdir()):
                if not child.is_symlink():
                    self.put(child, f"{path.rstrip('/')}/{child.name}", mode)
            return
        if not source.is_file():
            raise UsageError(f"{source}: is neither a file nor a folder")
        there = self.mode(path)
        if self.is_folder(path):
            raise UsageError(f"{self.path}: {path} is a folder there")
        self.make_folder(_parent(path))
        path = f"{self.real(_parent(path)).rstrip('/')}/{_name(path)}"
        executable = source.stat().st_mode & 0o100
        bits = mode if mode is not None else PROGRAM_MODE if executable else DEFAULT_MODE
        name = _quoted(path)
        try:
            self._debugfs([*([f"rm {name}"] if there is not None else []), f"write {_quoted(str(source.absolute()))} {name}"])
        except SvpError:
            if self.mode(path) is not None:
                self._debugfs([f"rm {name}"])  # what fitted
            raise
        self._debugfs([f"set_inode_field {name} mode 0{0o100000 | bits:o}", f"set_inode_field {name} uid 0", f"set_inode_field {name} gid 0"])
        written = self.listing(_parent(path)).get(_name(path), (0, -1))[1]
        if written != source.stat().st_size:
            raise SvpError(f"{self.path}: {path} has {written} bytes of {source.stat().st_size}; is the card full?")

    def make_folder(self, path, mode=0o755):
        """Make a folder and those above it; harmless if it is there."""
        if self.mode(path) is not None and not self.is_folder(path):
            raise UsageError(f"{self.path}: {path} is no folder there")
        if self.mode(path) is None:
            self.make_folder(_parent(path))
            path = f"{self.real(_parent(path)).rstrip('/')}/{_name(path)}"
            self._debugfs([f"mkdir {_quoted(path)}", f"set_inode_field {_quoted(path)} mode 0{0o40000 | mode:o}"])

    def get(self, path, target):
        """Copy a file, or a folder with all in it, to `target` (a path on the host). Raises UsageError when it is not there. In folders, what is neither is left out."""
        mode = self.mode(path)
        if mode is None:
            raise UsageError(f"{self.path}: {path} does not exist there")
        path = f"{self.real(_parent(path)).rstrip('/')}/{_name(path)}"
        if stat.S_ISDIR(mode):
            target.mkdir(exist_ok=True)
            for name, (kind, _) in self.listing(path).items():
                if stat.S_ISDIR(kind) or stat.S_ISREG(kind):
                    self.get(f"{path.rstrip('/')}/{name}", target / name)
            return
        if not stat.S_ISREG(mode):
            raise UsageError(f"{self.path}: {path} is neither a file nor a folder there")
        self._debugfs([f"dump {_quoted(path)} {_quoted(str(target.absolute()))}"], write=False)

    def _debugfs(self, requests, write=True):
        """Have debugfs do these; its output. Raises SvpError for whatever it complains about, UsageError for what is not there."""
        if write and self.needs_recovery():
            self.recover()
        done = self._run(["debugfs", *(["-w"] if write else []), "-f", "-", self.place], "\n".join(requests) + "\n")
        output = "\n".join(line for line in done.stdout.splitlines() if not line.startswith("debugfs: "))
        complaints = [line for line in done.stderr.splitlines() if not _HARMLESS.match(line)]
        if complaints or done.returncode:
            kind = UsageError if any(re.search("not found|not a directory", line) for line in complaints) else SvpError
            raise kind(f"{self.path}: {complaints[0].strip() if complaints else f'debugfs ended with {done.returncode}'}")
        return output

    def _run(self, command, text=""):
        try:
            return subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=tools(), errors="surrogateescape")
        except FileNotFoundError:
            raise SvpError(f"{command[0]} is not installed (Debian's package e2fsprogs)") from None


def _copy(source, source_place, target, target_place, size):
    """Copy bytes from file to file; what is the same there, holes above all, is not written."""
    with open(source, "rb") as reader, open(target, "r+b") as writer:
        for done in range(0, size, _CHUNK_BYTES):
            reader.seek(source_place + done)
            data = reader.read(min(_CHUNK_BYTES, size - done))
            writer.seek(target_place + done)
            there = writer.read(len(data)).ljust(len(data), b"\0")
            if data != there:
                writer.seek(target_place + done)
                writer.write(data)
        if writer.seek(0, 2) < target_place + size:
            writer.truncate(target_place + size)


def _parent(path):
    return path.rsplit("/", 1)[0] or "/"


def _name(path):
    return path.rsplit("/", 1)[1]


def _quoted(name):
    """A name as debugfs takes it."""
    if '"' in name or "\n" in name:
        raise UsageError(f"{name!r}: debugfs takes no name with a quotation mark or a line's end")
    return f'"{name}"'
