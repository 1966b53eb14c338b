"""The letters that ask a person to decide: which project mail is for, and whether a colleague may write."""

from __future__ import annotations

from intake.compose.frame import TITLE_CHARACTERS, desk_name, files, notes, person
from intake.compose.legible import legible
from intake.compose.letter import Answer, Letter, Line, Mark, Origin, Section
from intake.compose.mailto import mailto
from intake.compose.words import Templates
from intake.errors import PermanentError
from intake.model import Brief, subaddress


def question(brief: Brief, templates: Templates) -> Letter:
    """Names the sender's own projects, nobody else's, and asks for nothing but a number or a name.

    Of a mail to a client that opened nothing it says why, and how to open a project.
    """
    why = notes(brief, templates)
    if not (brief.candidates or why):
        raise PermanentError("a question needs the projects that it asks about")
    say = templates.say
    lines = tuple(
        Line(
            Mark.NUMBER,
            legible(project.title, limit=TITLE_CHARACTERS),
            number=number,
            origins=(Origin(address, mailto(address)),),
        )
        for number, project in enumerate(brief.candidates, start=1)
        for address in (subaddress(brief.desk.address, project.token),)
    )
    subject = legible(brief.thread.subject, limit=TITLE_CHARACTERS)
    desk = desk_name(brief)
    safe = (say("question_safe"), *((say("question_forward"),) if lines else ()))
    how = Section(say("question_how"), lines, closing=safe)
    if why:
        kickoff = (say("unopened_how", desk=brief.desk.address), *safe)
        how = Section(say("unopened_or") if lines else "", lines, closing=kickoff)
    return Letter(
        headline=say("unopened" if why else "question"),
        about=desk,
        opening=why or (say("question_why", count=len(lines), subject=subject),),
        sections=(how,),
        footer=say("question_footer", desk=desk),
    )


def colleague(brief: Brief, templates: Templates) -> Letter:
    """Asks a freelancer for a yes or a no; says nothing of what the mail holds beyond its subject and how much it is."""
    waiting = [entry for entry in brief.received if entry.hold is not None]
    if not (brief.candidates and waiting):
        raise PermanentError("a letter about a colleague needs the client, and mail that waits")
    say, mailbox = templates.say, waiting[0].sender
    name = person(mailbox)
    client = legible(brief.candidates[0].client.name, limit=TITLE_CHARACTERS)
    facts = {"name": name, "client": client}
    typed = (say(answer, number=waiting[0].hold) for answer in ("typed_let_in", "typed_keep_out"))
    take, leave = (
        Answer(each[:1].upper() + each[1:], mailto(brief.desk.address, body=each)) for each in typed
    )
    lines = (
        Line(
            Mark.YES,
            say("colleague_yes"),
            say("colleague_yes_why", **facts),
            answers=(take,),
        ),
        Line(
            Mark.NO,
            say("colleague_no"),
            say("colleague_no_why"),
            answers=(leave,),
        ),
    )
    desk = desk_name(brief)
    return Letter(
        headline=say("colleague", **facts),
        about=client,
        opening=(
            say("colleague_why", address=mailbox.address, **facts),
            say(
                "colleague_sent",
                subject=legible(brief.thread.subject, limit=TITLE_CHARACTERS),
                mails=len(waiting),
                files=sum(map(files, waiting)),
                links=sum(len(entry.links) for entry in waiting),
            ),
        ),
        sections=(Section(say("colleague_how"), lines, is_main=True),),
        footer=say("question_footer", desk=desk),
    )
