"""What Fritz must know of a survey to take its alerts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Identity", "Point", "Survey"]

Point: TypeAlias = dict[str, Any]
"""A measurement of an object at one time, in the survey's own field names."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which alert this is, of what, seen where and when, and who may see it."""

    candid: int
    object_id: str
    programid: int
    jd: float
    """Start of the exposure, days."""
    ra: float
    """ICRS right ascension, degrees in [0, 360]."""
    dec: float
    """ICRS declination, degrees."""


def _no_extras(_data: Mapping[str, Any]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Survey:
    """One survey, as values and functions over the records of its packets.

    A module of `fritz.alerts.surveys` that names one ``SURVEY`` is all it takes to add a survey.
    """

    name: str
    """As in documents and message attributes: ``ztf``, lower case."""
    bands: Mapping[int, str]
    """Name of the bandpass for each ``fid``: ``ztfg``."""
    stamps: Mapping[str, str]
    """The record's field that holds each stamp, by ``science``, ``template``, ``difference``."""
    identify: Callable[[Mapping[str, Any]], Identity]
    """Return who a record is; raise `Poison` if anything required is missing or out of range."""
    previous: Callable[[Mapping[str, Any]], list[Point]]
    """Return earlier detections and upper limits that the record brings along."""
    detection: Callable[[Mapping[str, Any]], Point]
    """Return the record's own detection as later records would bring it along, or richer."""
    forced: Callable[[Mapping[str, Any]], list[Point]]
    """Return the forced photometry that the record brings along, as it is kept."""
    shown_forced: Callable[[Point], Point | None]
    """Return a kept point of forced photometry as filters see it; None if they must not."""
    extras: Callable[[Mapping[str, Any]], dict[str, Any]] = _no_extras
    """Return further top-level fields of the enriched document."""
