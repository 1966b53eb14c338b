"""Decides whether a freelancer's mail to a client opens a project, and for whom: the kickoff that the desk has a copy of.

Pure. Knows the message and what the ledger says of everybody it names. Where it names more than one client, or one whose
projects the freelancer has no part in, it opens nothing and says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from intake.domains import own_domain
from intake.model import (
    NO_TITLE,
    NOT_CLEAR,
    SEVERAL_CLIENTS,
    Acquaintance,
    Address,
    ClientId,
    HoldReason,
    Identification,
    InboundMessage,
    Kickoff,
    Mailbox,
    Project,
    ProjectState,
    Submission,
    Token,
    Unidentified,
    is_among,
    mailbox_of,
)

_MOST_PEOPLE = 50
"""More than any kickoff has; a mail to so many is none."""
_TITLE_CHARACTERS = 120
_MOST_MARKED = 1000
_NAME_CHARACTERS = 80
_MARK = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|odp|rif|res|fwd?|wg|tr|rv|vb|enc|doorst|pd)\s?(?:[\[(]\d{1,3}[\])])?\s?[:\uff1a]"
    r"|\[(?:ext|extern|external)\])",
    re.IGNORECASE,
)
"""What mail programs and servers put before a subject; a tag that a person wrote stays."""

Party = ClientId | str
"""Whom an address speaks for: a client that is known, else an organisation's domain, else the address itself."""


def may_open(
    message: InboundMessage, sender: Acquaintance, *, desk: Address, token: Token | None
) -> bool:
    """Whether this is a freelancer's mail to others with a copy to the desk's plain address, in no thread that is known.

    Somebody who writes for a client opens nothing. The caller has verified the sender, and that no machine wrote.
    """
    return (
        sender.sender is not None
        and not sender.clients
        and _is_freelancer(sender)
        and not sender.by_thread
        and token is None
        and is_among(desk, message.recipients)
        and any(_is_other(entry, message, desk) for entry in message.to)
    )


def people_named(
    message: InboundMessage, forwarded: Sequence[Address], *, desk: Address
) -> tuple[Address, ...]:
    """Everybody in To and Cc but the sender and the desk, then those whose mail is forwarded."""
    named = [
        entry.address for entry in (*message.to, *message.cc) if _is_other(entry, message, desk)
    ]
    return tuple(dict.fromkeys((*named, *forwarded)))[: _MOST_PEOPLE + 1]


def kickoff_of(
    message: InboundMessage, sender: Acquaintance, views: Sequence[Acquaintance], *, desk: Address
) -> Kickoff | Identification | None:
    """What a mail that `may_open` a project comes to; `views` is what is known of each of `people_named`.

    A project to open; the freelancer's open one of that title; or why nothing is opened. None where nobody in To is a client.
    """
    known = {view.sender: view for view in views if view.sender is not None}
    written_to = [
        entry
        for entry in message.to
        if entry.address in known and not _is_ours(known[entry.address], sender, desk)
    ]
    if not written_to:
        return None
    parties = _parties(known, written_to)
    others = {client for view in views for client in _clients(view)}
    is_one = len(set(parties.values())) == 1 and others <= set(parties.values())
    if not is_one or len(views) > _MOST_PEOPLE:
        return _unopened(SEVERAL_CLIENTS)
    title = title_of(message.subject)
    if not title:
        return _unopened(NO_TITLE)
    party = parties[written_to[0].address]
    contacts = tuple(parties) + _colleagues(message, party, known, parties)
    if isinstance(party, str):
        return _of_stranger(sender, title, written_to[0], contacts)
    return _of_client(sender, title, party, contacts, views)


def is_at_work_for(sender: Acquaintance, client: ClientId | None) -> bool:
    """Whether a freelancer has an open project with a client."""
    return any(
        project.client.id == client
        and _is_open(project)
        and is_among(_own_address(sender), project.freelancers)
        for project in sender.projects
    )


def title_of(subject: str) -> str:
    """What a subject calls its project: without the marks of answers and forwards, in one line; may be empty."""
    left = _plain(subject, _MOST_MARKED)
    while (mark := _MARK.match(left)) is not None:
        left = left[mark.end() :]
    return _plain(left, _TITLE_CHARACTERS)


# ---------------------------------------------------------------- the people


def _is_other(entry: Mailbox, message: InboundMessage, desk: Address) -> bool:
    own = {mailbox_of(desk)} | ({mailbox_of(message.sender.address)} if message.sender else set())
    return mailbox_of(entry.address) not in own


