"""Blobs in a bucket of Amazon S3, or of a server that speaks its language. The only module that knows boto3.

A put is one request: conditional, with its SHA-256 for the server to verify. The client is made at the first use and is
safe to share between threads. Every error becomes a TransientError or a PermanentError that says what to do.
"""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import boto3.session
from botocore import exceptions as botocore
from botocore.config import Config

from intake.errors import BlobsDeniedError, PermanentError, TransientError
from intake.model import BlobEntry, BlobKey, BlobNote
from storage.blobs import keys

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

_LONGEST_LINK = timedelta(days=7)  # SigV4's bound
_MOST_SIGNED = 10_000
_PAUSES_SECONDS = (0.1, 0.3, 1.0)
_TRANSIENT = frozenset(
    {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "RequestTimeTooSkewed"}
    | {"Throttling", "ThrottlingException", "OperationAborted", "ConditionalRequestConflict"}
    | {"ExpiredToken", "RequestExpired", "BadDigest", "XAmzContentChecksumMismatch"}
)
_UNREACHABLE = (
    botocore.ConnectionError,
    botocore.HTTPClientError,
    botocore.IncompleteReadError,
    botocore.FlexibleChecksumError,
    botocore.CredentialRetrievalError,
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "403",
        "NoSuchBucket",
        "InvalidBucketName",
        "InvalidAccessKeyId",
        "InvalidToken",
    }
    | {"SignatureDoesNotMatch", "PermanentRedirect", "301", "AuthorizationHeaderMalformed"}
    | {"AllAccessDisabled", "AccountProblem", "NotImplemented"}
)
"""A person has to mend the rights, the keys or the address of the bucket; no blob is to blame."""
_KEYS = "Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile or role in use."
_REGION = "The bucket is in another region: correct blobs.region."
_ADVICE = {
    "AccessDenied": "The credentials may not do this: allow s3:PutObject, s3:PutObjectTagging, s3:GetObject,"
    " s3:DeleteObject and s3:ListBucket, and use of the KMS key if there is one.",
    "403": "The credentials may not do this: allow s3:GetObject, and use of the KMS key if there is one.",
    "NoSuchBucket": "There is no such bucket: make it, or correct blobs.url.",
    "InvalidBucketName": "No bucket can have that name: correct blobs.url.",
    "NoSuchKey": "There is no such object in the bucket.",
    "404": "There is no such object in the bucket.",
    "InvalidAccessKeyId": f"The access key is unknown. {_KEYS}",
    "SignatureDoesNotMatch": f"The secret key does not fit the access key. {_KEYS}",
    "InvalidToken": f"The session token is not valid. {_KEYS}",
    "PermanentRedirect": _REGION,
    "301": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "NotImplemented": "This server does not know conditional puts (If-None-Match): it can't be used.",
}
# What a browser may show in place; anything else, HTML above all, is only ever downloaded.
_SHOWN_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80}(; ?charset=[\w-]+)?"
)


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Which bucket, and how to reach it. None leaves region, endpoint and credentials to the environment, as in the AWS CLI.

    `kms_key_id` encrypts every object, `confidential_kms_key_id` those whose note is confidential; without them S3's own
    AES-256 does. `attempts` counts the first one; each waits at most `timeout_seconds` for the next octets.
    """

    bucket: str
    prefix: str = ""
    region: str | None = None
    endpoint_url: str | None = None
    kms_key_id: str | None = None
    confidential_kms_key_id: str | None = None
    timeout_seconds: float = 60.0
    attempts: int = 3


class S3BlobStore:
    """A BlobStore in a bucket, below a prefix. One object for all threads: it makes one client, at the first use."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._prefix = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._client: S3Client | None = None
        self._signed: dict[tuple[BlobKey, int], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def put(self, key: BlobKey, octets: bytes, note: BlobNote, *, replace: bool = False) -> None:
        """As `BlobStore.put`. One request, unless the key is taken: then the SHA-256 there is asked for and compared."""
        digest = base64.b64encode(hashlib.sha256(octets).digest()).decode()
        request = self._put_request(key, octets, note, digest)
        if not replace:
            request["IfNoneMatch"] = "*"
        for pause_seconds in (*_PAUSES_SECONDS, None):
            with _translated(key):
                try:
                    self._connected().put_object(**request)
                except botocore.ClientError as error:
                    if _status(error) == 412:
                        break
                    if _status(error) != 409 or pause_seconds is None:
                        raise
                    time.sleep(pause_seconds)  # another put of this key is under way
                else:
                    return
        if self._digest(key) != digest:
            raise PermanentError(
                f"{keys.label(key)} is there already with other octets; it was left as it was."
            )

    def get(self, key: BlobKey) -> bytes:
        """As `BlobStore.get`; octets that do not fit the object's checksum are a TransientError."""
        with _translated(key):
            answer = self._connected().get_object(
                Bucket=self._settings.bucket, Key=self._name(key), ChecksumMode="ENABLED"
            )
            return answer["Body"].read()

    def delete(self, key: BlobKey) -> None:
        """As `BlobStore.delete`. In a bucket with versions the older ones stay until its lifecycle rules remove them."""
        with _translated(key):
            self._connected().delete_object(Bucket=self._settings.bucket, Key=self._name(key))

    def entries(self, prefix: str = "") -> Iterator[BlobEntry]:
        """As `BlobStore.entries`: what lies below the prefix, by key, fetched a thousand at a time."""
        with _translated(None):
            pages = self._connected().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._settings.bucket, Prefix=self._prefix + prefix):
                for entry in page.get("Contents", ()):
                    yield BlobEntry(
                        key=BlobKey(entry["Key"].removeprefix(self._prefix)),
                        size_octets=entry["Size"],
                        modified_at=entry["LastModified"].astimezone(UTC),
                    )

    def url(self, key: BlobKey) -> str:
        """As `BlobStore.url`: what the AWS CLI takes, so nothing in it is percent-encoded."""
        return f"s3://{self._settings.bucket}/{self._name(key)}"

    def presigned(self, key: BlobKey, *, expires: timedelta) -> str:
        """An address at which anybody can open the blob until then; at most seven days, less with temporary credentials.

        Signing takes a millisecond, and letters name many documents: one signed within the last hundredth of its life
        is given again.
        """
        seconds = int(min(max(expires, timedelta(seconds=1)), _LONGEST_LINK).total_seconds())
        address, signed_at = self._signed.get((key, seconds), ("", -math.inf))
        if time.monotonic() - signed_at < seconds / 100:
            return address
        with _translated(key):
            address = self._connected().generate_presigned_url(
                "get_object",
                Params={"Bucket": self._settings.bucket, "Key": self._name(key)},
                ExpiresIn=seconds,
            )
        if len(self._signed) >= _MOST_SIGNED:
            self._signed.clear()
        self._signed[key, seconds] = (address, time.monotonic())
        return address

    def _put_request(
        self, key: BlobKey, octets: bytes, note: BlobNote, digest: str
    ) -> PutObjectRequestTypeDef:
        kms_key_id = self._settings.kms_key_id
        if note.confidential:
            kms_key_id = self._settings.confidential_kms_key_id or kms_key_id
        request: PutObjectRequestTypeDef = {
            "Bucket": self._settings.bucket,
            "Key": self._name(key),
            "Body": octets,
            "ContentType": _content_type(note.media_type),
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": digest,
            "ServerSideEncryption": "aws:kms" if kms_key_id else "AES256",
        }
        if kms_key_id:
            request["SSEKMSKeyId"] = kms_key_id
            request["BucketKeyEnabled"] = True
        if note.tags:
            request["Tagging"] = urlencode([(_tag(name), _tag(value)) for name, value in note.tags])
        if note.confidential:
            request["ContentDisposition"] = "attachment"
        elif note.filename is not None:
            request["ContentDisposition"] = content_disposition(note.filename, note.media_type)
        return request

    def _digest(self, key: BlobKey) -> str:
        """The base64 SHA-256 of what is there; asked of the server, or computed where it keeps none."""
        with _translated(key):
            try:
                answer = self._connected().head_object(
                    Bucket=self._settings.bucket, Key=self._name(key), ChecksumMode="ENABLED"
                )
            except botocore.ClientError as error:
                if _status(error) != 404:
                    raise
                text = f"{keys.label(key)} vanished while it was compared."
                raise TransientError(text) from error
        # An object that somebody uploaded in pieces has a checksum of checksums.
        if (
            answer.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT"
            and "ChecksumSHA256" in answer
        ):
            return answer["ChecksumSHA256"]
        return base64.b64encode(hashlib.sha256(self.get(key)).digest()).decode()

    def _name(self, key: BlobKey) -> str:
        return self._prefix + "/".join(keys.components(key))

    def _connected(self) -> S3Client:
        with self._lock:
            if self._client is None:
                self._client = _connect(self._settings)
            return self._client


