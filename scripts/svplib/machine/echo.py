# SPDX-License-Identifier: GPL-2.0-or-later
r"""What a terminal echoes is told apart from what programs print.

    echoes = EchoFilter()
    echoes.typed("echo hello\n")
    echoes.feed("# echo hello\r\n")      # "# \n"
    echoes.feed("hello\r\n")             # "hello\n"

Nothing in a serial line marks an echo, so it is recognized by its text. An echo may come late, in pieces between output of others,
wrapped by the shell's line editor, or twice: what is typed while a program runs is echoed by the terminal at once, and again behind
the prompt by a shell that edits lines. A shell that tells of the end of a job repeats its line, too. In doubt text counts as echo: output that is missed ends in a time-out, an echo that
is taken for output would be a wrong "passed". What may become an echo with the next character is held back.
"""

import collections
import re

#: Typed lines whose echo is still looked for
LINES_KEPT = 32
#: An echo of fewer characters must stand alone: at the beginning of a line or behind a prompt, and at the line's end
SURE = 8
#: Characters of an echo that output of others may interrupt
PIECE = 4

_CONTROL = r"\x1b\[[0-9;?]*[@-~]|\x1b[=>78]|[\r\n\x07\x08]"
#: What a line editor puts between two characters of a line: motion, a new line where the screen ends, a character that it takes back
_BETWEEN = re.compile(rf"(?:{_CONTROL}|[^\r\n\x1b\x08]\x08| \r)*")
_END = r"(?:\x1b(?:\[[0-9;?]*)?|[^\r\n])?\Z"
_CUT_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*)?\Z")
_LINE_END = re.compile(r"(?:\x1b\[[0-9;?]*[@-~])*\r*(\n|\Z)")
_LINE_START = re.compile(r"(?:\x1b\[[0-9;?]*[@-~]|\r)*\Z")
_PROMPT = re.compile(r"[#$>%] ?(?:\x1b\[[0-9;?]*[@-~])*\Z")
_QUESTION = re.compile(r"[#$>%:?)\]] ?(?:\x1b\[[0-9;?]*[@-~])*\Z")
_BLANKS = re.compile(r"[\t ]*")
_LINE_SHOWN = 200
#: A shell's note on a job, which repeats the line that began it
_JOB = re.compile(r"^(\[\d+\][+-]?[ \t]+(?:Exit \d+|[A-Z][a-z]+(?:\(\d+\)| \([^)\r\n]*\))?)[ \t]+)([^\r\n]+)[\r\n]", re.MULTILINE)
_JOB_BEGINS = re.compile(r"^\[(?:\d+(?:\][+-]?(?:[ \t]+[^\r\n]*)?)?)?\Z", re.MULTILINE)


class _Line:
    """A typed line: `seen` of its characters have been echoed; `fresh` until all have."""

    def __init__(self, text):
        self.text = text
        self.seen = 0
        self.fresh = True

    def starts(self):
        """Where in the line an echo may go on: after what was seen, or a little later, since short pieces go unrecognized."""
        if not self.fresh:
            return (0,)
        ahead = range(self.seen, min(self.seen + SURE, len(self.text)))
        return (0, *ahead) if self.seen else ahead


def _beginning(text):
    """Pattern for the first characters of a text, which may run into the end of what has come."""
    pattern = ""
    for letter in reversed(text[:PIECE]):
        one = r"[\t ]*" if letter == "\t" else re.escape(letter)
        pattern = f"{one}(?:{_BETWEEN.pattern}(?:{_END}|{pattern}))" if pattern else one
    return pattern


