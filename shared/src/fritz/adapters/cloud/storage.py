"""Objects in Cloud Storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from google.api_core import exceptions as google
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY
from typing_extensions import override

from fritz.adapters.cloud.vendor_errors import vendor_errors
from fritz.errors import Conflict, Invalid, NotFound, TooLarge
from fritz.ports import Extent, ObjectStore

__all__ = ["CloudObjects"]

converting = vendor_errors("Cloud Storage")

MAX_KEY_BYTES = 1024
AT_ONCE = 10
"""Reads at the same time: as many connections as the client's session keeps."""


class CloudObjects(ObjectStore):
    """`fritz.ports.ObjectStore` in one bucket.

    Parameters
    ----------
    bucket : name of the bucket, which exists
    client : a client to use in place of one made here
    timeout_s : how long a call is retried before it is `Transient`, seconds
    """

    def __init__(
        self, bucket: str, client: storage.Client | None = None, timeout_s: float = 60.0
    ) -> None:
        self._client = client or storage.Client()
        self._bucket = self._client.bucket(bucket)
        self._patience = {"timeout": timeout_s, "retry": DEFAULT_RETRY.with_timeout(timeout_s)}

    @override
    def create(self, key: str, data: bytes) -> bool:
        blob = self._blob(key)
        try:
            with converting:
                blob.upload_from_string(
                    data,
                    content_type="application/octet-stream",
                    if_generation_match=0,
                    **self._patience,
                )
        except Conflict:
            return False
        return True

    @override
    @converting
    def get(self, key: str) -> bytes:
        try:
            data: bytes = self._blob(key).download_as_bytes(**self._patience)
        except google.NotFound as error:
            raise self._missing(key) from error
        return data

    @override
    @converting
    def get_range(self, key: str, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0:
            raise Invalid(f"object {key}: a range from {offset} of {length} bytes")
        try:
            return self._range(self._blob(key), offset, length)
        except google.NotFound as error:
            raise self._missing(key) from error

    @override
    def get_ranges(self, extents: Sequence[Extent]) -> list[bytes]:
        if len(extents) <= 1:
            return [self.get_range(each.key, each.offset, each.length) for each in extents]
        with ThreadPoolExecutor(min(AT_ONCE, len(extents))) as pool:
            return list(
                pool.map(lambda each: self.get_range(each.key, each.offset, each.length), extents)
            )

    @override
    @converting
    def exists(self, key: str) -> bool:
        return bool(self._blob(key).exists(**self._patience))

    @override
    def list(self, prefix: str) -> Iterator[str]:
        with converting:
            for blob in self._bucket.list_blobs(
                prefix=prefix, fields="items(name),nextPageToken", **self._patience
            ):
                yield blob.name

    @override
    @converting
    def delete(self, key: str) -> None:
        blob = self._blob(key)
        try:
            blob.delete(**self._patience)
        except google.NotFound:
            return

    def _range(self, blob: storage.Blob, offset: int, length: int) -> bytes:
        if length == 0:
            # HTTP has no empty range; only whether the object exists is still to be said.
            blob.reload(**self._patience)
            return b""
        try:
            data: bytes = blob.download_as_bytes(
                start=offset, end=offset + length - 1, **self._patience
            )
        except google.RequestRangeNotSatisfiable:
            return b""
        return data

    def _blob(self, key: str) -> storage.Blob:
        """Return the object's handle; refuse keys that no folder could hold either."""
        if any(part in {"", ".", ".."} for part in key.split("/")) or "\0" in key:
            raise Invalid(f"{key!r} is not a key: names, not empty and not '.' or '..', between /")
        try:
            size = len(key.encode())
        except UnicodeEncodeError as error:
            raise Invalid(f"{key!r} is not a key: not Unicode") from error
        if size > MAX_KEY_BYTES:
            raise TooLarge(f"the key {key[:40]!r}... exceeds {MAX_KEY_BYTES} bytes")
        return self._bucket.blob(key)

    def _missing(self, key: str) -> NotFound:
        return NotFound(f"no object {key} in {self._bucket.name}")
