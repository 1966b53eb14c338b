"""Roadmaps by quarter, half, year and month, as lanes, lists and chapters; and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.corpus import periods
from tests.corpus.blocks import Block, Document, Form, Grid, Period
from tests.corpus.generated.drafts import Column, Draft, bullets, heading, line, optional
from tests.corpus.generated.vocabulary import Words

_KIND = "roadmap"
_QUARTER_FORMS = {
    "en": (
        "Q{q} {year}",
        "Q{q} {year}",
        "{year} Q{q}",
        "Q{q}/{yy}",
        "Q{q} '{yy}",
        "Q{q}",
        "{year}-Q{q}",
        "Q{q}-{yy}",
    ),
    "de": ("Q{q} {year}", "Q{q}/{year}", "{q}. Quartal {year}", "{q}. Quartal", "Q{q}"),
    "fr": ("T{q} {year}", "{year} T{q}", "T{q}", "Q{q} {year}"),
    "es": ("T{q} {year}", "{year} T{q}", "{q}T {year}", "Q{q} {year}"),
    "pt": ("T{q} {year}", "{year} T{q}", "T{q}", "Q{q} {year}"),
    "nl": ("Q{q} {year}", "Q{q}", "{year} Q{q}"),
    "it": ("T{q} {year}", "Q{q} {year}", "{year} Q{q}"),
}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Consecutive quarters: the first one as quarters since year 0, how they are written, what they come to."""

    names: tuple[str, ...]
    first: int
    dated: bool
    """Whether the names themselves say the year."""

    @property
    def covers(self) -> str:
        return periods.written(self.first * 3, (self.first + len(self.names)) * 3 - 1)

    @property
    def year(self) -> int:
        return self.first // 4


def _quarters(words: Words, rng: Random, count: int) -> _Stretch:
    first = rng.choice((2024, 2025, 2026, 2026, 2027)) * 4 + (
        rng.randrange(4) if count != 4 or rng.random() < 0.4 else 0
    )
    form = rng.choice(_QUARTER_FORMS[words.language])
    if (count != 4 or first % 4) and "y" not in form:
        form = f"{form} {{year}}"
    names = tuple(
        form.format(q=n % 4 + 1, year=n // 4, yy=f"{n // 4 % 100:02}")
        for n in range(first, first + count)
    )
    return _Stretch(names, first, dated="y" in form)


def _cadence(stretch: _Stretch) -> tuple[str, tuple[str, ...]]:
    """One year by quarters is both; anything else by quarters is quarterly."""
    if len(stretch.names) == 4 and stretch.first % 4 == 0:
        return "yearly", ("quarterly",)
    return "quarterly", ("yearly",) if len(stretch.names) >= 4 else ()


def _head(draft: Draft, stretch: _Stretch) -> list[Block]:
    """A title; it says the year where the quarters do not."""
    words = draft.words
    title = words.one("roadmap_words") if draft.maybe(0.6) else f"{words.firm()}"
    if not stretch.dated:
        return [heading(f"{title} {stretch.year}", 1)]
    return draft.title(title, f"{words.brand()} {title}", words.one("lanes"), share=0.75)


def lanes(draft: Draft) -> Document:
    """Workstreams down, quarters across, initiatives in the cells."""
    rng, words = draft.rng, draft.words
    stretch = _quarters(words, rng, rng.choice((2, 3, 4, 4, 4, 6)))
    rows = [(rng.choice(("", words.one("lane"))), *stretch.names)]
    for lane in words.some("lanes", rng.randrange(3, 8)):
        cells = (_cell(draft) for _ in stretch.names)
        rows.append((lane, *cells))
    cadence, also = _cadence(stretch)
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("roadmap_words"), "plan"),
        period=Period(cadence, stretch.covers, also),
    )
    blocks = [*_head(draft, stretch), Grid(tuple(rows))]
    if draft.maybe(0.3):
        blocks.append(
            line(
                rng.choice((words.one("remarks"), f"{words.full_name()}, {words.one('statuses')}"))
            )
        )
    return draft.document(
        labels,
        blocks,
        Form.XLSX,
        Form.XLSX,
        Form.PPTX,
        Form.PPTX,
        Form.SLIDES_PDF,
        Form.DOCX,
        Form.ODP,
    )


