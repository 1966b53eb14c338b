"""No letter tells of a project to anybody but the contacts and freelancers that it has when the letter leaves.

Random casts write whatever they like, in any thread, with anybody in copy, in their own name and in others'; people come and
go between two mails, and days pass.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.model import Address, LetterKind
from intake.reader import Reader
from intake.worker import Worker
from storage import schema
from storage.ledger import Ledger
from tests.casts import TRUSTED, Cast
from tests.desks import TODAY, Wiring
from tests.maildesks import Later, MailDesk, at_work, mail_desk

MAILS = 24
WIRING = Wiring(
    intake={"unverified_senders": "hold", "trusted_authserv_ids": [TRUSTED]},
    further={
        "reminders": {
            "after_days": [3, 7],
            "tell_freelancer_after": 1,
            "hours": "00:00-24:00",
            "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "digest": "mon 08:00",
        }
    },
)


def readers_of(letter: EmailMessage) -> set[Address]:
    """Everybody whom a letter is addressed to."""
    fields = [str(value) for name in ("To", "Cc") for value in letter.get_all(name, [])]
    return {Address(address) for _, address in getaddresses(fields)}


def words_of(letter: EmailMessage) -> str:
    """All that can be read in a letter: its header and its bodies."""
    bodies = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in letter.items()), *bodies])


def kind_of(ledger: Ledger, letter: EmailMessage) -> LetterKind:
    with ledger.database.read() as session:
        kind = session.scalar(
            sa.select(schema.Letter.kind).where(
                schema.Letter.message_id == str(letter["Message-ID"])
            )
        )
    assert kind is not None
    return LetterKind(kind)


def told_to_others(cast: Cast, letter: EmailMessage, kind: LetterKind) -> Iterator[str]:
    """What a letter says that one of its readers neither may read nor wrote.

    A report quotes the words of the client whom it tells of: who tells the freelancers so is the client.
    """
    words = words_of(letter)
    quoted = cast.said.get(str(letter["In-Reply-To"]), "") if kind is LetterKind.REPORT else ""
    clients = {project.client for project in cast.projects}
    for word, allowed in cast.readers().items():
        named = kind is LetterKind.ERRAND and word in clients  # which says for whom, and no more
        if word in words and not named:
            for person in readers_of(letter) - allowed:
                if word not in cast.wrote.get(person, "") and word not in quoted:
                    yield f"{kind} tells {person} of {word}"


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a play: what was told to somebody who may not know it, and how many letters of each kind left."""

    leaks: tuple[str, ...]
    kinds: Counter[LetterKind]


def play(desk: MailDesk, reader: Reader, *, seed: int) -> Played:
    """All the mails of one cast, one after the other."""
    clock = Later()
    leaks: list[str] = []
    kinds: Counter[LetterKind] = Counter()
    with at_work(desk, reader, clock=clock) as app:
        cast = Cast(random.Random(seed), app.ledger)  # noqa: S311  # it plays
        cast.gather(TODAY)
        seen: set[str] = set()
        for number in range(MAILS):
            desk.post(cast.mail(number, desk.letters()), str(number))
            cast.turn()
            clock.by += timedelta(hours=cast.chance.choice((0, 1, 30)))
            Worker(app).once()
            new = [each for each in desk.letters() if each["Message-ID"] not in seen]
            seen |= {str(each["Message-ID"]) for each in new}
            for letter in new:
                kind = kind_of(app.ledger, letter)
                kinds[kind] += 1
                leaks += told_to_others(cast, letter, kind)
    return Played(tuple(leaks), kinds)


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(8))
def test_no_letter_tells_of_a_project_to_anybody_else(
    tmp_path: Path, reader: Reader, seed: int
) -> None:
    played = play(mail_desk(tmp_path, WIRING), reader, seed=seed)

    assert played.leaks == ()
    assert played.kinds.total() > 0


def test_a_letter_that_tells_of_another_project_is_seen(tmp_path: Path) -> None:
    with mail_desk(tmp_path).ledger() as ledger:
        cast = Cast(random.Random(1), ledger)  # noqa: S311  # it plays
        cast.gather(TODAY)
        one, other = cast.projects[0], cast.projects[-1]
        [contact, *_] = ledger.directory.project(one.token).client.contacts
        letter = EmailMessage()
        letter.set_content("Hello")
        letter["To"], letter["Subject"] = contact, f"{one.title} and {other.title}"

        told = list(told_to_others(cast, letter, LetterKind.REPLY))

    assert told == [f"reply tells {contact} of {other.title}"]
