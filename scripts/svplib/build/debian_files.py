# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of Debian's arm64 packages for the guest, with the shared libraries that they need, and without the rest of the packages."""

import re
import shutil
import subprocess

from ..base.errors import BuildError
from . import sources

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
                raise BuildError(f"{path.name}: {name} is in none of its packages")
            found[name] = places[0].resolve()
            waiting.append(places[0])
    return found


def unpacked(packages):
    """{lock entry: folder} of packages."""
    return {name: sources.unpacked(name, lambda partial, name=name: sources.unpack_deb(name, partial)) for name in packages}


def collect(folder, roots, programs, others=()):
    """Make a tree in `folder`: ELF files with their libraries, and other files as they are.

    roots       {lock entry: folder}, as unpacked() gives it
    programs    (lock entry, path in the package) of ELF files, programs or plugins
    others      the same of files that need nothing
    """
    wanted = {}
    for name, path in (*programs, *others):
        wanted[path] = roots[name] / path
        if not wanted[path].exists():
            raise BuildError(f"{name}: {wanted[path].name} is not where it was in the tested version ({path})")
    libraries = closure([wanted[path] for _, path in programs], [root / LIBRARIES for root in roots.values()])
    wanted.update({f"lib/{name}" if name == LOADER else f"{LIBRARIES}/{name}": path for name, path in libraries.items()})
    for target, path in wanted.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / target)
        (folder / target).chmod(0o755)
