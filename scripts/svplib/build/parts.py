# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts that are built, what each is made from, and the folder that holds its products.

A part's key is a hash over all that it is made from: our files, the upstream version (or a local tree's files), the keys of the
parts that it contains, build options and compilers. Products lie in build/<part>-<key>; a part whose folder exists is done.
QEMU and Linux are built in trees under work/ that are reused, so that a small change costs a small build.
"""

import functools
import hashlib
import lzma
import os
import shutil
import subprocess
from pathlib import Path

from ..base import cache
from ..base.errors import BuildError, UsageError
from ..base.progress import build_environment, log_path, run_logged, say
from . import debian_system, guest_media, guest_tools, host_packages, kernel_config, sources
from .product_table import OPTIONAL, PRODUCTS, override
from .tree_copy import State, apply_patches, sync_content, sync_tree

REPOSITORY = Path(__file__).resolve().parents[3]
CROSS_COMPILE = "aarch64-linux-gnu-"
KEPT_PRODUCTS = 4
KEPT_TREES = 2
ROUNDS = 4
QEMU_FOLDERS = ("hw", "machines", "include")
INITRAMFS_FILES = ("firmware/guest/Makefile", "firmware/guest/initramfs.py", "firmware/guest/rootfs")
#: What GStreamer's element is made of
ELEMENT_FILES = (*(f"firmware/guest/{name}" for name in ("Makefile", "decrypt", "film", "gst", "play")), "firmware/optee/ta/svp-decrypt",
                 "firmware/optee/ta/svp-vp9", "firmware/linux/secure-heap-tee")
PROGRAM_FILES = (*(f"firmware/guest/{name}" for name in ("Makefile", "crypto", "decrypt", "film", "kms", "play", "probe", "screen", "heed.c", "membench.c")),
                 "firmware/linux/secure-heap-test/secure_heap_test.h", "firmware/linux/crypto-test/crypto_test.h",
                 "firmware/linux/secure-heap-tee/secure_heap_tee.h", "firmware/optee/ta/svp-decrypt", "firmware/optee/ta/svp-vp9")
QEMU_OPTIONS = (
    "--python=/usr/bin/python3", "--target-list=aarch64-softmmu", "--disable-download", "--disable-docs", "--disable-tools",
    "--disable-guest-agent", "--disable-kvm", "--disable-xen", "--enable-slirp", "--enable-fdt=system", "--enable-png", "--enable-vnc",
    "--disable-sdl", "--disable-werror", "--disable-curses", "--disable-libusb", "--disable-plugins", "--disable-capstone",
    "--disable-install-blobs", "--firmwarepath=/usr/share/qemu:/usr/share/seabios:/usr/lib/ipxe/qemu",
)
#: The same emulator as a program that finds its own mistakes. Less optimized: it builds in half the time and runs as fast. QEMU's options
#: are for C; the cores, and the linker that they bring along, are C++
SANITIZER_OPTIONS = ("--enable-asan", "--enable-ubsan", "-Doptimization=1", "--extra-cxxflags=-fsanitize=address,undefined",
                     "--extra-ldflags=-fsanitize=address,undefined")


class Options:
    """What the command line says about building."""
    gtk = False
    jobs = os.cpu_count() or 1
    install = True
    kernel_config = None  #: a kernel_config.Fragment


OPTIONS = Options()


class Part:
    """One part: `source`: lock entries; `files`: our files and folders; `needs`: parts whose products go in; `uses`: parts that only have to
    be there to make it, and whose changes change nothing in it.

    build(folder) makes its products. A part that builds in a tree of its own has prepare() too, which copies our files there and
    whose result goes to build(folder, result): from then on our files may change. `recipe` is counted up when build() makes
    something else from the same input. `space`: MiB that must be free.
    """

    def __init__(self, name, build, *, prepare=None, source=(), files=(), needs=(), uses=(), cross=True, space=500, recipe=1):
        self.name = name
        self.build = build
        self.prepare = prepare
        self.source = source
        self.files = files
        self.needs = needs
        self.uses = uses
        self.cross = cross
        self.space = space
        self.recipe = recipe

    def copies_all(self):
        """True when prepare() copied everything that may change: our files, and a local tree if there is one."""
        return bool(self.prepare) and ("qemu" in self.source or not any(sources.local_tree(source) for source in self.source))


@functools.cache
def compiler(program):
    """One line that identifies a compiler, or 'missing'."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "missing"


