"""Pictures drawn for tests: a page of text, a photo's noise, a logo."""

from __future__ import annotations

import random
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

ROADMAP = (
    "Product roadmap 2026",
    "First quarter: the lamp learns to turn by itself",
    "Second quarter: every harbour gets its own light",
    "Third quarter: less oil and more electricity",
    "Fourth quarter: open the service for partners",
)


def page(lines: Sequence[str] = ROADMAP, *, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """White, with a large first line and smaller ones."""
    image = Image.new("L", size, "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        font = ImageFont.load_default(72 if number == 0 else 32)
        draw.text((80, 60 + 100 * number), line, fill="black", font=font)
    return image


def noise(*, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """What a photo of leaves is to a program that looks for letters."""
    octets = random.Random(7).randbytes(size[0] * size[1] // 16)  # noqa: S311  # no secret
    small = Image.frombytes("L", (size[0] // 4, size[1] // 4), octets)
    return small.resize(size, Image.Resampling.BICUBIC)


def logo() -> Image.Image:
    image = Image.new("RGB", (600, 400), "navy")
    font = ImageFont.load_default(60)
    ImageDraw.Draw(image).text((80, 150), "Lighthouse Labs", fill="white", font=font)
    return image


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
