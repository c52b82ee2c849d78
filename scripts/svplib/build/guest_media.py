# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's arm64 programs for pictures, on a card of their own: GStreamer, v4l2-ctl, v4l2-compliance, media-ctl, modetest, vbltest; with them our element
for protected films (firmware/guest/gst).

The card has a root of its own, in which `svp-media` (firmware/guest) runs them.
"""

import shutil

from . import cards, debian_files

#: Entries of the lock file
PACKAGES = ("gstreamer-tools", "gstreamer", "gstreamer-base", "gstreamer-base-libs", "gstreamer-good", "gstreamer-bad", "gstreamer-bad-libs",
            "v4l-utils", "libv4l", "libv4lconvert", "glib", "pcre2", "libffi", "orc", "gudev", "libudev", "libmount", "libblkid", "libselinux",
            "libdrm", "libdrm-tests", "libjpeg", "libcap", "libatomic", "libstdc++", "libgcc", "libbz2", "zlib", "libc")
PLUGINS = {"gstreamer": ("coreelements",),
           "gstreamer-base": ("app", "rawparse", "typefindfunctions", "videoconvertscale", "videotestsrc"),
           "gstreamer-good": ("isomp4", "matroska", "multifile"),
           "gstreamer-bad": ("debugutilsbad", "ivfparse", "kms", "mpegtsdemux", "v4l2codecs", "videoparsersbad")}
PROGRAMS = (("gstreamer-tools", "usr/bin/gst-launch-1.0"), ("gstreamer-tools", "usr/bin/gst-inspect-1.0"),
            ("gstreamer", f"{debian_files.LIBRARIES}/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner"),
            ("v4l-utils", "usr/bin/v4l2-ctl"), ("v4l-utils", "usr/bin/v4l2-compliance"), ("v4l-utils", "usr/bin/media-ctl"),
            ("libdrm-tests", "usr/bin/modetest"), ("libdrm-tests", "usr/bin/vbltest"),
            *((package, f"{debian_files.LIBRARIES}/gstreamer-1.0/libgst{name}.so") for package, names in PLUGINS.items() for name in names))
#: What our element is compiled with, and linked with
HEADERS = ("gstreamer-headers", "gstreamer-base-headers", "glib-headers")
LINKED = ("gstreamer", "gstreamer-base-libs", "glib")
PLUGIN = "libgstsvp.so"
IMAGE_BYTES = 64 << 20
LABEL = "svp-media"
#: Where svp-media puts the guest's own file systems
MOUNT_POINTS = ("dev", "media", "mnt", "proc", "root", "run", "sys", "tmp", "bin", "svp")


def plugin_roots():
    """Folders with the headers and libraries that our element needs."""
    return [*debian_files.unpacked((*HEADERS, *LINKED)).values()]


def collect(folder, busybox, plugin):
    """Make the tree in `folder` (must not exist). `busybox`: static, for a shell in there; `plugin`: our element."""
    debian_files.collect(folder, debian_files.unpacked(PACKAGES), PROGRAMS)
    shutil.copy(plugin, folder / debian_files.LIBRARIES / "gstreamer-1.0" / PLUGIN)
    for name in MOUNT_POINTS:
        (folder / name).mkdir(exist_ok=True)
    (folder / "bin/busybox").write_bytes(busybox.read_bytes())
    (folder / "bin/busybox").chmod(0o755)
    (folder / "bin/sh").symlink_to("busybox")
    (folder / LABEL).touch()


def image(tree, path):
    """Write a raw image of a card with the tree."""
    cards.make(path, tree, IMAGE_BYTES, LABEL)
