"""Pictures as grey pixels, through Pillow: decoded within bounds, shrunk, upright, on white; and how they look.

The size that a picture states is checked before anything of it is decoded, and only as much of it is there in colour at
a time as memory is meant for. Nothing here reads text.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import (
    Image,
    ImageChops,
    ImageOps,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from intake.extract import png
from intake.extract.pixels import DECODED_PIXELS, KEPT_PIXELS, Raster

_SMALL = 1_200
"""Letters in pictures narrower than this are too small for OCR, and are enlarged to twice their size."""
_LOOK_SIDE = 240
_GREYS = 32
_GRID_SIDE = 16
_GRID_GREYS = 4
_STEP = 28
"""A difference in grey between neighbours that is an edge; shading and the noise of JPEG stay below."""
_ROW_EDGES = 0.04
# Pillow knows the first four by itself; for any other it loads all of its forty formats, unless they are there already.
_FORMATS = (
    "PNG",
    "JPEG",
    "GIF",
    "BMP",
    *(TiffImagePlugin.TiffImageFile.format, WebPImagePlugin.WebPImageFile.format),
)
_WHOLE_PIXELS = 2**21
"""A PNG up to this size, about that of a screen, is decoded whole, which takes a quarter less time than in strips."""
_STRIP_PIXELS = 2**18
"""What is looked at in colour at a time; a few copies of it exist beside each other."""
_DECODED_OCTETS = 96_000_000
"""Pictures that take more memory to decode as a whole are not decoded."""
_OCTETS_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "LA": 2}
_MOVING_OCTETS = 16
"""WebP is decoded into the frame, the one before it, a copy and Pillow's own."""
_WHOLE_JPEG_OCTETS = 6
"""JPEG that comes in several passes is kept as numbers of two octets until the last, whatever size is asked for."""
_TRANSPARENT = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})
_BROKEN = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error),
    zlib.error,
    *(Image.DecompressionBombError, Image.DecompressionBombWarning, UnidentifiedImageError),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks when it is small; `flat` and `edges` are from 0 to 1.

    `flat` is the share of its commonest two greys (a screen, a slide or a scan has a ground, a photo has none), `edges`
    the share of pixels unlike their neighbour, `rows` the number of bands with edges, which lines of text are.
    `grid` is the picture in 16 by 16 fields of four greys, row by row; empty where all of it looks the same.
    """

    flat: float
    edges: float
    rows: int
    grid: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a picture says of itself before it is decoded."""

    width: int
    height: int
    frames: int = 1
    """More than one in a TIFF of several pages; moving pictures count as one."""


def stated(octets: bytes) -> Stated | None:
    """None where it is broken or of no known format."""
    try:
        with Image.open(BytesIO(octets), formats=_FORMATS) as image:
            frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            return Stated(image.width, image.height, frames)
    except _BROKEN:
        return None


def decode(octets: bytes, *, frame: int = 0) -> Raster | None:
    """One frame, at most some 4 megapixels of it; None where it is broken, vast or of no known format."""
    try:
        with Image.open(BytesIO(octets), formats=_FORMATS) as image:
            image.seek(frame)
            if image.width * image.height > DECODED_PIXELS:
                return None
            sheet = png.sheet(octets)
            if sheet is not None and _is_cut(sheet):
                return _grey(image, _strips_of_png(octets, sheet))
            if _needed_octets(image) > _DECODED_OCTETS:
                return None
            if image.format == "JPEG":
                # Decoded at a half, a quarter or an eighth where that is enough.
                image.draft("L", _bounded(image.size))
            return _grey(image, _strips(image))
    except _BROKEN:
        return None


def _is_cut(sheet: png.Sheet) -> bool:
    """Whether it is large, and not all in a few endless rows."""
    return sheet.width * sheet.height > _WHOLE_PIXELS and sheet.width <= _STRIP_PIXELS


def _needed_octets(image: Image.Image) -> int:
    """About what it takes to decode a picture as a whole."""
    pixels = image.width * image.height
    if image.format == "JPEG":
        return pixels * _WHOLE_JPEG_OCTETS if image.info.get("progressive") else 0
    if image.format == "WEBP":
        return pixels * _MOVING_OCTETS
    return pixels * _OCTETS_A_PIXEL.get(image.mode, 4)


