# SPDX-License-Identifier: GPL-2.0-or-later
"""What was typed never counts as output, however the terminal shows it; what a program prints always does."""

import random
import re
import socket
import unittest

from svplib.machine.board import Board
from svplib.machine.console import Console, ConsoleFailed, ConsoleTimeout
from svplib.machine.echo import EchoFilter

PROMPT = "imx8mq-evk:/# "
LATER = "(sleep 20; echo VERDICT-OK) &"
NEVER = "if false; then echo VERDICT-OK; fi"


def wrapped(line, column, width=80, turn="\r\n"):
    """A line as an editor shows it that begins at `column` of a screen."""
    shown = ""
    for letter in line:
        shown += letter
        column += 1
        if column == width:
            shown, column = shown + turn, 0
    return shown


class Filter(unittest.TestCase):
    """The filter alone: typed text, the console's bytes in pieces, what must be left."""

    def outcome(self, typed, shown, cuts=None):
        """Output that is left of `shown`; with `cuts` it comes in pieces of that many characters."""
        echoes = EchoFilter()
        echoes.typed(typed)
        pieces = [shown] if cuts is None else [shown[at:at + cuts] for at in range(0, len(shown), cuts)]
        return "".join(echoes.feed(piece) for piece in pieces)

    def holds(self, typed, shown, output):
        """However it is cut, `output` is left, and nothing of the typed line is seen before either."""
        for cuts in (None, 1, 2, 3, 7, 32):
            with self.subTest(typed=typed, shown=shown, cuts=cuts):
                self.assertEqual(self.outcome(typed, shown, cuts), output)

    def test_behind_a_prompt(self):
        for line in (LATER, NEVER, "x", "ls", "echo VERDICT-OK", "cat > /tmp/a <<E", "printf 'VERDICT-OK\\n' > /dev/null", "grep -c '[a-z]*$' f | wc #"):
            self.holds(line + "\n", f"{PROMPT}{line}\r\nout\r\n{PROMPT}", f"{PROMPT}\nout\n{PROMPT}")

    def test_output_that_equals_what_was_typed_is_output(self):
        self.holds("echo VERDICT-OK\n", f"{PROMPT}echo VERDICT-OK\r\nVERDICT-OK\r\n{PROMPT}", f"{PROMPT}\nVERDICT-OK\n{PROMPT}")
        self.holds("VERDICT-OK\n", "VERDICT-OK\r\nVERDICT-OK\r\n", "\nVERDICT-OK\n")
        self.holds("VERDICT-OK\n", f"{PROMPT}VERDICT-OK\r\nsh: VERDICT-OK: not found\r\n", f"{PROMPT}\nsh: VERDICT-OK: not found\n")
        self.holds("yes\n", "sure? yes\r\nyes\r\n", "sure? \nyes\n")

    def test_wrapped(self):
        for number in (1, 5, 40, 80, 200, 800):
            line = f"true {'x' * number}; {LATER}"
            for turn in ("\r\n", " \r", "\r\n\x1b[J", "x\b", "\x1b[K\r\n"):
                self.holds(line + "\n", f"{PROMPT}{wrapped(line, len(PROMPT), turn=turn)}\x1b[J\r\ndone\r\n",
                           f"{PROMPT}\x1b[J\ndone\n")

    def test_typed_before_the_prompt(self):
        """Echoed by the terminal at once, and by the shell's editor when it reads the line."""
        shown = f"working{LATER}\r\n...\r\n{PROMPT}\x1b[6n{LATER}\r\n{PROMPT}VERDICT-OK\r\n"
        self.holds(LATER + "\n", shown, f"working\n...\n{PROMPT}\x1b[6n\n{PROMPT}VERDICT-OK\n")
        lines = [LATER, "sleep 1", NEVER]
        shown = "".join(f"{line}\r\n" for line in lines) + "".join(f"{PROMPT}{line}\r\n" for line in lines)
        self.holds("\n".join(lines) + "\n", shown, "\n\n\n" + f"{PROMPT}\n" * 3)

    def test_typed_while_the_shell_takes_over(self):
        """The terminal has echoed a part when the shell's editor begins: it shows the whole line."""
        line = 'echo @@""b635; svp-probe peek 0xbffffff8 8; echo @@""e635 $?'
        for cut in range(len(line)):
            self.holds(line + "\n", f"{line[:cut]}{PROMPT}{line}\r\n@@b635\r\nPEEK 0x1\r\n@@e635 0\r\n{PROMPT}",
                       f"{line[:cut] if cut < 8 else ''}{PROMPT}\n@@b635\nPEEK 0x1\n@@e635 0\n{PROMPT}")

    def test_typed_a_second_time_while_the_shell_takes_over(self):
        """The shell's echo is that of the line which has just been typed, not of the same line earlier; else its end waits for an echo."""
        line = "echo mem > /sys/power/state; echo WOKE''-$?"
        for cut in range(len(line)):
            for pieces in (1, 7, 400):
                with self.subTest(cut=cut, pieces=pieces):
                    echoes = EchoFilter()
                    for begin in ("", line[:cut]):
                        echoes.typed(line + "\n")
                        shown = f"{begin}{PROMPT}{line}\r\n\r\nWOKE-0\r\n{PROMPT}\r\n"
                        seen = "".join(echoes.feed(shown[at:at + pieces]) for at in range(0, len(shown), pieces))
                        self.assertEqual(seen, f"{begin if cut < 8 else ''}{PROMPT}\n\nWOKE-0\n{PROMPT}\n")

    def test_late(self):
        boot = "".join(f"[    {number}.000000] some driver: echo of if and (sleep) {number}\r\n" for number in range(400))
        self.holds(NEVER + "\n", f"{boot}{PROMPT}{NEVER}\r\n", f"{boot}{PROMPT}\n".replace("\r", ""))

    def test_output_of_others_between(self):
        """The kernel or a job prints in the middle of an echo: nothing of the line counts, all of the message does."""
        for line in (LATER, NEVER, f"true; true; true; {LATER}"):
            for cut in range(len(line)):
                for between in ("[   12.345678] USB 1-1: GONE\r\n", "@@@@"):
                    seen = self.outcome(line + "\n", f"{PROMPT}{line[:cut]}{between}{line[cut:]}\r\nend\r\n", 5)
                    self.assertNotIn("VERDICT-OK", seen, f"cut at {cut}")
                    self.assertIn(between.strip(), seen)
                    self.assertTrue(seen.endswith("\nend\n"))

    def test_cut_twice(self):
        line = f"true one two three; {LATER}"
        numbers = random.Random(5)
        for _ in range(200):
            one, two = sorted(numbers.sample(range(4, len(line) - 4), 2))
            if two - one >= 4:
                shown = f"{PROMPT}{line[:one]}[job 1 ends]\r\n{line[one:two]}[job 2 ends]\r\n{line[two:]}\r\n"
                seen = self.outcome(line + "\n", shown, 6)
                self.assertNotIn("VERDICT-OK", seen, shown)
                self.assertIn("[job 1 ends]", seen)
                self.assertIn("[job 2 ends]", seen)

    def test_note_on_a_job(self):
        """The shell repeats a job's line when it ends, in its own spelling."""
        line = "(sleep 20;   false && echo VERDICT-OK)&"
        for note in ("[1]+  Done(1)                    ", "[1]+  Done                       ", "[12]-  Exit 3  ", "[1]   Running                 ",
                     "[2]+  Terminated              ", "[1]+  Stopped (signal)        "):
            self.holds(line + "\n", f"{PROMPT}{line}\r\n{PROMPT}\r\n{note}(sleep 20; false && echo VERDICT-OK)\r\n{PROMPT}",
                       f"{PROMPT}\n{PROMPT}\n{note}\n{PROMPT}")
        self.holds("ls\n", "# ls\r\n[    1.234567] Done with it\r\n[1] a\r\n", "# \n[    1.234567] Done with it\n[1] a\n")

    def test_here_document(self):
        lines = ["cat > /tmp/script <<END", "echo VERDICT-OK", "END"]
        shown = f"{PROMPT}{lines[0]}\r\n> {lines[1]}\r\n> {lines[2]}\r\n{PROMPT}"
        self.holds("\n".join(lines) + "\n", shown, f"{PROMPT}\n> \n> \n{PROMPT}")

    def test_control_characters(self):
        self.holds("\x03" + NEVER + "\n", f"^C\r\n{PROMPT}{NEVER}\r\n", f"^C\n{PROMPT}\n")
        self.holds("echo\tVERDICT-OK >/dev/null\n", f"{PROMPT}echo        VERDICT-OK >/dev/null\r\n", f"{PROMPT}\n")
        self.holds("echo grün VERDICT-OK\n", f"{PROMPT}\x1b[6necho \x1b[1mgrün\x1b[0m VERDICT-OK\r\n", f"{PROMPT}\x1b[6n\n")

    def test_without_an_echo(self):
        """A password, a terminal that is told not to echo: what comes is output."""
        echoes = EchoFilter()
        for number in range(100):
            echoes.typed(f"command number {number}\n")
            self.assertEqual(echoes.feed(f"result {number}\r\n"), f"result {number}\n")

    def test_nothing_typed(self):
        echoes = EchoFilter()
        self.assertEqual(echoes.feed("a\r\nb"), "a\nb")
        self.assertEqual(echoes.feed("c\r"), "c")

    def test_large_output(self):
        echoes = EchoFilter()
        for number in range(8):
            echoes.typed(f'echo @@""r{number}\n')
        line = "echo chosen each character here\r\n" * 1000
        for _ in range(10):
            self.assertEqual(len(echoes.feed(line)), len(line) - 1000)


