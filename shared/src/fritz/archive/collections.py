"""Collections: what clients of Kowalski call the tables of the archive, and their documents.

A collection is a table whose rows are shown as documents. Most are rows as they stand (catalogs,
sources); alerts and their histories are rebuilt (`fritz.archive.documents`). Whoever adds a table
adds its collection here, and every query of the API can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final, Literal

from fritz.archive.catalog_tables import CATALOG_TABLES
from fritz.archive.schema import Table
from fritz.archive.source_tables import ZTF_SOURCE_FEATURES, ZTF_SOURCES
from fritz.archive.tables import ALERTS, TABLES
from fritz.catalogs.library import catalogs
from fritz.sky.coordinates import galactic, geojson, sexagesimal

__all__ = [
    "COLLECTIONS",
    "FAMILIES",
    "PROTECTED",
    "Collection",
    "collection_of",
    "register",
    "row_document",
]

Kind = Literal["alerts", "histories", "rows"]
PROTECTED: Final = frozenset({"users", "filters", "queries"})
"""Collections of Kowalski's own that nobody may read."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection."""

    name: str
    """As clients call it: ``ZTF_alerts``, ``Gaia_EDR3``."""
    table: Table
    """The rows; read through the asker's rights like everything else."""
    kind: Kind = "rows"
    id_column: str = "_id"
    """The column shown as ``_id``."""
    position: tuple[str, str] | None = ("ra", "dec")
    """Columns of right ascension and declination (degrees); None where rows have no place."""
    cell: str = "healpix"
    """The column with the nested HEALPix cell of order 29."""
    hidden: frozenset[str] = frozenset({"healpix", "loaded_at", "release"})
    """Columns that documents do not show."""
    release: str | None = None
    """Which release, where several share a table."""
    natural: tuple[str, ...] = ()
    """Path of the field that ``$natural`` sorts by; empty for the id."""


COLLECTIONS: Final[dict[str, Collection]] = {
    "ZTF_alerts": Collection(
        "ZTF_alerts",
        ALERTS,
        "alerts",
        id_column="candid",
        position=None,
        natural=("candidate", "jd"),
    ),
    "ZTF_alerts_aux": Collection(
        "ZTF_alerts_aux", ALERTS, "histories", id_column="objectId", position=None
    ),
    **{
        each.name: Collection(each.name, CATALOG_TABLES[each.table]) for each in catalogs().values()
    },
}
"""Collections by name; those of catalogs, loaded or not."""


def register(collection: Collection) -> None:
    """Add a collection; the same again changes nothing.

    Raises
    ------
    ValueError
        Its table is not one of the archive's, or the name is taken by another table.
    """
    if collection.table.name not in TABLES:
        raise ValueError(f"{collection.table.name} is no table of the archive")
    known = COLLECTIONS.setdefault(collection.name, collection)
    if known.table.name != collection.table.name:
        raise ValueError(f"{collection.name} is the table {known.table.name} already")


FAMILIES: Final[Mapping[str, Collection]] = {
    "ZTF_source_features": Collection("ZTF_source_features", ZTF_SOURCE_FEATURES),
    "ZTF_sources": Collection("ZTF_sources", ZTF_SOURCES),
}
"""Collections of which there is one for each release, ``ZTF_sources_20210401``, in one table."""


def collection_of(name: str) -> Collection | None:
    """Return the collection of that name, or None.

    Examples
    --------
    >>> collection_of("ZTF_sources_20210401").release
    '20210401'
    """
    found = COLLECTIONS.get(name)
    stem, _, release = name.rpartition("_")
    if found is None and release and stem in FAMILIES:
        return replace(FAMILIES[stem], name=name, release=release)
    return found


def row_document(collection: Collection) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what makes documents of a collection's rows: nulls are absent fields.

    A row with a position gets ``coordinates`` as Kowalski's loaders write them.
    """
    hidden, key = collection.hidden, collection.id_column
    position = collection.position

    def document(row: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"_id": row[key]}
        made |= {name: value for name, value in row.items() if name not in hidden and _known(value)}
        if position is not None and "coordinates" not in made:
            ra, dec = row[position[0]], row[position[1]]
            if ra is not None and dec is not None:
                made["coordinates"] = _coordinates(ra, dec)
        return made

    return document


def _known(value: Any) -> bool:
    return value is not None and (type(value) is not float or isfinite(value))


def _coordinates(ra: float, dec: float) -> dict[str, Any]:
    lon, lat = galactic(ra, dec)
    return {
        "radec_str": list(sexagesimal(ra, dec)),
        "radec_geojson": geojson(ra, dec),
        "l": float(lon),
        "b": float(lat),
    }
