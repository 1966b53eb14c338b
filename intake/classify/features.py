"""What a document looks like and says, as numbers from 0 to 1 with readable names.

Form (pages, slides, sheets), manner (prose, bullets, tables), and what stands in it (days, quarters, colours,
datelines). Knows no kind's weight and no file name; YAML front matter and template tags are removed before.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from intake import kinds
from intake.classify import patterns, structure
from intake.classify.cues import Content, Cues
from intake.classify.dates import DateFound, dates_in, normalise
from intake.classify.grams import Grams, grams_of
from intake.classify.scale import ramp, share
from intake.model import OTHER, Extract, Family, Kind

_HEAD_CHARACTERS = 16_000
_TAIL_CHARACTERS = 4_000
_LINES_COUNTED = 600
_TITLES = 3
_HEADS = 64
_START = 900
_HEAD_WORDS = 7
_NAME_WORDS = 3
_PARTS = re.compile(r"\s[-–—|·:]\s|[:|·(),]|\s(?:for|von|für|pour|para|of)\s")  # noqa: RUF001  # dashes are meant
_TITLE_WORDS = 14


@dataclass(frozen=True, slots=True)
class Look:
    """The measures of a document that evidence speaks of in plain figures."""

    words: int
    pages: int | None
    words_a_page: int | None
    landscape: bool
    days: int
    quarters: tuple[str, ...]
    columns: tuple[str, ...]
    colours: int
    events: int
    titled: str | None
    """The title where it names a kind."""
    titled_kinds: tuple[str, ...]
    headed: Kind | None
    """The kind that the title is the name of, rather than one that it speaks of."""
    genre: str | None
    """What else the title says that it is, minutes or an invoice."""
    top: tuple[str, ...]
    """Title, first heading and first lines: where a document says what it is."""
    known_script: bool
    """Most of it is written in a script that the cues have words in."""


@dataclass(frozen=True, slots=True)
class Features:
    """`values` by name, each 0 to 1; `words` are the words found for each cue, `grams` all of them, hashed."""

    values: Mapping[str, float]
    words: Mapping[str, Sequence[str]] = field(repr=False)
    look: Look
    grams: Grams = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A document's text, cut in the ways that the measures need."""

    extract: Extract
    original: str
    text: str
    lines: tuple[str, ...]
    written: tuple[str, ...]
    """The lines in their own capitals."""
    rows: tuple[tuple[str, ...], ...]
    said: Counter[str]
    words: int
    prose: str
    content: Content
    heads: tuple[str, ...]
    top: tuple[str, ...]
    days: tuple[DateFound, ...]
    days_by_line: int


def features_of(extract: Extract, cues: Cues) -> Features:
    """Every feature that the cues name."""
    reading = _read(extract)
    words = cues.vocabulary.found_in(reading.content)
    # A long text holds more different words of every cue, so more of them are asked of it.
    length = max(1.0, (reading.words / 500) ** 0.4)
    values = {
        cue.name: cue.amount(len(words.get(cue.name, ())), length=length) for cue in cues.cues
    }
    look = _look(reading, cues)
    built = structure.measure(
        extract, structure.Lines(reading.written, reading.rows, reading.heads, reading.words)
    )
    measured = {**_form(reading, look), **_manner(reading), **_content(reading, look), **built}
    # Words of a trade weigh less where they stand in flowing text: posts and stories speak of software too.
    measured["software_in_prose"] = measured["prose"] * values["software_words"]
    measured["dated_figures"] = measured["dated_lines"] * ramp(measured["numbers"], 0.4, 0.9)
    measured["told_by_someone"] = measured["prose"] * max(
        measured["first_person"], measured["we_our"], measured["contractions"]
    )
    places = {
        "in_heads": cues.vocabulary.found_in(Content.of("\n".join(reading.heads))),
        "at_start": cues.vocabulary.found_in(Content.of(reading.text[:_START])),
    }
    for place, cue in cues.placed:
        measured[f"{cue}_{place}"] = ramp(len(places[place].get(cue, ())), 0, 4)
    measured["titled_genre"] = float(look.genre is not None)
    measured["about_a_kind"] = float(look.genre is not None and bool(look.titled_kinds))
    for spec in kinds.built_in():
        measured[f"titled_{spec.kind}"] = float(spec.kind in look.titled_kinds)
        measured[f"headed_{spec.kind}"] = float(spec.kind == look.headed)
    values.update({name: measured[name] for name in cues.measures})
    grams = grams_of(reading.text, (*map(normalise, reading.top), *reading.heads))
    return Features(values, words, look, grams)


