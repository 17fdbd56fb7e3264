"""The filters that run on the stream, compiled, as they are now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from fritz.filters import Budget, CompiledFilter, FilterRefused, compile_filter
from fritz.filters.dialects import Dialect
from fritz.marshal.filter import Filter
from fritz.marshal.stream import Stream
from fritz.services.filters_store import FilterStore
from fritz.services.groups import StreamStore

__all__ = ["STREAM_BUDGET", "ActiveFilters", "Runnable", "reads_properties"]

log = structlog.get_logger()

STREAM_BUDGET: Final = Budget(seconds=0.25)
"""The work that a filter may do on one alert of the stream."""
_WHOLE_ALERT: Final = ("$$ROOT", "$$CURRENT", "$getField", "$objectToArray")


@dataclass(frozen=True, slots=True)
class Runnable:
    """A filter ready to run."""

    filter: Filter
    programids: frozenset[int]
    """What the filter's stream grants."""
    compiled: CompiledFilter
    autosave: CompiledFilter | None = None
    """Which of the candidates are saved; None: all, if any."""
    followup: CompiledFilter | None = None
    """For which of those that were saved follow-up is asked."""
    wants_properties: bool = False
    """Whether any of the pipelines looks at `properties`."""


def reads_properties(pipeline: Sequence[Any]) -> bool:
    """Return whether a pipeline may look at the alert's `properties`.

    Examples
    --------
    >>> reads_properties([{"$match": {"properties.rock": False}}])
    True
    >>> reads_properties([{"$match": {"candidate.drb": {"$gt": 0.5}}}])
    False
    """
    text = json.dumps(list(pipeline))
    return "properties" in text or any(name in text for name in _WHOLE_ALERT)


class ActiveFilters:
    """Loads and compiles the active filters when one has changed, not otherwise."""

    def __init__(
        self,
        filters: FilterStore,
        streams: StreamStore,
        *,
        now: Callable[[], datetime],
        refresh_s: float,
    ) -> None:
        self._filters = filters
        self._streams = streams
        self._now = now
        self._refresh_s = refresh_s
        self._loaded: list[Runnable] = []
        self.granting: list[Stream] = []
        """All streams, as they were when the filters were loaded."""
        self._loaded_at: datetime | None = None
        self._revision = -1
        self._compiled: dict[tuple[Dialect, str], CompiledFilter] = {}

    def current(self) -> list[Runnable]:
        """Return the filters, by id; one document is read to learn whether any has changed.

        After `refresh_s` they are loaded in any case: streams change, too.
        """
        revision, now = self._filters.revision(), self._now()
        stale = (
            self._loaded_at is None
            or (now - self._loaded_at).total_seconds() >= self._refresh_s
            or revision != self._revision
        )
        if stale:
            self._loaded = list(self._load())
            self._loaded_at, self._revision = now, revision
        return self._loaded

    def _load(self) -> Iterator[Runnable]:
        self.granting = self._streams.all()
        granted = {each.id: frozenset(each.programids) for each in self.granting}
        known, self._compiled = self._compiled, {}
        for each in self._filters.all():
            if not each.runs:
                continue
            try:
                yield self._runnable(each, granted.get(each.stream_id, frozenset()), known)
            except FilterRefused as refused:
                log.warning(
                    "filter refused", filter=each.id, version=each.version, why=str(refused)
                )

    def _runnable(
        self,
        each: Filter,
        programids: frozenset[int],
        known: dict[tuple[Dialect, str], CompiledFilter],
    ) -> Runnable:
        saves, follows = each.autosave, each.auto_followup
        pipelines = [list(each.pipeline)]
        autosave = followup = None
        if saves.active and saves.pipeline:
            autosave = self._compile(saves.pipeline, each.dialect, known)
            pipelines.append(list(saves.pipeline))
        if saves.active and follows is not None and follows.active:
            followup = self._compile(follows.pipeline, each.dialect, known)
            pipelines.append(list(follows.pipeline))
        compiled = self._compile(each.pipeline, each.dialect, known)
        wants = any(reads_properties(pipeline) for pipeline in pipelines)
        return Runnable(each, programids, compiled, autosave, followup, wants)

    def _compile(
        self,
        pipeline: Sequence[Any],
        dialect: Dialect,
        known: dict[tuple[Dialect, str], CompiledFilter],
    ) -> CompiledFilter:
        """Return a pipeline compiled; what was compiled for the list before is used again."""
        key = (dialect, json.dumps(list(pipeline)))
        compiled = self._compiled.get(key) or known.get(key)
        if compiled is None:
            compiled = compile_filter(
                pipeline, dialect=dialect, budget=STREAM_BUDGET, clock=time.monotonic
            )
        self._compiled[key] = compiled
        return compiled
