"""Candidates that come from outside: a broker of the group's own posts them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.annotations import storable_annotations
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.julian import julian_date
from fritz.marshal.obj import Obj, checked_name, checked_position
from fritz.marshal.visibility import Viewer, sees_filter, sees_object
from fritz.services.candidates import CandidateStore
from fritz.services.filter_directory import FilterDirectory
from fritz.services.objects import ObjStore
from fritz.services.sources import said_by

__all__ = ["MOST_POSTED", "PostedCandidate", "Posting", "number_of"]

LARGEST_CANDID: Final = 2**63 - 1
MOST_POSTED: Final = 1000
"""Candidates of one request."""
PUBLIC: Final = 1


@dataclass(frozen=True, slots=True)
class PostedCandidate:
    """What somebody says passed their filters."""

    obj_id: str
    passed_at: datetime
    filter_ids: tuple[int, ...]
    position: tuple[float, float] | None = None
    """Right ascension and declination in degrees; None for an object that is known."""
    candid: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is said of the object, by the names of `fritz.marshal.obj.FACTS`."""
    annotations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """Takes candidates for external filters."""

    candidates: CandidateStore
    filters: FilterDirectory
    objects: ObjStore
    now: Callable[[], datetime]

    def post(self, viewer: Viewer, posted: Sequence[PostedCandidate]) -> list[list[int]]:
        """Write one candidate per filter and return their numbers, the same ones when repeated.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            No filter is the viewer's; one of them has a pipeline of its own; a new object comes
            without a position. Then nothing is written.
        """
        viewer.must(UPLOAD_DATA)
        if len(posted) > MOST_POSTED:
            raise Invalid(f"{len(posted)} candidates at once; at most {MOST_POSTED}")
        known = self.objects.get_many({checked_name(each.obj_id) for each in posted})
        new = [self._candidates(viewer, each, known.get(each.obj_id)) for each in posted]
        by, now = said_by(viewer), self.now()
        told = [_object(each, made[0], by, now) for each, made in zip(posted, new, strict=True)]
        self.candidates.add_new([each for made in new for each in made], told)
        for each in posted:
            obj = known.get(each.obj_id)
            facts = {k: v for k, v in each.facts.items() if obj and obj.facts.get(k) != v}
            if facts:
                self.objects.tell(each.obj_id, facts, by, now)
        return [[number_of(each) for each in made] for made in new]

    def withdraw(self, viewer: Viewer, obj_id: str, filter_id: int) -> None:
        """Remove an object's candidates of an external filter.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            There are none that the viewer may remove.
        """
        viewer.must(UPLOAD_DATA)
        of = self.filters.all().get(filter_id)
        seen = of is not None and sees_filter(viewer, of)
        if not seen or not self.candidates.withdraw(obj_id, filter_id):
            raise Invalid(f"no candidate {obj_id[:50]} of filter {filter_id}")

    def _candidates(
        self, viewer: Viewer, posted: PostedCandidate, known: Obj | None
    ) -> list[Candidate]:
        if posted.candid is not None and not 0 <= posted.candid <= LARGEST_CANDID:
            raise Invalid(f"passing_alert_id {posted.candid} is no 64-bit number")
        filters = self.filters.all()
        open_ = [
            filters[each]
            for each in sorted(set(posted.filter_ids))
            if each in filters and sees_filter(viewer, filters[each])
        ]
        if not open_:
            raise Invalid("at least one valid filter_id is required: none of them is accessible")
        for each in open_:
            if not each.takes_posts:
                raise Invalid(
                    f"filter {each.id} is not external: its candidates come from its pipeline"
                )
        ra, dec = _position(viewer, posted, known)
        return [_candidate(posted, each, ra, dec) for each in open_]


def number_of(candidate: Candidate) -> int:
    """Return a candidate's number, as clients demand one: 48 bits of a hash of its id."""
    return int.from_bytes(hashlib.sha256(candidate.id.encode()).digest()[:6])


def _position(viewer: Viewer, posted: PostedCandidate, known: Obj | None) -> tuple[float, float]:
    if posted.position is not None:
        return checked_position(*posted.position)
    if known is None or not sees_object(viewer, known.principals):
        raise Invalid(f"{posted.obj_id} is new: ra and dec are required")
    return known.ra, known.dec


def _object(
    posted: PostedCandidate, candidate: Candidate, by: Mapping[str, Any], now: datetime
) -> Obj:
    """Return the object as its first candidate describes it."""
    new = Obj(posted.obj_id, candidate.ra, candidate.dec, now)
    return new.told(posted.facts, by, now) if posted.facts else new


def _candidate(posted: PostedCandidate, of: Filter, ra: float, dec: float) -> Candidate:
    """Return the candidate; object, filter and time make it, whatever the alert."""
    score = posted.facts.get("score")
    return Candidate(
        obj_id=posted.obj_id,
        filter_id=of.id,
        group_id=of.group_id,
        stream_id=of.stream_id,
        candid=posted.candid,
        passed_at=posted.passed_at,
        survey=of.survey,
        programid=PUBLIC,
        ra=ra,
        dec=dec,
        jd=julian_date(posted.passed_at),
        fid=0,
        magpsf=None,
        score=score,
        packet=None,
        annotations=storable_annotations({"annotations": posted.annotations}),
    )
