# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp card`: a card with a whole Debian, what the chip boots on any card, and files in and out of one, without root."""

import posixpath
import re
import subprocess
import tempfile
from pathlib import Path

from ..build import boot_image, cards, debian_system, parts
from ..base.errors import SvpError, UsageError
from ..base.progress import say
from ..machine import bus_policy
from .file_system import FileSystem

DEFAULT_SIZE = "4G"
#: Debian and some room; a card of the emulator has no more than what SDHC and SDXC cards of this time have
SMALLEST, LARGEST = debian_system.IMAGE_BYTES, 256 << 30
_KEYS = "/root/.ssh/authorized_keys"


def add_arguments(parser):
    """Options of `svp card`."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    make = tasks.add_parser("make", help="a card with Debian 13", description="Make a card with Debian 13: its own kernel, systemd, ssh, the network, "
                            "a menu for U-Boot. root has no password on the console.")
    make.add_argument("image", metavar="IMG", help="the image (must not exist)")
    make.add_argument("--size", default=DEFAULT_SIZE, metavar="SIZE", help=f"of the card, a power of 2, 1G to 256G (default {DEFAULT_SIZE}); "
                      "the file takes only what is written")
    make.add_argument("--ssh-key", metavar="FILE", help="a public key that may log in as root")
    boot = tasks.add_parser("boot", help="have the chip boot from a card", description="Put U-Boot with SPL, BL31 and OP-TEE at 33 KiB of a card, where "
                            "the chip's boot ROM looks; its partitions stay. Start it by svp run --firmware card --sd IMG.")
    boot.add_argument("image", metavar="IMG", help="the image: a disk with partitions, the first from 4 MiB on")
    boot.add_argument("--policy", choices=bus_policy.POLICIES, help="what OP-TEE is asked to make of the bus firewalls (default strict)")
    boot.add_argument("--dtb", metavar="DTB", help="your own device tree for OP-TEE, as it is (default: the board's, with the policy)")
    boot.add_argument("--flash", metavar="FILE", help="a flash.bin of yours in place of ours, as it is unless --dtb is given")
    put = tasks.add_parser("put", help="copy files into a card", description="Copy files, and folders with all in them, into the ext4 file system of a "
                           "card; they become root's.")
    get = tasks.add_parser("get", help="copy files out of a card", description="Copy files, and folders with all in them, out of the ext4 file system of a card.")
    for task, files, place in ((put, "files of this machine", "folder on the card (default /)"), (get, "paths on the card", "folder of this machine (default .)")):
        task.add_argument("image", metavar="IMG", help="the image: an ext4 file system, or a disk with one in a partition (MBR or GPT)")
        task.add_argument("files", metavar="FILE", nargs="+", help=files)
        task.add_argument("--to", metavar="FOLDER", default="/" if task is put else ".", help=place)
        task.add_argument("--partition", type=int, metavar="N", help="number of the partition (default: the first with ext4)")


def main(arguments):
    """Do it; returns the exit status."""
    {"make": _make, "boot": _boot, "put": _put, "get": _get}[arguments.task](arguments)
    return 0


def card_size(text):
    """Bytes of '4G' and the like: a power of 2 within the limits. Raises UsageError."""
    match = re.fullmatch(r"(\d+)([MG])", text)
    if not match:
        raise UsageError(f"--size: '{text}' is no size (examples: 2G, 4096M)")
    size = int(match.group(1)) << {"M": 20, "G": 30}[match.group(2)]
    if not SMALLEST <= size <= LARGEST or size & (size - 1):
        raise UsageError(f"--size: {text} is no power of 2 from {SMALLEST >> 30}G to {LARGEST >> 30}G")
    return size


def public_key(path):
    """The lines of a file with public keys of OpenSSH. Raises UsageError for anything else, a private key above all."""
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"--ssh-key: {path} does not exist")
    text = file.read_text(errors="replace")
    if "PRIVATE KEY" in text:
        raise UsageError(f"--ssh-key: {path} is a private key; give {file.name}.pub")
    if not re.search(r"^(ssh-|ecdsa-|sk-)\S+ AAAA\S+", text, re.MULTILINE):
        raise UsageError(f"--ssh-key: {path} is no public key of OpenSSH")
    return text if text.endswith("\n") else text + "\n"


def _make(arguments):
    target, size = Path(arguments.image), card_size(arguments.size)
    keys = public_key(arguments.ssh_key) if arguments.ssh_key else None
    if target.exists():
        raise UsageError(f"{target}: is there already; remove it, or take another name")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: no place for a file")
    parts.build(["debian-system"])
    with tempfile.TemporaryDirectory(prefix=".svp-card-", dir=target.absolute().parent) as folder:
        image = Path(folder) / "card.img"
        make(image, size, keys)
        image.replace(target)
    say(f"{target}: Debian 13, root without a password; svp run --bl33 $(svp path u-boot) --sd {target}")


def _boot(arguments):
    card = Path(arguments.image)
    if not card.is_file():
        raise UsageError(f"{card}: does not exist")
    if arguments.policy and (arguments.flash or arguments.dtb):
        raise UsageError(f"--policy: with --{'dtb' if arguments.dtb else 'flash'} it is what the device tree there says")
    own = Path(arguments.flash) if arguments.flash else None
    tree = Path(arguments.dtb) if arguments.dtb else None
    parts.build([*([] if own else ["u-boot"]), *([] if own or tree else ["linux"])])
    image = boot_image.flash_image(own or parts.product("card-flash"))
    if tree:
        try:
            image = boot_image.with_tree(image, tree.read_bytes())
        except OSError as error:
            raise UsageError(f"--dtb: {tree}: {error.strerror}") from None
    elif not own:
        image = with_policy(image, parts.product("dtb"), arguments.policy or "strict")
    boot_image.write(card, image)
    say(f"{card}: the chip boots from it; svp run --firmware card --sd {card}")


def with_policy(image, tree, policy):
    """A flash.bin (bytes) in which a device tree asks OP-TEE for a policy. Raises SvpError."""
    with tempfile.TemporaryDirectory(prefix="svp-card-") as folder:
        return boot_image.with_tree(image, bus_policy.device_tree(tree, policy, Path(folder) / "tree.dtb").read_bytes())


def make(image, size, keys=None):
    """Write a card of `size` bytes with Debian to `image`; `keys`: text of root's authorized_keys. Raises SvpError."""
    system = image.with_suffix(".ext4")
    _tool("dd", f"if={parts.product('debian-system')}", f"of={system}", "bs=1M", f"skip={cards.PARTITION_BYTES >> 20}", "conv=sparse")
    with open(system, "r+b") as file:
        file.truncate(size - cards.PARTITION_BYTES)
    # In a file of its own: resize2fs cuts a file off at the file system's size, wherever in it that begins
    _tool("e2fsck", "-f", "-p", str(system))
    _tool("resize2fs", str(system))
    cards.write_table(image, size)
    _tool("dd", f"if={system}", f"of={image}", "bs=1M", f"seek={cards.PARTITION_BYTES >> 20}", "conv=sparse,notrunc")
    system.unlink()
    if keys:
        with tempfile.NamedTemporaryFile("w", prefix="svp-keys-") as file:
            file.write(keys)
            file.flush()
            card = FileSystem(image, 1)
            card.make_folder(_KEYS.rsplit("/", 1)[0], 0o700)
            card.put(Path(file.name), _KEYS, 0o600)


