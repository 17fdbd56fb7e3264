"""Saved objects in the document store, and saving one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fritz.errors import Invalid, NotFound
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.obj import Obj, checked_name, checked_position
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer, sees_group, visible_candidates, visible_sources
from fritz.ports import DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, CandidateStore, chunks

__all__ = ["SavedObject", "SourcePage", "SourceStore", "Sources"]


@dataclass(frozen=True, slots=True)
class SourceStore:
    """All sources (one document per object and group) and the objects themselves."""

    documents: DocumentStore

    def of_objects(self, obj_ids: Iterable[str]) -> dict[str, list[Source]]:
        """Return the sources of each object, by group; objects without any are left out."""
        found: dict[str, list[Source]] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            for source in self._query(Where("obj_id", "in", list(some))):
                found.setdefault(source.obj_id, []).append(source)
        return {name: sorted(each, key=lambda s: s.group_id) for name, each in found.items()}

    def of_groups(self, group_ids: Iterable[int]) -> list[Source]:
        """Return the active sources of these groups."""
        found: list[Source] = []
        for some in chunks(sorted(set(group_ids)), VALUES_PER_IN):
            found += self._query(Where("group_id", "in", list(some)), Where("active", "==", True))
        return found

    def all(self) -> list[Source]:
        """Return every active source."""
        return self._query(Where("active", "==", True))

    def _query(self, *where: Where) -> list[Source]:
        rows = self.documents.query(Query("sources", where))
        return [Source.from_fields(row.data) for row in rows]

    def objects(self, obj_ids: Iterable[str]) -> dict[str, Obj]:
        """Return those of the objects that are known, by name."""
        rows = self.documents.get_many("objects", obj_ids)
        return {name: Obj.from_fields(row.data) for name, row in rows.items()}

    def save(self, obj: Obj, sources: Sequence[Source]) -> None:
        """Save an object to groups, all or none; what is known of the object already stays."""

        def body(transaction: Transaction) -> None:
            known = transaction.get("objects", obj.id)
            if known is None:
                transaction.write(Put("objects", obj.id, obj.to_fields()))
            transaction.write(*(Put("sources", s.id, s.to_fields()) for s in sources))

        self.documents.transact(body)

    def save_unless(self, obj: Obj, source: Source, group_ids: Iterable[int]) -> bool:
        """Save an object to a group that never had it, and return whether that was done.

        Nothing happens where one of the other groups has the object saved, or where people of the
        group itself saved it or took it off again.

        Parameters
        ----------
        group_ids : the other groups.
        """
        others = [Source.id_of(obj.id, each) for each in group_ids]

        def body(transaction: Transaction) -> bool:
            known = transaction.get("objects", obj.id)
            standing = transaction.get_many("sources", [source.id, *others])
            if source.id in standing or any(row.data["active"] for row in standing.values()):
                return False
            if known is None:
                transaction.write(Put("objects", obj.id, obj.to_fields()))
            transaction.write(Put("sources", source.id, source.to_fields()))
            return True

        return self.documents.transact(body)


@dataclass(frozen=True, slots=True)
class SavedObject:
    """An object and those of its sources that the viewer sees."""

    obj: Obj
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of saved objects."""

    rows: tuple[SavedObject, ...]
    total_matches: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Saved objects, as far as the viewer sees them."""

    store: SourceStore
    candidates: CandidateStore

    def get(self, viewer: Viewer, obj_id: str) -> SavedObject:
        """Return an object that was saved to a group of the viewer, or passed one of its filters.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        saved = visible_sources(viewer, self.store.of_objects([obj_id]).get(obj_id, []))
        obj = self.store.objects([obj_id]).get(obj_id) if saved else self._candidate(viewer, obj_id)
        if obj is None:
            raise NotFound("Source not found")
        return SavedObject(obj, tuple(saved))

    def _candidate(self, viewer: Viewer, obj_id: str) -> Obj | None:
        """Return an object that nobody saved, where its newest visible candidate stands."""
        seen = visible_candidates(viewer, self.candidates.of_object(obj_id))
        if not seen:
            return None
        newest = max(seen, key=lambda candidate: candidate.jd)
        first = min(candidate.passed_at for candidate in seen)
        return Obj(obj_id, newest.ra, newest.dec, first)

    def page(
        self, viewer: Viewer, group_ids: Sequence[int] | None, number: int, per_page: int
    ) -> SourcePage:
        """Return a page of the objects saved to the viewer's groups, latest saved first.

        Parameters
        ----------
        group_ids : only these of the viewer's groups; None for all of them.
        number : of the page, from 1; a page past the end is empty.
        """
        by_object: dict[str, list[Source]] = {}
        for source in visible_sources(viewer, self._saved(viewer, group_ids)):
            by_object.setdefault(source.obj_id, []).append(source)
        names = sorted(
            by_object,
            key=lambda name: (-max(s.saved_at for s in by_object[name]).timestamp(), name),
        )
        shown = names[(number - 1) * per_page : number * per_page]
        objects = self.store.objects(shown)
        rows = tuple(
            SavedObject(objects[name], tuple(sorted(by_object[name], key=lambda s: s.group_id)))
            for name in shown
        )
        return SourcePage(rows, len(names))

    def _saved(self, viewer: Viewer, group_ids: Sequence[int] | None) -> list[Source]:
        if group_ids is not None:
            return self.store.of_groups(each for each in group_ids if sees_group(viewer, each))
        return self.store.all() if viewer.is_admin else self.store.of_groups(viewer.group_ids)

    def save(
        self,
        viewer: Viewer,
        obj_id: str,
        position: tuple[float, float] | None,
        group_ids: Sequence[int] | None,
        now: datetime,
        redshift: float | None = None,
    ) -> list[int]:
        """Save an object to groups and return their ids; saving again changes nothing.

        Parameters
        ----------
        position : right ascension and declination in degrees; None for an object the viewer sees.
        group_ids : groups of the viewer; None for all of them.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            A group is not the viewer's, or a new object comes without a position.
        """
        viewer.must(UPLOAD_DATA)
        groups = self._groups(viewer, group_ids)
        obj = self._object(viewer, checked_name(obj_id), position, now, redshift)
        saved = self.store.of_objects([obj_id]).get(obj_id, [])
        standing = {source.group_id for source in saved if source.active}
        new = [Source(obj_id, each, now, viewer.user.id) for each in groups if each not in standing]
        if new:
            self.store.save(obj, new)
        return groups

    def autosave(
        self,
        viewer: Viewer,
        obj_id: str,
        position: tuple[float, float],
        group_id: int,
        *,
        ignore_group_ids: Iterable[int],
        now: datetime,
    ) -> Source | None:
        """Save an object for a filter of the group; None where it is to be left alone.

        Parameters
        ----------
        position : right ascension and declination in degrees.
        ignore_group_ids : leave what one of these groups has saved alone.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            The group is not the viewer's, or the object can have no such name or position.
        """
        viewer.must(UPLOAD_DATA)
        self._groups(viewer, [group_id])
        obj = self._object(viewer, checked_name(obj_id), position, now, None)
        source = Source(obj_id, group_id, now, viewer.user.id)
        return source if self.store.save_unless(obj, source, ignore_group_ids) else None

    def _groups(self, viewer: Viewer, group_ids: Sequence[int] | None) -> list[int]:
        groups = sorted(set(viewer.default_group_ids if group_ids is None else group_ids))
        if foreign := [each for each in groups if not sees_group(viewer, each)]:
            raise Invalid(f"not a member of group {', '.join(map(str, foreign))}")
        if not groups:
            raise Invalid("no group to save to")
        return groups

    def _object(
        self,
        viewer: Viewer,
        obj_id: str,
        position: tuple[float, float] | None,
        now: datetime,
        redshift: float | None,
    ) -> Obj:
        if position is not None:
            ra, dec = checked_position(*position)
            return Obj(obj_id, ra, dec, now, redshift)
        try:
            return self.get(viewer, obj_id).obj
        except NotFound as unknown:
            raise Invalid(f"{obj_id} is new: ra and dec are required") from unknown
