"""Pictures as attachments: one slide or plan exported as an image, and photographs, logos, forms, charts."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw, ImageFont

from tests.corpus.blocks import File, Labels, Period
from tests.corpus.generated.drafts import Draft
from tests.corpus.render import drawings

_SCREENS = ((1280, 720), (1920, 1080), (1024, 768), (960, 540), (1600, 900))
_WIDEST = 1280
"""Larger ones say nothing more and take long to write."""


def slide(draft: Draft) -> File:
    """A slide of a deck: a large title, a few points."""
    words = draft.words
    image, pen = _screen(draft)
    height, accent = image.height, _colour(draft.rng)
    pen.text(
        (image.width * 0.06, height * 0.08),
        words.one("deck_words"),
        fill=accent,
        font=_letters(height * 0.09),
    )
    for number in range(draft.rng.randrange(2, 6)):
        pen.text(
            (image.width * 0.08, height * (0.3 + number * 0.11)),
            f"• {words.feature()}",
            fill="black",
            font=_letters(height * 0.045),
        )
    labels = draft.labels("deck", words.file_name("slide", "deck", "pitch"))
    return _file(draft, labels, image)


def plan(draft: Draft) -> File:
    """A roadmap as an image: quarters across, coloured bars in lanes."""
    rng, words = draft.rng, draft.words
    image, pen = _screen(draft)
    width, height = image.size
    year, count = rng.choice((2025, 2026)), rng.choice((3, 4, 4))
    pen.text(
        (width * 0.04, height * 0.03),
        f"{words.one('roadmap_words')} {year}",
        fill="black",
        font=_letters(height * 0.06),
    )
    for number in range(count):
        pen.text(
            (width * (0.2 + number * 0.78 / count), height * 0.16),
            f"Q{number + 1}",
            fill="black",
            font=_letters(height * 0.04),
        )
    for lane, name in enumerate(words.some("lanes", rng.randrange(3, 6))):
        top = height * (0.25 + lane * 0.14)
        pen.text((width * 0.02, top), name[:18], fill="black", font=_letters(height * 0.03))
        left = width * rng.uniform(0.2, 0.5)
        pen.rounded_rectangle(
            (left, top, left + width * rng.uniform(0.15, 0.45), top + height * 0.09),
            8,
            fill=_colour(rng),
        )
        pen.text(
            (left + 8, top + 8), words.feature()[:28], fill="white", font=_letters(height * 0.028)
        )
    labels = draft.labels(
        "roadmap",
        words.file_name("roadmap", "plan"),
        also=("deck",),
        period=Period("yearly", str(year), ("quarterly", "other")),
    )
    return _file(draft, labels, image)


def photograph(draft: Draft) -> File:
    """A photograph as telephones take them."""
    size = draft.rng.choice(((1280, 960), (960, 1280), (1200, 800), (800, 800)))
    labels = draft.labels("other", draft.words.file_name("photo", "IMG", "team"))
    return _file(draft, labels, drawings.texture(size, draft.rng), form="JPEG")


def logo(draft: Draft) -> File:
    """A mark, small or large."""
    side = draft.rng.choice((64, 120, 240, 512, 1000))
    size = (side, side) if draft.maybe(0.5) else (side * 3, side)
    labels = draft.labels("other", draft.words.file_name("logo", "icon", "image001"))
    return _file(draft, labels, drawings.shapes(size, draft.rng), form="PNG")


def form(draft: Draft) -> File:
    """A screenshot of a form, or a receipt: lines and boxes."""
    rng, words = draft.rng, draft.words
    size = rng.choice(((900, 1200), (600, 1300), (1100, 700)))
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for number in range(rng.randrange(5, 14)):
        top = 40 + number * 75
        pen.text(
            (40, top),
            words.one(rng.choice(("article", "amount", "person", "date", "email"))),
            fill="black",
            font=_letters(22),
        )
        pen.rectangle((40, top + 28, size[0] - 40, top + 60), outline="#888888")
    labels = draft.labels("other", words.file_name("screenshot", "form", "receipt"))
    return _file(draft, labels, image)


def chart(draft: Draft) -> File:
    """A chart alone."""
    size = draft.rng.choice(((800, 500), (640, 480), (1200, 600)))
    labels = draft.labels("other", draft.words.file_name("chart", "figure", "Diagramm"))
    return _file(draft, labels, drawings.bars(size, draft.rng), form="PNG")


def _screen(draft: Draft) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    width, height = draft.rng.choice(_SCREENS)
    scale = min(1.0, _WIDEST / width)
    image = Image.new(
        "RGB",
        (round(width * scale), round(height * scale)),
        draft.rng.choice(("white", "#F4F1EA", "#EEF3F8")),
    )
    return image, ImageDraw.Draw(image)


def _letters(size: float) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(max(8, round(size)))


def _colour(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(160), rng.randrange(160), rng.randrange(160)


def _file(draft: Draft, labels: Labels, image: Image.Image, *, form: str | None = None) -> File:
    chosen = form or ("PNG" if draft.maybe(0.6) else "JPEG")
    return File(labels, ".png" if chosen == "PNG" else ".jpg", drawings.octets_of(image, chosen))
