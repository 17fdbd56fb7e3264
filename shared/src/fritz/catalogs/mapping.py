"""From a catalog's published files to rows of its table: names, positions, types, nulls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fritz.catalogs.definition import Catalog, CatalogColumn, Kind
from fritz.errors import Invalid
from fritz.sky.healpix import cells_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Mapped", "mapped", "row_schema"]

_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    "FLOAT64": pa.float64(),
    "INT64": pa.int64(),
    "STRING": pa.string(),
    "BOOL": pa.bool_(),
}
_SEXAGESIMAL: Final = re.compile(r"([+-]?)(\d+)[\s:hd]+(\d+)(?:[\s:m']+(\d+(?:\.\d*)?)[s\"]?)?")
_POLE: Final = 90.0
Values: TypeAlias = Any
"""An Arrow array or chunked array; its stubs tell kinds apart that are one here."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Rows of a catalog's table, and what of the file did not become one."""

    rows: pa.Table
    refused: Counter[str] = field(default_factory=Counter)
    """Reason -> rows of the file that were left out."""
    misfits: Counter[str] = field(default_factory=Counter)
    """Column -> values that are not of its type, and are null."""


def row_schema(catalog: Catalog) -> pa.Schema:
    """Return the columns of a catalog's table: ``_id``, ra, dec, healpix, then its own."""
    own: list[Any] = [pa.field(each.name, _TYPES[each.kind]) for each in catalog.columns]
    return pa.schema(
        [
            pa.field("_id", pa.string(), nullable=False),
            pa.field("ra", pa.float64(), nullable=False),
            pa.field("dec", pa.float64(), nullable=False),
            pa.field("healpix", pa.int64(), nullable=False),
            *own,
        ]
    )


def mapped(catalog: Catalog, data: pa.Table) -> Mapped:
    """Return a published table's rows as the catalog's, sorted by cell.

    A row without a name is called after its position, as ``J10.684708+41.268750``.

    Parameters
    ----------
    catalog
        What it is.
    data
        Some rows of one of its files, under the file's own names.

    Raises
    ------
    Invalid
        The file has no columns that could be right ascension and declination.
    """
    refused: Counter[str] = Counter()
    ra, dec = (_positions(catalog, data, axis) for axis in ("ra", "dec"))
    nowhere = ~(np.isfinite(ra) & np.isfinite(dec))
    beyond = ~nowhere & ((np.abs(dec) > _POLE) | (np.abs(ra) > 360.0))  # noqa: PLR2004 - a circle
    for reason, rows in (("no position", nowhere), ("position out of range", beyond)):
        if rows.any():
            refused[reason] = int(rows.sum())
    good = np.flatnonzero(~(nowhere | beyond))
    ra, dec = ra[good] % 360.0, dec[good]
    cells = cells_of(ra, dec) if len(good) else np.empty(0, dtype=np.int64)
    order = np.argsort(cells, kind="stable")
    misfits: Counter[str] = Counter()
    kept = data.take(good[order])
    columns: list[Values] = [
        _ids(catalog, kept, ra[order], dec[order]),
        pa.array(ra[order]),
        pa.array(dec[order]),
        pa.array(cells[order]),
    ]
    columns += [_typed(catalog, each, kept, misfits) for each in catalog.columns]
    return Mapped(pa.table(columns, schema=row_schema(catalog)), refused, misfits)


def _find(catalog: Catalog, column: str, data: pa.Table) -> Values | None:
    """Return the file's column of one of the names that it may have."""
    known = {name.strip().lower(): place for place, name in enumerate(data.column_names)}
    for name in catalog.names_of(column):
        place = known.get(name.lower())
        if place is not None:
            return data.column(place)
    return None


