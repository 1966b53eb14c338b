"""Who is written to about a message, and whether at all.

Pure. The sender is answered, the project's own people in To or Cc are copied, the freelancers are told when something
changed; nobody else ever, and never where a machine wrote (RFC 3834).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from intake.filing import Decision
from intake.identify import thread_of
from intake.model import (
    Address,
    AutoKind,
    Fate,
    HoldReason,
    InboundMessage,
    LetterKind,
    Mailbox,
    Project,
    Submission,
    Unidentified,
    Verb,
    Wish,
    WishState,
    is_among,
    mailbox_of,
)
from storage.values import Deed, History, LetterIntent, Opened

UNTOLD = frozenset(
    {
        Fate.OPENED,
        Fate.INVITATION,
        Fate.CARD,
        Fate.SIGNATURE_IMAGE,
        Fate.CRYPTO_SIGNATURE,
        Fate.DELIVERY_REPORT,
        Fate.TRACKING,
    }
)
"""The fates that no letter mentions."""
COLLEAGUES = "colleagues"
"""The thread of all letters that ask about somebody."""
BEGINS = Deed(Wish(Verb.OPEN, scope="project"), WishState.DONE, by_freelancer=True, change=Opened())
"""What a kickoff does to the project that was made for it."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How many answers at most."""

    sender_per_hour: int
    sender_per_day: int
    thread_per_day: int

    def reached(self, history: History) -> bool:
        """Whether one more answer would be too many: the last guard against a mail war."""
        return (
            history.sender_hour >= self.sender_per_hour
            or history.sender_day >= self.sender_per_day
            or history.thread_day >= self.thread_per_day
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is known when a message was filed. `answerable` is False for old mail and for files that were fed in."""

    message: InboundMessage
    auto: AutoKind | None
    answerable: bool
    history: History
    answer_after: timedelta
    caps: Caps


def thread_key(message: InboundMessage) -> str:
    """The name of a message's thread: its first message, as far as the fields tell."""
    chain = thread_of(message)
    root = message.references[0] if message.references else next(iter(chain), None)
    return root or message.message_id or message.sha256


def people_copied(message: InboundMessage, project: Project) -> tuple[Address, ...]:
    """The project's contacts whom the sender put into To or Cc, each at one address."""
    named: dict[Address, Address] = {}
    for entry in (*message.to, *message.cc):
        named.setdefault(mailbox_of(entry.address), entry.address)
    sender = mailbox_of(message.sender.address) if message.sender else None
    return tuple(
        address
        for mailbox, address in named.items()
        if mailbox != sender and is_among(address, project.client.contacts)
    )


def letters_after_filing(
    occasion: Occasion,
    submission: Submission,
    decision: Decision,
    deeds: Sequence[Deed] = (),
) -> tuple[LetterIntent, ...]:
    """The letters that a filed message calls for; `deeds` are what its words asked for."""
    if not occasion.answerable:
        return ()
    told = any(part.fate not in UNTOLD for part in decision.parts) or bool(decision.links)
    written = decision.documents or decision.superseded or decision.kept
    changed = bool(written) or any(map(_changes, deeds))
    capped = occasion.caps.reached(occasion.history)
    letters: list[LetterIntent] = []
    recipient = _answer_to(occasion.message, submission)
    answers = told or any(map(_is_answered, deeds)) or (not deeds and _may_speak(occasion))
    if recipient and occasion.auto is None and not capped and answers:
        kind = LetterKind.REPORT if submission.is_freelancer else LetterKind.REPLY
        letters.append(_answer(occasion, kind, recipient))
    words = bool(occasion.message.written.strip())
    spoken = words and not submission.is_freelancer and occasion.auto is None
    if changed or (not capped and (told or spoken)):
        letters.extend(
            _report(occasion, freelancer)
            for freelancer in submission.project.freelancers
            if not is_among(submission.sender, (freelancer,))
        )
    if capped and occasion.auto is None:
        letters.extend(_cap_notice(occasion, submission))
    return tuple(letters)


def _changes(deed: Deed) -> bool:
    """Whether the project's freelancers hear of it, though nobody of them asked for it."""
    return deed.about is None and (deed.change is not None or deed.state is not WishState.TOLD)


def _is_answered(deed: Deed) -> bool:
    """Whether the answer is about it: how another project stands is told in a letter about that one."""
    return deed.about is None or deed.change is not None


def question(occasion: Occasion, sender: Mailbox) -> tuple[LetterIntent, ...]:
    """A known person whose message may be for several projects is asked which one it is for."""
    if not occasion.answerable or occasion.auto or occasion.caps.reached(occasion.history):
        return ()
    return (_answer(occasion, LetterKind.QUESTION, sender),)


def colleague_letters(occasion: Occasion, unidentified: Unidentified) -> tuple[LetterIntent, ...]:
    """The freelancers are asked whether somebody on a client's domain may write for it: once for each such person.

    `occasion.history` is that of the thread `COLLEAGUES`: its cap bounds how many are asked about in a day.
    """
    sender = occasion.message.sender
    silent = not occasion.answerable or occasion.auto or occasion.caps.reached(occasion.history)
    if unidentified.reason is not HoldReason.COLLEAGUE or sender is None or silent:
        return ()
    people = (person for entry in unidentified.candidates for person in entry.freelancers)
    return tuple(
        LetterIntent(
            kind=LetterKind.COLLEAGUE,
            cause=f"colleague:{sender.address}",
            thread=COLLEAGUES,
            recipient=Mailbox("", freelancer),
            due_at=occasion.history.now + occasion.answer_after,
        )
        for freelancer in dict.fromkeys(people)
    )


def may_be_opened(occasion: Occasion) -> bool:
    """Whether a kickoff opens its project: not where nobody may be written to, or where a day has seen too many answers.

    The caps of an hour are no measure: a freelancer may begin with several clients in one morning.
    """
    return occasion.answerable and occasion.history.sender_day < occasion.caps.sender_per_day


def kickoff_letters(occasion: Occasion, project: Project) -> tuple[LetterIntent, ...]:
    """The first person in To who is a contact is asked for the first things, and the freelancer is told what was opened."""
    message = occasion.message
    contacts = project.client.contacts
    asked = next((entry for entry in message.to if is_among(entry.address, contacts)), None)
    if not occasion.answerable or occasion.auto or message.sender is None:
        return ()
    letters = [_answer(occasion, LetterKind.REPORT, message.sender)]
    if asked is not None:
        letters.append(_answer(occasion, LetterKind.REPLY, asked))
    return tuple(letters)


def _may_speak(occasion: Occasion) -> bool:
    """Words alone are answered where the person was told nothing for a day."""
    return occasion.history.last_told is None


def _answer_to(message: InboundMessage, submission: Submission) -> Mailbox | None:
    """Reply-To (RFC 5322 3.6.2) where it names one person on the sender's side of the project, else the sender.

    None for somebody who is neither contact nor freelancer, whose message a person assigned: they learn nothing.
    """
    project = submission.project
    known = project.freelancers if submission.is_freelancer else project.client.contacts
    named = message.reply_to if len(message.reply_to) == 1 else ()
    senders = (message.sender,) if message.sender else ()
    return next((entry for entry in (*named, *senders) if is_among(entry.address, known)), None)


def _answer(occasion: Occasion, kind: LetterKind, recipient: Mailbox) -> LetterIntent:
    return LetterIntent(
        kind=kind,
        cause=occasion.message.sha256,
        thread=thread_key(occasion.message),
        recipient=recipient,
        due_at=occasion.history.now + occasion.answer_after,
        joins=bool(occasion.answer_after),
    )


def _report(occasion: Occasion, freelancer: Address) -> LetterIntent:
    return LetterIntent(
        kind=LetterKind.REPORT,
        cause=occasion.message.sha256,
        thread="report",
        recipient=Mailbox("", freelancer),
        due_at=occasion.history.now + occasion.answer_after,
        joins=bool(occasion.answer_after),
    )


def _cap_notice(occasion: Occasion, submission: Submission) -> list[LetterIntent]:
    """Tell the freelancers, once a day, that somebody gets no more answers."""
    cause = f"answers-capped:{submission.sender}:{occasion.history.now:%Y-%m-%d}"
    return [
        LetterIntent(
            kind=LetterKind.NOTICE,
            cause=cause,
            thread=cause,
            recipient=Mailbox("", freelancer),
            due_at=occasion.history.now,
        )
        for freelancer in submission.project.freelancers
        if not is_among(submission.sender, (freelancer,))
    ]
