"""What only S3 promises: headers, checksums, encryption, retries, and errors that say what to do."""

import base64
import hashlib
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from intake.errors import BlobsDeniedError, PermanentError, TransientError
from intake.model import BlobKey, BlobNote
from storage.blobs import open_store
from storage.blobs.s3 import S3BlobStore, S3Settings, content_disposition, meaning
from tests.stores import (
    S3_ENVIRONMENT,
    S3_REGION,
    Refusal,
    bucket,
    free_port,
    ministack,
    refusing_s3,
    s3_client,
)

NOTE = BlobNote("application/pdf", filename="Überblick.pdf", tags=(("kind", "deck"), ("a", "b&c")))
KEY = BlobKey("clients/acme-1/deck--0123456789abcdef.pdf")


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in S3_ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@pytest.fixture
def settings(endpoint_url: str) -> Iterator[S3Settings]:
    with bucket(endpoint_url) as name:
        yield S3Settings(name, region=S3_REGION, endpoint_url=endpoint_url, attempts=1)


def head(settings: S3Settings, key: str) -> dict[str, object]:
    with closing(s3_client(str(settings.endpoint_url))) as client:
        answer = client.head_object(Bucket=settings.bucket, Key=key, ChecksumMode="ENABLED")
        tags = client.get_object_tagging(Bucket=settings.bucket, Key=key)["TagSet"]
    return {**answer, "tags": {tag["Key"]: tag["Value"] for tag in tags}}


def test_an_object_carries_checksum_type_tags_and_its_name(settings: S3Settings) -> None:
    S3BlobStore(settings).put(KEY, b"one", NOTE)

    seen = head(settings, KEY)
    assert seen["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"one").digest()).decode()
    assert seen["ContentType"] == "application/pdf"
    assert seen["ContentDisposition"] == (
        "inline; filename=\"_berblick.pdf\"; filename*=UTF-8''%C3%9Cberblick.pdf"
    )
    assert seen["ServerSideEncryption"] == "AES256"
    assert seen["tags"] == {"kind": "deck", "a": "b_c"}


def test_a_confidential_object_has_its_own_key_and_no_name(settings: S3Settings) -> None:
    keyed = S3Settings(
        settings.bucket,
        region=S3_REGION,
        endpoint_url=settings.endpoint_url,
        kms_key_id="alias/all",
        confidential_kms_key_id="alias/confidential",
    )
    note = BlobNote("application/pdf", filename="Secret.pdf", confidential=True)

    S3BlobStore(keyed).put(BlobKey("confidential/1/2/abc"), b"one", note)
    S3BlobStore(keyed).put(KEY, b"one", NOTE)

    secret, plain = head(keyed, "confidential/1/2/abc"), head(keyed, KEY)
    assert secret["ServerSideEncryption"] == "aws:kms"
    assert (secret["SSEKMSKeyId"], plain["SSEKMSKeyId"]) == ("alias/confidential", "alias/all")
    assert secret["ContentDisposition"] == "attachment"


def test_a_media_type_that_is_none_becomes_octets(settings: S3Settings) -> None:
    S3BlobStore(settings).put(KEY, b"one", BlobNote("text/html\r\nX-Evil: 1"))

    assert head(settings, KEY)["ContentType"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("filename", "media_type", "expected"),
    [
        ("Deck.pdf", "application/pdf", 'inline; filename="Deck.pdf"'),
        ("page.html", "text/html", 'attachment; filename="page.html"'),
        ("a/b\\c.pdf", "application/pdf", 'inline; filename="c.pdf"'),
        (
            'q"1".pdf',
            "application/pdf",
            "inline; filename=\"q_1_.pdf\"; filename*=UTF-8''q%221%22.pdf",
        ),
        ("a\r\nX: 1.zip", "application/zip", 'attachment; filename="a X: 1.zip"'),
        ("\u202efdp.exe", "x/y", 'attachment; filename="fdp.exe"'),
        ("", "x/y", 'attachment; filename="document"'),
    ],
)
def test_the_name_in_a_header_is_one_line_and_no_path(
    filename: str, media_type: str, expected: str
) -> None:
    assert content_disposition(filename, media_type) == expected


def test_a_prefix_keeps_two_desks_in_one_bucket_apart(settings: S3Settings) -> None:
    one = open_store(f"s3://{settings.bucket}/one/", endpoint_url=settings.endpoint_url)
    two = open_store(f"s3://{settings.bucket}/two", endpoint_url=settings.endpoint_url)

    one.put(KEY, b"one", NOTE)

    assert [entry.key for entry in one.entries()] == [KEY]
    assert list(two.entries()) == []
    assert one.url(KEY) == f"s3://{settings.bucket}/one/{KEY}"


@pytest.mark.proof
def test_more_entries_than_a_page_holds_are_all_listed(settings: S3Settings) -> None:
    store = S3BlobStore(settings)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.put(BlobKey(f"raw/{n:04}"), b"", NOTE), range(1001)))

    assert len(list(store.entries())) == 1001


def test_octets_uploaded_by_somebody_without_a_checksum_are_compared_by_content(
    settings: S3Settings,
) -> None:
    with closing(s3_client(str(settings.endpoint_url))) as client:
        client.put_object(Bucket=settings.bucket, Key=KEY, Body=b"one", ChecksumAlgorithm="CRC32")
    store = S3BlobStore(settings)

    store.put(KEY, b"one", NOTE)

    with pytest.raises(PermanentError, match="other octets"):
        store.put(KEY, b"two", NOTE)


