# SPDX-License-Identifier: GPL-2.0-or-later
"""Where build products lie: locate(name) gives the path of one for the present state of the repository and of the source options,
without building. product_table.py has their names, and says how the environment puts another file in the place of one."""

from ..base.errors import UsageError
from . import parts
from .product_table import PRODUCTS, override


def locate(name):
    """Path of a product. Raises UsageError for an unknown name or when it is not built for the present sources."""
    if name not in PRODUCTS:
        raise UsageError(f"no product '{name}'; known: {', '.join(sorted(PRODUCTS))}")
    path = override(name)
    if path:
        return path
    part, file, _ = PRODUCTS[name]
    path = parts.product_folder(part) / file
    if not path.exists():
        raise UsageError(f"{name} is not built for the present sources: run 'scripts/svp build {part}'")
    return path
