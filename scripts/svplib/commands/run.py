# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp run`: boot the board, with our software and a scenario, with a shell, or with the user's own software."""

import atexit
import contextlib
import os
import shlex
import sys
import time

from ..base import cache
from ..base.checks import CheckList, write_json
from ..base.errors import HostError, SvpError, UsageError, is_host_failure
from ..base.progress import duration, say
from ..build import boot_image, host_packages, parts, products
from ..machine import bus_policy, interactive, overlay
from ..machine.board import Board, BoardError
from ..machine.settings import FIRMWARE, KERNEL_ARGUMENTS
from ..watch import places
from . import guest_command, guest_input, run_junit, scenario

PROGRAMS = "programs"
SILENCE_SECONDS = 120
SILENCE_LIMIT = 7 * 24 * 3600


#: What OP-TEE is asked for if nobody says otherwise
DEFAULT_POLICY = "strict"


def add_arguments(parser):
    """Options of `svp run`."""
    parser.add_argument("--scenario", metavar="NAME", help="what to run: " + "; ".join(
        f"{name}: {scenario.load(name).DESCRIPTION}" for name in scenario.names()))
    parser.add_argument("--shell", action="store_true", help="no scenario: an interactive console (Ctrl-A x ends the machine)")
    parser.add_argument("--kernel", metavar="IMAGE", help="your own arm64 Image (plain or .gz); implies --shell unless --scenario is given")
    parser.add_argument("--dtb", metavar="DTB", help="your own device tree")
    parser.add_argument("--initrd", metavar="CPIO", help="your own initramfs; 'none' for none")
    parser.add_argument("--append", metavar="ARGS", default="", help=f"words added to the kernel command line '{KERNEL_ARGUMENTS}'")
    parser.add_argument("--firmware", choices=FIRMWARE, help="optee: TF-A and OP-TEE (default); none: QEMU enters the kernel directly; card: "
                        "the chip's boot ROM starts what is on --sd (svp card boot)")
    parser.add_argument("--policy", choices=bus_policy.POLICIES,
                        help="what OP-TEE makes of the bus firewalls: strict (default with OP-TEE): nothing that Linux may do gets round them; nxp: as "
                             "NXP's firmware of 2018 had it; stage2: a program at EL2 keeps Linux out of the heaps, the RDC all other masters; open: "
                             "TZC-380 only, as mainline firmware leaves the chip: the device tree is used as it is")
    parser.add_argument("--bl32", metavar="IMAGE", help="your own raw OP-TEE (or other BL32) image in place of ours")
    parser.add_argument("--bl33", metavar="IMAGE", help="a boot loader of the normal world for 0x40200000, such as U-Boot's u-boot.bin, which loads what it "
                        "boots by itself, from a card or the network; --dtb is the tree that OP-TEE reads then")
    parser.add_argument("-m", dest="memory", metavar="SIZE", default="3G", help="DDR size, 1G to 4G (default 3G)")
    parser.add_argument("--smp", type=int, metavar="N", default=4, help="number of CPUs, 1 to 4 (default 4)")
    parser.add_argument("--sd", action="append", default=[], metavar="FILE", help="raw SD card image (give it twice for both slots)")
    parser.add_argument("--keep", action="store_true", help="what the guest writes to --sd stays in the image (default: it is forgotten)")
    parser.add_argument("--display", default="none", metavar="KIND", help="none (default), gtk, vnc or vnc:N, web or web:N (in a browser on this "
                        "machine)")
    parser.add_argument("--silence", type=float, metavar="SECONDS", default=SILENCE_SECONDS,
                        help=f"a guest that prints nothing for so long has failed (default {SILENCE_SECONDS}, 0: never; "
                        "not at a prompt, nor on a terminal)")
    parser.add_argument("--film", metavar="FILE", help="your own video as the film of scenario film: it is encrypted first (svp film pack)")
    parser.add_argument("--resume", action="store_true", help="scenario film from a snapshot of the booted board, which the first time makes and the cache "
                        "keeps: pictures at once, but without the proof of the heaps")
    parser.add_argument("--html", metavar="FILE", help="where scenario film writes its page (default: among the logs)")
    parser.add_argument("--json", metavar="FILE", help="write the checks as JSON ('-': stdout, the console goes to stderr)")
    parser.add_argument("--junit", metavar="FILE", help="write the checks, or what came of --exec, as JUnit XML")
    parser.add_argument("--log-dir", metavar="FOLDER", help="where logs go (default: a folder of the cache, which is named at the end)")
    parser.add_argument("--quiet", action="store_true", help="do not show the console, only the table")
    parser.add_argument("--overlay", metavar="FOLDER", help="files of yours in the guest: what is in the folder goes over the initramfs")
    guest_command.add_arguments(parser)
    parser.usage = "svp run [options] [-- QEMU arguments]"


