"""Positions in files that people upload: CSV, VOTable, Parquet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fritz.errors import Invalid

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CSV", "PARQUET", "VOTABLE", "positions_of", "read_positions"]

CSV: Final = "text/csv"
VOTABLE: Final = "application/x-votable+xml"
PARQUET: Final = "application/vnd.apache.parquet"
_RA: Final = ("ra", "raj2000", "_raj2000", "ra_deg", "radeg", "ra_icrs", "alpha")
_DEC: Final = ("dec", "dej2000", "_dej2000", "decj2000", "dec_deg", "dedeg", "de_icrs", "delta")


def read_positions(data: bytes, media_type: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return right ascensions and declinations (degrees) of a file.

    Parameters
    ----------
    media_type
        `CSV`, `VOTABLE` or `PARQUET`. The columns are called ``ra`` and ``dec``, in any case, or as
        is usual for J2000 positions.

    Raises
    ------
    Invalid
        It is no such file, or has no such columns.
    """
    readers = {CSV: _from_csv, VOTABLE: _from_votable, PARQUET: _from_parquet}
    if media_type not in readers:
        raise Invalid(f"positions come as {', '.join(readers)}, not {media_type}")
    return positions_of(*readers[media_type](data))


def positions_of(ra: Any, dec: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two columns as positions in degrees.

    Raises
    ------
    Invalid
        They are no numbers, not of one length, or no places on the sphere; the message says where.
    """
    try:
        lon, lat = (np.asarray(each, dtype=np.float64) for each in (ra, dec))
    except (TypeError, ValueError) as e:
        raise Invalid(f"positions must be degrees: {e}") from e
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise Invalid(f"{lon.size} right ascensions and {lat.size} declinations")
    bad = ~((np.abs(lon) <= 360.0) & (np.abs(lat) <= 90.0))  # noqa: PLR2004  degrees
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise Invalid(f"position {row}: ({lon[row]}, {lat[row]}) is no place on the sphere")
    return lon % 360.0, lat


def _named(names: Sequence[str]) -> tuple[int, int]:
    lower = [name.strip().lower() for name in names]
    found = []
    for wanted in (_RA, _DEC):
        place = next((lower.index(each) for each in wanted if each in lower), None)
        if place is None:
            raise Invalid(f"no column {wanted[0]} among {', '.join(names)[:200]}")
        found.append(place)
    return found[0], found[1]


def _from_csv(data: bytes) -> tuple[Any, Any]:
    try:
        rows = csv.reader(StringIO(data.decode("utf-8-sig")))
        ra, dec = _named(next(rows, []))
        pairs = [(row[ra], row[dec]) for row in rows if row]
    except (UnicodeDecodeError, csv.Error, IndexError) as e:
        raise Invalid(f"the CSV cannot be read: {e}") from e
    return [each[0] for each in pairs], [each[1] for each in pairs]


def _from_parquet(data: bytes) -> tuple[Any, Any]:
    import pyarrow as pa  # noqa: PLC0415 - only uploads need it
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    try:
        file = pq.ParquetFile(BytesIO(data))
        names = file.schema_arrow.names
        chosen = [names[each] for each in _named(names)]
        table = file.read(columns=chosen)
    except pa.ArrowException as e:
        raise Invalid(f"the Parquet file cannot be read: {e}") from e
    return tuple(table.column(name).to_numpy() for name in chosen)  # type: ignore[return-value] # two


def _from_votable(data: bytes) -> tuple[Any, Any]:
    from astropy.io.votable import parse_single_table  # noqa: PLC0415 - a second's import

    try:
        table = parse_single_table(BytesIO(data), verify="ignore")
    except (ValueError, IndexError, KeyError, TypeError, SyntaxError) as e:
        raise Invalid(f"the VOTable cannot be read: {e}") from e
    names = [str(field.name) for field in table.fields]
    ra, dec = _named(names)
    ids = [str(field.ID) for field in table.fields]
    return tuple(np.ma.filled(table.array[ids[each]], np.nan) for each in (ra, dec))  # type: ignore[return-value] # two
