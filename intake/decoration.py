"""Knows a sender's letterhead by its coming back: the logo or social icon that is attached to every mail. Pure.

Asks nobody: how often a picture came before is counted by the ledger, and how large it is was seen where it was unpacked.
"""

from __future__ import annotations

from intake.model import Part

_OFTEN = 2


def is_decoration(part: Part, seen: int) -> bool:
    """Whether a part that would be a document is the sender's letterhead: a small picture that came `seen` times before.

    `seen` counts earlier messages of the same sender that held the very same octets and in which they were not filed. A
    picture as large as a slide is never decoration, and neither is one that comes for the first or second time: a logo
    may be sent on purpose.
    """
    return part.small_picture and seen >= _OFTEN