def qemu_options():
    """Arguments of QEMU's configure."""
    return QEMU_OPTIONS + (("--enable-gtk",) if OPTIONS.gtk else ("--disable-gtk",))


def _release():
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return ""
    return " ".join(line for line in lines if line.startswith(("ID=", "VERSION_ID=")))


@functools.cache
def key(name):
    """Hash over all that a part is made from."""
    part = PARTS[name]
    items = [name, part.recipe, cache.content_hash(REPOSITORY, *part.files)]
    items += [sources.identity(source) for source in part.source]
    items += [key(need) for need in part.needs]
    items.append(compiler(CROSS_COMPILE + "gcc") if part.cross else f"{compiler('gcc')} {compiler('g++')} {_release()} {qemu_options()}")
    if name == "linux" and OPTIONS.kernel_config:
        items.append(OPTIONS.kernel_config.text)
    return cache.digest(*items)


def product_folder(name):
    """Where the products of a part lie (or will lie)."""
    return cache.folder("build") / f"{name}-{key(name)}"


def is_built(name):
    """True when nothing has to be done for a part."""
    return product_folder(name).is_dir() or _overridden(name)


def _overridden(name):
    """True when the environment names all products of a part that others cannot do without, so that it need not be built."""
    files = [product for product, row in PRODUCTS.items() if row[0] == name and product not in OPTIONAL]
    return all(override(product) for product in files)


def product(name):
    """Path of one product, for building other parts from it."""
    part, file, _ = PRODUCTS[name]
    return override(name) or product_folder(part) / file


def order(names):
    """These parts and all that they need, each after its needs."""
    done = []

    def visit(name):
        part = PARTS[name]
        for need in (*part.needs, *(part.uses if part.uses and not is_built(name) else ())):
            visit(need)
        if name not in done:
            done.append(name)

    for name in names:
        visit(name)
    return done


def pending(names):
    """Parts among `names` and their needs that are not built."""
    return [name for name in order(names) if not is_built(name)]


def build(names):
    """Build whatever is missing of these parts. Raises SvpError; what was finished before stays."""
    todo = pending(names)
    for name in order(names):
        cache.mark_used(product_folder(name))
    if not todo:
        return
    with cache.lock("packages"):
        host_packages.ensure(todo + (["gtk"] if OPTIONS.gtk and "qemu" in todo else []), OPTIONS.install)
    compiler.cache_clear()  # once it is installed, it may turn out that all is there
    _forget_keys()
    todo = pending(names)
    for name in todo:
        for file in PARTS[name].files:
            if not (REPOSITORY / file).exists():
                raise UsageError(f"{name}: {file} is missing in this repository")
        for source in PARTS[name].source:
            if not sources.local_tree(source):
                sources.fetched(source)
    for _ in range(ROUNDS):
        _forget_keys()
        for name in pending(names):
            with cache.lock(_lock_name(name)):
                _forget_keys()
                if not is_built(name) and not _build_one(name):
                    break
        _forget_keys()
        if not pending(names):
            return
        say("sources changed while they were built; building again")
    raise BuildError(f"sources keep changing: {', '.join(pending(names))} not up to date after {ROUNDS} rounds")


def _lock_name(name):
    """What only one svp may work on: the build tree of a part that has one, else the product."""
    part = PARTS[name]
    if not part.prepare:
        return product_folder(name).name
    local = [str(tree) for tree in map(sources.local_tree, part.source) if tree]
    return f"{name}-{cache.digest(*local)}" if local else name


def _forget_keys():
    """Look at the files again when a key is asked for next."""
    key.cache_clear()
    sources.identity.cache_clear()


def _build_one(name):
    """Build a part into its product folder; False when what it is made from changed before it was read completely."""
    part, before = PARTS[name], key(name)
    folder = product_folder(name)
    cache.need_space(cache.root(), part.space, f"building {name}")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    if part.prepare:
        prepared = part.prepare()
        _forget_keys()
        if key(name) != before:
            return False
        part.build(partial, prepared)
    else:
        part.build(partial)
    if not part.copies_all():
        _forget_keys()
        if key(name) != before:
            return False
    for product_name, (owner, file, _) in PRODUCTS.items():
        if owner == name and not (partial / file).exists():
            raise BuildError(f"{name}: the build ended without error but made no {file} ({product_name})")
    partial.rename(folder)
    cache.prune("build", f"{name}-", KEPT_PRODUCTS)
    return True


