"""Draws every kind of letter in every language: on a phone and on a desk, by day, by night, and turned dark by force.

    python -m tests.bench.letter_pictures FOLDER [LETTER …]

leaves one sheet of pictures for each letter, or for those named, in the folder and prints the size of its HTML and text. With axe-core from
npm (see tests/browser.py) it prints what that finds as well.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from tests.browser import AXE, SCHEMES, WIDTHS, Browser
from tests.gallery import LANGUAGES, LETTERS, bodies

_FORCED = ",forceDarkModeEnabled=true"
_OWN_DARKNESS = re.compile(
    r'@media \(prefers-color-scheme: dark\) \{.*?\n\}|<meta name="[a-z-]*color-schemes?"[^>]*>',
    re.DOTALL,
)
_MARGIN = 24


def main(folder: Path, *names: str) -> None:
    """Draw and print."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    with tempfile.TemporaryDirectory() as scratch:
        browser = Browser(Path(scratch))
        for name in names or LETTERS:
            for language in LANGUAGES:
                shown = bodies(name, language)
                pictures = _pictures(browser, shown.html)
                drawn += len(pictures)
                _sheet(pictures).save(folder / f"{name}-{language}.png")
                (folder / f"{name}-{language}.txt").write_text(shown.text)
                sizes = (
                    f"{len(shown.html.encode()):6} octets HTML, {len(shown.text.encode()):5} text"
                )
                title = f"{name}-{language}"
                sys.stdout.write(f"{title:20} {sizes}{_axe(browser, shown.html)}\n")
    sys.stdout.write(f"{drawn} pictures\n")


def _pictures(browser: Browser, html: str) -> list[Image.Image]:
    height = 3200
    own = [
        browser.picture(html, width=width, scheme=scheme, height=height)
        for scheme in SCHEMES
        for width in WIDTHS
    ]
    # What a mail client does that knows no dark mode of the letter's own.
    plain = _OWN_DARKNESS.sub("", html)
    forced = browser.picture(
        plain, width=WIDTHS[0], scheme="light", height=height, settings=_FORCED
    )
    return [_cut(picture) for picture in (*own, forced)]


def _cut(picture: Image.Image) -> Image.Image:
    """Without the empty rest of the window."""
    ground = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    box = ImageChops.difference(picture, ground).getbbox()
    return picture.crop(
        (0, 0, picture.width, min(picture.height, (box[3] if box else 0) + _MARGIN))
    )


def _sheet(pictures: list[Image.Image]) -> Image.Image:
    wide = sum(picture.width + _MARGIN for picture in pictures)
    sheet = Image.new("RGB", (wide, max(picture.height for picture in pictures)), "#8899aa")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + _MARGIN
    return sheet


def _axe(browser: Browser, html: str) -> str:
    if not AXE.exists():
        return ""
    found = [browser.axe(html, scheme=scheme) for scheme in SCHEMES]
    violations = [violation for verdict in found for violation in verdict.violations]
    return f", axe: {found[0].passes} rules hold, {len(violations)} do not{''.join(violations)}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
