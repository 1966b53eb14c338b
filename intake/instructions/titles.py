"""The names that hold blanks and stops: those of files, and the titles of projects.

A name is known as it is written and nearly so; which document a name means where several have it is for the writer to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.classify.dates import normalise
from intake.instructions.lexicon import corrected
from intake.instructions.things import Aim, Files, Named, Word
from intake.instructions.values import Context, KnownDocument

_FILE = re.compile(
    r"[\w()+&'-]{1,80}(?:\.[\w()-]{1,40}){0,3}\.(?:pdf|pptx?|docx?|xlsx?|key|pages|numbers|odt|odp|ods|rtf|txt|csv|ics|png|jpe?g|html?|zip|md)(?!\w)"
)
_MOST_DOCUMENTS = 300


def titles_in(text: str, context: Context) -> list[Word]:
    """File names and titles of projects, which hold blanks and stops."""
    found: list[Word] = []
    for document in context.documents[-_MOST_DOCUMENTS:]:
        found.extend(
            _spans(text, normalise(document.filename), _files_named(document.filename, context))
        )
        if document.title and len(document.title.split()) > 2:
            found.extend(_spans(text, normalise(document.title), Files((document.number,))))
    projects = (*context.others, *((context.project,) if context.project else ()))
    for title in {normalise(project.title) for project in projects}:
        tokens = tuple(project.token for project in projects if normalise(project.title) == title)
        found.extend(_spans(text, title, Aim(tokens)))
    for project in projects:
        found.extend(_spans(text, project.token.lower(), Aim((project.token,))))
    found.extend(
        Word("file", match.start(), match.end(), (_alike(match[0], context),))
        for match in _FILE.finditer(text)
    )
    chosen: list[Word] = []
    for word in sorted(found, key=lambda entry: (entry.start, -entry.end)):
        if not chosen or word.start >= chosen[-1].end:
            chosen.append(word)
    return chosen


def _spans(text: str, wanted: str, thing: Named) -> Iterator[Word]:
    place = text.find(wanted) if wanted.strip() else -1
    while place >= 0:
        end = place + len(wanted)
        if not (
            text[place - 1 : place].isalnum()
            or text[end : end + 1].isalnum()
            or text[place - 1 : place] in {"+", "@"}
        ):
            yield Word("named", place, end, (thing,))
        place = text.find(wanted, end)


def _files_named(filename: str, context: Context) -> Files:
    """The document of that name: the one that just came, else the only one; several are a question."""
    same = [entry for entry in context.documents if entry.filename.lower() == filename.lower()]
    arrived = [entry for entry in same if entry.arrived] or same
    numbers = tuple(entry.number for entry in arrived)
    return Files(numbers) if len(numbers) == 1 else Files((), numbers)


def _alike(name: str, context: Context) -> Files:
    stem = name.rpartition(".")[0]
    near = [entry for entry in context.documents if _is_near(stem, entry)]
    return Files((), tuple(entry.number for entry in near))


def _is_near(stem: str, document: KnownDocument) -> bool:
    known = normalise(document.filename).rpartition(".")[0] or normalise(document.filename)
    return (
        stem == known
        or corrected(stem.replace("-", ""), (known.replace("-", ""),))
        == known.replace("-", "")
        != ""
    )
