"""A candidate: one alert that one filter of a group passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fritz.alerts.night import night_of
from fritz.marshal.versions import VERSION, current

__all__ = ["Candidate", "PacketPlace"]


@dataclass(frozen=True, slots=True)
class PacketPlace:
    """Where the raw packet of an alert stands in the object store."""

    pack: str
    """Key of the object that holds the batch's packets, concatenated."""
    offset: int
    length: int
    """Bytes of this packet, from `offset`."""

    def to_fields(self) -> dict[str, Any]:
        """Return the place as a document's map."""
        return {"pack": self.pack, "offset": self.offset, "length": self.length}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> PacketPlace:
        """Return the place that `to_fields` wrote."""
        return cls(fields["pack"], int(fields["offset"]), int(fields["length"]))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One alert that passed one filter; the pair never occurs twice."""

    obj_id: str
    filter_id: int
    group_id: int
    """The filter's group; only its members see the candidate."""
    stream_id: int
    """The filter's stream; only its holders see the candidate."""
    candid: int | None
    """The alert; None where somebody posted the candidate without one."""
    passed_at: datetime
    """When the filter fired (UTC), not when the sky was observed."""
    survey: str
    programid: int
    """Who owns the exposure: 1 public, 2 partnership, 3 Caltech, 0 engineering."""
    ra: float
    """Degrees, ICRS."""
    dec: float
    """Degrees, ICRS."""
    jd: float
    """Start of the exposure, Julian date UTC."""
    fid: int
    """The survey's number of the band: ZTF's 1 g, 2 r, 3 i."""
    magpsf: float | None
    """Difference magnitude, AB."""
    score: float | None
    """Real-bogus score: drb, else rb; 0 bogus to 1 real."""
    packet: PacketPlace | None
    """None for what came from outside."""
    annotations: Mapping[str, Any] = field(default_factory=dict)
    """What the filter says of the alert: scalars by name."""

    @property
    def id(self) -> str:
        """The document id: of filter and alert, or of filter, object and time of what was posted.

        Examples
        --------
        >>> Candidate.id_of(filter_id=3, candid=2459000000000000001)
        '3-2459000000000000001'
        """
        if self.packet is None or self.candid is None:
            at = int(self.passed_at.timestamp() * 1e6)
            return f"{self.filter_id}-{self.obj_id}-{at}"
        return self.id_of(self.filter_id, self.candid)

    @staticmethod
    def id_of(filter_id: int, candid: int) -> str:
        """Return the document id of an alert that passed a filter."""
        return f"{filter_id}-{candid}"

    def to_fields(self) -> dict[str, Any]:
        """Return the candidate as a document's fields."""
        return {
            "obj_id": self.obj_id,
            "filter_id": self.filter_id,
            "group_id": self.group_id,
            "stream_id": self.stream_id,
            "candid": self.candid,
            "passed_at": self.passed_at,
            "survey": self.survey,
            "programid": self.programid,
            "ra": self.ra,
            "dec": self.dec,
            "jd": self.jd,
            "fid": self.fid,
            "magpsf": self.magpsf,
            "score": self.score,
            "annotations": dict(self.annotations),
            "packet": None if self.packet is None else self.packet.to_fields(),
            "night": night_of(self.jd),
            VERSION: current("candidates"),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Candidate:
        """Return the candidate that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            obj_id=fields["obj_id"],
            filter_id=int(fields["filter_id"]),
            group_id=int(fields["group_id"]),
            stream_id=int(fields["stream_id"]),
            candid=None if fields["candid"] is None else int(fields["candid"]),
            passed_at=fields["passed_at"],
            survey=fields["survey"],
            programid=int(fields["programid"]),
            ra=float(fields["ra"]),
            dec=float(fields["dec"]),
            jd=float(fields["jd"]),
            fid=int(fields["fid"]),
            magpsf=_float(fields.get("magpsf")),
            score=_float(fields.get("score")),
            packet=PacketPlace.from_fields(fields["packet"]) if fields["packet"] else None,
            annotations=dict(fields.get("annotations") or {}),
        )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
