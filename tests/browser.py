"""A real browser, headless: draws a letter, measures it, and lets axe-core look at it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image
from pydantic import TypeAdapter
from selectolax.lexbor import LexborHTMLParser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core")) / "axe.min.js"
"""From npm: `npm install --no-save axe-core`, or AXE_CORE names the folder of the package."""
SCHEMES = {"dark": 0, "light": 1}
WIDTHS = (375, 1280)
_QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN_AXE = """
axe.run(document, {runOnly: TAGS}).then(found => {
  const told = document.createElement("output");
  told.id = "axe";
  told.textContent = JSON.stringify([found.passes.length, found.violations.map(rule =>
    rule.id + ": " + rule.nodes.map(node => node.html).join(" "))]);
  document.body.append(told);
});
"""
_MEASURE = """
<output id="wide"></output>
<script>
onload = () => wide.textContent = JSON.stringify(
  Array.from(frames, frame => frame.document.documentElement.scrollWidth));
</script>
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What axe-core says: how many rules hold, and which do not, with the elements."""

    passes: int
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Browser:
    folder: Path

    def run(self, html: str, *flags: str) -> bytes:
        """Open a page that lies in a file, and give what Chromium printed."""
        page = self.folder / "letter.html"
        page.write_text(html)
        done = subprocess.run(
            [
                str(CHROMIUM),
                *_QUIET,
                f"--user-data-dir={self.folder}/profile",
                *flags,
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        return done.stdout

    def picture(
        self, html: str, *, width: int, scheme: str, height: int = 2400, settings: str = ""
    ) -> Image.Image:
        """What a reader sees. `settings` are further ones of Blink."""
        shot = self.folder / "letter.png"
        self.run(
            html,
            f"--window-size={width},{height}",
            f"--screenshot={shot}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}{settings}",
        )
        return Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")

    def pictures(
        self, letters: Sequence[str], *, width: int, scheme: str, height: int = 2400
    ) -> list[Image.Image]:
        """The same of several at once, each in a frame: to start a browser takes longer than to draw."""
        row = self.picture(
            _in_frames(letters, width=width, height=height),
            width=width * len(letters),
            scheme=scheme,
            height=height,
        )
        return [row.crop((left, 0, left + width, height)) for left in range(0, row.width, width)]

    def widths_in_frames_of(self, width: int, letters: Sequence[str]) -> list[int]:
        """A frame stands for the phone: some versions of Chromium open no window narrower than 500 points."""
        page = f"{_in_frames(letters, width=width, height=150)}{_MEASURE}"
        told = self.run(page, "--dump-dom", "--virtual-time-budget=2000").decode()
        return TypeAdapter(list[int]).validate_json(_told(told, "#wide"))

    def axe(self, html: str, *, scheme: str) -> Verdict:
        """What axe-core finds of WCAG 2.2 A and AA."""
        script = AXE.read_text() + _RUN_AXE.replace("TAGS", json.dumps(_TAGS))
        page = html.replace("</body>", f"<script>{script}</script></body>")
        told = self.run(
            page,
            "--dump-dom",
            "--virtual-time-budget=10000",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        ).decode()
        passes, violations = json.loads(_told(told, "output#axe"))
        return Verdict(passes, tuple(violations))


def _in_frames(letters: Sequence[str], *, width: int, height: int) -> str:
    style = f"width:{width}px;height:{height}px;border:0;flex:none"
    framed = "".join(
        f'<iframe style="{style}" srcdoc="{escape(letter)}"></iframe>' for letter in letters
    )
    return (
        '<!DOCTYPE html><meta name="color-scheme" content="light dark">'
        f'<body style="margin:0;display:flex">{framed}</body>'
    )


def _told(dom: str, selector: str) -> str:
    element = LexborHTMLParser(dom).css_first(selector)
    return element.text() if element else ""
