"""Filtering: every active filter runs on each alert that its stream grants.

The filter sees the alert only after `grant` took away what its stream does not carry, so no
pipeline, however written, can reach restricted data.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import orjson
import structlog

from fritz.alerts.night import night_of
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.filter import Filter
from fritz.marshal.julian import julian_date
from fritz.marshal.source import Source
from fritz.ports import Fields, Message
from fritz.services.active_filters import ActiveFilters
from fritz.services.autosaving import Autosaver, Wanted
from fritz.services.candidates import CandidateStore
from fritz.services.envelopes import Envelope
from fritz.services.evaluation import Evaluation, Passed
from fritz.services.filter_events import candidate_passed, followup_wanted, source_saved
from fritz.services.stages import Stopwatch
from fritz.services.stream_photometry import StreamPhotometry
from fritz.tracing import BatchSpans, batch_spans, point

__all__ = ["Appends", "FilterReport", "FilterService", "Publishes"]

DAY_S: Final = 86400.0

log = structlog.get_logger()


class Appends(Protocol):
    """Where rows go: a warehouse, or nowhere."""

    def append(self, table: str, rows: Sequence[Fields]) -> None:
        """Keep the rows."""
        ...


class Publishes(Protocol):
    """Where events go: a bus, or nowhere."""

    def publish(self, topic: str, messages: Sequence[Message]) -> object:
        """Tell whoever listens."""
        ...


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What one batch of alerts came to."""

    alerts: int
    candidates: int
    """Alert and filter pairs that passed, new or not."""
    saved: int
    """Sources that filters saved."""
    points: int
    """Points of photometry that were not kept yet."""
    errors: Mapping[int, int]
    """Filter id -> alerts on which its pipeline failed or took too much work."""
    slowest_s: float
    """Seconds since the packet was published that waited longest."""
    milliseconds: Mapping[str, float]
    """Stage -> time spent."""


class FilterService:
    """Runs the active filters over batches of enriched alerts."""

    def __init__(
        self,
        *,
        filters: ActiveFilters,
        candidates: CandidateStore,
        autosaver: Autosaver,
        photometry: StreamPhotometry,
        warehouse: Appends,
        bus: Publishes,
        now: Callable[[], datetime],
    ) -> None:
        self._filters = filters
        self._candidates = candidates
        self._autosaver = autosaver
        self._photometry = photometry
        self._warehouse = warehouse
        self._bus = bus
        self._now = now

    def run(self, batch: Sequence[Envelope]) -> FilterReport:
        """Filter a batch of messages of the topic ``alerts``; safe to repeat."""
        with batch_spans("filter", batch) as spans:
            return self._run(batch, spans)

    def _run(self, batch: Sequence[Envelope], spans: BatchSpans) -> FilterReport:
        watch, evaluation, now = Stopwatch(), Evaluation(), self._now()
        with watch.stage("load filters"):
            runnable = self._filters.current()
        with watch.stage("parse"):
            alerts = [(each, orjson.loads(each.data)) for each in batch]
        with watch.stage("evaluate"):
            passed = [
                (envelope, found)
                for envelope, document in alerts
                for found in evaluation.passing(document, _night(document), runnable)
            ]
        candidates = [_candidate(found, envelope, now) for envelope, found in passed]
        with watch.stage("write candidates"):
            added = self._candidates.add_new(candidates)
        with watch.stage("save sources"):
            saved = self._save([found for _, found in passed if found.saves], evaluation, now)
        with watch.stage("write photometry"):
            points = self._keep([found.document for _, found in passed], now)
        with watch.stage("publish"):
            events = [candidate_passed(each) for each in candidates]
            events += [source_saved(*each) for each in saved]
            wanted = (followup_wanted(found) for _, found in passed)
            self._bus.publish("events", events + [each for each in wanted if each is not None])
        with watch.stage("count"):
            self._count(evaluation, now)
        done = self._now()
        senders = {_id(found): envelope for envelope, found in passed}
        for each in added:
            _tell(each, spans.context(senders[each.id]), done)
        return _reported(
            FilterReport(
                len(batch),
                len(candidates),
                len(saved),
                points,
                _failures(evaluation),
                max((_age_s(each, done) for each in batch), default=0.0),
                watch.milliseconds,
            )
        )

    def _save(
        self, passed: Sequence[Passed], evaluation: Evaluation, now: datetime
    ) -> list[tuple[Filter, Source]]:
        nights: dict[tuple[int, str], int] = {}
        wanted: list[Wanted] = []
        for each in passed:
            document, of = each.document, each.runnable.filter
            detection = document["candidate"]
            wanted.append(Wanted(of, document["objectId"], detection["ra"], detection["dec"]))
            nights[of.id, document["objectId"]] = _night(document)
        saved = self._autosaver.save(wanted, now)
        for of, source in saved:
            evaluation.tally(of.id, nights[of.id, source.obj_id]).saved += 1
        return saved

    def _keep(self, passed: Sequence[Mapping[str, Any]], now: datetime) -> int:
        """Keep the light curves of what passed, each alert once, and return how many new points."""
        distinct = {(each["survey"], each["candid"]): each for each in passed}
        return self._photometry.keep(distinct.values(), self._filters.granting, now)

    def _count(self, evaluation: Evaluation, now: datetime) -> None:
        rows = []
        for (filter_id, night), tally in evaluation.tallies.items():
            of = evaluation.versions[filter_id].filter
            rows.append(
                tally.row(
                    filter_id=filter_id, fid=of.version, survey=of.survey, night=night, at=now
                )
            )
        if rows:
            self._warehouse.append("filter_runs", rows)


