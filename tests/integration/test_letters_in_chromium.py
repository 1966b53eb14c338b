"""Letters as a person sees them: drawn by a real browser, on a phone and on a desk, by day and by night."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import AXE, CHROMIUM, SCHEMES, WIDTHS, Browser
from tests.gallery import LANGUAGES, LETTERS, bodies

WIDE_NAME = "x" * 70 + ".pdf"

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the program chromium (Debian: chromium)"),
]
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="needs npm's axe-core: `npm install --no-save axe-core`, or AXE_CORE"
)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def html_of(name: str, language: str = "en") -> str:
    return bodies(name, language).html


def brightness(colour: object) -> int:
    assert isinstance(colour, tuple)
    return sum(colour) // 3


@pytest.mark.parametrize(("scheme", "low", "high"), [("light", 235, 255), ("dark", 0, 40)])
@pytest.mark.proof
def test_letter_follows_the_readers_colour_scheme(
    scheme: str, low: int, high: int, browser: Browser
) -> None:
    picture = browser.picture(html_of("reply"), width=375, scheme=scheme)

    assert low <= brightness(picture.getpixel((2, 2))) <= high
    assert low <= brightness(picture.getpixel((187, 24))) <= high


def test_letter_is_no_wider_than_a_phone(browser: Browser) -> None:
    html = html_of("reply").replace("agenda_spring.xlsx", WIDE_NAME)

    assert browser.widths_in_frames_of(375, [html]) == [375]


def test_a_letter_that_is_too_wide_is_seen(browser: Browser) -> None:
    wide = '<div style="width: 700px">wide</div>'

    assert browser.widths_in_frames_of(375, [html_of("reply"), wide]) == [375, 708]


@pytest.mark.proof
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_wider_than_a_phone(language: str, browser: Browser) -> None:
    widths = browser.widths_in_frames_of(375, [html_of(name, language) for name in LETTERS])

    assert {name: wide for name, wide in zip(LETTERS, widths, strict=True) if wide != 375} == {}


@pytest.mark.proof
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_letters_are_drawn(width: int, scheme: str, browser: Browser) -> None:
    names = [*LETTERS]
    for some in (names[first : first + 7] for first in range(0, len(names), 7)):
        letters = [html_of(name) for name in some]
        pictures = browser.pictures(letters, width=width, scheme=scheme, height=1200)

        for name, picture in zip(some, pictures, strict=True):
            assert picture.width == width
            assert picture.getcolors(maxcolors=20) is None, name  # there are more
            dark = brightness(picture.getpixel((2, 2))) < 40
            assert dark == (scheme == "dark"), name


@needs_axe
@pytest.mark.proof
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_axe_finds_nothing(name: str, language: str, scheme: str, browser: Browser) -> None:
    verdict = browser.axe(html_of(name, language), scheme=scheme)

    assert verdict.violations == ()
    assert verdict.passes > 10


@needs_axe
@pytest.mark.proof
def test_axe_would_find_what_cannot_be_read(browser: Browser) -> None:
    faint = html_of("capped").replace("color: #626b74", "color: #d0d0d0")

    assert "color-contrast" in " ".join(browser.axe(faint, scheme="light").violations)
