"""Candidates that come from outside: a broker of the group's own posts them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.annotations import storable_annotations
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.julian import julian_date
from fritz.marshal.obj import checked_name, checked_position
from fritz.marshal.visibility import Viewer, sees_filter, visible_candidates
from fritz.services.candidates import CandidateStore
from fritz.services.filters_store import FilterStore
from fritz.services.sources import SourceStore

__all__ = ["PostedCandidate", "Posting"]

LARGEST_CANDID: Final = 2**63 - 1
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
    score: float | None = None
    annotations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """Takes candidates for external filters."""

    candidates: CandidateStore
    filters: FilterStore
    sources: SourceStore

    def post(self, viewer: Viewer, posted: PostedCandidate) -> list[int]:
        """Write one candidate per filter and return their numbers, the same ones when repeated.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            No filter is the viewer's; one of them has a pipeline of its own; a new object comes
            without a position.
        """
        viewer.must(UPLOAD_DATA)
        checked_name(posted.obj_id)
        if posted.candid is not None and not 0 <= posted.candid <= LARGEST_CANDID:
            raise Invalid(f"passing_alert_id {posted.candid} is no 64-bit number")
        found = self.filters.get_many(set(posted.filter_ids))
        open_ = [each for each in found if sees_filter(viewer, each)]
        if not open_:
            raise Invalid("at least one valid filter_id is required: none of them is accessible")
        for each in open_:
            if not each.takes_posts:
                raise Invalid(
                    f"filter {each.id} is not external: its candidates come from its pipeline"
                )
        ra, dec = self._position(viewer, posted)
        new = [_candidate(posted, each, ra, dec) for each in open_]
        self.candidates.add_new(new)
        return [number_of(each) for each in new]

    def withdraw(self, viewer: Viewer, obj_id: str, filter_id: int) -> None:
        """Remove an object's candidates of an external filter.

        Raises
        ------
        Invalid
            There are none that the viewer may remove.
        """
        viewer.must(UPLOAD_DATA)
        of = self.filters.get(filter_id)
        gone = [
            each
            for each in self.candidates.of_object(obj_id)
            if each.filter_id == filter_id and of is not None and sees_filter(viewer, of)
        ]
        if not gone:
            raise Invalid(f"no candidate {obj_id} of filter {filter_id}")
        self.candidates.delete(gone)

    def _position(self, viewer: Viewer, posted: PostedCandidate) -> tuple[float, float]:
        if posted.position is not None:
            return checked_position(*posted.position)
        known = self.sources.objects([posted.obj_id]).get(posted.obj_id)
        if known is not None:
            return known.ra, known.dec
        candidates = visible_candidates(viewer, self.candidates.of_object(posted.obj_id))
        if not candidates:
            raise Invalid(f"{posted.obj_id} is new: ra and dec are required")
        return candidates[0].ra, candidates[0].dec


def number_of(candidate: Candidate) -> int:
    """Return a candidate's number, as clients demand one: 48 bits of a hash of its id."""
    return int.from_bytes(hashlib.sha256(candidate.id.encode()).digest()[:6])


def _candidate(posted: PostedCandidate, of: Filter, ra: float, dec: float) -> Candidate:
    """Return the candidate; object, filter and time make it, whatever the alert."""
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
        score=posted.score,
        packet=None,
        annotations=storable_annotations({"annotations": posted.annotations}),
    )