def test_a_presigned_address_opens_the_blob_without_credentials(settings: S3Settings) -> None:
    store = S3BlobStore(settings)
    store.put(KEY, b"one", NOTE)

    address = store.presigned(KEY, expires=timedelta(minutes=5))

    with urllib.request.urlopen(address) as answer:  # noqa: S310  # our own server
        assert answer.read() == b"one"


@pytest.mark.parametrize(
    ("asked", "given"),
    [(timedelta(hours=1), "3600"), (timedelta(days=30), "604800"), (timedelta(0), "1")],
)
def test_a_presigned_address_lasts_at_most_seven_days(
    settings: S3Settings, asked: timedelta, given: str
) -> None:
    address = S3BlobStore(settings).presigned(KEY, expires=asked)

    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == [given]


def test_the_endpoint_of_the_environment_is_used_with_the_bucket_in_the_path(
    settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "AWS_ENDPOINT_URL", str(settings.endpoint_url).replace("127.0.0.1", "localhost")
    )
    store = open_store(f"s3://{settings.bucket}")

    store.put(KEY, b"one", NOTE)

    assert urlsplit(str(store.presigned(KEY, expires=timedelta(1)))).hostname == "localhost"
    assert store.get(KEY) == b"one"


@pytest.mark.parametrize(
    ("status", "code", "expected", "advice"),
    [
        (503, "SlowDown", TransientError, "busy"),
        (503, "ServiceUnavailable", TransientError, "busy"),
        (500, "InternalError", TransientError, "busy"),
        (502, "", TransientError, "busy"),
        (400, "RequestTimeout", TransientError, "busy"),
        (400, "ExpiredToken", TransientError, "busy"),
        (403, "RequestTimeTooSkewed", TransientError, "clock"),
        (409, "ConditionalRequestConflict", TransientError, "busy"),
        (403, "AccessDenied", BlobsDeniedError, "s3:PutObject"),
        (403, "InvalidAccessKeyId", BlobsDeniedError, "AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", BlobsDeniedError, "AWS_SECRET_ACCESS_KEY"),
        (404, "NoSuchBucket", BlobsDeniedError, "blobs.url"),
        (400, "KMS.NotFoundException", BlobsDeniedError, "KMS keys"),
        (501, "NotImplemented", BlobsDeniedError, "conditional puts"),
        (400, "EntityTooLarge", PermanentError, "EntityTooLarge"),
    ],
)
def test_what_s3_says_decides_whether_to_wait_and_what_to_do(
    status: int, code: str, expected: type[Exception], advice: str
) -> None:
    said = "User is not allowed: arn:aws:s3:::bucket/clients/acme"
    error = ClientError(
        {
            "Error": {"Code": code, "Message": said},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        "PutObject",
    )

    understood = meaning(error, "blob 0123456789abcdef")

    assert type(understood) is expected
    assert advice in str(understood)
    assert "blob 0123456789abcdef" in str(understood)
    assert "acme" not in str(understood)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (503, "SlowDown", TransientError),
        (409, "ConditionalRequestConflict", TransientError),
        (403, "AccessDenied", BlobsDeniedError),
    ],
)
def test_every_verb_translates_what_s3_says(
    status: int, code: str, expected: type[Exception]
) -> None:
    with refusing_s3([Refusal(status, code)]) as url:
        store = S3BlobStore(S3Settings("bucket", region=S3_REGION, endpoint_url=url, attempts=1))

        with pytest.raises(expected, match="blob 0123456789abcdef"):
            store.put(KEY, b"one", NOTE)
        with pytest.raises(expected, match="blob 0123456789abcdef"):
            store.get(KEY)
        with pytest.raises(expected, match="blob 0123456789abcdef"):
            store.delete(KEY)
        with pytest.raises(expected, match="list of blobs"):
            list(store.entries())


@pytest.mark.parametrize(
    ("status", "code"), [(409, "ConditionalRequestConflict"), (503, "SlowDown")]
)
def test_a_busy_moment_is_waited_out(status: int, code: str) -> None:
    with refusing_s3([Refusal(status, code), Refusal(200, "")]) as url:
        store = S3BlobStore(S3Settings("bucket", region=S3_REGION, endpoint_url=url, attempts=2))

        store.put(KEY, b"one", NOTE)


def test_an_object_that_vanished_while_it_was_compared_is_tried_again_later() -> None:
    with refusing_s3([Refusal(412, "PreconditionFailed"), Refusal(404, "NoSuchKey")]) as url:
        store = S3BlobStore(S3Settings("bucket", region=S3_REGION, endpoint_url=url, attempts=1))

        with pytest.raises(TransientError, match="vanished"):
            store.put(KEY, b"one", NOTE)


def test_a_server_that_is_not_there_is_waited_for() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    store = S3BlobStore(S3Settings("bucket", region=S3_REGION, endpoint_url=url, attempts=1))

    with pytest.raises(TransientError, match="could not be reached"):
        store.put(KEY, b"one", NOTE)
    with pytest.raises(TransientError, match="could not be reached"):
        list(store.entries())


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    store = S3BlobStore(S3Settings("bucket", region=S3_REGION))

    with pytest.raises(PermanentError, match="no credentials"):
        store.put(KEY, b"one", NOTE)


@pytest.mark.parametrize(
    "wrong",
    [S3Settings("bucket", endpoint_url="no address"), S3Settings("bucket", region="no region!")],
    ids=["endpoint", "region"],
)
def test_an_address_that_is_none_is_named(wrong: S3Settings) -> None:
    with pytest.raises(PermanentError, match=r"blobs\.endpoint_url"):
        S3BlobStore(wrong).put(KEY, b"one", NOTE)
