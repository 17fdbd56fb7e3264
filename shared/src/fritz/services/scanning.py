"""Scanning: the objects that passed a group's filters, newest first, a page at a time.

A page is found by walking the rows of the viewer's filters in the order in which they fired
(`fritz.services.walking`), and costs what it shows: what is open to others is never read, what was
found before stands in the pinned list (`fritz.services.pinned_lists`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from fritz.errors import Invalid, NotFound
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.visibility import Viewer, sees_group, sees_packet, visible_candidates
from fritz.ports import DocumentStore, Where
from fritz.services.annotations import AnnotationStore
from fritz.services.candidates import COLLECTION, ENTRIES, CandidateStore
from fritz.services.cursors import read_cursor, written_cursor
from fritz.services.filter_directory import FilterDirectory
from fritz.services.groups import GroupStore
from fritz.services.kept_counts import KeptCounts
from fritz.services.objects import ObjStore
from fritz.services.pinned_lists import COUNTED_EXACTLY, Match, PinnedList, PinStore
from fritz.services.scan_conditions import Condition, ScanConditions
from fritz.services.scan_request import AnnotationSort, ScanRequest
from fritz.services.scan_rows import Reading, ScannedObject
from fritz.services.walking import Place, Walk

__all__ = ["MOST_SORTED", "ScanPage", "Scanning"]

MOST_SORTED: Final = 20_000
"""Objects that can be sorted by an annotation."""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page of a list of objects."""

    rows: tuple[ScannedObject, ...]
    total_matches: int
    page: int
    per_page: int
    query_id: str
    """Brings the further pages of this very list."""
    cursor: str | None
    """Where the next page begins; None at the end."""
    filters: Mapping[int, Filter]
    """The filters that the viewer sees."""

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total_matches // self.per_page))


