"""How well own kinds are known from five examples: `python -m tests.bench.own_kinds CORPUS DOCUMENTS`.

CORPUS is what `tests.corpus.build` writes, DOCUMENTS another one of the same form, of whose built-in kinds none should be
taken for an own one. Eight sorts of documents that no built-in kind has are tried one at a time. The background is made
of CORPUS without any of the eight sorts; `--shipped` takes the package's. Every file is called `document.<ext>`.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from intake.classify import background as backgrounds
from intake.classify import load
from intake.classify.classifier import Classifier
from intake.classify.features import features_of
from intake.classify.likeness import Background, load_background
from intake.classify.own import profiles_of, shown_by
from intake.extract import ExtractLimits, extract
from intake.kinds import ExampleFile, KindSpec, own_kind
from intake.model import OTHER, Classification, Clues, Extract, Kind, Sha256

EXAMPLES = 5
LIMITS = ExtractLimits(document_octets=104_857_600, pages=500)
SORTS = {
    "minutes": """ot-minutes-roadmap ot-fr-compte-rendu ot-long-strategy-minutes-board ot-pt-ata meeting-notes-content
        notas-reuniao-pt ot-minutes-brand-committee x-minutes-long x-minutes-events-cttee x-jp-attendance-minutes ot-workshop-notes""",
    "contract": """ot-contract-retainer ot-sow-milestones vertrag-blogtexte ot-designer-contract x-services-contract-long
        x-social-retainer x-venue-contract ot-font-licence ot-letter-of-intent""",
    "invoice_or_quote": """ot-fr-devis ot-invoice-roadmap-design ot-invoice-logo x-factura-dj x-invoice-by-date
        x-catering-quote ot-angebot-de x-note-de-frais ot-it-capitolato""",
    "lesson_slides": """ot-learning-lecture oth-lecture-thermo oth-long-lecture-marketing oth-lecture-how-to-pitch
        oth-vorlesung-recht oth-lesson-es-subjuntivo oth-lesson-volcano oth-history-seminar-it ot-typography-lecture
        oth-brand-training-logo-history oth-notes-lecture-md x-lesson-plan-slides oth-kubernetes-workshop""",
    "staff_rota": """x-freelancer-timesheet ot-timesheet x-cafe-rota x-ristorante-turni x-dienstplan-pflege ot-nl-urenplanning
        x-holiday-tracker x-attendance-sheet x-room-bookings""",
    "status_review": """ot-status-report oth-project-status-erp oth-sprint-review-88 oth-steering-committee-water
        oth-qbr-logistics oth-long-ops-review oth-handoff-nurse-kaizen oth-editorial-allhands oth-allhands-games
        oth-budget-review-council x-status-report-campaign oth-team-retro-marketing""",
    "policy": """ot-policy-procedure ot-house-rules ot-handbook ot-dress-code x-code-of-conduct x-how-we-use-calendar
        ot-social-policy-school ot-long-training-manual-media privacy-policy-shop ot-thesis-guidelines""",
    "personal_letter": """carta-vecinos customer-complaint-letter cover-letter-contentmarketer lettre-motivation ot-letter-editor
        x-cancellation-letter letter-to-grandson ot-complaint-press ot-email-logo ot-wayfinding-quote-request""",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A document of a corpus, read."""

    content: str
    label: Kind
    extract: Extract
    example: ExampleFile

    @property
    def slug(self) -> str:
        """The name of what was written, for documents that were."""
        return self.content.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document where one own kind is known."""

    is_own: bool
    of_built_in: bool
    was_sure: bool
    found: Classification
    kind: Kind

    @property
    def taken(self) -> bool:
        """It is said to be of the own kind, sure or not."""
        return self.found.kind == self.kind

    @property
    def taken_for_sure(self) -> bool:
        """It counts as the own kind without anybody being asked."""
        return self.taken and self.found.sure


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--shipped", action="store_true", help="the package's background")
    arguments = parser.parse_args()
    console = Console(width=150)
    written = read_corpus(arguments.corpus, console)
    others = read_corpus(arguments.documents, console)
    background = load_background() if arguments.shipped else apart(written)
    table = Table("own kind", "held out", "sure", "taken, not sure", "other", "precision of sure",
                  "built-in taken, sure", "built-in made unsure", "`other` taken, sure")  # fmt: skip
    everything: list[Outcome] = []
    for name in track(SORTS, "trying", console=console, transient=True):
        spec = own_kind(name, label=name.replace("_", " ").capitalize())
        outcomes = [
            outcome
            for draw in range(arguments.draws)
            for outcome in trial(
                spec, written, others, background, count=arguments.examples, draw=draw
            )
        ]
        everything += outcomes
        table.add_row(name, *cells(outcomes))
    table.add_section()
    table.add_row("all", *cells(everything))
    console.print(table)
    console.print("\n".join(evidence(everything)), markup=False, soft_wrap=True)


def apart(written: Sequence[Read]) -> Background:
    """A background that has seen none of the sorts."""
    sorts = {slug for slugs in SORTS.values() for slug in slugs.split()}
    return backgrounds.make(
        [
            backgrounds.Sample(read.label, read.content, read.example.shown)
            for read in written
            if read.slug not in sorts
        ]
    )


def read_corpus(folder: Path, console: Console) -> list[Read]:
    """Every document that can be read, and what the built-in model is sure that it is."""
    classifier = load()
    lines = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    reads = []
    for line in track(lines, f"reading {folder.name}", console=console, transient=True):
        path = folder / line["file"]
        read = extract(
            path.read_bytes(),
            filename=line["filename"],
            media_type=mimetypes.guess_type(line["filename"])[0] or "application/octet-stream",
            limits=LIMITS,
        )
        if isinstance(read, Extract):
            shown = shown_by(read, features_of(read, classifier.cues))
            found = classifier.classify(read, Clues(f"document{path.suffix}"))
            example = ExampleFile(
                OTHER, Sha256(line["id"]), shown, found.kind if found.sure else OTHER
            )
            reads.append(Read(line.get("content", line["id"]), Kind(line["label"]), read, example))
    return reads


def trial(
    spec: KindSpec,
    written: Sequence[Read],
    others: Sequence[Read],
    background: Background,
    *,
    count: int,
    draw: int,
) -> list[Outcome]:
    """Some written documents of a sort are examples, one rendering of each; the others of it and all `others` are judged."""
    chance = random.Random(f"{spec.kind} {draw}")  # noqa: S311  # the same draws each time
    slugs = SORTS[spec.kind].split()
    drawn = set(chance.sample(slugs, count))
    of_sort = [read for read in written if read.slug in slugs]
    examples = [
        chance.choice([read for read in of_sort if read.slug == slug]) for slug in sorted(drawn)
    ]
    profiles = profiles_of([replace(read.example, kind=spec.kind) for read in examples], background)
    classifier = replace(load([spec], profiles), background=background)
    held_out = [read for read in of_sort if read.slug not in drawn]
    return [
        *(judged(classifier, read, spec.kind, is_own=True) for read in held_out),
        *(judged(classifier, read, spec.kind, is_own=False) for read in others),
    ]


def judged(classifier: Classifier, read: Read, kind: Kind, *, is_own: bool) -> Outcome:
    """What the classifier says of a document without a name."""
    found = classifier.classify(read.extract, Clues("document"))
    return Outcome(
        is_own=is_own,
        of_built_in=read.label != OTHER and not is_own,
        was_sure=read.example.taken_for != OTHER,
        found=found,
        kind=kind,
    )


def cells(outcomes: Sequence[Outcome]) -> list[str]:
    """The figures of a row."""
    own = [outcome for outcome in outcomes if outcome.is_own]
    built_in = [outcome for outcome in outcomes if outcome.of_built_in]
    rest = [outcome for outcome in outcomes if not (outcome.is_own or outcome.of_built_in)]
    sure = sum(outcome.taken_for_sure for outcome in own)
    taken = sum(outcome.taken for outcome in own)
    wrong = sum(outcome.taken_for_sure for outcome in built_in)
    doubted = sum(outcome.was_sure and not outcome.found.sure for outcome in built_in)
    return [
        str(len(own)),
        share(sure, len(own)),
        share(taken - sure, len(own)),
        share(len(own) - taken, len(own)),
        share(sure, sure + wrong),
        f"{wrong} of {len(built_in)} ({share(wrong, len(built_in))})",
        f"{doubted} ({share(doubted, len(built_in))})",
        share(sum(outcome.taken_for_sure for outcome in rest), len(rest)),
    ]


def share(part: int, whole: int) -> str:
    """Per cent, with a digit after the point."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def evidence(outcomes: Sequence[Outcome]) -> list[str]:
    """What was said most often of documents that were known, one for each kind."""
    said: dict[Kind, Counter[str]] = {}
    for outcome in outcomes:
        if outcome.is_own and outcome.taken_for_sure:
            said.setdefault(outcome.kind, Counter())[outcome.found.evidence[1]] += 1
    return [f"{kind}: {lines.most_common(1)[0][0]}" for kind, lines in said.items()]


if __name__ == "__main__":
    main()
