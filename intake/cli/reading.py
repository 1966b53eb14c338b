"""`inspect`, `classify` and `receive --dry-run`: what is read in files, with nothing stored.

Works without a configuration; hostile octets are opened by the reader, in a guarded child.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from intake.automatic import automatic, signs
from intake.cli.contract import classify_json, inspect_json, reason_of, verdict_of
from intake.cli.terminal import (
    print_json,
    progress,
    settings,
    settings_if_any,
    show,
    warn,
)
from intake.errors import ConfigError, PermanentError
from intake.guard import ForkServer
from intake.model import (
    OTHER,
    Authentication,
    AutoKind,
    Classification,
    Disposition,
    Fate,
    Held,
    HoldReason,
    InboundMessage,
    Problem,
    RawMessage,
    Sha256,
    SortedPart,
)
from intake.orders import enclosed_documents
from intake.reader import Reader, reader_settings
from intake.sources.files import FileSource
from intake.vet import VetPolicy, too_large, vet

if TYPE_CHECKING:
    from intake.config import Settings

NO_MESSAGE = "There is no message there: name .eml or mbox files, or a folder of them."


@dataclass(frozen=True, slots=True)
class Inspection:
    """One message, read and vetted."""

    path: str
    message: InboundMessage
    parts: tuple[SortedPart, ...]
    disposition: Disposition
    auto: AutoKind | None
    signs: tuple[str, ...] = ()
    """The rules by which it is automatic."""


def inspect(
    paths: Sequence[Path],
    *,
    as_json: bool,
    config: Path | None,
    server: ForkServer | None = None,
) -> None:
    """Print what is read in each message; a path that cannot be read ends the command, after those before it."""
    for found in _inspections(paths, settings(config) if config else None, server=server):
        if as_json:
            print_json(
                inspect_json(
                    found.path,
                    found.message,
                    found.disposition,
                    parts=found.parts,
                    auto=found.auto,
                    signs=found.signs,
                )
            )
        else:
            from intake.cli import tables

            show(
                tables.message(
                    found.path,
                    found.message,
                    found.disposition,
                    parts=found.parts,
                    signs=found.signs,
                )
            )


def rehearse(paths: Sequence[Path], *, config: Path | None) -> None:
    """Print, message by message, what `receive` would make of it, and how many of each there are."""
    from intake.cli import tables

    counts: Counter[str] = Counter()
    for found in _inspections(paths, settings(config)):
        verdict = verdict_of(found.disposition)
        counts[verdict] += 1
        reason = reason_of(found.disposition)
        documents = sum(entry.fate is Fate.DOCUMENT for entry in found.parts)
        because = f" ({reason})" if reason else ""
        show(f"{tables.printable(found.path)}: {verdict}{because}, documents: {documents}")
    total = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    show(f"{counts.total()} messages would be taken: {total}. Nothing was stored.")


def _inspections(
    paths: Sequence[Path], decided: Settings | None, *, server: ForkServer | None = None
) -> Iterator[Inspection]:
    from intake.config import LimitSettings

    limits = decided.limits if decided else LimitSettings()
    source = FileSource(paths, max_message_octets=limits.message_octets)
    total = source.count()
    if total == 0:
        raise ConfigError(NO_MESSAGE)
    policy = _policy(decided)
    with closing(Reader(reader_settings(decided), server=server)) as reader:
        for raw in progress(source.fetch(frozenset()), total=total, label="Reading"):
            yield _inspection(reader, raw, policy)


def _inspection(reader: Reader, raw: RawMessage, policy: VetPolicy) -> Inspection:
    try:
        with closing(reader.open(raw.octets, envelope_recipient=None)) as opened:
            message, parts = opened.message, opened.parts
    except PermanentError:
        unread = Held(HoldReason.UNREADABLE, None, Authentication.NONE)
        return Inspection(raw.locator.name, _closed(raw), (), unread, None)
    documents = bool(enclosed_documents(parts)) or bool(message.links)
    disposition = vet(message, documents=documents, policy=policy)
    if raw.oversize_octets is not None:  # its body is not broken, it was left where it is
        disposition, parts = too_large(disposition), ()
        message = replace(message, links=(), defects=("only-the-header-was-taken",))
    return Inspection(
        raw.locator.name,
        message,
        parts,
        disposition,
        automatic(message, policy.own_addresses),
        tuple(sign.rule for sign in signs(message, policy.own_addresses)),
    )


def _closed(raw: RawMessage) -> InboundMessage:
    """A message over which the reading child died: nothing is known of it but its octets."""
    sha256 = Sha256(hashlib.sha256(raw.octets).hexdigest())
    return InboundMessage(
        sha256=sha256,
        digest=sha256,
        size_octets=len(raw.octets),
        fields=(),
        sender=None,
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        subject="",
        message_id=None,
        in_reply_to=(),
        references=(),
        date=None,
        written="",
        text="",
        links=(),
        parts=(),
        defects=("could-not-be-opened",),
    )


def _policy(decided: Settings | None) -> VetPolicy:
    if decided is None:
        return VetPolicy(frozenset(), frozenset(), accept_unverified=True)
    return VetPolicy(
        decided.own_addresses,
        frozenset(decided.intake.trusted_authserv_ids),
        accept_unverified=decided.intake.unverified_senders == "accept",
    )


def classify(
    paths: Sequence[Path],
    *,
    as_json: bool,
    config: Path | None,
    server: ForkServer | None = None,
) -> None:
    """Print what each document is; every file gets its line, and those that could not be read end the command badly."""
    decided = settings_if_any(config)
    files = document_files(paths)
    unread = 0
    with closing(Reader(reader_settings(decided), server=server)) as reader:
        for mistake in reader.examples.mistakes:
            warn(mistake)
        for path in progress(files, total=len(files), label="Reading"):
            found = _classification(reader, path)
            unread += found is None
            if found is None:
                continue
            if as_json:
                print_json(classify_json(str(path), found))
            else:
                from intake.cli import tables

                show(tables.document(str(path), found))
    if unread:
        raise PermanentError(
            f"{unread} of {len(files)} files could not be opened: may this user read them?"
        )


def document_files(paths: Iterable[Path]) -> list[Path]:
    """The files to look at: those that are named, and all that lie in folders but hidden ones, sorted."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files.extend(sorted(_walk(path)))
        elif path.exists():
            files.append(path)
        else:
            raise ConfigError(f"{path}: there is no such file or folder.")
    if not files:
        raise ConfigError("There is no document there: name files, or a folder of them.")
    return files


def _walk(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(directory)
        yield from (
            here / name for name in names if not name.startswith(".") and (here / name).is_file()
        )


def _classification(reader: Reader, path: Path) -> Classification | None:
    """What a file is; None where it cannot be opened."""
    try:
        if path.stat().st_size > reader.settings.extract.document_octets:
            return Classification(OTHER, confidence=0.0, sure=False, problem=Problem.TOO_LARGE)
        octets = path.read_bytes()
    except OSError:
        return None
    found = reader.classify_file(octets, filename=path.name, on=datetime.now(UTC).date())
    return replace(found, sure=found.sure and found.problem is None)