def main(arguments):
    """Do it; returns the exit status."""
    own = bool(arguments.kernel or arguments.initrd or arguments.dtb or arguments.bl32 or arguments.bl33 or arguments.firmware == "card")
    programs = _names_programs(arguments.append)
    guest_command.check(arguments)
    if arguments.shell and arguments.scenario:
        raise UsageError("--shell and --scenario exclude each other")
    if programs and arguments.scenario not in (None, PROGRAMS):
        raise UsageError(f"--append svp.run=... and --scenario {arguments.scenario} exclude each other: the scenario says what runs")
    if arguments.scenario == PROGRAMS and not programs:
        raise UsageError(f"--scenario {PROGRAMS}: which ones? Give --append svp.run=NAME")
    command = arguments.command_line is not None
    if command and programs:
        raise UsageError("--exec and --append svp.run=... exclude each other")
    shell = arguments.shell or (own and not programs and not arguments.scenario and not command)
    name = None if shell or command else arguments.scenario or (PROGRAMS if programs else _default_scenario(arguments))
    chosen = scenario.load(name) if name else None
    firmware = arguments.firmware or (chosen.FIRMWARE if chosen else None) or "optee"
    if chosen and chosen.FIRMWARE != firmware and not getattr(chosen, "ANY_FIRMWARE", False):
        raise UsageError(f"--firmware {firmware}: scenario {name} needs --firmware {chosen.FIRMWARE}")
    if name != "film" and (arguments.film or arguments.html or arguments.resume):
        raise UsageError("--film, --html and --resume: only with scenario film")
    for option in ("json", "junit"):
        if shell and getattr(arguments, option):
            raise UsageError(f"--{option} needs a scenario or --exec")
    for option in ("bl32", "bl33"):
        if getattr(arguments, option) and firmware != "optee":
            raise UsageError(f"--{option} needs --firmware optee")
    if arguments.bl33:
        _check_boot_loader(arguments, name, programs)
    if firmware == "card":
        _check_card(arguments, name or (PROGRAMS if programs else None))
    if arguments.policy not in (None, "open") and firmware != "optee":
        raise UsageError(f"--policy {arguments.policy} needs --firmware optee")
    if not 0 <= arguments.silence <= SILENCE_LIMIT:
        raise UsageError(f"--silence: {arguments.silence:g} is out of range, 0 to {SILENCE_LIMIT}")
    settings = _settings(arguments, firmware)
    bl32 = guest_input.existing_file(arguments.bl32, "--bl32") if arguments.bl32 else None
    bl33 = guest_input.boot_loader(arguments.bl33) if arguments.bl33 else None
    if bl33:
        settings = {"kernel": None, "initrd": None, **settings}
    if firmware == "card":
        settings = {"kernel": None, "dtb": None, "initrd": None, **settings}
        for card in settings["sd"]:
            trouble = boot_image.trouble(card)
            if trouble:
                say(f"warning: {card}: {trouble}")
    needed = ["qemu"] + (["boot"] if firmware == "optee" else [])
    needed += ["linux"] if "kernel" not in settings or "dtb" not in settings else []
    needed += ["guest"] if "initrd" not in settings else []
    parts.OPTIONS.gtk = parts.OPTIONS.gtk or arguments.display == "gtk"
    parts.build(needed)
    if bl32 or bl33:
        settings["flash"] = parts.flash_with(bl32, bl33)
    if arguments.overlay:
        settings["initrd"] = _with_overlay(arguments.overlay, settings)
    with _screen(arguments, settings), places.Offer(name or "shell") as offer:
        arguments.extra = [*offer.arguments, *arguments.extra]
        if command:
            return guest_command.run(arguments, settings)
        if shell:
            return _interactive(arguments, settings, arguments.append, programs)
        prepared = chosen.prepare(arguments, settings) if hasattr(chosen, "prepare") else None
        return _scenario(arguments, settings, prepared, " ".join(filter(None, (chosen.APPEND, arguments.append))), chosen)


