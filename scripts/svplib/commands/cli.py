# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of scripts/svp."""

import argparse
import os
import signal
import subprocess
import sys
import traceback

from ..base import cache
from ..base.checks import look_at_targets, note_with_results, write_json
from ..base.errors import GuestError, SvpError, UsageError, explain
from ..base.progress import say
from ..build import cleaning, kernel_config, parts, product_table, products, sources, versions
from ..card import command as card_command
from ..decode import command as decode_command
from ..film import command as film_command
from ..inject import command as inject_command
from ..inject import fault_command
from ..machine.console import timeout_scale
from ..watch import command as watch_command
from . import bench as bench_command
from . import completion
from . import run as run_command
from . import test as test_command

EXAMPLES = {
    "svp": """examples:
  svp run                          from nothing to the proof table: fetch, build, boot, check
  svp run --shell                  an interactive Linux console on the board
  svp test all                     every test; ends with 'N passed, N failed, N skipped'
  $(svp path qemu) -M imx8mq-evk -m 3G -smp 4 -bios $(svp path flash) -kernel $(svp path kernel) \\
      -dtb $(svp path dtb) -initrd $(svp path initrd) -append 'console=ttymxc0,115200 cryptomgr.noslowtests=1' -nographic

environment:
  XDG_CACHE_HOME       products, sources and logs go to $XDG_CACHE_HOME/svp (default ~/.cache/svp)
  SVP_DEBIAN_MIRROR    mirror to use instead of the one in this machine's apt settings
  SVP_TIMEOUT_SCALE    factor on all waiting times for the guest, for slow machines
  SVP_QEMU, SVP_KERNEL, SVP_DTB, SVP_INITRD, SVP_FLASH, ...   a file to use in place of that build product

exit status: 0 when all that was asked for holds, 1 when a check or test or the guest failed, 2 when it could not be done,
130 when it was interrupted; with 1 and 2 one line says what""",
    "build": """examples:
  svp build                        everything
  svp build qemu                   the emulator alone
  svp build qemu --qemu-src ~/qemu a QEMU tree of yours instead of Debian's source package
  svp build linux -j 8""",
    "run": """examples:
  svp run                          a film plays and is attacked, then the proof of the heaps
  svp run --film holidays.mkv --html report.html
  svp run --json proof.json --quiet
  svp run --scenario proof --junit proof.xml --log-dir logs --quiet      for CI
  svp run --shell --sd card.img
  svp run --exec 'prog --test' --overlay files --get /tmp/results --to . --quiet
  svp run --kernel Image --dtb my.dtb --initrd my.cpio.gz --append quiet --firmware none
  svp run --bl32 tee-raw.bin --shell
  svp run --bl33 $(svp path u-boot) --sd card.img
  svp run --firmware card --sd card.img
  svp run --display vnc:1 --shell -- -nic user,hostfwd=tcp::2222-:22""",
    "test": """examples:
  svp test                         all tests
  svp test unit -k tzc380          unit tests whose name contains tzc380
  svp test boot --junit boot.xml""",
    "inject": """examples:
  svp inject scripts/campaigns/firewalls.json --html firewalls.html
  svp inject scripts/campaigns/firewalls.json --list
  svp inject my.json --only 'vault*' --jobs 1
  svp inject my.json --shard 2/4 --json part2.json       one of four machines; then, anywhere:
  svp inject --merge part?.json --html all.html --junit all.xml

A campaign is a JSON file (all of it in scripts/svplib/inject/README.md):
  { "name": "demo",
    "snapshots": { "plain": { "policy": "strict", "cpus": 1, "prepare": ["svp-probe latches clear"] } },
    "cases": [ { "name": "a glitch makes the GPU secure", "snapshot": "plain",
                 "faults": [ { "kind": "change-world", "world": "secure", "match": { "masters": ["gpu"] } } ],
                 "do": [ { "port": { "operation": "read", "master": "gpu", "address": "vault+0x40", "length": 8 } } ],
                 "expect": { "violations": [ { "master": "gpu", "denier": "rdc-region", "injected": true, "count": 1 } ] } } ] }
Each snapshot is booted once; each case starts from it in a machine of its own.""",
    "fault": """examples:
  svp fault list                   kinds of faults that a campaign may name
  svp fault targets                masters, devices, firewall blocks
  svp fault targets tzasc          every register of a block, with its fields
  svp fault targets rdc.MRC3""",
    "decode": """examples:
  svp decode clip.ivf                            its checksum beside it (clip.ivf.md5) is compared
  svp decode vectors/vp8 vectors/mpeg2           a table: stream, frames, result, time; sums per folder
  svp decode clip.ivf --png 25 picture.png --md5 clip.md5
  svp decode vectors --where guest               by Linux's driver on the board; --client gst: by Debian's GStreamer
  svp decode --suite VP8-TEST-VECTORS.json --vectors DIR --json here.json
  svp decode --suite VP8-TEST-VECTORS.json --vectors DIR --compare there.json

A stream without a checksum is decoded and its MD5 printed; one that the hardware lacks is skipped, with the reason.""",
    "film": """examples:
  svp film pack holidays.mkv film.mp4            cenc, with a new key
  svp film pack clip.mp4 film.mp4 --scheme cbcs --key 000102030405060708090a0b0c0d0e0f
  ffplay -decryption_key 000102030405060708090a0b0c0d0e0f film.mp4""",
    "card": """examples:
  svp card make debian.img --size 8G --ssh-key ~/.ssh/id_ed25519.pub
  svp run --bl33 $(svp path u-boot) --sd debian.img --keep -- -nic user,hostfwd=tcp::2222-:22
  svp card boot debian.img && svp run --firmware card --sd debian.img
  svp card put debian.img film.mp4 tools --to /root
  svp card get debian.img /var/log/dpkg.log /etc --to /tmp""",
    "bench": """examples:
  svp bench
  svp bench boot --json bench.json""",
    "versions": """examples:
  svp versions
  svp versions --json -""",
    "clean": """examples:
  svp clean --dry-run
  svp clean log
  svp clean all                    everything; it is fetched and built again when it is needed""",
    "completion": """examples:
  eval "$(scripts/svp completion bash)"            in ~/.bashrc, to keep it
  scripts/svp completion zsh > ~/.svp-completion   then: source ~/.svp-completion""",
    "watch": """examples:
  svp watch                                      the board that 'svp run' has started last
  svp watch --json --count 10 --interval 0.5 | jq .refused.accesses
  svp watch qmp.sock                             a QEMU of yours, with -qmp unix:qmp.sock,server=on,wait=off""",
    "path": """examples:
  svp path kernel
  $(svp path qemu) -M imx8mq-evk ...""",
}


