# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `svp run`'s film: it says what holds, shows what does not, and loads nothing."""

import html
import html.parser
import unittest

from svplib.base.checks import Check
from svplib.decode.pictures import Picture
from svplib.film import demo, report, tries

PNG = Picture("yuv420p", 4, 2, bytes(range(12))).png()
RECORD = {"master": "usdhc1", "world": "non-secure", "direction": "read", "address": 0xC0000000, "time": 5_000_000, "last-time": 9_000_000, "count": 3,
          "denier": "rdc-region", "index": 1, "injected": False}


class _Links(html.parser.HTMLParser):
    """Collects what a page would load, and which elements stay open."""

    def __init__(self):
        super().__init__()
        self.loaded, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.loaded += [value for name, value in attributes if name in ("src", "href") and not value.startswith("data:")]
        if tag not in ("meta", "img", "br", "line", "rect", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "line", "rect"):
            assert self.open.pop() == tag, tag


def page(got="nothing", good=True, title="holidays.mkv", policy="strict", row=tries.TRIES[2], films=None, why=""):
    film = demo.Film("film.mp4", "HEVC", "cbcs", ["digest"] * 7, (64, 32), 8)
    return report.page(policy=policy, title=title, films=[film] if films is None else films, why=why, screens=[("HEVC, picture 16", PNG, PNG)], pictures=[("HEVC, picture 16", PNG, PNG)],
                       tries=[(row, got, ["#1 <b>denied</b>"] * 5)], records=[RECORD],
                       start=0, seconds=0.01, numbers={"pictures right": 300}, checks=[Check("film.dma-reads", "nothing", got, good)])


class Page(unittest.TestCase):
    def test_it_stands_alone(self):
        links = _Links()
        text = page()
        links.feed(text)
        self.assertEqual((links.loaded, links.open), ([], []))
        self.assertNotIn("<script", text)
        self.assertEqual(text.count("data:image/png;base64,"), 4)
        self.assertIn("7 pictures of 64x32 in HEVC, encrypted as cbcs", text)

    def test_verdicts(self):
        self.assertIn("<h1>Nobody but the decoder saw the film</h1>", page())
        bad = page("the film: usdhc1", good=False)
        self.assertIn("<h1>The film was not protected as it should be</h1>", bad)
        self.assertIn('<td class="bad">the film: usdhc1</td>', bad)
        self.assertIn("and 2 more records", bad)
        self.assertIn("0xc0000000", bad, "the timeline names the access")

    def test_known_to_get_out(self):
        """A check that holds says no more than that it is as expected: what a policy lets out is said first."""
        row = next(each for each in tries.TRIES if each.name == "display-writes-back")
        self.assertEqual((row.expected("strict"), row.expected("nxp")), (tries.NOTHING, tries.SOMETHING))
        text = page(policy="nxp", row=row, got=tries.SOMETHING)
        self.assertIn("<h1>Under this policy the film gets out</h1>", text)
        self.assertIn(f"<li>{html.escape(row.what)}</li>", text)
        self.assertIn('<td class="bad">the film</td>', text)
        self.assertNotIn("gets out", page(row=row))

    def test_no_film(self):
        """Under `open`: why there is none, and what happens to a clear one."""
        row = next(each for each in tries.TRIES if each.name == "dma-reads")
        text = page(policy="open", row=row, got="the film: usdhc1", films=(), why="It cannot be <played>.")
        self.assertIn("<h1>Under this policy a film in ordinary memory is everybody&#x27;s</h1>", text.replace("'s</h1>", "&#x27;s</h1>"))
        self.assertIn("under the policy <b>open</b>. It cannot be &lt;played&gt;.", text)
        self.assertIn("in the memory&#x27;s cells", text)
        self.assertNotIn("The way of a picture", text)

    def test_names_are_text(self):
        self.assertNotIn("<img src=x>", page(title="<img src=x>.mkv"))
        self.assertNotIn("<b>denied</b>", page())


if __name__ == "__main__":
    unittest.main()