def _with_overlay(folder, settings):
    """The initramfs with what is in a folder over it, among the logs until the end."""
    target = cache.board_log_dir() / "overlay.cpio"
    atexit.register(target.unlink, missing_ok=True)
    return overlay.appended(settings.get("initrd") or products.locate("initrd"), target, folder)


def _screen(arguments, settings):
    """What serves the screen to a browser, to be entered, if that is wanted."""
    screen = guest_input.web(arguments.display)
    if not screen:
        return contextlib.nullcontext()
    host_packages.ensure(["web"], parts.OPTIONS.install)
    settings["display"] = screen.option
    say(f"the screen: {screen.address}")
    return screen


def _default_scenario(arguments):
    """Without firmware no film can be protected."""
    return "film" if arguments.firmware != "none" else "proof"


def _check_boot_loader(arguments, name, programs):
    """Refuse what a boot loader of the user's would not look at."""
    if name:
        raise UsageError(f"--bl33 and --{'append svp.run=...' if programs else f'scenario {name}'} exclude each other: the boot loader says what runs")
    for option in ("initrd", "append"):
        if getattr(arguments, option) and not arguments.kernel:
            raise UsageError(f"--{option}: with --bl33 nobody reads it, unless --kernel places a kernel for the boot loader to start")


def _check_card(arguments, name):
    """Refuse what a board that boots from a card by itself would not look at. What OP-TEE is asked for is on the card."""
    if name or arguments.command_line is not None:
        raise UsageError("--firmware card: what is on the card says what runs; neither a scenario nor --exec does")
    for option in ("kernel", "dtb", "initrd", "append", "overlay", "policy"):
        if getattr(arguments, option):
            raise UsageError(f"--{option}: with --firmware card it is on the card (svp card boot, svp card put)")
    if not arguments.sd:
        raise UsageError("--firmware card: there is no card, give --sd")


def _names_programs(words):
    """Whether words for the kernel command line say which programs our init runs."""
    return any(word.startswith("svp.run=") and word != "svp.run=" for word in words.split())


def _settings(arguments, firmware):
    """Board's keyword arguments from the command line, every file checked."""
    settings = {"firmware": firmware, "memory": guest_input.memory(arguments.memory, firmware), "cpus": guest_input.cpus(arguments.smp),
                "policy": arguments.policy or (DEFAULT_POLICY if firmware == "optee" else "open")}
    if arguments.kernel:
        settings["kernel"] = guest_input.kernel(arguments.kernel)
    if arguments.dtb:
        settings["dtb"] = guest_input.device_tree(arguments.dtb)
    if arguments.initrd:
        settings["initrd"] = None if arguments.initrd == "none" else guest_input.initramfs(arguments.initrd)
    if arguments.overlay:
        if "initrd" in settings and not settings["initrd"] or arguments.bl33:
            raise UsageError("--overlay: there is no initramfs for it to go over")
        overlay.check(arguments.overlay)
    if len(arguments.sd) > 2:
        raise UsageError(f"--sd: {len(arguments.sd)} cards, the board has 2 slots")
    settings["sd"] = [guest_input.sd_image(path, arguments.keep) for path in arguments.sd]
    if arguments.keep and not arguments.sd:
        raise UsageError("--keep: there is no --sd")
    settings["keep_sd"] = arguments.keep
    if arguments.display == "gtk" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError("--display gtk: no graphical session here (neither DISPLAY nor WAYLAND_DISPLAY is set); try --display vnc")
    if arguments.display in ("none", "gtk"):
        settings["display"] = arguments.display
    elif not guest_input.web(arguments.display):
        settings["display"] = guest_input.vnc(arguments.display)
    return settings


