# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of this project that run on the host: built with optimization and without sanitizers."""

from ..base import cache
from ..base.progress import build_environment, log_path, run_logged
from . import host_packages, parts


def build(program):
    """Build a program, named by its place in the build tree ("tests/bench/caam_speed"); return its path. Raises BuildError."""
    with cache.lock("packages"):
        host_packages.ensure(["native"], parts.OPTIONS.install)
    tree = parts.build_tree("native", parts.REPOSITORY, parts.compiler("g++"))
    name = program.rsplit("/", 1)[-1]
    with cache.lock(tree.name):
        environment = build_environment()
        if not (tree / "build.ninja").exists():
            run_logged("configure native programs", ["meson", "setup", str(tree), str(parts.REPOSITORY), "-Dtests=false", "-Dbuildtype=release"],
                       log_path("native-configure"), env=environment)
        run_logged(f"build {name}", ["ninja", f"-j{parts.OPTIONS.jobs}", "-C", str(tree), program], log_path("native"), env=environment)
    return tree / program