def _make(part, folder, *variables, title=None, log=None):
    """Run the Makefile of firmware/<part> from nothing and put the part's products into `folder`."""
    makefile = REPOSITORY / "firmware" / part
    if not (makefile / "Makefile").exists():
        raise UsageError(f"firmware/{part}/Makefile is missing in this repository")
    out = folder / "out"
    run_logged(title or f"build {part}", ["make", f"-j{OPTIONS.jobs}", "-C", str(makefile), f"OUT={out}", f"CROSS_COMPILE={CROSS_COMPILE}",
                                          *variables], log or log_path(part))
    for name, (owner, file, _) in PRODUCTS.items():
        if owner == part and (out / file).exists():
            (out / file).rename(folder / file)
    shutil.rmtree(out)


def _build_tfa(folder):
    _make("tfa", folder, f"SRC={sources.firmware_tree('tfa')}")


def _build_optee(folder):
    _make("optee", folder, f"SRC={sources.firmware_tree('optee')}")


def _build_u_boot(folder):
    _make("u-boot", folder, f"SRC={sources.firmware_tree('u-boot')}", f"BL31={product('bl31')}", f"BL32={product('tee')}")


def _build_boot(folder):
    _make("boot", folder, f"BL31={product('bl31')}", f"BL32={product('tee')}")


def flash_with(bl32=None, bl33=None):
    """Flash image with the user's raw images in place of ours.

    bl32   runs from its first byte at 0xF0000000, in place of OP-TEE
    bl33   runs from its first byte at 0x40200000 (U-Boot), in place of the trampoline to a kernel that the machine has placed
    """
    own = {name: image for name, image in (("bl32", bl32), ("bl33", bl33)) if image}

    def make(partial):
        for name, image in own.items():
            shutil.copyfile(image, partial / f"{name}.bin")  # the Makefile's arguments allow neither ':' nor blanks in a path
        _make("boot", partial, f"BL31={product('bl31')}", f"BL32={partial / 'bl32.bin' if bl32 else product('tee')}",
              *([f"BL33={partial / 'bl33.bin'}"] if bl33 else ()),
              title=f"build flash image with {' and '.join(image.name for image in own.values())}", log=log_path("own-flash"))
    made_of = cache.digest(key("boot"), *(f"{name} {_sha256(image)}" for name, image in own.items()))
    return cache.made("own-flash", made_of, make, KEPT_PRODUCTS) / "flash.bin"


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _busybox():
    root = sources.unpacked("busybox", lambda partial: sources.unpack_deb("busybox", partial))
    for path in (root / "usr/bin/busybox", root / "bin/busybox"):
        if path.exists():
            return path
    raise BuildError(f"{root}: no busybox inside Debian's package")


def _guest_variables():
    """Makefile variables of the guest's initramfs: busybox, and modules in the order in which they are loaded, then those that are not."""
    modules = product("modules")
    order = (modules / "order").read_text().split()
    spare = sorted(path.stem for path in modules.glob("*.ko") if path.stem not in order)
    return [f"BUSYBOX={_busybox()}", f"BUILT={product('programs')}", *(f"{name}={' '.join(str(modules / f'{module}.ko') for module in names)}"
                                       for name, names in (("MODULES", order), ("SPARE_MODULES", spare)))]


def _build_programs(folder):
    out = folder / "programs"
    run_logged("build guest programs", ["make", f"-j{OPTIONS.jobs}", "-C", str(REPOSITORY / "firmware/guest"), f"OUT={out}",
                                        f"CROSS_COMPILE={CROSS_COMPILE}", "programs"], log_path("programs"))
    for path in out.glob("*.o"):
        path.unlink()


def _build_guest(folder):
    _make("guest", folder, *_guest_variables())


def _build_tools(folder):
    tree = folder / "tree"
    guest_tools.collect(tree, [path for path in (product("pkcs11-ta"),) if path.exists() or not override("tee")])
    _make("guest", folder, *_guest_variables(), f"TREE={tree}", title="build initramfs with Debian's tools", log=log_path("tools"))
    shutil.rmtree(tree)


