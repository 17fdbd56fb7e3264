"""Ingest: a batch of packets becomes archive rows, enriched alerts and object histories.

Effects happen in one order (pack, archive, publish, histories) and each may be repeated, so a batch
that was cut off anywhere is simply run again. The history is written last: an alert is known as
seen only when everything else about it is done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from fritz.archive.rows import ledger_row
from fritz.marshal.candidate import PacketPlace
from fritz.ports import Bus, Message, ObjectStore, Warehouse
from fritz.services.arrivals import Arrival, Rejection, read, sorted_out
from fritz.services.carriage import opened
from fritz.services.crossmatch import CrossMatchService
from fritz.services.envelopes import PACKET_PUBLISHED_AT, Envelope
from fritz.services.histories import HistoryStore
from fritz.services.object_matches import ObjectMatches
from fritz.services.packs import write_pack
from fritz.services.preparation import Preparation, Prepared, prepare
from fritz.services.quarantine import quarantined
from fritz.services.scoring import ScoringService
from fritz.services.stages import Stopwatch
from fritz.tracing import BatchSpans, batch_spans

__all__ = ["IngestReport", "IngestService", "alert_attributes"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one batch of packets came to."""

    packets: int
    new: int
    """Alerts that were archived."""
    duplicates: int
    """Alerts that another packet had brought before."""
    redelivered: int
    """Alerts of packets that were dealt with before; nothing was done."""
    rejected: int
    """Records, or whole packets, that went to the quarantine."""
    packet_bytes: int
    rows: int
    """Rows that the warehouse was given, over all tables."""
    documents: int
    """Histories that were written."""
    milliseconds: Mapping[str, float]
    """Stage -> time spent."""


