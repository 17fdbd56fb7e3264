"""Filters, what they passed, and the alerts behind it: group and stream and program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.scan_decision import ScanDecisions
from fritz.marshal.visibility.groups import administers_group
from fritz.marshal.visibility.principals import all_of, of_group, of_stream
from fritz.marshal.visibility.viewer import Viewer

__all__ = [
    "candidate_principals",
    "edits_filter",
    "programids",
    "sees_alert",
    "sees_candidate",
    "sees_filter",
    "sees_packet",
    "sees_scan_decision",
    "visible_candidates",
]

PUBLIC_PROGRAMIDS: Final = frozenset({1})
ALL_PROGRAMIDS: Final = frozenset({0, 1, 2, 3})


def candidate_principals(group_id: int, stream_id: int) -> tuple[str, ...]:
    """Return whom a candidate is open to: who is in its group and holds its stream."""
    return (all_of(of_group(group_id), of_stream(stream_id)),)


def sees_candidate(viewer: Viewer, candidate: Candidate) -> bool:
    """Return whether the viewer is in the candidate's group and holds its stream."""
    return viewer.sees(candidate_principals(candidate.group_id, candidate.stream_id))


def sees_filter(viewer: Viewer, each: Filter) -> bool:
    """Return whether the viewer is in the filter's group and holds its stream."""
    return viewer.sees(candidate_principals(each.group_id, each.stream_id))


def edits_filter(viewer: Viewer, each: Filter) -> bool:
    """Return whether the viewer may change the filter: its owner, or who decides for its group.

    An owner who left the group, or lost the stream, has lost the filter.
    """
    owns = each.owner_id == viewer.user.id or administers_group(viewer, each.group_id)
    return sees_filter(viewer, each) and owns


def sees_scan_decision(viewer: Viewer, decided: ScanDecisions) -> bool:
    """Return whether the viewer sees the candidate that was decided on."""
    return viewer.sees(candidate_principals(decided.group_id, decided.stream_id))


def visible_candidates(viewer: Viewer, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return those of the candidates that the viewer sees, in order."""
    return [candidate for candidate in candidates if sees_candidate(viewer, candidate)]


def programids(viewer: Viewer, survey: str) -> frozenset[int]:
    """Return the programs of a survey whose exposures the viewer may see."""
    if viewer.is_admin:
        return ALL_PROGRAMIDS
    granted = (stream.programids for stream in viewer.streams if stream.survey == survey)
    return PUBLIC_PROGRAMIDS.union(*granted)


def sees_alert(viewer: Viewer, survey: str, programid: int) -> bool:
    """Return whether the viewer may see a survey's alert of that program, a candidate or not."""
    return programid in programids(viewer, survey)


def sees_packet(viewer: Viewer, candidate: Candidate) -> bool:
    """Return whether the viewer may see the alert's stamps: the candidate and its program."""
    return sees_candidate(viewer, candidate) and candidate.programid in programids(
        viewer, candidate.survey
    )
