"""The contract of `BlobStore`, kept by every store: a folder, and S3 as two servers understand it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from intake.errors import PermanentError
from intake.model import BlobKey, BlobNote
from storage.blobs import FolderBlobStore, Store
from storage.blobs.s3 import S3BlobStore, S3Settings
from tests.stores import S3_ENVIRONMENT, S3_REGION, bucket, ministack, moto

NOTE = BlobNote("application/pdf", filename="Deck.pdf", tags=(("kind", "deck"),))
KEY = BlobKey("clients/acme-1/launch--q4/deck--0123456789abcdef.pdf")


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in S3_ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return FolderBlobStore(tmp_path_factory.mktemp("blobs") / "made later")


@pytest.fixture(scope="module")
def on_ministack() -> Iterator[Store]:
    with ministack() as url, bucket(url) as name:
        yield S3BlobStore(S3Settings(name, prefix="desk/", region=S3_REGION, endpoint_url=url))


@pytest.fixture(scope="module")
def on_moto() -> Iterator[Store]:
    with moto() as url, bucket(url) as name:
        yield S3BlobStore(S3Settings(name, region=S3_REGION, endpoint_url=url))


@pytest.fixture(params=["folder", "on_ministack", "on_moto"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Empty at the start of each test."""
    chosen: Store = request.getfixturevalue(request.param)
    yield chosen
    for entry in list(chosen.entries()):
        chosen.delete(entry.key)


@pytest.mark.parametrize("octets", [b"", b"%PDF-1.7 \x00\xff", bytes(3_000_000)])
def test_what_was_put_can_be_got(store: Store, octets: bytes) -> None:
    store.put(KEY, octets, NOTE)

    assert store.get(KEY) == octets


def test_the_same_octets_under_the_same_key_are_nothing_new(store: Store) -> None:
    store.put(KEY, b"one", NOTE)
    store.put(KEY, b"one", NOTE)

    assert [entry.key for entry in store.entries()] == [KEY]


@pytest.mark.parametrize("other", [b"two", b"three"])
def test_other_octets_under_the_same_key_are_refused(store: Store, other: bytes) -> None:
    store.put(KEY, b"one", NOTE)

    with pytest.raises(PermanentError, match="blob 0123456789abcdef is there already"):
        store.put(KEY, other, NOTE)

    assert store.get(KEY) == b"one"


def test_other_octets_replace_the_old_ones_where_that_is_wanted(store: Store) -> None:
    store.put(KEY, b"one", NOTE)
    store.put(KEY, b"two", NOTE, replace=True)

    assert store.get(KEY) == b"two"


def test_replacing_what_is_not_there_puts_it(store: Store) -> None:
    store.put(KEY, b"one", NOTE, replace=True)

    assert store.get(KEY) == b"one"


def test_what_is_not_there_cannot_be_got(store: Store) -> None:
    with pytest.raises(PermanentError, match="blob 0123456789abcdef"):
        store.get(KEY)


def test_a_folder_of_blobs_cannot_be_got(store: Store) -> None:
    store.put(KEY, b"one", NOTE)

    with pytest.raises(PermanentError):
        store.get(BlobKey("clients/acme-1"))


def test_what_was_deleted_is_gone(store: Store) -> None:
    store.put(KEY, b"one", NOTE)
    store.delete(KEY)

    assert list(store.entries()) == []
    with pytest.raises(PermanentError):
        store.get(KEY)


def test_deleting_what_is_not_there_is_fine(store: Store) -> None:
    store.delete(KEY)

    assert list(store.entries()) == []


def test_a_deleted_key_can_be_put_again(store: Store) -> None:
    store.put(KEY, b"one", NOTE)
    store.delete(KEY)
    store.put(KEY, b"two", NOTE)

    assert store.get(KEY) == b"two"


def test_entries_tell_key_size_and_an_aware_time(store: Store) -> None:
    store.put(KEY, b"four", NOTE)
    store.put(BlobKey("raw/ab/c.eml"), b"", NOTE)

    entries = sorted(store.entries(), key=lambda entry: entry.key)

    assert [(entry.key, entry.size_octets) for entry in entries] == [(KEY, 4), ("raw/ab/c.eml", 0)]
    assert {entry.modified_at.tzinfo for entry in entries} == {UTC}
    assert datetime.now(UTC) - entries[0].modified_at < timedelta(minutes=5)


def test_an_empty_store_has_no_entries(store: Store) -> None:
    assert list(store.entries()) == []


@pytest.mark.parametrize(
    "key",
    [
        "a/\u202eb",
        "a/\ud800",
        "a/" + "b" * 256,
        "a/" * 600 + "b",
        "",
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "a/./b",
        "a/",
        "a\x00b",
        "a\nb",
        "a\\b",
    ],
)
def test_an_unsafe_key_is_refused_by_every_verb(store: Store, key: str) -> None:
    with pytest.raises(PermanentError, match="unsafe"):
        store.put(BlobKey(key), b"one", NOTE)
    with pytest.raises(PermanentError, match="unsafe"):
        store.get(BlobKey(key))
    with pytest.raises(PermanentError, match="unsafe"):
        store.delete(BlobKey(key))
    with pytest.raises(PermanentError, match="unsafe"):
        store.url(BlobKey(key))


def test_a_key_with_spaces_and_foreign_letters_is_kept_as_it_is(store: Store) -> None:
    key = BlobKey("clients/Söhne & Co/100% plan+x.pdf")
    store.put(key, b"one", NOTE)

    assert [entry.key for entry in store.entries()] == [key]
    assert store.get(key) == b"one"


def test_the_same_octets_put_by_eight_threads_at_once_are_there_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: store.put(KEY, bytes(50_000), NOTE), range(16)))

    assert outcomes == [None] * 16
    assert [entry.size_octets for entry in store.entries()] == [50_000]


def test_of_different_octets_put_at_once_one_wins_and_the_others_are_refused(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        puts = [pool.submit(store.put, KEY, bytes([byte]), NOTE) for byte in range(16)]
        errors = [put.exception() for put in puts]

    winners = [byte for byte, error in enumerate(errors) if error is None]
    assert [bytes([byte]) for byte in winners] == [store.get(KEY)]
    assert {type(error) for error in errors} == {type(None), PermanentError}


def test_errors_name_neither_the_client_nor_the_file(store: Store) -> None:
    key = BlobKey("clients/acme-1/launch--q4/deck.pdf")

    with pytest.raises(PermanentError) as caught:
        store.get(key)

    assert "acme" not in str(caught.value)
    assert "deck" not in str(caught.value)


def test_a_folder_and_a_bucket_take_the_same_keys(folder: Store, on_moto: Store) -> None:
    assert folder.url(KEY).startswith("file:///")
    assert folder.url(KEY).endswith(f"/made%20later/{KEY}")
    assert on_moto.url(KEY).startswith("s3://bucket-")
    assert on_moto.url(KEY).endswith(f"/{KEY}")
