"""From rows of the sky around positions to the `cross_matches` of alerts.

A match looks as Kowalski and BOOM write it, so that filters for either find what they look for: the
projected columns, ``_id``, ``coordinates.radec_str``; ``distance_arcsec`` beside them as BOOM has
it; with a distance, ``distance_arcsec`` and ``distance_kpc`` also within ``coordinates``, as
Kowalski has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fritz.catalogs.definition import Catalog, MatchRule
from fritz.catalogs.levels import MID_YEAR
from fritz.catalogs.rules import accepted_arcsec, distance_kpc, in_ellipse, moved, number
from fritz.sky.coordinates import sexagesimal
from fritz.sky.separations import separation_arcsec

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CrossMatches", "Matched", "Target", "cross_matches", "julian_year"]

CrossMatches = dict[str, list[dict[str, Any]]]
"""Rows by catalog, nearest first; a list, maybe empty, for each catalog that was searched."""
J2000_JD: Final = 2451545.0
_Near = tuple[float, str, dict[str, Any]]
"""A match with its distance (arcsec) and the row's name in the catalog."""


@dataclass(frozen=True, slots=True)
class Target:
    """A position at a time."""

    ra: float
    dec: float
    jd: float


@dataclass(frozen=True, slots=True)
class Matched:
    """What an object was matched with."""

    catalogs: tuple[str, ...] = ()
    """Those that were searched."""
    matches: CrossMatches = field(default_factory=dict)


def julian_year(jd: float) -> float:
    """Return a Julian date as a Julian year.

    Examples
    --------
    >>> round(julian_year(2460310.5), 6)
    2023.998631
    """
    return 2000.0 + (jd - J2000_JD) / 365.25


def cross_matches(
    catalogs: Mapping[str, Catalog], targets: Sequence[Target], found: pa.Table
) -> list[CrossMatches]:
    """Return what each target matches.

    Parameters
    ----------
    catalogs
        Those that were searched, by name.
    targets
        What was searched around.
    found
        Rows of `sky` that may match, with the index of their target as `position`.
    """
    kept: list[dict[str, list[_Near]]] = [defaultdict(list) for _ in targets]
    if found.num_rows:
        places, apart = _separations(targets, found)
        columns = (found.column(name).to_pylist() for name in ("catalog", "id", "values"))
        for index, near, ra, dec, name, row_id, values in zip(
            found.column("position").to_pylist(), apart, *places, *columns, strict=True
        ):
            catalog = catalogs.get(name)
            if catalog is None or catalog.match is None:
                continue
            target = targets[index]
            shown = dict(zip(catalog.match.projection, orjson.loads(values), strict=True))
            if _accepted(catalog.match, target, (ra, dec), near, row_id, shown):
                row = _row(catalog.match, row_id, (ra, dec), near, shown)
                kept[index][name].append((near, row_id, row))
    return [
        {
            name: [row for *_, row in sorted(rows[name], key=_order)][: _most(each)]
            for name, each in catalogs.items()
        }
        for rows in kept
    ]


def _order(row: _Near) -> tuple[float, str]:
    """Return what orders matches: the distance, and of rows at one place the name."""
    return row[0], row[1]


def _most(catalog: Catalog) -> int:
    return catalog.match.most if catalog.match is not None else 0


def _separations(
    targets: Sequence[Target], found: pa.Table
) -> tuple[tuple[list[float], list[float]], list[float]]:
    """Return where each row is at its target's time, and how far from the target (arcsec)."""
    index = found.column("position").to_numpy()
    asked = np.array([(each.ra, each.dec, julian_year(each.jd)) for each in targets])[index]
    ra, dec, pmra, pmdec = (
        np.asarray(found.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("ra", "dec", "pmra", "pmdec")
    )
    there = ra, dec
    if np.isfinite(pmra).any():
        there = moved(ra, dec, pmra, pmdec, asked[:, 2] - MID_YEAR)
    apart = separation_arcsec(asked[:, 0], asked[:, 1], *there)
    return (ra.tolist(), dec.tolist()), apart.tolist()


def _accepted(
    rule: MatchRule,
    target: Target,
    place: tuple[float, float],
    apart: float,
    row_id: str,
    shown: Mapping[str, Any],
) -> bool:
    distance = number(shown.get(rule.distance_column)) if rule.distance_column else None
    radius = accepted_arcsec(rule, float("nan") if distance is None else distance)
    if apart <= float(radius):
        return True
    return any(
        outline.id == row_id and in_ellipse(outline, target.ra, target.dec, *place)
        for outline in rule.ellipses
    )


def _row(
    rule: MatchRule,
    row_id: str,
    place: tuple[float, float],
    apart: float,
    shown: dict[str, Any],
) -> dict[str, Any]:
    coordinates: dict[str, Any] = {"radec_str": list(sexagesimal(*place))}
    row: dict[str, Any] = ({"_id": row_id} if rule.with_id else {}) | shown
    row |= {"coordinates": coordinates, "distance_arcsec": apart}
    if rule.distance_column is not None:
        kpc = distance_kpc(rule, number(shown.get(rule.distance_column)), apart)
        row["distance_kpc"] = kpc
        coordinates |= {"distance_arcsec": apart, "distance_kpc": kpc}
    return row
