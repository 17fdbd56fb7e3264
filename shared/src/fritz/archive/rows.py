"""Rows of the warehouse's tables, built from enriched alerts and from outcomes of packets.

Packets of every schema version fit: what a packet lacks is null. What the table has no column for
is left out, and a value of the wrong kind is null; both are counted in `misfits` by their path, so
that a new field of the survey is noticed the night it appears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from fritz.archive.schema import Column, ColumnType
from fritz.archive.tables import ALERTS
from fritz.archive.ztf_columns import CANDIDATE, FP_HIST, PRV_CANDIDATE
from fritz.errors import Invalid

__all__ = ["Fitter", "Outcome", "alert_row", "ledger_row"]

Outcome: TypeAlias = Literal["accepted", "quarantined", "dead_lettered"]

_LONGEST_DETAIL = 2000
_INT64: Final = range(-(2**63), 2**63)

_ELSEWHERE = frozenset({"cross_matches", "cutoutScience", "cutoutTemplate", "cutoutDifference"})
"""Top-level parts of a document that the table leaves out on purpose."""

_DERIVED = frozenset({"mag", "magerr", "snr", "limmag3sig", "limmag5sig"})
"""What the enriched document adds to forced photometry; SQL derives it from the fluxes."""


def alert_row(
    document: Mapping[str, Any],
    *,
    healpix: int,
    packet: Mapping[str, Any],
    ingested_at: datetime,
    night: int,
    misfits: Counter[str] | None = None,
) -> dict[str, Any]:
    """Return the `alerts` row of an enriched document.

    Parameters
    ----------
    document
        The enriched alert, with `survey`; or a decoded packet to which `survey` was added.
    healpix
        Nested cell of order 29 of the detection's position.
    packet
        Where the raw packet stands: `pack`, `offset` and `length`.
    ingested_at
        Now.
    night
        UTC date of the observation as YYYYMMDD.
    misfits
        Counts, by path, what was left out or did not fit; added to.

    Raises
    ------
    Invalid
        The document has no usable `candid`, `objectId`, `survey` or `candidate.programid`.
    """
    counter: Counter[str] = Counter() if misfits is None else misfits
    candidate = _CANDIDATE(document.get("candidate") or {}, counter)
    row = _TOP({key: document.get(key) for key in _TOP_NAMES}, counter)
    row |= {
        "night": night,
        "healpix": healpix,
        "programid": candidate.get("programid"),
        "candidate": candidate,
        "prv_candidates": _PRV_CANDIDATES.each(document.get("prv_candidates"), counter),
        "fp_hists": _FP_HISTS.each(document.get("fp_hists"), counter),
        "classifications": _scores(document.get("classifications") or {}),
        "coordinates": _COORDINATES(document.get("coordinates") or {}, counter),
        "packet": _PACKET(packet, counter),
        "ingested_at": ingested_at,
    }
    for name in document.keys() - _TOP_NAMES - _NESTED - _ELSEWHERE:
        counter[f"{name} unknown"] += 1
    for name in _REQUIRED:
        if row.get(name) is None:
            raise Invalid(f"alert {document.get('candid')} has no usable {name}")
    return row


def ledger_row(
    *,
    packet_id: str,
    record: int,
    survey: str,
    night: int,
    outcome: Outcome,
    at: datetime,
    candid: int | None = None,
    reason: str | None = None,
    detail: str | None = None,
    object_key: str | None = None,
) -> dict[str, Any]:
    """Return the `ledger` row of one record of a packet.

    Parameters
    ----------
    packet_id
        The publisher's id of the packet; the same at each redelivery.
    record
        Index of the record in the packet; 0 where the packet cannot be read.
    survey
        Which survey.
    night
        Night of the observation as YYYYMMDD, of arrival where that is unreadable.
    outcome
        What became of the record.
    at
        Now.
    candid
        The detection, if it could be read.
    reason, detail
        Why it was not accepted; a long detail is cut.
    object_key
        Where the bytes are kept, if it was not accepted.
    """
    return {
        "packet_id": packet_id,
        "record": record,
        "survey": survey,
        "night": night,
        "candid": candid,
        "outcome": outcome,
        "reason": reason,
        "detail": detail and detail[:_LONGEST_DETAIL],
        "object_key": object_key,
        "at": at,
    }


def _scores(classifications: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return Kowalski's flat scores (`braai`, `braai_version`) as one element a model."""
    return [
        {"name": name, "version": classifications.get(f"{name}_version"), "score": float(score)}
        for name, score in classifications.items()
        if isinstance(score, int | float)
    ]


def _integer(value: Any) -> int | None:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    fits = isinstance(whole, int) and whole in _INT64
    return int(whole) if fits else None


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _string(value: Any) -> str | None:
    # ZTF writes isdiffpos as "t" or "1"; other brokers' copies of it are booleans.
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value) if isinstance(value, int | float) else None


_CONVERT: Mapping[ColumnType, tuple[type, Callable[[Any], Any]]] = {
    "INT64": (int, _integer),
    "FLOAT64": (float, _real),
    "STRING": (str, _string),
}


class Fitter:
    """Fits one kind of record into the columns of a STRUCT.

    A night is 10^8 of these records' fields, hence the exact type test before anything else.
    """

    def __init__(
        self, columns: Iterable[Column], path: str, ignored: frozenset[str] = frozenset()
    ) -> None:
        self._kinds = {column.name: _CONVERT[column.type] for column in columns}
        self._path = path
        self._ignored = ignored

    def __call__(self, record: Mapping[str, Any], misfits: Counter[str]) -> dict[str, Any]:
        """Return the record's known fields that are not null, each of its column's type."""
        kinds = self._kinds
        row = {}
        for name, value in record.items():
            if value is None:
                continue
            kind = kinds.get(name)
            if kind is None:
                if name not in self._ignored:
                    misfits[f"{self._path}{name} unknown"] += 1
            elif type(value) is kind[0] and (kind[0] is not int or value in _INT64):
                row[name] = value
            elif (fitted := kind[1](value)) is not None:
                row[name] = fitted
            else:
                misfits[f"{self._path}{name} mistyped"] += 1
        return row

    def each(
        self, records: Iterable[Mapping[str, Any]] | None, misfits: Counter[str]
    ) -> list[dict[str, Any]]:
        """Return the fitted records of a list; none for null."""
        return [self(record, misfits) for record in records or ()]


_TOP_NAMES = ("candid", "objectId", "survey", "schemavsn", "publisher")
_NESTED = frozenset({"candidate", "prv_candidates", "fp_hists", "classifications", "coordinates"})
_REQUIRED = tuple(column.name for column in ALERTS.columns if column.mode == "REQUIRED")

_TOP = Fitter([ALERTS.column(name) for name in _TOP_NAMES], "")
_CANDIDATE = Fitter(CANDIDATE, "candidate.")
_PRV_CANDIDATES = Fitter(PRV_CANDIDATE, "prv_candidates.")
_FP_HISTS = Fitter(FP_HIST, "fp_hists.", _DERIVED)
_COORDINATES = Fitter(
    ALERTS.column("coordinates").fields,
    "coordinates.",
    frozenset({"radec_str", "radec_geojson", "geocentricmeanecliptic"}),
)
_PACKET = Fitter(ALERTS.column("packet").fields, "packet.")