def _interactive(arguments, settings, words, programs):
    """QEMU with the console on this terminal; returns the exit status."""
    words = " ".join(filter(None, (interactive.terminal_size(), f"svp.log={cache.board_log_dir()}", words)))
    board = Board(append=words, allow_reboot=True, name="shell", **settings)
    console, secure = board.log_dir / "shell-console.log", board.log_dir / "shell-secure.log"
    command = [*board.arguments, "-chardev", f"stdio,id=svp-console,mux=on,signal=off,logfile={_chardev_path(console)}",
               "-serial", "chardev:svp-console", "-mon", "chardev=svp-console,mode=readline",
               "-chardev", f"file,id=svp-secure,path={_chardev_path(secure)}", "-serial", "chardev:svp-secure", *arguments.extra]
    say(f"Ctrl-A x ends the machine, Ctrl-A c toggles QEMU's monitor; secure console: {secure}")
    say(shlex.join(command))
    sys.stdout.flush()
    session = interactive.Session(command, (console, secure), programs=programs, silence=arguments.silence or None,
                                  debugger=any(word in ("-s", "-gdb") for word in arguments.extra))
    try:
        failure = session.run()
    finally:
        say(f"logs: {board.log_dir}")
    if failure:
        say(f"the guest failed: {failure}; logs: {board.log_dir}")
    return 1 if failure else 0


def _chardev_path(path):
    """A path as an option of QEMU takes it."""
    return str(path).replace(",", ",,")


def _scenario(arguments, settings, prepared, words, chosen):
    """Run a scenario to its end; print its table."""
    console = sys.stderr if arguments.json == "-" else sys.stdout

    def echo(text):
        console.write(text)
        console.flush()

    checks, failure, begin = CheckList(), None, time.monotonic()
    name = chosen.__name__.rsplit(".", 1)[-1]
    board = Board(append=words, name=name, echo=None if arguments.quiet else echo, extra=arguments.extra,
                  share_ram=chosen.SHARE_RAM, **settings)
    try:
        with board:
            board.console.set_silence(arguments.silence or None)
            try:
                chosen.run(board, checks, *([prepared] if prepared else []))
            except SvpError as error:
                if is_host_failure(error):
                    raise
                failure = error
                checks.add(run_junit.END, "yes", str(error).splitlines()[0], False)
            trouble = board.host_trouble()
            if trouble:
                raise trouble
    except BoardError as error:  # QEMU refused
        raise HostError(str(error)) from None
    for text in (*checks.texts, checks.table()):
        print(f"\n{text}", file=console)
    if arguments.json:
        write_json(arguments.json, checks.as_object())
    if arguments.junit:
        run_junit.write(arguments.junit, name, checks, time.monotonic() - begin, failure)
    if failure and arguments.quiet:
        print(failure, file=sys.stderr)
    say(f"scenario {name}: {'ok' if checks.ok else 'FAILED'} after {duration(time.monotonic() - begin)}{_why(checks, failure)}; "
        f"logs: {board.log_dir}")
    return 0 if checks.ok else 1


def _why(checks, failure):
    """A phrase on what failed."""
    if failure:
        return f": {str(failure).splitlines()[0]}"
    failed = checks.failed
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f": {failed[0].name} is '{failed[0].seen}', not '{failed[0].expected}'{more}" if failed else "" if checks.ok else ": nothing was checked"
