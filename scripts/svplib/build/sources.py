# SPDX-License-Identifier: GPL-2.0-or-later
"""Upstream sources: Debian packages named by the lock file, or a local tree that takes the place of one.

fetched(name) gives the folder with a source's files, downloading them once. version(name) tells, without network, which
version is (or will be) used. A substitute for a lost version is remembered until the lock entry changes.
"""

import functools
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from ..base import cache
from ..base.errors import SvpError, UsageError
from ..base.progress import log_path, run_logged, say
from . import lock_file, private_apt

#: Source -> (command line option, a file that tells that a folder is such a tree)
LOCAL_TREES = {"qemu": ("--qemu-src", "configure"), "linux": ("--linux-src", "Kconfig"), "tfa": ("--tfa-src", "bl31/bl31.mk"),
               "optee": ("--optee-src", "core/core.mk"), "u-boot": ("--u-boot-src", "configs/imx8mq_evk_defconfig")}
#: Paths in a local tree that are no part of the source: build trees, the link to this repository that our hook patch asks for
LEFT_OUT = {"qemu": ("build", "hw/svp")}
KEPT_VERSIONS = 2


class Options:
    """What the command line says about sources."""
    locked = False


OPTIONS = Options()
_local = {}


def use_local(name, folder):
    """Take a local tree instead of the Debian package. Raises UsageError when it is not such a tree."""
    option, mark = LOCAL_TREES[name]
    path = Path(folder).resolve()
    if not (path / mark).exists():
        raise UsageError(f"{option}: {folder} is no source tree of {name} ({mark} is missing)")
    if cache.strange(path):
        raise UsageError(f"{option}: Makefiles cannot work in a path with {cache.strange(path)!r}: {str(path)!r}")
    _local[name] = path


def local_tree(name):
    """The local tree given for a source, or None."""
    return _local.get(name)


