"""The weekly digest: one line a project, the most stuck first."""

from __future__ import annotations

from dataclasses import dataclass

from intake.compose.frame import about, desk_name
from intake.compose.letter import Letter, Line, Mark, Section
from intake.compose.words import Templates
from intake.errors import PermanentError
from intake.model import Brief
from intake.reminders import DigestLine


@dataclass(frozen=True, slots=True)
class Digest:
    """The lines of a digest, in order."""

    lines: tuple[DigestLine, ...]

    @property
    def waiting(self) -> int:
        """How many of the projects wait for something."""
        return sum(bool(line.wanted) for line in self.lines)


def digest(brief: Brief, templates: Templates, told: Digest, *, most_lines: int) -> Letter:
    """Where each of a freelancer's projects stands; PermanentError where there is none."""
    if not told.lines:
        raise PermanentError("a digest needs projects to tell of")
    say, desk = templates.say, desk_name(brief)
    lines = tuple(_line(templates, line) for line in told.lines[:most_lines])
    if len(told.lines) > most_lines:
        more = say("more", n=len(told.lines) - most_lines)
        lines = (*lines, Line(Mark.NOTED, more))
    return Letter(
        headline=digest_subject(told, templates),
        about=desk,
        sections=(Section(say("digest_heading"), lines, is_main=True),),
        footer=say("digest_footer", desk=desk),
    )


def digest_subject(told: Digest, templates: Templates) -> str:
    """The headline, which is the subject as well."""
    return templates.say("digest", waiting=told.waiting, total=len(told.lines))


def _line(templates: Templates, line: DigestLine) -> Line:
    labels = tuple(templates.say("label", label=entry.item.label) for entry in line.wanted)
    detail = templates.say(
        "digest_line", done=line.done, total=line.total, days=line.silent_days, labels=labels
    )
    return Line(Mark.LATER if line.wanted else Mark.DONE, about(line.project), detail)
