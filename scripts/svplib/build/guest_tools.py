# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's arm64 programs in the guest's initramfs: xtest with its trusted applications, tee-supplicant, keyctl, rngtest; OP-TEE's own PKCS#11 tokens."""

import shutil

from ..base.errors import BuildError
from . import debian_files

#: Entries of the lock file
PACKAGES = ("xtest", "tee-supplicant", "libteec", "libckteec", "keyutils", "libkeyutils", "rng-tools", "libcrypto", "zlib", "libzstd", "libc")
PROGRAMS = (("xtest", "usr/bin/xtest"), ("tee-supplicant", "usr/sbin/tee-supplicant"), ("keyutils", "usr/bin/keyctl"),
            ("rng-tools", "usr/bin/rngtest"))
TRUSTED_APPLICATIONS = ("xtest", "usr/lib/optee_armtz")
#: Of tee-supplicant, for xtest
PLUGINS = ("xtest", "usr/lib/tee-supplicant/plugins")


def collect(folder, more_applications=()):
    """Make the tree in `folder` (must not exist). `more_applications`: paths of trusted applications that Debian has not."""
    roots = debian_files.unpacked(PACKAGES)
    package, place = TRUSTED_APPLICATIONS
    applications = [(package, f"{place}/{path.name}") for path in sorted((roots[package] / place).glob("*.ta"))]
    if not applications:
        raise BuildError(f"{package}: no trusted application in {place}")
    package, plugins = PLUGINS
    found = [(package, f"{plugins}/{path.name}") for path in sorted((roots[package] / plugins).glob("*.plugin"))]
    if not found:
        raise BuildError(f"{package}: no plug-in in {plugins}")
    debian_files.collect(folder, roots, (*PROGRAMS, *found), applications)
    for path in more_applications:
        shutil.copy(path, folder / place / path.name)
    # Where tee-supplicant looks: on Debian, /lib is a link to usr/lib
    (folder / "lib/optee_armtz").symlink_to(f"../{place}")
