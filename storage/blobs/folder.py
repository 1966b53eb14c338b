"""Blobs in a folder. Every write is a temporary file, an fsync and a link or rename, so that a blob is whole or absent.

Files are for their owner only (0600, folders 0700). A folder has no place for a `BlobNote`, so none is kept. Errors of
the disk become TransientError where room or rest may help, else PermanentError.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from intake.errors import BlobsDeniedError, PermanentError, TransientError
from intake.model import BlobEntry, BlobKey, BlobNote
from storage.blobs import keys

_TRANSIENT = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE}
    | {errno.ENOMEM, errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT, errno.EINTR}
)
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# Some mounted file systems have no hard links.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})


class FolderBlobStore:
    """A BlobStore under one folder, which is made at the first put. Safe to share between threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root.expanduser().absolute()

    def put(self, key: BlobKey, octets: bytes, note: BlobNote, *, replace: bool = False) -> None:
        """As `BlobStore.put`; when it returns, the octets and the name are on the disk."""
        del note
        path = self._path(key)
        with _translated(key):
            for _ in range(3):  # a folder may be emptied and removed between making and using it
                try:
                    if not _write(path, octets, replace=replace):
                        raise PermanentError(
                            f"{keys.label(key)} is there already with other octets; it was left as it was."
                        )
                except FileNotFoundError:
                    _make_folders(path.parent)
                else:
                    return
        raise TransientError(f"The folder of {keys.label(key)} vanished while it was written.")

    def get(self, key: BlobKey) -> bytes:
        """As `BlobStore.get`."""
        path = self._path(key)
        with _translated(key):
            return path.read_bytes()

    def delete(self, key: BlobKey) -> None:
        """As `BlobStore.delete`; folders that it leaves empty go too, since their names are clients' and projects'."""
        path = self._path(key)
        with _translated(key), suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
        with suppress(OSError):  # not empty, or gone already
            while (path := path.parent) != self._root:
                path.rmdir()

    def entries(self, prefix: str = "") -> Iterator[BlobEntry]:
        """As `BlobStore.entries`, in no order. What a killed put left behind (`.put-…`) is listed like a blob."""
        for folder, _, names in os.walk(self._root / prefix.rpartition("/")[0]):
            for name in names:
                path = Path(folder, name)
                key = path.relative_to(self._root).as_posix()
                if not key.startswith(prefix):
                    continue
                with suppress(FileNotFoundError):
                    status = path.stat(follow_symlinks=False)
                    yield BlobEntry(
                        key=BlobKey(key),
                        size_octets=status.st_size,
                        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
                    )

    def url(self, key: BlobKey) -> str:
        """As `BlobStore.url`, percent-encoded."""
        return self._path(key).as_uri()

    def presigned(self, key: BlobKey, *, expires: timedelta) -> None:
        """None: a folder can't be opened from another machine."""

    def _path(self, key: BlobKey) -> Path:
        return self._root.joinpath(*keys.components(key))


@contextmanager
def _translated(key: BlobKey) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError) as error:
        raise PermanentError(f"{keys.label(key)} is not in the folder of blobs.") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown error"
        text = f"The disk refused {keys.label(key)}: {reason}."
        if error.errno in _TRANSIENT:
            raise TransientError(text) from error
        refused = BlobsDeniedError if error.errno in _DENIED else PermanentError
        raise refused(f"{text} Check the folder in blobs.url and its owner.") from error


def _write(path: Path, octets: bytes, *, replace: bool) -> bool:
    """Whether the file holds these octets now; FileNotFoundError where its folder is missing."""
    if not replace and path.exists():
        return _holds(path, octets)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".put-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            _link(temporary, path)
    except FileExistsError:
        return _holds(path, octets)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def _link(temporary: Path, path: Path) -> None:
    """Give the file its name unless the name is taken, which is a FileExistsError."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary.replace(path)


def _holds(path: Path, octets: bytes) -> bool:
    if path.stat().st_size != len(octets) or path.read_bytes() != octets:
        return False
    _sync(path.parent)  # whoever wrote it may not have come to that
    return True


def _make_folders(folder: Path) -> None:
    missing = [folder, *folder.parents]
    missing = missing[: next(at for at, path in enumerate(missing) if path.is_dir())]
    with suppress(FileNotFoundError):  # removed again by a delete: the caller comes back
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make names in a folder last: fsync of a file does not cover its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
