"""What was published: how many packets each source has put on the bus, kept apart from the bus.

The ledger can tell what became of the packets that it knows. Only who published them can tell how
many there should be. A packet's id is its source, its partition and a number that grows within
these (``ztf_20260301_programid1/3/1042``, ``replay-5f2c/000000017``), so that one published again
after a crash is known again and not counted twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fritz.errors import Invalid
from fritz.ports import DocumentStore, Order, Put, Query, Transaction, Where

__all__ = ["COLLECTION", "Publication", "Publications"]

COLLECTION = "publications"


@dataclass(frozen=True, slots=True)
class Publication:
    """What one source has published so far."""

    source: str
    """What its packets' ids begin with, up to the first slash."""
    day: int
    """UTC date, as YYYYMMDD, on which it began."""
    packets: int
    nights: tuple[int, int]
    """First and last night that its packets may be counted under in the ledger."""


class Publications:
    """Counts what is published, one document a source."""

    def __init__(self, documents: DocumentStore, now: Callable[[], datetime]) -> None:
        self._documents = documents
        self._now = now

    def note(self, packets: Iterable[tuple[str, int | None]]) -> None:
        """Count packets that stand on the bus; those that were counted before count no more.

        Parameters
        ----------
        packets
            Packet ids, in the order of their numbers within a partition, each with the night of
            the observation as YYYYMMDD, None where that cannot be read.

        Raises
        ------
        Invalid
            An id does not end in a number.
        """
        sources: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
        for packet_id, night in packets:
            source, partition, number = _parts(packet_id)
            sources[source].append((partition, number, night))
        for source, numbers in sources.items():
            self._documents.transact(
                lambda transaction, source=source, numbers=numbers: self._add(  # type: ignore[misc]
                    transaction, source, numbers
                )
            )

    def of_day(self, day: int) -> list[Publication]:
        """Return what began to be published on a UTC date, by source."""
        rows = self._documents.query(Query(COLLECTION, (Where("day", "==", day),)))
        return sorted((_publication(row.data) for row in rows), key=lambda each: each.source)

    def days(self, most: int) -> list[int]:
        """Return the latest UTC dates on which something began to be published, newest first."""
        found: list[int] = []
        while len(found) < most:
            before = (Where("day", "<", found[-1]),) if found else ()
            latest = Query(COLLECTION, before, (Order("day", descending=True),), limit=1)
            rows = self._documents.query(latest)
            if not rows:
                break
            found.append(rows[0].data["day"])
        return found

    def _add(
        self, transaction: Transaction, source: str, numbers: Sequence[tuple[str, int, int | None]]
    ) -> None:
        name = hashlib.sha256(source.encode()).hexdigest()[:32]
        row = transaction.get(COLLECTION, name)
        today = int(f"{self._now():%Y%m%d}")
        known = row.data if row else {"source": source, "day": today, "partitions": {}}
        fields = _extended(known, numbers, today)
        if row is None or fields != row.data:
            transaction.write(Put(COLLECTION, name, fields))


def _extended(
    known: Mapping[str, Any], numbers: Sequence[tuple[str, int, int | None]], today: int
) -> dict[str, Any]:
    """Return a publication's fields with more packets; what lies behind its numbers was counted."""
    partitions = {name: dict(each) for name, each in known["partitions"].items()}
    nights = {known.get("first_night", today), known.get("last_night", today), today}
    for partition, number, night in numbers:
        each = partitions.setdefault(partition, {"next": number, "packets": 0})
        if number >= each["next"]:
            each["next"] = number + 1
            each["packets"] += 1
        if night is not None:
            nights.add(night)
    return {
        **known,
        "partitions": partitions,
        "first_night": min(nights),
        "last_night": max(nights),
    }


def _publication(fields: Mapping[str, Any]) -> Publication:
    return Publication(
        source=fields["source"],
        day=fields["day"],
        packets=sum(each["packets"] for each in fields["partitions"].values()),
        nights=(fields["first_night"], fields["last_night"]),
    )


def _parts(packet_id: str) -> tuple[str, str, int]:
    """Return source, partition and number of a packet's id.

    Examples
    --------
    >>> _parts("ztf_20260301_programid1/3/1042"), _parts("replay-5f2c/000000017")
    (('ztf_20260301_programid1', '3', 1042), ('replay-5f2c', '0', 17))
    """
    source, _, rest = packet_id.partition("/")
    partition, _, number = rest.rpartition("/")
    if not (source and number.isdecimal()):
        raise Invalid(f"packet id {packet_id!r} does not end in a number after its source")
    return source, partition or "0", int(number)
