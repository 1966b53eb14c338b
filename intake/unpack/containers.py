"""Opens zip, tar, gzip and winmail.dat in memory, within bounds.

Sizes that an archive claims are believed only where they are too large; what is read is counted as it comes, for the
entry, for the archive and for the message.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import IO, Protocol

from intake.extract import sniff as media
from intake.extract.sniff import sniff
from intake.model import Fate, Part, Role, Sha256, UnpackLimits
from intake.unpack import tnef

_CHUNK = 1 << 16
_MAX_RATIO = 250
_RATIO_COUNTS_FROM = 1 << 20
_RATIO_OF_ALL_COUNTS_FROM = 16 << 20
_MAX_NAME = 1_000
_UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
)
# Documents that happen to be zip files, of which the octets alone do not tell.
_ZIP_DOCUMENTS = frozenset(
    {".key", ".pages", ".numbers", ".idml", ".sketch", ".vsdx", ".xps", ".oxps", ".epub", ".docx"}
    | {".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".potx", ".ppsx", ".dotx", ".jar", ".apk"}
    | {".odt", ".odp", ".ods", ".odg", ".indd"}
)


@dataclass(slots=True)
class Budget:
    """What is left of the limits for the rest of the message."""

    limits: UnpackLimits
    octets: int
    entries: int


def budget_for(parts: Iterable[Part], limits: UnpackLimits) -> Budget:
    """What may be unpacked of a message: no more than the limits, and nothing out of all proportion to what came.

    So an archive of archives, each of which is within its own proportion, is no way around it.
    """
    proportionate = _proportionate(sum(len(part.octets) for part in parts))
    return Budget(
        limits, octets=min(limits.archive_octets, proportionate), entries=limits.archive_entries
    )


def _proportionate(packed_octets: int) -> int:
    return max(_RATIO_OF_ALL_COUNTS_FROM, packed_octets * _MAX_RATIO)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a container; `fate` is None where the part is to be looked at like any other."""

    part: Part
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """One file as its archive lists it."""

    name: str = field(repr=False)
    claimed_octets: int
    packed_octets: int
    locked: bool = False


class _Archive(Protocol):
    """What zip and tar have in common."""

    def members(self) -> Iterable[_Member]: ...

    def open(self, number: int) -> IO[bytes] | None: ...


class _Readable(Protocol):
    """What octets are read from."""

    def read(self, size: int, /) -> bytes: ...


def is_archive(part: Part) -> bool:
    """Whether a part is a container to be opened."""
    if part.role is Role.TNEF or part.sniffed == media.TNEF:
        return True
    if part.sniffed == media.ZIP:
        return PurePosixPath(part.filename or "").suffix.lower() not in _ZIP_DOCUMENTS
    return part.sniffed in {media.TAR, media.GZIP}


def entries(part: Part, budget: Budget) -> list[Entry] | Fate:
    """What a container holds, or why it cannot be opened."""
    if len(part.octets) > budget.limits.archive_octets:
        return Fate.TOO_LARGE
    try:
        if part.sniffed == media.ZIP:
            return _listed(part, _Zip(part.octets), budget)
        if part.sniffed == media.TAR:
            return _listed(part, _Tar(io.BytesIO(part.octets)), budget)
        if part.sniffed == media.GZIP:
            return _gzip(part, budget)
    except NotImplementedError:
        return Fate.UNSUPPORTED
    except _UNREADABLE:
        return Fate.DAMAGED
    return _tnef(part, budget)


def _listed(part: Part, archive: _Archive, budget: Budget) -> list[Entry] | Fate:
    members = list(archive.members())
    wanted = [(number, member) for number, member in enumerate(members) if _is_wanted(member.name)]
    if len(members) > budget.entries:
        return Fate.TOO_LARGE
    if not wanted:
        return Fate.EMPTY
    if all(member.locked for _, member in wanted):
        return Fate.LOCKED
    claimed = sum(member.claimed_octets for _, member in wanted if not _is_bomb(member))
    if claimed > _proportionate(len(part.octets)):
        return Fate.TOO_LARGE
    budget.entries -= len(members)
    return [_read(part, archive, number, member, budget) for number, member in wanted]


def _is_bomb(member: _Member) -> bool:
    """By its own word; such an entry is never read, and costs the others nothing."""
    return member.claimed_octets > max(_RATIO_COUNTS_FROM, member.packed_octets * _MAX_RATIO)


def _is_wanted(name: str) -> bool:
    """Not a folder, nor what macOS and editors leave behind."""
    steps = name.replace("\\", "/").split("/")
    return (
        bool(steps[-1])
        and "__MACOSX" not in steps
        and not any(step.startswith(".") and step not in {".", ".."} for step in steps)
        and steps[-1].lower() not in {"thumbs.db", "desktop.ini"}
    )


