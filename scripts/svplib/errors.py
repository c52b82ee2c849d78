# SPDX-License-Identifier: GPL-2.0-or-later
"""What svp raises when it cannot do what was asked.

Every message is one line that names the thing, the value and the limit; `detail` holds lines (the end of a log, the end
of a console) that are printed below it.
"""


class SvpError(Exception):
    """An expected failure: printed as one line and its detail, never as a Python traceback."""

    def __init__(self, message, detail=()):
        super().__init__(message)
        self.detail = list(detail)

    def __str__(self):
        text = super().__str__()
        return "\n".join([text] + ["    | " + line for line in self.detail])


class UsageError(SvpError):
    """The command line asks for something that does not exist or cannot be."""


class BuildError(SvpError):
    """A build step failed; `detail` is the end of its log."""


class NetworkError(SvpError):
    """The Debian mirror could not be reached, or lacks what is needed."""
