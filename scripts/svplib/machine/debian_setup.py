# SPDX-License-Identifier: GPL-2.0-or-later
"""Has the board configure the packages of a Debian that debian_layout has laid out on a card, as a program:

    python3 -m svplib.machine.debian_setup QEMU KERNEL INITRD DTB IMAGE FOLDER_OF_LOGS MODULE...

The initramfs has our init and the modules, which are loaded in the order given.
"""

import sys
import time
from pathlib import Path

from ..base.errors import SvpError
from .board import Board

#: No limit of speed: it goes on as long as the board prints something now and then. Making an initramfs is the longest that it is quiet
SECONDS = 24 * 3600.0
SILENCE_SECONDS = 3600.0
SERVICES = ("systemd-networkd", "systemd-resolved", "ssh")
_ROOT = "/mnt"
_MOUNT = (f"n=0; until mount -t ext4 /dev/mmcblk?p1 {_ROOT}; do n=$((n + 1)); [ $n -lt 50 ] || exit 1; sleep 0.2; done; "
          f"for f in proc sys dev; do mount -o bind /$f {_ROOT}/$f || exit 1; done; "
          f"mkdir -p {_ROOT}/dev/pts && mount -t devpts devpts {_ROOT}/dev/pts && mount -t tmpfs run {_ROOT}/run")
_UNMOUNT = f"sync; for f in run dev/pts dev sys proc ''; do umount {_ROOT}/$f || exit 1; done"
_IN_SYSTEM = (f"chroot {_ROOT} /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb "
              "DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true ")
#: (what for, command in the system)
STEPS = (
    ("configure the packages", "dpkg --configure -a"),
    ("take the password from root", "passwd -d root"),
    ("enable services", f"systemctl enable {' '.join(SERVICES)}"),
    ("write U-Boot's menu", "u-boot-update"),
    ("forget what is of one machine only", "sh -c 'rm -f /etc/ssh/ssh_host_*; : > /etc/machine-id'"),
)


def set_up(board, modules):
    """Go through all steps on a board that has been started. Raises SvpError."""
    board.console.set_silence(SILENCE_SECONDS)
    board.wait_shell(timeout=SECONDS)
    for module in modules:
        board.command(f"insmod /lib/modules/{module}.ko", check=True)
    board.command(f"date -s @{int(time.time())} && ({_MOUNT})", timeout=SECONDS, check=True)
    for purpose, line in STEPS:
        result = board.command(_IN_SYSTEM + line, timeout=SECONDS)
        if result.status:
            raise SvpError(f"could not {purpose}, exit status {result.status}", result.output.splitlines()[-15:])
    board.command(f"({_UNMOUNT})", timeout=SECONDS, check=True)
    board.console.send_line("poweroff -f")
    status = board.wait_exit(timeout=SECONDS)
    if status:
        raise SvpError(f"the board ended with {status}")


def _echo(text):
    print(text, end="", flush=True)


def main(words):
    """Do it; returns the exit status."""
    emulator, kernel, initrd, dtb, image, logs, *modules = words
    drive = f"if=sd,format=raw,cache=unsafe,file={image.replace(',', ',,')}"
    try:
        with Board(name="debian-setup", qemu=Path(emulator), firmware="none", kernel=Path(kernel), initrd=Path(initrd), dtb=Path(dtb), log_dir=logs,
                   extra=("-drive", drive), echo=_echo) as board:
            set_up(board, modules)
    except SvpError as error:
        print(f"error: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
