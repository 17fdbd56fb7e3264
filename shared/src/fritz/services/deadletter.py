"""Dead letters: what no attempt could ingest or filter is kept and accounted for."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import structlog

from fritz.archive.rows import ledger_row
from fritz.errors import NotFound
from fritz.ports import DocumentStore, ObjectStore, Put, Query, Warehouse
from fritz.services.carriage import opened
from fritz.services.envelopes import Envelope
from fritz.services.quarantine import keep

__all__ = ["DEAD_ALERTS", "DeadLetterService", "count_unfiltered"]

DEAD_ALERTS = "dead_alerts"
"""Collection of the enriched alerts that filtering could not take."""

_ATTEMPTS = "CloudPubSubDeadLetterSourceDeliveryCount"

log = structlog.get_logger()


class DeadLetterService:
    """Keeps the bytes of dead-lettered packets and alerts and enters them where they are counted.

    Packets go to the ledger. An alert that no filter saw has long been archived: its packet stays
    accepted, and the alert stands in a collection of its own.
    """

    def __init__(
        self,
        *,
        objects: ObjectStore,
        warehouse: Warehouse,
        documents: DocumentStore,
        now: Callable[[], datetime],
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._documents = documents
        self._now = now

    def bury(self, envelope: Envelope) -> None:
        """Keep one packet; safe to repeat.

        A packet that was accepted before it was dead-lettered (the acknowledgement was lost) counts
        as accepted: the ledger's totals take a dead letter only where nothing better is known.
        """
        attempts = envelope.attributes.get(_ATTEMPTS, "?")
        key = keep(self._objects, "dead-letters", self._whole(envelope))
        row = ledger_row(
            packet_id=envelope.packet_id,
            record=0,
            survey=envelope.survey,
            night=int(f"{envelope.published_at:%Y%m%d}"),
            candid=None,
            outcome="dead_lettered",
            reason="delivery_failed",
            detail=f"given up after {attempts} attempts",
            object_key=key,
            at=self._now(),
        )
        self._warehouse.append("ledger", [row])
        log.error(
            "packet dead-lettered",
            packet_id=envelope.packet_id,
            candid=envelope.attributes.get("candid"),
            object=key,
            traceparent=envelope.traceparent,
        )

    def _whole(self, envelope: Envelope) -> Envelope:
        """Return the envelope with its packet, or without where its pack is gone."""
        try:
            return opened(self._objects, [envelope])[0]
        except NotFound:
            return envelope

    def bury_alert(self, envelope: Envelope) -> None:
        """Keep one enriched alert; safe to repeat."""
        candid = envelope.attributes.get("candid", "")
        name = hashlib.sha256(f"{envelope.packet_id}/{candid}".encode()).hexdigest()[:32]
        key = f"dead-alerts/{envelope.published_at:%Y%m%d}/{name}.json"
        self._objects.create(key, envelope.data)
        fields = {
            "survey": envelope.survey,
            "candid": int(candid) if candid.isdecimal() else None,
            "objectId": envelope.attributes.get("objectId"),
            "packet_id": envelope.packet_id,
            "attempts": envelope.attributes.get(_ATTEMPTS),
            "object_key": key,
            "at": self._now(),
        }
        self._documents.commit([Put(DEAD_ALERTS, name, fields)])
        log.error(
            "alert dead-lettered",
            packet_id=envelope.packet_id,
            candid=candid,
            object_id=envelope.attributes.get("objectId"),
            object=key,
            traceparent=envelope.traceparent,
        )


def count_unfiltered(documents: DocumentStore) -> int:
    """Return how many alerts were archived but given up by filtering."""
    return documents.count(Query(DEAD_ALERTS))
