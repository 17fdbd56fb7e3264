"""Kowalski's query language around pipelines: what ``POST /api/queries`` may ask.

Filters, projections and pipelines may come as objects or as text in Python's or JSON's notation;
positions as numbers or sexagesimal. What does not fit is refused with Kowalski's words.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import degrees, isfinite
from typing import Any, Final, TypeAlias

from fritz.archive.collections import PROTECTED
from fritz.archive.positions import parse_positions
from fritz.errors import Invalid

__all__ = [
    "QUERY_TYPES",
    "Aggregate",
    "Around",
    "Count",
    "Find",
    "InSkymap",
    "Info",
    "Request",
    "parse_request",
]

INFO_COMMANDS: Final = ("catalog_names", "catalog_info", "index_info", "db_info")
UNITS: Final[Mapping[str, float]] = {
    "arcsec": 1.0,
    "arcmin": 60.0,
    "deg": 3600.0,
    "rad": degrees(1.0) * 3600.0,
}
"""Arcseconds in each."""
_DEFAULT_NEAR_RAD: Final = 0.0002908882086657216
"""One arcminute."""
_LONGEST: Final = 1_000_000

Stages: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Options:
    """What `kwargs` may say of the result."""

    sort: Mapping[str, int] | None = None
    skip: int = 0
    limit: int | None = None
    seconds: float = 300.0

    def stages(self) -> Stages:
        """Return the stages that do it."""
        made: Stages = []
        if self.sort:
            made.append({"$sort": dict(self.sort)})
        if self.skip:
            made.append({"$skip": self.skip})
        if self.limit:
            made.append({"$limit": self.limit})
        return made


@dataclass(frozen=True, slots=True)
class Info:
    """Something about the collections themselves."""

    command: str
    catalog: str | None = None


@dataclass(frozen=True, slots=True)
class Find:
    """Documents that match; `one`: the first of them."""

    catalog: str
    filter: Mapping[str, Any]
    projection: Mapping[str, Any]
    options: Options
    one: bool = False

    def pipeline(self) -> Stages:
        """Return the stages of the query."""
        return [{"$match": dict(self.filter)}, *self.options.stages(), *shown(self.projection)]


@dataclass(frozen=True, slots=True)
class Count:
    """The number of documents that match; with no filter, of all."""

    catalog: str
    filter: Mapping[str, Any] | None
    options: Options

    def pipeline(self) -> Stages:
        """Return the stages of the query; the number stands in `n`."""
        cut = Options(skip=self.options.skip, limit=self.options.limit)
        return [{"$match": dict(self.filter or {})}, *cut.stages(), {"$count": "n"}]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A pipeline."""

    catalog: str
    pipeline: Sequence[Any]
    options: Options


@dataclass(frozen=True, slots=True)
class Within:
    """What to find of one catalog around positions."""

    filter: Mapping[str, Any]
    projection: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """Documents around each of some positions."""

    positions: Mapping[str, tuple[float, float]]
    """Right ascension and declination by name, degrees."""
    radius_arcsec: float
    catalogs: Mapping[str, Within]
    options: Options
    nearest_first: bool = False
    least_arcsec: float = 0.0
    """Nothing closer."""


@dataclass(frozen=True, slots=True)
class InSkymap:
    """Documents within a contour of a sky map that was uploaded."""

    find: Find
    localization_name: str
    dateobs: str | None
    aliases: tuple[str, ...]
    contour: float


Request: TypeAlias = Info | Find | Count | Aggregate | Around | InSkymap


def parse_request(body: Any) -> Request:
    """Return what is asked.

    Raises
    ------
    Invalid
        The body is no such request.
    """
    if not isinstance(body, Mapping):
        raise Invalid("ValueError: a query is an object of query_type, query and kwargs")
    kind, query = body.get("query_type"), body.get("query")
    if kind == "drop":
        raise Invalid("ValueError: drop: collections of the archive are not dropped")
    if kind not in QUERY_TYPES:
        raise Invalid(f"KeyError: query_type {kind} not in {QUERY_TYPES}")
    if not isinstance(query, Mapping):
        raise Invalid("ValueError: query must be an object")
    parse = _PARSERS[str(kind)]
    return parse(query, _options(body.get("kwargs") or {}))


def shown(projection: Mapping[str, Any]) -> Stages:
    """Return the stage of a projection; none for an empty one, which shows all."""
    return [{"$project": dict(projection)}] if projection else []


def _find(query: Mapping[str, Any], options: Options, *, one: bool = False) -> Find:
    projection = _object(query, "projection", {})
    if one:
        options = Options(options.sort, options.skip, 1, options.seconds)
    return Find(_catalog(query.get("catalog")), _object(query, "filter"), projection, options, one)


def _count(query: Mapping[str, Any], options: Options) -> Count:
    return Count(_catalog(query.get("catalog")), _object(query, "filter"), options)


def _aggregate(query: Mapping[str, Any], options: Options) -> Aggregate:
    return Aggregate(_catalog(query.get("catalog")), _pipeline(query), options)


def _info(query: Mapping[str, Any], _: Options) -> Info:
    command = query.get("command")
    if command not in INFO_COMMANDS:
        raise Invalid(f"KeyError: command {command} not in {INFO_COMMANDS}")
    catalog = query.get("catalog")
    return Info(command, None if catalog is None else _catalog(catalog))


