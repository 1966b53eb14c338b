"""Pictures that fill documents: textures, charts, shapes. Small, and the same for the same number."""

from __future__ import annotations

import io
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from tests.corpus.blocks import chance

POOL = 24


def any_picture(rng: Random) -> bytes:
    """One of the pool, by lot."""
    return picture(rng.randrange(POOL))


@cache
def picture(number: int) -> bytes:
    """About 200 by 150; JPEG where it stands for a photograph, else PNG."""
    rng = chance("picture", str(number))
    size = (rng.randrange(120, 300), rng.randrange(80, 200))
    drawn = (texture, bars, shapes)[number % 3]
    return octets_of(drawn(size, rng), "JPEG" if drawn is texture else "PNG")


def octets_of(image: Image.Image, form: str) -> bytes:
    """The picture in that format."""
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def texture(size: tuple[int, int], rng: Random) -> Image.Image:
    """What a photograph looks like from afar: soft patches of colour."""
    small = Image.new("RGB", (12, 8))
    small.putdata([_colour(rng) for _ in range(96)])
    grown = small.resize(size, Image.Resampling.BICUBIC)
    return grown.filter(ImageFilter.GaussianBlur(rng.randrange(1, 6)))


def bars(size: tuple[int, int], rng: Random) -> Image.Image:
    """A chart."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    count, colour = rng.randrange(3, 11), _colour(rng)
    step = (size[0] - 20) / count
    for number in range(count):
        left, top = 12 + number * step, size[1] * rng.uniform(0.1, 0.8)
        pen.rectangle((left, top, left + step * 0.7, size[1] - 10), fill=colour)
    pen.line((10, 5, 10, size[1] - 10, size[0] - 5, size[1] - 10), fill="black", width=2)
    return image


def shapes(size: tuple[int, int], rng: Random) -> Image.Image:
    """A mark, as logos are."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randrange(2, 5)):
        x, y, wide = rng.randrange(size[0]), rng.randrange(size[1]), rng.randrange(20, size[1])
        drawn = rng.choice((pen.ellipse, pen.rectangle))
        drawn((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=_colour(rng))
    return image


def _colour(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)
