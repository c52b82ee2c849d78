# SPDX-License-Identifier: GPL-2.0-or-later
"""What svp raises when it cannot do what was asked.

Every message is one line that names the thing, the value and the limit; `detail` holds lines (the end of a log, the end
of a console) that are printed below it.
"""

import errno
import os
import signal

_ROOM = "make room there, or name another folder in XDG_CACHE_HOME (cache, logs) or TMPDIR (temporary files)"
_WRITABLE = "make it writable, or name another folder in XDG_CACHE_HOME (cache, logs) or TMPDIR (temporary files)"
#: What can be done about an error of the operating system
_REMEDIES = {
    errno.ENOSPC: _ROOM, errno.EDQUOT: _ROOM, errno.EROFS: _WRITABLE, errno.EACCES: _WRITABLE, errno.EPERM: _WRITABLE,
    errno.ENOENT: "something removed it while svp ran: start again", errno.ESTALE: "something removed it while svp ran: start again",
    errno.EMFILE: "raise the limit with 'ulimit -n'", errno.ENFILE: "end other programs", errno.ENOMEM: "end other programs, or take fewer --jobs",
    errno.EAGAIN: "raise the limit with 'ulimit -u', or end other programs", errno.EIO: "look at the disk and at the kernel's log",
    errno.EPIPE: "the program that read it has ended: let it read to the end, or write to a file",
    errno.EFBIG: "raise the limit with 'ulimit -f'", errno.EADDRINUSE: "end the program that has it, or take another port",
}
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
#: Errors of this machine's own, whatever was under way
_HOST = tuple(number for number in _REMEDIES if number not in (errno.EPIPE, errno.EAGAIN, errno.EADDRINUSE))


class SvpError(Exception):
    """An expected failure: printed as one line and its detail, never as a Python traceback."""

    def __init__(self, message, detail=()):
        super().__init__(message)
        self.detail = list(detail)

    def __str__(self):
        text = super().__str__()
        return "\n".join([text] + ["    | " + line for line in self.detail])


class HostError(SvpError):
    """This machine, not the guest, stands in the way: a full disk, a file that has gone, a process that was killed."""


class EmulatorError(HostError):
    """QEMU has ended by itself or by somebody's hand: the end of this machine, not of others."""


class GuestError(SvpError):
    """What runs on the board has failed, so far as this side can see: no answer, a wrong one, a word of failure, an early end."""


class UsageError(SvpError):
    """The command line asks for something that does not exist or cannot be."""


class BuildError(SvpError):
    """A build step failed; `detail` is the end of its log."""


class NetworkError(SvpError):
    """The Debian mirror could not be reached, or lacks what is needed."""


def explain(error, named=True):
    """One line for an OSError (or another exception): what, on which file (unless it is named elsewhere), and what can be done."""
    if not isinstance(error, OSError):
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    name = error.filename.decode(errors="replace") if isinstance(error.filename, bytes) else error.filename
    what = error.strerror or str(error) or type(error).__name__
    text = f"{name}: {what}" if named and name is not None and not isinstance(name, int) else what
    remedy = _REMEDIES.get(error.errno)
    return " ".join((f"{text}; {remedy}" if remedy else text).split())


def explain_start(error):
    """The same for a program that could not be started: what may not be run is no place to write to."""
    if error.errno in (errno.EACCES, errno.ENOEXEC):
        return f"{error.filename}: {error.strerror}; it is no program that can be run here"
    return explain(error)


def advised(text):
    """Another program's complaint, with what can be done if it names an error of the operating system."""
    for number in (errno.EADDRINUSE, errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENOMEM, errno.EMFILE):
        if os.strerror(number) in text and _REMEDIES[number] not in text:
            return f"{text}; {_REMEDIES[number]}"
    return text


def is_host_failure(error):
    """Whether an exception says that this machine stands in the way, so that nothing else can be expected to work either."""
    if isinstance(error, OSError):
        return error.errno in _HOST
    return isinstance(error, HostError) and not isinstance(error, EmulatorError)


def disk_trouble(error):
    """One line, if an exception, or one that it came from, says that a disk is full or read-only; else None."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return explain(error)
        if isinstance(error, HostError) and disk_advice(str(error)):
            return str(error).splitlines()[0]
        error = error.__cause__ or error.__context__
    return None


def disk_advice(text):
    """What to do, if a text has what the system says of a disk that is full or read-only; else None."""
    return next((f"{os.strerror(number)}: {_REMEDIES[number]}" for number in _DISK if os.strerror(number) in text), None)


def program_end(status):
    """Words for how a program ended: its exit status, or the signal that ended it."""
    if status >= 0:
        return f"exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "?"
    return f"signal {-status} ({name})"
