"""Large pieces of memory go back to the system as soon as they are free (mallopt(3), malloc_trim(3)).

Else the allocator of the GNU C library keeps what one large message took, in case another follows. With any other C
library nothing is done.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

LARGE_OCTETS = 2**22
_M_MMAP_THRESHOLD = -3


def give_back_large() -> None:
    """From now on, in this process: pieces of `LARGE_OCTETS` and more are given back when they are freed."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_OCTETS)


def give_back_now() -> None:
    """Give back what is free at this moment."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
