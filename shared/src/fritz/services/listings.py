"""People's lists of objects in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fritz.errors import Conflict, Invalid, Unauthorized
from fritz.marshal.listing import Listing, checked_list_name, checked_params
from fritz.marshal.obj import checked_name
from fritz.marshal.visibility import Viewer, is_self
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Where
from fritz.services.numbering import Numbers
from fritz.services.objects import ObjStore

__all__ = ["COLLECTION", "ListingStore", "Listings"]

COLLECTION = "listings"


@dataclass(frozen=True, slots=True)
class ListingStore:
    """All listings, one document per person, list and object."""

    documents: DocumentStore

    def listed(self, user_id: int, list_name: str, obj_ids: Iterable[str]) -> set[str]:
        """Return which of the objects are on a person's list, by key look-ups."""
        keys = {Listing.key_of(user_id, list_name, name): name for name in obj_ids}
        found = self.documents.get_many(COLLECTION, keys)
        return {keys[key] for key in found}

    def of_user(self, user_id: int, list_name: str | None = None) -> list[Listing]:
        """Return what is on a person's lists, or on one of them, oldest first."""
        where: tuple[Where, ...] = (Where("user_id", "==", user_id),)
        if list_name is not None:
            where += (Where("list_name", "==", list_name),)
        return self._query(*where)

    def by_id(self, listing_id: int) -> Listing | None:
        """Return the listing of that id, or None."""
        return next(iter(self._query(Where("id", "==", listing_id))), None)

    def _query(self, *where: Where) -> list[Listing]:
        rows = self.documents.query(Query(COLLECTION, where))
        return sorted((Listing.from_fields(row.data) for row in rows), key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class Listings:
    """Lists of objects, each its owner's own; a system administrator sees and changes all."""

    store: ListingStore
    objects: ObjStore
    now: Callable[[], datetime]

    def of_user(self, viewer: Viewer, user_id: int, list_name: str | None) -> list[Listing]:
        """Return what is on a person's lists; `Unauthorized` unless they are the viewer's."""
        self._must_be(viewer, user_id)
        return self.store.of_user(user_id, list_name)

    def add(
        self,
        viewer: Viewer,
        obj_id: str,
        list_name: str,
        user_id: int | None,
        params: Mapping[str, Any] | None,
    ) -> int:
        """Put an object on a list and return the listing's id.

        Raises
        ------
        Unauthorized
            It is somebody else's list.
        NotFound
            The viewer sees no such object.
        Invalid
            The name or the parameters are none, or the object is on the list.
        """
        owner = viewer.user.id if user_id is None else user_id
        self._must_be(viewer, owner)
        name = checked_list_name(list_name)
        given = checked_params(name, params)
        self.objects.get(viewer, obj_id)
        now = self.now()
        number = Numbers.of(self.store.documents).next(COLLECTION)
        new = Listing(number, owner, obj_id, name, now, now, given)
        self._create(new)
        return new.id

    def change(
        self,
        viewer: Viewer,
        listing_id: int,
        *,
        obj_id: str | None,
        list_name: str | None,
        user_id: int | None,
        params: Mapping[str, Any] | None,
    ) -> None:
        """Move a listing to another object, list or person; refused as `add` is."""
        old = self._own(viewer, listing_id)
        owner = old.user_id if user_id is None else user_id
        self._must_be(viewer, owner)
        name = old.list_name if list_name is None else checked_list_name(list_name)
        given = checked_params(name, old.params if params is None else params)
        if obj_id is not None:
            self.objects.get(viewer, obj_id)
        new = replace(
            old,
            user_id=owner,
            obj_id=obj_id or old.obj_id,
            list_name=name,
            params=given,
            modified=self.now(),
        )
        if new.key == old.key:
            self.store.documents.commit([Put(COLLECTION, new.key, new.to_fields())])
            return
        self._create(new)
        self.store.documents.commit([Delete(COLLECTION, old.key)])

    def remove(self, viewer: Viewer, listing_id: int) -> None:
        """Take an object off a list; `Invalid` if there is no such listing of the viewer's."""
        self._delete(self._own(viewer, listing_id))

    def remove_named(
        self, viewer: Viewer, obj_id: str, list_name: str, user_id: int | None
    ) -> None:
        """Take an object off a list by its names; refused as above."""
        owner = viewer.user.id if user_id is None else user_id
        self._must_be(viewer, owner)
        key = Listing.key_of(owner, checked_list_name(list_name), checked_name(obj_id))
        found = self.store.documents.get(COLLECTION, key)
        if found is None:
            raise Invalid(f"{obj_id[:50]} is not on the list {list_name[:50]!r}")
        self._delete(Listing.from_fields(found.data))

    def _own(self, viewer: Viewer, listing_id: int) -> Listing:
        found = self.store.by_id(listing_id)
        if found is None or not is_self(viewer, found.user_id):
            raise Invalid(f"no listing {listing_id}")
        return found

    def _create(self, new: Listing) -> None:
        try:
            self.store.documents.commit([Create(COLLECTION, new.key, new.to_fields())])
        except Conflict as standing:
            raise Invalid(f"{new.obj_id} is already on the list {new.list_name!r}") from standing

    def _delete(self, listing: Listing) -> None:
        self.store.documents.commit([Delete(COLLECTION, listing.key)])

    def _must_be(self, viewer: Viewer, user_id: int) -> None:
        if not is_self(viewer, user_id):
            raise Unauthorized("HTTP 401: Unauthorized (lists of others need 'System admin')")
