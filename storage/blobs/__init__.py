"""Where octets lie: a bucket or a folder, chosen by its URL.

`storage.blobs.s3` is imported only when a bucket is named, since boto3 costs a quarter of a second; `keys` says under
which names blobs lie, `index` renders the page that explains a project's folder.
"""

from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from intake.errors import ConfigError
from intake.model import BlobKey, BlobStore
from storage.blobs.folder import FolderBlobStore
from storage.blobs.keys import (
    IndexKeys,
    confidential_folder,
    document_key,
    index_keys,
    is_concealed,
    raw_key,
)

__all__ = [
    "FolderBlobStore",
    "IndexKeys",
    "Store",
    "confidential_folder",
    "document_key",
    "index_keys",
    "is_concealed",
    "open_store",
    "raw_key",
]


class Store(BlobStore, Protocol):
    """A blob store that may be able to hand out addresses for people's browsers."""

    def presigned(self, key: BlobKey, *, expires: timedelta) -> str | None:
        """An address that opens the blob for a while (at most seven days); None where the store has none."""
        ...


def open_store(
    url: str,
    *,
    region: str | None = None,
    endpoint_url: str | None = None,
    kms_key_id: str | None = None,
    confidential_kms_key_id: str | None = None,
) -> Store:
    """The store at `s3://bucket/prefix`, `file:///folder` or a folder's path. Nothing is read or made before its first use."""
    split = urlsplit(url)
    if split.scheme == "s3" and split.netloc:
        from storage.blobs.s3 import S3BlobStore, S3Settings  # noqa: PLC0415  # boto3 is slow

        return S3BlobStore(
            S3Settings(
                bucket=split.netloc,
                prefix=split.path.strip("/"),
                region=region,
                endpoint_url=endpoint_url,
                kms_key_id=kms_key_id,
                confidential_kms_key_id=confidential_kms_key_id,
            )
        )
    if split.scheme == "file" and split.netloc in {"", "localhost"} and split.path:
        return FolderBlobStore(Path(unquote(split.path)))
    if not url.strip() or "://" in url or url.startswith("s3:"):
        raise ConfigError("blobs.url is neither s3://bucket/prefix nor the path of a folder.")
    return FolderBlobStore(Path(url))
