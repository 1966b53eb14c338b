"""S/MIME and other signed or encrypted CMS (RFC 5652, 8551): what is only signed is opened, the rest has its fate.

No signature is checked, so what is inside is no more believed than what is outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from intake.extract import sniff as media
from intake.extract.sniff import sniff
from intake.model import Fate, Part, Role
from intake.parse.cms import signed_content

_ENVELOPE_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_WITHIN = 64
_SIGNED = bytes.fromhex("2a864886f70d010702")
# Enveloped, signed and enveloped, encrypted (RFC 2315 and 5652), authenticated and enveloped (RFC 5083).
_ENCRYPTED = tuple(
    bytes.fromhex(one)
    for one in (
        "2a864886f70d010703",
        "2a864886f70d010704",
        "2a864886f70d010706",
        "2a864886f70d0109100117",
    )
)
_ENTITY = re.compile(rb"\s{0,8}[!-9;-~]{2,60}[ \t]{0,4}:")


@dataclass(frozen=True, slots=True)
class SignedMail:
    """A MIME entity that was signed."""

    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that was signed, and its name without the signature's suffix."""

    name: str = field(repr=False)
    octets: bytes = field(repr=False)


def is_secured(part: Part) -> bool:
    """Whether a part is signed or encrypted CMS, by what it says or by what it shows.

    The signature of a multipart/signed is not, even where it encloses a copy of what it signs.
    """
    if part.role is Role.SIGNATURE:
        return False
    return part.media_type in _ENVELOPE_TYPES or part.sniffed == media.CMS


def opened(part: Part) -> SignedMail | SignedFile | Fate:
    """What a part encloses, or why it stays closed."""
    content = signed_content(part.octets)
    if content is None:
        return _closed(part)
    name = PurePosixPath((part.filename or "").replace("\\", "/"))
    stem = name.stem if name.suffix.lower() == ".p7m" else name.name
    is_named = bool(PurePosixPath(stem).suffix)
    shown = sniff(content, stem)
    if not is_named and (_ENTITY.match(content) or shown in {"text/plain", "text/html", None}):
        return SignedMail(content)
    return SignedFile(stem or "file", content)


def _closed(part: Part) -> Fate:
    head = part.octets[:_WITHIN]
    if not part.octets.strip():
        return Fate.EMPTY
    if _SIGNED in head:
        # A signature beside what it signs, or certificates alone, enclose nothing; what is called so has to.
        encloses = (part.filename or "").lower().endswith(".p7m")
        return Fate.DAMAGED if encloses else Fate.CRYPTO_SIGNATURE
    if part.sniffed == media.CMS and not any(one in head for one in _ENCRYPTED):
        return Fate.UNSUPPORTED
    return Fate.ENCRYPTED