def _cell(draft: Draft) -> str:
    count = draft.rng.choice((0, 1, 1, 1, 2, 3))
    return "\n".join(draft.words.feature() for _ in range(count))


def backlog(draft: Draft) -> Document:
    """One row an initiative, with the quarter in which it comes."""
    rng, words = draft.rng, draft.words
    stretch = _quarters(words, rng, rng.choice((1, 2, 3, 4, 4)))
    count = rng.randrange(6, 32)
    names = sorted(
        (rng.randrange(len(stretch.names)) for _ in range(count - len(stretch.names))), key=int
    )
    order = sorted([*names, *range(len(stretch.names))])
    lanes_used = words.some("lanes", 4)
    columns = [
        Column("quarter", lambda row: stretch.names[order[row]]),
        Column("initiative", lambda _: words.feature()),
        optional("lane", lambda _: rng.choice(lanes_used)),
        optional("owner", lambda _: words.person(), empty=0.2),
        optional("status", lambda _: words.one("statuses"), empty=0.2),
        optional("priority", lambda _: words.one("priorities"), empty=0.2),
        optional("notes", lambda _: words.one("remarks"), empty=0.7),
    ]
    cadence, also = ("quarterly", ()) if len(stretch.names) == 1 else _cadence(stretch)
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("roadmap_words"), "features"),
        period=Period(cadence, stretch.covers, also),
    )
    return draft.document(
        labels,
        [*_head(draft, stretch), draft.table(columns, count)],
        Form.XLSX,
        Form.XLSX,
        Form.CSV,
        Form.DOCX,
        Form.PDF,
    )


def chapters(draft: Draft) -> Document:
    """A chapter or slide for each quarter, points under it."""
    rng, words = draft.rng, draft.words
    stretch = _quarters(words, rng, rng.choice((1, 2, 3, 4, 4, 5, 8)))
    blocks: list[Block] = _head(draft, stretch)
    if draft.maybe(0.5):
        blocks.append(line(f"{words.firm()}, {words.full_name()}"))
    for name in stretch.names:
        blocks.append(heading(rng.choice((name, name, f"{name}: {words.one('lanes')}"))))
        if draft.maybe(0.25):
            for lane in words.some("lanes", 2):
                blocks.append(heading(lane, 3))
                blocks.append(bullets([words.feature() for _ in range(rng.randrange(1, 4))]))
        else:
            ends = ("", "", f" ({words.person()})", f" \N{EN DASH} {words.one('statuses')}")
            blocks.append(
                bullets([words.feature() + rng.choice(ends) for _ in range(rng.randrange(2, 7))])
            )
    cadence, also = ("quarterly", ()) if len(stretch.names) == 1 else _cadence(stretch)
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("roadmap_words"), "strategy"),
        period=Period(cadence, stretch.covers, also),
    )
    return draft.document(
        labels,
        blocks,
        Form.DOCX,
        Form.DOCX,
        Form.PDF,
        Form.PPTX,
        Form.PPTX,
        Form.SLIDES_PDF,
        Form.MD,
        Form.TXT,
        Form.ODT,
    )


