"""Puts together what a public page shows: rows that its publisher sees and has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fritz.errors import NotFound
from fritz.marshal.candidate import Candidate
from fritz.marshal.photometry_output import magnitudes
from fritz.marshal.public_page import Choice
from fritz.marshal.visibility import (
    Viewer,
    is_public_exposure,
    is_published,
    open_to,
    public_principals,
    published_principals,
)
from fritz.services.classifications import Classifications
from fritz.services.groups import StreamStore
from fritz.services.instruments import Instruments
from fritz.services.objects import ObjStore
from fritz.services.photometry import Photometry
from fritz.services.photometry_store import Held
from fritz.services.scanning import Scanning
from fritz.services.scanning_stamps import StampReader
from fritz.services.spectra import Spectra

__all__ = ["PublicSnapshots"]


@dataclass(frozen=True, slots=True)
class PublicSnapshots:
    """Reads what a publisher sees, and leaves out what the world shall not."""

    objects: ObjStore
    photometry: Photometry
    spectra: Spectra
    instruments: Instruments
    classifications: Classifications
    streams: StreamStore
    scanning: Scanning
    reader: StampReader

    def data(self, viewer: Viewer, obj_id: str, choice: Choice) -> dict[str, Any]:
        """Return what is known of a source, and of its rows those that were chosen.

        Raises
        ------
        NotFound
            There is no such object for the viewer.
        """
        obj = self.objects.get(viewer, obj_id)
        chosen = self._chosen(choice)
        facts = {name: obj.facts.get(name) for name in ("redshift", "redshift_error", "tns_name")}
        data: dict[str, Any] = {"obj_id": obj.id, "ra": obj.ra, "dec": obj.dec, **facts}
        if "summary" in choice.parts:
            data["summary"] = obj.facts.get("summary")
        if "photometry" in choice.parts:
            data["photometry"] = self._points(viewer, obj_id, chosen)
        if "spectroscopy" in choice.parts:
            data["spectroscopy"] = self._spectra(viewer, obj_id, chosen)
        if "classifications" in choice.parts:
            data["classifications"] = self._classes(viewer, obj_id, chosen)
        return data

    def stamps(self, viewer: Viewer, obj_id: str) -> bytes | None:
        """Return the stamps of the latest alert that is public and open to the viewer, or None."""
        public = [
            each
            for each in self.scanning.all_of(viewer, obj_id)
            if each.packet is not None and is_public_exposure(each.programid)
        ]
        return self._strip(max(public, key=lambda each: each.jd)) if public else None

    def _strip(self, candidate: Candidate) -> bytes | None:
        try:
            return self.reader.strip(candidate)
        except NotFound:
            return None

    def _chosen(self, choice: Choice) -> frozenset[str]:
        if choice.group_ids or choice.stream_ids:
            return published_principals(choice.group_ids, choice.stream_ids)
        return public_principals(self.streams.all())

    def _points(self, viewer: Viewer, obj_id: str, chosen: frozenset[str]) -> list[dict[str, Any]]:
        held = [
            each
            for each in self.photometry.points(viewer, obj_id)
            if is_published(each.principals, chosen)
        ]
        names = self._names([each.point.instrument_id for each in held])
        return [_point(each, names) for each in held]

    def _spectra(self, viewer: Viewer, obj_id: str, chosen: frozenset[str]) -> list[dict[str, Any]]:
        found = [
            each
            for each in self.spectra.visible(viewer, obj_id, lambda _: True)
            if is_published(open_to(each.group_ids), chosen)
        ]
        names = self._names([each.instrument_id for each in found])
        pixels = self.spectra.pixels(each.id for each in found)
        return [
            {
                "observed_at": each.observed_at.isoformat(),
                "instrument": names.get(each.instrument_id),
                "units": each.units,
                "wavelengths": list(pixels[each.id].wavelengths),
                "fluxes": list(pixels[each.id].fluxes),
            }
            for each in found
            if each.id in pixels
        ]

    def _classes(self, viewer: Viewer, obj_id: str, chosen: frozenset[str]) -> list[dict[str, Any]]:
        found = self.classifications.of_objects(viewer, [obj_id]).get(obj_id, [])
        trees = self.classifications.taxonomies.get_many({each.taxonomy_id for each in found})
        return [
            {
                "classification": each.classification,
                "probability": each.probability,
                "ml": each.ml,
                "created_at": each.created_at.isoformat(),
            }
            for each in found
            if is_published(open_to(each.group_ids), chosen)
            and is_published(open_to(trees[each.taxonomy_id].group_ids), chosen)
        ]

    def _names(self, instrument_ids: Sequence[int]) -> dict[int, str]:
        found = self.instruments.get_many(set(instrument_ids))
        return {number: each.name for number, each in found.items()}


def _point(held: Held, names: dict[int, str]) -> dict[str, Any]:
    point, shown = held.point, magnitudes(held.point, "ab")
    return {
        "mjd": point.mjd,
        "filter": point.filter,
        "instrument": names.get(point.instrument_id),
        "origin": point.origin,
        "flux": point.flux,
        "fluxerr": point.fluxerr,
        **{name: shown[name] for name in ("mag", "magerr", "limiting_mag")},
    }
