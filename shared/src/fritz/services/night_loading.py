"""Nights of the past straight into the archive: a tarball's packets, by load jobs, without filters.

Packets pass the very ingest that those of tonight pass: identity, history, scores, packs, ledger.
Rows go in by load jobs, which cost nothing and know no quota of bytes, and nothing is published
unless asked for. The ids of the packets follow from the tarball, so that a load that was cut off
goes on when it is started again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq
from typing_extensions import override

from fritz.archive.accounting import Totals, run_totals
from fritz.archive.arrow import arrow_table
from fritz.archive.schema import Table
from fritz.errors import Invalid
from fritz.ports import (
    Backlog,
    Bus,
    Fields,
    Message,
    ObjectStore,
    Statement,
    Subscription,
    Warehouse,
)
from fritz.services.envelopes import Envelope
from fritz.services.ingest import IngestReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

__all__ = ["BATCH", "LoadingWarehouse", "NightLoading", "NightReport", "Unpublished"]

BATCH: Final = 1024
"""Packets; a night of 10^6 alerts then makes a thousand load jobs of each table, of which BigQuery
allows 1,500 a day."""
SILENT: Final = frozenset({"alerts", "alerts-public"})
"""Topics by which alerts reach the filters and the public."""


@dataclass(frozen=True, slots=True)
class LoadingWarehouse(Warehouse):
    """A warehouse to which rows that are appended go by load jobs."""

    warehouse: Warehouse
    objects: ObjectStore
    tables: Mapping[str, Table]

    @property
    @override
    def searches_arrays(self) -> bool:
        return self.warehouse.searches_arrays

    @override
    def append(self, table: str, rows: Sequence[Fields]) -> None:
        if not rows:
            return
        buffer = BytesIO()
        pq.write_table(arrow_table(self.tables[table], rows), buffer, compression="zstd")
        key = f"loads/{table}/{uuid.uuid4().hex}.parquet"
        self.objects.create(key, buffer.getvalue())
        try:
            self.load(table, [key])
        finally:
            self.objects.delete(key)

    @override
    def load(self, table: str, keys: Sequence[str]) -> int:
        return self.warehouse.load(table, keys)

    @override
    def run(self, statement: Statement) -> pa.Table:
        return self.warehouse.run(statement)

    @override
    def dry_run(self, statement: Statement) -> int:
        return self.warehouse.dry_run(statement)

    @override
    def close(self) -> None:
        self.warehouse.close()


@dataclass(frozen=True, slots=True)
class Unpublished(Bus):
    """A bus that keeps alerts from filters and the public; all else it carries."""

    bus: Bus

    @override
    def create_topic(self, topic: str) -> None:
        self.bus.create_topic(topic)

    @override
    def subscribe(self, subscription: Subscription) -> None:
        self.bus.subscribe(subscription)

    @override
    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        if topic in SILENT:
            return ["" for _ in messages]
        return self.bus.publish(topic, messages)

    @override
    def backlog(self, subscription: str) -> Backlog | None:
        return self.bus.backlog(subscription)

    @override
    def close(self) -> None:
        self.bus.close()


@dataclass(frozen=True, slots=True)
class NightReport:
    """What became of a tarball's packets."""

    packets: int
    totals: Totals

    @property
    def whole(self) -> bool:
        """Whether every packet is accounted for."""
        return self.packets == self.totals.packets


@dataclass(frozen=True, slots=True)
class NightLoading:
    """Loads packets of the past.

    Parameters
    ----------
    ingest
        Takes a batch in.
    """

    ingest: Callable[[Sequence[Envelope]], IngestReport]
    warehouse: Warehouse
    now: Callable[[], datetime]

    def load(self, identity: str, packets: Iterable[bytes], survey: str = "ztf") -> Iterator[int]:
        """Load packets, yielding how many have been at each step.

        Parameters
        ----------
        identity
            Names the packets' source; the same packets in the same order whenever it is loaded.
        """
        if not identity or "/" in identity:
            raise Invalid(f"{identity!r} names no source of packets")
        source = enumerate(packets)
        while taken := list(islice(source, BATCH)):
            at = self.now()
            self.ingest(
                [
                    Envelope(data, {"survey": survey, "packet_id": _id(identity, n)}, str(n), at)
                    for n, data in taken
                ]
            )
            yield len(taken)

    def report(self, identity: str, packets: int) -> NightReport:
        """Return what became of the packets of a source."""
        return NightReport(packets, run_totals(self.warehouse, f"load-{identity}"))


def _id(identity: str, number: int) -> str:
    return f"load-{identity}/{number:09d}"
