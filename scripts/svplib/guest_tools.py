# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's arm64 programs for the guest: xtest with its trusted applications, tee-supplicant, keyctl, rngtest, and their libraries.

collect(folder) makes a tree of the wanted files and of the shared libraries that they need, without the rest of the packages.
"""

import re
import shutil
import subprocess

from . import sources
from .errors import BuildError

#: Entries of the lock file
PACKAGES = ("xtest", "tee-supplicant", "libteec", "libckteec", "keyutils", "libkeyutils", "rng-tools", "libcrypto", "zlib", "libzstd", "libc")
PROGRAMS = {"xtest": "usr/bin/xtest", "tee-supplicant": "usr/sbin/tee-supplicant", "keyutils": "usr/bin/keyctl", "rng-tools": "usr/bin/rngtest"}
TRUSTED_APPLICATIONS = ("xtest", "usr/lib/optee_armtz")
LIBRARIES = "usr/lib/aarch64-linux-gnu"
LOADER = "ld-linux-aarch64.so.1"
_NEEDED = re.compile(r"\(NEEDED\).*\[(\S+)\]")


def needed(path, readelf="aarch64-linux-gnu-readelf"):
    """Names of the shared libraries that an ELF file asks for."""
    done = subprocess.run([readelf, "-d", str(path)], capture_output=True, text=True, check=False)
    if done.returncode or "Error" in done.stderr:
        raise BuildError(f"{path}: no ELF file that {readelf} can read", done.stderr.splitlines()[-3:])
    return _NEEDED.findall(done.stdout)


def closure(programs, folders, needs=needed):
    """{name: path} of the libraries that programs and their libraries need, found in `folders`. Raises BuildError for a missing one."""
    found, waiting = {}, list(programs)
    while waiting:
        path = waiting.pop()
        for name in needs(path):
            if name in found:
                continue
            places = [folder / name for folder in folders if (folder / name).exists()]
            if not places:
                raise BuildError(f"{path.name}: {name} is in none of the packages {', '.join(PACKAGES)}")
            found[name] = places[0].resolve()
            waiting.append(places[0])
    return found


def _unpacked():
    """{lock entry: folder} of all packages."""
    return {name: sources.unpacked(name, lambda partial, name=name: sources.unpack_deb(name, partial)) for name in PACKAGES}


def collect(folder):
    """Make the tree in `folder` (must not exist)."""
    roots = _unpacked()
    programs = {name: roots[name] / path for name, path in PROGRAMS.items()}
    for name, path in programs.items():
        if not path.exists():
            raise BuildError(f"{name}: {path.name} is not where it was in the tested version ({PROGRAMS[name]})")
    applications = sorted((roots[TRUSTED_APPLICATIONS[0]] / TRUSTED_APPLICATIONS[1]).glob("*.ta"))
    if not applications:
        raise BuildError(f"{TRUSTED_APPLICATIONS[0]}: no trusted application in {TRUSTED_APPLICATIONS[1]}")
    libraries = closure(programs.values(), [root / LIBRARIES for root in roots.values()])
    wanted = {PROGRAMS[name]: path for name, path in programs.items()}
    wanted.update({f"{TRUSTED_APPLICATIONS[1]}/{path.name}": path for path in applications})
    wanted.update({f"lib/{name}" if name == LOADER else f"{LIBRARIES}/{name}": path for name, path in libraries.items()})
    for target, path in wanted.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / target)
        (folder / target).chmod(0o755)
    # Where tee-supplicant looks: on Debian, /lib is a link to usr/lib
    (folder / "lib/optee_armtz").symlink_to(f"../{TRUSTED_APPLICATIONS[1]}")
