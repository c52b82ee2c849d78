# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages that building and testing need on this machine: looked for, listed, then installed by root or through sudo.

The names hold for Debian 12 and 13. '|' separates alternatives, the first is installed when none is there.
"""

import os
import shutil
import subprocess
import sys

from ..base.errors import BuildError, UsageError
from ..base.progress import build_environment, duration, log_path, run_logged, say

BUILD = ("gcc", "g++", "libc6-dev", "make", "patch", "xz-utils", "cpio", "gzip", "dpkg-dev", "python3")
CROSS = ("gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross")  # Debian on arm64 has the tools of that name in gcc itself
CROSS_CXX = ("g++-aarch64-linux-gnu",)
QEMU = ("ninja-build", "pkgconf|pkg-config", "python3-venv", "flex", "bison", "libglib2.0-dev", "libpixman-1-dev", "libslirp-dev",
        "libpng-dev", "libfdt-dev", "zlib1g-dev", "nettle-dev", "libgmp-dev")
LINUX = ("bc", "flex", "bison", "libelf-dev", "libssl-dev", "kmod", "perl", "device-tree-compiler")
OPTEE = ("python3-cryptography", "python3-pyelftools", "device-tree-compiler")
U_BOOT = ("bc", "flex", "bison", "swig", "libssl-dev", "libgnutls28-dev", "uuid-dev", "python3-dev", "python3-setuptools", "python3-pyelftools",
          "python3-yaml", "device-tree-compiler")
NATIVE = ("meson", "ninja-build", "pkgconf|pkg-config", "nettle-dev", "libgmp-dev")  # our own programs for this machine
UNIT = (*NATIVE, "catch2", "clang-format")
GTK = ("libgtk-3-dev",)
CARDS = ("e2fsprogs",)

#: Part of the build -> packages
NEEDS = {
    "qemu": BUILD + QEMU, "asan-qemu": BUILD + QEMU, "linux": BUILD + CROSS + LINUX, "tfa": BUILD + CROSS, "optee": BUILD + CROSS + OPTEE,
    "u-boot": BUILD + CROSS + U_BOOT, "boot": BUILD + CROSS, "programs": BUILD + CROSS + CROSS_CXX, "guest": BUILD, "tools": BUILD, "debian": BUILD, "efi": BUILD,
    "media": BUILD + CROSS + CARDS, "debian-system": CARDS + ("dpkg-dev", "tar", "fakeroot"),
    "native": BUILD + NATIVE, "unit": BUILD + UNIT, "fuzz": BUILD + UNIT + ("clang",), "gtk": GTK, "web": ("novnc",),  # of svp run --display
    # no part of its own: a raw ext4 image that a boot test mounts, streams and what is right for them, ciphers to compare CAAM with
    "film": CARDS + ("ffmpeg",),  # of svp run: made by ffmpeg, on a card
    "boot-tests": CARDS + ("ffmpeg", "python3-cryptography"),
    # encoders, and the decoder that pictures are compared with
    "pictures": ("ffmpeg", "x264", "libopenh264-dev", "mjpegtools"),
    "bench-vpu": ("libde265-examples",),
}


def _installed():
    try:
        text = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return {line.split()[0] for line in text.splitlines() if line.endswith(" installed")}


def missing(parts):
    """Names of packages that these parts need and that are not installed; sorted. None when this is not Debian."""
    installed = _installed()
    if installed is None:
        return None
    native_arm64 = os.uname().machine == "aarch64"
    wanted = {name for part in parts for name in NEEDS[part] if not (native_arm64 and name in CROSS + CROSS_CXX)}
    return sorted(name.split("|")[0] for name in wanted if not installed.intersection(name.split("|")))


def ensure(parts, install=True):
    """Install what is missing for these parts. Raises UsageError when that is not possible here, with the command to run."""
    names = missing(parts)
    if names is None:
        say("warning: no dpkg-query, so not Debian: not checked whether all build tools are installed")
        return
    if not names:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    by_hand = "as root: " + " ".join(["apt-get", "install", *names])
    if not install:
        raise UsageError(f"packages are missing and --no-install was given; {by_hand}")
    prefix = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise UsageError(f"packages are missing, this is not root, and there is no sudo; {by_hand}")
        prefix = ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
        if subprocess.run([*prefix, "true"], check=False).returncode:
            raise UsageError(f"packages are missing and sudo refused; {by_hand}")
        prefix.append("DEBIAN_FRONTEND=noninteractive")
    say(f"missing Debian packages: {' '.join(names)}")
    environment = build_environment(DEBIAN_FRONTEND="noninteractive")
    log = log_path("system-packages")
    # Index files of the system may be absent (containers) or old; their update may fail for another vendor's repository alone.
    try:
        run_logged("system package index", [*prefix, "apt-get", "update"], log, env=environment)
    except BuildError as error:
        say(f"warning: {str(error).splitlines()[0]}")
    used = run_logged(f"install {len(names)} packages", [*prefix, *command], log, env=environment, append=True)
    left = missing(parts)
    if left:
        raise UsageError(f"still missing after {duration(used)} of installing: {' '.join(left)}; log: {log}")
