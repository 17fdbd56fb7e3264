"""Spectra in the document store, as far as the viewer may see and change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from fritz.errors import Invalid, NotFound
from fritz.marshal.spectrum import (
    Pixels,
    Spectrum,
    checked_spectrum,
    pack_pixels,
    unpack_pixels,
)
from fritz.marshal.visibility import Viewer, edits_own, open_to, sees_spectrum
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Update, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.events import Announce, Event
from fritz.services.groups import GroupStore, UserStore
from fritz.services.instruments import Instruments
from fritz.services.numbering import Numbers
from fritz.services.photometry import EVERY_GROUP, VisibleObjects
from fritz.services.taxonomies import PUBLIC_GROUP

__all__ = ["COLLECTION", "PIXELS", "Spectra"]

COLLECTION: Final = "spectra"
PIXELS: Final = "spectrum_pixels"
"""The values, apart from the rest, so that lists need not read them."""

GroupIds: TypeAlias = Sequence[int] | Literal["all"] | None


@dataclass(frozen=True, slots=True)
class Spectra:
    """All spectra: two documents each, what is known of it and its values."""

    documents: DocumentStore
    instruments: Instruments
    groups: GroupStore
    users: UserStore
    objects: VisibleObjects
    announce: Announce = lambda _: None

    def of_object(self, viewer: Viewer, obj_id: str) -> list[Spectrum]:
        """Return an object's spectra that the viewer sees, by time of observation.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        """
        found = [s for s in self._query(Where("obj_id", "==", obj_id)) if _sees(viewer, s)]
        if not found:
            self.objects.get(viewer, obj_id)
        return _by_time(found)

    def visible(
        self, viewer: Viewer, obj_id: str | None, wanted: Callable[[Spectrum], bool]
    ) -> list[Spectrum]:
        """Return the spectra that the viewer sees, by time of observation.

        Parameters
        ----------
        obj_id : only those of this object.
        wanted : which of them.
        """
        if obj_id is not None:
            found = self._query(Where("obj_id", "==", obj_id))
        elif viewer.is_admin:
            found = self._query()
        else:
            found = []
            for some in chunks(sorted(viewer.group_ids), VALUES_PER_IN):
                found += self._query(Where("group_ids", "array_contains_any", list(some)))
        distinct = {each.id: each for each in found if _sees(viewer, each) and wanted(each)}
        return _by_time(distinct.values())

    def get(self, viewer: Viewer, spectrum_id: int) -> Spectrum:
        """Return one spectrum.

        Raises
        ------
        Invalid
            There is none that the viewer sees; SkyPortal answers 400 here.
        """
        row = self.documents.get(COLLECTION, str(spectrum_id))
        found = Spectrum.from_fields(row.data) if row else None
        if found is None or not _sees(viewer, found):
            raise Invalid(f"no spectrum {spectrum_id}")
        return found

    def object_of(self, viewer: Viewer, spectrum_id: int) -> str:
        """Return the object of a spectrum; `NotFound` if there is none that the viewer sees."""
        try:
            return self.get(viewer, spectrum_id).obj_id
        except Invalid as unknown:
            raise NotFound(str(unknown)) from unknown

    def pixels(self, spectrum_ids: Iterable[int]) -> dict[int, Pixels]:
        """Return the values of spectra, by their ids."""
        rows = self.documents.get_many(PIXELS, {str(each) for each in spectrum_ids})
        return {int(key): unpack_pixels(row.data["packed"]) for key, row in rows.items()}

    def create(
        self, viewer: Viewer, now: datetime, group_ids: GroupIds, pixels: Pixels, **given: Any
    ) -> Spectrum:
        """Keep a new spectrum for groups, anybody's, and its owner.

        Raises
        ------
        Invalid
            It can be none; or its object, instrument, groups or people are not there.
        """
        packed = pack_pixels(pixels)
        number = Numbers.of(self.documents).next(COLLECTION)
        made = checked_spectrum(
            Spectrum(
                number,
                owner_id=viewer.user.id,
                group_ids=self._groups(viewer, group_ids),
                created_at=now,
                modified=now,
                **given,
            )
        )
        self._check_parts(viewer, made)
        event = Event.about_object(
            "SpectrumPosted", made.obj_id, made.group_ids, viewer.user.id, now, spectrum_id=number
        )
        self.documents.commit(
            [
                Create(COLLECTION, str(number), made.to_fields()),
                Create(PIXELS, str(number), {"packed": packed}),
                event.write(),
            ]
        )
        self.announce([event.message()])
        return made

    def change(
        self,
        viewer: Viewer,
        spectrum_id: int,
        now: datetime,
        group_ids: GroupIds,
        pixels: Pixels | None,
        **given: Any,
    ) -> None:
        """Change a spectrum; groups that are named see it, too. Its owner stays.

        Raises
        ------
        Invalid
            There is none, it is not the viewer's, or it could be none afterwards.
        """
        more = self._groups(viewer, group_ids) if group_ids is not None else ()
        packed = None if pixels is None else pack_pixels(pixels)

        def body(transaction: Transaction) -> None:
            old = self._own(transaction, viewer, spectrum_id)
            groups = tuple(sorted({*old.group_ids, *more}))
            new = checked_spectrum(replace(old, modified=now, group_ids=groups, **given))
            self._check_parts(viewer, new)
            transaction.write(Put(COLLECTION, str(spectrum_id), new.to_fields()))
            if packed is not None:
                transaction.write(Update(PIXELS, str(spectrum_id), {"packed": packed}))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, spectrum_id: int) -> None:
        """Remove a spectrum.

        Raises
        ------
        Invalid
            There is none, or it is not the viewer's.
        """

        def body(transaction: Transaction) -> None:
            self._own(transaction, viewer, spectrum_id)
            transaction.write(
                Delete(COLLECTION, str(spectrum_id)), Delete(PIXELS, str(spectrum_id))
            )

        self.documents.transact(body)

    def _query(self, *where: Where) -> list[Spectrum]:
        rows = self.documents.query(Query(COLLECTION, where))
        return [Spectrum.from_fields(row.data) for row in rows]

    def _own(self, transaction: Transaction, viewer: Viewer, spectrum_id: int) -> Spectrum:
        row = transaction.get(COLLECTION, str(spectrum_id))
        found = Spectrum.from_fields(row.data) if row else None
        if found is None or not _sees(viewer, found):
            raise Invalid(f"no spectrum {spectrum_id}")
        if not edits_own(viewer, found.owner_id):
            raise Invalid(f"spectrum {spectrum_id} is not yours")
        return found

    def _check_parts(self, viewer: Viewer, spectrum: Spectrum) -> None:
        try:
            self.objects.get(viewer, spectrum.obj_id)
            self.instruments.get(spectrum.instrument_id)
        except NotFound as missing:
            raise Invalid(f"{spectrum.obj_id[:100]}: {missing}") from missing
        named = {*spectrum.pi_ids, *spectrum.reducer_ids, *spectrum.observer_ids}
        known = {user.id for user in self.users.get_many(named)}
        if unknown := named - known:
            raise Invalid(f"no user {min(unknown)}")

    def _groups(self, viewer: Viewer, group_ids: GroupIds) -> tuple[int, ...]:
        own = viewer.user.own_group_id
        mine = set() if own is None else {own}
        if group_ids is None:
            return tuple(mine)
        if group_ids == EVERY_GROUP:
            named = {each.id for each in self.groups.all() if each.name == PUBLIC_GROUP}
        else:
            named = set(group_ids)
            known = {each.id for each in self.groups.get_many(named)}
            if unknown := named - known:
                raise Invalid(f"no group {min(unknown)}")
        return tuple(sorted(named | mine))


def _sees(viewer: Viewer, spectrum: Spectrum) -> bool:
    return sees_spectrum(viewer, open_to(spectrum.group_ids))


def _by_time(found: Iterable[Spectrum]) -> list[Spectrum]:
    return sorted(found, key=lambda each: (each.observed_at, each.id))