#: What may be empty: words that may be none, and a pattern that all names match
_MAY_BE_EMPTY = ("append", "pattern")
#: Options of QEMU that people type at once
_QEMU_OPTIONS = ("-s", "-S", "-d", "-D", "-gdb", "-nic", "-netdev", "-device", "-drive", "-serial", "-monitor", "-qmp", "-nographic", "-icount", "-trace",
                 "-M", "-cpu", "-snapshot", "-append", "-kernel", "-dtb", "-initrd", "-bios", "-seed", "-loadvm", "-incoming", "-usb", "-vnc")


class _Parser(argparse.ArgumentParser):
    """One line for a mistake."""

    def error(self, message):
        self.exit(2, f"svp: {message}; see {self.prog} --help\n")


def _unknown(command, words):
    """One line for words that the parser of a command does not know, with what was probably meant."""
    options = {option for action in _parser().commands[command]._actions for option in action.option_strings}
    for word in words:
        if f"-{word}" in options:
            return f"{word}: it is -{word} here"
        if word in _QEMU_OPTIONS and command == "run":
            return f"{word}: options of QEMU come last, behind '--': svp run -- {' '.join(words)}"
    return f"svp {command} does not know {' '.join(words)}; see svp {command} --help"


def _refuse_empty(arguments, parser):
    """An option or a name that is there and empty is a variable that nobody set: what it was to name would be left out without a word."""
    for name, value in vars(arguments).items():
        if name not in _MAY_BE_EMPTY and "" in (value if isinstance(value, list) else [value]):
            option = next((action.option_strings[-1] if action.option_strings else action.metavar
                           for action in _actions(parser.commands[arguments.command]) if action.dest == name), name)
            raise UsageError(f"{option}: it is empty; if it came from a variable, that is not set")