@dataclass(frozen=True, slots=True)
class Scanning:
    """Candidates, as far as the viewer sees them."""

    documents: DocumentStore
    filters: FilterDirectory
    conditions: ScanConditions
    groups: GroupStore
    now: Callable[[], datetime]
    counts: KeptCounts

    @property
    def candidates(self) -> CandidateStore:
        """The candidates themselves."""
        return CandidateStore(self.documents)

    def reading(self, viewer: Viewer) -> Reading:
        """Return what reads rows of objects for a viewer, each once."""
        return Reading(
            viewer,
            self.filters.visible(viewer),
            ObjStore(self.documents),
            self.candidates,
            AnnotationStore(self.documents),
        )

    def page(self, viewer: Viewer, request: ScanRequest) -> ScanPage:
        """Return a page of objects, one row each, the one that passed last first.

        Raises
        ------
        Invalid
            A group is not the viewer's, the page does not exist, the cursor is none, or there are
            too many objects to sort.
        """
        for each in request.group_ids or ():
            if not sees_group(viewer, each):
                raise Invalid(f"group {each} is not accessible")
        reading = self.reading(viewer)
        walk = self._walk(request, reading.filters)
        search = _Search(walk, request, reading, self._conditions(viewer, request, reading))
        if request.cursor is not None:
            return self._after_cursor(request, search)
        return self._pinned(viewer, request, search)

    def every(self, viewer: Viewer, request: ScanRequest) -> Iterator[str]:
        """Yield the names of all objects of a list; refused as `page` is."""
        reading = self.reading(viewer)
        walk = self._walk(request, reading.filters)
        search = _Search(walk, request, reading, self._conditions(viewer, request, reading))
        return (name for name, _ in search.matches(None, set(), COUNTED_EXACTLY))

    def records(self, viewer: Viewer, request: ScanRequest) -> tuple[list[Candidate], int]:
        """Return a page of candidates by themselves, newest first, and how many there are at most.

        It is how many there are unless a saved status is asked for.
        """
        reading = self.reading(viewer)
        walk = replace(self._walk(request, reading.filters), collection=COLLECTION)
        conditions, _ = self._conditions(viewer, request, reading)
        rows = walk.rows(None, request.per_page)
        start = (request.page - 1) * request.per_page
        found: list[Candidate] = []
        while len(found) < start + request.per_page:
            batch = [Candidate.from_fields(row.data) for row in islice(rows, request.per_page)]
            if not batch:
                break
            names = {each.obj_id for each in batch}
            for condition in conditions:
                names = condition(sorted(names))
            found += [each for each in batch if each.obj_id in names]
        return found[start : start + request.per_page], self._count(walk)

    def _count(self, walk: Walk) -> int:
        return self.counts.of(walk, "passed_at")

    def _pinned(self, viewer: Viewer, request: ScanRequest, search: _Search) -> ScanPage:
        pins, asked, now = PinStore(self.documents), request.asked, self.now()
        kept = pins.load(request.query_id, viewer.user.id, asked, now)
        pinned = kept or replace(pins.new(), at_most=self._count(search.walk))
        start = (request.page - 1) * request.per_page
        grown = self._grown(pinned, start + request.per_page, search)
        if start and start >= grown.total and (kept is None or start >= kept.total):
            raise Invalid(f"Page number out of range: {request.page}")
        if grown is not kept:
            pins.save(grown, viewer.user.id, asked, now)
        rows = tuple(search.reading.rows(grown.names[start : start + request.per_page]))
        return ScanPage(
            rows, grown.total, request.page, request.per_page, grown.id,
            self._next(search, rows, more=start + request.per_page < grown.total),
            search.reading.filters,
        )  # fmt: skip

    def _grown(self, pinned: PinnedList, wanted: int, search: _Search) -> PinnedList:
        """Return the list with at least so many objects, or with all there are."""
        if search.request.sort is not None and not pinned.ended and len(pinned.names) < wanted:
            by_value = self._sorted(search, search.request.sort)
            return replace(pinned, names=tuple(by_value), ended=True)
        return pinned.grown(wanted, search.matches)

    def _sorted(self, search: _Search, by: AnnotationSort) -> list[str]:
        """Return the names of all matches in the order of an annotation, those without it last."""
        names = [n for n, _ in islice(search.matches(None, set(), 200), MOST_SORTED + 1)]
        if len(names) > MOST_SORTED:
            raise Invalid(f"more than {MOST_SORTED} objects to sort: narrow startDate and endDate")
        search.reading.entries(names)
        search.reading.annotations(names)
        values = {n: search.reading.said(n, by.origin, by.key, search.origins) for n in names}
        told = [name for name in names if values[name] is not None]
        told.sort(key=lambda name: _sortable(values[name]), reverse=by.descending)
        return told + [name for name in names if values[name] is None]

    def _after_cursor(self, request: ScanRequest, search: _Search) -> ScanPage:
        """Return the page after a place, whatever has passed meanwhile above it."""
        if request.sort is not None:
            raise Invalid("cursor does not go with a sort: use pageNumber and queryID")
        place = read_cursor(request.cursor or "")
        wanted = request.per_page + 1
        found = list(islice(search.matches_below(place, wanted), wanted))
        rows = tuple(search.reading.rows([name for name, _ in found[: request.per_page]]))
        return ScanPage(
            rows, self._count(search.walk), request.page, request.per_page,
            PinStore(self.documents).new().id,
            self._next(search, rows, more=len(found) == wanted),
            search.reading.filters,
        )  # fmt: skip

    def _next(self, search: _Search, rows: Sequence[ScannedObject], *, more: bool) -> str | None:
        if not more or not rows or search.request.sort is not None:
            return None
        at = search.position(rows[-1].obj_id)
        return None if at is None else written_cursor((at, rows[-1].obj_id))

    def _walk(self, request: ScanRequest, filters: Mapping[int, Filter]) -> Walk:
        """Return the walk over what the selected filters passed within the window.

        Objects that passed before the window's end and again after it stand, with the time asked
        for, among the candidates alone.
        """
        where: tuple[Where, ...] = ()
        if request.start is not None:
            where += (Where("passed_at", ">=", request.start),)
        if request.end is not None:
            where += (Where("passed_at", "<=", request.end),)
        past = request.end is not None and request.end < self.now()
        return Walk(
            self.documents,
            COLLECTION if past else ENTRIES,
            owner="filter_id",
            owners=_selected(request, filters),
            key="passed_at",
            descending=True,
            where=where,
        )

    def _conditions(
        self, viewer: Viewer, request: ScanRequest, reading: Reading
    ) -> tuple[list[Condition], Mapping[int, str]]:
        origins: Mapping[int, str] = {}
        if request.annotations or request.sort is not None:
            origins = self.origins(reading.filters)
        return self.conditions.of(viewer, request, reading, origins), origins

    def origins(self, filters: Mapping[int, Filter]) -> dict[int, str]:
        """Return what the annotations of each filter go by: ``group:filter``."""
        found = self.groups.get_many({each.group_id for each in filters.values()})
        names = {group.id: group.nickname or group.name for group in found}
        return {
            each.id: f"{names.get(each.group_id, each.group_id)}:{each.name}"
            for each in filters.values()
        }

    def names(self, viewer: Viewer, start: str, most: int) -> list[str]:
        """Return names of visible candidates that begin with a text, in order."""
        return [
            obj.id
            for obj in ObjStore(self.documents).named(viewer, start, most)
            if obj.candidate_of
        ]

    def object(self, viewer: Viewer, obj_id: str) -> ScannedObject:
        """Return one object with what passed of it.

        Raises
        ------
        NotFound
            It has no candidate that the viewer sees.
        """
        rows = self.reading(viewer).rows([obj_id])
        if not rows:
            raise NotFound("Candidate not found")
        return rows[0]

    def exists(self, viewer: Viewer, obj_id: str) -> None:
        """Tell by one look-up whether an object has a candidate that the viewer sees.

        Raises
        ------
        NotFound
            It has not.
        """
        found = ObjStore(self.documents).get_many([obj_id]).get(obj_id)
        if found is None or not found.candidate_of or not viewer.sees(found.candidate_of):
            raise NotFound("Candidate not found")

    def all_of(self, viewer: Viewer, obj_id: str) -> list[Candidate]:
        """Return every candidate of an object that the viewer sees, newest first."""
        return visible_candidates(viewer, self.candidates.of_object(obj_id))

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


