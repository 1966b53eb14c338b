"""Hands out everything of a project: its documents, mail and letters as files, and what the ledger knows as JSON.

The folder is written beside its name and renamed when it is whole; every octet is compared with its SHA-256 on the way.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from intake.errors import BlobsDeniedError, ConfigError, PermanentError
from intake.manifest import Paths, manifest_json
from intake.model import BlobKey, BlobStore, Document, LetterKind, Sha256, Token
from storage.blobs.keys import readable_name
from storage.dossiers import Dossier, KeptLetter, KeptMessage
from storage.ledger import Ledger

MANIFEST = "manifest.json"
SUMS = "MANIFEST.sha256"
Told = Callable[[int, int], None]
"""Hears how many files of how many are written."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    documents: int
    messages: int
    letters: int


@dataclass(frozen=True, slots=True)
class _Task:
    """One file to be written: from a blob, or from the ledger itself (`octets`)."""

    path: str
    what: str
    """How a person is told of it if it is missing."""
    sha256: Sha256
    key: BlobKey | None = field(default=None, repr=False)
    octets: bytes = field(default=b"", repr=False)


def export(
    ledger: Ledger,
    blobs: BlobStore,
    token: Token,
    target: Path,
    *,
    told: Told = lambda _done, _total: None,
) -> Exported:
    """Write everything of a project into a folder that is empty or not there yet.

    ConfigError where the folder cannot be taken or there is no such project; PermanentError where a blob is missing or
    harmed (then nothing is written), or the disk refuses; TransientError where the store is away.
    """
    _require_free(target)
    dossier = ledger.dossiers.of(token)
    paths = _paths(dossier)
    tasks = _tasks(dossier, paths)
    with _unfinished(target) as folder:
        _write_all(folder, blobs, tasks, told)
        _write(folder / MANIFEST, manifest_json(dossier, paths, at=ledger.now()))
        _write_sums(folder)
        _keep(folder, target)
    return Exported(len(paths.documents), len(paths.messages), len(paths.letters))


def _require_free(target: Path) -> None:
    if not target.absolute().parent.is_dir():
        raise ConfigError(f"There is no folder {target.parent}: make it, or name another one.")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ConfigError(f"{target} is there already and no folder: name another one.")
    if target.is_dir() and any(target.iterdir()):
        raise ConfigError(f"{target} is not empty: name another folder.")


def _paths(dossier: Dossier) -> Paths:
    """Readable names, no two alike: each begins with the number by which the manifest calls it."""
    return Paths(
        documents={
            document.number: f"documents/{document.number:03}-{readable_name(document.filename)}"
            for document in dossier.documents
            if document.blob is not None
        },
        messages={
            message.number: f"messages/{message.number:06}.eml" for message in dossier.messages
        },
        letters={
            letter.number: f"letters/{letter.number:06}-{letter.kind}{_ending(letter)}"
            for letter in dossier.letters
            if letter.octets is not None
        },
    )


def _tasks(dossier: Dossier, paths: Paths) -> tuple[_Task, ...]:
    return (
        *(_document_task(each, paths) for each in dossier.documents if each.blob is not None),
        *(_message_task(each, paths) for each in dossier.messages),
        *(_letter_task(each, paths) for each in dossier.letters if each.octets is not None),
    )


def _document_task(document: Document, paths: Paths) -> _Task:
    path = paths.documents[document.number]
    return _Task(path, f"file {document.number}", document.sha256, document.blob)


def _message_task(message: KeptMessage, paths: Paths) -> _Task:
    path = paths.messages[message.number]
    return _Task(path, f"message {message.number}", message.sha256, message.key)


def _ending(letter: KeptLetter) -> str:
    return ".json" if letter.kind == LetterKind.WEBHOOK else ".eml"


def _letter_task(letter: KeptLetter, paths: Paths) -> _Task:
    octets = letter.octets or b""
    path = paths.letters[letter.number]
    return _Task(path, f"letter {letter.number}", _sha256(octets), octets=octets)


def _write_all(folder: Path, blobs: BlobStore, tasks: tuple[_Task, ...], told: Told) -> None:
    wrong = []
    for done, task in enumerate(tasks):
        told(done, len(tasks))
        octets = task.octets if task.key is None else _octets(blobs, task.key)
        if octets is None or _sha256(octets) != task.sha256:
            wrong.append(task.what)
        elif not wrong:
            _write(folder / task.path, octets)
    if wrong:
        named = ", ".join(wrong[:10]) + (" …" if len(wrong) > 10 else "")
        raise PermanentError(
            f"Nothing was exported: {len(wrong)} of {len(tasks)} files are missing or harmed ({named})."
            " Run `intake fsck --repair`, then export again."
        )


def _octets(blobs: BlobStore, key: BlobKey) -> bytes | None:
    try:
        return blobs.get(key)
    except BlobsDeniedError:
        raise
    except PermanentError:
        return None


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A folder beside the target, for its owner only; gone at the end unless it was given its name."""
    try:
        folder = Path(tempfile.mkdtemp(dir=target.absolute().parent, prefix=f".{target.name}."))
    except OSError as error:
        raise _refused(error) from error
    try:
        yield folder
    except OSError as error:
        raise _refused(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, octets: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())


def _write_sums(folder: Path) -> None:
    """As `sha256sum -c` reads it; the names hold nothing that it would have to escape."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (
        f"{_sha256(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in files
    )
    _write(folder / SUMS, "".join(lines).encode())


def _keep(folder: Path, target: Path) -> None:
    """Give the folder its name; an empty one that is there makes room for it."""
    for path in (folder, *(path for path in folder.iterdir() if path.is_dir())):
        _sync(path)
    with suppress(FileNotFoundError):
        target.rmdir()
    folder.rename(target)
    _sync(target.absolute().parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(octets: bytes) -> Sha256:
    return Sha256(hashlib.sha256(octets).hexdigest())


def _refused(error: OSError) -> PermanentError:
    return PermanentError(f"The export cannot be written there: {error.strerror}.")
