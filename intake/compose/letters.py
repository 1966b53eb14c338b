"""The letters: which lines stand in a reply, a report to the freelancer, a question and a notice, and in which order."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import assert_never

from intake.compose.items import arrived_labels, coming_up, done_labels, missing, on_file, optional
from intake.compose.legible import legible, legible_lines
from intake.compose.letter import Letter, Line, Mark, Origin, Scene, Section
from intake.compose.noted import is_only_said, said_sections
from intake.compose.parts import (
    CAME,
    PROBLEMS,
    came,
    megabytes,
    not_taken,
    problems,
    questions,
    settlements,
)
from intake.compose.words import Templates, spoken
from intake.errors import PermanentError
from intake.model import (
    Brief,
    CompletenessReport,
    Errand,
    Fate,
    LetterKind,
    Mailbox,
    Obstacle,
    Project,
    Received,
    Unreached,
    subaddress,
)

_QUOTE_CHARACTERS = 1200
_QUOTE_LINES = 24
_TITLE_CHARACTERS = 80
_NEW = frozenset({Fate.FILED, Fate.NEWER_VERSION})
_TOLD = frozenset(CAME) | {Fate.UNSURE}
_SENT = _TOLD | PROBLEMS | {Fate.OPENED}
"""What a person would call a file that was sent: not the logo in the signature, not the invitation."""
_ANOTHER_ADDRESS = frozenset(
    {Obstacle.NO_MAILBOX, Obstacle.FULL, Obstacle.POLICY, Obstacle.PUT_OFF}
)
"""What another address of the same person may get around."""


def write(brief: Brief, templates: Templates, *, most_lines: int) -> Letter:
    """The content of a letter; PermanentError for a kind that has none, or a brief that lacks its report."""
    match brief.kind:
        case LetterKind.QUESTION:
            return _question(brief, templates)
        case LetterKind.COLLEAGUE:
            return _colleague(brief, templates)
        case LetterKind.NOTICE:
            return _notice(brief, templates)
        case LetterKind.ERRAND:
            return _errand(brief, templates)
        case LetterKind.REPLY:
            return _reply(brief, _scene(brief, templates, most_lines))
        case LetterKind.REPORT:
            return _report(brief, _scene(brief, templates, most_lines))
        case LetterKind.REMINDER | LetterKind.DIGEST:
            raise PermanentError(f"there is no template for a {brief.kind}")
        case _:
            assert_never(brief.kind)


def _scene(brief: Brief, templates: Templates, most_lines: int) -> Scene:
    if brief.report is None:
        raise PermanentError(f"a {brief.kind} needs the report of a project")
    return Scene(
        report=brief.report,
        templates=templates,
        documents={document.number: document for document in brief.documents},
        links=dict(brief.link_for) if brief.kind is LetterKind.REPORT else {},
        reviews=dict(brief.review_for),
        most_lines=most_lines,
        message_octets=brief.message_octets,
    )


def _reply(brief: Brief, scene: Scene) -> Letter:
    say = scene.templates.say
    arrived = (*came(scene, brief.received), *questions(scene, brief.received))
    unusable = problems(scene, brief.received)
    wanted = missing(scene)
    here = done_labels(scene, without=_numbers(brief, _TOLD))
    people = _freelancers(scene.report.project, scene.templates)
    how_to = "how_to_missing" if wanted else "how_to_complete"
    done, total = _progress(scene.report)
    return Letter(
        headline=_standing(scene, is_open=bool(unusable) or _has_questions(arrived)),
        about=_about(scene.report.project),
        opening=(
            _thanks(scene, people, brief.received, anything=bool(arrived or unusable)),
            *_notes(brief),
        ),
        sections=_filled(
            *said_sections(scene, brief),
            Section(
                say("heading_came"),
                _bounded(scene, arrived),
                closing=(say("already_here", labels=here),) if here and wanted else (),
            ),
            Section(say("heading_problems"), _bounded(scene, unusable)),
            Section(
                say("heading_missing"),
                wanted,
                closing=(say("how_to_send"),) if wanted else (),
                is_main=True,
            ),
            Section(say("heading_coming_up"), coming_up(scene)),
            Section(say("heading_optional"), optional(scene)),
            Section(say("heading_how_to"), closing=(say(how_to, freelancers=people),)),
        ),
        footer=say("footer", desk=_desk_name(brief), freelancers=people),
        done=done,
        total=total,
    )


def _report(brief: Brief, scene: Scene) -> Letter:
    say = scene.templates.say
    arrived = arrived_labels(scene, _numbers(brief, _NEW))
    unusable = problems(scene, brief.received)
    others = [entry for entry in brief.received if entry.sender.address != brief.recipient.address]
    client = legible(scene.report.project.client.name, limit=_TITLE_CHARACTERS)
    if scene.report.complete:
        headline = say("report_complete", client=client)
    else:
        change = f"{say('report_arrived', labels=arrived)} " if arrived else ""
        headline = change + _standing(scene, is_open=True)
    done, total = _progress(scene.report)
    people = _freelancers(scene.report.project, scene.templates)
    return Letter(
        headline=headline,
        about=_about(scene.report.project),
        opening=(
            *(_sent(scene, message) for message in brief.received if not is_only_said(message)),
            *_notes(brief),
        ),
        sections=_filled(
            *said_sections(scene, brief),
            Section(say("heading_came"), _bounded(scene, came(scene, brief.received))),
            Section(say("heading_settle"), _bounded(scene, settlements(scene, brief.received))),
            Section(
                say("heading_problems"),
                _bounded(scene, unusable),
                closing=(say("meant_for_sender"),) if unusable and others else (),
            ),
            Section(say("heading_missing"), missing(scene), is_main=True),
            Section(say("heading_coming_up"), coming_up(scene)),
            Section(say("heading_optional"), optional(scene)),
            Section(
                say("heading_on_file"),
                _bounded(scene, on_file(scene, without=_numbers(brief, _TOLD))),
            ),
            *(_quoted(scene, message) for message in others),
        ),
        footer=say("footer", desk=_desk_name(brief), freelancers=people),
        done=done,
        total=total,
    )


def _question(brief: Brief, templates: Templates) -> Letter:
    """Names the sender's own projects, nobody else's, and asks for nothing but a forward."""
    if not brief.candidates:
        raise PermanentError("a question needs the projects that it asks about")
    say = templates.say
    lines = tuple(
        Line(
            Mark.NUMBER,
            legible(project.title, limit=_TITLE_CHARACTERS),
            number=number,
            origins=(Origin(address, f"mailto:{address}"),),
        )
        for number, project in enumerate(brief.candidates, start=1)
        for address in (subaddress(brief.desk.address, project.token),)
    )
    subject = legible(brief.thread.subject, limit=_TITLE_CHARACTERS)
    desk = _desk_name(brief)
    return Letter(
        headline=say("question"),
        about=desk,
        opening=(say("question_why", count=len(lines), subject=subject), *_notes(brief)),
        sections=(Section(say("question_how"), lines, closing=(say("question_safe"),)),),
        footer=say("question_footer", desk=desk),
    )


def _colleague(brief: Brief, templates: Templates) -> Letter:
    """Asks a freelancer for a yes or a no; says nothing of what the mail holds beyond its subject and how much it is."""
    waiting = [entry for entry in brief.received if entry.hold is not None]
    if not (brief.candidates and waiting):
        raise PermanentError("a letter about a colleague needs the client, and mail that waits")
    say, mailbox = templates.say, waiting[0].sender
    name = _person(mailbox)
    client = legible(brief.candidates[0].client.name, limit=_TITLE_CHARACTERS)
    facts = {"name": name, "client": client}
    number = waiting[0].hold
    lines = (
        Line(
            Mark.DONE,
            say("colleague_yes"),
            say("colleague_yes_why", **facts),
            commands=(f"intake review release {number}",),
        ),
        Line(
            Mark.PROBLEM,
            say("colleague_no"),
            say("colleague_no_why"),
            commands=tuple(
                f'intake review reject {entry.hold} --reason "not for us"' for entry in waiting
            ),
        ),
    )
    desk = _desk_name(brief)
    return Letter(
        headline=say("colleague", **facts),
        about=client,
        opening=(
            say("colleague_why", address=mailbox.address, **facts),
            say(
                "colleague_sent",
                subject=legible(brief.thread.subject, limit=_TITLE_CHARACTERS),
                mails=len(waiting),
                files=sum(map(_files, waiting)),
                links=sum(len(entry.links) for entry in waiting),
            ),
        ),
        sections=(Section(say("colleague_how"), lines, is_main=True),),
        footer=say("question_footer", desk=desk),
    )


def _unreached(brief: Brief, person: Unreached, templates: Templates) -> Letter:
    """Tells a freelancer whom a letter did not reach, why, and what to do about it."""
    say, desk = templates.say, _desk_name(brief)
    facts = {"address": person.address, "obstacle": person.obstacle.value}
    client = brief.report.project.client.name if brief.report else ""
    lines = [Line(Mark.NUMBER, say("unreached_ask", **facts), number=1)]
    if person.obstacle in _ANOTHER_ADDRESS:
        name = shlex.quote(legible(client, limit=_TITLE_CHARACTERS))
        command = f"intake client contact add {name} NEW-ADDRESS"
        lines.append(Line(Mark.NUMBER, say("unreached_add"), number=2, commands=(command,)))
    return Letter(
        headline=say("unreached", address=person.address),
        about=_about(brief.report.project) if brief.report else desk,
        opening=(say("unreached_why", **facts), say("unreached_lasting", lasting=person.lasting)),
        sections=(Section(say("unreached_how"), tuple(lines), is_main=True),),
        footer=say("question_footer", desk=desk),
    )


def _errand(brief: Brief, templates: Templates) -> Letter:
    """Asks somebody whom the client named for one item; says nothing else of the project."""
    if brief.errand is None:
        raise PermanentError("a letter to somebody who was named needs what is asked for")
    say, desk = templates.say, _desk_name(brief)
    facts = errand_facts(brief.errand)
    return Letter(
        headline=say("errand", **facts),
        about=facts["client"],
        opening=(say("errand_why", **facts), say("errand_how", **facts)),
        footer=say("question_footer", desk=desk),
    )


def errand_facts(errand: Errand) -> dict[str, str]:
    """What the letter to somebody who was named may say."""
    return {
        "label": legible(errand.label, limit=_TITLE_CHARACTERS),
        "client": legible(errand.client, limit=_TITLE_CHARACTERS),
    }


def _notice(brief: Brief, templates: Templates) -> Letter:
    if brief.unreached is not None:
        return _unreached(brief, brief.unreached, templates)
    desk = _desk_name(brief)
    return Letter(
        headline=templates.say("notice"),
        about=_about(brief.report.project) if brief.report else desk,
        opening=_notes(brief) or (templates.say("notice_unanswered"),),
        footer=templates.say("question_footer", desk=desk),
    )


def _standing(scene: Scene, *, is_open: bool) -> str:
    done, total = _progress(scene.report)
    if done == total and is_open:
        return scene.templates.say("standing_with_questions")
    return scene.templates.say("standing", done=done, total=total)


def _progress(report: CompletenessReport) -> tuple[int, int]:
    required = sum(entry.item.required for entry in report.items)
    return required - len(report.wanted), required


def _thanks(
    scene: Scene, people: tuple[str, ...], received: Sequence[Received], *, anything: bool
) -> str:
    say = scene.templates.say
    if received and all(not_taken(message) for message in received):
        return say("thanks_too_large", n=len(received))
    if scene.report.complete:
        title = legible(scene.report.project.title, limit=_TITLE_CHARACTERS)
        return say("thanks_complete", freelancers=people, project=title)
    if not anything and received and all(map(is_only_said, received)):
        return say("thanks_for_words")
    return say("thanks") if anything else say("no_file")


def _sent(scene: Scene, message: Received) -> str:
    day = spoken(scene.templates, message.received_at.date().isoformat())
    if whole := not_taken(message):
        return scene.templates.say(
            "report_too_large",
            name=_person(message.sender),
            size=megabytes(scene, whole.size_octets, up=True),
            day=day,
        )
    return scene.templates.say(
        "report_sent",
        name=_person(message.sender),
        files=_files(message),
        links=len(message.links),
        day=day,
    )


def _files(message: Received) -> int:
    """What a person would count as files sent; of mail that nobody has filed yet, its documents."""
    sent = _SENT | {Fate.DOCUMENT}
    return sum(part.container is None and part.fate in sent for part in message.parts)


def _quoted(scene: Scene, message: Received) -> Section:
    heading = scene.templates.say("heading_quote", name=_person(message.sender))
    lines = legible_lines(message.written, limit=_QUOTE_CHARACTERS, lines=_QUOTE_LINES)
    return Section(heading, quote=lines)


def _has_questions(lines: tuple[Line, ...]) -> bool:
    return any(line.mark is Mark.QUESTION for line in lines)


def _numbers(brief: Brief, fates: frozenset[Fate]) -> tuple[int, ...]:
    """The numbers of the documents that came with these fates; links that count are among them always."""
    parts = [
        part.number
        for message in brief.received
        for part in message.parts
        if part.number is not None and part.fate in fates
    ]
    urls = {link.url for message in brief.received for link in message.links}
    return (*parts, *(entry.number for entry in brief.documents if entry.url in urls))


def _bounded(scene: Scene, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if len(lines) <= scene.most_lines:
        return lines
    shown = lines[: scene.most_lines]
    return (*shown, Line(Mark.NOTED, scene.templates.say("more", n=len(lines) - len(shown))))


def _filled(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section)


def _notes(brief: Brief) -> tuple[str, ...]:
    notes = (note for message in brief.received for note in message.notes)
    return tuple(dict.fromkeys(legible(note, limit=500) for note in notes))


def _about(project: Project) -> str:
    client = legible(project.client.name, limit=_TITLE_CHARACTERS)
    return f"{client} · {legible(project.title, limit=_TITLE_CHARACTERS)}"


def _freelancers(project: Project, templates: Templates) -> tuple[str, ...]:
    return project.freelancers or (templates.say("nobody"),)


def _person(mailbox: Mailbox) -> str:
    return legible(mailbox.name, limit=60) or mailbox.address


def _desk_name(brief: Brief) -> str:
    return _person(brief.desk)
