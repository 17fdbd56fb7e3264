"""A filter on past nights: what each stage leaves, candidates per night, the first candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fritz.alerts.rights import grant
from fritz.filters import CompiledFilter, FilterError
from fritz.marshal.annotations import storable_annotations
from fritz.services.past_alerts import PastAlerts

__all__ = ["EvaluatedNights", "PastCandidate", "PastNights", "PastReport", "StageCount"]

SHOWN: Final = 100
"""Candidates that a report shows."""


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many alerts a stage left."""

    stage: str
    """E.g. ``2.$match``."""
    alerts: int


@dataclass(frozen=True, slots=True)
class PastCandidate:
    """An alert that would have passed."""

    candid: int
    object_id: str
    night: int
    annotations: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastReport:
    """What a filter would have done on past nights."""

    nights: Mapping[int, tuple[int, int]]
    """Night -> alerts that the filter saw, and candidates."""
    stages: tuple[StageCount, ...]
    candidates: tuple[PastCandidate, ...]
    """The evaluator's are all of them; other ways may list the first `SHOWN`."""
    errors: int
    """Alerts on which it failed."""
    sampled: bool = False
    """Whether some nights had more alerts than were looked at."""

    @property
    def alerts(self) -> int:
        """Alerts that the filter saw."""
        return sum(alerts for alerts, _ in self.nights.values())

    @property
    def passed(self) -> int:
        """How many of them would have become candidates."""
        return sum(candidates for _, candidates in self.nights.values())

    @property
    def pass_rate(self) -> float:
        """Candidates per alert; 0 without alerts."""
        return self.passed / self.alerts if self.alerts else 0.0


class PastNights(Protocol):
    """Runs filters on past nights."""

    def run(
        self,
        compiled: CompiledFilter,
        *,
        programids: frozenset[int],
        nights: Sequence[int],
        survey: str = "ztf",
    ) -> PastReport:
        """Return what a filter would have done, seeing what these programs grant."""
        ...


@dataclass(frozen=True, slots=True)
class EvaluatedNights:
    """Past nights by the evaluator of the stream, alert by alert."""

    past: PastAlerts
    alerts_per_night: int = 20_000

    def run(
        self,
        compiled: CompiledFilter,
        *,
        programids: frozenset[int],
        nights: Sequence[int],
        survey: str = "ztf",
    ) -> PastReport:
        """Return what a filter would have done, seeing what these programs grant."""
        ladder = _ladder(compiled)
        left: Counter[int] = Counter()
        seen: Counter[int] = Counter()
        passed: list[PastCandidate] = []
        errors = 0
        for night, document in self.past.sample(nights, programids, self.alerts_per_night, survey):
            visible = grant(document, programids)
            if visible is None:
                continue
            seen[night] += 1
            try:
                output = compiled.run(visible)
                left.update(_reached(ladder, visible, passed=output is not None))
            except FilterError:
                errors += 1
                continue
            if output is not None:
                passed.append(_candidate(document, night, output))
        stages = tuple(StageCount(s.at, left[i]) for i, s in enumerate(compiled.stages))
        per_night = Counter(each.night for each in passed)
        return PastReport(
            {night: (seen[night], per_night[night]) for night in nights},
            stages,
            tuple(passed),
            errors,
            sampled=any(count >= self.alerts_per_night for count in seen.values()),
        )


def _ladder(compiled: CompiledFilter) -> list[CompiledFilter]:
    """Return the filter cut off after each of its stages."""
    return [
        CompiledFilter(
            compiled.stages[:end], dialect=compiled.dialect, budget=compiled.budget, clock=None
        )
        for end in range(1, len(compiled.stages) + 1)
    ]


def _reached(
    ladder: Sequence[CompiledFilter], visible: dict[str, Any], *, passed: bool
) -> Iterator[int]:
    """Yield the stages that leave something of the alert."""
    for index, part in enumerate(ladder):
        if not passed and not part.outputs(visible):
            return
        yield index


def _candidate(document: Mapping[str, Any], night: int, output: Mapping[str, Any]) -> PastCandidate:
    return PastCandidate(
        document["candid"], document["objectId"], night, storable_annotations(output)
    )
