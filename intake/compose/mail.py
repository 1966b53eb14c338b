"""A letter as octets: header fields that hold a thread together, and the two bodies.

The same brief gives the same octets. Header fields are made from cleaned text only, so that nothing a stranger wrote
can end one and begin another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from email import policy
from email.errors import MessageError
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage

from intake.compose.legible import legible
from intake.errors import PermanentError
from intake.model import Address, Brief, LetterKind, Mailbox, OutboundMessage

_SUBJECT_CHARACTERS = 200
_NAME_CHARACTERS = 80
_ID = re.compile(r"<?([\x21-\x3b\x3d\x3f-\x7e]{1,900})>?")
"""A msg-id (RFC 5322 3.6.4), read leniently: visible ASCII, short enough for a line of its own."""
_MOST_REFERENCES = 30
_REPLIED = re.compile(
    r"((?:re|aw|sv|vs|antw|odp|rif|res)(?:\[\d+\])?\s?[:\uff1a]\s*)+", re.IGNORECASE
)
_LONGEST_INDEX = 900


def seal(brief: Brief, *, text: str, html: str) -> OutboundMessage:
    """Put bodies and header fields together (RFC 5322, 3834); PermanentError for an address that cannot be written."""
    people = _without_repeats((brief.recipient, *brief.cc), brief.desk.address)
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = _header_address(brief.desk)
        message["To"] = _header_address(people[0])
        if people[1:]:
            message["Cc"] = tuple(_header_address(entry) for entry in people[1:])
        message["Reply-To"] = _header_address(brief.desk)
    except (ValueError, IndexError, MessageError) as error:
        raise PermanentError("could not write the address of a letter's recipient") from error
    message["Subject"] = _subject(brief)
    message["Date"] = brief.date
    message["Auto-Submitted"] = "auto-replied" if _is_answer(brief) else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Intake-Project"] = brief.report.project.token if brief.report else "unassigned"
    if brief.thread.thread_topic:
        message["Thread-Topic"] = legible(brief.thread.thread_topic, limit=_SUBJECT_CHARACTERS)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for body in message.iter_parts():
        del body["MIME-Version"]
    # A boundary of its own for each letter, the same whenever it is composed again.
    message.set_boundary(f"=_{hashlib.sha256(brief.message_id.encode()).hexdigest()[:32]}")
    is_international = not all(entry.address.isascii() for entry in (brief.desk, *people))
    return OutboundMessage(
        message_id=f"<{brief.message_id.strip('<>')}>",
        sender=brief.bounce_address or Address(""),
        recipients=tuple(entry.address for entry in people),
        octets=_thread_fields(brief)
        + message.as_bytes(policy=policy.SMTPUTF8 if is_international else policy.SMTP),
    )


def _without_repeats(people: Sequence[Mailbox], desk: Address) -> tuple[Mailbox, ...]:
    unique = {entry.address: entry for entry in reversed(people) if entry.address != desk}
    return tuple(reversed(unique.values()))


def _header_address(mailbox: Mailbox) -> HeaderAddress:
    name = legible(mailbox.name, limit=_NAME_CHARACTERS)
    local, _, domain = mailbox.address.rpartition("@")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    return HeaderAddress(display_name=name, addr_spec=f"{local}@{domain}")


def _subject(brief: Brief) -> str:
    """The subject of the thread, marked as an answer once; a letter that begins a thread keeps its own."""
    title = brief.report.project.title if brief.report else brief.desk.name
    subject = legible(brief.thread.subject, limit=_SUBJECT_CHARACTERS)
    subject = subject or legible(title, limit=_SUBJECT_CHARACTERS)
    replied = _REPLIED.match(subject)
    if replied is not None:
        return f"{replied[1].strip()} {subject[replied.end() :]}"
    is_first = brief.thread.message_id is None and not brief.received
    return subject if is_first else f"Re: {subject}"


def _is_answer(brief: Brief) -> bool:
    """Whether the recipient wrote what this letter answers (RFC 3834 section 5); a report to a bystander is generated."""
    if brief.kind is LetterKind.REPORT:
        return any(entry.sender.address == brief.recipient.address for entry in brief.received)
    return bool(brief.received) or brief.thread.message_id is not None


def _thread_fields(brief: Brief) -> bytes:
    """The fields made of ids, one id a line: `email` would fold a long id into encoded words, which breaks threads."""
    lines = [f"Message-ID: <{brief.message_id.strip('<>')}>"]
    parent = _ids((brief.thread.message_id or "",))
    if parent:
        lines.append(f"In-Reply-To: {parent[0]}")
    chain = tuple(dict.fromkeys((*_ids(brief.thread.references), *parent)))
    if len(chain) > _MOST_REFERENCES:
        chain = (chain[0], *chain[1 - _MOST_REFERENCES :])
    if chain:
        lines.append("References: " + "\r\n ".join(chain))
    index = "".join((brief.thread.thread_index or "").split())
    if _is_thread_index(index):
        lines.append(f"Thread-Index: {index}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _ids(values: Sequence[str]) -> tuple[str, ...]:
    matches = (_ID.fullmatch(value.strip()) for value in values)
    return tuple(f"<{match[1]}>" for match in matches if match is not None)


def _is_thread_index(index: str) -> bool:
    if not 0 < len(index) <= _LONGEST_INDEX or not index.isascii():
        return False
    try:
        base64.b64decode(index, validate=True)
    except binascii.Error:
        return False
    return True