class EchoFilter:
    """Takes echoes, and carriage returns, out of a console's text. `removed`: for each echo (or piece of one) the number of characters that came out before it."""

    def __init__(self, lines=LINES_KEPT):
        """`lines`: how many typed ones may wait for their echo."""
        self._lines = collections.deque(maxlen=lines)
        self._held = ""
        self._before = ""
        self._count = 0
        self._beginnings = None
        self.removed = []

    def typed(self, text):
        """Note what is about to be typed."""
        self._lines.extend(_Line(line.strip("\t ")) for line in re.split(r"[\x00-\x08\x0a-\x1f\x7f]+", text) if line.strip())
        self._beginnings = None

    def feed(self, text):
        """Take what the console printed; return what of it (and of what was held back) is output for sure."""
        if not self._lines:
            return self._output(text)
        self._held += text
        out = []
        at = 0
        while True:
            found = self._next_echo(at)
            if found is None:
                out.append(self._output(self._held[at:]))
                self._held = ""
                return "".join(out)
            begin, end = found
            out.append(self._output(self._held[at:begin]))
            if end is None:
                self._held = self._held[begin:]
                return "".join(out)
            self.removed.append(self._count)
            at = end

    def _output(self, text):
        text = text.replace("\r", "")
        self._count += len(text)
        if text:
            self._before = (self._before + text)[-_LINE_SHOWN:]
        return text

    def _next_echo(self, at):
        """(begin, end) of the next echo from `at` on; end None when it may go on behind what has come; None when there is none."""
        if self._beginnings is None:
            texts = dict.fromkeys(line.text[start:start + PIECE] for line in self._lines for start in line.starts() if line.text[start] != "\t")
            self._beginnings = re.compile("|".join(map(_beginning, texts)))
        job = self._job(at)
        match = self._beginnings.search(self._held, at)
        while match and (job is None or match.start() < job[0]):
            begin = match.start()
            end = self._echo_at(at, begin)
            if end != begin:
                return begin, end
            match = self._beginnings.search(self._held, begin + 1)
        return job

    def _job(self, at):
        """(begin, end) of a job's line where a shell reports on it; end None while that may still come."""
        for pattern, begin, end in ((_JOB, 2, 2), (_JOB_BEGINS, 0, None)):
            match = pattern.search(self._held, at)
            if match and (match.start() > 0 or self._before[-1:] in ("", "\n")):
                return match.start(begin), None if end is None else match.end(end)
        return None

    def _echo_at(self, at, begin):
        """End of the echo that begins there, None when that is open, `begin` when there is none."""
        open_end, best = False, None
        before = self._before_on_line(at, begin)
        stands, prompt = _stands(before), bool(_PROMPT.search(before))
        for line in self._lines:
            if not line.fresh and not prompt:
                continue
            for start in line.starts():
                if line.text[start] != self._held[begin]:
                    continue
                length, end, cut = self._match(line.text, start, begin)
                if start + length == len(line.text):
                    verdict = self._complete(line, start, end, stands)
                elif cut:
                    verdict = self._may_go_on(line, start, length, end, stands)
                else:
                    verdict = _is_piece(line, start, length, prompt)
                if verdict is None:
                    open_end = True
                elif verdict and (best is None or (length, line.fresh) > (best[0], best[2].fresh)):
                    best = (length, end, line, start)  # A line that was typed before may come again; one that has not come yet goes first
        if open_end:
            return None
        if best is None:
            return begin
        length, end, line, start = best
        if start:
            again = self._begins_again(at, begin, end)
            if again is not True:
                return again if again is None else begin
        self._beginnings = None
        line.seen = start + length
        if line.seen == len(line.text):
            self._done(line)
        return end

    def _begins_again(self, at, begin, end):
        """Whether a piece, begin to end, is no beginning of a whole line behind a prompt; None when that is open.

        What the terminal had echoed in part the shell shows once more: "# echo a" may be taken for the rest of "true; echo a".
        """
        for place in range(begin + 1, end):
            if not _PROMPT.search(self._before_on_line(at, place)):
                continue
            for line in self._lines:
                length, line_end, cut = self._match(line.text, 0, place)
                if cut and length:
                    return None
                if line_end > end:
                    return False
        return True

    def _may_go_on(self, line, start, length, end, stands):
        """None when the characters at the end of what has come may be the beginning of an echo, else False."""
        if length < PIECE and ("\n" in self._held[end:] or start not in (0, line.seen) or (len(line.text) < SURE or start < line.seen) and not stands):
            return False if line.fresh else None
        return None

    def _done(self, line):
        """A line is echoed completely: those typed before it were echoed, or never will be."""
        for other in self._lines:
            other.fresh, other.seen = False, 0
            if other is line:
                break

    def _before_on_line(self, at, begin):
        """What stands before a position on its line."""
        text = self._before + self._held[at:begin] if "\n" not in self._held[at:begin] else self._held[at:begin]
        return text[-_LINE_SHOWN:].rsplit("\n", 1)[-1]

    def _match(self, text, start, begin):
        """(characters of text[start:] that follow from `begin`, where they end, whether only the end of what has come stopped it)."""
        held, at, end = self._held, begin, begin
        for index in range(start, len(text)):
            if text[index] == "\t":
                at = end = _BLANKS.match(held, at).end()
                continue
            if index > start:
                at = _BETWEEN.match(held, at).end()
            if at == len(held) or _CUT_CONTROL.match(held, at):
                return index - start, end, True
            if held[at] != text[index]:
                # The next character may be the editor's, which takes this one back
                return index - start, end, index > start and at == len(held) - 1 and held[at] not in "\r\n"
            at = end = at + 1
        return len(text) - start, end, False

    def _complete(self, line, start, end, stands):
        """Whether the rest of a line is an echo of it; None when the next character decides."""
        length = len(line.text) - start
        if line.fresh and length >= (PIECE if line.seen else SURE):
            return True
        line_end = _LINE_END.match(self._held, end)
        if not line_end or line.fresh and not line.seen and (start or not stands):
            return False
        return True if line_end.group(1) else None


def _is_piece(line, start, length, prompt):
    """Whether some characters of a line, which something else follows, are a piece of its echo."""
    if not line.fresh or length < PIECE:
        return False
    return length >= SURE or start == line.seen and (line.seen > 0 or prompt)


def _stands(before):
    """True at the beginning of a line, and behind a prompt or a question."""
    return bool(_LINE_START.match(before) or _QUESTION.search(before))
