"""Ingest: a batch of packets becomes archive rows, enriched alerts and object histories.

Effects happen in one order (pack, archive, publish, histories) and each may be repeated, so a batch
that was cut off anywhere is simply run again. The history is written last: an alert is known as
seen only when everything else about it is done.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import structlog

from fritz.alerts.document import enrich
from fritz.alerts.history import WINDOW_DAYS, History, HistoryView
from fritz.alerts.night import night_of
from fritz.alerts.packet import Record, read_packet
from fritz.alerts.rights import grant
from fritz.alerts.surveys import survey
from fritz.archive.rows import alert_row, ledger_row
from fritz.classifiers.alert_inputs import alert_inputs
from fritz.errors import Invalid, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.ports import Bus, Message, ObjectStore, Warehouse
from fritz.services.envelopes import Envelope
from fritz.services.histories import HistoryStore, Stored
from fritz.services.packs import write_pack
from fritz.services.quarantine import quarantined
from fritz.services.scoring import ScoringService
from fritz.services.stages import Stopwatch
from fritz.sky.healpix import cells_of

__all__ = ["IngestReport", "IngestService"]

PUBLIC = frozenset({1})
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
    milliseconds: Mapping[str, float]
    """Stage -> time spent."""


@dataclass(slots=True)
class _Arrival:
    """One alert on its way through the batch."""

    envelope: Envelope
    record: Record
    night: int
    place: PacketPlace | None = None

    @property
    def survey(self) -> str:
        return self.record.survey


@dataclass(frozen=True, slots=True)
class _Rejection:
    envelope: Envelope
    index: int
    poison: Poison


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
        now: Callable[[], datetime],
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._bus = bus
        self._histories = histories
        self._scoring = scoring
        self._now = now

    def ingest(self, batch: Sequence[Envelope]) -> IngestReport:
        """Ingest a batch of messages of the topic ``ztf-alerts``; safe to repeat.

        A packet that can never be read goes to the quarantine and hurts no other.

        Raises
        ------
        Transient
            A store failed; nothing is lost, run the batch again.
        """
        watch = Stopwatch()
        with watch.stage("decode"):
            arrivals, rejected = _read(batch)
        with watch.stage("load histories"):
            stored = self._histories.load({each.record.object_id for each in arrivals})
        new, duplicates, redelivered = _sorted_out(arrivals, stored)
        with watch.stage("pack"):
            self._pack(new)
        with watch.stage("merge histories"):
            histories = _merged(new, stored)
        with watch.stage("score"):
            scores = self._scores(new, histories)
        with watch.stage("enrich"):
            documents = [
                _document(each, histories, found) for each, found in zip(new, scores, strict=True)
            ]
        with watch.stage("archive"):
            self._archive(new, documents, duplicates, rejected)
        with watch.stage("publish"):
            self._publish(new, documents)
        with watch.stage("save histories"):
            self._histories.save(histories, stored)
        report = IngestReport(
            packets=len(batch),
            new=len(new),
            duplicates=len(duplicates),
            redelivered=redelivered,
            rejected=len(rejected),
            milliseconds=watch.milliseconds,
        )
        _log(report)
        return report

    def _scores(
        self, new: Sequence[_Arrival], histories: Mapping[str, History]
    ) -> list[dict[str, Any]]:
        """Return what the live models say of each alert, by Kowalski's names."""
        if not new or self._scoring.idle:
            return [{} for _ in new]
        inputs = [
            alert_inputs(each.record, _past(each.record, histories, math.inf).prv_candidates)
            for each in new
        ]
        return [found.classifications for found in self._scoring.score(inputs)]

    def _pack(self, new: Sequence[_Arrival]) -> None:
        """Write each packet once, in one pack a night; records of one packet share its place."""
        nights: dict[tuple[str, int], dict[str, bytes]] = {}
        for each in new:
            packets = nights.setdefault((each.survey, each.night), {})
            packets[each.envelope.packet_id] = each.envelope.data
        places: dict[tuple[str, int, str], PacketPlace] = {}
        for (name, night), packets in nights.items():
            written = write_pack(self._objects, name, night, list(packets.values()))
            for packet_id, place in zip(packets, written, strict=True):
                places[name, night, packet_id] = place
        for each in new:
            each.place = places[each.survey, each.night, each.envelope.packet_id]

    def _archive(
        self,
        new: Sequence[_Arrival],
        documents: Sequence[dict[str, Any]],
        duplicates: Sequence[_Arrival],
        rejected: Sequence[_Rejection],
    ) -> None:
        """Append the alerts, then the ledger: what the ledger calls accepted is in the archive."""
        at = self._now()
        if new:
            self._warehouse.append("alerts", _alert_rows(new, documents, at))
        ledger = [_accepted(each, at) for each in (*new, *duplicates)]
        ledger += [
            quarantined(self._objects, self._bus, each.envelope, each.poison, at, each.index)
            for each in rejected
        ]
        if ledger:
            self._warehouse.append("ledger", ledger)

    def _publish(self, new: Sequence[_Arrival], documents: Sequence[dict[str, Any]]) -> None:
        """Publish whole documents on the internal topic, granted parts on the public one."""
        messages = [_message(each, document) for each, document in zip(new, documents, strict=True)]
        public = [
            _message(each, granted)
            for each, document in zip(new, documents, strict=True)
            if (granted := grant(document, PUBLIC)) is not None
        ]
        if messages:
            self._bus.publish("alerts", messages)
        if public:
            self._bus.publish("alerts-public", public)


