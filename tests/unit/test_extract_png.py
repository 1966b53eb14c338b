"""PNG is decoded a strip at a time, and comes out as if it had been decoded whole."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from intake.extract import png, raster
from intake.extract.pixels import Raster
from tests.unit import pictures

SIZE = (701, 503)
"""More pixels than one strip holds, and no round number of rows."""


@pytest.fixture(autouse=True, scope="module")
def _small_ones_too() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raster, "_WHOLE_PIXELS", 0)
        yield


def picture(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    return pictures.noise().convert("RGB").resize(size).convert(mode)


def decoded(octets: bytes) -> Raster:
    found = raster.decode(octets)
    assert found is not None
    return found


def made(*, bits: int, colour: int, size: tuple[int, int], rows: bytes) -> bytes:
    """A PNG of rows that are stored as they are given, each after its filter."""
    head = struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def sheet_of(octets: bytes) -> png.Sheet:
    found = png.sheet(octets)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_picture_in_strips_is_as_if_it_were_decoded_whole(mode: str) -> None:
    image = picture(mode)

    assert decoded(pictures.saved(image)).octets == image.convert("L").tobytes()


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_picture_in_strips_lies_on_white(mode: str) -> None:
    image = picture("RGB").convert(mode)
    image.putalpha(128)
    ground = Image.new("L", SIZE, "white")
    ground.paste(image.convert("L"), mask=image.getchannel("A"))

    assert decoded(pictures.saved(image)).octets == ground.tobytes()


def test_colour_of_a_palette_that_is_transparent_is_white() -> None:
    image = Image.new("P", (700, 500))
    image.putpalette([0, 0, 0, 255, 0, 0])

    assert set(decoded(pictures.saved(image, transparency=0)).octets) == {255}


def test_picture_of_16_bits_a_sample_is_grey_in_its_upper_ones() -> None:
    row = b"\x01" + b"".join(struct.pack(">H", step) for step in [40_000, 0, *[0] * 698])
    octets = made(bits=16, colour=0, size=(700, 500), rows=row * 500)

    assert set(decoded(octets).octets) == {40_000 >> 8}


def test_large_picture_in_strips_is_shrunk_as_a_whole() -> None:
    image = picture("L", (3_001, 2_003))

    found = decoded(pictures.saved(image))

    assert (found.width, found.height) == (1501, 1002)
    assert found.octets == image.reduce(2).tobytes()


def test_strip_holds_no_more_rows_than_asked_for_and_the_one_above_them() -> None:
    octets = pictures.saved(picture("RGB", (100, 250)))
    strips = png.strips(octets, sheet_of(octets), rows=100)

    opening, following = next(strips), strips.send(bytes(300))

    assert [Image.open(BytesIO(strip)).size for strip in (opening, following)] == [
        (100, 100),
        (100, 101),
    ]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_picture_that_is_cut_off_is_not_decoded(share: float) -> None:
    whole = pictures.saved(picture("RGB"))

    assert raster.decode(whole[: int(len(whole) * share)]) is None


def test_picture_of_less_than_an_octet_a_sample_is_not_cut_into_strips() -> None:
    assert png.sheet(pictures.saved(Image.new("1", (700, 500)))) is None


def test_picture_that_would_take_too_much_memory_as_a_whole_is_not_decoded() -> None:
    octets = pictures.saved(Image.new("RGB", (2_600, 2_600)), "WEBP", quality=1, method=0)

    assert raster.decode(octets) is None


@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=8))
def test_whatever_is_wrong_in_a_picture_it_is_a_value(at: int, wrong: bytes) -> None:
    whole = pictures.saved(Image.linear_gradient("L").resize((700, 500)))

    found = raster.decode(whole[:at] + wrong + whole[at + len(wrong) :])

    assert found is None or len(found.octets) == found.width * found.height
