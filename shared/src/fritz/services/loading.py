"""Files of rows go into the warehouse by load jobs: each file once, each row accounted for.

A file is written as Parquet objects first and then loaded by one job, so that readers see all of it
or nothing. A small document marks it as done; what was cut off before that begins anew, and views
show rows that came twice once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Protocol

import pyarrow.parquet as pq
import structlog

from fritz.archive.source_arrays import Batch
from fritz.errors import Transient
from fritz.ports import DocumentStore, ObjectStore, Put, Warehouse
from fritz.services.loads import LOADS, RELEASES

__all__ = ["FileToLoad", "Loaded", "Loading"]

Advance = Callable[[int], None]
log = structlog.get_logger()


class FileToLoad(Protocol):
    """A file that knows its rows."""

    @property
    def table(self) -> str:
        """The table that it belongs to."""
        ...

    @property
    def release(self) -> str:
        """Which release it is loaded as."""
        ...

    @property
    def name(self) -> str:
        """What it is called in reports."""
        ...

    @property
    def identity(self) -> str:
        """What tells its content from others'."""
        ...

    def batches(self, at: datetime) -> Iterator[Batch]:
        """Yield its rows; `Invalid` if it is no such file."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the rows of a file: ``read = loaded + refused``."""

    read: int
    loaded: int
    refused: Counter[str] = field(default_factory=Counter)
    before: bool = False
    """Whether it had been loaded by an earlier run; nothing was done."""

    @property
    def whole(self) -> bool:
        """Whether each row is accounted for."""
        return self.read == self.loaded + self.refused.total()


@dataclass(frozen=True, slots=True)
class Loading:
    """Loads files."""

    warehouse: Warehouse
    objects: ObjectStore
    documents: DocumentStore
    now: Callable[[], datetime]

    def load(self, file: FileToLoad, advance: Advance = lambda _: None) -> Loaded:
        """Load a file unless it has been, and return what became of its rows.

        Parameters
        ----------
        advance
            Called with numbers of rows as they are read.

        Raises
        ------
        Invalid
            It is no such file.
        Transient
            The warehouse took another number of rows than it was given; load the file again.
        """
        mark = self._mark(file)
        if (known := self.documents.get(LOADS, mark)) is not None:
            data = known.data
            return Loaded(data["read"], data["loaded"], Counter(data["refused"]), before=True)
        at = self.now()
        keys: list[str] = []
        read, rows, refused = 0, 0, Counter[str]()
        try:
            for batch in file.batches(at):
                key = f"loads/{file.table}/{mark}/{len(keys):05d}-{at:%Y%m%dT%H%M%S%f}.parquet"
                if batch.rows.num_rows:
                    self.objects.create(key, _parquet(batch))
                    keys.append(key)
                read, rows = read + batch.read, rows + batch.rows.num_rows
                refused += batch.refused
                advance(batch.read)
            taken = self.warehouse.load(file.table, keys) if keys else 0
        finally:
            for key in keys:
                self.objects.delete(key)
        if taken != rows:
            raise Transient(f"{file.name}: {rows} rows were to be loaded, {taken} were")
        done = Loaded(read, rows, refused)
        release = {"table": file.table, "release": file.release, "at": at}
        self.documents.commit(
            [
                Put(LOADS, mark, _fields(file, done, at)),
                Put(RELEASES, f"{file.table}-{file.release}", release),
            ]
        )
        log.info("file loaded", file=file.name, table=file.table, read=read, loaded=rows)
        return done

    def _mark(self, file: FileToLoad) -> str:
        """Return the id of the document that says that a file is loaded."""
        text = f"{file.table}/{file.release}/{file.identity}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _parquet(batch: Batch) -> bytes:
    buffer = BytesIO()
    pq.write_table(batch.rows, buffer, compression="zstd")
    return buffer.getvalue()


def _fields(file: FileToLoad, done: Loaded, at: datetime) -> dict[str, object]:
    return {
        "table": file.table,
        "release": file.release,
        "name": file.name,
        "read": done.read,
        "loaded": done.loaded,
        "refused": dict(done.refused),
        "at": at,
    }
