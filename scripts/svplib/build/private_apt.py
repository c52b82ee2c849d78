# SPDX-License-Identifier: GPL-2.0-or-later
"""An apt of our own inside the cache: Debian's suites that the lock file names, on the mirror that this machine uses.

The system's apt is left alone: own configuration, own index files, own (empty) package status. Signatures are checked with
Debian's keyring. An expired Release file is accepted, because mirrors and snapshots often carry an old `sid`.
"""

import functools
import os
import re
import subprocess
import time
from pathlib import Path

from ..base import cache
from ..base.errors import NetworkError, SvpError
from ..base.progress import build_environment, log_path, run_logged, say
from . import apt_settings, lock_file

INDEX_LIFETIME = 24 * 3600.0
STALE_AFTER_MISS = 600.0
MIRROR_VARIABLE = "SVP_DEBIAN_MIRROR"


class NotOnMirror(NetworkError):
    """The mirror's index or pool lacks that version."""


def _folder():
    return cache.folder("apt")


def _native_architecture():
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _write_configuration(archive):
    """Write configuration and source list for that archive; return the environment that makes apt use them."""
    base = _folder()
    for name in ("state/lists/partial", "cache/archives/partial", "empty.d"):
        (base / name).mkdir(parents=True, exist_ok=True)
    status = base / "status"
    status.touch()
    keyring = apt_settings.keyring_for(archive)
    signed = f" signed-by={keyring}" if keyring else ""
    lines = set()
    for entry in lock_file.entries().values():
        options = f"[arch=arm64{signed}]" if entry.kind == "binary" else f"[{signed.strip()}]" if signed else ""
        kind = "deb" if entry.kind == "binary" else "deb-src"
        lines.add(" ".join(filter(None, (kind, options, archive.uri, entry.suite, "main"))))
    (base / "sources.list").write_text("\n".join(sorted(lines)) + "\n")
    native = _native_architecture()
    architectures = "".join(f'"{name}"; ' for name in dict.fromkeys((native, "arm64")))
    settings = [
        f'Dir::Etc::sourcelist "{base}/sources.list";',
        f'Dir::Etc::sourceparts "{base}/empty.d";', f'Dir::Etc::parts "{base}/empty.d";', 'Dir::Etc::main "/dev/null";',
        f'Dir::Etc::preferences "/dev/null";', f'Dir::Etc::preferencesparts "{base}/empty.d";',
        f'Dir::State "{base}/state";', f'Dir::State::status "{status}";', f'Dir::Cache "{base}/cache";',
        f'APT::Architecture "{native}";', f"APT::Architectures {{ {architectures}}};",
        'Acquire::Languages "none";', 'Acquire::GzipIndexes "true";', 'Acquire::PDiffs "false";', 'Acquire::Check-Valid-Until "false";', 'Acquire::Retries "3";',
        'APT::Get::Assume-Yes "true";', 'Dpkg::Use-Pty "0";',
    ]
    if os.geteuid() == 0:
        settings.append('APT::Sandbox::User "root";')  # the download helper's own user cannot read below /root
    (base / "apt.conf").write_text("\n".join(settings + apt_settings.transport_settings()) + "\n")
    return _environment()


def _environment():
    return build_environment(APT_CONFIG=str(_folder() / "apt.conf"))


def _candidates():
    mirror = os.environ.get(MIRROR_VARIABLE)
    if mirror:
        return [apt_settings.Archive(mirror, [], ["main"], None, MIRROR_VARIABLE)]
    try:
        archives = apt_settings.debian_archives()
    except OSError as error:
        raise SvpError(f"apt settings: {error}") from None
    if not archives:
        raise SvpError(f"no Debian mirror in this machine's apt settings; add one to /etc/apt/sources.list or set {MIRROR_VARIABLE}=URI "
                       "(or give local trees: --qemu-src, --linux-src, --tfa-src, --optee-src)")
    return archives


def _index_age():
    stamp = _folder() / "updated"
    return time.time() - stamp.stat().st_mtime if stamp.exists() else float("inf")


def update(max_age=INDEX_LIFETIME):
    """Fetch the index files unless they are younger than `max_age` seconds and fit the lock file."""
    base = _folder()
    wanted = cache.digest(lock_file.PATH.read_text(), os.environ.get(MIRROR_VARIABLE, ""))
    stamp = base / "updated"
    if _index_age() < max_age and stamp.read_text() == wanted:
        return
    cache.need_space(base, 300, "the index of the Debian mirror")
    failures = []
    for archive in _candidates():
        environment = _write_configuration(archive)
        log = log_path("apt-update")
        try:
            # --error-on=any: an index that could not be fetched fails here, not as a package that seems not to exist
            run_logged(f"index of {archive.uri}", ["apt-get", "update", "--error-on=any"], log, env=environment, error=NetworkError)
        except NetworkError as error:
            failures.append((archive, _reason(log), error))
            continue
        _madison.cache_clear()
        stamp.write_text(wanted)
        return
    archive, reason, error = failures[0]
    raise NetworkError(f"Debian mirror {archive.uri} (from {archive.origin}): {reason}; the first build fetches sources from it",
                       error.detail[-6:])


