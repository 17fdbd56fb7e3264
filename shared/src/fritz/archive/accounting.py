"""What became of packets, in numbers that add up to what was published."""

from dataclasses import dataclass
from typing import Any

from fritz.archive import ledger
from fritz.ports import Warehouse

__all__ = [
    "Rejection",
    "Totals",
    "quarantine_reasons",
    "rejections",
    "run_totals",
    "settled",
    "totals",
]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many packets came to each end; together, all packets dealt with so far."""

    archived: int
    duplicates: int
    quarantined: int
    dead_lettered: int

    @property
    def packets(self) -> int:
        """All of them: equal to what was published once nothing waits any more."""
        return self.archived + self.duplicates + self.quarantined + self.dead_lettered


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why some packets were not accepted, with the latest of them as an example."""

    outcome: str
    reason: str
    packets: int
    packet_id: str
    detail: str | None
    object_key: str | None
    """Where the example's bytes are kept."""


def totals(warehouse: Warehouse, night: int | None = None) -> Totals:
    """Return the totals of all packets, or of one night's (YYYYMMDD)."""
    return _totals(warehouse, "", night)


def run_totals(warehouse: Warehouse, run: str, nights: tuple[int, int] | None = None) -> Totals:
    """Return the totals of the packets whose ids begin with ``<run>/``.

    Parameters
    ----------
    nights
        First and last night (YYYYMMDD) that the ledger has any of them under, if that is known:
        what BigQuery reads is billed.
    """
    (row,) = warehouse.run(ledger.totals(f"{run}/", within=nights)).to_pylist()
    return Totals(**row)


def settled(warehouse: Warehouse, run: str) -> int:
    """Return how many packets whose ids begin with ``<run>/`` have an outcome by now."""
    (row,) = warehouse.run(ledger.packets_settled(f"{run}/")).to_pylist()
    return int(row["settled"])


def quarantine_reasons(warehouse: Warehouse, night: int | None = None) -> dict[str, int]:
    """Return how many packets each reason put into the quarantine, the most frequent first.

    A packet with several bad records counts once for each of their reasons.
    """
    found = rejections(warehouse, night)
    return {each.reason: each.packets for each in found if each.outcome == "quarantined"}


def rejections(
    warehouse: Warehouse, night: int | None = None, within: tuple[int, int] | None = None
) -> list[Rejection]:
    """Return why packets were not accepted, the most frequent reason first.

    Parameters
    ----------
    within
        First and last night to read at all, if that is known: what BigQuery reads is billed.
    """
    rows = warehouse.run(ledger.quarantine_reasons(night, within)).to_pylist()
    return [_rejection(row) for row in rows]


def _rejection(row: dict[str, Any]) -> Rejection:
    return Rejection(
        outcome=row["outcome"],
        reason=row["reason"] or "unknown",
        packets=row["packets"],
        packet_id=row["packet_id"],
        detail=row["detail"],
        object_key=row["object_key"],
    )


def _totals(warehouse: Warehouse, prefix: str, night: int | None) -> Totals:
    (row,) = warehouse.run(ledger.totals(prefix, night)).to_pylist()
    return Totals(**row)
