"""Light curves of all of ZTF's sources as Arrow tables of `ztf_sources`, column by column.

Ids are Kowalski's: 10^13 + field 10^9 + channel 10^7 + filter 10^6 + number in the matchfile.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fritz.archive.source_tables import ZTF_SOURCES
from fritz.archive.tables import Table
from fritz.errors import Invalid
from fritz.sky.healpix import cells_of

__all__ = [
    "Batch",
    "Channel",
    "channel_of_id",
    "data_release_batch",
    "matchfile_batch",
    "matchfile_channel",
    "placed",
    "table_of",
]

FILTERS: Final = {"zg": 1, "zr": 2, "zi": 3}
ID_BASE: Final = 10**13
EXPOSURE_BASE: Final = 10**16
CHANNELS: Final = 64
LAST_FIELD: Final = 2000
MJD: Final = 2_400_000.5
PUBLIC: Final = 1
IQR: Final = (8, 3)
"""Which of a source's twelve percentiles are the upper and the lower quartile."""
_NAME: Final = re.compile(r"ztf_(\d{6})_(z[gri])_c(\d\d)_q([1-4])_\w+\.\w+")

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """One field, filter and readout channel of the camera: what one matchfile holds."""

    field: int
    filter: int
    rc: int

    @property
    def ccd(self) -> int:
        """CCD, 1 to 16."""
        return self.rc // 4 + 1

    @property
    def quad(self) -> int:
        """Quadrant of the CCD, 1 to 4."""
        return self.rc % 4 + 1

    @property
    def first_id(self) -> int:
        """Id of the light curve that is number 0 of the matchfile."""
        return ID_BASE + self.field * 10**9 + self.rc * 10**7 + self.filter * 10**6

    @property
    def first_exposure(self) -> int:
        """What is added to an exposure's number to be unique in the release."""
        return EXPOSURE_BASE + self.field * 10**12 + self.rc * 10**10 + self.filter * 10**9


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for the warehouse, and what became of those that were read for them."""

    rows: pa.Table
    read: int
    """Rows of the file."""
    refused: Counter[str]
    """Reason -> rows of the file that are not among the rows."""

    def __post_init__(self) -> None:
        if self.rows.num_rows + self.refused.total() != self.read:
            raise AssertionError(f"{self.read} rows read, {self.rows.num_rows}, {self.refused}")


def matchfile_channel(name: str) -> Channel:
    """Return what a matchfile is of, as its name says.

    Raises
    ------
    Invalid
        It is no name of a matchfile.

    Examples
    --------
    >>> channel = matchfile_channel("ztf_000245_zr_c10_q1_match.pytable")
    >>> channel.field, channel.rc, channel.first_id
    (245, 36, 10245362000000)
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise Invalid(f"{name} is not named as a matchfile: ztf_000245_zr_c10_q1_match.pytable")
    field, band, ccd, quad = found.groups()
    rc = (int(ccd) - 1) * 4 + int(quad) - 1
    if not 0 <= rc < CHANNELS or int(field) >= LAST_FIELD:
        raise Invalid(f"{name}: no field {field} or no CCD {ccd}")
    return Channel(int(field), FILTERS[band], rc)


def channel_of_id(ids: Array) -> tuple[Array, Array, Array]:
    """Return field, channel and filter of light curve ids.

    Examples
    --------
    >>> [int(part[0]) for part in channel_of_id(np.array([10245362000007]))]
    [245, 36, 2]
    """
    rest = ids - ID_BASE
    return rest // 10**9, rest // 10**7 % 100, rest // 10**6 % 10


def matchfile_batch(
    channel: Channel, release: str, sources: Array, epochs: Array, at: datetime
) -> Batch:
    """Return light curves of a matchfile's sources.

    Parameters
    ----------
    sources
        (N,) records of ``matches/sources``.
    epochs
        (M,) records of ``matches/sourcedata``, those of these sources among them.
    at
        Now.
    """
    order = np.argsort(sources["matchid"], kind="stable")
    sources = sources[order]
    matchids = sources["matchid"].astype(np.int64)
    index = np.searchsorted(matchids, epochs["matchid"].astype(np.int64))
    known = index < len(matchids)
    known[known] = matchids[index[known]] == epochs["matchid"][known]
    index, epochs = index[known], epochs[known]
    kept, refused = _kept(sources["ra"], sources["dec"], np.bincount(index, minlength=len(sources)))
    percentiles = sources["percentiles"]
    columns = {
        "_id": channel.first_id + matchids,
        "ra": sources["ra"],
        "dec": sources["dec"],
        "matchid": matchids,
        "nobs": sources["nobs"],
        "iqr": percentiles[:, IQR[0]] - percentiles[:, IQR[1]],
    }
    same = ("refmag", "refmagerr", "refchi", "refsharp", "meanmag", "vonneumannratio")
    columns |= {name: sources[name] for name in same}
    points = {name: epochs[name] for name in ("hjd", "mag", "magerr", "catflags", "chi", "sharp")}
    points |= {name: epochs[name] for name in ("ra", "dec", "expid", "programid")}
    points["uexpid"] = channel.first_exposure + epochs["expid"].astype(np.int64)
    columns |= _channel_columns(channel.field, channel.filter, channel.rc, len(sources))
    rows = _light_curves(columns, points, index, kept, release, at)
    return Batch(rows, len(sources), refused)