def _reason(log):
    text = Path(log).read_text(errors="replace")
    for pattern, reason in ((r"Temporary failure resolving|Could not resolve", "its name does not resolve (no network?)"),
                            (r"Could not connect|Connection (refused|timed out)|Network is unreachable|Unable to connect", "no connection (no network?)"),
                            (r"NO_PUBKEY|not signed|EXPKEYSIG|keyring", "signature not accepted; is the package debian-archive-keyring up to date?"),
                            (r"\b40[34]\b", "a suite that svp.lock names is not there"),
                            (r"No space left", "no disk space left")):
        if re.search(pattern, text):
            return reason
    return "apt-get update failed"


@functools.cache
def _madison(package):
    """[(version, 'Packages' or 'Sources', package)] in the private index."""
    try:
        text = subprocess.run(["apt-cache", "madison", package], capture_output=True, text=True, check=True, env=_environment()).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SvpError(f"apt-cache madison {package}: {error}") from None
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 3:
            rows.append((cells[1], cells[2].split()[-1], package))
    return rows


def _packages_matching(pattern):
    """Names of binary packages that a regular expression matches wholly (with ':arm64' where it asks for it)."""
    plain = pattern.removesuffix(":arm64")
    text = subprocess.run(["apt-cache", "search", "--names-only", f"^{plain}$"], capture_output=True, text=True, check=True,
                          env=_environment()).stdout
    suffix = ":arm64" if pattern.endswith(":arm64") else ""
    return [name.split(":")[0] + suffix for name in (line.split(" ")[0] for line in text.splitlines()) if re.fullmatch(plain, name.split(":")[0])]


def _newer(left, right):
    """Order for sorting (version, package), newest first."""
    if left[0] == right[0]:
        return 0
    newer = subprocess.run(["dpkg", "--compare-versions", left[0], "gt", right[0]], check=False).returncode == 0
    return -1 if newer else 1


def candidates(entry):
    """[(version, package)] that can serve for a lock entry: the tested version first, then its series, then successors."""
    kind = "Packages" if entry.kind == "binary" else "Sources"

    def listed(package, prefix):
        found = {(version, package) for version, where, package in _madison(package) if where == kind and version.startswith(prefix)}
        return sorted(found, key=functools.cmp_to_key(_newer))

    rows = listed(entry.package, entry.series)
    tested = (entry.version, entry.package)
    rows.sort(key=lambda row: row != tested)
    if entry.successor:
        others = [row for name in _packages_matching(entry.successor) if name != entry.package for row in listed(name, "")]
        rows += sorted(others, key=functools.cmp_to_key(_newer))
    return rows


def fetch(entry, folder):
    """Download the files of a lock entry into `folder`; return (version, package) of what was found.

    Tries the candidates in order; a miss first refreshes an index that is not fresh. Raises NotOnMirror naming all that was tried.
    """
    update()
    tried = []
    for attempt in (1, 2):
        for version, package in candidates(entry):
            if f"{package}={version}" in tried:
                continue
            try:
                _download(entry, package, version, folder)
                return version, package
            except NotOnMirror:
                tried.append(f"{package}={version}")
                say(f"{entry.name}: {package} {version} is listed but not on the mirror")
        if attempt == 1:
            if _index_age() < STALE_AFTER_MISS:
                break
            update(max_age=0)
    known = ", ".join(sorted({version for version, _, _ in _madison(entry.package)})) or "none"
    raise NotOnMirror(f"{entry.name}: the mirror has neither {entry.package} {entry.version} nor another of its series {entry.series}* "
                      f"(versions listed: {known}; tried: {', '.join(tried) or 'none'})")


def fetch_system(packages, suite, folder):
    """Download the .debs of an arm64 system of `suite` into `folder`: these packages ('name' or 'name/other-suite'), all essential ones, and what they need.

    Which versions these are is up to the mirror. Raises NetworkError.
    """
    update()
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    settings = {"APT::Architecture": "arm64", "APT::Architectures": "arm64", "APT::Default-Release": suite, "APT::Install-Recommends": "false",
                "Dir::Cache::archives": f"{folder}/", "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "", "Debug::NoLocking": "true"}
    command = ["apt-get", "install", "--download-only", *(f"-o{name}={value}" for name, value in settings.items()), "?essential", *packages]
    log = log_path("fetch-debian-system")
    try:
        run_logged(f"fetch Debian {suite}", command, log, env=_environment(), error=NetworkError)
    except NetworkError as error:
        raise NetworkError(f"Debian {suite}: {_reason(log).replace('apt-get update failed', 'download failed')}", error.detail[-6:]) from None
    return sorted(folder.glob("*.deb"))


def _download(entry, package, version, folder):
    for leftover in folder.iterdir():
        leftover.unlink()
    if entry.kind == "binary":
        command = ["apt-get", "download", f"{package}={version}"]
    else:
        command = ["apt-get", "source", "--download-only", "--only-source", f"{package}={version}"]
    log = log_path(f"fetch-{entry.name}")
    try:
        run_logged(f"fetch {package} {version}", command, log, cwd=folder, env=_environment(), error=NetworkError)
    except NetworkError as error:
        text = Path(log).read_text(errors="replace")
        if re.search(r"\b404\b|was not found|Unable to find a source|Can't find a source", text):
            raise NotOnMirror(f"{package} {version}: not on the mirror") from None
        raise NetworkError(f"{package} {version}: {_reason(log).replace('apt-get update failed', 'download failed')}", error.detail[-6:]) from None
