# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Debian mirror does this machine use? Read from its own apt settings, in both formats that apt knows.

Reference: sources.list(5). Only archives of Debian itself count: a `main` component under one of Debian's suite names.
Repositories of others that use the same suite names are ranked last, and fail the signature check if they get that far.
"""

import os
import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

CODENAMES = {"buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid", "oldoldstable", "oldstable", "stable", "testing",
             "unstable", "experimental"}
POCKETS = ("", "-updates", "-backports", "-backports-sloppy", "-proposed-updates")
KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp")


class Archive:
    """One entry of the machine's settings: `uri`, `suites`, `components`, `keyring` (path, or None), `origin` (file)."""

    def __init__(self, uri, suites, components, keyring, origin, types=("deb",)):
        self.uri = uri.rstrip("/")
        self.suites = list(suites)
        self.components = list(components)
        self.keyring = keyring
        self.origin = origin
        self.types = list(types)

    def __repr__(self):
        return f"Archive({self.uri!r}, {self.suites}, {self.components}, {self.keyring!r})"


def parse_one_line(text, origin):
    """Entries of a `.list` file."""
    archives = []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        match = re.match(r"(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+\S+)*)$", line)
        if not match:
            continue
        kind, options, uri, suite, components = match.groups()
        values = dict(item.split("=", 1) for item in (options or "").split() if "=" in item)
        archives.append(Archive(uri, [suite], components.split(), _keyring(values.get("signed-by")), origin, [kind]))
    return archives


def parse_deb822(text, origin):
    """Entries of a `.sources` file."""
    archives = []
    for paragraph in re.split(r"\n[ \t]*\n", "\n".join(line for line in text.splitlines() if not line.startswith("#"))):
        fields, name = {}, None
        for line in paragraph.splitlines():
            if line[:1] in " \t" and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if fields.get("enabled", "yes").lower() in ("no", "false", "without", "off", "disable", "0"):
            continue
        for uri in fields.get("uris", "").split():
            archives.append(Archive(uri, fields.get("suites", "").split(), fields.get("components", "").split(),
                                    _keyring(fields.get("signed-by")), origin, fields.get("types", "deb").split()))
    return archives


def _keyring(text):
    """The first key file of a Signed-By value; a fingerprint or a key written into the entry names no file."""
    words = (text or "").replace(",", " ").split()
    return next((word for word in words if word.startswith("/") and Path(word).is_file()), None)


def machine_entries():
    """All entries of sources.list and sources.list.d, in apt's order."""
    main, parts = Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d")
    try:
        shell = subprocess.run(["apt-config", "shell", "MAIN", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"],
                               capture_output=True, text=True, check=True, env=_plain_environment()).stdout
        values = dict(word.split("=", 1) for word in shlex.split(shell))
        main, parts = Path(values.get("MAIN", main)), Path(values.get("PARTS", parts))
    except (OSError, subprocess.CalledProcessError):
        pass
    files = [main] + (sorted(parts.iterdir()) if parts.is_dir() else [])
    entries = []
    for file in files:
        if not file.is_file() or not re.fullmatch(r"[A-Za-z0-9_.-]+", file.name):
            continue
        text = file.read_text(errors="replace")
        if file.suffix == ".list":
            entries += parse_one_line(text, file)
        elif file.suffix == ".sources":
            entries += parse_deb822(text, file)
    return entries


def is_debian(archive):
    """True when an entry can be Debian's main archive: `main` under a Debian suite, no other vendor's key, no medium."""
    suites = {name + pocket for name in CODENAMES for pocket in POCKETS}
    keyring = Path(archive.keyring).name if archive.keyring else "debian-archive-keyring.gpg"
    return ("main" in archive.components and any(suite in suites for suite in archive.suites)
            and "debian" in keyring and not archive.uri.startswith("cdrom:"))


def _rank(archive):
    address = urlsplit(archive.uri)
    last = address.path.rstrip("/").rsplit("/", 1)[-1]
    host = address.hostname or ""
    return (not (host == "debian.org" or host.endswith(".debian.org")), last != "debian", "debian" not in archive.uri)


def debian_archives(entries=None):
    """Candidates for Debian's main archive, best first, one for each address."""
    unique = {}
    for archive in filter(is_debian, machine_entries() if entries is None else entries):
        unique.setdefault(archive.uri, archive)
    return sorted(unique.values(), key=_rank)


def keyring_for(archive):
    """The key file to check that archive with: Debian's full one, else the one that the entry names, else None."""
    return next((path for path in KEYRINGS if os.path.isfile(path)), archive.keyring)


def transport_settings():
    """The machine's apt settings on how to fetch (proxies, certificates, retries), as lines of an apt configuration."""
    try:
        dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True, env=_plain_environment()).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    wanted = re.compile(r"Acquire::(http|https|Retries|ForceIPv[46]|Check-Date|Max-FutureTime|Queue-Mode)(::\S+)? \"[^\"]+\";$", re.IGNORECASE)
    return [line for line in dump.splitlines() if wanted.match(line)]


def _plain_environment():
    return {key: value for key, value in os.environ.items() if key != "APT_CONFIG"}
