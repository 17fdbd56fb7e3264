"""Cone searches and nearest neighbours: documents around positions, as Kowalski answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fritz.archive.collections import Collection, row_document
from fritz.archive.query_requests import Around, Find, Within, shown
from fritz.catalogs.library import catalogs
from fritz.errors import Invalid
from fritz.filters.form import Stage
from fritz.filters.queries import parse_query_pipeline
from fritz.filters.sql.places import within
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.collection_documents import Documents
from fritz.services.collection_queries import CollectionQueries, check_stamps_unread
from fritz.sky.covering import cone_spans
from fritz.sky.separations import separation_arcsec
from fritz.sky.skymaps import Circle, Region

__all__ = ["ConeQueries"]

_AT_ONCE: Final = 200
"""Positions in one statement."""
_RANGES: Final = 64
"""Ranges of cells in one statement; more are joined."""
Position = tuple[float, float]
Positions = NDArray[np.float64]
Found = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ConeQueries:
    """Answers positions, one statement for many of them."""

    queries: CollectionQueries
    volumes: CatalogVolumes | None = None
    """Catalogs in the object store, which few positions are cheaper to answer from."""

    def around(
        self,
        collection: Collection,
        request: Around,
        wanted: Within,
        programids: frozenset[int],
    ) -> dict[str, Found]:
        """Return the documents around each position of a request, none of them left out.

        Raises
        ------
        Invalid
            The collection has no positions, or the request does not fit it.
        """
        _require_positions(collection)
        head = parse_query_pipeline([{"$match": dict(wanted.filter)}]).stages
        tail = parse_query_pipeline([*request.options.stages(), *shown(wanted.projection)]).stages
        check_stamps_unread(collection, (*head, *tail))
        found: dict[str, Found] = {name: [] for name in request.positions}
        if not programids or request.radius_arcsec <= 0:
            return found
        source = self.queries.documents(collection, programids)
        for part in _parts(list(request.positions.items()), _AT_ONCE):
            where = np.array([position for _, position in part], dtype=np.float64).T
            documents = self._near(source, head, where, request.radius_arcsec)
            for name, near in _nearby(collection, part, documents, request):
                found[name] = self.queries.finish(source, tail, near)
        return found

    def within(
        self,
        collection: Collection,
        region: Region | Circle,
        request: Find,
        programids: frozenset[int],
    ) -> Found:
        """Return the documents that match and lie within a region of the sky.

        Raises
        ------
        Invalid
            The collection has no positions, or the request does not fit it.
        """
        _require_positions(collection)
        head = parse_query_pipeline([{"$match": dict(request.filter)}]).stages
        tail = parse_query_pipeline([*request.options.stages(), *shown(request.projection)]).stages
        check_stamps_unread(collection, (*head, *tail))
        if not programids:
            return []
        source = self.queries.documents(collection, programids)
        place = within(collection.cell, region.spans())
        documents = self.queries.matching(source, head, place)
        if documents:
            ra, dec = _positions_of(collection, documents)
            documents = [documents[each] for each in np.flatnonzero(region.holds(ra, dec))]
        return self.queries.finish(source, tail, documents)

    def _near(
        self, source: Documents, head: Sequence[Stage], where: Positions, radius_arcsec: float
    ) -> Found:
        """Return the documents that match in the cells that cones touch."""
        collection, (ra, dec) = source.collection, where
        if self.volumes is not None and collection.name in catalogs():
            rows = self.volumes.around(collection.name, ra, dec, radius_arcsec)
            if rows is not None:
                return self.queries.passing(head, map(row_document(collection), rows.to_pylist()))
        place = within(collection.cell, cone_spans(ra, dec, radius_arcsec, _RANGES))
        return self.queries.matching(source, head, place)


def _parts(
    positions: list[tuple[str, Position]], most: int
) -> Iterator[list[tuple[str, Position]]]:
    for first in range(0, len(positions), most):
        yield positions[first : first + most]


def _nearby(
    collection: Collection,
    positions: Sequence[tuple[str, Position]],
    documents: Found,
    request: Around,
) -> Iterator[tuple[str, Found]]:
    """Yield the documents within the radius of each position, in order or nearest first."""
    if not documents:
        return
    ra, dec = _positions_of(collection, documents)
    for name, (centre_ra, centre_dec) in positions:
        distance = separation_arcsec(centre_ra, centre_dec, ra, dec)
        chosen = (distance <= request.radius_arcsec) & (distance >= request.least_arcsec)
        index = np.flatnonzero(chosen)
        if request.nearest_first:
            index = index[np.argsort(distance[index], kind="stable")]
        if len(index):
            yield name, [documents[each] for each in index]


def _require_positions(collection: Collection) -> None:
    if collection.kind == "histories" or (
        collection.kind == "rows" and collection.position is None
    ):
        raise Invalid(f"{collection.name} has no positions")


def _positions_of(collection: Collection, documents: Found) -> Any:
    return np.array([_place_of(collection, each) for each in documents], dtype=np.float64).T


def _place_of(collection: Collection, document: Mapping[str, Any]) -> Position:
    if collection.kind == "alerts":
        detection = document["candidate"]
        return detection["ra"], detection["dec"]
    names = collection.position or ("ra", "dec")
    return document.get(names[0], np.nan), document.get(names[1], np.nan)
