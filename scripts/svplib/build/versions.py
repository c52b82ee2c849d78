# SPDX-License-Identifier: GPL-2.0-or-later
"""What the board is made of: the commit of this repository, the version of each source, where it came from, hashes of what was built."""

import functools
import hashlib
import subprocess

from . import lock_file, parts, product_table, sources

#: Sources whose version says what runs on the board, and the product whose file tells one build from another
_MAIN = (("qemu", "qemu"), ("linux", "kernel"), ("tfa", "bl31"), ("optee", "tee"), ("u-boot", "u-boot"))
_UNKNOWN = "unknown"


def rows():
    """[{"name", "version", "from", "product", "sha256"}] of svp itself and of the main parts; product and sha256 are None for what is not built.

    Nothing is built or fetched. `version` of a local tree is its commit, if git knows one.
    """
    found = [{"name": "svp", "version": commit(), "from": "this repository", "product": None, "sha256": None}]
    for name, product in _MAIN:
        tree = sources.local_tree(name)
        own = product_table.override(product)
        entry = lock_file.entries()[name]
        version, origin = (_commit(tree), str(tree)) if tree else (sources.version(name), f"Debian {entry.suite}, {entry.package}")
        if name == "linux" and parts.OPTIONS.kernel_config:
            origin += f", with {parts.OPTIONS.kernel_config.path}"
        if own:
            version, origin = _UNKNOWN, f"in place of ours: {own}"
        path = own or parts.product(product)
        found.append({"name": name, "version": version, "from": origin, "product": str(path) if path.exists() else None,
                      "sha256": _sha256(path, path.stat().st_mtime_ns) if path.is_file() else None})
    return found


def brief():
    """{"svp": commit, "qemu": version, ...}, for results."""
    return {row["name"]: row["version"] for row in rows()}


def table():
    """The rows as aligned text."""
    cells = [("part", "version", "from", "sha256 of the product")]
    cells += [(row["name"], row["version"], row["from"], row["sha256"] or ("" if row["name"] == "svp" else "not built")) for row in rows()]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]).rstrip() for row in cells)


@functools.cache
def commit():
    """The commit that is checked out here, with '-dirty' behind it when files differ from it."""
    return _commit(parts.REPOSITORY)


def _commit(folder):
    try:
        done = subprocess.run(["git", "-C", str(folder), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"], capture_output=True, text=True, check=False)
    except OSError:
        return _UNKNOWN
    return done.stdout.strip() if not done.returncode and done.stdout.strip() else _UNKNOWN


@functools.cache
def _sha256(path, _changed):
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
