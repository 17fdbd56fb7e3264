"""Scanning: the objects that passed a group's filters, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from fritz.errors import Invalid, NotFound
from fritz.marshal.candidate import Candidate
from fritz.marshal.source import Source
from fritz.marshal.visibility import (
    Viewer,
    sees_group,
    sees_packet,
    visible_candidates,
    visible_sources,
)
from fritz.services.candidates import CandidateStore
from fritz.services.sources import SourceStore

__all__ = ["SAVED_STATUSES", "SavedStatus", "ScanPage", "ScanRequest", "ScannedObject", "Scanning"]

SavedStatus = Literal[
    "all",
    "savedToAllSelected",
    "savedToAnySelected",
    "savedToAnyAccessible",
    "notSavedToAnyAccessible",
    "notSavedToAnySelected",
    "notSavedToAllSelected",
]

_Groups = frozenset[int]
SAVED_STATUSES: Final[Mapping[SavedStatus, Callable[[_Groups, _Groups], bool]]] = {
    "all": lambda _saved, _selected: True,
    "savedToAllSelected": lambda saved, selected: selected <= saved,
    "savedToAnySelected": lambda saved, selected: bool(selected & saved),
    "savedToAnyAccessible": lambda saved, _selected: bool(saved),
    "notSavedToAnyAccessible": lambda saved, _selected: not saved,
    "notSavedToAnySelected": lambda saved, selected: not selected & saved,
    "notSavedToAllSelected": lambda saved, selected: not selected <= saved,
}
"""Whether an object is listed, by the viewer's groups that saved it and the groups asked for."""


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to list; None asks for no restriction."""

    group_ids: tuple[int, ...] | None = None
    filter_ids: tuple[int, ...] | None = None
    start: datetime | None = None
    end: datetime | None = None
    saved_status: SavedStatus = "all"
    page: int = 1
    per_page: int = 25


@dataclass(frozen=True, slots=True)
class ScannedObject:
    """One object with those of its candidates and sources that the viewer sees."""

    obj_id: str
    candidates: tuple[Candidate, ...]
    """Newest passed first; at least one."""
    sources: tuple[Source, ...]

    @property
    def latest(self) -> Candidate:
        """The candidate of the latest exposure."""
        return max(self.candidates, key=lambda each: (each.jd, each.passed_at))

    @property
    def passed_at(self) -> datetime:
        """When a filter last fired."""
        return self.candidates[0].passed_at


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page of a list of objects."""

    rows: tuple[ScannedObject, ...]
    total_matches: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total_matches // self.per_page))


@dataclass(frozen=True, slots=True)
class Scanning:
    """Candidates, as far as the viewer sees them."""

    candidates: CandidateStore
    sources: SourceStore

    def page(self, viewer: Viewer, request: ScanRequest) -> ScanPage:
        """Return a page of objects, one row each, the one that passed last first.

        Raises
        ------
        Invalid
            A group is not the viewer's, or the page does not exist.
        """
        if request.group_ids is not None:
            foreign = [each for each in request.group_ids if not sees_group(viewer, each)]
            if foreign:
                raise Invalid(f"group {foreign[0]} is not accessible")
        by_object = self._by_object(viewer, request)
        saved = self._saved(viewer, by_object)
        names = [name for name in by_object if self._listed(viewer, request, saved.get(name, []))]
        start = (request.page - 1) * request.per_page
        if start and start >= len(names):
            raise Invalid(f"Page number out of range: {request.page}")
        rows = tuple(
            ScannedObject(name, tuple(by_object[name]), tuple(saved.get(name, [])))
            for name in names[start : start + request.per_page]
        )
        return ScanPage(rows, len(names), request.page, request.per_page)

    def _by_object(self, viewer: Viewer, request: ScanRequest) -> dict[str, list[Candidate]]:
        groups = None if viewer.is_admin else tuple(viewer.group_ids)
        passed = self.candidates.passed(request.group_ids or groups, request.start, request.end)
        wanted = None if request.filter_ids is None else frozenset(request.filter_ids)
        found: dict[str, list[Candidate]] = {}
        for candidate in visible_candidates(viewer, passed):
            if wanted is None or candidate.filter_id in wanted:
                found.setdefault(candidate.obj_id, []).append(candidate)
        return found

    def _saved(self, viewer: Viewer, names: Iterable[str]) -> dict[str, list[Source]]:
        return {
            name: visible_sources(viewer, sources)
            for name, sources in self.sources.of_objects(names).items()
        }

    def _listed(self, viewer: Viewer, request: ScanRequest, sources: Sequence[Source]) -> bool:
        selected = frozenset(request.group_ids or viewer.default_group_ids)
        saved = frozenset(source.group_id for source in sources)
        return SAVED_STATUSES[request.saved_status](saved, selected)

    def object(self, viewer: Viewer, obj_id: str) -> ScannedObject:
        """Return one object with its visible candidates.

        Raises
        ------
        NotFound
            It has none that the viewer sees.
        """
        seen = visible_candidates(viewer, self.candidates.of_object(obj_id))
        if not seen:
            raise NotFound("Candidate not found")
        sources = self._saved(viewer, [obj_id]).get(obj_id, [])
        return ScannedObject(obj_id, tuple(seen), tuple(sources))

    def alert(self, viewer: Viewer, candid: int) -> Candidate:
        """Return a candidate of the alert whose packet, stamps included, is open to the viewer.

        Raises
        ------
        NotFound
            There is none.
        """
        for candidate in self.candidates.of_alert(candid):
            if sees_packet(viewer, candidate):
                return candidate
        raise NotFound(f"no candidate of alert {candid}")