class IngestService:
    """Takes packets in."""

    def __init__(
        self,
        *,
        objects: ObjectStore,
        warehouse: Warehouse,
        bus: Bus,
        histories: HistoryStore,
        scoring: ScoringService,
        matching: CrossMatchService,
        now: Callable[[], datetime],
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._bus = bus
        self._histories = histories
        self._scoring = scoring
        self._matching = matching
        self._now = now

    def ingest(self, batch: Sequence[Envelope]) -> IngestReport:
        """Ingest a batch of messages of the topic ``ztf-alerts``; safe to repeat.

        A packet that can never be read goes to the quarantine and hurts no other.

        Raises
        ------
        Transient
            A store failed; nothing is lost, run the batch again.
        """
        with batch_spans("ingest", batch) as spans:
            return self._ingest(batch, spans)

    def _ingest(self, batch: Sequence[Envelope], spans: BatchSpans) -> IngestReport:
        watch, at = Stopwatch(), self._now()
        with watch.stage("fetch"):
            batch = opened(self._objects, batch)
        with watch.stage("decode"):
            arrivals, rejected = read(batch)
        with watch.stage("load histories"):
            stored = self._histories.load({each.record.object_id for each in arrivals})
        matched = ObjectMatches(self._matching, stored)
        while True:
            new, duplicates, redelivered = sorted_out(arrivals, stored)
            with watch.stage("cross-match"):
                matched.add(new)
            ready = prepare(new, stored, self._scoring, matched, at, watch)
            if not ready.rejected:
                break
            # What a refused alert brought must be nowhere, and its duplicate may be the good one.
            refused = {each.arrival for each in ready.rejected}
            rejected += ready.rejected
            arrivals = [each for each in arrivals if each not in refused]
        with watch.stage("pack"):
            places = self._pack(new)
        with watch.stage("archive"):
            if matches := matched.rows(ready.histories, at):
                self._warehouse.append("cross_matches", matches)
            rows = len(matches) + self._archive(ready, places, duplicates, rejected, at)
        with watch.stage("publish"):
            self._publish(ready.alerts, places, spans)
        with watch.stage("save histories"):
            self._histories.save(ready.histories, stored, matched.new(ready.histories))
        report = IngestReport(
            packets=len(batch),
            new=len(new),
            duplicates=len(duplicates),
            redelivered=redelivered,
            rejected=len(rejected),
            packet_bytes=sum(len(each.data) for each in batch),
            rows=rows,
            documents=len(ready.histories),
            milliseconds=watch.milliseconds,
        )
        spans.tell({f"ms.{stage}": round(ms, 1) for stage, ms in report.milliseconds.items()})
        _log(report)
        return report

    def _pack(self, new: Sequence[Arrival]) -> dict[Arrival, PacketPlace]:
        """Write each packet once, in one pack a night; records of one packet share its place.

        What came by reference stands where its publisher has put it.
        """
        nights: dict[tuple[str, int], dict[str, bytes]] = {}
        for each in new:
            if each.envelope.place is not None:
                continue
            packets = nights.setdefault((each.survey, each.night), {})
            packets[each.envelope.packet_id] = each.envelope.data
        places: dict[tuple[str, int, str], PacketPlace] = {}
        for (name, night), packets in nights.items():
            written = write_pack(self._objects, name, night, list(packets.values()))
            for packet_id, place in zip(packets, written, strict=True):
                places[name, night, packet_id] = place
        return {
            each: each.envelope.place or places[each.survey, each.night, each.envelope.packet_id]
            for each in new
        }

    def _archive(
        self,
        ready: Preparation,
        places: Mapping[Arrival, PacketPlace],
        duplicates: Sequence[Arrival],
        rejected: Sequence[Rejection],
        at: datetime,
    ) -> int:
        """Append the alerts, then the ledger: what the ledger calls accepted is in the archive.

        Returns
        -------
        How many rows that were.
        """
        rows = [each.row | {"packet": places[each.arrival].to_fields()} for each in ready.alerts]
        shadow = [row for each in ready.alerts for row in each.shadow]
        accepted = [*(each.arrival for each in ready.alerts), *duplicates]
        ledger = [_accepted(each, at) for each in accepted]
        ledger += [
            quarantined(self._objects, self._bus, each.envelope, each.poison, at, each.index)
            for each in rejected
        ]
        tables = [("alerts", rows), *ready.light_curves.tables(), ("scores", shadow)]
        filled = [(name, found) for name, found in (*tables, ("ledger", ledger)) if found]
        for name, found in filled:
            self._warehouse.append(name, found)
        return sum(len(found) for _, found in filled)

    def _publish(
        self,
        alerts: Sequence[Prepared],
        places: Mapping[Arrival, PacketPlace],
        spans: BatchSpans,
    ) -> None:
        """Publish whole documents on the internal topic, granted parts on the public one.

        Where the packet stands in our stores is nobody else's business.
        """
        messages = [
            Message(
                each.document,
                alert_attributes(each.arrival, places[each.arrival])
                | spans.context(each.arrival.envelope),
            )
            for each in alerts
        ]
        public = [
            Message(each.public, _attributes(each.arrival))
            for each in alerts
            if each.public is not None
        ]
        if messages:
            self._bus.publish("alerts", messages)
        if public:
            self._bus.publish("alerts-public", public)


def _accepted(arrival: Arrival, at: datetime) -> dict[str, Any]:
    return ledger_row(
        packet_id=arrival.envelope.packet_id,
        record=arrival.record.index,
        survey=arrival.survey,
        night=arrival.night,
        candid=arrival.record.candid,
        outcome="accepted",
        at=at,
    )


def alert_attributes(arrival: Arrival, place: PacketPlace) -> dict[str, str]:
    """Return what travels beside an enriched alert on the internal topic."""
    return _attributes(arrival) | _whereabouts(arrival, place)


def _attributes(arrival: Arrival) -> dict[str, str]:
    return {
        "survey": arrival.survey,
        "candid": str(arrival.record.candid),
        "objectId": arrival.record.object_id,
        "programid": str(arrival.record.programid),
        "night": str(arrival.night),
    }


def _whereabouts(arrival: Arrival, place: PacketPlace) -> dict[str, str]:
    fields = {name: str(value) for name, value in place.to_fields().items()}
    published_at = arrival.envelope.published_at.isoformat()
    return {"packet_id": arrival.envelope.packet_id, PACKET_PUBLISHED_AT: published_at} | fields


def _log(report: IngestReport) -> None:
    log.info(
        "packets ingested",
        packets=report.packets,
        new=report.new,
        duplicates=report.duplicates,
        redelivered=report.redelivered,
        rejected=report.rejected,
        bytes=report.packet_bytes,
        rows=report.rows,
        documents=report.documents,
        ms={stage: round(ms, 1) for stage, ms in report.milliseconds.items()},
    )
