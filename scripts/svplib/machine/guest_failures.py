# SPDX-License-Identifier: GPL-2.0-or-later
r"""How a guest says on its consoles that it has failed, and whether a reset was its own wish.

    failure = find("... Kernel panic - not syncing: VFS: ...")
    failure.name, failure.line        # "kernel panic", the line as it was printed

References: kernel/panic.c, lib/bug.c, kernel/rcu/tree_stall.h, kernel/hung_task.c, kernel/watchdog.c, arch/arm64/kernel/traps.c of
Linux; bl31 and plat_panic_handler of TF-A; core/kernel/panic.c and abort.c of OP-TEE; emergency.service and manager.c of systemd; panic() of
initramfs-tools; emergency_shell() of dracut.
"""

import dataclasses
import re

#: A kernel message begins a line, or follows a time stamp where it cut somebody's line in two
_KERNEL = r"(?:^|\] |watchdog: |SVP kernel )"
#: (name, pattern); what ends a machine comes first
KINDS = (
    ("kernel panic", r"(?<!end )Kernel panic - not syncing"),
    ("kernel oops", rf"Unable to handle kernel|{_KERNEL}Internal error: |{_KERNEL}Oops(?:: | - )"),
    ("kernel lockup", r"(?:watchdog: )?BUG: soft lockup|Watchdog detected hard LOCKUP"),
    ("kernel BUG", rf"kernel BUG at |{_KERNEL}BUG: "),
    ("RCU stall", r"rcu: INFO: \S+ (?:self-)?detected (?:expedited )?stall|rcu_\w+ (?:kthread starved|self-detected stall|detected stall)"),
    ("hung task", r"INFO: task [^\n]{1,40}?:\d+ (?:blocked (?:for more than|in I/O wait)|is blocked on)"),
    ("SError", r"SError Interrupt on CPU"),
    ("BL31 panic", r"PANIC (?:in EL3|at PC)|Unhandled (?:Exception|Interrupt Exception|External Abort)\b|^ASSERT: |BACKTRACE: START: "),
    ("OP-TEE panic", r"[EF]/TC:[^\n]{0,16}?\bPanic\b|Core \w+-abort at address"),
    ("failed init", r"^ALERT! .* does not exist\.\s+Dropping to a shell|^You are in emergency mode\.|^Entering emergency mode\.|\bFreezing execution\.?\s*$"
                    r"|^No init found\. Try passing init= bootarg|^Target filesystem doesn't have requested |^run-init: can't execute '"
                    r"|^Failed to execute /\S+ \(error -\d+\)|\] Failed to execute /\S+ \(error -\d+\)"),
    ("loader stub", r"svp-boot: (?:no image table|DDR is smaller|image \d+ is damaged)"),
    ("U-Boot", r"^Training FAILED|### ERROR ### Please RESET the board|\"(?:Synchronous Abort|Error)\" handler, esr"),
    ("Xen panic", r"Panic on CPU \d+:"),
)
#: A message of one of these ends what runs; after the others a machine may go on
FATAL = ("kernel panic", "BL31 panic", "OP-TEE panic", "loader stub", "U-Boot", "Xen panic")
PATTERN = "|".join(f"(?:{pattern})" for _, pattern in KINDS)
#: What software prints before it resets the machine on purpose
_RESTART = re.compile(r"reboot: Restarting system|^SVP end reboot|^resetting \.\.\.|reboot: Power down|reboot: System halted", re.MULTILINE)
#: After this no CPU does anything, and QEMU does not end
_HALTED = re.compile(r"(?:\[[ \d.]+\](?:\[[^\]\n]*\])? )?reboot: (?:Power off not available: )?System halted")
_KINDS = [(name, re.compile(pattern, re.MULTILINE)) for name, pattern in KINDS]
_ANY = re.compile(PATTERN, re.MULTILINE)
_LINE_SHOWN = 160


@dataclasses.dataclass(frozen=True)
class Failure:
    """`name`: which kind; `line`: what the guest printed; `start`: where in the text the line's match begins."""

    name: str
    line: str
    start: int = 0

    def __str__(self):
        return f"{self.name}: {self.line}" if self.line else self.name


def whole_line(text, at):
    """The line of a text around a position, without blanks at its ends, not too long."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return text[begin:end if end >= 0 else len(text)].strip()[:_LINE_SHOWN]


def find(text, begin=0):
    """The first Failure in a text from `begin` on, or None."""
    match = _ANY.search(text, begin)
    if not match:
        return None
    name = next((name for name, pattern in _KINDS if pattern.match(text, match.start())), "failure")
    return Failure(name, whole_line(text, match.start()), match.start())


def halted(text):
    """Whether the last that a guest said is that it has halted: a machine that is neither off nor of any use."""
    last = text[-_LINE_SHOWN * 2:].rstrip()
    return bool(_HALTED.match(whole_line(last, len(last))))


def restart_announced(text, begin=0):
    """Whether software said that it will restart or switch off the machine."""
    return bool(_RESTART.search(text, begin))
