"""The names that hold blanks and stops: those of files, and the titles of projects.

A name is known as it is written and nearly so; which document a name means where several have it is for the writer to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intake.classify.dates import normalise
from intake.instructions.lexicon import corrected, lexicon, words_of
from intake.instructions.nouns import is_noun
from intake.instructions.things import Aim, Files, Named, Word
from intake.instructions.values import Context, KnownDocument
from intake.instructions.when import times_in

_FILE = re.compile(
    r"[\w()+&'-]{1,80}(?:\.[\w()-]{1,40}){0,3}\.(?:pdf|pptx?|docx?|xlsx?|key|pages|numbers|odt|odp|ods|rtf|txt|csv|ics|png|jpe?g|html?|zip|md)(?!\w)"
)
_MOST_DOCUMENTS = 300


def titles_in(text: str, context: Context) -> list[Word]:
    """File names and titles of projects, which hold blanks and stops."""
    found: list[Word] = []
    for document in context.documents[-_MOST_DOCUMENTS:]:
        name = normalise(document.filename)
        if name in text:
            found.extend(_spans(text, name, _files_named(document.filename, context)))
        for stem in _written(document.filename):
            if stem in text and _is_name(document.filename, context):
                found.extend(_spans(text, stem, _files_of_stem(stem, context)))
        if document.title and len(document.title.split()) > 2:
            found.extend(_spans(text, normalise(document.title), Files((document.number,))))
    projects = (*context.others, *((context.project,) if context.project else ()))
    for title in {normalise(project.title) for project in projects}:
        tokens = tuple(project.token for project in projects if normalise(project.title) == title)
        found.extend(_spans(text, title, Aim(tokens)))
    for project in projects:
        found.extend(_spans(text, project.token.lower(), Aim((project.token,))))
    found.extend(_named_by_ending(text, context))
    found.extend(
        Word("file", match.start(), match.end(), (_alike(match[0], context),))
        for match in _FILE.finditer(text)
    )
    chosen: list[Word] = []
    for word in sorted(found, key=lambda entry: (entry.start, -entry.end)):
        if not chosen or word.start >= chosen[-1].end:
            chosen.append(word)
    return chosen


_ENDINGS = {
    **dict.fromkeys(("pdf",), ("pdf",)),
    **dict.fromkeys(
        ("xlsx", "xls", "excel", "spreadsheet", "exceldatei", "exceltabelle"),
        ("xlsx", "xls", "csv", "ods", "numbers"),
    ),
    **dict.fromkeys(("pptx", "ppt", "powerpoint", "keynote"), ("pptx", "ppt", "key", "odp")),
    **dict.fromkeys(
        ("docx", "word file", "word document", "word datei", "word dokument"),
        ("docx", "doc", "odt"),
    ),
    **dict.fromkeys(("csv",), ("csv",)),
    **dict.fromkeys(("zip",), ("zip",)),
    **dict.fromkeys(("png", "jpg", "jpeg"), ("png", "jpg", "jpeg")),
}
_BY_ENDING = re.compile(
    r"(?<![\w@./-])(?:(?:the|that|this|our|my|your|die|das|der|den|diese|dieses|unser|unsere|ihr|ihre) )"
    r"(?P<words>(?:[\w&+]+[ -]){0,3}?)"
    rf"(?P<ending>{'|'.join(sorted(_ENDINGS, key=len, reverse=True))})"
    r"(?:[ -](?:file|document|sheet|datei|dokument|tabelle))?(?![\w@]|[.-]\w| (?:of|from|version|for|with|von|vom|mit|attached|i |we |im anhang|anbei))"
)
_IS = re.compile(r"\W{1,3}(?:is|are|was|ist|sind|war)\b(?P<rest>[^,.;!?\n]{0,80})")


def _named_by_ending(text: str, context: Context) -> Iterator[Word]:
    """“The xlsx”, “the guidelines pdf”: where one document alone fits."""
    for match in _BY_ENDING.finditer(text):
        words = [word for word in _PARTING.split(match["words"].strip()) if word]
        spoken = words_of(" ".join([*words, match["ending"]]))
        if any(is_noun(part, context) for part in _parts(spoken)) and not _is_told(
            text, match.end(), context
        ):
            continue
        fitting = [entry for entry in context.documents if _fits(entry, words, match["ending"])]
        fitting = [entry for entry in fitting if entry.arrived] or fitting
        if (
            not words
            and match["ending"] == "pdf"
            and any(entry.arrived for entry in context.documents)
        ):
            continue
        if len(fitting) == 1:
            yield Word("named", match.start(), match.end(), (Files((fitting[0].number,)),))


def _parts(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for first in range(len(words)):
        for last in range(first, len(words)):
            yield tuple(words[first : last + 1])


def _is_told(text: str, place: int, context: Context) -> bool:
    """Whether it is said what the thing is: a noun may be the name of a file then, and is a thing else."""
    said = _IS.match(text, place)
    return said is not None and any(
        is_noun(part, context) for part in _parts(words_of(said["rest"])[:8])
    )


def _fits(document: KnownDocument, words: Sequence[str], ending: str) -> bool:
    stem, _, last = normalise(document.filename).rpartition(".")
    return last in _ENDINGS[ending] and set(words) <= {*_PARTING.split(stem), stem}


def _spans(text: str, wanted: str, thing: Named) -> Iterator[Word]:
    place = text.find(wanted) if wanted.strip() else -1
    while place >= 0:
        end = place + len(wanted)
        if not (
            text[place - 1 : place].isalnum()
            or text[end : end + 1].isalnum()
            or text[place - 1 : place] in {"+", "@"}
            or (text[end : end + 1] in {".", "-"} and text[end + 1 : end + 2].isalnum())
        ):
            yield Word("named", place, end, (thing,))
        place = text.find(wanted, end)


_PARTING = re.compile(r"[\s_-]+")
_PERIOD = re.compile(r"(?:20\d\d|q[1-4]|[hq]\d|\d{1,2})")
_LEAST_STEM = 5
_QUALIFYING = ("det", "fill", "late_adjective", "same", "yearly", "quarterly", "document")


def _written(filename: str) -> tuple[str, ...]:
    """The name without its ending, as it is and with blanks."""
    stem = normalise(filename).rpartition(".")[0].strip()
    return tuple(dict.fromkeys((stem, " ".join(_parted(stem)))))


def _parted(stem: str) -> list[str]:
    return [word for word in _PARTING.split(stem) if word]


def _is_name(filename: str, context: Context) -> bool:
    """Whether a name without its ending is still one, and no more than plain words.

    One word without a digit is a word of every mail, and "Brand guide 2026" is what the thing is called.
    """
    stem = _written(filename)[0]
    words = _parted(stem)
    plain = words_of(" ".join(word for word in words if not _PERIOD.fullmatch(word)))
    kinds_of_thing = lexicon(context.languages, ("document", "item", "arrived"))
    return (
        len(stem) >= _LEAST_STEM
        and (len(words) > 1 or any(letter.isdigit() for letter in stem))
        and any(word[:1].isalpha() and not _PERIOD.fullmatch(word) for word in words)
        and not kinds_of_thing.at(words_of(stem) or [""], 0)[0]
        and not _is_said_of_any(plain, context)
    )


def _is_said_of_any(words: Sequence[str], context: Context) -> bool:
    """Whether it is the name of an item, a kind, a project or a time, with or without what qualifies it."""
    titles = [
        words_of(project.title)
        for project in (*context.others, *((context.project,) if context.project else ()))
    ]
    if tuple(words) in titles:
        return True
    known = lexicon(context.languages, _QUALIFYING)
    rest = list(words)
    while rest and (size := known.at(rest, 0)[0]):
        if is_noun(rest, context):
            return True
        rest = rest[size:]
    return (
        not rest or is_noun(rest, context) or bool(times_in(" ".join(words), today=context.today))
    )


def _files_of_stem(stem: str, context: Context) -> Files:
    """The document whose name begins so; several are a question, unless one of them just came."""
    same = [
        entry
        for entry in context.documents
        if stem in _written(entry.filename) and _is_name(entry.filename, context)
    ]
    numbers = tuple(entry.number for entry in same if entry.arrived) or tuple(
        entry.number for entry in same
    )
    return Files(numbers) if len(numbers) == 1 else Files((), numbers)


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
