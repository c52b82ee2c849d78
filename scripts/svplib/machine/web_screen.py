# SPDX-License-Identifier: GPL-2.0-or-later
"""The board's screen in a browser: Debian's noVNC pages, served to this machine only; they talk to QEMU's own VNC server by a web socket.

    with WebScreen(number=0) as screen:            # QEMU: -display screen.option
        print(screen.address)
"""

import functools
import http.server
import socket
import threading
from pathlib import Path

from ..base.errors import UsageError

LOOPBACK = "127.0.0.1"
#: Where Debian's package has the pages, and the one that shows a screen
PAGES, PAGE = Path("/usr/share/novnc"), "vnc.html"
#: Ports of screen 0: of VNC, of QEMU's web socket, and of the pages
VNC_PORT, SOCKET_PORT, PAGES_PORT = 5900, 5700, 6080


def free(port):
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, and no lists of folders."""

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        pass


class WebScreen:
    """Serves the pages as long as it is entered."""

    def __init__(self, number=0, pages=PAGES):
        """`number`: of the screen, as VNC counts them. Raises UsageError if one of its ports is taken."""
        for port in (VNC_PORT + number, SOCKET_PORT + number, PAGES_PORT + number):
            if not free(port):
                raise UsageError(f"--display web:{number}: port {port} is in use; try web:{number + 1}")
        self.option = f"vnc={LOOPBACK}:{number},websocket={SOCKET_PORT + number}"
        self.address = (f"http://{LOOPBACK}:{PAGES_PORT + number}/{PAGE}"
                        f"?autoconnect=true&reconnect=true&resize=scale&host={LOOPBACK}&port={SOCKET_PORT + number}&path=")
        self._port, self._pages = PAGES_PORT + number, pages
        self._server = None

    def __enter__(self):
        self._server = http.server.ThreadingHTTPServer((LOOPBACK, self._port), functools.partial(_Handler, directory=str(self._pages)))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