def look(raster: Raster) -> Look:
    """Measured on a thumbnail."""
    image = _image(raster)
    image.thumbnail((_LOOK_SIDE, _LOOK_SIDE), Image.Resampling.BOX, reducing_gap=None)
    counts = image.histogram()
    pixels = image.width * image.height
    shares = sorted(sum(counts[at : at + 256 // _GREYS]) for at in range(0, 256, 256 // _GREYS))
    edges = ImageChops.difference(image, ImageChops.offset(image, 1, 0)).point(_is_edge)
    by_row = edges.resize((1, image.height), Image.Resampling.BOX).tobytes()
    busy = [share > 255 * _ROW_EDGES for share in by_row]
    rows = sum(now and not before for before, now in itertools.pairwise([False, *busy]))
    return Look(
        flat=sum(shares[-2:]) / pixels,
        edges=sum(by_row) / len(by_row) / 255,
        rows=rows,
        grid=_grid(image),
    )


def _grid(image: Image.Image) -> tuple[int, ...]:
    fields = image.resize((_GRID_SIDE, _GRID_SIDE), Image.Resampling.BOX).tobytes()
    darkest, lightest = min(fields), max(fields)
    if lightest - darkest < _STEP:
        return ()
    return tuple((field - darkest) * _GRID_GREYS // (lightest - darkest + 1) for field in fields)


def is_blank(raster: Raster) -> bool:
    """Whether all pixels are about the same."""
    seen = [grey for grey, count in enumerate(_image(raster).histogram()) if count]
    return seen[-1] - seen[0] < _STEP


def enlarged(raster: Raster) -> Raster:
    """Twice the size where the letters would be too small."""
    if max(raster.width, raster.height) >= _SMALL:
        return raster
    size = raster.width * 2, raster.height * 2
    return Raster(*size, _image(raster).resize(size, Image.Resampling.BICUBIC).tobytes())


def _grey(image: Image.Image, strips: Iterator[Image.Image]) -> Raster:
    """Shrunk first, so that the rest costs little. The strips are as wide as the picture, and follow each other."""
    factor = _factor(image.size)
    grey = Image.new("L", (-(-image.width // factor), -(-image.height // factor)))
    top = 0
    for strip in strips:
        small = _strip_in_grey(strip, factor)
        grey.paste(small, (0, top))
        top += small.height
    grey.info = dict(image.info)  # which side is up may stand there
    upright = ImageOps.exif_transpose(grey)
    return Raster(upright.width, upright.height, upright.tobytes())


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    """Of a picture that is decoded as a whole; JPEG has its size only then."""
    image.load()
    rows = _strip_rows(image.size)
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def _strips_of_png(octets: bytes, sheet: png.Sheet) -> Iterator[Image.Image]:
    made = png.strips(octets, sheet, rows=_strip_rows((sheet.width, sheet.height)))
    strip, above = next(made, None), 0
    while strip is not None:
        with Image.open(BytesIO(strip), formats=("PNG",)) as image:
            image.load()
            yield image.crop((0, above, image.width, image.height)) if above else image
            last = image.crop((0, image.height - 1, image.width, image.height)).tobytes()
        above = 1
        try:
            strip = made.send(last)
        except StopIteration:
            strip = None


def _strip_rows(size: tuple[int, int]) -> int:
    """A multiple of as many rows as are shrunk to one."""
    factor = _factor(size)
    return max(_STRIP_PIXELS // size[0] // factor, 1) * factor


def _strip_in_grey(strip: Image.Image, factor: int) -> Image.Image:
    if strip.mode.startswith(("I", "F")):  # 16 bits a pixel, which "L" would cut off
        strip = strip.convert("I").point(lambda value: value / 256)
    if strip.mode in _TRANSPARENT or "transparency" in strip.info:
        strip = strip.convert("RGBA")
        grey = Image.new("L", strip.size, "white")
        grey.paste(strip.convert("L"), mask=strip.getchannel("A"))
    else:
        grey = strip.convert("L")
    return grey.reduce(factor) if factor > 1 else grey


def _factor(size: tuple[int, int]) -> int:
    factor = 1
    while size[0] * size[1] > KEPT_PIXELS * factor * factor:
        factor += 1
    return factor


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    factor = _factor(size)
    return size[0] // factor, size[1] // factor


def _is_edge(difference: int) -> int:
    return 255 if difference > _STEP else 0


def _image(raster: Raster) -> Image.Image:
    return Image.frombytes("L", (raster.width, raster.height), raster.octets)