def content_disposition(filename: str, media_type: str) -> str:
    """RFC 6266: an ASCII name, and the real one in UTF-8 (RFC 8187) where it differs; never a line break or a path."""
    name = keys.shown_name(re.split(r"[/\\]", filename)[-1])
    ascii_name = re.sub(r'[^ -~]|["\\%]', "_", name)
    kind = "inline" if media_type in _SHOWN_IN_PLACE else "attachment"
    if ascii_name == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def meaning(error: botocore.ClientError, what: str) -> TransientError | PermanentError:
    """What S3's answer comes to: wait, or do this. Of its text nothing is kept, as it may hold the key."""
    code = error.response["Error"].get("Code", "")
    status = _status(error)
    if code == "RequestTimeTooSkewed":
        return TransientError(f"S3 refused {what}: set the clock of this machine right.")
    if code in _TRANSIENT or (status >= 500 and code != "NotImplemented") or status == 429:
        return TransientError(f"S3 is busy and did not take {what} ({code or status}).")
    if code.startswith("KMS."):
        return BlobsDeniedError(f"S3 refused {what} ({code}). Check the KMS keys under blobs.")
    refused = BlobsDeniedError if code in _DENIED else PermanentError
    return refused(f"S3 refused {what} ({code or status}). {_ADVICE.get(code, '')}".rstrip())


