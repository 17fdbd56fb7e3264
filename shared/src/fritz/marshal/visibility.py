"""Who may see what: the one place that decides, for lists, details, counts and stamps alike.

A candidate is seen by the members of its group who also hold its stream; a source by the members
of its group; a taxonomy by the members of one of its groups, and so a classification in it, of an
object that they see; a point of a light curve by those whose streams grant its program; all of it
by a system administrator. What somebody may not see does not exist for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fritz.errors import Unauthorized
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.candidate import Candidate
from fritz.marshal.classification import Classification
from fritz.marshal.filter import Filter
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.user import User

__all__ = [
    "Viewer",
    "administers_group",
    "edits_classification",
    "edits_filter",
    "edits_taxonomy",
    "programids",
    "sees_alert",
    "sees_candidate",
    "sees_classification",
    "sees_filter",
    "sees_group",
    "sees_packet",
    "sees_source",
    "sees_taxonomy",
    "visible_candidates",
    "visible_sources",
]

PUBLIC_PROGRAMIDS: Final = frozenset({1})
ALL_PROGRAMIDS: Final = frozenset({0, 1, 2, 3})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: a person, by themselves or through a token."""

    user: User
    acls: frozenset[str]
    """The verbs of this request: the person's, or those that the token was given."""
    streams: tuple[Stream, ...]
    """The streams that the person holds."""
    by_token: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether every row is open to this request."""
        return SYSTEM_ADMIN in self.acls

    @property
    def group_ids(self) -> frozenset[int]:
        """The groups that the person belongs to."""
        return frozenset(self.user.group_ids)

    @property
    def stream_ids(self) -> frozenset[int]:
        """The streams that the person holds."""
        return frozenset(stream.id for stream in self.streams)

    def must(self, acl: str) -> None:
        """Refuse the request unless it has the verb.

        Raises
        ------
        Unauthorized
            It has not; SkyPortal answers 401 here, too.
        """
        if acl not in self.acls and not self.is_admin:
            raise Unauthorized(f"HTTP 401: Unauthorized (needs the ACL {acl!r})")


def sees_group(viewer: Viewer, group_id: int) -> bool:
    """Return whether the group's rows are open to the viewer."""
    return viewer.is_admin or group_id in viewer.group_ids


def _sees(viewer: Viewer, group_id: int, stream_id: int) -> bool:
    return viewer.is_admin or (group_id in viewer.group_ids and stream_id in viewer.stream_ids)


def sees_candidate(viewer: Viewer, candidate: Candidate) -> bool:
    """Return whether the viewer is in the candidate's group and holds its stream."""
    return _sees(viewer, candidate.group_id, candidate.stream_id)


def sees_filter(viewer: Viewer, each: Filter) -> bool:
    """Return whether the viewer is in the filter's group and holds its stream."""
    return _sees(viewer, each.group_id, each.stream_id)


def administers_group(viewer: Viewer, group_id: int) -> bool:
    """Return whether the viewer decides for the group: its administrator, or the system's."""
    return viewer.is_admin or group_id in viewer.user.admin_group_ids


def edits_filter(viewer: Viewer, each: Filter) -> bool:
    """Return whether the viewer may change the filter: its owner, or who decides for its group.

    An owner who left the group, or lost the stream, has lost the filter.
    """
    owns = each.owner_id == viewer.user.id or administers_group(viewer, each.group_id)
    return sees_filter(viewer, each) and owns


def sees_source(viewer: Viewer, source: Source) -> bool:
    """Return whether the object is saved to a group of the viewer now."""
    return source.active and sees_group(viewer, source.group_id)


def sees_taxonomy(viewer: Viewer, taxonomy: Taxonomy) -> bool:
    """Return whether the viewer is in one of the taxonomy's groups."""
    return any(sees_group(viewer, each) for each in taxonomy.group_ids)


def edits_taxonomy(viewer: Viewer, taxonomy: Taxonomy) -> bool:
    """Return whether the viewer may change it: who posted it, or decides for all of its groups."""
    decides = all(administers_group(viewer, each) for each in taxonomy.group_ids)
    return sees_taxonomy(viewer, taxonomy) and (taxonomy.author_id == viewer.user.id or decides)


def sees_classification(viewer: Viewer, each: Classification, taxonomy: Taxonomy | None) -> bool:
    """Return whether the viewer is in one of its groups and sees its taxonomy.

    Whether the object is open to the viewer is the other half, which only a store can tell.
    """
    if taxonomy is None or not sees_taxonomy(viewer, taxonomy):
        return False
    return any(sees_group(viewer, group_id) for group_id in each.group_ids)


def edits_classification(viewer: Viewer, each: Classification) -> bool:
    """Return whether the viewer may change it: its author, or who decides for one of its groups."""
    decides = any(administers_group(viewer, group_id) for group_id in each.group_ids)
    return each.author_id == viewer.user.id or decides


def visible_candidates(viewer: Viewer, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return those of the candidates that the viewer sees, in order."""
    return [candidate for candidate in candidates if sees_candidate(viewer, candidate)]


def visible_sources(viewer: Viewer, sources: Iterable[Source]) -> list[Source]:
    """Return those of the sources that the viewer sees, in order."""
    return [source for source in sources if sees_source(viewer, source)]


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