def data_release_batch(release: str, batch: pa.RecordBatch | pa.Table, at: datetime) -> Batch:
    """Return light curves of ZTF's public data releases (Parquet), all of whose epochs are public.

    Times there are heliocentric modified Julian dates; here they are Julian dates, as everywhere.

    Raises
    ------
    Invalid
        The file lacks a column.
    """
    try:
        column = {name: batch.column(name) for name in _DR_COLUMNS}
    except KeyError as e:
        raise Invalid(f"not a light curve file of a data release: {e}") from e
    times = _list(column["hmjd"])
    lengths = np.diff(times.offsets.to_numpy())
    index = np.repeat(np.arange(len(lengths)), lengths)
    value = {
        name: _numbers(_list(column[name]).flatten())
        for name in ("hmjd", "mag", "magerr", "clrcoeff", "catflags")
    }
    ra, dec = (_numbers(column[name]).astype(np.float64) for name in ("objra", "objdec"))
    kept, refused = _kept(ra, dec, lengths)
    miscounted = kept & (_numbers(column["nepochs"]) != lengths)
    refused["epochs miscounted"] += int(miscounted.sum())
    columns = {"_id": _numbers(column["objectid"]), "ra": ra, "dec": dec, "nobs": lengths}
    field, band, rc = (_numbers(column[name]) for name in ("fieldid", "filterid", "rcid"))
    columns |= _channel_columns(field, band, rc, len(ra))
    points = {name: value[name] for name in ("mag", "magerr", "clrcoeff", "catflags")}
    points["hjd"] = value["hmjd"].astype(np.float64) + MJD
    points["programid"] = np.full(len(index), PUBLIC)
    rows = _light_curves(columns, points, index, kept & ~miscounted, release, at)
    return Batch(rows, len(ra), +refused)


_DR_COLUMNS: Final = (
    "objectid", "filterid", "fieldid", "rcid", "objra", "objdec", "nepochs",
    "hmjd", "mag", "magerr", "clrcoeff", "catflags",
)  # fmt: skip


def placed(ra: Array, dec: Array) -> Array:
    """Return whether positions are on the sky."""
    found: Array = np.isfinite(ra) & (np.abs(dec) <= 90)  # noqa: PLR2004 - the pole
    return found


def table_of(table: Table, columns: Mapping[str, Any], rows: int) -> pa.Table:
    """Return columns as an Arrow table of a table's schema; what is missing or no number is null.

    Parameters
    ----------
    columns
        (N,) arrays, Arrow arrays, or values that all rows share.
    """
    arrays = []
    for field in table.arrow_schema:
        value = columns.get(field.name)
        if isinstance(value, pa.Array):
            arrays.append(value.cast(field.type))
        elif isinstance(value, np.ndarray):
            arrays.append(_arrow(value, field.type))
        else:
            arrays.append(pa.array([value] * rows, field.type))
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)


def _kept(ra: Array, dec: Array, epochs: Array) -> tuple[Array, Counter[str]]:
    """Return which sources have a position and a light curve, and why the others are left out."""
    on_sky, observed = placed(ra, dec), epochs > 0
    refused = Counter(
        {
            "no position": int((~on_sky).sum()),
            "no epochs": int((on_sky & ~observed).sum()),
        }
    )
    return on_sky & observed, +refused


def _channel_columns(field: Any, band: Any, rc: Any, rows: int) -> dict[str, Array]:
    channel = np.broadcast_to(np.asarray(rc, dtype=np.int64), rows)
    return {
        "field": np.broadcast_to(np.asarray(field, dtype=np.int64), rows),
        "filter": np.broadcast_to(np.asarray(band, dtype=np.int64), rows),
        "rc": channel,
        "ccd": channel // 4 + 1,
        "quad": channel % 4 + 1,
    }


def _light_curves(
    columns: dict[str, Array],
    points: dict[str, Array],
    index: Array,
    kept: Array,
    release: str,
    at: datetime,
) -> pa.Table:
    """Return the kept sources by their place on the sky, each with its epochs by time.

    Parameters
    ----------
    index
        (M,) for each epoch which source it is of.
    """
    cells = np.full(len(kept), -1, dtype=np.int64)
    cells[kept] = cells_of(columns["ra"][kept], columns["dec"][kept])
    order = np.flatnonzero(kept)[np.argsort(cells[kept], kind="stable")]
    place = np.full(len(kept), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    wanted = kept[index]
    row, times = place[index[wanted]], points["hjd"][wanted]
    by_time = np.lexsort((times, row))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(order)))])
    kind = ZTF_SOURCES.arrow_schema.field("data").type
    parts = [
        _arrow(points[field.name][wanted][by_time], field.type)
        if field.name in points
        else pa.nulls(len(row), field.type)
        for field in kind.value_type
    ]
    epochs = pa.StructArray.from_arrays(parts, fields=list(kind.value_type))
    data = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), epochs, type=kind)
    chosen: dict[str, Any] = {name: value[order] for name, value in columns.items()}
    chosen |= {"release": release, "healpix": cells[order], "data": data, "loaded_at": at}
    return table_of(ZTF_SOURCES, chosen, len(order))


def _arrow(values: Array, kind: pa.DataType) -> pa.Array[Any]:
    """Return numbers as Arrow; those that are not finite are null."""
    if values.dtype.kind == "f":
        return pa.array(values.astype(np.float64), kind, mask=~np.isfinite(values))
    return pa.array(values.astype(np.int64)).cast(kind)


def _list(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbers(column: Any) -> Array:
    return (
        np.asarray(column.to_numpy(zero_copy_only=False))
        if not isinstance(column, pa.ChunkedArray)
        else np.asarray(column.to_numpy())
    )
