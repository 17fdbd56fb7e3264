"""Reprocessing: a past night's packets once more through history, models, catalogs and filters.

What the archive and the packs hold is enough to make anew what the document store held: the
histories and the candidates. Nothing that stands is changed by it, so it may be repeated, and
sharing the packs among tasks needs no agreement. Nobody is told of candidates of the past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fritz.archive.ledger import accepted_packets
from fritz.archive.scores_places import moments_of_packs
from fritz.marshal.candidate import PacketPlace
from fritz.ports import Fields, Message, ObjectStore, Warehouse
from fritz.services.arrivals import Arrival
from fritz.services.crossmatch import CrossMatchService
from fritz.services.envelopes import Envelope
from fritz.services.filtering import FilterReport, FilterService
from fritz.services.histories import HistoryStore, Stored
from fritz.services.ingest import alert_attributes
from fritz.services.object_matches import ObjectMatches
from fritz.services.preparation import Prepared, prepare
from fritz.services.rescoring_packs import PackWork, Shard, packs_of, read_placed
from fritz.services.scoring import ScoringService
from fritz.services.stages import Stopwatch

__all__ = ["Moment", "Nowhere", "PastFilters", "Reprocessing", "ReprocessingReport"]

RunFilters = Callable[[Sequence[Envelope], datetime], FilterReport]


@dataclass(frozen=True, slots=True)
class ReprocessingReport:
    """What reprocessing came to."""

    packs: int = 0
    alerts: int = 0
    histories: int = 0
    """Histories that were not what they should be, and are now."""
    passed: int = 0
    """Alert and filter pairs that passed, whether or not the candidate stood."""
    unreadable: Mapping[str, int] = field(default_factory=dict)
    """Reason -> alerts of the archive that could not be made again."""

    def __add__(self, other: ReprocessingReport) -> ReprocessingReport:
        """Return the sum of two reports."""
        return ReprocessingReport(
            self.packs + other.packs,
            self.alerts + other.alerts,
            self.histories + other.histories,
            self.passed + other.passed,
            dict(Counter(self.unreadable) + Counter(other.unreadable)),
        )


class Reprocessing:
    """Takes past nights through the platform again, from their packs."""

    def __init__(
        self,
        *,
        objects: ObjectStore,
        warehouse: Warehouse,
        histories: HistoryStore,
        scoring: ScoringService,
        matching: CrossMatchService,
        filters: RunFilters,
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._histories = histories
        self._scoring = scoring
        self._matching = matching
        self._filters = filters

    def night(
        self, night: int, survey: str = "ztf", shard: Shard | None = None
    ) -> Iterator[ReprocessingReport]:
        """Reprocess a night, yielding what each pack came to; safe to repeat or to break off.

        Raises
        ------
        NotFound
            A pack is gone.
        Transient
            A store failed; run it again.
        """
        statement = accepted_packets(night, survey)
        rows = self._warehouse.run(statement).to_pylist()
        packets = {row["candid"]: row["packet_id"] for row in rows}
        moments = self._warehouse.run(moments_of_packs(night, survey)).to_pylist()
        ingested = {row["pack"]: row["ingested_at"] for row in moments}
        for work in packs_of(self._warehouse, night, survey, shard or Shard()):
            if work.key:
                yield self._pack(work, night, survey, packets, ingested[work.key])

    def _pack(
        self,
        work: PackWork,
        night: int,
        survey: str,
        packets: Mapping[int, str],
        at: datetime,
    ) -> ReprocessingReport:
        """Reprocess one pack, at the moment at which ingest wrote it."""
        failures: Counter[str] = Counter()
        places: dict[int, PacketPlace] = {}
        arrivals: list[Arrival] = []
        for each in read_placed(self._objects, work, survey, failures):
            packet_id = packets.get(each.record.candid, "")
            envelope = Envelope(each.packet, {"survey": survey, "packet_id": packet_id}, "", at)
            arrivals.append(Arrival(envelope, each.record, night))
            places[each.record.candid] = each.place
        stored = self._histories.load({each.record.object_id for each in arrivals})
        alerts, restored = self._prepared(arrivals, stored, at, failures)
        messages = [_message(each, places[each.arrival.record.candid]) for each in alerts]
        report = self._filters(messages, at)
        return ReprocessingReport(1, len(alerts), restored, report.candidates, dict(failures))

    def _prepared(
        self,
        arrivals: list[Arrival],
        stored: Mapping[str, Stored],
        at: datetime,
        failures: Counter[str],
    ) -> tuple[Sequence[Prepared], int]:
        """Return the alerts as filters see them; histories are mended on the way."""
        matched = ObjectMatches(self._matching, stored)
        while True:
            matched.add(arrivals)
            ready = prepare(arrivals, stored, self._scoring, matched, at, Stopwatch())
            if not ready.rejected:
                break
            refused = {id(each.arrival) for each in ready.rejected}
            failures.update(each.poison.reason for each in ready.rejected)
            arrivals = [each for each in arrivals if id(each) not in refused]
        changed = {
            name: history
            for name, history in ready.histories.items()
            if history.encode() != stored[name].history.encode()
        }
        self._histories.save(changed, stored, matched.new(changed))
        return ready.alerts, len(changed)


def _message(alert: Prepared, place: PacketPlace) -> Envelope:
    attributes = alert_attributes(alert.arrival, place)
    return replace(alert.arrival.envelope, data=alert.document, attributes=attributes)


class Nowhere:
    """Where rows and events of the past go: they were counted and told when they were new."""

    def append(self, table: str, rows: Sequence[Fields]) -> None:
        """Do nothing."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Moment:
    """A clock that shows what it was set to."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.at


@dataclass(frozen=True, slots=True)
class PastFilters:
    """Today's filters, run as at a moment of the past."""

    service: FilterService
    moment: Moment
    """The service's clock."""

    def __call__(self, batch: Sequence[Envelope], at: datetime) -> FilterReport:
        """Filter a batch as it would have been then."""
        self.moment.at = at
        return self.service.run(batch)