def _tool(*command):
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=cards.tools())
    if done.returncode:
        raise SvpError(f"{command[0]} ended with {done.returncode}", (done.stdout + done.stderr).splitlines()[-5:])


def _put(arguments):
    system = FileSystem(arguments.image, arguments.partition)
    sources = [Path(file) for file in arguments.files]
    if not arguments.to.startswith("/"):
        raise UsageError(f"--to: {arguments.to} does not begin with '/'")
    for source in sources:
        if not source.exists():
            raise UsageError(f"{source}: does not exist")
        if source.samefile(system.path):
            raise UsageError(f"{source}: is the card itself")
    folder = _place(arguments.to)
    for source in sources:
        system.put(source, _place(f"{folder}/{source.resolve().name}"))


def _get(arguments):
    system, folder = FileSystem(arguments.image, arguments.partition), Path(arguments.to)
    if not folder.is_dir():
        raise UsageError(f"--to: {folder} is no folder")
    if system.needs_recovery():
        say(f"warning: {arguments.image} was not unmounted, what was written last may be missing; e2fsck -p '{system.place}' brings it back")
    for path in arguments.files:
        place = _place(path)
        system.get(system.real(place), folder / (place.rsplit("/", 1)[1] or "card"))


def _place(path):
    """A path on the card, from its root on, each name once."""
    return posixpath.normpath(f"/{path.strip('/')}")
