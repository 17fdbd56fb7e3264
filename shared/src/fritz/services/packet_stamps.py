"""The stamps of an alert as bytes, read from its packet in the object store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fritz.alerts.packet import read_packet
from fritz.errors import NotFound, Poison
from fritz.ports import ObjectStore

__all__ = ["CUTOUTS", "PacketStamps"]

CUTOUTS: Final = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


@dataclass(frozen=True, slots=True)
class PacketStamps:
    """Reads packets out of the batches that they were stored with."""

    objects: ObjectStore

    def cutouts(self, candid: int, place: Mapping[str, Any], survey: str) -> dict[str, Any]:
        """Return the alert's ``cutout…`` fields as its packet has them; none if that is gone.

        Parameters
        ----------
        candid
            Which alert; whoever asks may see it.
        place
            `pack`, `offset` and `length`, as the archive keeps them.
        survey
            Who published it.
        """
        try:
            packet = self.objects.get_range(place["pack"], place["offset"], place["length"])
            records = read_packet(packet, survey).records
        except (NotFound, Poison):
            return {}
        for record in records:
            if record.candid == candid:
                return {name: record.data[name] for name in CUTOUTS if record.data.get(name)}
        return {}
