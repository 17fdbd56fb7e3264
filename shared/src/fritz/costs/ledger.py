"""A night's operations, priced: what was counted on some alerts, scaled to a number of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, Final

from fritz.catalogs.definition import Catalog
from fritz.catalogs.levels import crossings, level_of

__all__ = ["Counts", "Line", "lines", "match_reads", "prices"]

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
    read_bytes: int = 0
    """From the object store; free within a region."""
    document_writes: int = 0
    document_reads: int = 0
    appended_bytes: int = 0
    """Of rows, as BigQuery counts them."""
    matches: int = 0
    """Batches in which objects were matched with catalogs."""
    matched_objects: int = 0
    statements: int = 0
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


def match_reads(catalogs: Iterable[Catalog], objects: float, price: Prices) -> float:
    """Return how often the object store is read to match objects of one exposure.

    The objects lie all over one field. Of the atlas there a read takes one block, and an index for
    each sheet when the field is new to an instance, which it is taken to be for every batch. Rows
    that reach far, as near galaxies, are few and stand in blocks of their own, of which many
    objects share one. Catalogs of part of the sky are taken as spread over all of it.

    Parameters
    ----------
    catalogs
        Those that are matched.
    objects
        How many of them one batch matches.
    price
        The price list with its assumptions.
    """
    assumed = price["assumed"]
    share = assumed["field_deg2"] / SKY_DEG2
    by_level: dict[int, float] = {}
    for each in catalogs:
        if each.match is not None:
            level = level_of(each.match.radius_arcsec)
            by_level[level] = by_level.get(level, 0.0) + each.rows * share
    reads = 0.0
    for level, rows in by_level.items():
        order, cells = crossings(level)
        in_cell = rows / share / (12 * 4**order)
        # Neighbour cells mostly stand in the same block, unless one cell fills it.
        beyond = (cells - 1.0) * min(1.0, in_cell / assumed["block_rows"])
        touches = objects * (assumed["blocks_for_an_object"] + beyond)
        blocks = max(1.0, rows / assumed["block_rows"])
        filled = 1.0 - exp(-touches / blocks)
        alone = (1.0 - filled) ** (assumed["joined_bytes"] / assumed["block_bytes"])
        indexes = max(1.0, rows / assumed["sheet_rows"])
        reads += max(1.0, blocks * filled * alone) + indexes
    return reads


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
        *_archive(counts, scale, price),
        *_matching(counts, scale, catalogs, price),
    ]
    return sorted(found, key=lambda line: -line.dollars)


def _messages(counts: Counts, scale: float, price: Prices) -> list[Line]:
    tib = price["pubsub"]["tib"] / TIB
    published, delivered = counts.published_bytes * scale, counts.delivered_bytes * scale
    return [
        Line("Pub/Sub", "published", published / GIB, "GiB", published * tib),
        Line("Pub/Sub", "delivered", delivered / GIB, "GiB", delivered * tib),
    ]


def _vcpu(price: Prices) -> float:
    """Return the price of a second of an instance with one vCPU."""
    run = price["run"]
    return run["vcpu_s"] + price["assumed"]["instance_gib_per_vcpu"] * run["gib_s"]


def _functions(counts: Counts, scale: float, price: Prices) -> list[Line]:
    run, assumed = price["run"], price["assumed"]
    vcpu_s = counts.cpu_s * scale / assumed["busy"]
    requests = counts.requests * scale
    return [
        Line("Functions", "instances", vcpu_s, "vCPU s", vcpu_s * _vcpu(price)),
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


def _matching(
    counts: Counts, scale: float, catalogs: Iterable[Catalog], price: Prices
) -> list[Line]:
    each = counts.matched_objects / max(1, counts.matches)
    reads = counts.matches * scale * match_reads(catalogs, each, price)
    vcpu_s = reads * price["assumed"]["read_cpu_s"] / price["assumed"]["busy"]
    return [
        Line("Storage", "cross-match", reads, "reads", reads * price["storage"]["read"]),
        Line("Functions", "cross-match", vcpu_s, "vCPU s", vcpu_s * _vcpu(price)),
    ]


def _archive(counts: Counts, scale: float, price: Prices) -> list[Line]:
    bigquery = price["bigquery"]
    appended = counts.appended_bytes * scale / GIB
    kept = appended * price["assumed"]["months_kept"]
    scanned = counts.statements * scale * bigquery["least_scanned_bytes"] / TIB
    return [
        Line("BigQuery", "rows appended", appended, "GiB", appended * bigquery["appended_gib"]),
        Line("BigQuery", "rows kept", kept, "GiB months", kept * bigquery["gib_month"]),
        Line("BigQuery", "queries", scanned, "TiB", scanned * bigquery["scanned_tib"]),
    ]
