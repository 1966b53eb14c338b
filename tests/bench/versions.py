"""How well versions of one document are told from two documents: `python -m tests.bench.versions`.

Pairs are made from the written corpus, the same each time: documents saved again in another format or look, with a few
numbers, a date or a slide changed; and two documents of one template, two of one kind, tables whose numbers all differ.
Prints, by sort of pair, how many are said to be the same by their text alone, for the threshold in use and for others.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from rich.console import Console
from rich.progress import track
from rich.table import Table

from intake.extract import ExtractLimits, extract
from intake.model import Extract
from intake.sketch import sketch_of
from intake.versions import SAME_TEXT, resemblance
from tests.corpus import markdown, source
from tests.corpus.blocks import (
    SLIDE_FORMS,
    Block,
    Document,
    Form,
    Grid,
    Heading,
    Items,
    Paragraph,
    chance,
    full_text,
    runs_of,
    text_of,
)
from tests.corpus.render import render

LIMITS = ExtractLimits(document_octets=104_857_600, pages=500)
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
WORDS_IN_SHORT = range(30, 81)
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-zà-ÿ]{2,}")
_NAMES = "Aldwin Bramfield Corvane Dunmore Elswick Fenwright Garlow Hestall Ivering Jolstra Kerrow Lindale".split()  # noqa: SIM905

Change = Callable[[Document, Random, Sequence[Document]], Document | None]


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of pair: how the second document is made from the first, and whether the two are one."""

    name: str
    same: bool
    change: Change
    other_form: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, read from two files."""

    sort: Sort
    one: Extract
    other: Extract


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of-each", type=int, default=40, help="pairs of each sort")
    arguments = parser.parse_args()
    console = Console(width=130)
    documents, _ = source.read_all()
    pairs = [
        pair
        for sort in track(SORTS, "making pairs", console=console, transient=True)
        for pair in pairs_of(sort, documents, arguments.of_each)
    ]
    likenesses = [(pair.sort, likeness(pair)) for pair in pairs]
    table = Table("pairs", "", "no sketch", *(f"≥ {at}" for at in THRESHOLDS))
    for sort in SORTS:
        found = [value for of, value in likenesses if of == sort]
        table.add_row(
            sort.name, "same" if sort.same else "two", *cells(found), end_section=sort == SORTS[-1]
        )
    for name, same in (("recall of the same", True), ("two taken for one", False)):
        found = [value for of, value in likenesses if of.same == same]
        table.add_row(f"{name}, n = {len(found)}", "", *cells(found))
    table.add_row("precision", "", "", *(precision(likenesses, at) for at in THRESHOLDS))
    console.print(table)
    console.print(f"The threshold in use is {SAME_TEXT}.")


def likeness(pair: Pair) -> float | None:
    """How like their sketches are; None where one has none."""
    one, other = sketch_of(pair.one), sketch_of(pair.other)
    return resemblance(one, other) if one and other else None


def cells(found: Sequence[float | None]) -> list[str]:
    """How many have no sketch, and the share at or over each threshold."""
    without = sum(value is None for value in found)
    shares = [
        sum(value is not None and value >= at for value in found) / max(1, len(found))
        for at in THRESHOLDS
    ]
    return [str(without or ""), *(f"{share:.2f}" for share in shares)]


def precision(likenesses: Sequence[tuple[Sort, float | None]], at: float) -> str:
    """Of the pairs that are said to be one, the share that are."""
    said = [sort.same for sort, value in likenesses if value is not None and value >= at]
    return f"{sum(said) / len(said):.3f}" if said else "-"


def pairs_of(sort: Sort, documents: Sequence[Document], count: int) -> Iterator[Pair]:
    """The first so many pairs that can be made."""
    random = chance("pairs", sort.name)
    for document in random.sample(documents, len(documents)):
        if count == 0:
            return
        pair = pair_of(sort, document, random, documents)
        if pair is not None:
            count -= 1
            yield pair


def pair_of(
    sort: Sort, document: Document, random: Random, documents: Sequence[Document]
) -> Pair | None:
    """A document and what was made of it, both rendered and read; None where this sort cannot be made of it."""
    form = document.forms[0]
    others = [each for each in document.forms if each.suffix != form.suffix]
    if sort.other_form and not others:
        return None
    changed = sort.change(document, random, documents)
    if changed is None:
        return None
    form_of_changed = others[0] if sort.other_form else form
    one, other = read(document, form), read(changed, form_of_changed)
    return Pair(sort, one, other) if one and other else None


def read(document: Document, form: Form) -> Extract | None:
    """The document, rendered and read again."""
    octets = render(document, form).octets
    found = extract(
        octets,
        filename=f"document{form.suffix}",
        media_type="application/octet-stream",
        limits=LIMITS,
    )
    return found if isinstance(found, Extract) else None


# ---------------------------------------------------------------- one document, saved again


def unchanged(document: Document, _: Random, __: Sequence[Document]) -> Document:
    """The same."""
    return document


def other_look(document: Document, _: Random, __: Sequence[Document]) -> Document:
    """The same text in other letters, on other paper, by another program."""
    labels = replace(document.labels, content=f"{document.labels.content} again")
    return replace(document, labels=labels)


def few_numbers(document: Document, random: Random, _: Sequence[Document]) -> Document | None:
    """Three numbers are others."""
    found = list(_NUMBER.finditer(document.markdown or ""))
    if len(found) < 6:
        return None
    drawn = {match.start() for match in random.sample(found, 3)}
    return rewritten(
        document, lambda match: renumbered(match, random) if match.start() in drawn else match[0]
    )


def new_date(document: Document, random: Random, documents: Sequence[Document]) -> Document | None:
    """Another date at the top and a sentence more at the end."""
    blocks = [*document.blocks]
    sentence = paragraph_of(random.choice(documents))
    if sentence is None or len(full_text(blocks).split()) < 120:
        return None
    head = Paragraph(runs_of("Updated 14 October 2026"))
    return of_blocks(document, [blocks[0], head, *blocks[1:], shortened(sentence, 18)])


def added_slide(
    document: Document, random: Random, documents: Sequence[Document]
) -> Document | None:
    """One slide more, with words of another document."""
    slides = [each for each in documents if SLIDE_FORMS.intersection(each.forms)]
    if not SLIDE_FORMS.intersection(document.forms) or heads(document) < 6:
        return None
    other = random.choice(slides)
    starts = [at for at, block in enumerate(other.blocks) if isinstance(block, Heading)]
    if len(starts) < 4 or other == document:
        return None
    return of_blocks(document, [*document.blocks, *other.blocks[starts[1] : starts[2]]])


def tenth_replaced(
    document: Document, random: Random, documents: Sequence[Document]
) -> Document | None:
    """Every tenth paragraph or so is written anew."""
    return with_paragraphs(document, random, documents, share=0.1)


def short_changed(document: Document, random: Random, _: Sequence[Document]) -> Document | None:
    """A short document with one number or one word changed."""
    if len(full_text(document.blocks).split()) not in WORDS_IN_SHORT:
        return None
    found = list(_NUMBER.finditer(document.markdown or ""))
    if not found:
        return new_word(document)
    at = random.choice(found).start()
    return rewritten(
        document, lambda match: renumbered(match, random) if match.start() == at else match[0]
    )


def short_same(document: Document, _: Random, __: Sequence[Document]) -> Document | None:
    """A short document, as it is."""
    return document if len(full_text(document.blocks).split()) in WORDS_IN_SHORT else None


# ---------------------------------------------------------------- two documents


def of_one_kind(
    document: Document, random: Random, documents: Sequence[Document]
) -> Document | None:
    """Any other of the same kind and language."""
    labels = document.labels
    others = [
        each
        for each in documents
        if each.labels.kind == labels.kind
        and each.labels.language == labels.language
        and each != document
    ]
    return replace(random.choice(others), forms=document.forms) if others else None


def same_template(document: Document, random: Random, _: Sequence[Document]) -> Document | None:
    """Two forms filled in: tables and labels stay, every number and name is another."""
    if not any(isinstance(block, Grid) for block in document.blocks) or numbers(document) < 12:
        return None
    filled = rewritten(document, lambda match: renumbered(match, random))
    text = _NAME.sub(lambda _: random.choice(_NAMES), filled.markdown or "")
    return replace(filled, markdown=text, blocks=markdown.parse(text))


def next_issue(
    document: Document, random: Random, documents: Sequence[Document]
) -> Document | None:
    """The next issue of a letter or post: headings, opening and closing stay, four fifths between them are other words."""
    if sum(isinstance(block, Paragraph) for block in document.blocks) < 6:
        return None
    return with_paragraphs(document, random, documents, share=0.8)


def other_figures(document: Document, random: Random, _: Sequence[Document]) -> Document | None:
    """A table in which all numbers are others, as of another month."""
    tables = {Form.XLSX, Form.CSV}
    if not tables.intersection(document.forms) or numbers(document) < 20:
        return None
    return rewritten(document, lambda match: renumbered(match, random))


def next_plan(document: Document, random: Random, documents: Sequence[Document]) -> Document | None:
    """Next quarter's plan from this quarter's: the same frame and other numbers, most of the points are others."""
    if document.labels.kind != "roadmap":
        return None
    shifted = rewritten(
        document, lambda match: str(int(match[0]) + 1) if len(match[0]) < 9 else match[0]
    )
    return with_paragraphs(shifted, random, documents, share=0.7)


# ---------------------------------------------------------------- changes


def rewritten(document: Document, change: Callable[[re.Match[str]], str]) -> Document:
    """With each number changed so."""
    text = _NUMBER.sub(change, document.markdown or "")
    return replace(document, markdown=text, blocks=markdown.parse(text))


def of_blocks(document: Document, blocks: Sequence[Block]) -> Document:
    """Of these blocks, however it is rendered."""
    return replace(document, blocks=tuple(blocks), markdown=markdown.write(blocks))


def renumbered(match: re.Match[str], random: Random) -> str:
    """Another number of as many digits."""
    return "".join(str((int(digit) + random.randint(1, 9)) % 10) for digit in match[0])


def new_word(document: Document) -> Document:
    """The last word is another one."""
    text = re.sub(r"\w+(\W*)\Z", r"altogether\1", document.markdown or "")
    return replace(document, markdown=text, blocks=markdown.parse(text))


def with_paragraphs(
    document: Document, random: Random, documents: Sequence[Document], *, share: float
) -> Document | None:
    """With a share of its paragraphs, points and rows taken from other documents of the language, the first and last kept."""
    pool = [
        block
        for each in random.sample(documents, 60)
        if each.labels.language == document.labels.language and each != document
        for block in each.blocks
    ]
    choices: dict[type[Block], list[Block]] = {
        sort: [block for block in pool if isinstance(block, sort)]
        for sort in (Paragraph, Items, Grid)
    }
    last = len(document.blocks) - 1
    blocks: list[Block] = []
    replaced = 0
    for at, block in enumerate(document.blocks):
        choice = choices.get(type(block), [])
        if choice and 0 < at < last and random.random() < share:
            block = random.choice(choice)  # noqa: PLW2901  # the block in its place
            replaced += 1
        blocks.append(block)
    return of_blocks(document, blocks) if replaced else None


def paragraph_of(document: Document) -> Paragraph | None:
    """The first paragraph of some length."""
    long = (block for block in document.blocks if isinstance(block, Paragraph))
    return next((block for block in long if len(text_of(block.runs).split()) > 12), None)


def shortened(paragraph: Paragraph, words: int) -> Paragraph:
    """Its first words."""
    found = markdown.parse(" ".join(text_of(paragraph.runs).split()[:words]))
    return found[0] if isinstance(found[0], Paragraph) else paragraph


def heads(document: Document) -> int:
    """The number of headings."""
    return sum(isinstance(block, Heading) for block in document.blocks)


def numbers(document: Document) -> int:
    """How many numbers stand in it."""
    return len(_NUMBER.findall(document.markdown or ""))


SORTS = (
    Sort("saved in another format", True, unchanged, other_form=True),
    Sort("exported again, another look", True, other_look),
    Sort("three numbers changed", True, few_numbers),
    Sort("a new date and a sentence more", True, new_date),
    Sort("the same and another format", True, new_date, other_form=True),
    Sort("one slide more", True, added_slide),
    Sort("a tenth written anew", True, tenth_replaced),
    Sort("30 to 80 words, another format", True, short_same, other_form=True),
    Sort("30 to 80 words, one changed", True, short_changed),
    Sort("two of one kind", False, of_one_kind),
    Sort("one template filled in twice", False, same_template),
    Sort("two issues of one letter", False, next_issue),
    Sort("a table of other figures", False, other_figures),
    Sort("the next period's plan", False, next_plan),
)


if __name__ == "__main__":
    main()
