"""Light curves of the archive as photometry of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final

from fritz.alerts.surveys import survey as survey_named
from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.julian import mjd_of
from fritz.marshal.photometry import Point
from fritz.marshal.visibility import Viewer, open_to
from fritz.photometry.fluxes import flux, flux_err
from fritz.services.archived_sources import ArchivedSources
from fritz.services.groups import StreamStore
from fritz.services.instruments import survey_instrument
from fritz.services.object_histories import median_position
from fritz.services.photometry_store import Addition, PhotometryStore
from fritz.services.sources import NewSource, Sources
from fritz.sky.coordinates import sexagesimal

__all__ = ["SourceSaving", "iau_name"]

USABLE: Final = 0
"""An epoch's ``catflags``; others are of poor quality and stay in the archive."""


def iau_name(ra: float, dec: float, prefix: str = "ZTFJ") -> str:
    """Return a name by position, truncated as the IAU has it.

    Examples
    --------
    >>> iau_name(222.9871951, 0.2746431), iau_name(10.0, -0.5)
    ('ZTFJ145156.92+001628.7', 'ZTFJ004000.00-003000.0')
    """
    hours, degrees = sexagesimal(ra, dec)
    sign = "-" if degrees.startswith("-") else "+"
    return f"{prefix}{hours[:-2].replace(':', '')}{sign}{degrees.lstrip('-')[:-2].replace(':', '')}"


@dataclass(frozen=True, slots=True)
class SourceSaving:
    """Makes sources, and photometry of them, of the archive's light curves."""

    archived: ArchivedSources
    sources: Sources
    streams: StreamStore
    photometry: PhotometryStore
    now: Callable[[], datetime]

    def save(
        self,
        viewer: Viewer,
        collection: str,
        ids: Sequence[int],
        obj_id: str | None,
        group_ids: Sequence[int] | None,
    ) -> str:
        """Add light curves to an object and return its name.

        The usable epochs that the viewer may see are kept, each open to the holders of the streams
        that grant its program.

        Parameters
        ----------
        collection
            As in ``ZTF_sources_20210401``.
        obj_id
            The object; None for a new one that is named by its position.
        group_ids
            To which a new object, or one that is to be saved, is saved.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such object that the viewer may see, and no groups to save it to are named.
        Invalid
            There is nothing of these light curves that the viewer may see, or a group is not the
            viewer's to save to.
        """
        viewer.must(UPLOAD_DATA)
        release = self.archived.release(collection, "ztf_sources")
        found = self.archived.light_curves(viewer, release, ids)
        position = median_position(found)
        if position is None:
            raise Invalid("No data found for requested light_curve_ids")
        name, now = obj_id or iau_name(*position), self.now()
        if group_ids:
            self.sources.save(viewer, NewSource(name, position, group_ids), now)
        elif obj_id is None:
            raise Invalid("Parameter group_ids is required if obj_id is not set")
        self.sources.get(viewer, name)
        self.photometry.add(list(self._additions(name, collection, found, now)))
        return name

    def _additions(
        self,
        name: str,
        collection: str,
        light_curves: Iterable[Mapping[str, Any]],
        now: datetime,
    ) -> Iterable[Addition]:
        instrument = survey_instrument(self.sources.store.documents, self.archived.survey, now)
        bands = survey_named(self.archived.survey).bands
        by_program: dict[int, list[Point]] = {}
        for each in light_curves:
            for epoch in each["data"]:
                if epoch["catflags"] in {USABLE, None} and _is_measured(epoch):
                    point = _point(epoch, bands[each["filter"]], instrument.id, collection, now)
                    by_program.setdefault(epoch["programid"], []).append(point)
        streams = self.streams.all()
        for programid, points in sorted(by_program.items()):
            granting = [
                each.id
                for each in streams
                if each.survey == self.archived.survey and programid in each.programids
            ]
            if granting:
                yield Addition(name, points, open_to(stream_ids=granting), "share")


def _is_measured(epoch: Mapping[str, Any]) -> bool:
    values = (epoch["mag"], epoch["magerr"], epoch["hjd"])
    return all(value is not None and isfinite(value) for value in values) and epoch["magerr"] > 0


def _point(
    epoch: Mapping[str, Any], band: str, instrument_id: int, origin: str, now: datetime
) -> Point:
    measured = float(flux(epoch["mag"]))
    return Point(
        id=0,
        mjd=mjd_of(epoch["hjd"]),
        filter=band,
        instrument_id=instrument_id,
        origin=origin,
        flux=measured,
        fluxerr=float(flux_err(measured, epoch["magerr"])),
        ra=epoch["ra"],
        dec=epoch["dec"],
        created_us=int(now.timestamp() * 1e6),
    )