def _around(kind: str, query: Mapping[str, Any], options: Options) -> Around:
    if kind == "near":
        units = query.get("distance_units", "rad")
        radius = _arcsec(query.get("max_distance", _DEFAULT_NEAR_RAD), units)
        least, radec = _arcsec(query.get("min_distance", 0), units), query.get("radec")
    else:
        given = query.get("object_coordinates")
        if not isinstance(given, Mapping):
            raise Invalid("KeyError: 'object_coordinates'")
        radius = _arcsec(given.get("cone_search_radius"), given.get("cone_search_unit"))
        least, radec = 0.0, given.get("radec")
    catalogs = query.get("catalogs")
    if not isinstance(catalogs, Mapping):
        raise Invalid("KeyError: 'catalogs'")
    wanted = {_catalog(name): _within(each) for name, each in catalogs.items()}
    return Around(parse_positions(radec), radius, wanted, options, kind == "near", least)


def _within(given: Any) -> Within:
    if not isinstance(given, Mapping):
        raise Invalid("ValueError: each catalog is an object of filter and projection")
    return Within(_object(given, "filter", {}), _object(given, "projection", {}))


def _in_skymap(query: Mapping[str, Any], options: Options) -> InSkymap:
    given = query.get("skymap")
    if not isinstance(given, Mapping) or not given.get("localization_name"):
        raise Invalid("ValueError: skymap.localization_name must be specified")
    aliases = given.get("aliases") or []
    aliases = [aliases] if isinstance(aliases, str) else aliases
    if not isinstance(aliases, list) or not (given.get("dateobs") or aliases):
        raise Invalid("ValueError: skymap: at least one of dateobs, aliases must be specified")
    contour = given.get("contour", 90)
    return InSkymap(
        _find(query, options),
        str(given["localization_name"]),
        None if given.get("dateobs") is None else str(given["dateobs"]),
        tuple(map(str, aliases)),
        _number(contour, "contour"),
    )


def _catalog(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Invalid("ValueError: a catalog must be named")
    if name.strip() in PROTECTED:
        raise Invalid("ValueError: Protected collection")
    return name.strip()


def _pipeline(query: Mapping[str, Any]) -> Sequence[Any]:
    given = _evaluated(query.get("pipeline"))
    if not isinstance(given, list | tuple):
        raise Invalid("ValueError: Unsupported pipeline specification")
    if not given:
        raise Invalid("ValueError: Pipeline must contain at least one stage")
    return given


_REQUIRED: Final[Mapping[str, Any]] = {}


def _object(
    query: Mapping[str, Any], name: str, default: Mapping[str, Any] = _REQUIRED
) -> Mapping[str, Any]:
    given = _evaluated(query.get(name))
    if given is None and default is not _REQUIRED:
        return default
    if not isinstance(given, Mapping):
        raise Invalid(f"ValueError: Unsupported {name} specification")
    return given


def _evaluated(given: Any) -> Any:
    """Return the value that text stands for; literals only, nothing is run."""
    if not isinstance(given, str):
        return given
    if len(given) > _LONGEST:
        raise Invalid(f"ValueError: more than {_LONGEST} characters")
    try:
        return literal_eval(given.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as e:
        raise Invalid(f"ValueError: {given[:60]!r} is no literal") from e


def _options(kwargs: Any) -> Options:
    if not isinstance(kwargs, Mapping):
        raise Invalid("ValueError: kwargs must be an object")
    limit = _whole(kwargs.get("limit", 0), "limit")
    time_ms = _whole(kwargs.get("max_time_ms", 300_000), "max_time_ms")
    if time_ms < 1:
        raise Invalid("ValueError: max_time_ms must be int >= 1")
    skip = _whole(kwargs.get("skip", 0), "skip")
    return Options(_sort(kwargs.get("sort")), skip, abs(limit) or None, min(time_ms / 1e3, 300.0))


def _sort(given: Any) -> Mapping[str, int] | None:
    """Return sort keys from pymongo's ways to write them: pairs, an object, or one name."""
    if given is None or given in ([], {}):
        return None
    pairs: Any = given
    if isinstance(given, str):
        pairs = [(given, 1)]
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    try:
        keys = {str(name): int(way) for name, way in pairs}
    except (TypeError, ValueError) as e:
        raise Invalid(f"ValueError: sort: pairs of field and 1 or -1, not {given!r}") from e
    if not set(keys.values()) <= {1, -1}:
        raise Invalid(f"ValueError: sort: pairs of field and 1 or -1, not {given!r}")
    return keys


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Invalid(f"ValueError: {name} must be a whole number, not {value!r}")
    return int(value)


def _number(value: Any, name: str) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError) as e:
        raise Invalid(f"ValueError: {name} must be a number, not {value!r}") from e
    if not isfinite(found):
        raise Invalid(f"ValueError: {name} must be finite")
    return found


def _arcsec(value: Any, units: Any) -> float:
    if units not in UNITS:
        raise Invalid(f"Exception: Angular units not in {tuple(UNITS)}")
    found = _number(value, "the radius")
    if found < 0:
        raise Invalid("ValueError: a radius must not be negative")
    return found * UNITS[units]


_PARSERS: Final[Mapping[str, Callable[[Mapping[str, Any], Options], Request]]] = {
    "cone_search": partial(_around, "cone_search"),
    "near": partial(_around, "near"),
    "count_documents": _count,
    "estimated_document_count": lambda query, _: Count(
        _catalog(query.get("catalog")), None, Options()
    ),
    "find": _find,
    "find_one": partial(_find, one=True),
    "aggregate": _aggregate,
    "info": _info,
    "skymap": _in_skymap,
}
QUERY_TYPES: Final = tuple(_PARSERS)
