"""Filters without a pipeline being written: a few cuts, and the pipeline that they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from fritz.errors import Invalid

__all__ = ["Cuts", "cuts_of", "pipeline_of"]

VALUE: Final = object()
"""Where a cut's number goes."""

_AGE: Final = {"$subtract": ["$candidate.jd", "$candidate.jdstarthist"]}
_UNKNOWN_AGE: Final = 1e9
"""Days of what has no first detection: null would be less than any bound."""

_CLAUSES: Final[Mapping[str, Mapping[str, Any]]] = {
    "min_score": {"candidate.drb": {"$gte": VALUE}},
    "brighter_than": {"candidate.magpsf": {"$lte": VALUE}},
    "fainter_than": {"candidate.magpsf": {"$gte": VALUE}},
    "min_detections": {"candidate.ndethist": {"$gte": VALUE}},
    "max_detections": {"candidate.ndethist": {"$lte": VALUE}},
    "min_age_days": {"$expr": {"$gte": [_AGE, VALUE]}},
    "max_age_days": {"$expr": {"$lte": [{"$ifNull": [_AGE, _UNKNOWN_AGE]}, VALUE]}},
    "min_latitude_deg": {"$expr": {"$gte": [{"$abs": "$coordinates.b"}, VALUE]}},
    "brightened": {"candidate.isdiffpos": {"$in": ["t", "1", 1, True]}},
    "no_star": {
        "$or": [
            {"candidate.sgscore1": {"$lt": 0.76}},
            {"candidate.distpsnr1": {"$gt": 2.0}},
            {"candidate.distpsnr1": {"$lt": 0.0}},
            {"candidate.distpsnr1": None},
        ]
    },
    "not_moving": {
        "$or": [
            {"candidate.ssdistnr": None},
            {"candidate.ssdistnr": {"$lt": 0.0}},
            {"candidate.ssdistnr": {"$gt": 12.0}},
        ]
    },
}
"""What each cut says of an alert; the flags as the demo's filters have them."""

_ANNOTATIONS: Final[Mapping[str, Any]] = {
    "drb": {"$round": ["$candidate.drb", 3]},
    "mag": {"$round": ["$candidate.magpsf", 2]},
    "detections": "$candidate.ndethist",
    "age_days": {"$round": [_AGE, 2]},
}


@dataclass(frozen=True, slots=True)
class Cuts:
    """What an alert must be; None and False ask for nothing."""

    min_score: float | None = None
    """Deep real-bogus score, 0 to 1."""
    brighter_than: float | None = None
    """Magnitude of the difference, at most."""
    fainter_than: float | None = None
    """Magnitude of the difference, at least."""
    min_detections: int | None = None
    max_detections: int | None = None
    min_age_days: float | None = None
    """Since the first detection."""
    max_age_days: float | None = None
    min_latitude_deg: float | None = None
    """Distance from the Galactic plane."""
    brightened: bool = False
    """Brighter than in the reference image."""
    no_star: bool = False
    """No PS1 source within 2 arcsec that looks like a star (Tachibana & Miller 2018)."""
    not_moving: bool = False
    """No known object of the Solar system within 12 arcsec."""


def pipeline_of(cuts: Cuts) -> list[dict[str, Any]]:
    """Return the pipeline that cuts stand for; it annotates with what was cut on.

    Raises
    ------
    Invalid
        Nothing is cut: every alert would pass.

    Examples
    --------
    >>> pipeline_of(Cuts(min_score=0.8))[0]
    {'$match': {'$and': [{'candidate.drb': {'$gte': 0.8}}]}}
    """
    given = {each.name: getattr(cuts, each.name) for each in fields(cuts)}
    clauses = [
        _filled(_CLAUSES[name], value)
        for name, value in given.items()
        if value is not None and value is not False
    ]
    if not clauses:
        raise Invalid("choose at least one cut: without any, every alert would pass")
    return [{"$match": {"$and": clauses}}, {"$project": {"annotations": dict(_ANNOTATIONS)}}]


def cuts_of(pipeline: Sequence[Mapping[str, Any]]) -> Cuts | None:
    """Return the cuts that a pipeline stands for, or None if it says more than cuts can."""
    match = pipeline[0].get("$match") if pipeline else None
    clauses = match.get("$and") if isinstance(match, Mapping) else None
    if not isinstance(clauses, list | tuple):
        return None
    found: dict[str, Any] = {}
    for clause in clauses:
        read = {name: _read(template, clause) for name, template in _CLAUSES.items()}
        named = {name: value for name, value in read.items() if value is not None}
        if not named:
            return None
        found |= named
    cuts = Cuts(**found)
    return cuts if found and pipeline_of(cuts) == list(pipeline) else None


def _filled(template: Any, value: Any) -> Any:
    if template is VALUE:
        return value
    if isinstance(template, Mapping):
        return {name: _filled(part, value) for name, part in template.items()}
    if isinstance(template, list):
        return [_filled(part, value) for part in template]
    return template


def _read(template: Any, given: Any) -> Any:
    """Return the number that stands where the template has `VALUE`, True for a flag, or None."""
    if template == given:
        return True
    numbers = [each for each in _leaves(given) if type(each) in {int, float}]
    return next((each for each in numbers if _filled(template, each) == given), None)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]
