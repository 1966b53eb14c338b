"""Reads header fields, addresses and dates, the latter two through mail-parser; the only module that imports it.

mail-parser gets the few fields it is asked about, cut to a bound, and may fail in any way: then the same values are read
with the standard library, and a defect says so. No type of mail-parser leaves this module.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

import mailparser

from intake.model import Address, HeaderField, Mailbox, normalise_address
from intake.parse.decode import raw_text, unfold, words
from intake.parse.walk import Block, RawField

# It logs header values when a charset is broken; nothing personal may reach a log.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

_MAX_ADDRESS_OCTETS = 64 * 1024
_MAX_ASKED_OCTETS = 16 * 1024
"""What mail-parser sees of one field: its time grows quicker than that."""
_ASKED = {"from", "reply-to", "to", "cc", "date"}
_ANGLE = re.compile(r"<\s*([^<>\s@]+@[^<>\s@]+)\s*>")
_BARE = re.compile(r"(?<![^\s<>@,;:\"()\[\]])[^\s<>@,;:\"()\[\]]++@[^\s<>@,;:\"()\[\]]+")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,2000}\?=")
_IDENTIFIER = re.compile(r"<[^<>\s]{1,990}>")
_DEFECT_NAME = re.compile(r"[A-Za-z]+(?:Defect|Error)\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """What mail-parser, or in its place the standard library, read in a header block."""

    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: datetime | None
    defects: tuple[str, ...] = ()


def header_fields(block: Block, charset: str | None) -> tuple[HeaderField, ...]:
    """Every header field, unfolded and decoded, topmost first; `charset` is that of the text below, if it says one."""
    return tuple(
        HeaderField(entry.name, words(unfold(raw_text(entry.value, charset))))
        for entry in block.fields
    )


def read(block: Block, charset: str | None) -> Reading:
    """The addresses, date and defects of a header block; `charset` is that of the text below, if it says one."""
    try:
        mail = mailparser.parse_from_bytes(_asked(block, charset))
        return Reading(
            sender=_single_sender(_from_field(mail), block),
            reply_to=_mailboxes(mail.reply_to),
            to=(*_mailboxes(mail.to), *_unasked(block, "to")),
            cc=(*_mailboxes(mail.cc), *_unasked(block, "cc")),
            date=_aware(mail.date) or _date(block),
            defects=_defects(mail.defects),
        )
    except Exception:  # noqa: BLE001  # anything can come out of a third-party parser, see its open issues
        return _read_without(block)


def _asked(block: Block, charset: str | None) -> bytes:
    """The header block as mail-parser sees it: in UTF-8, without NUL."""
    return b"".join(
        entry.name.encode() + b":" + _whole_items(entry, charset) + b"\n"
        for entry in block.fields
        if entry.name.lower() in _ASKED
    )


def _whole_items(entry: RawField, charset: str | None) -> bytes:
    """A value up to the bound; in a longer one, up to the last comma before: half an address is another one."""
    value = entry.value[: _asked_octets(entry.value)]
    if not value.isascii():
        value = raw_text(value, charset).encode("utf-8", "replace")
    return value.replace(b"\x00", b"")


def _asked_octets(value: bytes) -> int:
    whole = len(value) <= _MAX_ASKED_OCTETS
    return len(value) if whole else value.rfind(b",", 0, _MAX_ASKED_OCTETS) + 1


def _unasked(block: Block, name: str) -> tuple[Mailbox, ...]:
    """The addresses, without their names, from where a very long list was cut."""
    value = block.first(name) or b""
    items = unfold(raw_text(value[_asked_octets(value) :])).split(",")
    found = (_ANGLE.search(item) or _BARE.search(item) for item in items)
    boxes = (_mailbox("", match.group(match.lastindex or 0)) for match in found if match)
    return tuple(box for box in boxes if box)


def _read_without(block: Block) -> Reading:
    """The same with the standard library alone."""
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
    boxes = (_mailbox(unfold(name), address) for name, address in pairs)
    return tuple(box for box in boxes if box)


def _mailbox(name: str, address: str) -> Mailbox | None:
    """A mailbox, its address without the scheme, quotes and dot that some programs leave around it; None without an @."""
    bare = address.strip()
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
    if bare[:1] == bare[-1:] == "'":
        bare = bare[1:-1]
    local, _, domain = bare.rstrip(".").rpartition("@")
    return Mailbox(name, normalise_address(f"{local}@{domain}")) if local and domain else None


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
    if len(values) != 1 or len(values[0]) > _MAX_ASKED_OCTETS:
        return None  # what stands behind the bound may be one more
    text = unfold(raw_text(values[0]))
    if found:
        alone = len({box.address for box in found}) == 1 and found[0].address.count("@") == 1
        sender = max(found, key=lambda box: bool(box.name)) if alone else None
    else:
        sender = _lenient(words(text))
    return sender if sender and _is_said(sender.address, text) else None


def _is_said(address: Address, text: str) -> bool:
    """Whether an address stands in a From field as it was sent, or nothing else does.

    An encoded word is a name (RFC 2047 5): an address that it spells must not outweigh one that servers saw and checked.
    """
    plain = (_mailbox("", found) for found in _BARE.findall(_ENCODED_WORD.sub(" ", text)))
    said = {box.address for box in plain if box}
    return address in said or not said


def _lenient(text: str) -> Mailbox | None:
    """The mailbox of a decoded From field that breaks the grammar, if there is only one way to read it."""
    opened = text.count("<")
    angles = _ANGLE.findall(text)
    if len(angles) == 1 and opened == 1:
        return _mailbox(_shown_name(text), angles[0])
    bare = _BARE.findall(text)
    if angles or len(set(map(str.lower, bare))) != 1 or text.count("@") != len(bare):
        return None
    unclosed = opened == 1 and "@" in text.partition("<")[2]
    return _mailbox(_shown_name(text) if unclosed else "", bare[0])


def _shown_name(text: str) -> str:
    return text.partition("<")[0].strip().strip("\"'").strip()


def _listed(block: Block, name: str) -> tuple[Mailbox, ...]:
    values = [unfold(raw_text(entry.value)) for entry in block.fields if entry.name.lower() == name]
    pairs = getaddresses([value[:_MAX_ADDRESS_OCTETS] for value in values])
    boxes = (_mailbox(words(shown), address) for shown, address in pairs)
    return tuple(box for box in boxes if box)


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
