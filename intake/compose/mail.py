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
from email import policy, quoprimime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address as HeaderAddress
from email.message import Message
from email.utils import format_datetime

from intake.compose.legible import legible
from intake.errors import PermanentError
from intake.model import Address, Brief, LetterKind, Mailbox, OutboundMessage

_SUBJECT_CHARACTERS = 200
_NAME_CHARACTERS = 80
_ID = re.compile(r"<?([\x21-\x3b\x3d\x3f-\x7e]{1,900})>?")
"""A msg-id (RFC 5322 3.6.4), read leniently: visible ASCII, short enough for a line of its own."""
_DOT_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_MOST_REFERENCES = 30
_REPLIED = re.compile(
    r"((?:re|aw|sv|vs|antw|odp|rif|res)(?:\[\d+\])?\s?[:\uff1a]\s*)+", re.IGNORECASE
)
_LONGEST_INDEX = 900
_WIRE = policy.compat32.clone(linesep="\r\n", max_line_length=None)
"""Fields are folded where they are made; nothing is folded again."""


def seal(brief: Brief, *, text: str, html: str) -> OutboundMessage:
    """Put bodies and header fields together (RFC 5322, 3834); PermanentError for an address that cannot be written."""
    people = _without_repeats((brief.recipient, *brief.cc), brief.desk.address)
    message = Message(policy=_WIRE)
    message["From"] = _header_address(brief.desk)
    message["To"] = _header_address(people[0])
    if people[1:]:
        message["Cc"] = ",\r\n ".join(_header_address(entry) for entry in people[1:])
    message["Reply-To"] = _header_address(brief.desk)
    message["Subject"] = _words(subject_of(brief), "Subject")
    message["Date"] = format_datetime(brief.date)
    message["Auto-Submitted"] = "auto-replied" if _is_answer(brief) else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Intake-Project"] = brief.report.project.token if brief.report else "unassigned"
    if brief.thread.thread_topic:
        topic = legible(brief.thread.thread_topic, limit=_SUBJECT_CHARACTERS)
        message["Thread-Topic"] = _words(topic, "Thread-Topic")
    message["MIME-Version"] = "1.0"
    boundary = f"=_{hashlib.sha256(brief.message_id.encode()).hexdigest()[:32]}"
    if brief.manifest is None:
        _fill(message, boundary, text=text, html=html)
    else:
        bodies = Message(policy=_WIRE)
        _fill(bodies, boundary, text=text, html=html)
        message["Content-Type"] = "multipart/mixed"
        message.set_boundary(f"{boundary}-m")
        message.attach(bodies)
        message.attach(_manifest(brief.manifest))
    return OutboundMessage(
        message_id=f"<{brief.message_id.strip('<>')}>",
        sender=brief.bounce_address or Address(""),
        recipients=tuple(entry.address for entry in people),
        octets=_thread_fields(brief) + message.as_string().encode("utf-8"),
    )


def _fill(message: Message, boundary: str, *, text: str, html: str) -> None:
    """Both bodies. The boundary is of this letter alone, and the same whenever it is composed again."""
    message["Content-Type"] = "multipart/alternative"
    message.set_boundary(boundary)
    message.attach(_body(text, "plain"))
    message.attach(_body(html, "html"))


def _manifest(octets: bytes) -> Message:
    part = Message(policy=_WIRE)
    part["Content-Type"] = "application/json"
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = 'attachment; filename="manifest.json"'
    part.set_payload("\r\n".join(base64.encodebytes(octets).decode("ascii").splitlines()))
    return part


def _without_repeats(people: Sequence[Mailbox], desk: Address) -> tuple[Mailbox, ...]:
    unique = {entry.address: entry for entry in reversed(people) if entry.address != desk}
    return tuple(reversed(unique.values()))


def _header_address(mailbox: Mailbox) -> str:
    """A mailbox as a header field holds it (RFC 5322 3.4); PermanentError where it cannot be written.

    A local part beyond ASCII stays as it is: the letter is international then (RFC 6532), and the sink says so.
    """
    name = legible(mailbox.name, limit=_NAME_CHARACTERS)
    local, _, domain = mailbox.address.rpartition("@")
    try:
        addr_spec = f"{local}@{domain.encode('idna').decode('ascii')}"
        if _DOT_ATOMS.fullmatch(addr_spec) is None:
            HeaderAddress(addr_spec=addr_spec)  # the judge of the unusual, too slow for every field
    except (ValueError, IndexError, MessageError) as error:
        raise PermanentError("could not write the address of a letter's recipient") from error
    if not name:
        return addr_spec
    if name.isascii():
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{escaped}" <{addr_spec}>'
    return f"{_words(name, 'Reply-To')}\r\n <{addr_spec}>"


def _words(text: str, field: str) -> str:
    """Unstructured text, folded, and in encoded words where it needs them (RFC 2047)."""
    charset = None if text.isascii() else "utf-8"
    return Header(text, charset, header_name=field).encode(linesep="\r\n")


def _body(content: str, subtype: str) -> Message:
    part = Message(policy=_WIRE)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = "\r\n".join(content.splitlines()) + "\r\n"
    part.set_payload(quoprimime.body_encode(lines.encode().decode("latin-1"), eol="\r\n"))
    return part


def subject_of(brief: Brief) -> str:
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
    """Whether the recipient wrote what this letter answers (RFC 3834 section 5); a letter to a bystander is generated."""
    bystanders = {LetterKind.REPORT, LetterKind.COLLEAGUE, LetterKind.REMINDER}
    if brief.kind is LetterKind.ALERT:
        return False
    if brief.kind in bystanders or brief.is_kickoff:
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