def _positions(catalog: Catalog, data: pa.Table, axis: str) -> NDArray[np.float64]:
    found = _find(catalog, axis, data)
    if found is None:
        names = ", ".join(catalog.names_of(axis))
        raise Invalid(
            f"catalog {catalog.name}: the file has none of {names}, only "
            f"{', '.join(data.column_names)}"
        )
    try:
        degrees: NDArray[np.float64] = found.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        values = [_angle(text, hours=axis == "ra") for text in _texts(found).to_pylist()]
        degrees = np.array(values, dtype=np.float64)
    if catalog.null is not None:
        degrees = np.where(degrees == catalog.null, np.nan, degrees)
    return degrees


def _angle(text: str | None, *, hours: bool) -> float:
    """Return degrees from decimal or sexagesimal text, NaN where it is neither."""
    if text is None:
        return float("nan")
    parts = _SEXAGESIMAL.fullmatch(text)
    if parts is None:
        try:
            return float(text)
        except ValueError:
            return float("nan")
    sign, whole, minutes, seconds = parts.groups()
    value = int(whole) + int(minutes) / 60 + float(seconds or 0) / 3600
    return (-value if sign == "-" else value) * (15.0 if hours else 1.0)


def _ids(
    catalog: Catalog, data: pa.Table, ra: NDArray[np.float64], dec: NDArray[np.float64]
) -> Values:
    found = _find(catalog, "_id", data)
    if found is None:
        named = [_find(catalog, name, data) for name in (*catalog.files.get("id", ()), "id")]
        found = next((each for each in named if each is not None), None)
    known = None if found is None else _texts(found)
    if known is not None and not known.null_count:
        return known
    texts = [None] * len(ra) if known is None else known.to_pylist()
    return pa.array(
        [
            text or f"J{lon:.6f}{lat:+.6f}"
            for text, lon, lat in zip(texts, ra.tolist(), dec.tolist(), strict=True)
        ],
        pa.string(),
    )


def _typed(
    catalog: Catalog, column: CatalogColumn, data: pa.Table, misfits: Counter[str]
) -> Values:
    """Return a column in its type; what does not fit, and what stands for nothing, is null."""
    kind: Any = _TYPES[column.kind]
    found = _find(catalog, column.name, data)
    if found is None:
        return pa.nulls(data.num_rows, kind)
    if column.kind == "STRING":
        return _texts(found)
    try:
        typed = found.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        converted = [_one(value, column.kind) for value in found.to_pylist()]
        typed = pa.chunked_array([pa.array(converted, kind)])
    if column.kind == "FLOAT64":
        typed = pc.if_else(pc.is_finite(typed), typed, pa.scalar(None, kind))
    if catalog.null is not None and column.kind != "BOOL":
        empty = pc.equal(typed, pa.scalar(catalog.null, pa.float64()).cast(kind))
        typed = pc.if_else(empty, pa.scalar(None, kind), typed)
    elif (lost := typed.null_count - found.null_count - _empty(found)) > 0:
        misfits[column.name] += lost
    return typed


def _empty(found: Values) -> int:
    """Count what is no value in a file: empty texts and numbers that are not finite."""
    if _is_text(found.type):
        return sum(1 for text in found.to_pylist() if text is not None and not text.strip())
    if pa.types.is_floating(found.type):
        empty = ~np.isfinite(found.to_numpy(zero_copy_only=False))
        return int(empty.sum()) - int(found.null_count)
    return 0


def _one(value: object, kind: Kind) -> float | int | bool | None:
    text = str(value).strip()
    try:
        if kind == "BOOL":
            return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(
                text.lower()
            )
        number = float(text)
    except ValueError:
        return None
    if kind == "INT64":
        return int(number) if number.is_integer() else None
    return number


def _texts(found: Values) -> Values:
    text = found if _is_text(found.type) else found.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(text.cast(pa.string()))
    stripped: Values = pc.utf8_trim_whitespace(pc.utf8_trim(trimmed, characters='"'))
    return pc.if_else(pc.equal(stripped, pa.scalar("")), pa.scalar(None, pa.string()), stripped)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
