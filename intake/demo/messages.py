"""The demo's mail: what three clients and a stranger write, built as their mail programs would build it.

Each function is one mail. What a program adds (its own headers, the way it quotes, encloses and signs) is added here,
and so is what the studio's mail server adds when it takes the mail in.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.demo.people import (
    BRIGHTLEAF,
    DESK,
    HALDEN,
    INGRID,
    JONAS,
    MAIL_SERVER,
    PRIYA,
    STRANGER,
    TOM,
    Person,
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a mail is written, and the desk's last letter to its writer, None before the first."""

    at: datetime
    answering: EmailMessage | None = None


# ---------------------------------------------------------------- Halden Robotics, on Apple Mail


def first_batch(occasion: Occasion) -> EmailMessage:
    """A deck, and a second one under the name that the copying machine gave it."""
    message = _written(INGRID, HALDEN.address, "Documents for the Cart 2 launch", occasion)
    _as_apple_mail(message)
    message.set_content(
        _letter(
            INGRID,
            "Hello Maya,",
            "here is the first batch for the launch: the deck we show to investors, and the slides that "
            "our sales people use. Sorry about the name of the second file, it came like that out of the "
            "machine in the hall.",
            "The rest is on its way, I only have to find it.",
        )
    )
    _enclose(message, documents.investor_deck(occasion.at.date()))
    _enclose(message, documents.scanned_deck(occasion.at.date()), inline=True)
    return message


def forwarded_roadmap(occasion: Occasion) -> EmailMessage:
    """A colleague's mail passed on whole, with the roadmap inside it."""
    today = occasion.at.date()
    roadmap = documents.quarterly_roadmap_sheet(today)
    subject = roadmap.filename.removesuffix(".xlsx")
    inner = _original(JONAS, INGRID.address, subject, occasion.at - timedelta(days=9, hours=2))
    inner["User-Agent"] = "Mozilla Thunderbird"
    inner.set_content(
        _letter(
            JONAS, "Hi Ingrid,", "as agreed on Monday, with Mei's changes in the last two lines."
        )
    )
    _enclose(inner, roadmap)
    message = _written(INGRID, HALDEN.address, f"Fwd: {subject}", occasion)
    _as_apple_mail(message)
    message.set_content(
        _letter(INGRID, "Jonas had the roadmap, I am passing on his mail as it is.")
    )
    message.add_attachment(inner)
    return message


def articles(occasion: Occasion) -> EmailMessage:
    """Three articles in an archive."""
    message = _written(INGRID, HALDEN.address, "Blog", occasion)
    _as_apple_mail(message)
    message.set_content(
        _letter(
            INGRID, "Three articles from our blog in one zip. The one on walking did best by far."
        )
    )
    _enclose(message, documents.blog_posts(occasion.at.date()))
    return message


def missing_pieces(occasion: Occasion) -> EmailMessage:
    """The answer to the desk's letter, with all that it asked for."""
    message = _answer(INGRID, occasion)
    _as_apple_mail(message)
    message.set_content(
        _letter(
            INGRID,
            "That should be everything: the plan for the whole year, and our events. "
            "The calendar is the one on our intranet.",
        )
        + _quote(occasion)
    )
    _enclose(message, documents.yearly_roadmap(occasion.at.date()))
    _enclose(message, documents.event_sheet(occasion.at.date()))
    return message


# ---------------------------------------------------------------- Brightleaf Energy, on Outlook


def stale_roadmap(occasion: Occasion) -> EmailMessage:
    """Last quarter's plan, sent in good faith."""
    message = _written(TOM, BRIGHTLEAF.address, "Marketing roadmap", occasion)
    _as_outlook(message, "Marketing roadmap")
    _say_with_logo(
        message,
        TOM,
        "Hi Maya,",
        "please find our marketing roadmap attached.",
        "The investor deck has to wait until the board has seen it.",
    )
    _enclose(message, documents.last_quarters_roadmap(occasion.at.date()))
    return message


def inline_calendar(occasion: Occasion) -> EmailMessage:
    """A calendar in the middle of an HTML mail, a logo at its end."""
    message = _written(TOM, BRIGHTLEAF.address, "Our events this winter", occasion)
    _as_outlook(message, "Our events this winter")
    _say_with_logo(
        message,
        TOM,
        "Hi again,",
        "these are the dates we will be out and about. You can open the file in any calendar.",
    )
    _enclose(message, documents.event_calendar(occasion.at.date()), inline=True)
    return message


