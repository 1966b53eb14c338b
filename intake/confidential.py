"""Decides whether a person said of a mail that it is confidential. Pure.

Only the subject and what the sender wrote are read: quoted text, signatures and disclaimers say it of every mail, and so
of none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.model import InboundMessage

_ENDINGS = "(?:e[nrsm]?|s|ly)?"
"""As in "vertrauliche Unterlagen", "two NDAs" and "told you confidentially"."""


def is_said_confidential(message: InboundMessage, words: Sequence[str]) -> bool:
    """Whether one of the words stands in the subject or in the written text, as a word of its own."""
    said = f"{message.subject}\n{message.written}"
    return any(
        re.search(rf"(?<!\w){re.escape(word)}{_ENDINGS}(?!\w)", said, re.IGNORECASE)
        for word in words
    )
