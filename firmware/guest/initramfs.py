#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the guest's initramfs: a gzip-compressed cpio archive.

Usage: initramfs.py OUTPUT ROOTFS BUSYBOX [--program FILE]... [--module FILE]...
       [--spare-module FILE]... [--tree FOLDER]

ROOTFS is copied as it is, BUSYBOX becomes /bin/busybox with a link for each
applet that the scripts need, programs go to /svp, modules to /lib/modules, and
their order to /lib/modules/order; spare modules are left out of that. FOLDER
is copied with its links and empty folders. No privilege is needed, since
device nodes are only entries of the archive. The same input gives the same
bytes: owner, times and inode numbers are not those of the files.

Format: "newc" of cpio(5) (Linux: Documentation/driver-api/early-userspace/
buffer-format.rst).
"""
import argparse
import gzip
import io
import os
import stat
import struct
import sys

APPLETS = """
    [ ash awk basename cat chmod chown chroot clear cmp cp cttyhack cut date dd
    devmem df dirname dmesg echo env expr false find free grep gzip halt head
    hexdump hostname hwclock id ifconfig insmod ip kill less ln losetup ls lsmod
    md5sum mkdir mknod mktemp more mount mv nc nproc od pidof ping
    poweroff printf ps pwd readlink reboot rm rmdir rmmod route sed seq setsid sh sha256sum sleep
    sort stat stty sync sysctl tail tar taskset tee test tftp time timeout top
    touch tr true truncate tty udhcpc umount uname uniq uptime usleep vi wc
    wget xargs xxd yes zcat
""".split()

DIRECTORIES = ["bin", "dev", "etc", "lib", "lib/modules", "mnt", "proc",
               "root", "run", "sbin", "svp", "sys", "tmp"]

# Console for the kernel to open before anything is mounted (major, minor as in
# Linux: Documentation/admin-guide/devices.txt)
DEVICE_NODES = [("dev/console", 5, 1, 0o600), ("dev/null", 1, 3, 0o666),
                ("dev/kmsg", 1, 11, 0o600)]

AARCH64 = 183  # e_machine of the ELF header


class Archive:
    """A cpio archive in "newc" format, built in memory."""

    def __init__(self):
        self._bytes = io.BytesIO()
        self._inode = 0

    def add(self, name, mode, data=b"", device=(0, 0)):
        self._inode += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = [self._inode, mode, 0, 0, links, 0, len(data), 0, 0,
                  device[0], device[1], len(name.encode()) + 1, 0]
        self._bytes.write(b"070701" + b"".join(b"%08X" % f for f in fields))
        self._bytes.write(name.encode() + b"\0")
        self._pad()
        self._bytes.write(data)
        self._pad()

    def finish(self):
        self._inode = -1
        self.add("TRAILER!!!", 0)
        return self._bytes.getvalue()

    def _pad(self):
        self._bytes.write(b"\0" * (-self._bytes.tell() % 4))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_static_elf(path):
    """Return the file's bytes; ValueError unless it is static AArch64."""
    data = read(path)
    if len(data) < 64 or data[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path}: not a 64-bit little-endian ELF file")
    if struct.unpack_from("<H", data, 18)[0] != AARCH64:
        raise ValueError(f"{path}: not for AArch64")
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for index in range(count):
        kind, = struct.unpack_from("<I", data, offset + index * size)
        if kind == 3:  # PT_INTERP
            raise ValueError(f"{path}: dynamically linked")
    return data


def add_rootfs(archive, root):
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            executable = os.stat(path).st_mode & stat.S_IXUSR
            archive.add(os.path.relpath(path, root),
                        stat.S_IFREG | (0o755 if executable else 0o644),
                        read(path))


def add_tree(archive, root):
    """A tree with folders and symbolic links, except the folders there are."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(folders + files):
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, root)
            if os.path.islink(path):
                archive.add(inside, stat.S_IFLNK | 0o777,
                            os.readlink(path).encode())
            elif os.path.isfile(path):
                executable = os.stat(path).st_mode & stat.S_IXUSR
                archive.add(inside, stat.S_IFREG | (0o755 if executable
                                                    else 0o644), read(path))
            elif inside not in DIRECTORIES:
                archive.add(inside, stat.S_IFDIR | 0o755)


def build(arguments):
    archive = Archive()
    for name in DIRECTORIES:
        archive.add(name, stat.S_IFDIR | 0o755)
    for name, major, minor, mode in DEVICE_NODES:
        archive.add(name, stat.S_IFCHR | mode, device=(major, minor))
    archive.add("bin/busybox", stat.S_IFREG | 0o755,
                read_static_elf(arguments.busybox))
    for applet in APPLETS:
        archive.add(f"bin/{applet}", stat.S_IFLNK | 0o777, b"busybox")
    add_rootfs(archive, arguments.rootfs)
    for path in arguments.program:
        archive.add("svp/" + os.path.basename(path), stat.S_IFREG | 0o755,
                    read_static_elf(path))
    order = ""
    for path in arguments.module + arguments.spare_module:
        name = os.path.basename(path)
        if path in arguments.module:
            order += name.removesuffix(".ko") + "\n"
        archive.add("lib/modules/" + name, stat.S_IFREG | 0o644, read(path))
    if arguments.tree:
        add_tree(archive, arguments.tree)
    archive.add("lib/modules/order", stat.S_IFREG | 0o644, order.encode())
    return archive.finish()


def main():
    parser = argparse.ArgumentParser(description="Write the initramfs.")
    parser.add_argument("output")
    parser.add_argument("rootfs")
    parser.add_argument("busybox")
    parser.add_argument("--program", action="append", default=[])
    parser.add_argument("--module", action="append", default=[])
    parser.add_argument("--spare-module", action="append", default=[])
    parser.add_argument("--tree")
    arguments = parser.parse_args()
    try:
        data = gzip.compress(build(arguments), 9, mtime=0)
        with open(arguments.output + ".tmp", "wb") as file:
            file.write(data)
        os.replace(arguments.output + ".tmp", arguments.output)
    except (OSError, ValueError) as error:
        print(f"initramfs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
