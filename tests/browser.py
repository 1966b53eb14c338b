"""A real browser, headless: draws a letter, measures it, and lets axe-core look at it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
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

    def width_in_a_frame_of(self, width: int, html: str) -> int:
        """A frame stands for the phone: some versions of Chromium open no window narrower than 500 points."""
        source = json.dumps(html).replace("</", "<\\/")
        page = (
            f'<!DOCTYPE html><body><iframe id="phone" style="width:{width}px;border:0"></iframe>'
            '<output id="wide"></output><script>phone.onload = () => wide.textContent ='
            " phone.contentDocument.documentElement.scrollWidth;"
            f"phone.srcdoc = {source};</script>"
        )
        told = self.run(page, "--dump-dom", "--virtual-time-budget=2000").decode()
        return int(_told(told, "#wide"))

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


def _told(dom: str, selector: str) -> str:
    element = LexborHTMLParser(dom).css_first(selector)
    return element.text() if element else ""