def _build_media(folder):
    tree, made = folder / "tree", folder / "made"
    run_logged("build GStreamer's element", ["make", f"-j{OPTIONS.jobs}", "-C", str(REPOSITORY / "firmware/guest"), f"OUT={made}",
                                             f"CROSS_COMPILE={CROSS_COMPILE}", f"GST_ROOTS={' '.join(map(str, guest_media.plugin_roots()))}",
                                             f"{made / guest_media.PLUGIN}"], log_path("gstreamer"))
    guest_media.collect(tree, _busybox(), made / guest_media.PLUGIN)
    guest_media.image(tree, folder / "media.img")
    for used in (tree, made):
        shutil.rmtree(used)


def _build_efi(folder):
    root = sources.unpacked("systemd-boot", lambda partial: sources.unpack_deb("systemd-boot", partial))
    shutil.copyfile(root / "usr/lib/systemd/boot/efi/systemd-bootaa64.efi", folder / "bootaa64.efi")


def _build_debian(folder):
    root = sources.unpacked("debian-kernel", lambda partial: sources.unpack_deb("debian-kernel", partial))
    images = sorted(path for path in root.glob("**/vmlinuz*") if path.is_file())
    if not images:
        raise BuildError(f"{root}: no vmlinuz inside Debian's kernel package")
    shutil.copyfile(images[0], folder / "vmlinuz")
    modules = sources.unpacked("debian-modules", lambda partial: sources.unpack_deb("debian-modules", partial))
    spare = []
    for name in DEBIAN_MODULES + DEBIAN_CARD_MODULES:
        found = sorted(modules.glob(f"usr/lib/modules/*/kernel/**/{name}.ko.xz"))
        if not found:
            raise BuildError(f"{modules}: no {name}.ko.xz inside Debian's package of modules")
        spare.append(folder / f"{name}.ko")
        spare[-1].write_bytes(lzma.decompress(found[0].read_bytes()))
    _make("guest", folder, f"BUSYBOX={_busybox()}", f"BUILT={product('programs')}", "MODULES=", f"SPARE_MODULES={' '.join(map(str, spare))}",
          title="build initramfs for Debian's kernel", log=log_path("debian"))
    for path in spare:
        path.unlink()


def _build_debian_system(folder):
    debian_system.build(folder, REPOSITORY, product("qemu"), product("debian-kernel"), product("debian-initrd"), DEBIAN_CARD_MODULES)


def build_tree(name, *identity):
    """Folder under work/ for a build tree; the least recently used beyond a limit are removed."""
    tree = cache.folder("work") / f"{name}-{cache.digest(*identity)}"
    tree.mkdir(exist_ok=True)
    cache.mark_used(tree)
    cache.prune("work", f"{name}-", KEPT_TREES)
    return tree


def _prepare_linux():
    source = sources.linux_tree()
    own = OPTIONS.kernel_config
    tree = build_tree("linux", source, compiler(CROSS_COMPILE + "gcc"), *([own.path] if own else []))
    sync_content(REPOSITORY / "firmware", tree / "ours", ("linux",), State(tree / "state.json"), "ours")
    return tree, source, own.write_behind_ours(tree / "ours/linux/config") if own else kernel_config.OURS


def _build_linux(folder, prepared):
    tree, source, config = prepared
    out = tree / "out"
    out.mkdir(exist_ok=True)
    run_logged("build linux", ["make", "-C", str(tree / "ours/linux"), f"SRC={source}", f"OUT={out}", f"CROSS_COMPILE={CROSS_COMPILE}",
                               f"CONFIG={config}", f"JOBS={OPTIONS.jobs}"], log_path("linux"))
    for path in (out / "Image", *sorted(out.glob("*.dtb"))):
        shutil.copyfile(path, folder / path.name)
    (folder / "modules").mkdir()
    for file in (out / "modules/order", *sorted((out / "modules").glob("*.ko"))):
        shutil.copyfile(file, folder / "modules" / file.name)


def _prepare_qemu(name="qemu", options=()):
    local = sources.local_tree("qemu")
    python_path = sources.python_path()
    options = qemu_options() + options
    tree = build_tree(name, local or sources.identity("qemu"), *options, compiler("gcc"), compiler("g++"), _release(), python_path)
    source, state = tree / "src", State(tree / "state.json")
    changed = ()
    if local:
        changed = sync_tree(local, source, state, "local", sources.LEFT_OUT["qemu"])
    elif not state.get("unpacked"):
        shutil.rmtree(source, ignore_errors=True)
        sources.unpack_source("qemu", source)
        state.set(unpacked=True)
    apply_patches(source, sorted((REPOSITORY / "hw/qemu/patches").glob("*.patch")), state, changed)
    sync_content(REPOSITORY, source / "hw/svp", QEMU_FOLDERS, state, "ours")
    return tree, state, name, options, build_environment(PYTHONPATH=python_path)


