# SPDX-License-Identifier: GPL-2.0-or-later
"""What a board is made of, and the arguments of QEMU that say so."""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..base.errors import SvpError
from ..build import products
from . import bus_policy

DEFAULT = object()
DEFAULT_MEMORY = "3G"
CONSOLE_ARGUMENTS = "console=ttymxc0,115200"
#: Without the fuzz tests of the crypto API, which take a minute; "cryptomgr.noslowtests=0" behind it brings them back
KERNEL_ARGUMENTS = f"{CONSOLE_ARGUMENTS} cryptomgr.noslowtests=1"


#: What a board can start with
FIRMWARE = ("optee", "none", "card")


class BoardError(SvpError):
    """QEMU did not start, or did not end as it should; `detail` holds its own messages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """One machine before it starts. Paths: None leaves the option out, DEFAULT takes what svp built. Raises BoardError for what excludes each
    other."""

    #: "optee" (BL31, OP-TEE, loader stub in flash), "none" (QEMU enters Linux directly, its own PSCI) or "card" (what the chip finds on `sd`)
    firmware: str = "optee"
    flash: object = DEFAULT  #: image for -bios; only with firmware "optee"
    kernel: object = DEFAULT
    dtb: object = DEFAULT
    initrd: object = DEFAULT
    policy: str = "open"  #: what OP-TEE makes of the bus firewalls: one of bus_policy.POLICIES; goes into a copy of the dtb, or is on the card
    append: str = ""  #: words added to KERNEL_ARGUMENTS
    command_line: str | None = None  #: in place of KERNEL_ARGUMENTS and append
    memory: str | None = DEFAULT_MEMORY  #: text for -m ("1G".."4G"); None leaves the option out
    cpus: int | None = 4  #: 1..4 for -smp; None leaves the option out
    machine: str = "imx8mq-evk"  #: machine type
    machine_options: str = ""  #: appended to it after a comma
    sd: Sequence[str | Path] = ()  #: raw image files, one for each uSDHC slot from the first; the files stay as they are
    keep_sd: bool = False  #: True opens them so that what the board writes stays in the file
    display: str = "none"  #: text for -display
    allow_reboot: bool = False  #: False ends QEMU when the guest resets itself
    paused: bool = False  #: True starts with the CPUs stopped (QMP command "cont" goes on)
    share_ram: bool = False  #: True keeps the DRAM in a file without a name that this process reads as well: Board.ram()
    ram_image: int | None = None  #: descriptor of a file of the DRAM's size with which the DRAM begins; what the board writes stays its own
    descriptors: Sequence[int] = ()  #: further file descriptors that QEMU inherits under the same numbers
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)  #: variables for QEMU beside those of this process
    extra: Sequence[object] = ()  #: further QEMU arguments, last
    qemu: object = None  #: path of the emulator; None: the one that svp built
    name: str = "board"  #: goes into names of logs
    log_dir: object = None  #: folder for logs; None: one for all boards of this call of svp
    echo: Callable[[str], None] | None = None  #: gets UART1's text as it comes

    def __post_init__(self):
        if self.firmware not in FIRMWARE:
            raise BoardError(f"firmware: '{self.firmware}' is none of {', '.join(FIRMWARE)}")
        if self.policy not in bus_policy.POLICIES or (self.policy != "open" and self.firmware == "none"):
            raise BoardError(f"policy: '{self.policy}' with firmware '{self.firmware}' is not possible")
        if self.share_ram and self.ram_image is not None:
            raise BoardError("share_ram and ram_image exclude each other")

    @property
    def memory_bytes(self):
        """Bytes of DRAM, 3 GiB if nothing is said."""
        text = self.memory or DEFAULT_MEMORY
        return int(text[:-1]) << {"M": 20, "G": 30}[text[-1]]

    def files(self, own_tree):
        """Arguments that name flash, kernel, tree and initramfs. own_tree: where a device tree with the policy in it may be written."""
        arguments = []
        if self.firmware == "card":
            return arguments
        if self.firmware == "optee":
            arguments += ["-bios", str(products.locate("flash") if self.flash is DEFAULT else self.flash)]
        default_dtb = "dtb" if self.machine == "imx8mq-evk" else "dtb-stock"
        for option, value, product in (("-kernel", self.kernel, "kernel"), ("-dtb", self.dtb, default_dtb), ("-initrd", self.initrd, "initrd")):
            path = products.locate(product) if value is DEFAULT else value
            if path and option == "-dtb" and self.policy != "open":
                own_tree.parent.mkdir(parents=True, exist_ok=True)
                path = bus_policy.device_tree(path, self.policy, own_tree)
            if path:
                arguments += [option, str(path)]
        return arguments

    def arguments(self, own_tree, dram=None):
        """QEMU's command line without consoles, monitor and `extra`. own_tree as in files(); dram: a dram.Dram, or None for QEMU's own memory."""
        machine = ",".join(filter(None, (self.machine, self.machine_options, "memory-backend=svp-ram" if dram else "")))
        arguments = [str(self.qemu or products.locate("qemu")), "-M", machine, *(dram.arguments("svp-ram") if dram else ()), *self.files(own_tree)]
        if self.kernel is not None and self.firmware != "card":
            arguments += ["-append", self.command_line if self.command_line is not None else f"{KERNEL_ARGUMENTS} {self.append}".strip()]
        arguments += ["-m", self.memory] if self.memory else []
        arguments += ["-smp", str(self.cpus)] if self.cpus else []
        for image in self.sd:
            arguments += ["-drive", f"if=sd,format=raw,snapshot={'off' if self.keep_sd else 'on'},file={str(image).replace(',', ',,')}"]
        arguments += ["-display", self.display, *bus_policy.arguments(self.policy)]
        arguments += [] if self.allow_reboot else ["-no-reboot"]
        return arguments + (["-S"] if self.paused else [])

    def process_environment(self):
        """Environment of QEMU's process; None for that of this one."""
        return {**os.environ, **self.environment} if self.environment else None
