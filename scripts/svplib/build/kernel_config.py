# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of somebody's own for the kernel that svp builds: a fragment of a .config, which goes behind ours and so wins."""

import re
from pathlib import Path

from ..base.errors import UsageError, explain

OPTION = "--kernel-config"
#: Our settings, and those with the user's behind them, in the folder of firmware/linux's copy
OURS, BOTH = "svp.config", "svp-and-own.config"
FRAGMENT_BYTES = 1 << 20
_LINE = re.compile(r"\s*|CONFIG_\w+=\S.*|# CONFIG_\w+ is not set|#.*")


class Fragment:
    """A fragment as it is now: `path`, and `text`, its lines. Raises UsageError when it cannot be one."""

    def __init__(self, path):
        self.path = Path(path).absolute()
        try:
            with open(path, encoding="utf-8") as stream:
                self.text = stream.read(FRAGMENT_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{OPTION}: {path}: {explain(error, named=False)}") from None
        except UnicodeDecodeError:
            raise UsageError(f"{OPTION}: {path} is no text") from None
        if len(self.text) > FRAGMENT_BYTES:
            raise UsageError(f"{OPTION}: {path} is larger than {FRAGMENT_BYTES >> 20} MiB")
        for number, line in enumerate(self.text.splitlines(), 1):
            if not _LINE.fullmatch(line):
                raise UsageError(f"{OPTION}: {path}, line {number}: '{line[:60]}' is no setting (CONFIG_NAME=y, or # CONFIG_NAME is not set)")
        if "CONFIG_" not in self.text:
            raise UsageError(f"{OPTION}: {path} sets nothing")

    def write_behind_ours(self, folder):
        """Write both settings into a folder that has ours; returns the file's name. It is left alone while it would be the same: Make goes by time."""
        both = folder / BOTH
        text = f"{(folder / OURS).read_text()}\n{self.text.rstrip()}\n"
        if not both.exists() or both.read_text() != text:
            both.write_text(text)
        return BOTH
