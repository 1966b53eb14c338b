"""Grey pixels, as one module hands them to the next; whoever only passes them on need not load what decodes pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

DECODED_PIXELS = 50_000_000
"""Pictures with more are not decoded: 600 dpi on A4 is 35 million."""
KEPT_PIXELS = 4_500_000
"""What is decoded or rendered is made no larger: a little more than 200 dpi on A4."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Rows of grey pixels, one octet each."""

    width: int
    height: int
    octets: bytes = field(repr=False)

    def pgm(self) -> bytes:
        """As a portable grey map, which costs nothing to write and little to read."""
        return b"P5 %d %d 255\n" % (self.width, self.height) + self.octets
