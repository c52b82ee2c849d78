# SPDX-License-Identifier: GPL-2.0-or-later
"""The decoder in the guest: streams are on a card, and a client decodes them by the kernel's unmodified driver.

`play` is our svp-play, `gst` Debian's GStreamer. Digests of pictures come over the console; whole pictures, when they are asked for, on
a second card.

The board goes on from where one was kept that had booted and loaded the drivers (machine/kept.py). Its card was an empty one of the same
size, and the driver of its slot was unbound: it is bound now, and finds the card as if somebody had just put it in.
"""

import contextlib
import re
import shutil
import tempfile
from pathlib import Path

from ..base.errors import GuestError, UsageError
from ..build import cards, products
from ..machine import kept
from . import containers
from .pictures import Digest, Picture, PictureError, Whole
from .program import Lost, Unsupported

CLIENTS = ("play", "gst")
PARTS = {"play": ("qemu", "linux", "boot", "guest"), "gst": ("qemu", "linux", "boot", "guest", "media")}
#: Nobody knows how long a stream takes; the driver gives each picture up after two seconds, and the player the driver after a minute
STREAM_SECONDS = 3600
#: It has a line for each picture
SILENCE_SECONDS = 300
BOOT_SECONDS = 120
#: Cards are files with holes: that for pictures, and the one for streams, which has one of few sizes
RAW_BYTES = 4 << 30
_CARD_BYTES = 1 << 30
_SLOT, _SLOT_DRIVER = "30b50000.mmc", "/sys/bus/platform/drivers/sdhci-esdhc-imx"
#: Before a board is kept: the drivers, no card in the slot, and of GStreamer what it has to find out once
_PREPARE = f"svp-video && echo {_SLOT} > {_SLOT_DRIVER}/unbind"
_PREPARE_GST = f"{_PREPARE} && svp-media gst-inspect-1.0 > /dev/null"
_MOUNT = (f"echo {_SLOT} > {_SLOT_DRIVER}/bind; for try in $(seq 300); do mount -t ext4 -o ro /dev/mmcblk1 /mnt 2> /dev/null && break; "
          "usleep 20000; done; grep -q ' /mnt ' /proc/mounts")
_MOST = 1 << 30
_MPEG2 = "mpegvideoparse ! v4l2slmpeg2dec"
_IVF_ELEMENTS = {b"VP80": "ivfparse ! v4l2slvp8dec", b"VP90": "ivfparse ! vp9parse ! v4l2slvp9dec"}
_H264 = "h264parse ! v4l2slh264dec"
_HEVC = "h265parse ! v4l2slh265dec"
#: How HEVC begins behind zeros: parameter sets, delimiter, SEI
_HEVC_UNIT = re.compile(rb"\x00\x00+\x01[\x40\x42\x44\x46\x4e]\x01")
#: What GStreamer's parsers do not take, or the driver from GStreamer (field pictures of MPEG-2), never comes to the decoder
_REFUSED = re.compile(r"^ERROR: from element (?:\S*parse\d+: .*|.*Driver did not accept the decode request.*)$|^.*WARN.*codecparsers_.*$", re.MULTILINE)
#: Of what its parsers warn of, the first slice that they leave out
_FILTER = "awk '/WARN .*codecparsers_/ { if (/Slice header/ && !slices++) print; next } !/parse.*: caps = /'"
_GRAY = re.compile(r"^/\S*v4l2slh264dec0\.GstPad:sink: caps = .*chroma-format=\(string\)4:0:0", re.MULTILINE)
#: Plane by plane, which the sink does line by line: NV12's chroma it would take sample by sample
_PLANES = ("'video/x-raw,format={NV12,P010_10LE}' ! videoconvert chroma-mode=none dither=none ! 'video/x-raw,format={I420,I420_10LE}'")
_SIZE = re.compile(r"videocodectestsink0\.GstPad:sink: caps = .*width=\(int\)(\d+), height=\(int\)(\d+)")
_TEN_BITS = re.compile(r"videocodectestsink0\.GstPad:sink: caps = .*format=\(string\)I420_10LE")
#: The driver of HEVC and VP9 makes smaller pictures so large
_SMALLEST = 48
#: Registers that the driver leaves to themselves keep what the last stream put there until the decoder has lost its power
IDLE = "while [ \"$(cat /sys/class/video4linux/video0/device/power/runtime_status)\" = active ]; do usleep 20000; done"