def _prepare_asan_qemu():
    return _prepare_qemu("asan-qemu", SANITIZER_OPTIONS)


def _build_qemu(folder, prepared):
    tree, state, name, options, environment = prepared
    out = tree / "build"
    if not state.get("configured"):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        run_logged(f"configure {name}", [str(tree / "src/configure"), *options], log_path(f"{name}-configure"), cwd=out, env=environment)
        state.set(configured=True)
    run_logged(f"build {name}", ["ninja", f"-j{OPTIONS.jobs}", "qemu-system-aarch64"], log_path(name), cwd=out, env=environment)
    binary = folder / "qemu-system-aarch64"
    try:
        os.link(out / binary.name, binary)  # the linker writes a new file each time, so this one stays as it is
    except OSError:
        shutil.copy2(out / binary.name, binary)
    (folder / "qemu-bundle").symlink_to(out / "qemu-bundle")  # where QEMU looks for its data files


PARTS = {part.name: part for part in (
    Part("qemu", _build_qemu, prepare=_prepare_qemu, source=("qemu", "meson", "pycotap"), files=QEMU_FOLDERS, cross=False, space=4000),
    Part("linux", _build_linux, prepare=_prepare_linux, source=("linux",), files=("firmware/linux",), space=5000, recipe=3),
    Part("tfa", _build_tfa, source=("tfa",), files=("firmware/tfa",)),
    Part("optee", _build_optee, source=("optee",), files=("firmware/optee",)),
    Part("u-boot", _build_u_boot, source=("u-boot",), files=("firmware/u-boot", "firmware/stage2"), needs=("tfa", "optee"), space=1000),
    Part("boot", _build_boot, files=("firmware/boot", "firmware/stage2"), needs=("tfa", "optee")),
    Part("programs", _build_programs, files=PROGRAM_FILES),
    Part("guest", _build_guest, source=("busybox",), files=INITRAMFS_FILES, needs=("linux", "programs")),
    Part("tools", _build_tools, source=("busybox", *guest_tools.PACKAGES), files=INITRAMFS_FILES, needs=("linux", "optee", "programs")),
    Part("media", _build_media, source=("busybox", *guest_media.PACKAGES, *guest_media.HEADERS), files=ELEMENT_FILES),
    Part("efi", _build_efi, source=("systemd-boot",)),
    Part("debian", _build_debian, source=("debian-kernel", "debian-modules", "busybox"), files=INITRAMFS_FILES, needs=("programs",), recipe=2),
    Part("debian-system", _build_debian_system, files=(debian_system.OVERLAY, *debian_system.FILES), uses=("qemu", "debian"), space=4000),
    Part("asan-qemu", _build_qemu, prepare=_prepare_asan_qemu, source=("qemu", "meson", "pycotap"), files=QEMU_FOLDERS, cross=False, space=6000),
)}

#: Modules of Debian's kernel in /lib/modules of its initramfs, in the order in which they can be loaded; nothing loads them by itself
DEBIAN_MODULES = ("typec", "phy-fsl-imx8mq-usb", "usb-common", "udc-core", "ulpi", "usbcore", "dwc3", "xhci-hcd", "xhci-plat-hcd", "scsi_common",
                  "scsi_mod", "usb-storage", "sd_mod", "hid", "usbhid", "hid-generic", "evdev", "snvs_pwrkey")
#: The same for a card with ext4
DEBIAN_CARD_MODULES = ("fixed", "cqhci", "sdhci", "sdhci-pltfm", "sdhci-esdhc-imx", "crc16", "mbcache", "jbd2", "ext4")

#: What each kind of work needs
FOR_RUN = ("qemu", "linux", "boot", "guest")
FOR_DIRECT_RUN = ("qemu", "linux", "guest")
ON_REQUEST = ("asan-qemu", "debian-system")
ALL = tuple(name for name in PARTS if name not in ON_REQUEST)


def report(names):
    """Say what was built and where."""
    for name, (part, _, text) in PRODUCTS.items():
        if part in order(names):
            say(f"{name:14} {product(name)}  ({text})")