def _content_type(media_type: str) -> str:
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"


def _tag(text: str) -> str:
    """Within what S3 allows in a tag."""
    return re.sub(r"[^A-Za-z0-9 +\-=._:/@]", "_", text)[:128]


def _connect(settings: S3Settings) -> S3Client:
    own_endpoint = settings.endpoint_url or any(
        os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
    )
    config = Config(
        signature_version="s3v4",
        connect_timeout=min(10.0, settings.timeout_seconds),
        read_timeout=settings.timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": settings.attempts},
        max_pool_connections=16,
        s3={
            # Servers of one's own seldom have a name for each bucket.
            "addressing_style": "path" if own_endpoint else "auto",
            # The checksum is a signed header, so signing the octets would only hash them once more.
            "payload_signing_enabled": False,
        },
        parameter_validation=False,
    )
    # The default session is not safe to share between threads, one of our own in one thread is.
    session = boto3.session.Session(region_name=settings.region)
    try:
        return session.client("s3", endpoint_url=settings.endpoint_url, config=config)
    except ValueError as error:
        raise PermanentError(
            "S3 can't be used: correct blobs.endpoint_url or blobs.region."
        ) from error


@contextmanager
def _translated(key: BlobKey | None) -> Iterator[None]:
    what = "the list of blobs" if key is None else keys.label(key)
    try:
        yield
    except botocore.ClientError as error:
        raise meaning(error, what) from error
    except (botocore.NoCredentialsError, botocore.PartialCredentialsError) as error:
        raise BlobsDeniedError(
            "There are no credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or role."
        ) from error
    except _UNREACHABLE as error:
        raise TransientError(f"S3 could not be reached for {what}.") from error
    except botocore.BotoCoreError as error:
        raise PermanentError(
            f"S3 could not be asked for {what} ({type(error).__name__}). Check the keys under blobs."
        ) from error


def _status(error: botocore.ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
