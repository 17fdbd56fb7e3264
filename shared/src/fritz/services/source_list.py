"""The list of sources: saved objects in an order, a page at a time.

As the list of candidates (`fritz.services.scanning`), it walks the rows of the viewer's groups and
costs what it shows. A cone is looked up by HEALPix cells instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from fritz.errors import Invalid
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer, sees_group
from fritz.ports import DocumentStore, Where
from fritz.services.cursors import read_cursor, written_cursor
from fritz.services.kept_counts import KeptCounts
from fritz.services.objects import ObjStore
from fritz.services.pinned_lists import Match, PinStore
from fritz.services.skymaps import Skymaps, within
from fritz.services.source_conditions import Condition, SourceConditions, object_conditions
from fritz.services.source_request import SORT_KEYS, SourceRequest
from fritz.services.sources import COLLECTION, SavedObject, SourceStore
from fritz.services.walking import Place, Walk
from fritz.sky.skymaps import Circle, Region

__all__ = ["SaveSummary", "SourceList", "SourcePage"]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of saved objects."""

    rows: tuple[SavedObject, ...]
    total_matches: int
    query_id: str | None
    cursor: str | None
    """Where the next page begins; None at the end."""


@dataclass(frozen=True, slots=True)
class SaveSummary:
    """One page of saves: who saved what to which group, and when."""

    rows: tuple[Source, ...]
    total_matches: int


@dataclass(frozen=True, slots=True)
class SourceList:
    """Lists of saved objects, as far as the viewer sees them."""

    documents: DocumentStore
    conditions: SourceConditions
    skymaps: Skymaps
    now: Callable[[], datetime]
    counts: KeptCounts

    def page(self, viewer: Viewer, request: SourceRequest) -> SourcePage:
        """Return a page of objects; a page past the end is empty.

        Raises
        ------
        Invalid
            The sort key or the cursor is none, or the cone is too wide.
        """
        search = self._search(viewer, request)
        if request.cone is not None:
            return self._cone_page(search, request.cone)
        if request.cursor is not None:
            return self._after_cursor(search)
        pins, asked, now = PinStore(self.documents), request.asked, self.now()
        wanted_id = request.query_id if request.use_cache or request.query_id else None
        kept = pins.load(wanted_id, viewer.user.id, asked, now)
        pinned = kept or replace(pins.new(), at_most=self._count(search.walk))
        start = (request.page - 1) * request.per_page
        grown = pinned.grown(start + request.per_page, search.matches)
        if request.use_cache and grown is not kept:
            pins.save(grown, viewer.user.id, asked, now)
        rows = search.rows(grown.names[start : start + request.per_page])
        more = start + request.per_page < grown.total
        query_id = grown.id if request.use_cache else None
        return SourcePage(rows, grown.total, query_id, search.next(rows, more=more))

    def summary(self, viewer: Viewer, request: SourceRequest) -> SaveSummary:
        """Return a page of the saves themselves, one row per object and group."""
        walk = self._search(viewer, request).walk
        start = (request.page - 1) * request.per_page
        rows = islice(walk.rows(None, request.per_page), start, start + request.per_page)
        return SaveSummary(tuple(Source.from_fields(row.data) for row in rows), self._count(walk))

    def _count(self, walk: Walk) -> int:
        return self.counts.of(walk, "saved_at")

    def _cone_page(self, search: _Search, cone: tuple[float, float, float]) -> SourcePage:
        near = ObjStore(self.documents).cone(search.viewer, *cone)
        names = search.wanted([each.obj.id for each in near if each.obj.saved_to])
        rows = search.rows(names)
        start = (search.request.page - 1) * search.request.per_page
        shown = rows[start : start + search.request.per_page]
        return SourcePage(shown, len(rows), None, None)

    def _after_cursor(self, search: _Search) -> SourcePage:
        request = search.request
        place = read_cursor(request.cursor or "")
        wanted = request.per_page + 1
        found = list(islice(search.matches(place, set(), wanted), wanted))
        rows = search.rows([name for name, _ in found[: request.per_page]])
        more = len(found) == wanted
        return SourcePage(rows, self._count(search.walk), None, search.next(rows, more=more))

    def _search(self, viewer: Viewer, request: SourceRequest) -> _Search:
        if request.sort_by not in SORT_KEYS:
            raise Invalid(f"sortBy {request.sort_by[:50]!r}: one of {', '.join(SORT_KEYS)}")
        walk = Walk(
            self.documents,
            COLLECTION,
            owner="group_id",
            owners=_groups(viewer, request),
            key=SORT_KEYS[request.sort_by],
            descending=request.descending,
            where=_bounds(request),
        )
        where = request.localization
        region = None if where is None else self.skymaps.region(where)
        return _Search(viewer, request, walk, self.conditions.of(viewer, request), region)