class Shell(unittest.TestCase):
    """The same through Console and Board.command."""

    def setUp(self):
        ours, self.guest = socket.socketpair()
        self.console = Console(ours)
        self.addCleanup(self.console.close)
        self.addCleanup(self.guest.close)

    def test_expect_waits_for_the_output(self):
        for line in (LATER, NEVER):
            self.console.send_line(line)
            self.guest.sendall(f"{PROMPT}{line}\r\n{PROMPT}".encode())
            with self.assertRaises(ConsoleTimeout):
                self.console.expect("VERDICT-OK", 0.3)
        self.guest.sendall(b"VERDICT-OK\r\n")
        self.console.expect("VERDICT-OK", 5)

    def test_text_is_output_and_tail_is_all(self):
        self.console.send_line(NEVER)
        self.guest.sendall(f"{PROMPT}{NEVER}\r\nend\r\n".encode())
        self.console.expect("^end$", 5)
        self.assertNotIn("VERDICT-OK", self.console.text)
        self.assertIn(PROMPT + NEVER, self.console.tail())

    def test_typed_failure_is_none(self):
        line = "dmesg | grep 'Kernel panic - not syncing'; echo fi''n"
        self.console.send_line(line)
        self.guest.sendall(f"{PROMPT}{line}\r\nfin\r\nKernel panic - not syncing: x\r\n".encode())
        self.console.expect("^fin$", 5)
        with self.assertRaises(ConsoleFailed):
            self.console.expect("more", 5)

    def test_command(self):
        """Output of Board.command() has neither the line nor a prompt, whatever separates its end mark."""
        for line, output in (("echo hello", "hello"), ("cat <<E\nhello\nE", "hello"), ("echo hello # world", "hello"), ("(echo hello) &", "hello")):
            board = Board.__new__(Board)
            board.name, board.console = "test", self.console
            typed = []
            send = self.console.send

            def answer(text, send=send, typed=typed, output=output):
                send(text)
                typed.append(text)
                lines = text.rstrip("\n").split("\n")
                number = re.search(r'""b(\d+)', text).group(1)
                shown = f"{PROMPT}{lines[0]}\r\n@@b{number}\r\n" + "".join(f"> {more}\r\n" for more in lines[1:-1])
                if len(lines) > 1:
                    shown += f"{PROMPT}{lines[-1]}\r\n"
                self.guest.sendall(f"{shown}{output}\r\n@@e{number} 0\r\n{PROMPT}".encode())

            self.console.send = answer
            result = board.command(line, timeout=5)
            del self.console.send
            self.assertEqual((result.status, result.output), (0, output), typed)


if __name__ == "__main__":
    unittest.main()
