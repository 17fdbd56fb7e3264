"""The fields of a survey's alert document, with their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from fritz.filters import ztf_fields as ztf
from fritz.filters.kinds import ANY, BOOL, DOUBLE, INT, NULLISH, STRING

__all__ = ["UNKNOWN", "ArrayOf", "Record", "Scalar", "Schema", "Type", "schema_for"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value of some kinds (`fritz.filters.kinds`)."""

    kinds: int


@dataclass(frozen=True, slots=True)
class Record:
    """An object."""

    fields: Mapping[str, Type]
    nullable: bool = False
    """Whether it may be null or absent."""
    open: bool = False
    """Whether it may have fields that are not listed."""


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """An array of like values."""

    item: Type
    nullable: bool = False


Type: TypeAlias = Scalar | Record | ArrayOf
Schema: TypeAlias = Record
"""The type of a whole alert document."""

UNKNOWN: Final = Scalar(ANY)
"""A value of which nothing is known; it may have fields."""


def _scalars(names: Iterable[str], kinds: int, required: Iterable[str] = ()) -> dict[str, Type]:
    never_null = set(required)
    return {name: Scalar(kinds if name in never_null else kinds | NULLISH) for name in names}


def _detection(names: Iterable[str] | None, flag: int) -> dict[str, Type]:
    """Return the fields of a detection; the current one has all, an earlier one some of them."""
    wanted = None if names is None else set(names)
    required = ztf.NEVER_NULL if wanted is None else {"jd", "fid", "pid", "programid"}
    fields = {
        **_scalars(ztf.DOUBLES, DOUBLE, required),
        **_scalars(ztf.INTS, INT, required),
        **_scalars(ztf.STRINGS, STRING, required),
        "isdiffpos": Scalar(flag if wanted is None else flag | NULLISH),
    }
    return {name: kind for name, kind in fields.items() if wanted is None or name in wanted}


def _cross_matches() -> Record:
    catalogs: dict[str, Type] = {}
    position = Record(
        {
            "radec_str": ArrayOf(Scalar(STRING)),
            "distance_arcsec": Scalar(DOUBLE | NULLISH),
            "distance_kpc": Scalar(DOUBLE | NULLISH),
        },
        open=True,
    )
    for name, columns in ztf.CATALOGS.items():
        row: dict[str, Type] = dict.fromkeys(columns.split(), UNKNOWN)
        catalogs[name] = ArrayOf(Record({**row, "coordinates": position}), nullable=True)
    return Record(catalogs)


def _properties() -> Record:
    rate = Record(_scalars(ztf.RATE, DOUBLE | INT), nullable=True)
    peak = _scalars(("peak_jd", "peak_mag", "peak_mag_err", "dt"), DOUBLE)
    band = Record({**peak, "rising": rate, "fading": rate}, nullable=True)
    flags = _scalars(("rock", "star", "near_brightstar", "stationary"), BOOL)
    return Record(
        {
            **flags,
            "photstats": Record(dict.fromkeys(("g", "r", "i"), band), nullable=True),
            "multisurvey_photstats": Record({}, nullable=True, open=True),
            "sso": Record({}, nullable=True, open=True),
        },
        nullable=True,
    )


def _coordinates() -> Record:
    return Record(
        {
            "radec_str": ArrayOf(Scalar(STRING)),
            "radec_geojson": Record(
                {"type": Scalar(STRING), "coordinates": ArrayOf(Scalar(DOUBLE))}
            ),
            "l": Scalar(DOUBLE),
            "b": Scalar(DOUBLE),
            "geocentricmeanecliptic": Record(_scalars(("lambda", "beta"), DOUBLE), nullable=True),
        }
    )


@lru_cache(maxsize=4)
def schema_for(dialect: Literal["kowalski", "boom"] = "kowalski") -> Schema:
    """Return the document of ZTF as a dialect's filters see it."""
    boom = dialect == "boom"
    flag = BOOL if boom else STRING
    earlier = (ztf.DOUBLES | ztf.INTS | ztf.STRINGS) - ztf.CANDIDATE_ONLY
    candidate, history = _detection(None, flag), _detection(earlier, flag)
    forced: dict[str, Type] = {
        **_scalars(ztf.FORCED_DOUBLES, DOUBLE, {"jd"}),
        **_scalars(ztf.FORCED_INTS, INT, {"fid", "programid"}),
        **_scalars(ztf.FORCED_STRINGS, STRING),
    }
    if boom:
        candidate.update({**_scalars(ztf.BOOM_CANDIDATE, DOUBLE), "band": Scalar(STRING)})
        history.update({**_scalars(ztf.BOOM_CANDIDATE, DOUBLE), "band": Scalar(STRING)})
        forced.update({**_scalars(ztf.BOOM_HISTORY, DOUBLE), "band": Scalar(STRING)})
        forced["isdiffpos"] = Scalar(BOOL | NULLISH)
    scores = _scalars(ztf.SCORES, DOUBLE)
    versions = _scalars((f"{name}_version" for name in ztf.SCORES), STRING)
    return Record(
        {
            "_id": UNKNOWN,
            "candid": Scalar(INT),
            "objectId": Scalar(STRING),
            "schemavsn": Scalar(STRING),
            "publisher": Scalar(STRING),
            "survey": Scalar(STRING),
            "candidate": Record(candidate),
            "prv_candidates": ArrayOf(Record(history)),
            "fp_hists": ArrayOf(Record(forced), nullable=True),
            "classifications": Record({**scores, **versions}),
            "coordinates": _coordinates(),
            "cross_matches": _cross_matches(),
            "properties": _properties(),
        }
    )
