"""Saving objects to groups, and what a viewer sees of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fritz.errors import Invalid, NotFound
from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.obj import Obj, checked_name, checked_position
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer, may_save, sees_group, sees_object, visible_sources
from fritz.ports import DocumentStore, Message, Put, Query, Transaction, Where
from fritz.services import objects
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.events import Event
from fritz.services.groups import GroupStore
from fritz.services.objects import ObjStore

__all__ = [
    "COLLECTION",
    "NewSource",
    "Saved",
    "SavedObject",
    "SourceStore",
    "Sources",
    "said_by",
]

COLLECTION = "sources"

Change = Callable[[Obj | None, dict[int, Source]], tuple[Obj, list[Source]]]


@dataclass(frozen=True, slots=True)
class SourceStore:
    """All sources, one document per object and group; the object knows who has it saved."""

    documents: DocumentStore

    def of_objects(self, obj_ids: Iterable[str]) -> dict[str, list[Source]]:
        """Return the sources of each object, by group; objects without any are left out."""
        found: dict[str, list[Source]] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            query = Query(COLLECTION, (Where("obj_id", "in", list(some)),))
            for row in self.documents.query(query):
                source = Source.from_fields(row.data)
                found.setdefault(source.obj_id, []).append(source)
        return {name: sorted(each, key=lambda s: s.group_id) for name, each in found.items()}

    def objects(self, obj_ids: Iterable[str]) -> dict[str, Obj]:
        """Return those of the objects that are known, by name."""
        return ObjStore(self.documents).get_many(obj_ids)

    def change(self, obj_id: str, group_ids: Iterable[int], change: Change) -> list[Source]:
        """Change what some groups have of an object, all or none, and return the new rows.

        Parameters
        ----------
        change : makes of the object, if it is known, and of its sources in these groups, by group,
            the object and the sources to write; may be called several times.
        """
        ids = [Source.id_of(obj_id, each) for each in group_ids]

        def body(transaction: Transaction) -> list[Source]:
            row = transaction.get(objects.COLLECTION, obj_id)
            rows = transaction.get_many(COLLECTION, ids)
            known = {
                s.group_id: s for s in map(Source.from_fields, (r.data for r in rows.values()))
            }
            old = None if row is None else Obj.from_fields(row.data)
            obj, new = change(old, known)
            shown = [_with_place(each, obj) for each in new]
            obj = replace(obj, saved_to=_saved_to(obj, shown))
            if obj != old:
                transaction.write(objects.put(obj))
            transaction.write(*(Put(COLLECTION, each.id, each.to_fields()) for each in shown))
            transaction.write(*(saved_event(each).write() for each in _new(shown, known)))
            return shown

        return self.documents.transact(body)


@dataclass(frozen=True, slots=True)
class SavedObject:
    """An object and those of its sources that the viewer sees."""

    obj: Obj
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class NewSource:
    """What somebody wants saved."""

    obj_id: str
    position: tuple[float, float] | None = None
    """Right ascension and declination in degrees; None for an object that is known."""
    group_ids: Sequence[int] | None = None
    """None for all groups of whoever saves."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    ignore_if_in: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Group -> groups: leave it out if one of these has the object saved."""
    savers: Mapping[int, int] = field(default_factory=dict)
    """Group -> the user who is to count as its saver."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it."""

    obj_id: str
    group_ids: list[int]
    """Groups that have the object saved now, of those that were asked for."""
    new: list[Source]
    """Those of them that had not before."""
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Saved objects, as far as the viewer sees them."""

    store: SourceStore
    announce: Callable[[Sequence[Message]], object] = lambda _: None
    """Tells functions that act what was saved; filters announce what they save themselves."""

    def get(self, viewer: Viewer, obj_id: str) -> SavedObject:
        """Return an object of which the viewer sees something: a source, a candidate, a point.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        obj = ObjStore(self.store.documents).get(viewer, obj_id)
        saved = self.store.of_objects([obj_id]).get(obj_id, []) if obj.saved_to else []
        return SavedObject(obj, tuple(visible_sources(viewer, saved)))

    def groups_of(self, viewer: Viewer, obj_id: str) -> list[Source]:
        """Return which of the viewer's groups have an object saved or are asked to; as `get`."""
        ObjStore(self.store.documents).get(viewer, obj_id)
        return [
            each
            for each in self.store.of_objects([obj_id]).get(obj_id, [])
            if (each.active or each.requested) and sees_group(viewer, each.group_id)
        ]

    def find(
        self,
        viewer: Viewer,
        obj_id: str | None,
        cone: tuple[float | None, float | None, float | None] | None,
    ) -> str | None:
        """Return the name of a visible source of that name, else of the nearest in a cone.

        Parameters
        ----------
        cone : right ascension, declination, radius in degrees; None to look for the name only.

        Raises
        ------
        Invalid
            Neither a name nor a whole cone was given.
        """
        store = ObjStore(self.store.documents)
        if obj_id is None and cone is None:
            raise Invalid("give a name, or ra, dec and radius in degrees")
        if obj_id is not None and store.visible(viewer, [obj_id]):
            return obj_id
        if cone is None:
            return None
        ra, dec, radius = cone
        if ra is None or dec is None or radius is None:
            raise Invalid("ra, dec and radius (degrees) go together")
        near = store.cone(viewer, ra % 360.0, dec, radius)
        return near[0].obj.id if near else None

    def save(self, viewer: Viewer, given: NewSource, now: datetime) -> Saved:
        """Save an object to groups; saving again changes nothing, unsaved ones come back.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            A group is not the viewer's to save to, a new object comes without a position, or only
            an administrator may say who saved it.
        """
        viewer.must(UPLOAD_DATA)
        name, groups = checked_name(given.obj_id), self._groups(viewer, given.group_ids)
        if given.savers and not viewer.is_admin:
            raise Invalid("saver_per_group_id: only a system administrator may set it")
        position = None if given.position is None else checked_position(*given.position)
        ignore = {
            group: [each for each in some if sees_group(viewer, each)]
            for group, some in given.ignore_if_in.items()
        }
        others = {each for some in ignore.values() for each in some}
        left: list[int] = []
        new: list[Source] = []

        def change(known: Obj | None, standing: dict[int, Source]) -> tuple[Obj, list[Source]]:
            obj = self._object(viewer, name, known, position, now)
            told = {k: v for k, v in given.facts.items() if obj.facts.get(k) != v}
            left[:] = [each for each in groups if not _ignored(each, ignore, standing)]
            new[:] = [
                Source(name, each, now, given.savers.get(each, viewer.user.id))
                for each in left
                if each not in standing or not standing[each].active
            ]
            return (obj.told(told, said_by(viewer), now) if told else obj), new

        written = self.store.change(name, {*groups, *others}, change)
        self._tell(written)
        warnings = [f"not saved to group {g}: another has it" for g in groups if g not in left]
        return Saved(name, list(left), written, warnings)

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

        It is where another group has it saved, and where people of the group itself saved it or
        took it off again.

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
        name, place = checked_name(obj_id), checked_position(*position)
        others = frozenset(ignore_group_ids)

        def change(known: Obj | None, standing: dict[int, Source]) -> tuple[Obj, list[Source]]:
            obj = known or Obj(name, *place, now)
            taken = group_id in standing or any(
                standing[each].active for each in others if each in standing
            )
            return obj, [] if taken else [Source(name, group_id, now, viewer.user.id)]

        written = self.store.change(name, {group_id, *others}, change)
        return written[0] if written else None

    def tell(
        self,
        viewer: Viewer,
        obj_id: str,
        facts: Mapping[str, Any],
        now: datetime,
        position: tuple[float | None, float | None] = (None, None),
    ) -> Obj:
        """Set facts of an object, such as its redshift or an alias.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such object for the viewer.
        Invalid
            The position of an object that has candidates was given, or one that is none.
        """
        viewer.must(UPLOAD_DATA)
        store = ObjStore(self.store.documents)
        known = store.get(viewer, obj_id)
        ra = known.ra if position[0] is None else position[0]
        dec = known.dec if position[1] is None else position[1]
        place = checked_position(ra, dec)
        if place != (known.ra, known.dec) and known.candidate_of:
            raise Invalid(f"{obj_id} has candidates: its position stays theirs")
        return store.tell(obj_id, facts, said_by(viewer), now, place)

    def unsave(self, viewer: Viewer, obj_id: str, group_id: int, now: datetime) -> None:
        """Take an object off a group's list; it may be saved again.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        Invalid
            The group, or one of the viewer's, has no such source.
        """
        viewer.must(MANAGE_SOURCES)
        self.regroup(viewer, obj_id, [], [group_id], now)

    def regroup(
        self,
        viewer: Viewer,
        obj_id: str,
        invited: Sequence[int],
        unsaved: Sequence[int],
        now: datetime,
    ) -> list[Source]:
        """Save an object to the viewer's groups, ask others to, and take it off groups.

        Raises
        ------
        NotFound
            The viewer sees no such object.
        Invalid
            A group to unsave from is not the viewer's or has not saved it, or the viewer may not
            save to a group.
        """
        ObjStore(self.store.documents).get(viewer, obj_id)
        for each in unsaved:
            if not sees_group(viewer, each):
                raise Invalid(f"not a member of group {each}")
        for each in invited:
            if sees_group(viewer, each) and not may_save(viewer, each):
                raise Invalid(f"may not save to group {each}")
        self._must_exist(viewer, invited)

        def change(known: Obj | None, standing: dict[int, Source]) -> tuple[Obj, list[Source]]:
            if known is None:
                raise NotFound("Source not found")
            off = [_unsaved(standing.get(each), each, viewer, now) for each in unsaved]
            on = [
                _invited(obj_id, each, viewer, now)
                for each in invited
                if each not in standing or not standing[each].active
            ]
            return known, off + on

        written = self.store.change(obj_id, {*invited, *unsaved}, change)
        self._tell([each for each in written if each.active])
        return written

    def answer_request(
        self,
        viewer: Viewer,
        obj_id: str,
        group_id: int,
        now: datetime,
        *,
        active: bool,
        requested: bool,
    ) -> None:
        """Set whether a group has an object saved, and whether it is still being asked to.

        Raises
        ------
        Invalid
            The group is not the viewer's to save to, or knows nothing of the object.
        """
        viewer.must(UPLOAD_DATA)
        if not may_save(viewer, group_id):
            raise Invalid(f"may not save to group {group_id}")

        def change(known: Obj | None, standing: dict[int, Source]) -> tuple[Obj, list[Source]]:
            if known is None or group_id not in standing:
                raise Invalid(f"group {group_id} has no source {obj_id}")
            old = standing[group_id]
            new = replace(old, active=active, requested=requested)
            if active and not old.active:
                new = replace(new, saved_at=now, saved_by=viewer.user.id)
            return known, [new]

        self.store.change(obj_id, [group_id], change)

    def _tell(self, saved: Sequence[Source]) -> None:
        if saved:
            self.announce([saved_event(each).message() for each in saved])

    def _groups(self, viewer: Viewer, group_ids: Sequence[int] | None) -> list[int]:
        wanted = viewer.default_group_ids if group_ids is None else group_ids
        groups = sorted(set(wanted))
        if foreign := [each for each in groups if not sees_group(viewer, each)]:
            raise Invalid(f"not a member of group {', '.join(map(str, foreign))}")
        if group_ids is None:
            groups = [each for each in groups if may_save(viewer, each)]
        if barred := [each for each in groups if not may_save(viewer, each)]:
            raise Invalid(f"may not save to group {', '.join(map(str, barred))}")
        self._must_exist(viewer, groups)
        if not groups:
            raise Invalid("no group to save to")
        return groups

    def _must_exist(self, viewer: Viewer, group_ids: Iterable[int]) -> None:
        """Refuse groups that do not exist; the viewer's own need no look."""
        foreign = set(group_ids) - viewer.group_ids
        known = {each.id for each in GroupStore(self.store.documents).get_many(foreign)}
        if missing := sorted(foreign - known):
            raise Invalid(f"no group {missing[0]}")

    def _object(
        self,
        viewer: Viewer,
        name: str,
        known: Obj | None,
        position: tuple[float, float] | None,
        now: datetime,
    ) -> Obj:
        """Return the object that is saved; without a position it must be one that is seen."""
        if position is None and (known is None or not sees_object(viewer, known.principals)):
            raise Invalid(f"{name} is new: ra and dec are required")
        if known is not None:
            return known
        ra, dec = position or (0.0, 0.0)
        return Obj(name, ra, dec, now)


