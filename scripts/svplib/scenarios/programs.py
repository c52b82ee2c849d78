# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of somebody's choice in the guest: `svp run --append svp.run=NAME,ARGUMENT+NAME`. Their verdict is that of svp.

Each program's exit status is a check, and so are the CHECK lines that it prints. A guest that panics, resets itself, falls silent or
ends in another way before its programs do has failed.
"""

import re

DESCRIPTION = "programs that --append svp.run=... names (default when it does); their exit status decides"
APPEND = ""
FIRMWARE = "optee"
ANY_FIRMWARE = True
SHARE_RAM = False
BOOT_SECONDS = 120
#: The guest may take its time as long as it says something (see --silence)
LONG_SECONDS = 7 * 24 * 3600
OFF_SECONDS = 60
UNKNOWN_PROGRAM = 127


def run(board, checks):
    """Follow the programs to their end."""
    console = board.console
    console.expect(r"^SVP init ", timeout=BOOT_SECONDS)
    begin = console.position
    try:
        end = console.expect(r"^SVP exit (\d+)$", timeout=LONG_SECONDS)
    finally:
        text = console.text[begin:]
        checks.add_guest_lines(text)
        for name, status in re.findall(r"^SVP done (\S+) status=(\d+)$", text, re.MULTILINE):
            unknown = f"{UNKNOWN_PROGRAM} (no such program)" if int(status) == UNKNOWN_PROGRAM else status
            checks.add(f"guest.{name}", "exit status 0", f"exit status {unknown}", status == "0")
    checks.add("guest.exit-status", 0, end.group(1))
    after = console.expect(r"^SVP (shell|end \S+)$", timeout=OFF_SECONDS)
    if after.group(1) != "shell":
        checks.add("end", "exit status 0", f"exit status {board.wait_exit(timeout=OFF_SECONDS)}")