def _groups(viewer: Viewer, request: SourceRequest) -> tuple[int, ...] | None:
    """Return the viewer's groups that are asked for; None for all there are."""
    if request.group_ids is None:
        return None if viewer.is_admin else tuple(viewer.group_ids)
    return tuple(each for each in request.group_ids if sees_group(viewer, each))


def _bounds(request: SourceRequest) -> tuple[Where, ...]:
    """Return the conditions that the index answers."""
    where: tuple[Where, ...] = ()
    if request.pending_only:
        where += (Where("requested", "==", True),)
    elif not request.include_requested:
        where += (Where("active", "==", True),)
    if request.sort_by == "saved_at":
        if request.saved_after is not None:
            where += (Where("saved_at", ">=", request.saved_after),)
        if request.saved_before is not None:
            where += (Where("saved_at", "<=", request.saved_before),)
    return where


@dataclass(slots=True)
class _Search:
    """A walk that knows which of the rows are wanted."""

    viewer: Viewer
    request: SourceRequest
    walk: Walk
    conditions: list[Condition]
    region: Region | Circle | None
    """Where the objects must stand."""

    def matches(self, after: Place | None, seen: set[str], size: int) -> Iterator[Match]:
        """Yield wanted objects with their places, each at its first row."""
        rows = self.walk.rows(after, size)
        while batch := list(islice(rows, size)):
            new: dict[str, Place] = {}
            for row in batch:
                source = Source.from_fields(row.data)
                if source.obj_id not in seen and self._row_wanted(source):
                    seen.add(source.obj_id)
                    new[source.obj_id] = self.walk.place(row)
            left = set(self.wanted(list(new)))
            yield from (match for match in new.items() if match[0] in left)

    def wanted(self, names: Sequence[str]) -> list[str]:
        """Return those of the objects that fulfil the conditions, in order."""
        tests = object_conditions(self.request)
        left = list(names)
        if left and (tests or self.region is not None):
            objs = ObjStore(self.walk.documents).get_many(left)
            left = [n for n in left if n in objs and all(test(objs[n]) for test in tests)]
            if self.region is not None:
                left = within(self.region, {name: objs[name] for name in left})
        for condition in self.conditions:
            passing = condition(left) if left else set()
            left = [name for name in left if name in passing]
        return left

    def rows(self, names: Sequence[str]) -> tuple[SavedObject, ...]:
        """Return the objects with the sources that the viewer sees; others are left out."""
        objs = ObjStore(self.walk.documents).get_many(names)
        sources = SourceStore(self.walk.documents).of_objects(names)
        return tuple(
            SavedObject(objs[name], seen)
            for name in names
            if name in objs and (seen := self._seen(sources.get(name, [])))
        )

    def next(self, rows: Sequence[SavedObject], *, more: bool) -> str | None:
        """Return the cursor behind the last row of a page; None if nothing follows."""
        if not more or not rows:
            return None
        last = rows[-1]
        keys = [
            getattr(source, self.walk.key) for source in last.sources if self._row_wanted(source)
        ]
        return written_cursor((_first(keys, self.walk.descending), last.obj.id)) if keys else None

    def _seen(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        wanted = self.request.include_requested or self.request.pending_only
        return tuple(
            each
            for each in sources
            if sees_group(self.viewer, each.group_id)
            and (each.active or (wanted and each.requested))
        )

    def _row_wanted(self, source: Source) -> bool:
        """Return whether a source itself is asked for, where the index has not told."""
        after, before = self.request.saved_after, self.request.saved_before
        return (
            (source.active or source.requested)
            and sees_group(self.viewer, source.group_id)
            and (self.walk.owners is None or source.group_id in self.walk.owners)
            and (after is None or source.saved_at >= after)
            and (before is None or source.saved_at <= before)
            and self.request.saved_by in {None, source.saved_by}
        )


def _first(keys: Sequence[Any], descending: bool) -> Any:  # noqa: FBT001 -- as in Walk
    """Return the key at which an object stands in a walk."""
    told = [key for key in keys if key is not None]
    if len(told) < len(keys) or not told:
        return None
    return max(told) if descending else min(told)