@dataclass(frozen=True, slots=True)
class _Search:
    """A walk that knows which of the rows are wanted."""

    walk: Walk
    request: ScanRequest
    reading: Reading
    conditions_and_origins: tuple[list[Condition], Mapping[int, str]]

    @property
    def origins(self) -> Mapping[int, str]:
        """What each filter's annotations go by."""
        return self.conditions_and_origins[1]

    def matches(self, after: Place | None, seen: set[str], size: int) -> Iterator[Match]:
        """Yield wanted objects with their places, each at its first row.

        Parameters
        ----------
        seen : objects that were found before `after`; grows.
        size : how many rows to look at together.
        """
        rows = self.walk.rows(after, size)
        while batch := list(islice(rows, size)):
            new: list[Match] = []
            for row in batch:
                name = row.data["obj_id"]
                if name not in seen:
                    seen.add(name)
                    new.append((name, self.walk.place(row)))
            yield from self._wanted(new)

    def matches_below(self, after: Place, size: int) -> Iterator[Match]:
        """Yield wanted objects below a place that do not stand above it, too."""
        for name, place in self.matches(after, set(), size):
            self.reading.entries([name])
            if self.position(name) == place[0]:
                yield name, place

    def position(self, name: str) -> datetime | None:
        """Return when the selected filters last passed an object within the window."""
        entries = self.reading.entries([name]).get(name, [])
        times = [
            each.within(self.request.start, self.request.end)
            for each in entries
            if each.filter_id in (self.walk.owners or ())
        ]
        return max((each for each in times if each is not None), default=None)

    def _wanted(self, matches: list[Match]) -> Iterator[Match]:
        names = [name for name, _ in matches]
        for condition in self.conditions_and_origins[0]:
            passing = condition(names)
            names = [name for name in names if name in passing]
        left = set(names)
        return (match for match in matches if match[0] in left)


def _selected(request: ScanRequest, filters: Mapping[int, Filter]) -> tuple[int, ...]:
    """Return the visible filters that a request selects."""
    groups = None if request.group_ids is None else frozenset(request.group_ids)
    wanted = None if request.filter_ids is None else frozenset(request.filter_ids)
    return tuple(
        each.id
        for each in filters.values()
        if (groups is None or each.group_id in groups) and (wanted is None or each.id in wanted)
    )


def _sortable(value: Any) -> tuple[int, Any]:
    """Return a key by which values of different types have an order: numbers, texts, the rest."""
    if isinstance(value, bool | int | float):
        return 0, float(value)
    return 1, str(value)
