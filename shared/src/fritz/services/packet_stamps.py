"""The stamps of an alert as bytes, read from its packet in the object store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fritz.errors import NotFound, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.ports import ObjectStore
from fritz.services.packs import read_record

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
            record = read_record(self.objects, PacketPlace.from_fields(place), candid, survey)
        except (NotFound, Poison):
            return {}
        found = {} if record is None else record.data
        return {name: found[name] for name in CUTOUTS if found.get(name)}
