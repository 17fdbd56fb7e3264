"""The objects on the sky in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fritz.errors import NotFound
from fritz.marshal.obj import Obj
from fritz.marshal.visibility import Viewer, sees_object
from fritz.ports import (
    ArrayUnion,
    DocumentStore,
    Order,
    Put,
    Query,
    Transaction,
    Update,
    Where,
    Write,
)
from fritz.sky.cones import cone_ranges
from fritz.sky.separations import separation_deg

__all__ = ["COLLECTION", "Neighbour", "ObjStore", "put"]

COLLECTION = "objects"
NAME_READS = 8
"""Reads of names, invisible ones included, before a completion is given up."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An object within a cone."""

    obj: Obj
    separation_deg: float


def put(obj: Obj) -> Write:
    """Return the write of an object."""
    return Put(COLLECTION, obj.id, obj.to_fields())


@dataclass(frozen=True, slots=True)
class ObjStore:
    """All objects, one document each; what lists show of an object stands in it."""

    documents: DocumentStore

    def get(self, viewer: Viewer, obj_id: str) -> Obj:
        """Return an object of which the viewer sees something, by one look-up.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        found = self.get_many([obj_id]).get(obj_id)
        if found is None or not sees_object(viewer, found.principals):
            raise NotFound("Source not found")
        return found

    def get_many(self, obj_ids: Iterable[str]) -> dict[str, Obj]:
        """Return those of the objects that exist, by name."""
        rows = self.documents.get_many(COLLECTION, obj_ids)
        return {name: Obj.from_fields(row.data) for name, row in rows.items()}

    def visible(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, Obj]:
        """Return those of the objects that the viewer sees, by name."""
        found = self.get_many(obj_ids)
        return {name: obj for name, obj in found.items() if sees_object(viewer, obj.principals)}

    def cone(self, viewer: Viewer, ra: float, dec: float, radius_deg: float) -> list[Neighbour]:
        """Return the objects that the viewer sees in a cone, nearest first.

        Parameters
        ----------
        ra, dec, radius_deg : degrees.

        Raises
        ------
        Invalid
            The radius is too large.
        """
        found: list[Neighbour] = []
        for low, high in cone_ranges(ra, dec, radius_deg):
            where = (Where("cell", ">=", low), Where("cell", "<", high))
            for row in self.documents.query(Query(COLLECTION, where)):
                obj = Obj.from_fields(row.data)
                apart = float(separation_deg(ra, dec, obj.ra, obj.dec))
                if apart <= radius_deg and sees_object(viewer, obj.principals):
                    found.append(Neighbour(obj, apart))
        return sorted(found, key=lambda each: (each.separation_deg, each.obj.id))

    def named(self, viewer: Viewer, start: str, most: int) -> list[Obj]:
        """Return visible objects whose names begin with a text, by name, at most so many."""
        found: list[Obj] = []
        after: tuple[str] | None = None
        where = (Where("id", ">=", start), Where("id", "<", start + "\uf8ff"))
        for _ in range(NAME_READS):
            query = Query(COLLECTION, where, (Order("id"),), most, after)
            rows = [Obj.from_fields(row.data) for row in self.documents.query(query)]
            found += [obj for obj in rows if sees_object(viewer, obj.principals)]
            if len(rows) < most or len(found) >= most:
                break
            after = (rows[-1].id,)
        return found[:most]

    def of_tns(self, viewer: Viewer, names: Sequence[str]) -> list[Obj]:
        """Return visible objects that have one of these names at TNS, by name."""
        if not names:
            return []
        rows = self.documents.query(
            Query(COLLECTION, (Where("facts.tns_name", "in", list(names)),))
        )
        found = (Obj.from_fields(row.data) for row in rows)
        return sorted((o for o in found if sees_object(viewer, o.principals)), key=lambda o: o.id)

    def attach_data(self, obj_id: str, principals: Iterable[str]) -> None:
        """Open an object to those who may see a new point of it; `NotFound` if there is none."""
        added = ArrayUnion(tuple(principals))
        self.documents.commit([Update(COLLECTION, obj_id, {"data_of": added})])

    def set_data(self, obj_id: str, principals: Iterable[str]) -> None:
        """Say anew whom the photometry of an object is open to, after some of it went."""
        self.documents.commit([Update(COLLECTION, obj_id, {"data_of": sorted(set(principals))})])

    def tell(
        self,
        obj_id: str,
        facts: Mapping[str, Any],
        by: Mapping[str, Any],
        now: datetime,
        place: tuple[float, float] | None = None,
    ) -> Obj:
        """Set facts of an object, in the rows of its groups, too, and return it as it is now.

        Parameters
        ----------
        by : who says so, as the histories of redshift and summary show it.
        place : right ascension and declination in degrees; None to leave the object in place.
        """

        def change(old: Obj) -> Obj:
            ra, dec = place or (old.ra, old.dec)
            return replace(old.told(facts, by, now), ra=ra, dec=dec)

        return self._change(obj_id, change)

    def _change(self, obj_id: str, change: Callable[[Obj], Obj]) -> Obj:
        def body(transaction: Transaction) -> Obj:
            row = transaction.get(COLLECTION, obj_id)
            if row is None:
                raise NotFound("Source not found")
            new = change(Obj.from_fields(row.data))
            saved = transaction.query(Query("sources", (Where("obj_id", "==", obj_id),)))
            shown = {"ra": new.ra, "dec": new.dec, "redshift": new.redshift}
            rows = [Update("sources", each.id, shown) for each in saved]
            transaction.write(put(new), *rows)
            return new

        return self.documents.transact(body)
