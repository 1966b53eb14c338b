"""Letters as a person sees them: drawn by a real browser, on a phone and on a desk, by day and by night."""

from __future__ import annotations

import email
import io
import json
import shutil
import subprocess
from dataclasses import dataclass
from email import policy
from pathlib import Path

import pytest
from PIL import Image

from intake.compose import compose, load_templates
from intake.model import WHOLE_MESSAGE, Brief, Fate, LetterKind
from tests.unit.compose_cast import (
    COMPLETE_DOCUMENTS,
    COMPLETE_MAIL,
    PROJECT,
    STORY_DOCUMENTS,
    STORY_MAIL,
    brief,
    colleague,
    part,
    question,
    received,
    waiting_mail,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the program chromium (Debian: chromium)"),
]

LETTERS = {
    "reply": brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL),
    "complete": brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, COMPLETE_MAIL),
    "report": brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL),
    "question": question(PROJECT),
    "colleague": colleague(waiting_mail()),
    "too-large": brief(
        LetterKind.REPLY,
        STORY_DOCUMENTS[:2],
        received(part(Fate.TOO_LARGE, "Everything for the launch", path=WHOLE_MESSAGE)),
    ),
    "notice": brief(LetterKind.NOTICE, (), received(notes=["It was too large."])),
}
WIDE_NAME = "x" * 70 + ".pdf"
QUIET = [
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
SCHEMES = {"dark": 0, "light": 1}


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
                *QUIET,
                f"--user-data-dir={self.folder}/profile",
                *flags,
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        return done.stdout

    def picture(self, html: str, *, width: int, scheme: str) -> Image.Image:
        shot = self.folder / "letter.png"
        self.run(
            html,
            f"--window-size={width},2400",
            f"--screenshot={shot}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        )
        return Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def html_of(entry: Brief) -> str:
    octets = compose(entry, load_templates(None)).octets
    body = email.message_from_bytes(octets, policy=policy.default).get_body(("html",))
    return str(body.get_content()) if body else ""


def width_in_a_frame_of_375(html: str, browser: Browser) -> str:
    """A frame stands for the phone: some versions of Chromium open no window narrower than 500 points."""
    source = json.dumps(html).replace("</", "<\\/")
    page = (
        '<!DOCTYPE html><body><iframe id="phone" style="width:375px;border:0"></iframe><script>'
        'phone.onload = () => document.body.append("as wide as "'
        " + phone.contentDocument.documentElement.scrollWidth);"
        f"phone.srcdoc = {source};</script>"
    )
    return browser.run(page, "--dump-dom", "--virtual-time-budget=2000").decode()


def brightness(colour: object) -> int:
    assert isinstance(colour, tuple)
    return sum(colour) // 3


@pytest.mark.parametrize(("scheme", "low", "high"), [("light", 235, 255), ("dark", 0, 40)])
@pytest.mark.proof
def test_letter_follows_the_readers_colour_scheme(
    scheme: str, low: int, high: int, browser: Browser
) -> None:
    picture = browser.picture(html_of(LETTERS["reply"]), width=375, scheme=scheme)

    assert low <= brightness(picture.getpixel((2, 2))) <= high
    assert low <= brightness(picture.getpixel((187, 24))) <= high


def test_letter_is_no_wider_than_a_phone(browser: Browser) -> None:
    html = html_of(LETTERS["reply"]).replace("agenda_spring.xlsx", WIDE_NAME)

    assert "as wide as 375" in width_in_a_frame_of_375(html, browser)


@pytest.mark.proof
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", LETTERS)
def test_letter_is_drawn(name: str, width: int, scheme: str, browser: Browser) -> None:
    picture = browser.picture(html_of(LETTERS[name]), width=width, scheme=scheme)

    assert picture.width == width
    assert len(picture.getcolors(maxcolors=2**24) or ()) > 20
