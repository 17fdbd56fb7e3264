"""The query API: what Kowalski's clients ask, answered within the asker's rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Collection as Names
from dataclasses import dataclass, replace
from typing import Any, Final

from fritz.archive.collections import COLLECTIONS, FAMILIES, Collection, collection_of
from fritz.archive.query_requests import (
    Aggregate,
    Around,
    Count,
    Find,
    Info,
    InSkymap,
    Request,
)
from fritz.catalogs.library import catalogs
from fritz.errors import Invalid
from fritz.filters.queries import parse_query_pipeline
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.collection_queries import CollectionQueries
from fritz.services.cone_queries import ConeQueries
from fritz.services.skymaps import Skymaps

__all__ = ["ArchiveQueries"]

_NATURAL: Final = "$natural"


@dataclass(frozen=True, slots=True)
class ArchiveQueries:
    """Answers requests; every one wants the asker's programids."""

    collections: CollectionQueries
    skymaps: Skymaps
    loaded: Callable[[], Names[str]] = frozenset
    """Tells the catalogs that are in the warehouse."""
    volumes: CatalogVolumes | None = None
    """Those in the object store."""

    def answer(self, request: Request, programids: Names[int]) -> Any:  # noqa: PLR0911  one per kind
        """Return the answer's data.

        Raises
        ------
        Invalid
            The request names what there is not, or cannot be answered exactly.
        """
        granted = frozenset(programids)
        match request:
            case Info():
                return self._info(request, granted)
            case Count(filter=None):
                return self.collections.count(self.named(request.catalog), granted)
            case Count():
                found = self._run(request.catalog, request.pipeline(), granted)
                return found[0]["n"] if found else 0
            case Find():
                request = _naturally(request, self.named(request.catalog))
                documents = self._run(request.catalog, request.pipeline(), granted)
                return (documents[0] if documents else None) if request.one else documents
            case Aggregate():
                return self._run(request.catalog, list(request.pipeline), granted)
            case Around():
                return self._around(request, granted)
            case InSkymap():
                return self._in_skymap(request, granted)

    def names(self, programids: frozenset[int]) -> list[str]:
        """Return the names of the collections in which there is something to see."""
        if not programids:
            return []
        releases = (
            f"{name}_{release}"
            for name, family in FAMILIES.items()
            for release in self.collections.releases(family, programids)
        )
        loaded, external = set(self.loaded()), catalogs()
        there = (name for name in COLLECTIONS if name in loaded or name not in external)
        return [*there, *releases]

    def named(self, name: str) -> Collection:
        """Return the collection of that name.

        Raises
        ------
        Invalid
            There is none, or it is a catalog that nobody loaded: its answers would be empty.
        """
        found = _named(name)
        if name in catalogs() and name not in set(self.loaded()):
            raise Invalid(f"ValueError: catalog {name} is not loaded here")
        return found

    def _run(
        self, catalog: str, pipeline: list[Any], programids: frozenset[int]
    ) -> list[dict[str, Any]]:
        return self.collections.run(self.named(catalog), parse_query_pipeline(pipeline), programids)

    def _in_skymap(self, request: InSkymap, programids: frozenset[int]) -> list[dict[str, Any]]:
        found = self.skymaps.find(
            localization_name=request.localization_name,
            dateobs=request.dateobs,
            aliases=request.aliases,
        )
        collection = self.named(request.find.catalog)
        region = found.region(request.contour)
        cones = ConeQueries(self.collections)
        return cones.within(collection, region, request.find, programids)

    def _around(self, request: Around, programids: frozenset[int]) -> dict[str, Any]:
        cones = ConeQueries(self.collections, self.volumes)
        chosen = {name: (self.named(name), wanted) for name, wanted in request.catalogs.items()}
        return {
            name: cones.around(collection, request, wanted, programids)
            for name, (collection, wanted) in chosen.items()
        }

    def _info(self, request: Info, programids: frozenset[int]) -> Any:
        if request.command == "catalog_names":
            return sorted(self.names(programids), reverse=True)
        if request.command == "db_info":
            return {"db": "fritz", "collections": len(self.names(programids)), "ok": 1.0}
        collection = self.named(request.catalog or "")
        if request.command == "index_info":
            return _indexes(collection)
        counted = collection.kind != "histories"
        count = self.collections.count(collection, programids) if counted else None
        return {"ns": f"fritz.{collection.name}", "count": count, "ok": 1.0} | {
            "fields": [each.name for each in collection.table.columns]
        }


def _named(name: str) -> Collection:
    found = collection_of(name)
    if found is None:
        raise Invalid(f"ValueError: no catalog {name}")
    return found


def _naturally(request: Find, collection: Collection) -> Find:
    """Return the request with ``$natural`` as the field that stands for the order of arrival."""
    sort = request.options.sort
    if not sort or _NATURAL not in sort:
        return request
    natural = ".".join(collection.natural) or "_id"
    keys = {natural if name == _NATURAL else name: way for name, way in sort.items()}
    return replace(request, options=replace(request.options, sort=keys))


def _indexes(collection: Collection) -> Mapping[str, Any]:
    """Return what makes queries fast, as MongoDB would list indexes."""
    made: dict[str, Any] = {"_id_": {"key": [["_id", 1]]}}
    for name in collection.table.cluster:
        made[f"{name}_1"] = {"key": [[name, 1]]}
    return made
