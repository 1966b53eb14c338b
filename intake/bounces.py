"""Reads in a report of delivery which letter it is about, whom that letter did not reach, and whether for good.

Pure. RFC 3464 and 3463 where the report keeps to them, else what qmail, Exim, Exchange and others write in plain words.
A report is a stranger's word: the ledger believes it only about a letter of ours that went to that very recipient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from intake.model import Address, BounceReport, InboundMessage, Part, Role, normalise_address

_SEARCHED = 262_144
_NOTICE = 16_384
_SUBJECT = 1_000
_MOST_RECIPIENTS = 100
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_HEADER_TYPES = {"text/rfc822-headers", "message/global-headers"}
_MESSAGE_ID = re.compile(
    rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)
_MESSAGE_ID_IN_TEXT = re.compile(
    r"^\W{0,4}message-id:\s{0,8}(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)
_ADDR_SPEC = r"[^\s<>()\[\]\",:;@]{1,64}@[^\s<>()\[\]\"',:;@]{1,255}"
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?:[ -]|\Z)")
# A recipient stands alone at the beginning of a line, in brackets or in quotation marks.
_ON_ITS_LINE = re.compile(
    rf"^[ \t>*-]{{0,16}}[<\"']?({_ADDR_SPEC})[>\"']?[ \t]{{0,8}}(?::|$|\bon\b|\r)", re.MULTILINE
)
_ANYWHERE = re.compile(rf"(?<![^\s<>()\[\]\",:;='])({_ADDR_SPEC})")
_COPY_BEGINS = re.compile(
    r"^-{2,}[ \t]*(?:below this line|this is a copy|original message|the header of|transcript|returned message|"
    r"original headers|enclosed is)|^(?:received|return-path|message-id|dkim-signature):[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
_DELAYED = re.compile(
    r"(?:delivery|message)[^.\n]{0,60}\bdelayed|will (?:be retried|keep trying|continue to|retry)|temporar(?:y|ily)|"
    r"not yet been delivered|no action is required|you do not need to resend|still (?:being )?retr",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"permanent|given up|giving up|user unknown|unknown (?:user|recipient|address)|no such (?:user|recipient|mailbox)|"
    r"(?:does|did)(?: not|n't) exist|not found|(?:mailbox|account) (?:is |has been )?(?:unavailable|disabled|closed|suspended)|"
    r"have an? [^.\n]{0,30}account|address rejected|invalid recipient|"
    r"unzustellbar|unbekannt|inconnu|desconocid|sconosciut|onbekend|"
    r"(?:could|can)(?: not|n't) be (?:delivered|reached)|delivery[^.\n]{0,60}\bfailed",
    re.IGNORECASE,
)


def bounce_reports(message: InboundMessage) -> tuple[BounceReport, ...]:
    """What a bounce says of each recipient that it names; one without a recipient where it names none."""
    of = returned_message_id(message)
    standard = tuple(islice(_from_status_parts(message, of), _MOST_RECIPIENTS))
    reports = standard or tuple(_from_words(message, of))
    return reports or (BounceReport(of, None, None, permanent=_permanent_by_words(message)),)


def returned_message_id(message: InboundMessage) -> str | None:
    """The Message-ID that a delivery report is about: in the returned message, its header, the text, In-Reply-To."""
    for part in message.parts:
        found = _MESSAGE_ID.search(part.octets[:_SEARCHED]) if _is_returned(part) else None
        if found:
            return found.group(1).decode("utf-8", "replace")
    in_text = _MESSAGE_ID_IN_TEXT.search(message.text[:_SEARCHED])
    if in_text:
        return in_text.group(1)
    return next(iter(message.in_reply_to), None)


def _is_returned(part: Part) -> bool:
    return part.role is Role.EMBEDDED_MESSAGE or part.media_type in _HEADER_TYPES


# ---------------------------------------------------------------- RFC 3464


def _from_status_parts(message: InboundMessage, of: str | None) -> Iterator[BounceReport]:
    for part in message.parts:
        if part.media_type not in _STATUS_TYPES:
            continue
        text = part.octets[:_SEARCHED].decode("utf-8", "replace").replace("\r\n", "\n")
        for group in re.split(r"\n[ \t]*\n", text):
            fields = _fields(group)
            if "final-recipient" in fields or "original-recipient" in fields:
                yield _report(fields, of)


def _fields(group: str) -> dict[str, str]:
    """The fields of one recipient by lower-case name, unfolded."""
    unfolded = re.sub(r"\n[ \t]+", " ", group)
    pairs = (line.partition(":") for line in unfolded.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _report(fields: dict[str, str], of: str | None) -> BounceReport:
    named = fields.get("original-recipient") or fields.get("final-recipient", "")
    said = fields.get("status", "")
    status = _STATUS.search(said) or _STATUS.search(fields.get("diagnostic-code", ""))
    action = fields.get("action", "").split(" ", 1)[0].lower()
    code = status[1] if status else None
    # "Delivery time expired" has failed with a 4: the mailbox may be well tomorrow.
    permanent = action == "failed" and not (code or "5").startswith("4")
    return BounceReport(of, _recipient(named), code, permanent=permanent)


def _recipient(value: str) -> Address | None:
    """The address of "rfc822; ana@acme.example"; an xtext plus or equals sign decoded (RFC 3461 4)."""
    plain = value.rpartition(";")[2].strip().strip("<>")
    plain = plain.replace("+2B", "+").replace("+3D", "=")
    return normalise_address(plain) if re.fullmatch(_ADDR_SPEC, plain) else None


# ---------------------------------------------------------------- plain words


def _from_words(message: InboundMessage, of: str | None) -> Iterator[BounceReport]:
    """X-Failed-Recipients (Exim, Gmail), else the addresses that have a line of their own in the notice."""
    notice, permanent = _notice(message), _permanent_by_words(message)
    for address in _failed_recipients(message) or _on_their_lines(notice):
        yield BounceReport(of, address, _status_in(notice), permanent=permanent)


def _failed_recipients(message: InboundMessage) -> tuple[Address, ...]:
    values = ",".join(message.field_values("X-Failed-Recipients"))[:_SEARCHED]
    return _addresses(entry.strip().strip("<>") for entry in values.split(","))


def _on_their_lines(notice: str) -> tuple[Address, ...]:
    """Those that begin a line; every address of the notice where none does."""
    found = _addresses(match[1] for match in _ON_ITS_LINE.finditer(notice))
    return found or _addresses(_ANYWHERE.findall(notice))


def _addresses(texts: Iterable[str]) -> tuple[Address, ...]:
    plain = (text.rstrip(".") for text in texts)
    found = (normalise_address(text) for text in plain if re.fullmatch(_ADDR_SPEC, text))
    return tuple(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _notice(message: InboundMessage) -> str:
    """What the server says, without the copy of the letter that may follow it."""
    text = message.text[:_NOTICE]
    copy = _COPY_BEGINS.search(text)
    return text[: copy.start()] if copy else text


def _status_in(notice: str) -> str | None:
    found = _STATUS.search(notice)
    return found[1] if found else None


def _permanent_by_words(message: InboundMessage) -> bool:
    """Whether the notice says that it is for good; what it does not say is not taken for granted."""
    notice = _notice(message)
    status = _status_in(notice)
    if status is not None:
        return status.startswith("5")
    code = _REPLY_CODE.search(notice)
    if code:
        return code[1] == "5"
    said = f"{message.subject[:_SUBJECT]}\n{notice}"
    return bool(_FOR_GOOD.search(said)) and not _DELAYED.search(said)
