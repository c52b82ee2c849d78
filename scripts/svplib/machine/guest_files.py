# SPDX-License-Identifier: GPL-2.0-or-later
"""Files out of a running guest: it writes a tar archive to a card of its own, svp takes the files out of that.

The archive is the guest's and may say anything: only files and folders below the wanted paths are made, links are not.
"""

import shutil
import tarfile
from pathlib import Path, PurePosixPath

from ..base.errors import HostError, SvpError, explain

#: What the guest may give; the file here takes only what is written
CARD_BYTES = 4 << 30
#: Controller of the slot of each card, in the order in which QEMU fills them
CONTROLLERS = ("30b50000.mmc", "30b40000.mmc")
GIVE_SECONDS = 600
_MISSING = "SVP missing "


class Card:
    """A card for the guest's files in slot `slot`; `path`: a file that does not exist yet. Raises HostError."""

    def __init__(self, path, slot):
        self.path, self._slot = path, slot
        try:
            with open(path, "wb") as file:
                file.truncate(CARD_BYTES)
        except OSError as error:
            raise HostError(explain(error)) from None

    def arguments(self):
        """QEMU's arguments for it."""
        return "-drive", f"if=sd,index={self._slot},format=raw,file={str(self.path).replace(',', ',,')}"

    def fill(self, board, paths):
        """Have the guest (our initramfs, at its shell) write these absolute paths; returns those that it has not, and then nothing is written."""
        given = board.command(f"svp-give {CONTROLLERS[self._slot]} {' '.join(map(_quoted, paths))}", timeout=GIVE_SECONDS)
        missing = [line.removeprefix(_MISSING) for line in given.output.splitlines() if line.startswith(_MISSING)]
        if given.status and not missing:
            raise SvpError(f"the guest could not write its files: {(given.output.splitlines() or [f'status {given.status}'])[-1]}")
        return missing

    def unpack(self, paths, target):
        """Each path as its last name in `target`, the folders in it with their files; returns their places. What is there is replaced, but no
        folder by a file. Raises SvpError."""
        try:
            with tarfile.open(self.path, mode="r:") as archive:
                members = archive.getmembers()
                return [_unpack(archive, members, PurePosixPath(path), target) for path in paths]
        except tarfile.TarError as error:
            raise SvpError(f"what the guest wrote is no whole archive: {error}") from None
        except OSError as error:
            raise HostError(explain(error)) from None


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def _unpack(archive, members, path, target):
    """One path of the guest; its place."""
    found = False
    for member in members:
        inside = PurePosixPath("/", member.name)
        if ".." in inside.parts or not (inside == path or path in inside.parents):
            continue
        place = target / path.name / inside.relative_to(path)
        if member.isdir():
            place.mkdir(parents=True, exist_ok=True)
        elif member.isreg():
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.extractfile(member) as source, open(place, "wb") as file:
                shutil.copyfileobj(source, file)
            place.chmod(0o755 if member.mode & 0o100 else 0o644)
        else:
            continue
        found = True
    if not found:
        raise SvpError(f"{path}: neither a file nor a folder")
    return target / path.name
