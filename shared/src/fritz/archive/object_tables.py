"""Tables of objects and their light curves, written as alerts are archived (ADR 30)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fritz.archive.schema import Column, Table
from fritz.archive.ztf_columns import FP_HIST, PRV_CANDIDATE

__all__ = ["DETECTIONS", "FORCED_PHOTOMETRY", "OBJECTS"]

_SURVEY = Column("survey", "STRING", "Which survey, in lower case: ztf", mode="REQUIRED")
_OBJECT = Column("objectId", "STRING", "The object", mode="REQUIRED")
_HEALPIX = Column(
    "healpix", "INT64", "Nested HEALPix cell of order 29 of the position", mode="REQUIRED"
)
_NIGHT = Column("night", "INT64", "UTC date of the exposure as YYYYMMDD", mode="REQUIRED")
_WRITTEN = Column("ingested_at", "TIMESTAMP", "When the row was written", mode="REQUIRED")


def _required(columns: Iterable[Column], *names: str) -> tuple[Column, ...]:
    return tuple(replace(c, mode="REQUIRED") if c.name in names else c for c in columns)


OBJECTS: Final = Table(
    "objects",
    (
        _SURVEY,
        _OBJECT,
        Column(
            "programid",
            "INT64",
            "Data rights: the object is known to holders of this programme from this alert on",
            mode="REQUIRED",
        ),
        Column("night", "INT64", "Night of that alert as YYYYMMDD", mode="REQUIRED"),
        _HEALPIX,
        Column("ra", "FLOAT64", "Right ascension in that alert, J2000", "deg", mode="REQUIRED"),
        Column("dec", "FLOAT64", "Declination in that alert, J2000", "deg", mode="REQUIRED"),
        Column("jd", "FLOAT64", "Start of that alert's exposure, UTC", "d", mode="REQUIRED"),
        Column("candid", "INT64", "Id of that alert", mode="REQUIRED"),
        _WRITTEN,
    ),
    "One row per object and programme: the first alert of the object that came of that programme. "
    "Read one row per object through the view `objects_once`.",
    partition="night",
    cluster=("healpix", "objectId"),
)

DETECTIONS: Final = Table(
    "detections",
    (
        _SURVEY,
        _OBJECT,
        _NIGHT,
        _HEALPIX,
        *_required(PRV_CANDIDATE, "candid", "jd", "fid", "ra", "dec"),
        Column(
            "own_alert",
            "BOOL",
            "Whether the detection's own alert brought it, which says more of it than later ones",
            mode="REQUIRED",
        ),
        _WRITTEN,
    ),
    "One row per epoch at which an object was detected, from its own alert or from the history of "
    "later ones. A better version or a crash repeats rows: read the view `detections_once`. Upper "
    "limits stand in `alerts.prv_candidates`.",
    partition="night",
    cluster=("night", "healpix", "objectId"),
    needs_partition=True,
)

FORCED_PHOTOMETRY: Final = Table(
    "forced_photometry",
    (
        _SURVEY,
        _OBJECT,
        _NIGHT,
        _HEALPIX,
        *_required(FP_HIST, "jd", "fid"),
        _WRITTEN,
    ),
    "One row per epoch of forced photometry at an object's position, at the position of the alert "
    "that brought it. A better centred version or a crash repeats rows: read the view "
    "`forced_photometry_once`.",
    partition="night",
    cluster=("night", "healpix", "objectId"),
    needs_partition=True,
)