def _actions(parser):
    """The options and names that a parser knows, those of its tasks included."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for task in action.choices.values():
                yield from _actions(task)


def _parser():
    common = argparse.ArgumentParser(add_help=False)
    group = common.add_argument_group("sources and building")
    for name, (option, mark) in sources.LOCAL_TREES.items():
        group.add_argument(option, dest=f"{name}_src", metavar="DIR", help=f"local source tree of {name} (has {mark}) instead of Debian's")
    group.add_argument(kernel_config.OPTION, metavar="FRAGMENT", help="settings of yours for the kernel that svp builds: lines as CONFIG_KPROBES=y")
    group.add_argument("--enable-gtk", action="store_true", help="build QEMU with its GTK window (needs libgtk-3-dev)")
    group.add_argument("-j", "--jobs", type=int, metavar="N", help="parallel build jobs; with inject: cases at once, too (default: number of CPUs)")
    group.add_argument("--no-install", action="store_true", help="never install Debian packages; fail with the list instead")
    group.add_argument("--locked", action="store_true", help="fail when the mirror has lost a version that svp.lock names, rather than take its successor")

    parser = _Parser(prog="svp", description="Build, run and test the emulated i.MX 8M Quad board.",
                                     epilog=EXAMPLES["svp"], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="store_true", help="print the commit of this svp; see also svp versions")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name, text, **options):
        return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=EXAMPLES[name], parents=[common],
                                   formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    build = command("build", "fetch and build the parts of the board")
    build.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(parts.PARTS)} or all (default: all but {' and '.join(parts.ON_REQUEST)})")
    run_command.add_arguments(command("run", "boot the board and run a scenario, a shell or your own software"))
    test_command.add_arguments(command("test", "run the tests"))
    inject_command.add_arguments(command("inject", "run a campaign of injected faults from snapshots"))
    fault_command.add_arguments(command("fault", "list faults that can be injected, and what they can be aimed at"))
    decode_command.add_arguments(command("decode", "decode streams with the VPU's engines and compare them with their checksums"))
    film_command.add_arguments(command("film", "make protected films"))
    card_command.add_arguments(command("card", "make a card with Debian, copy files into and out of cards"))
    watch_command.add_arguments(command("watch", "look at a running board"))
    bench_command.add_arguments(command("bench", "measure the board, side by side with its yardsticks"))
    path = command("path", "print where a build product lies")
    path.add_argument("name", metavar="NAME", help="; ".join(f"{name}: {row[2]}" for name, row in product_table.PRODUCTS.items()))
    command("versions", "print what the board is made of, and where it came from").add_argument(
        "--json", metavar="FILE", help="write it as JSON ('-': stdout)")
    cleaning.add_arguments(command("clean", "make room in the cache"))
    command("completion", "print a script that completes commands and options").add_argument("shell", choices=completion.SHELLS, metavar="SHELL",
                                                                                          help=" or ".join(completion.SHELLS))
    parser.commands = commands.choices
    return parser


def _apply(arguments):
    """Set what all commands share, and refuse what would be found to be wrong after a long build only."""
    timeout_scale()
    if getattr(arguments, "log_dir", None):
        cache.log_to(arguments.log_dir)
    for name in sources.LOCAL_TREES:
        folder = getattr(arguments, f"{name}_src")
        if folder:
            sources.use_local(name, folder)
    parts.OPTIONS.kernel_config = kernel_config.Fragment(arguments.kernel_config) if arguments.kernel_config else None
    parts.OPTIONS.gtk = arguments.enable_gtk
    parts.OPTIONS.install = not arguments.no_install
    sources.OPTIONS.locked = arguments.locked
    if arguments.jobs is not None:
        if not 1 <= arguments.jobs <= 1024:
            raise UsageError(f"--jobs: {arguments.jobs} is out of range, 1 to 1024")
        parts.OPTIONS.jobs = arguments.jobs


def _build(arguments):
    names = arguments.parts or ["all"]
    for name in names:
        if name != "all" and name not in parts.PARTS:
            raise UsageError(f"no part '{name}'; known: all, {', '.join(parts.PARTS)}")
    wanted = [name for name in parts.PARTS if name in names or "all" in names and name in parts.ALL]
    if not parts.pending(wanted):
        say("everything is up to date")
    parts.build(wanted)
    parts.report(wanted)
    return 0


def _path(arguments):
    print(products.locate(arguments.name))
    return 0


def _versions(arguments):
    if arguments.json:
        write_json(arguments.json, {"parts": versions.rows()})
    if arguments.json != "-":
        print(versions.table())
    return 0


def _completion(arguments):
    print(completion.script(arguments.shell, _parser()), end="")
    return 0


def _interrupt(number, frame):
    """End like Ctrl-C does, so that builds and boards are ended too."""
    raise KeyboardInterrupt


def main(words=None):
    """Run the command line; returns the exit status."""
    try:
        _need_streams()
        status = _run(sys.argv[1:] if words is None else words)
        sys.stdout.flush()
        return status
    except GuestError as error:
        return _unable(error, 1)
    except SvpError as error:
        return _unable(error)
    except KeyboardInterrupt:
        return _unable("interrupted", 130)
    except BrokenPipeError as error:
        return _unable(f"stdout: {explain(error)}")
    except OSError as error:
        return _unable(explain(error) if error.filename is not None else f"stdout or a file: {explain(error)}")
    except MemoryError:
        return _unable("out of memory; end other programs, or take fewer --jobs")
    except subprocess.SubprocessError as error:
        return _unable(f"a helper program failed: {' '.join(str(error).split())}")
    except Exception as error:  # a mistake in svp itself
        return _unable(f"a mistake in svp itself, {type(error).__name__}: {' '.join(str(error).split())}; {_traceback()}")


def _run(words):
    split = words.index("--") if "--" in words else len(words)
    parser = _parser()
    arguments, unknown = parser.parse_known_args(words[:split])
    arguments.extra = words[split + 1:]
    if arguments.version:
        print(f"svp {versions.commit()}")
        return 0
    if not arguments.command:
        parser.error(f"unknown: {' '.join(unknown)}" if unknown else "which command?")
    if unknown:
        raise UsageError(_unknown(arguments.command, unknown))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    _refuse_empty(argparse.Namespace(**{name: value for name, value in vars(arguments).items() if name != "extra"}), parser)
    if arguments.extra and arguments.command != "run":
        raise UsageError("only 'svp run' takes QEMU arguments after --")
    _apply(arguments)
    note_with_results("versions", versions.brief)
    look_at_targets(arguments, [name for name in ("junit", "html", "json") if isinstance(getattr(arguments, name, None), str)])
    handler = {"build": _build, "run": run_command.main, "test": test_command.main, "inject": inject_command.main, "fault": fault_command.main,
               "decode": decode_command.main, "film": film_command.main, "card": card_command.main, "watch": watch_command.main,
               "bench": bench_command.main, "path": _path, "versions": _versions, "clean": cleaning.main, "completion": _completion}
    return handler[arguments.command](arguments)


def _need_streams():
    """Standard streams that are there, and take any text: what is opened next must not become one of them."""
    closed = [number for number in (0, 1, 2) if not _is_open(number)]
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)
    if 1 in closed:
        sys.stdout = open(1, "w", closefd=False)
        raise UsageError("stdout is closed, results would be lost; name a file, or > /dev/null")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _unable(message, status=2):
    """Say why it could not be done; what stdout could not take is dropped. Returns the status."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        print(f"svp: {message}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    return status


def _traceback():
    """Put the traceback where it can be read later; says where."""
    try:
        path = cache.folder("log") / "traceback.log"
        path.write_text(traceback.format_exc())
        return f"see {path}"
    except (OSError, SvpError):
        return "its traceback could not be kept"
