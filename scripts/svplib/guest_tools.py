# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's arm64 programs in the guest's initramfs: xtest with its trusted applications, tee-supplicant, keyctl, rngtest."""

from . import debian_files
from .errors import BuildError

#: Entries of the lock file
PACKAGES = ("xtest", "tee-supplicant", "libteec", "libckteec", "keyutils", "libkeyutils", "rng-tools", "libcrypto", "zlib", "libzstd", "libc")
PROGRAMS = (("xtest", "usr/bin/xtest"), ("tee-supplicant", "usr/sbin/tee-supplicant"), ("keyutils", "usr/bin/keyctl"),
            ("rng-tools", "usr/bin/rngtest"))
TRUSTED_APPLICATIONS = ("xtest", "usr/lib/optee_armtz")


def collect(folder):
    """Make the tree in `folder` (must not exist)."""
    roots = debian_files.unpacked(PACKAGES)
    package, place = TRUSTED_APPLICATIONS
    applications = [(package, f"{place}/{path.name}") for path in sorted((roots[package] / place).glob("*.ta"))]
    if not applications:
        raise BuildError(f"{package}: no trusted application in {place}")
    debian_files.collect(folder, roots, PROGRAMS, applications)
    # Where tee-supplicant looks: on Debian, /lib is a link to usr/lib
    (folder / "lib/optee_armtz").symlink_to(f"../{place}")
