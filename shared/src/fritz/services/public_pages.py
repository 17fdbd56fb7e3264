"""Public pages of sources: published by who manages sources, read by everybody, frozen.

What a page shows is put together once, of rows that its publisher sees, and kept in the object
store; whoever opens the page reads that and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.acls import MANAGE_SOURCES
from fritz.marshal.public_page import PARTS, Choice, PublicPage, digest
from fritz.marshal.visibility import EVERYBODY, Viewer, sees_group
from fritz.ports import Create, Delete, DocumentStore, ObjectStore, Query, Where
from fritz.services.events import Event, Events
from fritz.services.numbering import Numbers
from fritz.services.public_releases import PublicReleases

__all__ = ["COLLECTION", "PublicPages", "Snapshot"]

COLLECTION: Final = "public_pages"


class Snapshot(Protocol):
    """Puts together what a page shows; `fritz.services.public_snapshots` has the one."""

    def data(self, viewer: Viewer, obj_id: str, choice: Choice) -> dict[str, Any]:
        """Return the chosen parts of a source; `NotFound` if the viewer sees no such object."""
        ...

    def stamps(self, viewer: Viewer, obj_id: str) -> bytes | None:
        """Return the stamps of its latest public alert as PNG, or None."""
        ...


@dataclass(frozen=True, slots=True)
class PublicPages:
    """All public pages, one document each, their data in the object store."""

    documents: DocumentStore
    files: ObjectStore
    snapshot: Snapshot
    releases: PublicReleases
    events: Events
    sees: Callable[[Viewer, str], object]
    """Raises `NotFound` where the viewer sees no such object."""

    def of_source(self, viewer: Viewer, obj_id: str) -> list[PublicPage]:
        """Return the versions of a source's page, newest first.

        Raises
        ------
        NotFound
            There is no such object for the viewer.
        """
        self.sees(viewer, obj_id)
        return self._versions(obj_id)

    def publish(
        self, viewer: Viewer, obj_id: str, choice: Choice, release_id: int | None, now: datetime
    ) -> PublicPage:
        """Freeze a source as it is now and show it to the world.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        NotFound
            There is no such object, or no such release, for the viewer.
        Invalid
            A group or a stream is not the viewer's, or the very same page stands already.
        """
        viewer.must(MANAGE_SOURCES)
        _check_choice(viewer, choice)
        if release_id is not None:
            self.releases.get(viewer, release_id)
        data = self.snapshot.data(viewer, obj_id, choice)
        stamps = self.snapshot.stamps(viewer, obj_id)
        name = digest(data | {"release": release_id, "chosen": sorted(choice.parts)})
        number = Numbers.of(self.documents).next(COLLECTION)
        page = PublicPage(
            number, obj_id, name, now, viewer.user.id, _shown(choice, data), release_id,
            stamps is not None,
        )  # fmt: skip
        self.files.create(page.data_key, orjson.dumps(data))
        if stamps is not None:
            self.files.create(page.stamps_key, stamps)
        event = _event("SourcePublished", page, viewer, now)
        try:
            self.documents.commit([Create(COLLECTION, name, page.to_fields()), event.write()])
        except Conflict as standing:
            raise Invalid(
                "A public page with the same data, options and release already exists"
            ) from standing
        self.events.announce([event])
        return page

    def unpublish(self, viewer: Viewer, page_id: int, now: datetime) -> None:
        """Take a version back, with its data.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        NotFound
            There is no such page, or its source is not open to the viewer.
        """
        viewer.must(MANAGE_SOURCES)
        rows = self.documents.query(Query(COLLECTION, (Where("id", "==", page_id),)))
        if not rows:
            raise NotFound("Public source page not found")
        page = PublicPage.from_fields(rows[0].data)
        self.sees(viewer, page.obj_id)
        event = _event("SourceUnpublished", page, viewer, now)
        self.documents.commit([Delete(COLLECTION, page.hash), event.write()])
        self.events.announce([event])
        self.files.delete(page.data_key)
        self.files.delete(page.stamps_key)

    def open(self, obj_id: str, version: str | None = None) -> tuple[PublicPage, dict[str, Any]]:
        """Return a page that everybody may read, by its hash or the newest, with its data.

        Raises
        ------
        NotFound
            There is none, or its release is hidden.
        """
        for page in self._versions(obj_id):
            if version in {None, page.hash} and self._is_open(page):
                data: dict[str, Any] = orjson.loads(self.files.get(page.data_key))
                return page, data
        raise NotFound("there is no such public page")

    def versions(self, obj_id: str) -> list[PublicPage]:
        """Return the versions that everybody may read, newest first."""
        return [page for page in self._versions(obj_id) if self._is_open(page)]

    def stamps(self, obj_id: str, version: str) -> bytes:
        """Return a page's stamps; `NotFound` if it has none or is not open."""
        page, _ = self.open(obj_id, version)
        if not page.has_stamps:
            raise NotFound("this page has no stamps")
        return self.files.get(page.stamps_key)

    def of_release(self, link_name: str) -> tuple[str, list[PublicPage]]:
        """Return a visible release's name, and of each of its sources the newest page.

        Raises
        ------
        NotFound
            There is no such release, or it is hidden.
        """
        release = self.releases.open(link_name)
        rows = self.documents.query(Query(COLLECTION, (Where("release_id", "==", release.id),)))
        newest: dict[str, PublicPage] = {}
        for page in sorted((PublicPage.from_fields(r.data) for r in rows), key=_age):
            newest[page.obj_id] = page
        return release.name, [newest[name] for name in sorted(newest)]

    def _versions(self, obj_id: str) -> list[PublicPage]:
        rows = self.documents.query(Query(COLLECTION, (Where("obj_id", "==", obj_id),)))
        return sorted((PublicPage.from_fields(r.data) for r in rows), key=_age, reverse=True)

    def _is_open(self, page: PublicPage) -> bool:
        return page.release_id is None or self.releases.is_open(page.release_id)


def _age(page: PublicPage) -> tuple[datetime, int]:
    return page.created_at, page.id


def _check_choice(viewer: Viewer, choice: Choice) -> None:
    for each in choice.group_ids:
        if not sees_group(viewer, each):
            raise Invalid(f"not a member of group {each}")
    for each in choice.stream_ids:
        if not (viewer.is_admin or each in viewer.stream_ids):
            raise Invalid(f"stream {each} is not yours")


def _shown(choice: Choice, data: dict[str, Any]) -> dict[str, str]:
    return {
        part: "private" if part not in choice.parts else "public" if data.get(part) else "no data"
        for part in PARTS
    }


def _event(kind: str, page: PublicPage, viewer: Viewer, now: datetime) -> Event:
    """Return what tells everybody who sees the source."""
    return Event(kind, now, (EVERYBODY,), viewer.user.id, page.obj_id, {"page_id": page.id})
