"""Filtering: every active filter runs on each alert that its stream grants.

The filter sees the alert only after `grant` took away what its stream does not carry, so no
pipeline, however written, can reach restricted data.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog

from fritz.alerts.rights import grant
from fritz.filters import CompiledFilter, FilterError, FilterRefused, compile_filter
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.filter import Filter
from fritz.ports import Bus, Message
from fritz.services.candidates import CandidateStore
from fritz.services.envelopes import Envelope
from fritz.services.filters_store import FilterStore
from fritz.services.groups import StreamStore
from fritz.services.stages import Stopwatch

__all__ = ["FilterReport", "FilterService", "Runnable"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Runnable:
    """A filter ready to run."""

    filter: Filter
    programids: frozenset[int]
    """What the filter's stream grants."""
    compiled: CompiledFilter


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What one batch of alerts came to."""

    alerts: int
    candidates: int
    """Alert and filter pairs that passed, new or not."""
    errors: Mapping[int, int]
    """Filter id -> alerts on which its pipeline raised."""
    milliseconds: Mapping[str, float]
    """Stage -> time spent."""


class FilterService:
    """Runs the active filters over batches of enriched alerts."""

    def __init__(
        self,
        *,
        filters: FilterStore,
        streams: StreamStore,
        candidates: CandidateStore,
        bus: Bus,
        now: Callable[[], datetime],
        refresh_s: float,
    ) -> None:
        self._filters = filters
        self._streams = streams
        self._candidates = candidates
        self._bus = bus
        self._now = now
        self._refresh_s = refresh_s
        self._runnable: list[Runnable] = []
        self._loaded_at: datetime | None = None

    def run(self, batch: Sequence[Envelope]) -> FilterReport:
        """Filter a batch of messages of the topic ``alerts``; safe to repeat."""
        watch = Stopwatch()
        errors: Counter[int] = Counter()
        with watch.stage("load filters"):
            runnable = self._active()
        with watch.stage("parse"):
            alerts = [(each, orjson.loads(each.data)) for each in batch]
        with watch.stage("evaluate"):
            passed = [
                candidate
                for envelope, document in alerts
                for candidate in self._passing(envelope, document, runnable, errors)
            ]
        with watch.stage("write candidates"):
            self._candidates.add_new(passed)
        with watch.stage("publish"):
            self._bus.publish("events", [_event(each) for each in passed])
        report = FilterReport(len(batch), len(passed), dict(errors), watch.milliseconds)
        log.info(
            "alerts filtered",
            alerts=report.alerts,
            candidates=report.candidates,
            errors=report.errors,
            ms=report.milliseconds,
        )
        return report

    def _active(self) -> list[Runnable]:
        now = self._now()
        if self._loaded_at is None or (now - self._loaded_at).total_seconds() >= self._refresh_s:
            self._runnable = list(self._compiled())
            self._loaded_at = now
        return self._runnable

    def _compiled(self) -> Iterator[Runnable]:
        known = {(each.filter.id, each.filter.version): each.compiled for each in self._runnable}
        granted = {each.id: frozenset(each.programids) for each in self._streams.all()}
        for each in self._filters.all():
            if not each.active:
                continue
            try:
                compiled = known.get((each.id, each.version)) or compile_filter(each.pipeline)
            except FilterRefused as refused:
                log.warning(
                    "filter refused", filter=each.id, version=each.version, why=str(refused)
                )
                continue
            yield Runnable(each, granted.get(each.stream_id, frozenset()), compiled)

    def _passing(
        self,
        envelope: Envelope,
        document: dict[str, Any],
        runnable: Sequence[Runnable],
        errors: Counter[int],
    ) -> Iterator[Candidate]:
        granted: dict[frozenset[int], dict[str, Any] | None] = {}
        for each in runnable:
            if each.filter.survey != document["survey"]:
                continue
            if each.programids not in granted:
                granted[each.programids] = grant(document, each.programids)
            visible = granted[each.programids]
            if visible is None:
                continue
            try:
                result = each.compiled.run(visible)
            except FilterError:
                errors[each.filter.id] += 1
                continue
            if result is not None:
                yield _candidate(each.filter, envelope, document, result, self._now())


def _candidate(
    passed: Filter,
    envelope: Envelope,
    document: Mapping[str, Any],
    result: Mapping[str, Any],
    now: datetime,
) -> Candidate:
    detection = document["candidate"]
    place = envelope.attributes
    annotations = result.get("annotations")
    score = detection.get("drb")
    return Candidate(
        obj_id=document["objectId"],
        filter_id=passed.id,
        group_id=passed.group_id,
        stream_id=passed.stream_id,
        candid=document["candid"],
        passed_at=now,
        survey=document["survey"],
        programid=detection["programid"],
        ra=detection["ra"],
        dec=detection["dec"],
        jd=detection["jd"],
        fid=detection["fid"],
        magpsf=detection.get("magpsf"),
        score=score if score is not None else detection.get("rb"),
        packet=PacketPlace(place["pack"], int(place["offset"]), int(place["length"])),
        annotations=annotations if isinstance(annotations, Mapping) else {},
    )


def _event(candidate: Candidate) -> Message:
    """Announce a candidate; consumers tell repetitions by `id`."""
    body = {
        "type": "CandidatePassed",
        "id": candidate.id,
        "obj_id": candidate.obj_id,
        "candid": str(candidate.candid),
        "filter_id": candidate.filter_id,
        "group_id": candidate.group_id,
        "stream_id": candidate.stream_id,
        "passed_at": candidate.passed_at.isoformat(),
    }
    attributes = {"type": "CandidatePassed", "group_id": str(candidate.group_id)}
    return Message(orjson.dumps(body), attributes)