class Guest:
    """A board with these streams (paths). `raw`: whole pictures can be had. To be used in a `with` statement."""

    def __init__(self, streams, client="play", raw=False):
        self._streams = [Path(stream) for stream in streams]
        self._client = client
        self._raw = raw
        self._board = self._folder = self._stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="svp-decode-")))
            self._board = self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, stack):
        if self._raw and self._client == "gst":
            raise UsageError("--client gst has no slot left for a card that takes whole pictures: take --client play for --raw and --png")
        size = self._make_card()
        second, kind, prepare = [], "nothing", _PREPARE
        if self._raw:
            second, kind = [_empty(self._folder / "pictures.img", RAW_BYTES)], "pictures"
        elif self._client == "gst":
            second = [products.locate("media-card")]
            kind, prepare = second[0], _PREPARE_GST
        settings = {"policy": "open", "keep_sd": self._raw}
        place = kept.folder({**settings, "sd": [_empty(self._folder / "empty.img", size), *second]}, f"{size} bytes, {kind}", prepare)
        board = stack.enter_context(kept.going_on(settings, place, sd=[self._folder / "card.img", *second], name="decode"))
        board.command(_MOUNT, timeout=BOOT_SECONDS, check=True)
        return board

    def _make_card(self):
        """Put the streams on a card; returns its bytes."""
        files, card = self._folder / "card", self._folder / "card.img"
        files.mkdir()
        for number, stream in enumerate(self._streams):
            shutil.copyfile(stream, files / self._name(number))
        used = cards.size_for(sum(stream.stat().st_size for stream in self._streams))
        cards.make(card, files, used)
        shutil.rmtree(files)
        size = max(used, _CARD_BYTES)
        _empty(card, size)
        return size

    @property
    def console(self):
        """All that the board has said so far."""
        return self._board.console.text

    def _name(self, number):
        return f"{number:05}{self._streams[number].suffix}"

    def decode(self, number, layout):
        """What program.decode() yields, or Digest and Whole in the place of Picture, of stream `number`, with pictures as `layout`."""
        file = f"/mnt/{self._name(number)}"
        self._board.command(IDLE, timeout=BOOT_SECONDS)
        if self._client == "gst":
            yield from self._by_gstreamer(file, layout, self._elements(self._streams[number]))
        elif self._raw:
            result = self._board.command(f"svp-play --raw {file} > /dev/mmcblk0; sync", timeout=STREAM_SECONDS)
            yield from self._pictures(result.output)
        else:
            self._board.console.set_silence(SILENCE_SECONDS)
            output = self._board.command(f"svp-play --digest --layout {layout} {file}", timeout=STREAM_SECONDS).output
            self._board.console.set_silence(None)
            yield from items(output)

    @staticmethod
    def _elements(stream):
        """GStreamer's elements for a stream, by how it begins; of an IVF file by the codec that it names."""
        with open(stream, "rb") as file:
            head = file.read(12)
        if head.startswith(b"DKIF"):
            return _IVF_ELEMENTS.get(head[8:], _IVF_ELEMENTS[b"VP80"])
        if containers.elementary(stream):
            return _MPEG2
        return _HEVC if _HEVC_UNIT.match(head) else _H264

    def _by_gstreamer(self, file, layout, elements):
        pipeline = f"filesrc location={file} ! {elements} ! {_PLANES} ! videocodectestsink location=/tmp/pictures"
        done = self._board.command(f"rm -f /tmp/pictures; GST_DEBUG='codecparsers*:2' GST_DEBUG_NO_COLOR=1 svp-media gst-launch-1.0 --no-position -v "
                                   f"{pipeline} 2>&1 | {_FILTER}",
                                   timeout=STREAM_SECONDS)
        sizes = set(_SIZE.findall(done.output))
        problems = re.findall(r"^(?:ERROR|WARNING).*?: (?=[^:]*$).*$", done.output, re.MULTILINE)
        if _GRAY.search(done.output):
            raise Unsupported("GStreamer shows gray H.264 with chroma that the driver does not write")
        if len(sizes) == 1:
            width, height = map(int, sizes.pop())
            if "265" in elements or "vp9" in elements:
                if min(width, height) < _SMALLEST:
                    raise Unsupported(f"GStreamer shows pictures of {width}x{height}, which the driver has made {_SMALLEST}x{_SMALLEST}")
            deep = bool(_TEN_BITS.search(done.output))
            yield from items(self._board.command(_digests(width, height) if deep else f"svp-play --decoded {width}x{height} --digest --layout {layout} "
                                                 "/tmp/pictures", timeout=STREAM_SECONDS).output)
        elif not sizes:
            raise Unsupported("GStreamer: " + (problems[0] if problems else "no picture came out"))
        else:
            raise Unsupported(f"GStreamer's output cannot be told apart into pictures of {len(sizes)} sizes")
        if refused := _REFUSED.search(done.output):
            # Of an error the element and what it says, of a warning what it says
            yield Lost("GStreamer: " + refused[0].rpartition("/" if refused[0].startswith("ERROR") else ": ")[2])
        elif problems:
            yield problems[0]

    def _pictures(self, text):
        with open(self._folder / "pictures.img", "rb") as file:
            for line in iter(file.readline, b""):
                word, _, rest = line.decode(errors="replace").rstrip("\n").partition(" ")
                if word == "end":
                    return
                if word == "picture":
                    yield _picture(file, rest)
                else:
                    yield from _item(word, rest)
        raise GuestError("the player in the guest ended early", text.splitlines()[-5:])