def _is_freelancer(view: Acquaintance) -> bool:
    return view.sender is not None and any(
        is_among(view.sender, project.freelancers) for project in view.projects
    )


def _is_ours(view: Acquaintance, sender: Acquaintance, desk: Address) -> bool:
    """Whether somebody is on our side: a freelancer, or at the desk's or the sender's own domain; and no contact."""
    if view.clients:
        return False
    domain = _domain(view.sender)
    own = {_domain(desk), _domain(sender.sender)}
    return _is_freelancer(view) or (domain is not None and domain in own)


def _domain(address: Address | None) -> str | None:
    return own_domain(address.rpartition("@")[2]) if address else None


def _clients(view: Acquaintance) -> tuple[ClientId, ...]:
    """The clients that somebody writes for; those on whose domain, where that is nobody's contact."""
    return view.clients or view.colleague_of


def _parties(
    known: dict[Address, Acquaintance], written_to: Sequence[Mailbox]
) -> dict[Address, Party]:
    """Whom each of them speaks for. A stranger on the domain of a contact beside them speaks for the same client."""
    beside = {
        _domain(entry.address): _clients(known[entry.address])[0]
        for entry in written_to
        if _clients(known[entry.address])
    }
    beside.pop(None, None)
    parties: dict[Address, Party] = {}
    for entry in written_to:
        clients, domain = _clients(known[entry.address]), _domain(entry.address)
        if clients:
            # Of two clients with one contact nobody knows which is meant.
            parties[entry.address] = clients[0] if len(clients) == 1 else f"{clients}"
        else:
            parties[entry.address] = beside.get(domain) or domain or entry.address
    return parties


def _colleagues(
    message: InboundMessage,
    party: Party,
    known: dict[Address, Acquaintance],
    parties: dict[Address, Party],
) -> tuple[Address, ...]:
    """Those in Cc who are on the own domain of somebody in To: the freelancer wrote to both, and the domain vouches."""
    domains = {_domain(address) for address in parties} - {None}
    return tuple(
        dict.fromkeys(
            entry.address
            for entry in message.cc
            if entry.address in known
            and entry.address not in parties
            and not _is_freelancer(known[entry.address])
            and (_domain(entry.address) in domains or party in _clients(known[entry.address]))
        )
    )


# ---------------------------------------------------------------- the project


def _unopened(note: str) -> Unidentified:
    return Unidentified(HoldReason.AMBIGUOUS_PROJECT, note=note)


def _of_stranger(
    sender: Acquaintance, title: str, person: Mailbox, contacts: tuple[Address, ...]
) -> Kickoff:
    """A new client: called by its domain, else by the name of the person."""
    domain = _domain(person.address)
    name = _plain(person.name, _NAME_CHARACTERS)
    names = [domain] if domain else [name] * bool(name)
    return Kickoff(
        freelancer=_own_address(sender),
        title=title,
        contacts=contacts,
        names=(*names, person.address),
        domain=domain,
    )


def _of_client(
    sender: Acquaintance,
    title: str,
    client: ClientId,
    contacts: tuple[Address, ...],
    views: Sequence[Acquaintance],
) -> Kickoff | Identification:
    """A further project of a client, unless it is open already, or the client is other freelancers'."""
    projects = {
        each.id: each for view in views for each in view.projects if each.client.id == client
    }
    freelancer = _own_address(sender)
    mine = [each for each in projects.values() if is_among(freelancer, each.freelancers)]
    if projects and not mine:
        return _unopened(NOT_CLEAR)
    same = [each for each in projects.values() if _is_open(each) and _same(each.title, title)]
    if not same:
        return Kickoff(freelancer=freelancer, title=title, contacts=contacts, client=client)
    own = [each for each in same if each in mine]
    if len(own) == len(same) == 1:
        return Submission(own[0], sender.sender or freelancer, is_freelancer=True)
    return Unidentified(HoldReason.AMBIGUOUS_PROJECT, tuple(own), NOT_CLEAR)


def _own_address(sender: Acquaintance) -> Address:
    """The freelancer's address as their projects have it."""
    address = sender.sender or Address("")
    freelancers = (one for project in sender.projects for one in project.freelancers)
    return next((one for one in freelancers if is_among(address, (one,))), address)


def _is_open(project: Project) -> bool:
    return project.state is not ProjectState.CLOSED


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _plain(text: str, limit: int) -> str:
    """Foreign text in one line: without what cannot be seen."""
    seen = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in text[: 8 * limit]
        if unicodedata.category(letter) not in {"Cf", "Cs", "Co"}
    )
    return " ".join(seen.split())[:limit].strip()
