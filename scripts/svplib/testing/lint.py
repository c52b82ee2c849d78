# SPDX-License-Identifier: GPL-2.0-or-later
"""Cheap checks of the sources themselves, counted as tests: format, includes, imports, names, licence lines, kernel style, size of files."""

import collections
import re
import shutil
import subprocess
import time
from pathlib import Path

from ..base.progress import build_environment
from ..build import parts, sources
from . import import_graph, include_graph, undefined_names
from .results import Result

CORE_FOLDERS = ("hw", "include", "tests/pictures", "tests/unit", "tools")
CODE_FOLDERS = ("hw", "include", "machines", "firmware", "tests", "tools", "scripts")
CODE_SUFFIXES = (".cpp", ".hpp", ".c", ".h", ".py", ".S", ".dts", ".dtsi", ".ld", ".sh")
MAXIMUM_LINES = 900
CLANG_FORMAT_VERSION = 14  # Debian 12
FORBIDDEN_WORDS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
TEST_CASE = re.compile(r'^TEST_CASE\(\s*((?:"(?:[^"\\\n]|\\.)*"\s*)+)(,[^)]*)?\)', re.MULTILINE)
MODULE_FOLDERS = ("firmware/linux",)


def _checks(pattern):
    """{name: check} of those whose name contains the pattern."""
    every = (_format, _includes, _imports, _names, _tags_of_tests, _licence_lines, _file_sizes, _no_notes, _kernel_style)
    named = {check.__name__.strip("_").replace("_", " "): check for check in every}
    return {name: check for name, check in named.items() if not pattern or pattern.lower() in f"lint {name}"}


def names(pattern=None):
    """Names of the checks that run() would run."""
    return list(_checks(pattern))


def run(results, pattern=None):
    """Run every lint check whose name contains the pattern."""
    for name, check in _checks(pattern).items():
        begin = time.monotonic()
        outcome, text = check()
        results.add(Result("lint", name, outcome, time.monotonic() - begin, text))


def _files(folders, suffixes):
    """Files of this repository (as git knows them, new ones included) below folders."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders], cwd=parts.REPOSITORY,
                             capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        names = listing.stdout.splitlines()
    else:  # an exported tree without git
        names = [str(path.relative_to(parts.REPOSITORY)) for folder in folders for path in (parts.REPOSITORY / folder).rglob("*") if path.is_file()]
    return sorted({name for name in names if name.endswith(suffixes) and (parts.REPOSITORY / name).is_file()})


def _verdict(findings, checked, what):
    if not checked:
        return "failed", f"found no {what} to check"
    return ("failed", "\n".join(findings[:60])) if findings else ("passed", "")


def _format():
    """clang-format agrees with every C++ file."""
    if not shutil.which("clang-format"):
        return "skipped", "clang-format is not installed"
    text = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"version (\d+)", text)
    if not version or int(version.group(1)) != CLANG_FORMAT_VERSION:
        return "skipped", f"the files are formatted by clang-format {CLANG_FORMAT_VERSION}; others lay some lines out differently ({text.strip()})"
    files = _files(CORE_FOLDERS, (".cpp", ".hpp"))
    if not files:
        return "failed", "found no C++ file to check"
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=parts.REPOSITORY, capture_output=True, text=True, check=False)
    places = collections.Counter(line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line)
    findings = [f"{name}: {number} lines to lay out anew: clang-format -i {name}" for name, number in places.items()]
    return _verdict(findings or ([done.stderr] if done.returncode else []), files, "C++ file")


def _includes():
    """No file includes what includes it, and no folder of the cores or of the guest's programs one that is above it."""
    files = _files(("hw", "include", "machines", "firmware/guest"), (".cpp", ".hpp", ".c", ".h"))
    texts = {name: (parts.REPOSITORY / name).read_text(errors="replace") for name in files}
    return _verdict(include_graph.findings(texts), files, "source file")


def _imports():
    """No module of svplib imports what imports it, and no package one that imports from it."""
    files = _files(("scripts/svplib",), (".py",))
    return _verdict(import_graph.findings({name: (parts.REPOSITORY / name).read_text() for name in files}), files, "module")


def _names():
    """No Python file uses a name that nothing in it defines."""
    files = _files(("scripts", "tests"), (".py",))
    return _verdict([line for name in files for line in undefined_names.findings(name, (parts.REPOSITORY / name).read_text())], files, "Python file")


def _tags_of_tests():
    """Every unit test has its folder as a tag: without it nothing runs the test."""
    findings, files = [], [name for name in _files(("tests/unit",), (".cpp",)) if Path(name).name.startswith("test_")]
    for name in files:
        text, tag = (parts.REPOSITORY / name).read_text(), f"[{Path(name).parent.name}]"
        for match in TEST_CASE.finditer(text):
            if tag not in (match.group(2) or ""):
                findings.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: the tag {tag} is missing")
    return _verdict(findings, files, "file of unit tests")


def _licence_lines():
    """Every source file has an SPDX line near its top."""
    files = _files(CODE_FOLDERS, CODE_SUFFIXES)
    findings = [f"{name}: no SPDX-License-Identifier in its first 3 lines" for name in files
                if "SPDX-License-Identifier:" not in "\n".join((parts.REPOSITORY / name).read_text(errors="replace").splitlines()[:3])]
    return _verdict(findings, files, "source file")


def _file_sizes():
    """No source file is longer than the limit."""
    files = _files(CODE_FOLDERS, CODE_SUFFIXES)
    findings = []
    for name in files:
        lines = (parts.REPOSITORY / name).read_text(errors="replace").count("\n")
        if lines > MAXIMUM_LINES:
            findings.append(f"{name}: {lines} lines, the limit is {MAXIMUM_LINES}")
    return _verdict(findings, files, "source file")


def _no_notes():
    """No notes to oneself are left in the code."""
    files = _files(CODE_FOLDERS, CODE_SUFFIXES)
    findings = []
    for name in files:
        for number, line in enumerate((parts.REPOSITORY / name).read_text(errors="replace").splitlines(), 1):
            if FORBIDDEN_WORDS.search(line):
                findings.append(f"{name}:{number}: {line.strip()[:100]}")
    return _verdict(findings, files, "source file")


def _kernel_style():
    """checkpatch --strict is content with the kernel modules."""
    tree = sources.local_tree("linux") or sources.unpacked_folder("linux")
    if tree is None or not (tree / "scripts/checkpatch.pl").exists():
        return "skipped", "no Linux source tree in the cache (svp build linux brings it)"
    files = [name for folder in MODULE_FOLDERS for name in _files([folder], (".c", ".h")) if not Path(name).name.endswith(".mod.c")]
    if not files:
        return "failed", "found no kernel module to check"
    done = subprocess.run(["perl", str(tree / "scripts/checkpatch.pl"), "--strict", "--no-tree", "--terse", "--no-summary", "--file", *files],
                          cwd=parts.REPOSITORY, capture_output=True, text=True, env=build_environment(), check=False)
    findings = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return _verdict(findings, files, "kernel module") if done.returncode or findings else ("passed", "")
