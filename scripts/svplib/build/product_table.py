# SPDX-License-Identifier: GPL-2.0-or-later
"""What is built: each product, the part that makes it, and files of the user's in its place.

An environment variable SVP_<NAME> (upper case, '-' written '_': SVP_QEMU, SVP_KERNEL, SVP_DTB_STOCK, ...) overrides a product.
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
    "dtb-banks": ("linux", "imx8mq-evk-svp-banks.dtb", "the same with two register banks before each video decoder, for -M vpu-banks=2"),
    "dtb-stock": ("linux", "imx8mq-evk.dtb", "unmodified mainline device tree"),
    "modules": ("linux", "modules", "folder of our kernel modules"),
    "bl31": ("tfa", "bl31.bin", "TF-A BL31"),
    "tee": ("optee", "tee-raw.bin", "OP-TEE"),
    "pkcs11-ta": ("optee", "fd02c9da-306c-48c7-a49c-bbd827ae86ee.ta", "OP-TEE's trusted application for PKCS#11 tokens"),
    "flash": ("boot", "flash.bin", "image for -bios: loader stub, BL31, OP-TEE"),
    "u-boot": ("u-boot", "u-boot.bin", "U-Boot as BL33, for svp run --bl33"),
    "card-flash": ("u-boot", "flash.bin", "what the chip boots from a card: SPL, BL31, OP-TEE and U-Boot, for svp card boot"),
    "programs": ("programs", "programs", "folder of our programs for the guest"),
    "initrd": ("guest", "initrd.cpio.gz", "initramfs: busybox, our programs, our modules"),
    "tools-initrd": ("tools", "initrd.cpio.gz", "the same with xtest, tee-supplicant, keyctl and rngtest of Debian"),
    "media-card": ("media", "media.img", "card with GStreamer, v4l2-ctl, v4l2-compliance, media-ctl and modetest of Debian"),
    "systemd-boot": ("efi", "bootaa64.efi", "Debian's EFI boot menu, efi/boot/bootaa64.efi of a card"),
    "debian-kernel": ("debian", "vmlinuz", "Debian's own arm64 kernel, unmodified"),
    "debian-initrd": ("debian", "initrd.cpio.gz", "initramfs for Debian's kernel: busybox, our programs, modules for USB and cards that nothing loads by itself"),
    "debian-system": ("debian-system", "debian.img", "card with a whole Debian 13, as svp card make takes it"),
}

#: What a part makes beside what it is for: somebody's own OP-TEE or U-Boot (SVP_TEE, SVP_U_BOOT) comes without it
OPTIONAL = ("pkcs11-ta", "card-flash")


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
