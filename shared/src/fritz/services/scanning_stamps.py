"""The stamps of a candidate's alert, read from the packet as the survey published it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fritz.alerts.packet import Record
from fritz.alerts.stamp_images import alert_strip_png, padded
from fritz.alerts.stamps import read_stamp
from fritz.errors import NotFound, Poison
from fritz.marshal.candidate import Candidate
from fritz.ports import ObjectStore
from fritz.services.packs import read_record

__all__ = ["Stamp", "StampReader"]

Stamp: TypeAlias = NDArray[np.float32]
"""(63, 63), NaN where there is no value."""

KINDS: Final = ("science", "template", "difference")


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
        candid = candidate.candid
        try:
            return alert_strip_png(self._record(candidate))
        except Poison as poison:
            raise NotFound(f"no stamps of alert {candid}: {poison}") from poison

    def reference(self, candidate: Candidate) -> Stamp:
        """Return the reference stamp with the object in its middle; refused as `strip` is."""
        try:
            data = self._record(candidate).stamp("template")
            if data is not None:
                return padded(read_stamp(data))
        except Poison as poison:
            raise NotFound(f"no reference of alert {candidate.candid}: {poison}") from poison
        raise NotFound(f"alert {candidate.candid} has no reference stamp")

    def files(self, candidate: Candidate) -> tuple[bytes, bytes, bytes]:
        """Return science, reference and difference stamp as they were published; empty if absent.

        Raises
        ------
        NotFound
            The packet is gone, or holds no such alert.
        """
        try:
            record = self._record(candidate)
        except Poison as poison:
            raise NotFound(f"no stamps of alert {candidate.candid}: {poison}") from poison
        science, template, difference = (record.stamp(kind) or b"" for kind in KINDS)
        return science, template, difference

    def _record(self, candidate: Candidate) -> Record:
        place, candid = candidate.packet, candidate.candid
        if place is None or candid is None:
            raise NotFound(f"no stamps of {candidate.obj_id}: it was posted from outside")
        record = read_record(self.objects, place, candid, candidate.survey)
        if record is None:
            raise NotFound(f"no stamps of alert {candid}")
        return record
