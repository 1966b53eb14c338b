"""What only the folder promises: atomic files for their owner's eyes, and nothing left behind."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from intake.errors import PermanentError, TransientError
from intake.model import BlobKey, BlobNote
from storage.blobs import FolderBlobStore, open_store

NOTE = BlobNote("application/pdf")
KEY = BlobKey("clients/acme-1/deck--0123456789abcdef.pdf")


@contextmanager
def small_files_only() -> Iterator[None]:
    """The kernel refuses to let a file grow past 1000 octets, as a full disk would; the file that pytest writes to, too."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_files_and_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    FolderBlobStore(tmp_path / "blobs").put(KEY, b"one", NOTE)

    made = [tmp_path / "blobs", tmp_path / "blobs/clients/acme-1", tmp_path / "blobs" / KEY]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o700", "0o700", "0o600"]


def test_only_the_blob_is_left_after_a_put(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)

    store.put(KEY, b"one", NOTE)
    store.put(KEY, b"two", NOTE, replace=True)

    assert [path.name for path in (tmp_path / KEY).parent.iterdir()] == [Path(KEY).name]


def test_a_put_that_fails_half_way_leaves_nothing_and_keeps_the_old(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    store.put(KEY, b"old", NOTE)

    refusal = pytest.raises(PermanentError, match="blob 0123456789abcdef: File too large")
    with refusal, small_files_only():
        store.put(KEY, bytes(5000), NOTE, replace=True)

    assert [entry.key for entry in store.entries()] == [KEY]
    assert store.get(KEY) == b"old"


def test_a_put_killed_half_way_leaves_a_temporary_file_that_is_listed(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from storage.blobs import FolderBlobStore\n"
        "from intake.model import BlobKey, BlobNote\n"
        "os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "(Path(sys.argv[1]) / 'raw').mkdir()\n"
        "FolderBlobStore(Path(sys.argv[1])).put(BlobKey('raw/a.eml'), b'one', BlobNote('a/b'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    [left] = FolderBlobStore(tmp_path).entries()

    assert done.returncode == -9
    assert left.key.startswith("raw/.put-")


def test_a_temporary_file_can_be_deleted_like_a_blob(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/.put-abc").write_bytes(b"half")

    store.delete(BlobKey("raw/.put-abc"))

    assert list(tmp_path.iterdir()) == []


def test_deleting_the_last_blob_removes_its_folders_but_not_the_root(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    store.put(KEY, b"one", NOTE)

    store.delete(KEY)

    assert list(tmp_path.iterdir()) == []


def test_deleting_one_blob_keeps_its_neighbours(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    store.put(KEY, b"one", NOTE)
    store.put(BlobKey("clients/acme-1/other.pdf"), b"two", NOTE)

    store.delete(KEY)

    assert [entry.key for entry in store.entries()] == ["clients/acme-1/other.pdf"]


def test_a_key_below_a_blob_is_refused_for_good(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path)
    store.put(BlobKey("raw/a"), b"one", NOTE)

    with pytest.raises(PermanentError, match="Not a directory"):
        store.put(BlobKey("raw/a/b"), b"two", NOTE)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, TransientError),
        (errno.EIO, TransientError),
        (errno.EDQUOT, TransientError),
        (errno.EMFILE, TransientError),
        (errno.EACCES, PermanentError),
        (errno.EROFS, PermanentError),
    ],
)
def test_errors_of_the_disk_say_whether_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, "refused", "clients/acme")

    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(expected) as caught:
        FolderBlobStore(tmp_path).put(BlobKey("deck.pdf"), b"one", NOTE)

    assert os.strerror(number) in str(caught.value)
    assert "acme" not in str(caught.value)


def test_a_disk_without_hard_links_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    store = FolderBlobStore(tmp_path)

    store.put(KEY, b"one", NOTE)

    assert [(entry.key, store.get(entry.key)) for entry in store.entries()] == [(KEY, b"one")]


def test_nothing_is_made_before_the_first_put(tmp_path: Path) -> None:
    store = FolderBlobStore(tmp_path / "blobs")

    assert list(store.entries()) == []
    assert not (tmp_path / "blobs").exists()


def test_a_folder_has_no_addresses_for_browsers(tmp_path: Path) -> None:
    assert open_store(str(tmp_path)).presigned(KEY, expires=timedelta(days=1)) is None


def test_a_folder_is_opened_by_its_file_url(tmp_path: Path) -> None:
    (tmp_path / "my blobs").mkdir()
    open_store((tmp_path / "my blobs").as_uri()).put(KEY, b"one", NOTE)

    assert (tmp_path / "my blobs" / KEY).read_bytes() == b"one"
