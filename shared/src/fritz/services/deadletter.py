"""Dead letters: packets that no attempt could ingest are kept and accounted for."""

from collections.abc import Callable
from datetime import datetime

import structlog

from fritz.archive.rows import ledger_row
from fritz.ports import ObjectStore, Warehouse
from fritz.services.envelopes import Envelope
from fritz.services.quarantine import keep

__all__ = ["DeadLetterService"]

log = structlog.get_logger()


class DeadLetterService:
    """Keeps the bytes of dead-lettered packets and enters them in the ledger."""

    def __init__(
        self, *, objects: ObjectStore, warehouse: Warehouse, now: Callable[[], datetime]
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._now = now

    def bury(self, envelope: Envelope) -> None:
        """Keep one packet; safe to repeat.

        A packet that was accepted before it was dead-lettered (the acknowledgement was lost) counts
        as accepted: the ledger's totals take a dead letter only where nothing better is known.
        """
        attempts = envelope.attributes.get("CloudPubSubDeadLetterSourceDeliveryCount", "?")
        key = keep(self._objects, "dead-letters", envelope)
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
        log.error("packet dead-lettered", packet_id=envelope.packet_id, object=key)