# ---------------------------------------------------------------- reading


def _read(extract: Extract) -> _Reading:
    original = patterns.TAGS.sub(" ", patterns.FRONT_MATTER.sub("", _bounded(extract.text)))
    if "](" in original:
        original = patterns.LINK.sub(r"\1", original)
    plain = patterns.FENCED.sub("\n", original)
    text = normalise(plain)
    said = Counter(text.split())
    lines = tuple(
        line for line in text.splitlines() if line.strip() and not patterns.RULE.match(line)
    )
    rows = tuple(row for line in lines if len(row := _cells(line)) > 1)
    prose_lines = [line for line in lines if _is_prose(line)]
    marked = tuple(normalise(_bare(head)) for head in extract.headings[:_HEADS])
    days = dates_in(text, year=2001)
    return _Reading(
        extract=extract,
        original=original,
        text=text,
        lines=lines,
        written=tuple(line for line in original.splitlines() if line.strip()),
        rows=rows,
        said=said,
        words=said.total(),
        prose="\n".join(prose_lines),
        content=Content.of(text),
        heads=marked or _heads_of(extract, lines),
        top=_top(extract, lines),
        days=tuple(entry for entry in days if not entry.whole_month),
        days_by_line=_lines_with_days(text, days),
    )


def _bounded(text: str) -> str:
    if len(text) <= _HEAD_CHARACTERS + _TAIL_CHARACTERS:
        return text
    return f"{text[:_HEAD_CHARACTERS]}\n{text[-_TAIL_CHARACTERS:]}"


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a table row, none for a line that is not one."""
    if "\t" in line:
        return tuple(cell.strip() for cell in line.split("\t"))
    if line.count("|") >= 2:
        return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
    return ()


def _is_prose(line: str) -> bool:
    words = len(line.split())
    return words >= 12 and len(_cells(line)) == 0 and not patterns.BULLET.match(line)


def _heads_of(extract: Extract, lines: Sequence[str]) -> tuple[str, ...]:
    """Where no heading is marked: the first line of each page, and short lines without an end."""
    firsts = [_first_line(page.text) for page in extract.pages[:_HEADS]]
    short = (line for line in lines[:400] if len(line) < 120 and len(line.split()) <= 6)
    open_ended = (line for line in short if not line.rstrip().endswith((".", ",")))
    heads = (*(normalise(first) for first in firsts if first), *open_ended)
    return tuple(map(_bare, heads[:_HEADS]))


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _bare(line: str) -> str:
    return line.strip(" \t#*_>-|:")


def _top(extract: Extract, lines: Sequence[str]) -> tuple[str, ...]:
    places = [extract.title or "", *extract.headings[:1], *lines[:3]]
    return tuple(dict.fromkeys(_bare(place) for place in places if place and len(place) < 160))


def _lines_with_days(text: str, days: Sequence[DateFound]) -> int:
    lines: set[int] = set()
    line = position = 0
    for entry in days[:400]:
        line += text.count("\n", position, entry.start)
        position = entry.start
        lines.add(line)
    return len(lines)


# ---------------------------------------------------------------- measures


def _look(reading: _Reading, cues: Cues) -> Look:
    extract = reading.extract
    shaped = [page for page in extract.pages if page.width and page.height]
    landscape = sum(page.width > 1.15 * page.height for page in shaped) > 0.6 * len(shaped)
    paged = extract.family in (Family.PDF, Family.SLIDES)
    a_page = (
        round(median(len(page.text.split()) for page in extract.pages))
        if extract.pages and paged
        else None
    )
    named = [(place, kinds.named_in(place, kinds.built_in())) for place in reading.top]
    titled = next(((place, found) for place, found in named if found), None)
    return Look(
        words=reading.words,
        pages=extract.page_count,
        words_a_page=a_page,
        landscape=bool(shaped) and landscape and extract.family is not Family.PICTURE,
        days=len({entry.first for entry in reading.days} | set(extract.dates)),
        quarters=_quarters(reading),
        columns=_columns(reading),
        colours=_colours(reading.original),
        events=extract.events,
        titled=titled[0] if titled else None,
        titled_kinds=tuple(spec.kind for spec in titled[1]) if titled else (),
        headed=_headed(reading.top, cues),
        genre=_genre(reading.top, cues),
        top=reading.top,
        known_script=_known_script(reading.text[:1200]),
    )


def _headed(top: Sequence[str], cues: Cues) -> Kind | None:
    """The kind whose name ends a part of the title, "Acme content calendar": what a thing is, English says last.

    A short part may say it anywhere. Not where that part names another sort of document too ("minutes on the
    roadmap"), nor where it opens a sentence.
    """
    parts = (part for place in top[:_TITLES] for part in _PARTS.split(place)[:4])
    for part in parts:
        words = [word for word in part.split() if not patterns.DIGIT.search(word)]
        if not 0 < len(words) <= _HEAD_WORDS or cues.genre(normalise(part)):
            continue
        named = kinds.named_in(" ".join(words[-_NAME_WORDS:]), kinds.built_in())
        if named and len(words) > _NAME_WORDS:
            before = kinds.named_in(" ".join(words[-_NAME_WORDS:-1]), kinds.built_in())
            named = tuple(spec for spec in named if spec not in before)
        if named and named[0].kind != OTHER:
            return named[0].kind
    return None


def _genre(top: Sequence[str], cues: Cues) -> str | None:
    """The first word for another sort of document among the words of a title; a whole sentence is no title."""
    titles = (normalise(place) for place in top[:_TITLES] if len(place.split()) <= _TITLE_WORDS)
    return next(filter(None, map(cues.genre, titles)), None)


def _known_script(text: str) -> bool:
    if text.isascii():
        return True
    letters = [character for character in text if character.isalpha()]
    known = sum(character < "\u0530" or "\u3040" <= character <= "\u9fff" for character in letters)
    return known >= 0.7 * len(letters)


def _form(reading: _Reading, look: Look) -> dict[str, float]:
    extract = reading.extract
    pages = extract.page_count or 0
    paged = extract.family in (Family.PDF, Family.SLIDES)
    a_page = look.words_a_page or 0
    written = extract.family is not Family.CALENDAR
    loose = (look.landscape or extract.family is Family.SLIDES) and pages >= 3
    return {
        "slides": float(extract.family is Family.SLIDES),
        "landscape": float(look.landscape and extract.family is Family.PDF),
        "slide_marks": ramp(_slide_marks(reading), 2, 7),
        "slide_pages": float(loose) * (1 - ramp(a_page, 90, 200)),
        "deck_length": float(paged and 5 <= pages <= 40),
        "one_page": float(paged and pages == 1),
        "many_pages": ramp(pages, 35, 60) if paged else 0.0,
        "sheet": float(extract.family is Family.SHEET),
        "calendar_file": float(extract.family is Family.CALENDAR),
        "single_event": float(extract.family is Family.CALENDAR and extract.events <= 1),
        "several_events": ramp(extract.events, 1, 3),
        "picture": float(extract.family is Family.PICTURE and not extract.by_ocr),
        "no_text": float(written and reading.words < 20),
        "few_words": written * (1 - ramp(reading.words, 60, 200)),
        "post_length": ramp(reading.words, 150, 350) * (1 - ramp(reading.words, 1800, 3500)),
        "long": ramp(math.log(reading.words + 1), math.log(2500), math.log(7000)),
    }


def _manner(reading: _Reading) -> dict[str, float]:
    lines, text = reading.lines, reading.text
    count, words = len(lines), reading.words
    bullets = sum(bool(patterns.BULLET.match(line)) for line in lines)
    spoken = Counter(reading.prose.split())
    prose_words = spoken.total()
    sentences = len(patterns.SENTENCE_END.findall(reading.prose)) or 1
    said = reading.said
    return {
        "prose": share(prose_words, words) if prose_words / sentences > 5 else 0.0,
        "sentences": ramp(sentences, 5, 40),
        "long_sentences": ramp(prose_words / sentences, 12, 30) if sentences > 3 else 0.0,
        "bullets": share(bullets, count),
        "short_lines": share(sum(line.count(" ") <= 5 for line in lines), count),
        "table_rows": share(len(reading.rows), count),
        "heading_share": ramp(share(len(reading.extract.headings), words / 100), 0.2, 2.0),
        "first_person": _density(_uses(said, patterns.FIRST_PERSON), words, 0.02),
        "we_our": _density(_uses(said, patterns.WE), words, 0.03),
        "you_your": _density(_uses(said, patterns.YOU), words, 0.03),
        "contractions": _density(len(patterns.CONTRACTION.findall(reading.prose)), words, 0.015),
        "rhetorical": _density(reading.prose.count("?"), words, 0.006),
        "exclaimed": _density(reading.prose.count("!") - reading.prose.count("!["), words, 0.006),
        "past_tense": _density(sum(n for word, n in spoken.items() if word.endswith("ed") or word in patterns.WAS), prose_words, 0.06),
        "future": _density(_uses(said, patterns.WILL), words, 0.012),
        "ought": _density(_uses(said, patterns.MUST), words, 0.012),
        "spoken_quotes": ramp(_quotes(reading), 0, 3),
        "code": _code(reading),
        "numbers": share(sum(n for word, n in said.items() if not word[0].isalpha() and _is_figure(word)), words * 0.4),
        "amounts": _density(len(patterns.AMOUNT.findall(text)), words, 0.02),
        "percents": _density(text.count("%"), words, 0.015),
        "blanks": ramp(reading.original.count("____") + reading.original.count("......") + reading.original.count("☐"), 0, 5),
        "numbered_lines": share(sum(bool(patterns.NUMBERED.match(line)) for line in lines), count * 0.5),
        "check_boxes": ramp(sum(reading.original.count(mark) for mark in ("[ ]", "[x]", "[X]", "☑", "✅", "☐")), 1, 8),
        "addresses": _density(sum(text.count(mark) for mark in ("http", "www.", "@")), words, 0.03),
    }  # fmt: skip


def _is_figure(word: str) -> bool:
    """A number as such; a date, a version or a size with its unit is none."""
    return word.strip("$€£¥%()-+").replace(".", "", 1).replace(",", "").isdecimal()


def _uses(said: Counter[str], words: frozenset[str]) -> int:
    return sum(said[word] for word in words)


def _density(count: float, words: int, full: float) -> float:
    """How often in each word of the document, `full` making 1; short texts count as sixty words."""
    return min(1.0, max(0.0, count) / max(words, 60) / full)


def _content(reading: _Reading, look: Look) -> dict[str, float]:
    text, lines, heads = reading.text, reading.lines, reading.heads
    days = sorted({entry.first for entry in reading.days} | set(reading.extract.dates))
    start = normalise(reading.original[:1500])
    end = text[-1500:]
    return {
        "colour_codes": ramp(look.colours, 0, 5),
        "days": ramp(math.log2(len(days) + 1), 1, 4.3),
        "dated_lines": share(reading.days_by_line, len(lines) * 0.6) if len(days) > 2 else 0.0,
        "days_spread": ramp((days[-1] - days[0]).days, 5, 200) if len(days) > 4 else 0.0,
        "times_of_day": ramp(len(patterns.TIME_OF_DAY.findall(text)), 1, 8),
        "weekdays": ramp(_weekdays(reading), 1, 6),
        "calendar_columns": ramp(len(look.columns), 1, 3),
        "task_columns": ramp(_task_columns(reading), 1, 3),
        "month_heads": ramp(_distinct(patterns.MONTH_HEAD, (*heads, *lines)), 1, 4),
        "quarter_heads": ramp(len(look.quarters), 0, 2),
        "year_heads": ramp(_distinct(patterns.YEAR_HEAD, heads), 0, 3),
        "phase_heads": ramp(_distinct(patterns.PHASE_HEAD, (*heads, *lines)), 0, 3),
        "week_heads": ramp(_distinct(patterns.WEEK_HEAD, (*heads, *lines)), 0, 4),
        "status_cells": ramp(_count_rows(patterns.STATUS, reading.rows), 0, 4),
        "dateline": float(bool(patterns.DATELINE.search(reading.original[:2500]))),
        "immediate_release": float(bool(patterns.IMMEDIATE.search(start))),
        "about_at_the_end": float(bool(patterns.ABOUT.search(end))),
        "contact_block": float(
            bool(patterns.CONTACT.search(end) or patterns.CONTACT.search(start[:600]))
        ),
        "byline": float(
            reading.extract.family in (Family.WORDS, Family.TEXT, Family.WEB, Family.PDF)
            and bool(patterns.BYLINE.search(reading.original[:700]))
        ),
        "headline": float(_is_headline(reading.top)),
        "story_sections": ramp(_story_sections(heads), 1, 3),
    }


def _slide_marks(reading: _Reading) -> int:
    """How many "Slide 3" there are, in a text that was made of slides."""
    if reading.extract.family in (Family.SLIDES, Family.SHEET):
        return 0
    if not any(word in reading.text for word in patterns.SLIDE_WORDS):
        return 0
    return _distinct(patterns.SLIDE_HEAD, (*reading.heads, *reading.lines), most=None)


def _quarters(reading: _Reading) -> tuple[str, ...]:
    """The quarters and halves that open headings, lines and cells, as they stand there."""
    cells = [cell for row in reading.rows[:60] for cell in row[:16]]
    found: dict[str, None] = {}
    for place in (*reading.heads, *reading.top, *reading.lines[:500], *cells):
        match = patterns.QUARTER_HEAD.match(place)
        if match:
            found[" ".join(part for part in match.groups() if part).upper()] = None
    for place in reading.top:
        for match in re.finditer(r"\b(?:q[1-4]|h[12]|[1-4]\. quartal|t[1-4])\b", place):
            if not any(match[0].upper() in quarter for quarter in found):
                found[match[0].upper()] = None
    return tuple(found)


def _columns(reading: _Reading) -> tuple[str, ...]:
    """The calendar columns of a table that has one for the day; none for other tables."""
    best: tuple[str, ...] = ()
    for row in reading.rows[:8]:
        named = tuple(
            _bare(cell) for cell in row if len(cell) < 40 and patterns.COLUMN.match(_bare(cell))
        )
        if len(named) > len(best) and any(patterns.COLUMN_OF_DAYS.match(cell) for cell in named):
            best = named
    return best


def _task_columns(reading: _Reading) -> int:
    """How many columns of a task list one of the first rows has, as in Gantt charts."""
    rows = (
        sum(bool(patterns.TASK_COLUMN.match(_bare(cell))) for cell in row)
        for row in reading.rows[:12]
    )
    return max(rows, default=0)


def _colours(original: str) -> int:
    if not any(sign in original for sign in patterns.COLOUR_SIGNS):
        return 0
    return len(set(patterns.HEX.findall(original)))


def _quotes(reading: _Reading) -> int:
    """Quotations with somebody who says them."""
    if not patterns.QUOTATION_MARK.search(reading.original):
        return 0
    quoting = filter(patterns.QUOTATION_MARK.search, reading.original.splitlines())
    return sum(len(patterns.SAYS.findall(line)) for line in quoting)


def _code(reading: _Reading) -> float:
    fences = reading.original.count("```") / 2
    suspects = filter(patterns.CODE_SIGN.search, reading.lines[:_LINES_COUNTED])
    odd = sum(bool(patterns.CODE.search(line)) for line in suspects)
    return max(ramp(fences, 0, 4), share(odd, len(reading.lines) * 0.3))


def _weekdays(reading: _Reading) -> int:
    """How many lines name one; those that hold none of the words, as most do, are not looked at any closer."""
    named = reading.content.words & patterns.WEEKDAY_WORDS
    if not named:
        return 0
    lines = reading.lines[:_LINES_COUNTED]
    suspects = (line for line in lines if any(word in line for word in named))
    return sum(bool(patterns.WEEKDAY.search(line)) for line in suspects)


def _count_rows(pattern: re.Pattern[str], rows: Sequence[Sequence[str]]) -> int:
    return sum(any(pattern.match(_bare(cell)) for cell in row) for row in rows[:300])


def _distinct(pattern: re.Pattern[str], places: Sequence[str], *, most: int | None = 800) -> int:
    return len({match[1] for place in places[:most] if (match := pattern.match(place))})


def _is_headline(top: Sequence[str]) -> bool:
    """Whether the title is a sentence, as over posts and news, rather than a name."""
    title = top[0] if top else ""
    return len(title.split()) >= 6 or title.endswith(("?", "!")) or ": " in title


def _story_sections(heads: Sequence[str]) -> int:
    short = [head for head in heads if len(head.split()) <= 8]
    tests: list[Callable[[str], object]] = [pattern.search for pattern in patterns.STORY]
    return sum(any(test(head) for head in short) for test in tests)
