"""What every generator starts from: its own lots, words of one language, and labels to hand out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.corpus.blocks import (
    Block,
    Document,
    File,
    Form,
    Grid,
    Heading,
    Item,
    Items,
    Labels,
    Paragraph,
    Period,
    Source,
    chance,
    runs_of,
)
from tests.corpus.generated.vocabulary import Words, language


class Draft:
    """One document to be made: the same for the same seed, generator and number."""

    def __init__(self, generator: str, seed: str, number: int) -> None:
        self.content = f"generated/{generator}/{seed}-{number}"
        self.group = f"generated/{generator}/{seed}"
        self.number = number
        self.rng: Random = chance("generated", self.content)
        self.language = language(self.rng)
        self.words = Words(self.language, self.rng)

    def labels(
        self,
        kind: str,
        name: str,
        *,
        also: tuple[str, ...] = (),
        period: Period | None = None,
        span: tuple[str, str] | None = None,
    ) -> Labels:
        """Labels of this document; `name` is its file name without a suffix."""
        return Labels(
            content=self.content,
            group=self.group,
            source=Source.GENERATED,
            kind=kind,
            language=self.language,
            name=name,
            also=also,
            period=period,
            span=span,
        )

    def document(self, labels: Labels, blocks: Sequence[Block], *forms: Form) -> Document:
        """One copy of it, in one of these formats."""
        return Document(labels, (self.rng.choice(forms),), tuple(blocks))

    def maybe(self, share: float) -> bool:
        """True as often as that."""
        return self.rng.random() < share

    def table(self, columns: Sequence[Column], rows: int) -> Grid:
        """The needed columns and some of the others, in an order much as given."""
        kept = [column for column in columns if column.needed or self.maybe(0.5)]
        if self.maybe(0.25) and len(kept) > 2:
            place = self.rng.randrange(1, len(kept))
            kept[place - 1], kept[place] = kept[place], kept[place - 1]
        head = tuple(
            self.words.one(column.head) if column.known else column.head for column in kept
        )
        lines = [
            tuple("" if self.rng.random() < column.empty else column.cell(row) for column in kept)
            for row in range(rows)
        ]
        return Grid((head, *lines))

    def title(self, *texts: str, share: float = 0.7) -> list[Block]:
        """A heading over it, or a plain line, or nothing."""
        if not self.maybe(share):
            return []
        text = self.rng.choice(texts)
        return [Heading(1, runs_of(text))] if self.maybe(0.7) else [Paragraph(runs_of(text))]


Generator = Callable[[Draft], Document | File]


@dataclass(frozen=True, slots=True)
class Column:
    """`head` names a list of words where it is known, else it is the head itself; `cell` gives a row's text."""

    head: str
    cell: Callable[[int], str]
    needed: bool = True
    empty: float = 0.0
    known: bool = True


def optional(
    head: str, cell: Callable[[int], str], *, empty: float = 0.0, known: bool = True
) -> Column:
    """A column that about half of the documents have."""
    return Column(head, cell, needed=False, empty=empty, known=known)


def line(text: str) -> Paragraph:
    """A plain line."""
    return Paragraph(runs_of(text))


def heading(text: str, level: int = 2) -> Heading:
    """A heading."""
    return Heading(level, runs_of(text))


def bullets(texts: Sequence[str]) -> Items:
    """A list without numbers."""
    return Items(tuple(Item(0, "-", runs_of(text)) for text in texts))
