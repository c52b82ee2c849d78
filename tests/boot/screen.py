# SPDX-License-Identifier: GPL-2.0-or-later
"""What the boot tests of the display share: pictures of the screen, and test patterns made here, to compare them with.

A picture is (width, height, bytes of red, green and blue of each pixel, line by line).
"""

import contextlib

from boot_case import BoardCase, wait_until
from svplib.film.screenshot import difference, shown

SHOW_SECONDS = 120
#: More than so many checks svp-kms makes with any driver
KMS_CHECKS = 90
#: What must not be in the kernel's log
TROUBLE = r"(?i)oops|BUG:|WARNING|timed? ?out|ctxld: error|list ended|not loaded"

#: libdrm's "smpte" pattern: an upper band of bars, a narrow one, and a lower one with its own widths (SMPTE EG 1 has the idea)
_GREY, _YELLOW, _CYAN, _GREEN, _MAGENTA, _RED, _BLUE = ((192, 192, 192), (192, 192, 0), (0, 192, 192), (0, 192, 0), (192, 0, 192), (192, 0, 0),
                                                        (0, 0, 192))
_BLACK = (19, 19, 19)
_UPPER = (_GREY, _YELLOW, _CYAN, _GREEN, _MAGENTA, _RED, _BLUE)
_MIDDLE = (_BLUE, _BLACK, _MAGENTA, _BLACK, _CYAN, _BLACK, _GREY)
_LOWER = ((0, 33, 76), (255, 255, 255), (50, 0, 106), _BLACK)
_LOWER_NARROW = ((9, 9, 9), _BLACK, (29, 29, 29), _BLACK)


def smpte(width, height, alpha=1.0):
    """The picture that modetest draws by default; in formats with alpha the middle band lets black through."""
    upper = bytes(part for x in range(width) for part in _UPPER[x * 7 // width])
    middle = bytes(round(alpha * part) for x in range(width) for part in _MIDDLE[x * 7 // width])
    wide, end = width * 5 // 7, width * 6 // 7
    lower = bytes(part for x in range(width) for part in (_LOWER[x * 4 // wide] if x < wide else
                                                          _LOWER_NARROW[min((x - wide) * 3 // (width // 7), 3) if x < end else 3]))
    first, second = height * 6 // 9, height * 7 // 9
    return width, height, upper * first + middle * (second - first) + lower * (height - second)


def plain(width, height):
    """The picture that modetest flips to."""
    return width, height, b"\x77" * (3 * width * height)


class ShowingCase(BoardCase):
    """Tests of what programs in the guest show until a line comes in. DRIVER: of the display controller."""

    DRIVER = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command(f"svp-screen {cls.DRIVER}", timeout=SHOW_SECONDS, check=True)
        cls.board.command("mkfifo /tmp/key", check=True)

    @contextlib.contextmanager
    def shows(self, command):
        """The command runs meanwhile; what it says is in /tmp/said."""
        self.guest(f"{command} </tmp/key >/tmp/said 2>&1 &")
        self.guest("exec 3<>/tmp/key")
        try:
            yield
        finally:
            self.guest("echo >&3; exec 3>&-; wait", timeout=SHOW_SECONDS)

    def said(self):
        return self.guest("cat /tmp/said")

    def expect_picture(self, wanted, tolerance=0):
        """Wait until the screen has the picture; `tolerance`: the most by which a component may differ."""
        def right():
            seen = shown(self.board)
            return seen[:2] == wanted[:2] and (seen[2] == wanted[2] or bool(tolerance) and difference(seen, wanted)[0] <= tolerance)
        try:
            wait_until("the picture", right, SHOW_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}: differs by (value, x, y) {difference(shown(self.board), wanted)}; "
                                 f"{self.guest('cat /tmp/said; dmesg | tail -5')}") from None
