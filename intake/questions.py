"""What we asked about mail that waits, as whoever answers it understands it: whose mail, or which of these projects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default

from intake.instructions import AskedWhich, AskedWho
from intake.model import Address, LetterKind, Project, Token, is_among
from storage.values import Asked, WaitingMail


def question_of(asked: Asked, desk: Address) -> AskedWho | AskedWhich:
    """The question of a letter."""
    if asked.kind is LetterKind.COLLEAGUE:
        return AskedWho(asked.sender)
    return AskedWhich(_tokens_in(asked.letter, desk))


def project_about(
    senders: Sequence[Address], waiting: Sequence[WaitingMail], projects: Sequence[Project]
) -> Project | None:
    """The first of a freelancer's projects for the client whose colleagues these are; None where they are of several."""
    clients = {
        client for entry in waiting if is_among(entry.sender, senders) for client in entry.clients
    }
    if len(clients) != 1:
        return None
    return next((each for each in projects if each.client.id in clients), None)


def _tokens_in(letter: bytes, desk: Address) -> tuple[Token, ...]:
    """The projects that a letter names by their addresses, in its order: so they were numbered when it left."""
    body = message_from_bytes(letter, policy=default).get_body(("plain",))
    local, _, domain = desk.rpartition("@")
    address = re.compile(rf"{re.escape(local)}\+([\w.-]+)@{re.escape(domain)}", re.IGNORECASE)
    named = address.findall(str(body.get_content())) if body is not None else []
    return tuple(dict.fromkeys(Token(token.lower()) for token in named))
