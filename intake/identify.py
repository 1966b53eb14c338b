"""Whose message this is and for which project: the address' token, then the thread, then the sender's open project.

Knows only what it is handed, the message and what the ledger told of its sender; asks nobody and files nothing. Where
the evidence disagrees, or fits several projects, it names the candidates and leaves the decision to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.model import (
    Acquaintance,
    Address,
    HoldReason,
    Identification,
    InboundMessage,
    Project,
    ProjectState,
    Submission,
    Token,
    Unidentified,
    is_among,
    normalise_address,
)

_THREAD_LIMIT = 50
"""Real threads are shorter; a References field of thousands of ids is an attack on the ledger."""

_SEARCHED = 262_144
_MOST_FORWARDED = 20
_FORWARDED_FROM = re.compile(
    r"^[ \t>*]{0,20}(?:from|von|de|van|da|från|fra)[ \t]?\*?[ \t]?:\*?[ \t]?(?P<mailbox>[^\n]{1,300})",
    re.IGNORECASE | re.MULTILINE,
)
"""The line of a forwarded header that names its sender, in the languages of the usual mail programs."""
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]]{1,64}@[^\s<>@,;:\"()\[\]]{1,255}")


def token_of(recipients: Sequence[Address], own: Address) -> Token | None:
    """The subaddress (RFC 5233) of the first recipient that is the intake address with one; None where none has."""
    local, _, domain = own.casefold().rpartition("@")
    for recipient in recipients:
        name, _, host = recipient.strip().casefold().rpartition("@")
        token = name.removeprefix(f"{local}+")
        if host == domain and token not in {name, ""}:
            return Token(token)
    return None


def thread_of(message: InboundMessage) -> tuple[str, ...]:
    """The Message-IDs that this message follows, nearest first: In-Reply-To, then References from its end."""
    nearest_first = (*message.in_reply_to, *reversed(message.references))
    return tuple(dict.fromkeys(nearest_first))[:_THREAD_LIMIT]


def forwarded_senders(
    message: InboundMessage, attached: Sequence[Address] = ()
) -> tuple[Address, ...]:
    """Whom a forwarding person forwards: the senders of messages `attached`, then those of headers that the text repeats.

    Anybody may have written them: they choose between the projects of somebody who is known, and let nobody in.
    """
    lines = _FORWARDED_FROM.finditer(message.text[:_SEARCHED])
    repeated = [
        normalise_address(found[-1])
        for line in lines
        if (found := _ADDRESS.findall(line["mailbox"]))
    ]
    return tuple(dict.fromkeys((*attached, *repeated)))[:_MOST_FORWARDED]


def identify(
    message: InboundMessage,
    acquaintance: Acquaintance,
    *,
    token: Token | None,
    forwarded: Sequence[Address] = (),
) -> Identification:
    """Decide by token, then thread, then sender; a project's people are its client's contacts and its freelancers.

    A paused project takes mail like an open one. Where a freelancer's projects are several, the client decides whose people
    wrote what is `forwarded`. The caller has verified the sender (RFC 8601) before it believes this.
    """
    if message.sender is None:
        return Unidentified(HoldReason.NO_SINGLE_SENDER)
    if token is not None and (named := _named(acquaintance.projects, token)):
        return _by_token(acquaintance, named)
    if token is not None and acquaintance.token_exists:
        return Unidentified(HoldReason.UNIDENTIFIED_SENDER)
    assumed = token is not None
    if acquaintance.by_thread:
        return _by_thread(acquaintance, assumed=assumed)
    return _by_sender(acquaintance, forwarded, assumed=assumed)


def _named(projects: Sequence[Project], token: Token) -> Project | None:
    wanted = token.casefold()
    return next((project for project in projects if project.token.casefold() == wanted), None)


def _by_token(acquaintance: Acquaintance, named: Project) -> Identification:
    if not _belongs(acquaintance, named):
        return _outsider(acquaintance, (named,))
    if acquaintance.by_thread and named.id not in acquaintance.by_thread:
        threaded = tuple(entry for entry in _threaded(acquaintance) if _is_open(entry))
        return Unidentified(HoldReason.AMBIGUOUS_PROJECT, (named, *threaded))
    return _submission(acquaintance, named, assumed=False)


def _by_thread(acquaintance: Acquaintance, *, assumed: bool) -> Identification:
    threaded = _threaded(acquaintance)
    still_open = tuple(project for project in threaded if _is_open(project))
    if not threaded:
        others = tuple(
            entry for entry in acquaintance.projects if entry.id in acquaintance.by_thread
        )
        return _outsider(acquaintance, others)
    if len(still_open) > 1:
        return Unidentified(HoldReason.AMBIGUOUS_PROJECT, still_open)
    return _submission(acquaintance, (*still_open, *threaded)[0], assumed=assumed)


def _by_sender(
    acquaintance: Acquaintance, forwarded: Sequence[Address], *, assumed: bool
) -> Identification:
    own = tuple(project for project in acquaintance.projects if _belongs(acquaintance, project))
    still_open = tuple(project for project in own if _is_open(project))
    if len(still_open) > 1:
        still_open = _forwarded_for(acquaintance, still_open, forwarded) or still_open
    if len(still_open) == 1:
        return _submission(acquaintance, still_open[0], assumed=assumed)
    if still_open:
        return Unidentified(HoldReason.AMBIGUOUS_PROJECT, still_open)
    if own or acquaintance.clients:
        return Unidentified(HoldReason.UNKNOWN_PROJECT)
    if acquaintance.colleague_of:
        return Unidentified(HoldReason.COLLEAGUE, tuple(filter(_is_open, acquaintance.projects)))
    return Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def _forwarded_for(
    acquaintance: Acquaintance, projects: Sequence[Project], forwarded: Sequence[Address]
) -> tuple[Project, ...]:
    """A freelancer's projects for the client whose contact, else whose colleague, wrote what is forwarded."""
    own = [entry for entry in projects if entry.client.id not in acquaintance.clients]
    by_contact = tuple(
        entry
        for entry in own
        if any(is_among(address, entry.client.contacts) for address in forwarded)
    )
    by_domain = tuple(
        entry
        for entry in own
        if any(_is_within(address, entry.client.domains) for address in forwarded)
    )
    return by_contact or by_domain


