"""Builds the corpus that trains and tests the classifier: `python -m tests.corpus.build OUT [--mailed CORPUS]`.

OUT gets `files/` and `labels.jsonl`. `--mailed` renders the Markdown and web pages of another corpus of the same form
as they would be mailed. The same sources give the same octets. Exit code 1 where a written document has mistakes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.corpus import generated, mailed, source
from tests.corpus.blocks import Document, File, Form, Labels
from tests.corpus.render import render

Job = tuple[Document, Form] | File

_SUFFIXES = (
    ".docx", ".pptx", ".pdf", ".xlsx", ".csv", ".html", ".htm", ".txt", ".md", ".odt", ".odp", ".rtf", ".ics",
    ".png", ".jpg", ".jpeg", ".doc", ".ppt", ".xls", ".tsv",
)  # fmt: skip


def main() -> int:
    """Write the corpus and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mailed", type=Path, metavar="CORPUS")
    parser.add_argument("--written", type=Path, default=source.FOLDER, metavar="FOLDER")
    parser.add_argument("--seed", default="1", help="of what is generated")
    arguments = parser.parse_args()
    console = Console()
    started = perf_counter()
    written, mistakes = source.read_all(arguments.written)
    documents = [*written, *(mailed.read_all(arguments.mailed) if arguments.mailed else [])]
    jobs: list[Job] = [(document, form) for document in documents for form in document.forms]
    for made in generated.everything(arguments.seed):
        jobs += [made] if isinstance(made, File) else [(made, form) for form in made.forms]
    lines, failures = write(jobs, arguments.out, console)
    console.print(summary(lines))
    console.print(f"{len(lines)} documents in {perf_counter() - started:.1f} s")
    for complaint in [*map(str, mistakes), *failures]:
        console.print(complaint, style="red", soft_wrap=True, markup=False)
    return 1 if mistakes or failures else 0


def write(
    jobs: Sequence[Job], out: Path, console: Console
) -> tuple[list[dict[str, object]], list[str]]:
    """Render everything into the folder; the lines of its labels, and what could not be rendered."""
    _clear(out)
    folder = out / "files"
    folder.mkdir(parents=True, exist_ok=True)
    lines, failures = [], []
    for job in track(jobs, "rendering", console=console, transient=True):
        try:
            file = job if isinstance(job, File) else render(*job)
        except Exception as error:  # noqa: BLE001  # anything comes out of a renderer; the others go on
            failures.append(f"{_named(job)}: {type(error).__name__}: {str(error)[:200]}")
            continue
        number = hashlib.sha256(_named(job).encode()).hexdigest()[:10]
        (folder / f"{number}{file.suffix}").write_bytes(file.octets)
        lines.append(line_of(file, number))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (out / "labels.jsonl").write_text(text, "utf-8")
    return lines, failures


def _clear(out: Path) -> None:
    """Remove what an earlier build wrote here, and nothing else."""
    labels = out / "labels.jsonl"
    if not labels.is_file():
        return
    lines = [json.loads(text) for text in labels.read_text("utf-8").splitlines()]
    if not all("source" in line for line in lines):
        raise SystemExit(f"{out} holds a corpus that was not built here; choose another folder")
    for line in lines:
        (out / line["file"]).unlink(missing_ok=True)


def _named(job: Job) -> str:
    if isinstance(job, File):
        return f"{job.labels.content} as {job.suffix}"
    return f"{job[0].labels.content} as {job[1].value}"


def line_of(file: File, number: str) -> dict[str, object]:
    """One line of the labels, in the fields of the development corpus and two more."""
    labels = file.labels
    return {
        "id": number,
        "file": f"files/{number}{file.suffix}",
        "filename": filename(labels, file.suffix),
        "label": labels.kind,
        "alt_labels": list(labels.also),
        "period": _period(labels),
        "span": list(labels.span) if labels.span else None,
        "language": labels.language,
        "pages": None,
        "repo": labels.group,
        "source": labels.source.value,
        "content": labels.content,
    }


def filename(labels: Labels, suffix: str) -> str:
    """The name that a person gave, with the suffix of this copy."""
    known = next((end for end in _SUFFIXES if labels.name.lower().endswith(end)), "")
    return (
        labels.name
        if known == suffix
        else f"{labels.name[: len(labels.name) - len(known)]}{suffix}"
    )


def summary(lines: Sequence[dict[str, object]]) -> Table:
    """How many there are by kind, source and suffix."""
    kinds = sorted({str(line["label"]) for line in lines})
    table = Table("", *kinds, "all")
    for rows in ([("source", str(line["source"])) for line in lines],
                 [("", str(line["file"]).rpartition(".")[2]) for line in lines]):  # fmt: skip
        counts = Counter(
            zip((row[1] for row in rows), (str(line["label"]) for line in lines), strict=True)
        )
        for name in sorted({row[1] for row in rows}):
            cells = [counts[name, kind] for kind in kinds]
            table.add_row(name, *(str(cell or "") for cell in cells), str(sum(cells)))
        table.add_section()
    totals = Counter(str(line["label"]) for line in lines)
    table.add_row("all", *(str(totals[kind]) for kind in kinds), str(len(lines)))
    return table


def _period(labels: Labels) -> dict[str, object] | None:
    if labels.kind != "roadmap":
        return None
    period = labels.period
    return {
        "kind": period.kind if period else "other",
        "covers": period.covers if period else None,
        "alt_kinds": list(period.also) if period else [],
    }


if __name__ == "__main__":
    raise SystemExit(main())
