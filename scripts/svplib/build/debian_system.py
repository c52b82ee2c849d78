# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole Debian on a card: its own kernel with all modules, systemd, ssh, the network, and a menu for U-Boot.

apt finds the packages, debian_layout lays them out on this machine, and the board itself configures them, under Debian's kernel: dpkg's
maintainer scripts are arm64 programs. Both are programs of their own: one may need fakeroot, the other is a user of what is built here.
"""

import os
import shutil
import subprocess
import sys

from ..base import cache
from ..base.errors import BuildError
from ..base.progress import build_environment, log_path, run_logged
from . import private_apt

SUITE, KERNEL_SUITE = "trixie", "trixie-backports"
#: What somebody wants on a board; apt adds what these need, and all that is essential
PACKAGES = (
    *(f"{name}/{KERNEL_SUITE}" for name in ("linux-image-arm64", "linux-base")),
    "apt", "ca-certificates", "dbus", "e2fsprogs", "i2c-tools", "initramfs-tools", "iproute2", "iputils-ping", "kmod", "less", "login", "netbase",
    "openssh-server", "passwd", "procps", "systemd-resolved", "systemd-sysv", "u-boot-menu", "udev", "usbutils", "zstd",
)
#: What lies over the packages' files, before they are configured
OVERLAY = "firmware/debian/rootfs"
LABEL = "debian"
IMAGE_BYTES = 1 << 30
IMAGE = "debian.img"
_LAYOUT, _SETUP = "svplib.build.debian_layout", "svplib.machine.debian_setup"
#: What else the image depends on
FILES = ("scripts/svplib/build/debian_system.py", *(f"scripts/{name.replace('.', '/')}.py" for name in (_LAYOUT, _SETUP)))


def build(folder, repository, emulator, kernel, initrd, modules):
    """Make the image in `folder`. Raises SvpError.

    repository        this one's folder
    emulator          QEMU, to configure the packages
    kernel, initrd    Debian's kernel, and an initramfs with its modules
    modules           names of those that bring the card, in the order in which they can be loaded
    """
    cache.need_space(folder, 3000, "a Debian system")
    debs, image, dtb = folder / "debs", folder / IMAGE, folder / "board.dtb"
    with cache.lock("downloads"):
        private_apt.fetch_system(PACKAGES, SUITE, debs)
    environment = build_environment(PYTHONPATH=repository / "scripts")
    command = [sys.executable, "-m", _LAYOUT, debs, repository / OVERLAY, image, IMAGE_BYTES, LABEL]
    run_logged("lay out Debian's packages", [*(["fakeroot"] if os.geteuid() else []), *map(str, command)], log_path("debian-layout"), env=environment)
    _take_device_tree(debs, dtb)
    shutil.rmtree(debs)
    command = [sys.executable, "-m", _SETUP, emulator, kernel, initrd, dtb, image, log_path("debian-board").with_suffix(""), *modules]
    run_logged("configure Debian's packages on the board", [*map(str, command)], log_path("debian-setup"), env=environment)
    dtb.unlink()


def _take_device_tree(debs, target):
    """Take the board's device tree out of Debian's kernel packages."""
    for package in sorted(debs.glob("linux-base-*")):
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as reader:
            done = subprocess.run(["tar", "-x", "-O", "--wildcards", "*/freescale/imx8mq-evk.dtb"], stdin=reader.stdout, capture_output=True, check=False)
        if done.stdout:
            target.write_bytes(done.stdout)
            return
    raise BuildError("Debian's kernel packages: no imx8mq-evk.dtb in linux-base-*")