def _read(part: Part, archive: _Archive, number: int, member: _Member, budget: Budget) -> Entry:
    if member.locked:
        return _refused(part, member, Fate.LOCKED)
    bound = min(budget.octets, budget.limits.document_octets)
    if member.claimed_octets > bound or _is_bomb(member):
        return _refused(part, member, Fate.TOO_LARGE)
    try:
        stream = archive.open(number)
        if stream is None:
            return _refused(part, member, Fate.UNSUPPORTED)
        with stream:
            octets = _bounded(stream, member.packed_octets, budget)
    except NotImplementedError:
        return _refused(part, member, Fate.UNSUPPORTED)
    except _UNREADABLE:
        return _refused(part, member, Fate.DAMAGED)
    return (
        Entry(held(part, member.name, octets))
        if octets is not None
        else _refused(part, member, Fate.TOO_LARGE)
    )


def _bounded(stream: _Readable, packed_octets: int, budget: Budget) -> bytes | None:
    """All octets of a stream; None as soon as they are too many or out of all proportion to what was packed."""
    limit = min(budget.octets, budget.limits.document_octets)
    pieces: list[bytes] = []
    count = 0
    while piece := stream.read(_CHUNK):
        pieces.append(piece)
        count += len(piece)
        if count > limit or (count > _RATIO_COUNTS_FROM and count > packed_octets * _MAX_RATIO):
            budget.octets -= count
            return None
    budget.octets -= count
    return b"".join(pieces)


def held(container: Part, name: str, octets: bytes, media_type: str | None = None) -> Part:
    """A part for an entry of a container."""
    shown = name[:_MAX_NAME]
    filename = shown.replace("\\", "/").rstrip("/").rpartition("/")[2] or None
    sniffed = sniff(octets, filename)
    claimed = media_type or sniffed or "application/octet-stream"
    is_mail = sniffed == media.MESSAGE and (filename or "").lower().endswith(".eml")
    return Part(
        path=f"{container.path}!{shown}",
        filename=filename,
        media_type=claimed,
        sniffed=sniffed,
        octets=octets,
        size_octets=len(octets),
        sha256=Sha256(hashlib.sha256(octets).hexdigest()),
        inline=False,
        role=Role.EMBEDDED_MESSAGE if is_mail else Role.FILE,
        container=container.path,
    )


def _refused(container: Part, member: _Member, fate: Fate) -> Entry:
    """An entry whose octets we do not have; its size is the claimed one."""
    empty = held(container, member.name, b"")
    part = Part(
        path=empty.path,
        filename=empty.filename,
        media_type=empty.media_type,
        sniffed=None,
        octets=b"",
        size_octets=member.claimed_octets,
        sha256=empty.sha256,
        inline=False,
        role=Role.FILE,
        container=container.path,
        damaged=fate is Fate.DAMAGED,
    )
    return Entry(part, fate)


class _Zip:
    """A zip archive (APPNOTE 6.3)."""

    def __init__(self, octets: bytes) -> None:
        self._file = zipfile.ZipFile(io.BytesIO(octets))
        self._entries = self._file.infolist()

    def members(self) -> Iterator[_Member]:
        for entry in self._entries:
            yield _Member(
                _entry_name(entry), entry.file_size, entry.compress_size, bool(entry.flag_bits & 1)
            )

    def open(self, number: int) -> IO[bytes]:
        return self._file.open(self._entries[number])


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Without the UTF-8 flag zipfile reads code page 437; most programs that omit the flag write UTF-8 all the same."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


class _Tar:
    """A tar archive, uncompressed; links and devices are no documents."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._file = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115  # it owns nothing but memory
        self._entries = [entry for entry in self._file.getmembers() if entry.isfile()]

    def members(self) -> Iterator[_Member]:
        for entry in self._entries:
            name = entry.name.encode("utf-8", "replace").decode()
            yield _Member(name, entry.size, entry.size)

    def open(self, number: int) -> IO[bytes] | None:
        return self._file.extractfile(self._entries[number])


def _gzip(part: Part, budget: Budget) -> list[Entry] | Fate:
    """A compressed tar, or one compressed file."""
    with gzip.GzipFile(fileobj=io.BytesIO(part.octets)) as stream:
        octets = _bounded(stream, len(part.octets), budget)
    if octets is None:
        return Fate.TOO_LARGE
    if sniff(octets, None) == media.TAR:
        return _listed(part, _Tar(io.BytesIO(octets)), budget)
    name = part.filename or "file.gz"
    return [Entry(held(part, name[:-3] if name.lower().endswith(".gz") else name, octets))]


def _tnef(part: Part, budget: Budget) -> list[Entry] | Fate:
    """The files in Outlook's winmail.dat."""
    mail = tnef.read(part.octets)
    if mail is None:
        return Fate.DAMAGED
    size = sum(len(file.octets) for file in mail.files)
    if len(mail.files) > budget.entries or size > budget.octets:
        return Fate.TOO_LARGE
    budget.entries -= len(mail.files)
    budget.octets -= size
    found = [
        Entry(replace(held(part, file.name or "file", file.octets), damaged=file.damaged))
        for file in mail.files
    ]
    if mail.rest_octets and not any(file.damaged for file in mail.files):
        rest = _Member(part.filename or "winmail.dat", mail.rest_octets, mail.rest_octets)
        found.append(_refused(part, rest, Fate.DAMAGED))  # nobody knows what else there was
    return found
