"""The stamps of a candidate's alert, read from the packet as the survey published it."""

from __future__ import annotations

from dataclasses import dataclass

from fritz.alerts.stamp_images import alert_strip_png
from fritz.errors import NotFound, Poison
from fritz.marshal.candidate import Candidate
from fritz.ports import ObjectStore
from fritz.services.packs import read_record

__all__ = ["StampReader"]


@dataclass(frozen=True, slots=True)
class StampReader:
    """Reads one packet out of the batch that it was stored with."""

    objects: ObjectStore

    def strip(self, candidate: Candidate) -> bytes:
        """Return science, reference and difference stamp side by side, as PNG.

        Raises
        ------
        NotFound
            The packet is gone, holds no such alert, or its stamps are no images.
        """
        place, candid = candidate.packet, candidate.candid
        if place is None or candid is None:
            raise NotFound(f"no stamps of {candidate.obj_id}: it was posted from outside")
        try:
            record = read_record(self.objects, place, candid, candidate.survey)
            if record is not None:
                return alert_strip_png(record)
        except Poison as poison:
            raise NotFound(f"no stamps of alert {candid}: {poison}") from poison
        raise NotFound(f"no stamps of alert {candid}")
