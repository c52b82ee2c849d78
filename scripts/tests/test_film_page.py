# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `svp run`'s film in a browser, wide and narrow: all pictures are there, nothing is cut off or lies on something else."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from svplib.base.checks import Check
from svplib.decode.pictures import rgb_png
from svplib.film import demo, report, scene, tries

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 300
#: Puts what the browser made of the page in its place
JUDGE = """<script>addEventListener("load", () => {
  const boxes = [...document.querySelectorAll("svg.path rect:not(.zone)")].map(each => each.getBoundingClientRect());
  const texts = [...document.querySelectorAll("svg.path text")].map(each => [each.textContent, each.getBBox()]);
  const width = document.querySelector("svg.path")?.viewBox.baseVal.width;
  const result = {images: [...document.images].filter(each => each.complete && each.naturalWidth > 0).length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    over: texts.filter(([text, box]) => box.x < 0 || box.x + box.width > width).map(([text]) => text),
    inside: texts.filter(([text, box]) => [...document.querySelectorAll("svg.path rect:not(.zone)")].some(rect => {
      const other = rect.getBBox(); return box.x >= other.x && box.x < other.x + other.width && box.y >= other.y && box.y < other.y + other.height
        && box.x + box.width > other.x + other.width; })).map(([text]) => text),
    meeting: texts.some(([one, a], i) => texts.some(([other, b], j) => i < j && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height
      && b.y < a.y + a.height)), boxes: boxes.length};
  document.body.textContent = "RESULT " + JSON.stringify(result); });</script>"""


def page(policy):
    """A page as long as a real one, with what the policy lets out."""
    screen = scene.expected(bytes(640 * 360 * 3 // 2), (640, 360))
    png = rgb_png(*screen)
    films = [demo.Film("film.mp4", "H.264", "cenc", ["digest"] * 200, (640, 360), 8), demo.Film("second.mp4", "HEVC", "cbcs", ["digest"] * 100, (640, 360), 8)]
    records = [{"master": master, "world": "non-secure", "direction": direction, "address": 0xC0000000, "time": at * 1000000, "last-time": at * 1200000,
                "count": 3, "denier": "rdc-region", "index": 1, "injected": False}
               for at, (master, direction) in enumerate((("a53", "read"), ("usdhc1", "write"), ("sdma1-burst", "read"), ("vpu", "write")))]
    text = ["#1 5.834454436s a53 non-secure domain 0 read 0xc0000000+8 denied by rdc-region 1, answer OKAY, cpu 2 pc 0x401198"] * 5
    why = "Nothing of it can be played here, for the decoder is a master like any other. " * 4 if policy == "open" else ""
    seen = [(each, each.expected(policy)) for each in tries.TRIES]
    return report.page(policy=policy, title="A film", films=[] if why else films, why=why, screens=[("H.264, picture 16", png, png)] * 2, pictures=[("HEVC, picture 16", png, png)],
                       tries=[(each, got, text) for each, got in seen], records=records, start=0, seconds=9,
                       numbers={"pictures right": 300, "pictures": 300, "KiB decrypted": 3000, "accesses refused": 1936},
                       checks=[Check(f"film.{each.name}", got, got, True) for each, got in seen])


class InABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not cls.browser:
            raise unittest.SkipTest("no Chromium here: apt install chromium")

    def judged(self, policy, width):
        """What JUDGE says of a policy's page in a window so many pixels wide."""
        with tempfile.TemporaryDirectory(prefix="svp-film-page-") as folder:
            path = Path(folder) / "page.html"
            path.write_text(page(policy) + JUDGE, encoding="utf-8")
            done = subprocess.run([self.browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile",
                                   f"--window-size={width},1200", "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=SECONDS, check=False)
        found = re.search(r"RESULT (\{.*?\})<", done.stdout)
        self.assertTrue(found, done.stdout[-500:] + done.stderr[-1000:])
        return json.loads(found[1].replace("&quot;", '"'))

    def test_layout(self):
        for policy, width in (("strict", 1280), ("strict", 500), ("nxp", 1280), ("open", 500)):
            with self.subTest(policy, width=width):
                result = self.judged(policy, width)
                self.assertEqual(result, {"images": 6, "wide": 0, "over": [], "inside": [], "meeting": False, "boxes": 0 if policy == "open" else 7})


if __name__ == "__main__":
    unittest.main()
