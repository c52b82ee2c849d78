# SPDX-License-Identifier: GPL-2.0-or-later
"""Where build products lie.

locate(name) gives the path of a product for the present state of the repository and of the source options, without building.
An environment variable SVP_<NAME> (upper case, '-' written '_': SVP_QEMU, SVP_KERNEL, SVP_DTB_STOCK, ...) overrides one.
"""

import os
from pathlib import Path

from ..base.errors import UsageError


#: Product name -> (part that makes it, file in the part's product folder, what it is)
PRODUCTS = {
    "qemu": ("qemu", "qemu-system-aarch64", "the emulator"),
    "asan-qemu": ("asan-qemu", "qemu-system-aarch64", "the emulator with address and undefined-behaviour sanitizers"),
    "kernel": ("linux", "Image", "Linux kernel built from Debian's linux-source"),
    "dtb": ("linux", "imx8mq-evk-svp.dtb", "device tree of the board with the secure heaps"),
    "dtb-stock": ("linux", "imx8mq-evk.dtb", "unmodified mainline device tree"),
    "modules": ("linux", "modules", "folder of our kernel modules"),
    "bl31": ("tfa", "bl31.bin", "TF-A BL31"),
    "tee": ("optee", "tee-raw.bin", "OP-TEE"),
    "pkcs11-ta": ("optee", "fd02c9da-306c-48c7-a49c-bbd827ae86ee.ta", "OP-TEE's trusted application for PKCS#11 tokens"),
    "flash": ("boot", "flash.bin", "image for -bios: loader stub, BL31, OP-TEE"),
    "u-boot": ("u-boot", "u-boot.bin", "U-Boot as BL33, for svp run --bl33"),
    "initrd": ("guest", "initrd.cpio.gz", "initramfs: busybox, our programs, our modules"),
    "tools-initrd": ("tools", "initrd.cpio.gz", "the same with xtest, tee-supplicant, keyctl and rngtest of Debian"),
    "media-card": ("media", "media.img", "card with GStreamer, v4l2-ctl, v4l2-compliance, media-ctl and modetest of Debian"),
    "debian-kernel": ("debian", "vmlinuz", "Debian's own arm64 kernel, unmodified"),
    "debian-initrd": ("debian", "initrd.cpio.gz", "initramfs for Debian's kernel: busybox, our programs, modules for USB that nothing loads by itself"),
}


#: What a part makes beside what it is for: somebody's own OP-TEE (SVP_TEE) comes without it
OPTIONAL = ("pkcs11-ta",)


def override(name):
    """The path that the environment names for a product, or None. Raises UsageError when nothing lies there."""
    variable = "SVP_" + name.upper().replace("-", "_")
    text = os.environ.get(variable)
    if not text:
        return None
    path = Path(text)
    if not path.exists():
        raise UsageError(f"{variable}: {text} does not exist")
    return path


def locate(name):
    """Path of a product. Raises UsageError for an unknown name or when it is not built for the present sources."""
    if name not in PRODUCTS:
        raise UsageError(f"no product '{name}'; known: {', '.join(sorted(PRODUCTS))}")
    path = override(name)
    if path:
        return path
    from . import parts  # parts needs this module's table
    part, file, _ = PRODUCTS[name]
    path = parts.product_folder(part) / file
    if not path.exists():
        raise UsageError(f"{name} is not built for the present sources: run 'scripts/svp build {part}'")
    return path
