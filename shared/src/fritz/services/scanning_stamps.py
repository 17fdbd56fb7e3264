"""The stamps of a candidate's alert, read from the packet as the survey published it."""

from __future__ import annotations

from dataclasses import dataclass

from fritz.alerts.packet import read_packet
from fritz.alerts.stamp_images import alert_strip_png
from fritz.errors import NotFound, Poison
from fritz.marshal.candidate import Candidate
from fritz.ports import ObjectStore

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
        place = candidate.packet
        if place is None:
            raise NotFound(f"no stamps of {candidate.obj_id}: it was posted from outside")
        packet = self.objects.get_range(place.pack, place.offset, place.length)
        try:
            for record in read_packet(packet, candidate.survey).records:
                if record.candid == candidate.candid:
                    return alert_strip_png(record)
        except Poison as poison:
            raise NotFound(f"no stamps of alert {candidate.candid}: {poison}") from poison
        raise NotFound(f"no stamps of alert {candidate.candid}")
