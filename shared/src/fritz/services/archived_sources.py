"""Light curves of ZTF's sources and what is computed from them, as one person may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from fritz.archive.cones import DISTANCE, cone_statement, of_source
from fritz.archive.expressions import column, parameter
from fritz.archive.rights import bound_gate
from fritz.archive.selections import ztf_source_features, ztf_sources
from fritz.archive.source_ids import possible_fields
from fritz.errors import Invalid, NotFound
from fritz.marshal.visibility import Viewer, programids
from fritz.ports import DocumentStore, Query, Statement, Warehouse
from fritz.services.loads import RELEASES

__all__ = ["LARGEST_RADIUS_ARCSEC", "MOST_SOURCES", "ArchivedSources", "collection_name"]

MOST_SOURCES: Final = 1000
LARGEST_RADIUS_ARCSEC: Final = 3600.0
COLLECTIONS: Final = {
    "ztf_sources": "ZTF_sources_",
    "ztf_source_features": "ZTF_source_features_",
    "ztf_source_classifications": "ZTF_source_classifications_",
}
"""What scripts call the tables, a collection for each release."""
Position = tuple[float, float, float]
"""Right ascension and declination in degrees, radius in arcseconds."""


def collection_name(table: str, release: str) -> str:
    """Return what scripts call a release of a table.

    Examples
    --------
    >>> collection_name("ztf_sources", "20210401")
    'ZTF_sources_20210401'
    """
    return COLLECTIONS[table] + release


@dataclass(frozen=True, slots=True)
class ArchivedSources:
    """Reads light curves, features and classifications."""

    warehouse: Warehouse
    documents: DocumentStore
    survey: str = "ztf"

    def collections(self) -> list[str]:
        """Return the names of what is loaded, the newest release of each kind first."""
        rows = self.documents.query(Query(RELEASES))
        known = [(row.data["table"], row.data["release"]) for row in rows]
        return [collection_name(table, release) for table, release in sorted(known, reverse=True)]

    def release(self, collection: str, table: str) -> str:
        """Return the release that a collection's name means.

        Raises
        ------
        Invalid
            There is no such collection of that kind.
        """
        prefix = COLLECTIONS[table]
        if not collection.startswith(prefix) or collection not in self.collections():
            raise Invalid(f"Catalog {collection} not available")
        return collection.removeprefix(prefix)

    def light_curves(
        self, viewer: Viewer, release: str, ids: Collection[int]
    ) -> list[dict[str, Any]]:
        """Return light curves by id, each with the epochs that the viewer may see.

        Raises
        ------
        Invalid
            Too many are asked for.
        """
        if len(ids) > MOST_SOURCES:
            raise Invalid(f"at most {MOST_SOURCES} light curves at once, not {len(ids)}")
        if not ids:
            return []
        values = self._values(viewer, release)
        selection = ztf_sources(bound_gate(parameter("programids")))
        return self._read(selection, sorted(set(ids)), values)

    def light_curves_around(
        self, viewer: Viewer, release: str, position: Position
    ) -> list[dict[str, Any]]:
        """Return the light curves in a cone, the nearest first, at most `MOST_SOURCES`."""
        found = self._around("ztf_sources", release, position)
        ids = list(dict.fromkeys(found))[:MOST_SOURCES]
        place = {each: number for number, each in enumerate(ids)}
        rows = self.light_curves(viewer, release, ids)
        return sorted(rows, key=lambda row: place[row["_id"]])

    def features_at(self, viewer: Viewer, release: str, position: Position) -> dict[str, Any]:
        """Return the features of the light curve nearest to a position.

        Raises
        ------
        NotFound
            There are none that the viewer may see.
        """
        granted = sorted(programids(viewer, self.survey))
        mine = bound_gate(parameter("programids"))(of_source("programid"))
        found = self._around(
            "ztf_source_features", release, position, [mine], {"programids": granted}
        )
        if not found:
            raise NotFound("No SCoPe features available.")
        values = self._values(viewer, release)
        selection = ztf_source_features(bound_gate(parameter("programids")))
        return self._read(selection, found[:1], values)[0]

    def _values(self, viewer: Viewer, release: str) -> dict[str, Any]:
        return {"programids": sorted(programids(viewer, self.survey)), "release": release}

    def _around(
        self,
        table: str,
        release: str,
        position: Position,
        where: Sequence[exp.Expr] = (),
        values: dict[str, Any] | None = None,
    ) -> list[int]:
        """Return ids in a cone, the nearest first; whose they are, is not looked at."""
        ra, dec, radius = position
        if not 0 < radius <= LARGEST_RADIUS_ARCSEC:
            raise Invalid("Radius must be <= 1.0 deg")
        of_release = exp.EQ(this=of_source("release"), expression=parameter("release"))
        statement = cone_statement(
            table,
            [ra],
            [dec],
            radius,
            columns=[of_source("_id")],
            where=[of_release, *where],
            parameters={"release": release, **(values or {})},
        )
        found = self.warehouse.run(statement).sort_by(DISTANCE)
        return [row["_id"] for row in found.select(["_id"]).to_pylist()]

    def _read(
        self, selection: exp.Select, ids: Sequence[int], values: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return rows of a selection by id; the ids' fields name the partitions."""
        fields = possible_fields(ids)
        named = {f"field_{n}": each for n, each in enumerate(fields)}
        tree = selection.where(
            exp.EQ(this=column("release"), expression=parameter("release")),
            exp.In(this=column("field"), expressions=[parameter(each) for each in named]),
            exp.In(this=column("_id"), unnest=exp.Unnest(expressions=[parameter("ids")])),
        ).order_by(column("_id"))
        statement = Statement(tree, {**values, **named, "ids": list(ids)})
        return self.warehouse.run(statement).to_pylist()