def years(draft: Draft) -> Document:
    """One year by goals, or several years side by side."""
    rng, words = draft.rng, draft.words
    first, count = rng.choice((2024, 2025, 2026, 2027)), rng.choice((1, 2, 3, 3, 5))
    names = [str(first + number) for number in range(count)]
    fiscal = draft.language == "en" and count > 1 and draft.maybe(0.2)
    shown = [f"FY{name[2:]}" if fiscal else name for name in names]
    title = f"{words.one('roadmap_words')} {shown[0]}" + (f"-{shown[-1]}" if count > 1 else "")
    blocks: list[Block] = [heading(title, 1)]
    areas = words.some("lanes", rng.randrange(3, 7))
    if count == 1:
        for area in areas:
            blocks.append(heading(area))
            blocks.append(bullets([words.feature() for _ in range(rng.randrange(2, 5))]))
    elif draft.maybe(0.6):
        rows = [("", *shown), *((area, *(_cell(draft) for _ in shown)) for area in areas)]
        blocks.append(Grid(tuple(rows)))
    else:
        for name in shown:
            blocks.append(heading(name))
            blocks.append(
                bullets(
                    [f"{rng.choice(areas)}: {words.feature()}" for _ in range(rng.randrange(2, 6))]
                )
            )
    covers = periods.canonical(f"{names[0]}..{names[-1]}")
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("roadmap_words"), "vision"),
        period=Period("yearly", covers),
    )
    return draft.document(
        labels,
        blocks,
        Form.PPTX,
        Form.PPTX,
        Form.DOCX,
        Form.PDF,
        Form.SLIDES_PDF,
        Form.XLSX,
        Form.HTML,
    )


def halves(draft: Draft) -> Document:
    """By half-years."""
    rng, words = draft.rng, draft.words
    year, count = rng.choice((2025, 2026, 2027)), rng.choice((1, 2, 2, 4))
    start = year * 2 + rng.choice((0, 0, 1))
    form = rng.choice({"de": ("{h}. Halbjahr {year}", "H{h} {year}", "HJ{h}/{year}"), "fr": ("S{h} {year}", "{h}er semestre {year}")}.get(
        draft.language, ("H{h} {year}", "{year} H{h}", "H{h}/{yy}")
    ))  # fmt: skip
    numbers = range(start, start + count)
    names = [form.format(h=n % 2 + 1, year=n // 2, yy=f"{n // 2 % 100:02}") for n in numbers]
    blocks: list[Block] = draft.title(words.one("roadmap_words"), words.firm(), share=0.9)
    if draft.maybe(0.5):
        rows = [
            ("", *names),
            *((area, *(_cell(draft) for _ in names)) for area in words.some("lanes", 5)),
        ]
        blocks.append(Grid(tuple(rows)))
    else:
        for name in names:
            blocks.append(heading(name))
            blocks.append(bullets([words.feature() for _ in range(rng.randrange(3, 7))]))
    covers = periods.written(start * 6, (start + count) * 6 - 1)
    kind = "yearly" if "-" not in covers else "other"
    labels = draft.labels(
        _KIND, words.file_name(words.one("roadmap_words"), "H1"),
        period=Period(kind, covers, tuple(sorted({"yearly", "quarterly", "other"} - {kind})) if count > 1 else ("yearly",)),
    )  # fmt: skip
    return draft.document(
        labels, blocks, Form.PPTX, Form.DOCX, Form.PDF, Form.XLSX, Form.SLIDES_PDF
    )


def phases(draft: Draft) -> Document:
    """Now, next, later; or numbered phases without any dates."""
    rng, words = draft.rng, draft.words
    names = rng.choice((("Now", "Next", "Later"), ("Phase 1", "Phase 2", "Phase 3", "Phase 4"), ("MVP", "v1.0", "v2.0"),
                        ("Horizon 1", "Horizon 2", "Horizon 3"), ("Alpha", "Beta", "GA")))  # fmt: skip
    blocks: list[Block] = draft.title(words.one("roadmap_words"), words.firm(), share=0.9)
    if draft.maybe(0.5):
        rows = [
            names,
            *(
                tuple(words.feature() if draft.maybe(0.8) else "" for _ in names)
                for _ in range(rng.randrange(3, 9))
            ),
        ]
        blocks.append(Grid(tuple(rows)))
    else:
        for name in names:
            blocks.append(heading(name))
            blocks.append(bullets([words.feature() for _ in range(rng.randrange(2, 7))]))
    labels = draft.labels(
        _KIND, words.file_name(words.one("roadmap_words"), "plan"), period=Period("other", None)
    )
    return draft.document(
        labels, blocks, Form.PPTX, Form.DOCX, Form.PDF, Form.MD, Form.XLSX, Form.TXT
    )
