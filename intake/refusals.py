"""What a mail server's refusal of a recipient means, from its reply code and enhanced code (RFC 5321, 3463). Pure."""

from __future__ import annotations

import re

from intake.model import Obstacle, Setback, Unreached

_STATUS = re.compile(r"(?P<code>\d{3})(?: [245]\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3}))?")
_BY_CODE = {
    "550": Obstacle.NO_MAILBOX,
    "551": Obstacle.NO_MAILBOX,
    "552": Obstacle.FULL,
    "553": Obstacle.NO_MAILBOX,
    "530": Obstacle.POLICY,
    "535": Obstacle.POLICY,
    "554": Obstacle.POLICY,
}
_BY_ENHANCED_CODE = {
    ("1", "7"): Obstacle.OTHER,  # these two speak of the sender's address
    ("1", "8"): Obstacle.OTHER,
    ("2", "2"): Obstacle.FULL,
    ("2", "3"): Obstacle.TOO_LARGE,
    ("2", "4"): Obstacle.OTHER,
    ("3", "4"): Obstacle.TOO_LARGE,
    ("4", "4"): Obstacle.NO_MAILBOX,  # nobody takes mail for that domain
}
_BY_SUBJECT = {"1": Obstacle.NO_MAILBOX, "2": Obstacle.NO_MAILBOX, "7": Obstacle.POLICY}
_LASTING = frozenset({Obstacle.NO_MAILBOX, Obstacle.FULL})
"""What is wrong with the mailbox itself. A refusal by policy speaks of this letter, or of our own account."""


def unreached(setback: Setback) -> Unreached:
    """Whom a letter did not reach, and whether the next one will not either."""
    obstacle = obstacle_of(setback.status)
    return Unreached(setback.recipient, obstacle, lasting=setback.alone and obstacle in _LASTING)


def obstacle_of(status: str) -> Obstacle:
    """The family of a refusal; the enhanced code, where there is one, says more than the reply code."""
    found = _STATUS.match(status)
    if found is None:
        return Obstacle.OTHER
    subject, detail = found["subject"], found["detail"]
    if subject is None:
        return _BY_CODE.get(found["code"], Obstacle.OTHER)
    by_subject = _BY_SUBJECT.get(subject, Obstacle.OTHER)
    return _BY_ENHANCED_CODE.get((subject, detail), by_subject)