def _night(document: Mapping[str, Any]) -> int:
    return night_of(float(document["candidate"]["jd"]))


def _failures(evaluation: Evaluation) -> dict[int, int]:
    failures: Counter[int] = Counter()
    for (filter_id, _), tally in evaluation.tallies.items():
        if failed := tally.errors + tally.budget_exceeded:
            failures[filter_id] += failed
    return dict(failures)


def _reported(report: FilterReport) -> FilterReport:
    log.info(
        "alerts filtered",
        alerts=report.alerts,
        candidates=report.candidates,
        saved=report.saved,
        points=report.points,
        errors=sum(report.errors.values()),
        failing={str(filter_id): count for filter_id, count in report.errors.items()},
        slowest_s=round(report.slowest_s, 3),
        ms={stage: round(ms, 1) for stage, ms in report.milliseconds.items()},
    )
    return report


def _tell(candidate: Candidate, context: Mapping[str, str], now: datetime) -> None:
    """Log one new candidate: they are few, and what becomes of an alert is asked of these."""
    facts = {"candid": str(candidate.candid), "filter": candidate.filter_id}
    point("candidate", context, {**facts, "objectId": candidate.obj_id})
    log.info(
        "candidate passed",
        candid=candidate.candid,
        object_id=candidate.obj_id,
        filter=candidate.filter_id,
        group=candidate.group_id,
        observed_s=round((julian_date(now) - candidate.jd) * DAY_S, 1),
        traceparent=context.get("traceparent"),
    )


def _age_s(envelope: Envelope, now: datetime) -> float:
    return max(0.0, (now - envelope.packet_published_at).total_seconds())


def _id(passed: Passed) -> str:
    return Candidate.id_of(passed.runnable.filter.id, passed.document["candid"])


def _candidate(passed: Passed, envelope: Envelope, now: datetime) -> Candidate:
    document, of, place = passed.document, passed.runnable.filter, envelope.attributes
    detection = document["candidate"]
    score = detection.get("drb")
    return Candidate(
        obj_id=document["objectId"],
        filter_id=of.id,
        group_id=of.group_id,
        stream_id=of.stream_id,
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
        annotations=passed.annotations,
    )
