# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of folders inside build trees, kept in step by content.

Build trees (QEMU, Linux) are shared by all checkouts of this repository and compare time stamps. A copy whose files are
written only when their content changed makes that right: whatever changed is newer than what was built from it.
"""

import json
import shutil
import subprocess
from pathlib import Path

from ..base import cache
from ..base.errors import BuildError
from ..base.progress import build_environment


class State:
    """A small JSON file beside a build tree: what was copied and patched there."""

    def __init__(self, path):
        self._path = path
        try:
            self._values = json.loads(path.read_text())
        except (OSError, ValueError):
            self._values = {}

    def get(self, key, default=None):
        return self._values.get(key, default)

    def set(self, **values):
        self._values.update(values)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._values))
        temporary.rename(self._path)


def _bring(source, target, wanted, had):
    """Copy files whose mark differs or which are missing, delete those no longer wanted; return the names that changed.

    Raises BuildError when `target` is not a folder apart from `source` (a link into it, say): files of the source would be lost.
    """
    inside, outside = source.resolve(), target.resolve()
    if outside.is_relative_to(inside) or inside.is_relative_to(outside):
        raise BuildError(f"{target} and {source} are not apart; nothing was copied")
    changed = [name for name, mark in wanted.items() if had.get(name) != mark or not (target / name).is_symlink() and not (target / name).exists()]
    gone = [name for name in had if name not in wanted]
    for name in changed:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if (source / name).is_symlink():
            path.symlink_to((source / name).readlink())
        else:
            shutil.copyfile(source / name, path)
            shutil.copymode(source / name, path)
    for name in gone:
        (target / name).unlink(missing_ok=True)
    return changed + gone


def sync_content(source, target, folders, state, key):
    """Keep a copy of some entries of `source` in `target`; files are compared by content. Returns the names that changed."""
    wanted = cache.content_manifest(source, *folders)
    changed = _bring(source, target, wanted, state.get(key, {}))
    state.set(**{key: wanted})
    return changed


def sync_tree(source, target, state, key, without=()):
    """Keep a copy of a large tree, but for the paths in `without`; files are compared by size and time. Returns the names that changed."""
    wanted = {name: list(row) for name, row in cache.stat_manifest(source, without).items()}
    changed = _bring(source, target, wanted, state.get(key, {}))
    state.set(**{key: wanted})
    return changed


def patched_files(patch_text):
    """Names of the files that a unified diff with a/ and b/ prefixes touches."""
    names = []
    for line in patch_text.splitlines():
        if line.startswith(("--- a/", "+++ b/")):
            name = line[6:].split("\t")[0].strip()
            if name not in names:
                names.append(name)
    return names


def apply_patches(tree, patches, state, changed=()):
    """Bring `tree` to the state 'patches applied'; touches only files that a patch names.

    Untouched originals are kept beside the state file, so that a changed patch needs no new tree. `changed`: names of files
    that were just copied into the tree anew (they are originals again). Raises BuildError when a patch does not apply.
    """
    texts = [path.read_text() for path in patches]
    mark = cache.digest(*texts)
    originals = Path(state.get("originals") or tree.parent / "originals")
    known = state.get("patched", {})
    if state.get("patches") == mark and not set(known).intersection(changed):
        return
    for name, existed in known.items():
        if name in changed:
            continue
        if existed:
            shutil.copyfile(originals / name, tree / name)
        else:
            (tree / name).unlink(missing_ok=True)
    touched = {}
    for name in dict.fromkeys(name for text in texts for name in patched_files(text)):
        touched[name] = (tree / name).exists()
        if touched[name]:
            (originals / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tree / name, originals / name)
    state.set(patches=None, patched=touched, originals=str(originals))
    for path, text in zip(patches, texts):
        if _patch(tree, text, "--reverse", "--force", "--dry-run").returncode == 0:
            continue  # a local tree that has it already
        result = _patch(tree, text, "--forward", "--batch")
        if result.returncode:
            raise BuildError(f"{path.name} does not apply to {tree}", (result.stdout + result.stderr).splitlines()[-10:])
    state.set(patches=mark)


def _patch(tree, text, *options):
    return subprocess.run(["patch", "-p1", "--no-backup-if-mismatch", *options], input=text, capture_output=True, text=True,
                          cwd=tree, env=build_environment(), check=False)