def _read(batch: Sequence[Envelope]) -> tuple[list[_Arrival], list[_Rejection]]:
    arrivals: list[_Arrival] = []
    rejected: list[_Rejection] = []
    for envelope in batch:
        try:
            packet = read_packet(envelope.data, envelope.survey)
        except Poison as poison:
            rejected.append(_Rejection(envelope, 0, poison))
            continue
        except Invalid as unknown:
            reason = Poison("unknown_survey", str(unknown))
            rejected.append(_Rejection(envelope, 0, reason))
            continue
        arrivals += [_Arrival(envelope, each, night_of(each.jd)) for each in packet.records]
        rejected += [_Rejection(envelope, each.index, each.poison) for each in packet.failures]
    return arrivals, rejected


def _sorted_out(
    arrivals: Sequence[_Arrival], stored: Mapping[str, Stored]
) -> tuple[list[_Arrival], list[_Arrival], int]:
    """Return the new alerts, the duplicates, and how many had been dealt with before."""
    new: list[_Arrival] = []
    duplicates: list[_Arrival] = []
    redelivered = 0
    brought: dict[int, str] = {}
    for each in arrivals:
        record = each.record
        seen = stored[record.object_id].history.seen.get(record.candid) or brought.get(
            record.candid
        )
        if seen is None:
            brought[record.candid] = each.envelope.packet_id
            new.append(each)
        elif seen == each.envelope.packet_id:
            redelivered += 1
        else:
            duplicates.append(each)
    return new, duplicates, redelivered


def _merged(new: Sequence[_Arrival], stored: Mapping[str, Stored]) -> dict[str, History]:
    """Return the histories that the new alerts change, with everything the batch brings."""
    histories: dict[str, History] = {}
    for each in new:
        name = each.record.object_id
        before = histories.get(name) or stored[name].history
        histories[name] = before.merged(each.record, each.envelope.packet_id)
    return histories


def _past(
    record: Record, histories: Mapping[str, History], window_days: float = WINDOW_DAYS
) -> HistoryView:
    """Return what was known of the alert's object when it was observed."""
    history = histories[record.object_id]
    return history.view(record.jd, exclude_candid=record.candid, window_days=window_days)


def _document(
    arrival: _Arrival, histories: Mapping[str, History], classifications: Mapping[str, Any]
) -> dict[str, Any]:
    record = arrival.record
    return enrich(
        record,
        _past(record, histories),
        survey=survey(record.survey),
        classifications=classifications,
        cross_matches={},
    )


def _alert_rows(
    new: Sequence[_Arrival], documents: Sequence[dict[str, Any]], at: datetime
) -> list[dict[str, Any]]:
    misfits: Counter[str] = Counter()
    cells = cells_of(
        np.array([each.record.ra for each in new]), np.array([each.record.dec for each in new])
    )
    rows = [
        alert_row(
            document,
            healpix=int(cell),
            packet=each.place.to_fields() if each.place else {},
            ingested_at=at,
            night=each.night,
            misfits=misfits,
        )
        for each, document, cell in zip(new, documents, cells, strict=True)
    ]
    if misfits:
        log.warning("fields without a column", misfits=dict(misfits.most_common(10)))
    return rows


def _accepted(arrival: _Arrival, at: datetime) -> dict[str, Any]:
    return ledger_row(
        packet_id=arrival.envelope.packet_id,
        record=arrival.record.index,
        survey=arrival.survey,
        night=arrival.night,
        candid=arrival.record.candid,
        outcome="accepted",
        at=at,
    )


def _message(arrival: _Arrival, document: Mapping[str, Any]) -> Message:
    place = arrival.place
    if place is None:
        raise ValueError(f"alert {arrival.record.candid} was not packed")
    attributes = {
        "survey": arrival.survey,
        "candid": str(arrival.record.candid),
        "objectId": arrival.record.object_id,
        "programid": str(arrival.record.programid),
        "night": str(arrival.night),
        "packet_id": arrival.envelope.packet_id,
        "pack": place.pack,
        "offset": str(place.offset),
        "length": str(place.length),
    }
    return Message(orjson.dumps(document), attributes)


def _log(report: IngestReport) -> None:
    log.info(
        "packets ingested",
        packets=report.packets,
        new=report.new,
        duplicates=report.duplicates,
        redelivered=report.redelivered,
        rejected=report.rejected,
        ms={stage: round(ms, 1) for stage, ms in report.milliseconds.items()},
    )