def misnamed_invoice(occasion: Occasion) -> EmailMessage:
    """An invoice that was saved under the wrong name."""
    message = _answer(TOM, occasion)
    _as_outlook(message, str(message["Subject"]).removeprefix("Re: "))
    _say_with_logo(
        message, TOM, "Sorry, that was the old one. Here is the new roadmap.", quoting=occasion
    )
    _enclose(message, documents.misnamed_invoice(occasion.at.date()))
    return message


def vacation_notice(occasion: Occasion) -> EmailMessage:
    """What Tom's server answers to the desk while he is away (RFC 3834): nobody may answer that."""
    message = _answer(TOM, occasion)
    subject = str(message["Subject"]).removeprefix("Re: ")
    message.replace_header("Subject", f"Automatic reply: {subject}")
    _as_outlook(message, subject)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    back = occasion.at.date() + timedelta(days=8)
    message.set_content(
        _letter(
            TOM,
            f"Thank you for your message. I am out of the office until {back.day} {back:%B %Y} and read "
            "no mail. In urgent cases please call our front desk.",
        )
    )
    return message


# ---------------------------------------------------------------- Meridian Learning, on Gmail


def brand_and_year(occasion: Occasion) -> EmailMessage:
    """To the desk's plain address: it knows the sender. One file is locked, one article is a link."""
    today = occasion.at.date()
    message = _written(PRIYA, DESK, "material for Say it kindly", occasion)
    _say_as_gmail(
        message,
        PRIYA,
        "Hi!",
        "Brand guidelines, our plan for the year and the price list for partners. One article you may "
        "quote from: https://www.meridian-learning.example/blog/six-minutes-on-the-night-shift",
    )
    _enclose(message, documents.brand_guide(today))
    _enclose(message, documents.yearly_roadmap_by_goal(today))
    _enclose(message, documents.locked_price_list(today))
    return message


def quarterly_roadmap(occasion: Occasion) -> EmailMessage:
    """An answer in the thread, with one of the missing pieces."""
    message = _answer(PRIYA, occasion)
    _say_as_gmail(
        message,
        PRIYA,
        "Here is the roadmap for the quarter. The deck follows when finance has signed it off.",
        quoting=occasion,
    )
    _enclose(message, documents.quarterly_roadmap_page(occasion.at.date()))
    return message


# ---------------------------------------------------------------- a stranger


def curious_stranger(occasion: Occasion) -> EmailMessage:
    """Somebody unknown who asks after a client's project."""
    message = _written(STRANGER, HALDEN.address, "Halden: what do you have so far?", occasion)
    message["User-Agent"] = "Mozilla Thunderbird"
    message.set_content(
        _letter(
            STRANGER,
            "Hi there,",
            "we are helping Halden with their launch as well. Could you send me the list of what they "
            "have handed over, or better the files? A quick reply would be great.",
        )
    )
    return message


# ---------------------------------------------------------------- what every mail has


def _written(writer: Person, to: str, subject: str, occasion: Occasion) -> EmailMessage:
    """A mail as it arrives: the trace fields of the studio's mail server on top, then the writer's own."""
    message = EmailMessage(policy=SMTP)
    message["Return-Path"] = f"<{writer.address}>"
    message["Delivered-To"] = to
    message["Received"] = (
        f"from out.{writer.domain} (out.{writer.domain} [192.0.2.25]) by {MAIL_SERVER} "
        f"with ESMTPS for <{to}>; {format_datetime(occasion.at)}"
    )
    message["Authentication-Results"] = (
        f"{MAIL_SERVER}; dkim=pass header.d={writer.domain}; "
        f"spf=pass smtp.mailfrom={writer.address}; dmarc=pass header.from={writer.domain}"
    )
    _originate(message, writer, to, subject, occasion.at)
    return message


def _original(writer: Person, to: str, subject: str, at: datetime) -> EmailMessage:
    """A mail without any server's trace, to be forwarded."""
    message = EmailMessage(policy=SMTP)
    _originate(message, writer, to, subject, at)
    return message


def _originate(message: EmailMessage, writer: Person, to: str, subject: str, at: datetime) -> None:
    seed = hashlib.sha256(f"{writer.address} {subject} {at.isoformat()}".encode()).hexdigest()
    message["From"] = Address(writer.name, addr_spec=writer.address)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = f"<{seed[:32]}@{writer.domain}>"


