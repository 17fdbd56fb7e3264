"""Opening points of photometry and spectra to more groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.spectrum import Spectrum
from fritz.marshal.visibility import (
    Viewer,
    edits_own,
    open_to,
    sees_photometry,
    sees_spectrum,
    shares_photometry,
)
from fritz.ports import DocumentStore, Put, Transaction
from fritz.services.groups import GroupStore
from fritz.services.photometry_store import Held, PhotometryStore
from fritz.services.spectra import COLLECTION as SPECTRA

__all__ = ["Sharing"]

MOST_POINTS: Final = 10_000
MOST_SPECTRA: Final = 100
MOST_ID: Final = 2**53


@dataclass(frozen=True, slots=True)
class Sharing:
    """Adds groups to rows; those that see a row already go on seeing it."""

    documents: DocumentStore
    photometry: PhotometryStore
    groups: GroupStore

    def share(
        self,
        viewer: Viewer,
        group_ids: Sequence[int],
        point_ids: Sequence[int],
        spectrum_ids: Sequence[int],
        now: datetime,
    ) -> None:
        """Open points and spectra to groups, all or none.

        Owners may open what is theirs to any group. Points of others may be opened to groups of
        the viewer by who may share photometry of one of the point's groups; spectra may not.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            There is nothing to share, too much at once, no such group, or a row that the viewer
            does not see.
        Forbidden
            A row is not the viewer's to share.
        """
        viewer.must(UPLOAD_DATA)
        points, spectra, groups = set(point_ids), set(spectrum_ids), set(group_ids)
        if not groups or not (points or spectra):
            raise Invalid("groupIDs, and one of photometryIDs and spectrumIDs, are required")
        if len(points) > MOST_POINTS or len(spectra) > MOST_SPECTRA:
            raise Invalid(f"at most {MOST_POINTS} points and {MOST_SPECTRA} spectra at once")
        if missing := groups - {each.id for each in self.groups.get_many(groups)}:
            raise Invalid(f"no group {min(missing)}")
        names = self.photometry.objects_of_points({n for n in points if 0 < n < MOST_ID})

        def body(transaction: Transaction) -> list[Held]:
            changed = _shared_spectra(transaction, viewer, spectra, groups, now)
            shared = _share_points(self.photometry, transaction, viewer, names, points, groups)
            transaction.write(*(Put(SPECTRA, str(s.id), s.to_fields()) for s in changed))
            return shared

        shared = self.documents.transact(body)
        if shared:
            self.photometry.note_origins({h.point.origin for h in shared}, open_to(groups))


def _share_points(
    store: PhotometryStore,
    transaction: Transaction,
    viewer: Viewer,
    names: Iterable[str],
    wanted: set[int],
    groups: set[int],
) -> list[Held]:
    found: list[Held] = []

    def opened(held: Held) -> tuple[str, ...]:
        if held.point.id not in wanted or not sees_photometry(viewer, held.principals):
            return held.principals
        if not shares_photometry(viewer, held.point.owner_id, held.principals, groups):
            raise Forbidden(
                f"photometry {held.point.id} is not yours: to share it you must be in every group "
                "that is named, and may share photometry of one of the point's groups"
            )
        found.append(held)
        return (*held.principals, *open_to(groups))

    store.open(transaction, names, opened)
    if missing := wanted - {each.point.id for each in found}:
        raise Invalid(f"no photometry {min(missing)}")
    return found


def _shared_spectra(
    transaction: Transaction, viewer: Viewer, wanted: set[int], groups: set[int], now: datetime
) -> list[Spectrum]:
    rows = transaction.get_many(SPECTRA, {str(each) for each in wanted})
    known = [Spectrum.from_fields(row.data) for row in rows.values()]
    seen = {each.id: each for each in known if sees_spectrum(viewer, open_to(each.group_ids))}
    if missing := wanted - seen.keys():
        raise Invalid(f"no spectrum {min(missing)}")
    if foreign := [n for n, each in seen.items() if not edits_own(viewer, each.owner_id)]:
        raise Forbidden(f"spectrum {min(foreign)} is not yours to share")
    return [
        replace(each, group_ids=tuple(sorted({*each.group_ids, *groups})), modified=now)
        for each in seen.values()
        if not groups <= set(each.group_ids)
    ]
