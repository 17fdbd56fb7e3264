"""Photometry as the viewer may see and change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias
from uuid import UUID

from fritz.errors import Invalid, NotFound, Unauthorized
from fritz.marshal.acls import MANAGE_PHOTOMETRY
from fritz.marshal.instrument import Instrument
from fritz.marshal.phot_stat import PhotStat, total
from fritz.marshal.photometry import Point
from fritz.marshal.photometry_merge import Duplicates
from fritz.marshal.photometry_packet import read_packet
from fritz.marshal.photometry_set import Head
from fritz.marshal.visibility import (
    Viewer,
    edits_photometry,
    open_to,
    sees_photometry,
)
from fritz.services.events import Announce
from fritz.services.groups import GroupStore, StreamStore
from fritz.services.instruments import Instruments
from fritz.services.photometry_store import Addition, Held, PhotometryStore, Upload
from fritz.services.taxonomies import PUBLIC_GROUP

__all__ = ["DELETE_BULK", "EVERY_GROUP", "Openness", "Photometry", "Uploaded", "VisibleObjects"]

DELETE_BULK: Final = "Delete bulk photometry"

EVERY_GROUP: Final = "all"
"""As `group_ids`: the group that everybody is in."""

MOST_IN_RANGE: Final = 1000
"""Objects that one search by time and instrument may look into."""
MOST_INSTRUMENTS: Final = 30


class VisibleObjects(Protocol):
    """Who knows which objects the viewer sees."""

    def get(self, viewer: Viewer, obj_id: str) -> Any:
        """Return the object; `NotFound` where nothing of it is open to the viewer."""
        ...


GroupIds: TypeAlias = Sequence[int] | Literal["all"] | None


@dataclass(frozen=True, slots=True)
class Openness:
    """Whom an upload is for, beside its owner."""

    group_ids: GroupIds = None
    """Any groups, the uploader's or not; None for nobody else."""
    stream_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an upload."""

    ids: tuple[int, ...]
    """In the order of the rows."""
    upload_id: str
    obj_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Photometry:
    """All photometry, as far as it is open to whoever asks."""

    store: PhotometryStore
    instruments: Instruments
    groups: GroupStore
    streams: StreamStore
    objects: VisibleObjects
    announce: Announce = lambda _: None

    def stats(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, PhotStat]:
        """Return what each object's light curve comes to, of the points open to the viewer alone.

        One small document is read for each object, no photometry. Objects without a point that
        the viewer sees are left out.
        """
        found: dict[str, PhotStat] = {}
        for name, head in self.store.heads(obj_ids).items():
            open_ = [s.stat for s in head.sets.values() if sees_photometry(viewer, s.principals)]
            if open_:
                found[name] = total(open_)
        return found

    def stat(self, viewer: Viewer, obj_id: str) -> tuple[int, PhotStat]:
        """Return the number of an object's statistics, and what `stats` says of it.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        head = self.store.heads([obj_id]).get(obj_id)
        found = self.stats(viewer, [obj_id]).get(obj_id)
        if found is None or head is None:
            self.objects.get(viewer, obj_id)
            return 0, PhotStat()
        return head.number, found

    def origins(self, viewer: Viewer) -> list[str]:
        """Return the origins of all points that are open to the viewer, sorted."""
        return sorted(
            origin
            for origin, principals in self.store.origins()
            if sees_photometry(viewer, principals)
        )

    def points(self, viewer: Viewer, obj_id: str) -> list[Held]:
        """Return those of an object's points that are open to the viewer, by time."""
        head = self.store.heads([obj_id]).get(obj_id)
        return self._read(viewer, head) if head else []

    def of_object(self, viewer: Viewer, obj_id: str) -> list[Held]:
        """Return those of an object's points that are open to the viewer, by time.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        held = self.points(viewer, obj_id)
        if not held:
            self.objects.get(viewer, obj_id)
        return held

    def point(self, viewer: Viewer, point_id: int) -> Held:
        """Return one point.

        Raises
        ------
        Invalid
            There is none that is open to the viewer; SkyPortal answers 400 here.
        """
        head = self.store.head_of_point(point_id) if point_id > 0 else None
        held = self._read(viewer, head) if head else []
        for each in held:
            if each.point.id == point_id:
                return each
        raise Invalid(f"no photometry {point_id}")

    def object_of(self, viewer: Viewer, point_id: int) -> str:
        """Return the object of a point; `NotFound` if there is none that the viewer sees."""
        try:
            return self.point(viewer, point_id).obj_id
        except Invalid as unknown:
            raise NotFound(str(unknown)) from unknown

    def upload(
        self,
        viewer: Viewer,
        packet: Mapping[str, Any],
        openness: Openness,
        duplicates: Duplicates,
        now: datetime,
        randomness: bytes,
    ) -> Uploaded:
        """Add the rows of a packet, all or none.

        Parameters
        ----------
        duplicates : what becomes of rows that stand there already.
        randomness : 16 bytes, of which the upload's id is made.

        Raises
        ------
        Invalid
            A row breaks a rule; or an object, an instrument, a group or a stream is not there.
        Conflict
            Duplicates are refused, and there are some.
        """
        if duplicates in {"same epoch", "overwrite"} and not viewer.is_admin:
            raise Unauthorized("duplicate_ignore_flux is for system administrators")
        rows = read_packet(packet)
        self._check_instruments(rows)
        self._check_objects(viewer, {name for name, _ in rows})
        principals = self._principals(viewer, openness)
        upload = Upload(UUID(bytes=randomness, version=4).hex, viewer.user.id, now)
        additions, places = _by_object(rows, viewer.user.id, upload, principals, duplicates)
        merged = self.store.add(additions, upload)
        self.store.note_origins({point.origin for _, point in rows}, principals)
        new = [a.obj_id for a, came in zip(additions, merged, strict=True) if came.changes]
        if new:
            self.announce([upload.event(principals, new).message()])
        ids = {each.obj_id: came.ids for each, came in zip(additions, merged, strict=True)}
        return Uploaded(
            tuple(ids[name][place] for name, place in places),
            upload.id,
            tuple(each.obj_id for each in additions),
        )

    def change(
        self, viewer: Viewer, point_id: int, packet: Mapping[str, Any], openness: Openness
    ) -> None:
        """Measure a point anew: what the packet says takes its place, whom it is open to stays.

        Parameters
        ----------
        openness : groups and streams that it is opened to as well.

        Raises
        ------
        Invalid
            There is no such point, it is not the viewer's, or the packet is not one row of the
            point's object.
        """
        held = self._own(viewer, point_id)
        rows = read_packet({"obj_id": held.obj_id, **packet})
        self._check_instruments(rows)
        if len(rows) != 1 or rows[0][0] != held.obj_id:
            raise Invalid(f"photometry {point_id} is one point of {held.obj_id}")
        old = held.point
        new = rows[0][1]._replace(
            id=old.id, owner_id=old.owner_id, upload_id=old.upload_id, created_us=old.created_us
        )
        more = self._principals(viewer, openness, with_owner=False)
        self.store.change(held, new, (*held.principals, *more))

    def delete(self, viewer: Viewer, point_id: int) -> None:
        """Remove a point.

        Raises
        ------
        Invalid
            There is none, or it is not the viewer's.
        """
        held = self._own(viewer, point_id)
        try:
            self.store.change(held, None, ())
        except NotFound as gone:
            raise Invalid(f"no photometry {point_id}") from gone

    def delete_upload(self, viewer: Viewer, upload_id: str) -> int:
        """Remove what one request uploaded, as far as the viewer may, and return how many points.

        Raises
        ------
        Unauthorized
            The viewer may not delete in bulk.
        Invalid
            There is no such upload of the viewer's.
        """
        viewer.must(DELETE_BULK)
        found = self.store.upload(upload_id)
        removed = 0
        if found is not None:
            removed = sum(
                self.store.remove(
                    name, lambda h: h.point.upload_id == upload_id and self._edits(viewer, h)
                )
                for name in found[1]
            )
        if not removed:
            raise Invalid(f"no photometry of the upload {upload_id[:50]!r}")
        return removed

    def delete_of_object(self, viewer: Viewer, obj_id: str) -> int:
        """Remove what of an object's photometry the viewer may, and return how many points.

        Raises
        ------
        Unauthorized
            The viewer may not delete in bulk.
        Invalid
            There is nothing that they may remove.
        """
        viewer.must(DELETE_BULK)
        removed = self.store.remove(obj_id, lambda held: self._edits(viewer, held))
        if not removed:
            raise Invalid(f"no photometry of {obj_id}")
        return removed

    def in_range(
        self, viewer: Viewer, instrument_ids: Sequence[int], first_mjd: float, last_mjd: float
    ) -> list[Held]:
        """Return the points that are open to the viewer, of some instruments between two times.

        Parameters
        ----------
        instrument_ids : empty for all instruments.

        Raises
        ------
        Invalid
            There would be too many objects to look into.
        """
        wanted = list(instrument_ids) or [each.id for each in self.instruments.all()]
        if len(wanted) > MOST_INSTRUMENTS:
            raise Invalid(f"instrument_ids: at most {MOST_INSTRUMENTS} at once")
        if not wanted:
            return []
        heads = self.store.of_instruments(wanted, first_mjd, MOST_IN_RANGE + 1)
        if len(heads) > MOST_IN_RANGE:
            raise Invalid(f"more than {MOST_IN_RANGE} objects: narrow the time or the instruments")
        return [
            held
            for head in heads
            for held in self.store.read(
                head,
                lambda principals: sees_photometry(viewer, principals),
                lambda chunk: chunk.covers(first_mjd, last_mjd),
            )
            if first_mjd <= held.point.mjd <= last_mjd and held.point.instrument_id in wanted
        ]

    def _read(self, viewer: Viewer, head: Head) -> list[Held]:
        return self.store.read(head, lambda principals: sees_photometry(viewer, principals))

    def _own(self, viewer: Viewer, point_id: int) -> Held:
        held = self.point(viewer, point_id)
        if not self._edits(viewer, held):
            raise Invalid(
                f"photometry {point_id} is not yours; it takes {MANAGE_PHOTOMETRY!r} to change it"
            )
        return held

    def _edits(self, viewer: Viewer, held: Held) -> bool:
        owner = held.point.owner_id
        return edits_photometry(viewer, -1 if owner is None else owner, held.principals)

    def _check_objects(self, viewer: Viewer, obj_ids: set[str]) -> None:
        for name in sorted(obj_ids):
            try:
                self.objects.get(viewer, name)
            except NotFound as unknown:
                raise Invalid(f"no object {name[:100]!r}") from unknown

    def _check_instruments(self, rows: Sequence[tuple[str, Point]]) -> None:
        named = {point.instrument_id for _, point in rows}
        known = self.instruments.get_many(named)
        if missing := sorted(named - known.keys()):
            raise Invalid(f"no instrument {missing[0]}")
        for number, (_, point) in enumerate(rows, start=1):
            _check_filter(number, known[point.instrument_id], point)

    def _principals(
        self, viewer: Viewer, openness: Openness, *, with_owner: bool = True
    ) -> tuple[str, ...]:
        groups = self._groups(openness.group_ids)
        streams = set(openness.stream_ids or ())
        if missing := streams - {each.id for each in self.streams.get_many(streams)}:
            raise Invalid(f"no stream {min(missing)}")
        if not with_owner:
            return open_to(groups, streams)
        if viewer.user.own_group_id is not None:
            groups |= {viewer.user.own_group_id}
        return open_to(groups, streams, viewer.user.id)

    def _groups(self, group_ids: GroupIds) -> set[int]:
        if group_ids is None:
            return set()
        if group_ids == EVERY_GROUP:
            public = {each.id for each in self.groups.all() if each.name == PUBLIC_GROUP}
            if not public:
                raise Invalid(f"there is no group {PUBLIC_GROUP!r}")
            return public
        wanted = set(group_ids)
        if missing := wanted - {each.id for each in self.groups.get_many(wanted)}:
            raise Invalid(f"no group {min(missing)}")
        return wanted


def _check_filter(number: int, instrument: Instrument, point: Point) -> None:
    if instrument.images and point.filter not in instrument.filters:
        raise Invalid(f"row {number}: {instrument.name} has no filter {point.filter!r}")


def _by_object(
    rows: Sequence[tuple[str, Point]],
    owner_id: int,
    upload: Upload,
    principals: tuple[str, ...],
    duplicates: Duplicates,
) -> tuple[list[Addition], list[tuple[str, int]]]:
    """Return the rows object by object, and where each row went."""
    created_us = int(upload.created_at.timestamp() * 1e6)
    points: dict[str, list[Point]] = {}
    places: list[tuple[str, int]] = []
    for name, point in rows:
        into = points.setdefault(name, [])
        places.append((name, len(into)))
        into.append(point._replace(owner_id=owner_id, upload_id=upload.id, created_us=created_us))
    return [Addition(name, some, principals, duplicates) for name, some in points.items()], places