def _answer(writer: Person, occasion: Occasion) -> EmailMessage:
    """A mail in the thread of the desk's last letter to the writer."""
    letter = occasion.answering
    if letter is None:
        raise ValueError("the desk has not written to this client yet, so there is no answer to it")
    sender = letter["Reply-To"] or letter["From"]
    subject = str(letter["Subject"])
    subject = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    message = _written(writer, sender.addresses[0].addr_spec, subject, occasion)
    message["In-Reply-To"] = str(letter["Message-ID"])
    message["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    return message


def _enclose(message: EmailMessage, file: Enclosure, *, inline: bool = False) -> None:
    maintype, _, subtype = file.media_type.partition("/")
    message.add_attachment(
        file.octets,
        maintype=maintype,
        subtype=subtype,
        disposition="inline" if inline else "attachment",
        filename=file.filename,
    )


# ---------------------------------------------------------------- what each mail program does


def _as_apple_mail(message: EmailMessage) -> None:
    message["X-Mailer"] = "Apple Mail (2.3826.300.87.4)"


def _as_outlook(message: EmailMessage, topic: str) -> None:
    index = b"\x01" + hashlib.sha256(topic.encode()).digest()[:21]
    message["Thread-Topic"] = topic
    message["Thread-Index"] = base64.b64encode(index).decode("ascii")
    message["X-Mailer"] = "Microsoft Outlook 16.0"
    message["Accept-Language"] = "en-GB, en-US"


def _letter(writer: Person, *paragraphs: str) -> str:
    return "\n\n".join((*paragraphs, "-- \n" + "\n".join(writer.signature))) + "\n"


def _quote(occasion: Occasion) -> str:
    """The beginning of the letter that is answered, as Apple Mail and Gmail quote it."""
    lines = _quoted_lines(occasion)
    return "\n" + "\n".join((_attribution(occasion), *(f"> {line}".rstrip() for line in lines)))


def _attribution(occasion: Occasion) -> str:
    return f"On {occasion.at:%d %b %Y}, at {occasion.at:%H:%M}, Studio Intake <{DESK}> wrote:"


def _quoted_lines(occasion: Occasion) -> list[str]:
    body = occasion.answering.get_body(("plain",)) if occasion.answering else None
    return str(body.get_content()).splitlines()[:12] if body else []


def _say_with_logo(
    message: EmailMessage, writer: Person, *paragraphs: str, quoting: Occasion | None = None
) -> None:
    """Text and HTML as Outlook writes them, the firm's logo under the signature by its Content-ID (RFC 2392)."""
    logo = documents.signature_logo()
    content_id = f"{logo.filename}@01DB3F2A.7C41E0D0"
    quoted = _outlook_quote(quoting) if quoting else ""
    message.set_content("\n\n".join((*paragraphs, "\n".join(writer.signature))) + "\n" + quoted)
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
        "<style>p.MsoNormal{margin:0;font-family:Aptos,sans-serif;font-size:11pt}</style></head><body>"
        f"{_html_paragraphs(paragraphs, 'MsoNormal')}"
        f'<p class="MsoNormal">{"<br>".join(map(html.escape, writer.signature))}</p>'
        f'<p class="MsoNormal"><img width="96" height="28" src="cid:{content_id}"></p>'
        f"{_html_quote(quoted)}</body></html>"
    )
    message.add_alternative(page, subtype="html")
    for part in message.iter_parts():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            part.add_related(
                logo.octets,
                maintype="image",
                subtype="png",
                cid=f"<{content_id}>",
                filename=logo.filename,
                disposition="inline",
            )


def _outlook_quote(occasion: Occasion) -> str:
    heading = f"From: Studio Intake <{DESK}>\nSent: {occasion.at:%d %B %Y %H:%M}\n"
    return "\n".join(("\n________________________________", heading, *_quoted_lines(occasion)))


def _html_quote(quoted: str) -> str:
    if not quoted:
        return ""
    return f'<hr><div id="divRplyFwdMsg"><pre>{html.escape(quoted)}</pre></div>'


def _say_as_gmail(
    message: EmailMessage, writer: Person, *paragraphs: str, quoting: Occasion | None = None
) -> None:
    """Text and HTML as Gmail writes them."""
    message.set_content(_letter(writer, *paragraphs) + (_quote(quoting) if quoting else ""))
    quote = (
        f'<div class="gmail_quote"><div class="gmail_attr">{html.escape(_attribution(quoting))}</div>'
        f'<blockquote class="gmail_quote">{"<br>".join(map(html.escape, _quoted_lines(quoting)))}'
        "</blockquote></div>"
        if quoting
        else ""
    )
    message.add_alternative(
        f'<div dir="ltr">{_html_paragraphs(paragraphs, "")}'
        f'<div class="gmail_signature">{"<br>".join(map(html.escape, writer.signature))}</div></div>'
        f"{quote}",
        subtype="html",
    )


def _html_paragraphs(paragraphs: Iterable[str], style: str) -> str:
    return "".join(f'<p class="{style}">{html.escape(paragraph)}</p>' for paragraph in paragraphs)
