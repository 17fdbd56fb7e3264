"""Saving an object from the archive: to groups, with its light curve and the stamps of an alert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.alerts.packet import Record
from fritz.errors import Invalid, NotFound
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.stream import Stream
from fritz.marshal.thumbnail import ThumbnailType
from fritz.marshal.visibility import EVERYBODY, Viewer, open_to
from fritz.marshal.visibility.alerts import PUBLIC_PROGRAMIDS
from fritz.services.archived_alerts import ArchivedAlerts, Found
from fritz.services.groups import StreamStore
from fritz.services.histories import HistoryStore
from fritz.services.object_histories import LATEST_JD
from fritz.services.sources import NewSource, Sources
from fritz.services.stream_photometry import StreamPhotometry
from fritz.services.thumbnails import NewThumbnail, Thumbnails, painted
from fritz.sky.separations import separation_arcsec

__all__ = ["AlertSaving"]

STAMPS: Final[tuple[tuple[str, ThumbnailType], ...]] = (
    ("science", "new"),
    ("template", "ref"),
    ("difference", "sub"),
)
FARTHEST_ARCSEC: Final = 2.0
"""Between an alert and the object that its data are copied to."""


@dataclass(frozen=True, slots=True)
class AlertSaving:
    """Makes sources of the archive's objects."""

    archived: ArchivedAlerts
    histories: HistoryStore
    sources: Sources
    streams: StreamStore
    photometry: StreamPhotometry
    thumbnails: Thumbnails
    now: Callable[[], datetime]

    def save(
        self,
        viewer: Viewer,
        object_id: str,
        group_ids: Sequence[int] | None,
        *,
        candid: int | None = None,
        thumbnails_only: bool = False,
        copy_to: str | None = None,
    ) -> str:
        """Save an object with its photometry and an alert's stamps; return its name.

        All of its photometry is kept, each point open to the holders of the streams that grant its
        program and to nobody else: not even to whoever saves, if they hold none of them.

        Parameters
        ----------
        group_ids
            None for all groups of whoever saves.
        candid
            Whose stamps; the latest alert's if not said.
        thumbnails_only
            Keep the stamps alone.
        copy_to
            Another object, known and within 2 arcsec, that is to get what belongs to this one.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such alert, or no such other object, that the viewer may see.
        Invalid
            The other object is farther away, or a group is not the viewer's to save to.
        """
        viewer.must(UPLOAD_DATA)
        found = self.archived.one(viewer, object_id, candid)
        record = self.archived.record(found)
        name, now = copy_to or object_id, self.now()
        if copy_to is not None:
            self._check_near(viewer, copy_to, record)
        if not thumbnails_only:
            new = NewSource(name, (record.ra, record.dec), group_ids)
            self.sources.save(viewer, new, now)
        streams = self.streams.all()
        if not thumbnails_only:
            self.photometry.keep([self._document(object_id, name, found)], streams, now)
        self._keep_stamps(viewer, name, record, streams, now)
        return name

    def _check_near(self, viewer: Viewer, name: str, record: Record) -> None:
        obj = self.sources.get(viewer, name).obj
        apart = float(separation_arcsec(obj.ra, obj.dec, record.ra, record.dec))
        if apart > FARTHEST_ARCSEC:
            raise Invalid(f"{name} and alert {record.candid} are {apart:.1f} arcsec apart")

    def _document(self, object_id: str, name: str, found: Found) -> dict[str, Any]:
        """Return all that is known of an object as one alert of the object that gets it."""
        history = self.histories.get(object_id)
        view = history.view(LATEST_JD, window_days=LATEST_JD)
        return {
            "survey": history.survey,
            "objectId": name,
            "candidate": found.document["candidate"],
            "prv_candidates": view.prv_candidates,
            "fp_hists": view.fp_hists,
        }

    def _keep_stamps(
        self, viewer: Viewer, name: str, record: Record, streams: Sequence[Stream], now: datetime
    ) -> None:
        principals = _granting(record, streams)
        for kind, type_ in STAMPS:
            data = record.stamp(kind)
            if data is None:
                continue
            new = NewThumbnail(
                name, type_, painted(data, type_), record.survey.upper(), "Fritz", principals
            )
            self.thumbnails.create(viewer, new, now)


def _granting(record: Record, streams: Sequence[Stream]) -> Sequence[str]:
    """Return whom the alert's exposure is open to.

    Raises
    ------
    NotFound
        Nobody holds a stream of it; then nobody may have it.
    """
    if record.programid in PUBLIC_PROGRAMIDS:
        return (EVERYBODY,)
    granting = [
        each.id
        for each in streams
        if each.survey == record.survey and record.programid in each.programids
    ]
    if not granting:
        raise NotFound(f"no alert {record.candid}")
    return open_to(stream_ids=granting)
