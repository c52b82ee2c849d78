# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/svp.lock: for each source its Debian package, suite, the version that was tested, and what may stand in for it."""

import functools
import json
from pathlib import Path

from ..base.errors import SvpError

PATH = Path(__file__).resolve().parents[2] / "svp.lock"


class Entry:
    """One source. `kind` is 'source' (a .dsc and its tarballs) or 'binary' (one .deb)."""

    def __init__(self, name, fields):
        try:
            self.name = name
            self.kind = fields["kind"]
            self.package = fields["package"]
            self.suite = fields["suite"]
            self.version = fields["version"]
            self.series = fields["series"]
            self.successor = fields.get("successor")
        except KeyError as error:
            raise SvpError(f"{PATH.name}: source '{name}' lacks {error}") from None
        if self.kind not in ("source", "binary"):
            raise SvpError(f"{PATH.name}: source '{name}': kind '{self.kind}' is neither source nor binary")


@functools.cache
def entries():
    """{name: Entry} of the lock file."""
    try:
        data = json.loads(PATH.read_text())
    except (OSError, ValueError) as error:
        raise SvpError(f"{PATH}: {error}") from None
    return {name: Entry(name, fields) for name, fields in data["sources"].items()}
