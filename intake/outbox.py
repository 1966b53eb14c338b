"""Letters leave: claimed, composed from a fresh report, frozen, sent, recorded.

Nothing is sent inside a transaction, and nothing whose fate is unknown is sent again on a guess: where the sink can be
searched a letter that was cut off is looked up by its Message-ID, else it waits for a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from intake import telemetry
from intake.calls import ready_call
from intake.compose import Languages
from intake.composing import Composer, to_those_who_belong
from intake.config import Settings
from intake.errors import (
    AccessRefusedError,
    ClaimLostError,
    ConfigError,
    IntakeError,
    PermanentError,
    TransientError,
)
from intake.instants import Instant, Passing, unnoticed
from intake.model import (
    Deferred,
    Delivery,
    Doubtful,
    Late,
    LetterKind,
    Obstacle,
    OutboundMessage,
    Refused,
    Sent,
    Setback,
    Sink,
    Unavailable,
    Unreached,
)
from intake.refusals import unreached
from intake.sent_mail import SentMail
from intake.telemetry import Stage, Timing, untimed
from storage.blobs import Store
from storage.ledger import Ledger
from storage.letters import LEASE
from storage.values import Handed, LetterClaim

PAUSES = (60, 300, 900, 3_600, 7_200, 14_400)
"""Seconds before each further attempt; the last one repeats."""
GIVE_UP = timedelta(days=2)
TOO_OLD = timedelta(minutes=1)
AT_THE_NEXT_GO = timedelta(seconds=1)
"""Of a letter for which there was no sink: how long to leave the sink alone is for the caller to say."""
LONGEST_ANSWER = timedelta(minutes=11)
"""What must be left of a claim when a letter is handed over: a server may take ten minutes for its answer."""

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What letters are made of and where they leave."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    sink: Sink
    languages: Languages
    passed: Passing = unnoticed
    timed: Timing = untimed
    sent_mail: SentMail | None = None
    """The Sent folder; None where there is none, or the sink is one itself."""
    call: Callable[[OutboundMessage], Delivery] | None = None
    """Calls the operator's program; None where none is named."""
    lease: timedelta = LEASE
    longest_answer: timedelta = LONGEST_ANSWER

    @property
    def composer(self) -> Composer:
        """Writes what leaves here."""
        return Composer(self.settings, self.ledger, self.blobs, self.languages)

    def deliver_due(
        self, *, ends_bursts: bool = False, stopping: Callable[[], bool] = lambda: False
    ) -> bool:
        """Send every letter that is due, until `stopping`; True where the sink took whatever it was given.

        After a letter at which the sink takes none at all, the others wait as well. One that is put off for its
        recipients' sake stops nobody.
        """
        if self.settings.delivery.hold:
            return True
        self.ledger.letters.take_over(self.ledger.worker)
        while not stopping():
            # The clock of the boot, which runs on while the process is stopped or the machine sleeps.
            began = time.clock_gettime(time.CLOCK_BOOTTIME)
            claim = self.ledger.letters.claim(
                self.ledger.worker, ends_bursts=ends_bursts, lease=self.lease
            )
            if claim is None:
                return True
            self.passed(Instant.LETTER_CLAIMED)
            try:
                valid_until = began + (self.lease - self.longest_answer).total_seconds()
                if claim.kind is LetterKind.WEBHOOK:
                    self._called(claim)
                elif not self._deliver(claim, valid_until):
                    return False
                self.passed(Instant.RECORDED)
            except ClaimLostError:
                log.warning(telemetry.CLAIM_LOST, letter_id=claim.number)
        return True

    def preview(self) -> Iterator[tuple[LetterClaim, OutboundMessage]]:
        """What is owed and how it would leave now; nothing is claimed or sent. What would be dropped is left out."""
        for claim in self.ledger.letters.owed():
            letter = self._as_it_would_leave(claim)
            if letter is not None:
                yield claim, letter

    def _as_it_would_leave(self, claim: LetterClaim) -> OutboundMessage | None:
        if claim.frozen is not None:
            return claim.frozen
        if claim.kind is LetterKind.WEBHOOK:
            return ready_call(self.settings, self.blobs, claim)
        if not self.composer.still_asks(claim) or self.composer.leaves_at(claim) is None:
            return None
        letter = self.composer.composed(claim)
        return letter if to_those_who_belong(claim, letter).recipients else None

    def tend_sent(self, *, stopping: Callable[[], bool] = lambda: False) -> None:
        """Keep copies in the Sent folder and look up there what is doubtful. Raises where it cannot be reached."""
        if self.sent_mail is not None:
            self.sent_mail.tend(self.ledger.worker, stopping=stopping)

    def _deliver(self, claim: LetterClaim, valid_until: float) -> bool:
        """Send one letter; False where the sink cannot take letters at the moment."""
        letter = claim.frozen
        if claim.cut_off or (claim.may_have_left and letter is not None):
            return self._settle_cut_off(claim, letter, valid_until)
        if letter is None and not self.composer.still_asks(claim):
            return self._dropped(claim)
        if self._put_away(claim):
            return True
        if letter is None:
            try:
                with self.timed(Stage.COMPOSE):
                    letter = self.composer.composed(claim)
            except TransientError:
                raise  # the world is to blame, not the letter
            except IntakeError as error:
                return self._failed(claim, str(error), Handed())
            except Exception as error:
                # Templates are the operator's: one letter that fails must not stop the others.
                log.exception(telemetry.LETTER_FAILED, letter_id=claim.number)
                return self._failed(claim, type(error).__name__, Handed())
            self.passed(Instant.COMPOSED)
            self.ledger.letters.freeze(claim, letter)
            self.passed(Instant.FROZEN)
            if claim.may_have_left:
                return self._settle_cut_off(claim, letter, valid_until)
        elif not claim.attempts and self._evidence(claim, letter):
            return self._found(claim)  # a person said that it may leave again
        else:
            self.ledger.letters.sending(claim)
            self.passed(Instant.FROZEN)
        return self._hand_over(claim, letter, valid_until)

    def _hand_over(self, claim: LetterClaim, letter: OutboundMessage, valid_until: float) -> bool:
        """Give a letter to the sink, for those who still belong to the project; False where it cannot take letters.

        A sink that does not let us in is no reason to doubt: nothing has left.
        """
        letter = to_those_who_belong(claim, letter)
        if not letter.recipients:  # nobody is left; those who have it have it
            return self._sent(claim, Handed()) if claim.delivered else self._dropped(claim)
        try:
            with self.timed(Stage.SEND):
                delivery = self.sink.send(letter, valid_until=valid_until)
        except ConfigError as error:
            self.ledger.letters.retry(claim, str(error), pause=AT_THE_NEXT_GO, counts=False)
            raise AccessRefusedError(str(error)) from error
        self.passed(Instant.LEFT)
        return self._record(claim, letter, delivery)

    def _called(self, claim: LetterClaim) -> None:
        """Call the operator's program. Cut off, it is called again: the id tells it that the call is the same."""
        try:
            call, message = self.call, claim.frozen or ready_call(self.settings, self.blobs, claim)
        except (ConfigError, PermanentError) as error:
            self._failed(claim, str(error), Handed())
            return
        if call is None or message is None:
            self._dropped(claim)
            return
        if claim.frozen is None:
            self.ledger.letters.freeze(claim, message)
        else:
            self.ledger.letters.sending(claim)
        self.passed(Instant.FROZEN)
        with self.timed(Stage.SEND):
            delivery = call(message)
        self.passed(Instant.LEFT)
        pause = _next_pause(claim)
        detail = delivery.detail if isinstance(delivery, Deferred) else ""
        if isinstance(delivery, Sent):
            self._found(claim)
        elif pause is None:
            self._failed(claim, detail, Handed())
        else:
            self._later(claim, detail, Handed(), pause=pause, counts=True)

    def _put_away(self, claim: LetterClaim) -> bool:
        """Whether a letter that no mail called for is not to leave any more, or later: it is dropped or waits, then."""
        leaves_at = self.composer.leaves_at(claim)
        if leaves_at is None:
            return self._dropped(claim)
        if leaves_at <= claim.now:
            return False
        self.ledger.letters.postponed(claim, until=leaves_at)
        return True

    def _dropped(self, claim: LetterClaim) -> bool:
        self.ledger.letters.dropped(claim)
        log.warning(telemetry.LETTER_DROPPED, letter_id=claim.number, kind=claim.kind)
        return True

    def _settle_cut_off(
        self, claim: LetterClaim, letter: OutboundMessage | None, valid_until: float
    ) -> bool:
        """A worker was cut off while it sent this, or a restored ledger does not remember: only evidence decides."""
        found = self._evidence(claim, letter) if letter else None
        if letter is None or found is None:
            return self._doubted(claim, _why_doubtful(claim))
        if found:
            return self._found(claim)
        return self._put_away(claim) or self._hand_over(claim, letter, valid_until)

    def _evidence(self, claim: LetterClaim, letter: OutboundMessage) -> bool | None:
        """Whether it left, None where nobody knows. In the Sent folder only what is there is evidence for now.

        Of a letter that some have, the others' copy cannot be told from theirs.
        """
        found = self.sink.find(letter.message_id)
        if found is None and self.sent_mail is not None and not claim.delivered:
            return self.sent_mail.has(letter, owed_since=claim.owed_since) or None
        return found

    def _found(self, claim: LetterClaim) -> bool:
        self.ledger.letters.sent(claim)
        log.info(telemetry.LETTER_SENT, letter_id=claim.number, kind=claim.kind)
        return True

    def _doubted(self, claim: LetterClaim, detail: str) -> bool:
        looks_up = self.sent_mail is not None and not claim.delivered
        self.ledger.letters.doubtful(claim, detail, looks_up=looks_up)
        log.error(telemetry.LETTER_DOUBTFUL, letter_id=claim.number, kind=claim.kind)
        return True

    def _record(self, claim: LetterClaim, letter: OutboundMessage, delivery: Delivery) -> bool:
        """Write down what became of a letter; False where the sink cannot take others now."""
        match delivery:
            case Sent(refused=refused, put_off=put_off):
                return self._left(claim, letter, refused, put_off)
            case Refused(detail=detail, refused=refused):
                return self._failed(claim, detail, Handed(unreached=_people(refused)))
            case Deferred(detail=detail, refused=refused):
                self._put_off(claim, letter, detail, Handed(unreached=_people(refused)))
                return True
            case Unavailable(detail=detail, answered=True):
                self._put_off(claim, letter, detail, Handed())
                return False
            case Unavailable(detail=detail):
                self._later(claim, detail, Handed(), pause=AT_THE_NEXT_GO, counts=False)
                return False
            case Late():
                self._later(claim, "the claim was too old", Handed(), pause=TOO_OLD, counts=False)
                return True
            case Doubtful(detail=detail):
                self._doubted(claim, detail)
                return False

    def _left(
        self,
        claim: LetterClaim,
        letter: OutboundMessage,
        refused: Sequence[Setback],
        put_off: Sequence[Setback],
    ) -> bool:
        """Some have it now. Those who were put off get it later, those who were refused never."""
        without = {setback.recipient for setback in (*refused, *put_off)}
        handed = Handed(
            tuple(each for each in letter.recipients if each not in without), _people(refused)
        )
        if put_off:
            rest = replace(letter, recipients=tuple(setback.recipient for setback in put_off))
            self._put_off(claim, rest, f"{put_off[0].status} to RCPT", handed)
        else:
            self._sent(claim, handed)
        return True

    def _put_off(
        self, claim: LetterClaim, letter: OutboundMessage, detail: str, handed: Handed
    ) -> None:
        """Try again after a pause that grows; after two days of it, those who are left never get it."""
        pause = _next_pause(claim)
        if pause is not None:
            self._later(claim, detail, handed, pause=pause, counts=True)
            return
        refused = {person.address for person in handed.unreached}
        given_up = tuple(
            Unreached(each, Obstacle.PUT_OFF, lasting=False)
            for each in letter.recipients
            if each not in refused
        )
        self._failed(claim, detail, replace(handed, unreached=(*handed.unreached, *given_up)))

    def _later(
        self, claim: LetterClaim, detail: str, handed: Handed, *, pause: timedelta, counts: bool
    ) -> None:
        self.ledger.letters.retry(claim, detail, pause=pause, counts=counts, handed=handed)
        seconds = int(pause.total_seconds())
        log.warning(
            telemetry.LETTER_DEFERRED, letter_id=claim.number, kind=claim.kind, seconds=seconds
        )

    def _failed(self, claim: LetterClaim, detail: str, handed: Handed) -> bool:
        """Nobody is left who could get it: a failure, unless some have it."""
        if claim.delivered or handed.delivered:
            return self._sent(claim, handed)
        self.ledger.letters.failed(claim, detail, handed)
        log.error(telemetry.LETTER_FAILED, letter_id=claim.number, kind=claim.kind)
        return True

    def _sent(self, claim: LetterClaim, handed: Handed) -> bool:
        keeps = self.sent_mail is not None and not self.sent_mail.server_keeps
        self.ledger.letters.sent(claim, handed, keeps=keeps)
        log.info(telemetry.LETTER_SENT, letter_id=claim.number, kind=claim.kind)
        return True


def _next_pause(claim: LetterClaim) -> timedelta | None:
    """How long to wait before the next attempt; None after two days of waiting."""
    waited = sum(PAUSES[: claim.attempts]) + PAUSES[-1] * max(0, claim.attempts - len(PAUSES))
    if timedelta(seconds=waited) > GIVE_UP:
        return None
    return timedelta(seconds=PAUSES[min(claim.attempts, len(PAUSES) - 1)])


def _why_doubtful(claim: LetterClaim) -> str:
    if claim.cut_off:
        return "the sending was cut off"
    return "the ledger was restored from a backup, and this letter may have left before"


def _people(refused: Sequence[Setback]) -> tuple[Unreached, ...]:
    return tuple(unreached(setback) for setback in refused)