def saved_event(source: Source) -> Event:
    """Return what tells the members of the group that it saved an object."""
    return Event.about_object(
        "SourceSaved", source.obj_id, [source.group_id], source.saved_by, source.saved_at,
        group_id=source.group_id,
    )  # fmt: skip


def _new(shown: Sequence[Source], known: Mapping[int, Source]) -> list[Source]:
    """Return those of the sources that were not active before."""
    return [
        each
        for each in shown
        if each.active and not (each.group_id in known and known[each.group_id].active)
    ]


def said_by(viewer: Viewer) -> dict[str, Any]:
    """Return who sets a redshift or a summary, as the histories show it."""
    return {"set_by_user_id": viewer.user.id}


def _ignored(
    group_id: int, ignore: Mapping[int, Sequence[int]], standing: Mapping[int, Source]
) -> bool:
    others = (standing.get(each) for each in ignore.get(group_id, ()))
    return any(each is not None and each.active for each in others)


def _unsaved(known: Source | None, group_id: int, viewer: Viewer, now: datetime) -> Source:
    if known is None or not (known.active or known.requested):
        raise Invalid(f"group {group_id} has not saved it")
    return replace(known, active=False, requested=False, unsaved_by=viewer.user.id, unsaved_at=now)


def _invited(obj_id: str, group_id: int, viewer: Viewer, now: datetime) -> Source:
    """Return the source of a group: saved if it is the viewer's own, else asked for."""
    own = sees_group(viewer, group_id)
    return Source(obj_id, group_id, now, viewer.user.id, active=own, requested=not own)


def _with_place(source: Source, obj: Obj) -> Source:
    return replace(source, ra=obj.ra, dec=obj.dec, redshift=obj.redshift)


def _saved_to(obj: Obj, changed: Iterable[Source]) -> tuple[int, ...]:
    saved = set(obj.saved_to)
    for each in changed:
        (saved.add if each.active else saved.discard)(each.group_id)
    return tuple(sorted(saved))
