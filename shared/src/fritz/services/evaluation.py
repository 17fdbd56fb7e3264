"""A batch of alerts through all filters: who passes, who is saved, and how each filter fared."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fritz.alerts.properties import with_properties
from fritz.alerts.rights import grant
from fritz.archive.filter_tally import FilterTally
from fritz.filters import BudgetExceeded, CompiledFilter, FilterError
from fritz.marshal.annotations import storable_annotations
from fritz.services.active_filters import Runnable

__all__ = ["BREAKER", "Evaluation", "Passed"]

BREAKER: Final = 8
"""Once a filter exceeded its budget on so many alerts of a batch, it sits the rest out."""


@dataclass(frozen=True, slots=True)
class Passed:
    """An alert that passed a filter."""

    runnable: Runnable
    document: Mapping[str, Any]
    """The enriched alert."""
    output: Mapping[str, Any]
    """What the pipeline made of it."""
    saves: bool
    """Whether the autosave's own stages let it through, too."""
    followup: Mapping[str, Any] | None
    """What the follow-up's stages made of it; None where no follow-up is asked for."""

    @property
    def annotations(self) -> Mapping[str, Any]:
        """What the filter says of the alert."""
        return storable_annotations(self.output)


@dataclass(slots=True)
class Evaluation:
    """Evaluates filters and keeps count, for the length of one batch."""

    tallies: dict[tuple[int, int], FilterTally] = field(default_factory=dict)
    """By filter id and night."""
    versions: dict[int, Runnable] = field(default_factory=dict)
    """The filters that saw an alert."""

    def passing(
        self, document: dict[str, Any], night: int, runnable: Sequence[Runnable]
    ) -> Iterator[Passed]:
        """Yield the filters that an alert passes.

        Each sees the alert only as its stream grants it; one that fails, fails by itself.
        """
        views: dict[tuple[frozenset[int], bool], dict[str, Any] | None] = {}
        for each in runnable:
            if each.filter.survey != document["survey"]:
                continue
            visible = _view(document, each, views)
            if visible is None:
                continue
            passed = self._evaluated(each, night, document, visible)
            if passed is not None:
                yield passed

    def tally(self, filter_id: int, night: int) -> FilterTally:
        """Return the counts of a filter and night."""
        return self.tallies.setdefault((filter_id, night), FilterTally())

    def _evaluated(
        self, each: Runnable, night: int, document: dict[str, Any], visible: dict[str, Any]
    ) -> Passed | None:
        self.versions[each.filter.id] = each
        tally = self.tally(each.filter.id, night)
        tally.seen += 1
        if tally.budget_exceeded >= BREAKER:
            tally.budget_exceeded += 1
            return None
        begin = time.perf_counter_ns()
        output = _run(each.compiled, visible, tally)
        tally.took(time.perf_counter_ns() - begin)
        if output is None:
            return None
        tally.passed += 1
        saves = each.filter.autosave.active and (
            each.autosave is None or _run(each.autosave, visible, tally) is not None
        )
        followup = _run(each.followup, visible, tally) if saves and each.followup else None
        return Passed(each, document, output, saves, followup)


def _view(
    document: dict[str, Any],
    each: Runnable,
    views: dict[tuple[frozenset[int], bool], dict[str, Any] | None],
) -> dict[str, Any] | None:
    """Return the alert as a filter may see it; filters of the same rights share the view."""
    key = (each.programids, each.wants_properties)
    if key not in views:
        visible = grant(document, each.programids)
        wanted = visible is not None and each.wants_properties
        views[key] = with_properties(visible) if wanted and visible is not None else visible
    return views[key]


def _run(
    compiled: CompiledFilter, visible: dict[str, Any], tally: FilterTally
) -> dict[str, Any] | None:
    try:
        return compiled.run(visible)
    except BudgetExceeded:
        tally.budget_exceeded += 1
    except FilterError:
        tally.errors += 1
    return None