def _hashes(folder):
    """{name: SHA-256} of the files of a package."""
    hashes = {}
    for path in sorted(folder.iterdir()):
        with open(path, "rb") as stream:
            hashes[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashes


def _checked(name):
    """fetched(name), whose files are what they were when apt took them for those of the signed index. Raises SvpError otherwise."""
    record = _known(name)
    if record and "sha256" not in record:
        _marker(name).unlink()  # of an svp that took no notes
    folder = fetched(name)
    wanted, found = _known(name)["sha256"], _hashes(folder)
    for file in sorted({*wanted, *found}):
        if wanted.get(file) != found.get(file):
            raise SvpError(f"{folder / file}: not the file that was fetched; delete {folder} to have it fetched again")
    return folder


def _marker(name):
    return cache.folder("download") / f"{name}.json"


def _known(name):
    """What was downloaded for the present lock entry: {"version", "package", "folder"}, or None."""
    entry = lock_file.entries()[name]
    try:
        record = json.loads(_marker(name).read_text())
    except (OSError, ValueError):
        return None
    wanted = [entry.package, entry.version, entry.series]
    return record if record.get("lock") == wanted and Path(cache.folder("download") / record["folder"]).is_dir() else None


def version(name):
    """Version of the Debian package in use."""
    record = _known(name)
    return record["version"] if record else lock_file.entries()[name].version


@functools.cache
def identity(name):
    """Text that changes whenever the source's content changes: package version, or names, sizes and times of a local tree."""
    if name in _local:
        rows = cache.stat_manifest(_local[name], LEFT_OUT.get(name, ()))
        return cache.digest(_local[name], *(f"{path} {row}" for path, row in sorted(rows.items())))
    return f"{lock_file.entries()[name].package}={version(name)}"


def fetched(name):
    """Folder with the files of a Debian package (a .dsc and tarballs, or one .deb), downloaded when missing."""
    if not _known(name):
        with cache.lock("downloads"):
            if not _known(name):
                _fetch(name)
    _refuse(name, _known(name)["version"], _known(name)["package"])
    return cache.folder("download") / _known(name)["folder"]


def _refuse(name, version, package):
    """Raise SvpError for another version than the tested one, if --locked says so."""
    entry = lock_file.entries()[name]
    if OPTIONS.locked and (version, package) != (entry.version, entry.package):
        raise SvpError(f"--locked: {name}: {entry.package} {entry.version} is gone from the mirror, there is {package} {version}; "
                       "take that without --locked, or keep the download folder of the cache")


def _fetch(name):
    """Download a package and note that it is there."""
    entry = lock_file.entries()[name]
    partial = cache.folder(f"download/{name}.partial")
    cache.need_space(partial, 400, f"downloading {entry.package}")
    found, package = private_apt.fetch(entry, partial)
    if (found, package) != (entry.version, entry.package):
        _refuse(name, found, package)
        say(f"warning: {name}: {entry.package} {entry.version} (tested) is gone from the mirror; using {package} {found}")
    folder = cache.folder("download") / f"{package.split(':')[0]}_{found.replace(':', '%3a')}"
    hashes = _hashes(partial)
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
    _marker(name).write_text(json.dumps({"lock": [entry.package, entry.version, entry.series], "version": found,
                                         "package": package, "folder": folder.name, "sha256": hashes}))
    identity.cache_clear()


def deb_file(name):
    """The .deb of a binary source."""
    files = sorted(_checked(name).glob("*.deb"))
    if not files:
        raise SvpError(f"{name}: no .deb in {fetched(name)}; delete that folder and try again")
    return files[0]


def unpack_source(name, target):
    """Unpack a Debian source package, Debian's patches applied, to `target` (must not exist)."""
    files = sorted(_checked(name).glob("*.dsc"))
    if not files:
        raise SvpError(f"{name}: no .dsc in {fetched(name)}; delete that folder and try again")
    cache.need_space(target.parent, 1500, f"unpacking {name}")
    run_logged(f"unpack {name}", ["dpkg-source", "-x", str(files[0]), str(target)], log_path(f"unpack-{name}"))


def unpack_deb(name, target, member=None):
    """Unpack a .deb to `target` (created); `member`: only that path, as tar names it ('./usr/src/x')."""
    target.mkdir(parents=True, exist_ok=True)
    package = deb_file(name)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as reader:
        result = subprocess.run(["tar", "-x", "-C", str(target)] + ([member] if member else []), stdin=reader.stdout,
                                stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise SvpError(f"{package.name}: cannot unpack", result.stderr.splitlines()[-5:])


def unpacked(name, build):
    """Folder src/<source>-<version> made once by build(folder); for sources that nobody changes."""
    folder = cache.folder("src") / f"{name}-{version(name).replace(':', '%3a')}"
    if not folder.exists():
        fetched(name)
        folder = cache.folder("src") / f"{name}-{version(name).replace(':', '%3a')}"
        with cache.lock(f"source-{name}"):
            if not folder.exists():
                partial = folder.with_name(folder.name + ".partial")
                shutil.rmtree(partial, ignore_errors=True)
                build(partial)
                partial.rename(folder)
                cache.prune("src", f"{name}-", KEPT_VERSIONS)
    cache.mark_used(folder)
    return folder


def unpacked_folder(name):
    """Where a source that unpacked() made lies, or None when it is not there (nothing is fetched)."""
    folder = cache.folder("src") / f"{name}-{version(name).replace(':', '%3a')}"
    return folder if folder.exists() else None


def linux_tree():
    """The Linux source tree: the local one, or the tarball inside Debian's linux-source package."""
    def build(partial):
        cache.need_space(partial.parent, 3000, "unpacking the Linux source")
        unpack_deb("linux", partial / "deb")
        tarballs = sorted((partial / "deb/usr/src").glob("linux-source-*.tar.*"))
        if not tarballs:
            raise SvpError(f"{deb_file('linux').name}: no linux-source tarball inside")
        run_logged("unpack linux", ["tar", "-x", "--strip-components=1", "-f", str(tarballs[0]), "-C", str(partial)],
                   log_path("unpack-linux"))
        shutil.rmtree(partial / "deb")
    return local_tree("linux") or unpacked("linux", build)


def firmware_tree(name):
    """Source tree of TF-A or OP-TEE, Debian's patches applied, ours not: the local one, or an unpacked copy. Not to be written to."""
    return local_tree(name) or unpacked(name, lambda partial: unpack_source(name, partial))


def python_path():
    """Folder to put on PYTHONPATH so that QEMU's configure finds a Meson that is new enough (and pycotap)."""
    folders = []
    for name in ("meson", "pycotap"):
        folders.append(str(unpacked(name, lambda partial, name=name: unpack_deb(name, partial)) / "usr/lib/python3/dist-packages"))
    return ":".join(folders)
