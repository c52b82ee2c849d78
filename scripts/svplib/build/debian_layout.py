# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages of Debian laid out as dpkg leaves them when it has unpacked but not yet configured them.

Nothing of arm64 runs here, and nothing needs root: who is not root runs this module under fakeroot, as a program:

    python3 -m svplib.build.debian_layout FOLDER_OF_DEBS OVERLAY IMAGE BYTES LABEL

makes a card (cards.make_disk) of the packages and, over them, the files of the folder OVERLAY.
Reference: deb(5), dpkg's status file as dpkg-query(1) shows it, and the paragraph "Internals" of Debian's wiki page on dpkg's triggers.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import cards

_INFO = "var/lib/dpkg/info"
_TRIGGERS = "var/lib/dpkg/triggers"
_DPKG_FOLDERS = (_INFO, _TRIGGERS, *(f"var/lib/dpkg/{name}" for name in ("updates", "parts", "alternatives")))
#: Fields of a control file that dpkg does not keep, or that status_entry() writes by itself
_NOT_KEPT = {"Package", "Status", "Description", "Filename", "Size", "MD5sum", "SHA256"}


def control_fields(text):
    """{name: value} of a control file, continuation lines included. Raises ValueError for a line that is neither."""
    fields, name = {}, None
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        elif line.strip():
            raise ValueError(f"control file: {line!r} is no field")
    return fields


def status_entry(fields):
    """What dpkg's status file says of a package that is unpacked but not configured."""
    lines = [f"Package: {fields['Package']}", "Status: install ok unpacked"]
    lines += [f"{name}: {value}" for name, value in fields.items() if name not in _NOT_KEPT]
    lines.append(f"Description: {fields.get('Description', 'none')}")
    return "\n".join(lines) + "\n"


def info_name(fields):
    """How dpkg calls a package's files in its folder info."""
    return fields["Package"] + (f":{fields['Architecture']}" if fields.get("Multi-Arch") == "same" else "")


def conffiles(text, root):
    """The field Conffiles of a status entry, for the control file `conffiles` of a package that is laid out in `root`; "" if it has none."""
    rows = []
    for line in text.splitlines():
        path = line.strip()
        if path.startswith("/"):
            digest = subprocess.run(["md5sum", str(root / path[1:])], check=True, capture_output=True, text=True).stdout.split()[0]
            rows.append(f" {path} {digest}")
    return "Conffiles:\n" + "\n".join(rows) + "\n" if rows else ""


def interests(text, package):
    """[(file in dpkg's folder triggers, line in it)] of what a control file `triggers` says that the package waits for."""
    rows = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if len(words) == 2 and words[0].startswith("interest"):
            waiter = package + ("/noawait" if words[0] == "interest-noawait" else "")
            rows.append(("File", f"{words[1]} {waiter}") if words[1].startswith("/") else (words[1], waiter))
    return rows


def _unpack(package, root):
    """Lay out one .deb in `root`; returns its entry for the status file."""
    control = root / "control-files"
    subprocess.run(["dpkg-deb", "--control", str(package), str(control)], check=True)
    fields = control_fields((control / "control").read_text())
    (control / "control").unlink()
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as reader:
        listing = subprocess.run(["tar", "-x", "-p", "-v", "--numeric-owner", "--keep-directory-symlink", "-C", str(root)], stdin=reader.stdout,
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
    paths = ["/" + line[2:].rstrip("/") for line in listing.splitlines()]
    info = root / _INFO / info_name(fields)
    Path(f"{info}.list").write_text("\n".join(path if path != "/" else "/." for path in paths) + "\n")
    entry = status_entry(fields)
    if (control / "conffiles").exists():
        entry += conffiles((control / "conffiles").read_text(), root)
    if (control / "triggers").exists():
        for file, line in interests((control / "triggers").read_text(), info_name(fields)):
            with open(root / _TRIGGERS / file, "a") as rows:
                rows.write(line + "\n")
    for file in control.iterdir():
        file.rename(f"{info}.{file.name}")
    control.rmdir()
    return entry


def lay_out(packages, root):
    """The tree of a system of these .debs in the empty folder `root`."""
    for folder in _DPKG_FOLDERS:
        (root / folder).mkdir(parents=True)
    # What /bin and others lead to comes first, or their content would end in folders of these names
    ordered = sorted(packages, key=lambda path: (not path.name.startswith("base-files_"), path.name))
    (root / "var/lib/dpkg/status").write_text("\n".join(_unpack(path, root) for path in ordered))
    (root / "var/lib/dpkg/arch").write_text("arm64\n")
    (root / _INFO / "format").write_text("1\n")  # names have an architecture where several can be installed
    # Maintainer scripts of other packages look users up before base-passwd is configured
    for name in ("passwd", "group"):
        (root / f"etc/{name}").write_bytes((root / f"usr/share/base-passwd/{name}.master").read_bytes())


def put_over(folder, root):
    """Copy the files below `folder` to their places in `root`, readable by all."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = root / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # a link of a package's
            shutil.copyfile(path, target)
            target.chmod(0o644)


def main(words):
    """Lay out the .debs of a folder and make a card of them."""
    debs, overlay, image, size, label = words
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="tree-", dir=Path(image).parent) as folder:
        root = Path(folder)
        root.chmod(0o755)
        lay_out(sorted(Path(debs).glob("*.deb")), root)
        put_over(Path(overlay), root)
        cards.make_disk(Path(image), root, int(size), label)


if __name__ == "__main__":
    main(sys.argv[1:])
