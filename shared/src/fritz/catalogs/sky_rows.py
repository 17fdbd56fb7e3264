"""What of a catalog stands in the table `sky`: position, reach and what a match shows."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from fritz.catalogs.definition import Catalog, MatchRule
from fritz.catalogs.levels import MID_YEAR, cells_of_rows, reach_arcsec
from fritz.catalogs.rules import accepted_arcsec, moved

__all__ = ["SCHEMA", "sky_rows"]

_FIELDS: Final[list[Any]] = [
    pa.field("cell", pa.int64(), nullable=False),
    pa.field("catalog", pa.string(), nullable=False),
    pa.field("id", pa.string(), nullable=False),
    pa.field("ra", pa.float64(), nullable=False),
    pa.field("dec", pa.float64(), nullable=False),
    pa.field("reach_arcsec", pa.float64(), nullable=False),
    pa.field("pmra", pa.float64()),
    pa.field("pmdec", pa.float64()),
    pa.field("values", pa.string(), nullable=False),
]
SCHEMA: Final = pa.schema(_FIELDS)


def sky_rows(catalog: Catalog, rows: pa.Table) -> pa.Table:
    """Return the rows of `sky` for rows of a catalog's table, sorted by cell.

    Rows that can match nothing, as galaxies of unknown distance, are left out. The catalog must
    have a rule. Positions are those of `MID_YEAR`.
    """
    rule = catalog.match
    assert rule is not None  # noqa: S101 - what the caller promises
    radius = _radius(rule, rows)
    chosen = np.flatnonzero(radius > 0)
    rows, radius = rows.take(chosen), radius[chosen]
    ra, dec = (rows.column(name).to_numpy() for name in ("ra", "dec"))
    reach = radius
    motion: list[Any] = [pa.nulls(rows.num_rows, pa.float64())] * 2
    if catalog.moves:
        motion = [rows.column(name) for name in ("pmra", "pmdec")]
        pmra, pmdec = (np.nan_to_num(_floats(rows, name)) for name in ("pmra", "pmdec"))
        years = MID_YEAR - (catalog.epoch or MID_YEAR)
        ra, dec = moved(ra, dec, pmra, pmdec, np.full(len(ra), years))
        reach = reach_arcsec(radius, np.hypot(pmra, pmdec))
    cells = cells_of_rows(ra, dec, reach) if len(ra) else np.empty(0, dtype=np.int64)
    columns = [
        pa.array(cells),
        pa.array([catalog.name] * len(cells), pa.string()),
        rows.column("_id"),
        pa.array(ra),
        pa.array(dec),
        pa.array(reach),
        *motion,
        _values(rule, rows),
    ]
    found = pa.table(columns, schema=SCHEMA)
    return found.take(np.argsort(cells, kind="stable"))


def _radius(rule: MatchRule, rows: pa.Table) -> np.ndarray[Any, np.dtype[np.float64]]:
    if rule.distance_column is None:
        return np.full(rows.num_rows, rule.radius_arcsec)
    radius = accepted_arcsec(rule, _floats(rows, rule.distance_column))
    if rule.ellipses:
        ids = rows.column("_id").to_pylist()
        for outline in rule.ellipses:
            if outline.id in ids:
                place = ids.index(outline.id)
                radius[place] = max(radius[place], outline.semi_major_deg * 3600.0)
    return radius


def _floats(rows: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    found: np.ndarray[Any, np.dtype[np.float64]] = rows.column(name).to_numpy(zero_copy_only=False)
    return found.astype(np.float64)


def _values(rule: MatchRule, rows: pa.Table) -> pa.Array[Any]:
    """Return what each match shows, a JSON array in the order of the projection.

    An array, not an object: the names would be most of the table's bytes.
    """
    columns = [rows.column(name).to_pylist() for name in rule.projection]
    shown = zip(*columns, strict=True) if columns else ([] for _ in range(rows.num_rows))
    return pa.array([orjson.dumps(list(each)).decode() for each in shown], pa.string())
