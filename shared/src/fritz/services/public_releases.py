"""Releases: public pages under one name, kept by groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.acls import MANAGE_SOURCES
from fritz.marshal.public_page import LONGEST, Release, checked_link_name
from fritz.marshal.visibility import Viewer, sees_group
from fritz.ports import Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "NewRelease", "PublicReleases"]

COLLECTION: Final = "public_releases"


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What somebody wants to be a release."""

    name: str
    link_name: str
    group_ids: Sequence[int]
    description: str = ""
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class PublicReleases:
    """All releases, one document each; there are few."""

    documents: DocumentStore

    def all(self) -> list[Release]:
        """Return every release, by name; who is signed in may know of each."""
        rows = self.documents.query(Query(COLLECTION))
        found = [Release.from_fields(row.data) for row in rows]
        return sorted(found, key=lambda each: (each.name, each.id))

    def get(self, viewer: Viewer, release_id: int) -> Release:
        """Return a release that the viewer's groups keep.

        Raises
        ------
        NotFound
            There is none.
        Forbidden
            Others keep it.
        """
        found = self._find(release_id)
        if found is None:
            raise NotFound("Release not found")
        if not any(sees_group(viewer, each) for each in found.group_ids):
            raise Forbidden(f"release {release_id} is kept by other groups")
        return found

    def is_open(self, release_id: int) -> bool:
        """Return whether everybody may read a release's pages."""
        found = self._find(release_id)
        return found is not None and found.is_visible

    def open(self, link_name: str) -> Release:
        """Return the visible release of that address; `NotFound` if there is none."""
        for each in self._named(link_name):
            if each.is_visible:
                return each
        raise NotFound("there is no such release")

    def create(self, viewer: Viewer, new: NewRelease, now: datetime) -> Release:
        """Make a release.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        Invalid
            It has no name, its address is taken or none, or no group is the viewer's.
        """
        viewer.must(MANAGE_SOURCES)
        groups = _own(viewer, new.group_ids)
        link_name = checked_link_name(new.link_name)
        made = Release(
            Numbers.of(self.documents).next(COLLECTION), _named(new.name), link_name, groups, now,
            now, new.description, new.is_visible,
        )  # fmt: skip

        def body(transaction: Transaction) -> Release:
            if transaction.query(Query(COLLECTION, (Where("link_name", "==", link_name),))):
                raise Invalid(f"link_name {link_name!r} is taken")
            transaction.write(Put(COLLECTION, str(made.id), made.to_fields()))
            return made

        return self.documents.transact(body)

    def change(self, viewer: Viewer, release_id: int, now: datetime, **changed: Any) -> None:
        """Change `name`, `description`, `group_ids` or `is_visible`; refused as `get` is."""
        viewer.must(MANAGE_SOURCES)
        old = self.get(viewer, release_id)
        if "group_ids" in changed:
            changed["group_ids"] = _own(viewer, changed["group_ids"])
        if "name" in changed:
            _named(changed["name"])
        new = replace(old, modified=now, **changed)
        self.documents.commit([Put(COLLECTION, str(new.id), new.to_fields())])

    def delete(self, viewer: Viewer, release_id: int) -> None:
        """Remove a release that has no pages; refused as `get` is.

        Raises
        ------
        Invalid
            Pages belong to it.
        """
        viewer.must(MANAGE_SOURCES)
        self.get(viewer, release_id)
        pages = Query("public_pages", (Where("release_id", "==", release_id),), limit=1)
        if self.documents.query(pages):
            raise Invalid("Cannot delete a release that has public pages")
        self.documents.commit([Delete(COLLECTION, str(release_id))])

    def _find(self, release_id: int) -> Release | None:
        row = self.documents.get(COLLECTION, str(release_id))
        return Release.from_fields(row.data) if row else None

    def _named(self, link_name: str) -> list[Release]:
        rows = self.documents.query(Query(COLLECTION, (Where("link_name", "==", link_name),)))
        return [Release.from_fields(row.data) for row in rows]


def _own(viewer: Viewer, group_ids: Sequence[int]) -> tuple[int, ...]:
    if not group_ids:
        raise Invalid("group_ids: at least one group keeps a release")
    for each in group_ids:
        if not sees_group(viewer, each):
            raise Invalid(f"not a member of group {each}")
    return tuple(sorted(set(group_ids)))


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= LONGEST:
        raise Invalid(f"name: 1 to {LONGEST} letters")
    return name
