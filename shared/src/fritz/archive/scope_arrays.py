"""Features of light curves and SCoPe's classifications as Arrow tables.

A file of features holds arrays of numbers without names: ``stats`` (id, position, statistics) and
``stats_<algorithm>`` (id, period and its Fourier series), ztfperiodic's order of columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fritz.archive.source_arrays import LAST_FIELD, Batch, channel_of_id, placed, table_of
from fritz.archive.source_tables import (
    FEATURES,
    PERIOD,
    ZTF_SOURCE_CLASSIFICATIONS,
    ZTF_SOURCE_FEATURES,
)
from fritz.errors import Invalid
from fritz.sky.healpix import cells_of

__all__ = ["ALGORITHMS", "classification_name", "classifications_batch", "features_batch"]

ALGORITHMS: Final = ("EAOV", "ECE", "ELS")
"""Of periods; the first one's stand in columns of their own, as in Kowalski."""
Array = NDArray[Any]


def features_batch(
    release: str, programid: int, stats: Array, periods: Mapping[str, Array], at: datetime
) -> Batch:
    """Return the features of light curves.

    Parameters
    ----------
    programid
        Data rights of all of them.
    stats
        (N, 25): id, ra, dec, statistics.
    periods
        (N, 18) for each algorithm: id, period and series.

    Raises
    ------
    Invalid
        An array has another number of columns.
    """
    _check(stats, "stats", 3 + len(FEATURES))
    ids, ra, dec = stats[:, 0].astype(np.int64), stats[:, 1], stats[:, 2]
    kept, refused = _of_known_channels(ids, ra, dec)
    order = np.flatnonzero(kept)
    cells = cells_of(ra[order], dec[order])
    order, cells = order[np.argsort(cells)], np.sort(cells)
    found = {
        name: _aligned(ids[order], periods[name], f"stats_{name}")
        for name in ALGORITHMS
        if name in periods
    }
    columns: dict[str, Any] = _common(ids[order], release, programid, at)
    columns |= {"ra": ra[order], "dec": dec[order], "healpix": cells}
    columns |= {each.name: stats[order, 3 + n] for n, each in enumerate(FEATURES)}
    columns["n"] = stats[order, 3].astype(np.int64)
    if ALGORITHMS[0] in found:
        columns |= {each.name: found[ALGORITHMS[0]][:, n] for n, each in enumerate(PERIOD)}
    columns["periods"] = _periods(found, len(order))
    return Batch(table_of(ZTF_SOURCE_FEATURES, columns, len(order)), len(stats), refused)


def classification_name(path: PurePath) -> tuple[str, str]:
    """Return class and architecture that a file of SCoPe's predictions is of, by its folders.

    Raises
    ------
    Invalid
        The folders are not ``xgb/<run>.<class>.<…>`` or ``dnn/<class>-<…>``.

    Examples
    --------
    >>> classification_name(PurePath("xgb/d15.e.c/487_12_1_17.h5"))
    ('e', 'xgb')
    >>> classification_name(PurePath("dnn/vnv-20210330/487_12_1_17.h5"))
    ('vnv', 'dnn')
    """
    *_, architecture, folder, _ = ("", "", *path.parts)
    if architecture == "xgb" and folder.count(".") >= 1:
        return folder.split(".")[1], architecture
    if architecture == "dnn":
        return folder.split("-")[0], architecture
    raise Invalid(f"{path}: its folders name no classifier, as in xgb/d15.e.c or dnn/vnv-20210330")


def classifications_batch(
    release: str, programid: int, name: tuple[str, str], predictions: Array, at: datetime
) -> Batch:
    """Return the scores that one classifier gave light curves.

    Parameters
    ----------
    name
        Class and architecture.
    predictions
        (N, 2): id and score.
    """
    _check(predictions, "preds", 2)
    ids, scores = predictions[:, 0].astype(np.int64), predictions[:, 1]
    kept, refused = _of_known_channels(ids)
    scored = kept & (scores >= 0) & (scores <= 1)
    refused["no score from 0 to 1"] += int((kept & ~scored).sum())
    order = np.flatnonzero(scored)
    order = order[np.argsort(ids[order], kind="stable")]
    class_name, architecture = name
    columns: dict[str, Any] = _common(ids[order], release, programid, at)
    columns |= {
        "name": f"{class_name}_{architecture}",
        "class": class_name,
        "architecture": architecture,
        "score": scores[order],
    }
    rows = table_of(ZTF_SOURCE_CLASSIFICATIONS, columns, len(order))
    return Batch(rows, len(predictions), +refused)


def _check(array: Array, name: str, width: int) -> None:
    if array.ndim != 2 or array.shape[1] != width:  # noqa: PLR2004 - a table
        raise Invalid(f"{name} is of shape {array.shape}, not (N, {width})")


def _of_known_channels(
    ids: Array, ra: Array | None = None, dec: Array | None = None
) -> tuple[Array, Counter[str]]:
    """Return which rows have a light curve's id (and a position), and why others are refused."""
    field, rc, band = channel_of_id(ids)
    known = (field >= 0) & (field < LAST_FIELD) & (rc < 64) & (band >= 1) & (band <= 3)  # noqa: PLR2004 - channels, filters
    on_sky = np.ones_like(known) if ra is None or dec is None else placed(ra, dec)
    refused = Counter(
        {
            "no id of a light curve": int((~known).sum()),
            "no position": int((known & ~on_sky).sum()),
        }
    )
    return known & on_sky, +refused


def _common(ids: Array, release: str, programid: int, at: datetime) -> dict[str, Any]:
    field, rc, band = channel_of_id(ids)
    return {
        "_id": ids,
        "release": release,
        "programid": programid,
        "field": field,
        "filter": band,
        "rc": rc,
        "ccd": rc // 4 + 1,
        "quad": rc % 4 + 1,
        "loaded_at": at,
    }


def _aligned(ids: Array, found: Array, name: str) -> Array:
    """Return (N, 17) what an algorithm found for each light curve; NaN where it has nothing."""
    _check(found, name, 1 + len(PERIOD))
    theirs = found[:, 0].astype(np.int64)
    order = np.argsort(theirs, kind="stable")
    place = np.searchsorted(theirs[order], ids)
    inside = place < len(theirs)
    same = np.zeros(len(ids), dtype=bool)
    same[inside] = theirs[order][place[inside]] == ids[inside]
    values = np.full((len(ids), len(PERIOD)), np.nan)
    values[same] = found[order][place[same], 1:]
    return values


def _periods(found: Mapping[str, Array], rows: int) -> pa.Array[Any]:
    """Return the list of what each algorithm found of each light curve."""
    kind = ZTF_SOURCE_FEATURES.arrow_schema.field("periods").type
    names = list(found)
    algorithm = pa.array(names * rows, pa.string())
    parts: list[Any] = [algorithm]
    parts += [_interleaved([found[name][:, n] for name in names], rows) for n in range(len(PERIOD))]
    elements = pa.StructArray.from_arrays(parts, fields=list(kind.value_type))
    offsets = pa.array(np.arange(rows + 1) * len(names), pa.int32())
    return pa.ListArray.from_arrays(offsets, elements, type=kind)


def _interleaved(columns: list[Array], rows: int) -> pa.Array[Any]:
    values = np.stack(columns, axis=1).ravel() if columns else np.empty(rows * 0)
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))