def _empty(path, size):
    """A file of `size` bytes, of which those that are not there yet are a hole."""
    with open(path, "ab") as file:
        file.truncate(size)
    return path


def _digests(width, height):
    """A command in the guest that says as the player does what is in /tmp/pictures, of 10 bits in two bytes each."""
    size = 2 * (width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2))
    return (f"for at in $(seq 0 $(($(stat -c %s /tmp/pictures) / {size} - 1))); do echo digest yuv420p10le {width} {height} "
            f"$(dd if=/tmp/pictures bs={size} skip=$at count=1 2> /dev/null | md5sum | cut -c1-32); done; "
            "echo whole $(md5sum < /tmp/pictures | cut -c1-32); echo end")


def _picture(file, rest):
    try:
        layout, *numbers = rest.split()
        width, height, size = map(int, numbers)
        if not 0 < size <= _MOST:
            raise ValueError(rest)
        return Picture(layout, width, height, file.read(size))
    except (ValueError, PictureError) as error:
        raise GuestError(f"the player in the guest said 'picture {rest}': {error}") from None


def items(text):
    """Digest, Whole, or text of an error for each line of the player's. Raises Unsupported, or GuestError if it ended early."""
    lines = text.splitlines()
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "end":
            return
        yield from _item(word, rest)
    raise GuestError("the player in the guest ended early: " + (lines[-1] if lines else "without a word"))


def _item(word, rest):
    if word == "digest":
        layout, width, height, value = rest.split()
        yield Digest(layout, int(width), int(height), value)
    elif word == "whole":
        yield Whole(rest)
    elif word == "error":
        yield rest
    elif word == "unsupported":
        raise Unsupported(rest)
