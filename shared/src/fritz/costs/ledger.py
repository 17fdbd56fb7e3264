"""A night's operations, priced: what was counted on some alerts, scaled to a number of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any, Final

from fritz.catalogs.definition import Catalog

__all__ = ["Counts", "Line", "lines", "prices", "statement_bytes"]

TIB: Final = 2.0**40
GIB: Final = 2.0**30
SKY_DEG2: Final = 41252.96
Prices = Mapping[str, Mapping[str, float]]


@dataclass(slots=True)
class Counts:
    """Operations that some alerts took."""

    alerts: int = 0
    published_bytes: int = 0
    delivered_bytes: int = 0
    requests: int = 0
    """Messages that functions were pushed."""
    cpu_s: float = 0.0
    """Processor time of the functions."""
    object_writes: int = 0
    object_reads: int = 0
    object_bytes: int = 0
    document_writes: int = 0
    document_reads: int = 0
    appended_bytes: int = 0
    """Of rows, as BigQuery counts them."""
    match_statements: int = 0
    """On the table `sky`."""
    other_statements: int = 0
    by_table: dict[str, int] = field(default_factory=dict)
    """Table -> bytes that were appended."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    service: str
    what: str
    quantity: float
    unit: str
    dollars: float


@cache
def prices() -> Prices:
    """Return the price list."""
    text = files("fritz.costs").joinpath("prices.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return found


def statement_bytes(catalogs: Iterable[Catalog], price: Prices) -> int:
    """Return what BigQuery bills for one statement that matches a batch of one exposure.

    The cells of the batch lie all over one field, a few blocks of the table `sky`; of these every
    row is read. Catalogs of part of the sky are taken as spread over all of it.

    Parameters
    ----------
    catalogs
        Those that are matched.
    price
        The price list with its assumptions.
    """
    assumed = price["assumed"]
    rows = sum(each.rows for each in catalogs)
    in_field = rows * assumed["sky_row_bytes"] * assumed["field_deg2"] / SKY_DEG2
    blocks = ceil(in_field / assumed["block_bytes"]) if rows else 0
    touched = min(blocks * assumed["block_bytes"], rows * assumed["sky_row_bytes"])
    return int(max(touched, price["bigquery"]["least_scanned_bytes"]))


def lines(
    counts: Counts, alerts: int, catalogs: Iterable[Catalog], price: Prices | None = None
) -> list[Line]:
    """Return the ledger of a number of alerts, dearest first.

    Parameters
    ----------
    counts
        What some alerts took.
    alerts
        For how many to tell.
    catalogs
        Those that are matched as alerts come.
    """
    price = price or prices()
    scale = alerts / counts.alerts
    found = [
        *_messages(counts, scale, price),
        *_functions(counts, scale, price),
        *_stores(counts, scale, price),
        *_archive(counts, scale, statement_bytes(catalogs, price), price),
    ]
    return sorted(found, key=lambda line: -line.dollars)


def _messages(counts: Counts, scale: float, price: Prices) -> list[Line]:
    tib = price["pubsub"]["tib"] / TIB
    published, delivered = counts.published_bytes * scale, counts.delivered_bytes * scale
    return [
        Line("Pub/Sub", "published", published / GIB, "GiB", published * tib),
        Line("Pub/Sub", "delivered", delivered / GIB, "GiB", delivered * tib),
    ]


def _functions(counts: Counts, scale: float, price: Prices) -> list[Line]:
    run, assumed = price["run"], price["assumed"]
    vcpu_s = counts.cpu_s * scale / assumed["busy"]
    each = run["vcpu_s"] + assumed["instance_gib_per_vcpu"] * run["gib_s"]
    requests = counts.requests * scale
    return [
        Line("Functions", "instances", vcpu_s, "vCPU s", vcpu_s * each),
        Line("Functions", "requests", requests, "requests", requests * run["request"]),
    ]


def _stores(counts: Counts, scale: float, price: Prices) -> list[Line]:
    storage, firestore = price["storage"], price["firestore"]
    kept = counts.object_bytes * scale / GIB * price["assumed"]["months_kept"]
    writes, reads = counts.document_writes * scale, counts.document_reads * scale
    put, got = counts.object_writes * scale, counts.object_reads * scale
    return [
        Line("Storage", "packets kept", kept, "GiB months", kept * storage["gib_month"]),
        Line("Storage", "writes", put, "operations", put * storage["write"]),
        Line("Storage", "reads", got, "operations", got * storage["read"]),
        Line("Firestore", "writes", writes, "documents", writes * firestore["write"]),
        Line("Firestore", "reads", reads, "documents", reads * firestore["read"]),
    ]


def _archive(counts: Counts, scale: float, each: int, price: Prices) -> list[Line]:
    bigquery = price["bigquery"]
    appended = counts.appended_bytes * scale / GIB
    kept = appended * price["assumed"]["months_kept"]
    matched = counts.match_statements * scale * each / TIB
    other = counts.other_statements * scale * bigquery["least_scanned_bytes"] / TIB
    return [
        Line("BigQuery", "rows appended", appended, "GiB", appended * bigquery["appended_gib"]),
        Line("BigQuery", "rows kept", kept, "GiB months", kept * bigquery["gib_month"]),
        Line("BigQuery", "cross-match", matched, "TiB", matched * bigquery["scanned_tib"]),
        Line("BigQuery", "other queries", other, "TiB", other * bigquery["scanned_tib"]),
    ]
