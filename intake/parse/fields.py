"""Reads header fields, addresses, dates and body texts through mail-parser; the only module that imports it.

mail-parser gets a skeleton of the message (attachments left out) and may fail in any way: then the same values are read
with the standard library, and a defect says so. No type of mail-parser leaves this module.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

import mailparser

from intake.model import HeaderField, Mailbox, normalise_address
from intake.parse.decode import raw_text, unfold, words
from intake.parse.walk import Block

# It logs header values when a charset is broken; nothing personal may reach a log.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

_MAX_ADDRESS_OCTETS = 64 * 1024
_ANGLE = re.compile(r"<\s*([^<>\s@]+@[^<>\s@]+)\s*>")
_BARE = re.compile(r"[^\s<>@,;:\"()\[\]]+@[^\s<>@,;:\"()\[\]]+")
_IDENTIFIER = re.compile(r"<[^<>\s]{1,990}>")
_DEFECT_NAME = re.compile(r"[A-Za-z]+(?:Defect|Error)\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """What mail-parser, or in its place the standard library, read in a header block and its bodies."""

    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: datetime | None
    plain: tuple[str, ...] = field(default=(), repr=False)
    html: tuple[str, ...] = field(default=(), repr=False)
    defects: tuple[str, ...] = ()


def header_fields(block: Block) -> tuple[HeaderField, ...]:
    """Every header field, unfolded and decoded, topmost first."""
    return tuple(
        HeaderField(entry.name, words(unfold(raw_text(entry.value)))) for entry in block.fields
    )


def read(skeleton: bytes, block: Block) -> Reading:
    """The addresses, date, bodies and defects of a message."""
    try:
        mail = mailparser.parse_from_bytes(skeleton)
        return Reading(
            sender=_single_sender(_from_field(mail), block),
            reply_to=_mailboxes(mail.reply_to),
            to=_mailboxes(mail.to),
            cc=_mailboxes(mail.cc),
            date=_aware(mail.date) or _date(block),
            plain=tuple(mail.text_plain),
            html=tuple(mail.text_html),
            defects=_defects(mail.defects),
        )
    except Exception:  # noqa: BLE001  # anything can come out of a third-party parser, see its open issues
        return _read_without(block)


def _read_without(block: Block) -> Reading:
    """The same with the standard library alone; the bodies are left to the caller."""
    return Reading(
        sender=_single_sender((), block),
        reply_to=_listed(block, "reply-to"),
        to=_listed(block, "to"),
        cc=_listed(block, "cc"),
        date=_date(block),
        defects=("mail-parser-failed",),
    )


def _mailboxes(pairs: Iterable[tuple[str, str]] | str) -> tuple[Mailbox, ...]:
    """mail-parser's pairs; it gives "" for a field that is not there."""
    if isinstance(pairs, str):
        return ()
    return tuple(
        Mailbox(unfold(name), normalise_address(address))
        for name, address in pairs
        if "@" in address
    )


def _from_field(mail: mailparser.MailParser) -> tuple[Mailbox, ...]:
    """The mailboxes of From; none if it holds something that mail-parser could not tell to be one or not."""
    unclear = any(
        defect["header"] == "from" and not defect["recovered"]
        for defect in mail.address_header_defects
    )
    return () if unclear else _mailboxes(mail.from_)


def _single_sender(found: tuple[Mailbox, ...], block: Block) -> Mailbox | None:
    """The one mailbox in the one From field: with two, nobody knows whom an answer would reach."""
    values = [entry.value for entry in block.fields if entry.name.lower() == "from"]
    if len(values) != 1:
        return None
    if found:
        return found[0] if len(found) == 1 and found[0].address.count("@") == 1 else None
    return _lenient(unfold(raw_text(values[0]))[:_MAX_ADDRESS_OCTETS])


def _lenient(text: str) -> Mailbox | None:
    """The mailbox of a From field that breaks the grammar, if there is only one way to read it."""
    angles = _ANGLE.findall(text)
    if len(angles) == 1:
        name = words(text.partition("<")[0].strip().strip('"'))
        return Mailbox(name, normalise_address(angles[0])) if text.count("<") == 1 else None
    bare = _BARE.findall(text)
    if angles or len(bare) != 1 or text.count("@") != 1:
        return None
    return Mailbox("", normalise_address(bare[0]))


def _listed(block: Block, name: str) -> tuple[Mailbox, ...]:
    values = [unfold(raw_text(entry.value)) for entry in block.fields if entry.name.lower() == name]
    return tuple(
        Mailbox(words(shown), normalise_address(address))
        for shown, address in getaddresses([value[:_MAX_ADDRESS_OCTETS] for value in values])
        if "@" in address
    )


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """The bare addresses in trace fields such as Delivered-To."""
    return tuple(found for value in values for found in _BARE.findall(value[:_MAX_ADDRESS_OCTETS]))


def identifiers(values: Iterable[str]) -> tuple[str, ...]:
    """The msg-ids of In-Reply-To or References (RFC 5322 3.6.4), in order and without repeats."""
    return tuple(dict.fromkeys(found for value in values for found in _IDENTIFIER.findall(value)))


def _aware(found: datetime | None) -> datetime | None:
    """mail-parser gives UTC without saying so."""
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _date(block: Block) -> datetime | None:
    value = block.first("date")
    try:
        return _aware(parsedate_to_datetime(unfold(raw_text(value)))) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _defects(found: Iterable[dict[str, list[str]]]) -> tuple[str, ...]:
    """The names of mail-parser's defects; its sentences quote the message."""
    texts = (text for entry in found for values in entry.values() for text in values)
    names = (_DEFECT_NAME.match(text) for text in texts)
    return tuple(dict.fromkeys(name.group() for name in names if name))
