"""Enriched alerts, rebuilt from rows of `alerts`: the inverse of `fritz.archive.rows.alert_row`.

What filters saw on the stream, they see again: the same fields, the same values, in the same order.
A column's null stands for a field that is absent, in history and at the top, and for a null in
``candidate``, where packets keep theirs; only of fields that came with a later schema than the
packet's is it known that they were absent. Numbers that are not finite are null, as in messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final

from fritz.alerts.document import coordinates
from fritz.alerts.history import WINDOW_DAYS
from fritz.alerts.surveys import survey
from fritz.archive.ztf_columns import CANDIDATE

__all__ = ["ADDED_TO_CANDIDATE", "document_from_row", "scores"]

ADDED_TO_CANDIDATE: Final[Mapping[str, tuple[int, int]]] = {
    "exptime": (3, 2),
    "drb": (3, 3),
    "drbversion": (3, 3),
}
"""Fields of ``candidate`` and the first version of the schema that has them, since version 3.0."""

_NAMES: Final = tuple(column.name for column in CANDIDATE)


def document_from_row(
    row: Mapping[str, Any], cross_matches: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the enriched alert that a row was made of, its history as of the alert.

    Parameters
    ----------
    row
        A row of `alerts` as plain values, history maybe reduced to what the asker may see. History
        columns, `classifications` and `coordinates` may be left out by a caller who does not need
        them; what a filter then finds in their place means nothing.
    cross_matches
        Rows by catalog, as the alert had them: see `fritz.services.past_matches`.
    """
    candidate = _candidate(row["candidate"], row.get("schemavsn"))
    jd = candidate["jd"]
    document: dict[str, Any] = {
        "survey": row["survey"],
        "candid": row["candid"],
        "objectId": row["objectId"],
        "schemavsn": row.get("schemavsn"),
        "publisher": row.get("publisher"),
        "candidate": candidate,
        "prv_candidates": _history(row.get("prv_candidates") or (), jd),
        "classifications": scores(row.get("classifications") or ()),
        "cross_matches": dict(cross_matches or {}),
        "coordinates": coordinates(candidate["ra"], candidate["dec"]),
    }
    shown = survey(row["survey"]).shown_forced
    forced = [shown(point) for point in _history(row.get("fp_hists") or (), jd)]
    if points := [point for point in forced if point is not None]:
        document["fp_hists"] = points
    return document


def _candidate(stored: Mapping[str, Any], schemavsn: str | None) -> dict[str, Any]:
    version = _version(schemavsn)
    absent = {name for name, since in ADDED_TO_CANDIDATE.items() if version < since}
    values = {name: _finite(stored.get(name)) for name in _NAMES}
    return {
        name: value for name, value in values.items() if value is not None or name not in absent
    }


def _version(schemavsn: str | None) -> tuple[int, int]:
    major, _, minor = (schemavsn or "").partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (99, 0)


def _finite(value: Any) -> Any:
    return None if type(value) is float and not isfinite(value) else value


def _history(stored: Iterable[Mapping[str, Any]], jd: float) -> list[dict[str, Any]]:
    """Return points of history as of a time, in the order in which histories keep them."""
    points = [
        {name: _finite(value) for name, value in point.items() if value is not None}
        for point in stored
        if point["jd"] is not None and jd - WINDOW_DAYS < point["jd"] <= jd
    ]
    return sorted(points, key=_key)


def _key(point: Mapping[str, Any]) -> tuple[float, int, int, int]:
    return (
        point["jd"],
        point.get("fid", 0),
        point.get("programid", -1),
        point.get("candid", 0),
    )


def scores(stored: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the scores flat, as Kowalski has them."""
    found: dict[str, Any] = {}
    for each in stored:
        found[each["name"]] = _finite(each["score"])
        if each["version"] is not None:
            found[f"{each['name']}_version"] = each["version"]
    return found