def _is_within(address: Address, domains: Sequence[str]) -> bool:
    host = address.rpartition("@")[2]
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _outsider(acquaintance: Acquaintance, projects: Sequence[Project]) -> Unidentified:
    """Neither contact nor freelancer: a colleague of the client waits for a yes, a stranger is simply held."""
    candidates = tuple(
        project for project in projects if project.client.id in acquaintance.colleague_of
    )
    if candidates:
        return Unidentified(HoldReason.COLLEAGUE, candidates)
    return Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def _submission(acquaintance: Acquaintance, project: Project, *, assumed: bool) -> Identification:
    if not _is_open(project):
        return Unidentified(HoldReason.PROJECT_CLOSED, (project,))
    if acquaintance.sender is None:
        return Unidentified(HoldReason.UNIDENTIFIED_SENDER)
    is_contact = project.client.id in acquaintance.clients
    return Submission(project, acquaintance.sender, is_freelancer=not is_contact, assumed=assumed)


def _belongs(acquaintance: Acquaintance, project: Project) -> bool:
    return project.client.id in acquaintance.clients or (
        acquaintance.sender is not None and is_among(acquaintance.sender, project.freelancers)
    )


def _threaded(acquaintance: Acquaintance) -> tuple[Project, ...]:
    return tuple(
        project
        for project in acquaintance.projects
        if project.id in acquaintance.by_thread and _belongs(acquaintance, project)
    )


def _is_open(project: Project) -> bool:
    return project.state is not ProjectState.CLOSED
