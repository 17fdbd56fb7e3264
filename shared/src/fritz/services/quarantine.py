"""The quarantine: bytes that can never be taken in are kept, with the reason, and counted."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
import structlog

from fritz.archive.rows import ledger_row
from fritz.errors import Poison
from fritz.ports import Bus, Message, ObjectStore
from fritz.services.envelopes import Envelope

__all__ = ["keep", "quarantined"]

log = structlog.get_logger()


def keep(objects: ObjectStore, folder: str, envelope: Envelope) -> str:
    """Write the message's bytes below `folder` and return the key; again changes nothing.

    Packet ids come from outside, so the key is their hash.
    """
    name = hashlib.sha256(envelope.packet_id.encode()).hexdigest()[:32]
    key = f"{folder}/{envelope.published_at:%Y%m%d}/{name}.avro"
    objects.create(key, envelope.data)
    return key


def quarantined(
    objects: ObjectStore,
    bus: Bus,
    envelope: Envelope,
    poison: Poison,
    at: datetime,
    record: int = 0,
) -> dict[str, Any]:
    """Keep the bytes, tell the topic ``quarantine`` and return the ledger row to append.

    Parameters
    ----------
    record
        Index of the bad record in its packet.
    """
    key = keep(objects, "quarantine", envelope)
    log.warning(
        "packet quarantined",
        packet_id=envelope.packet_id,
        candid=envelope.attributes.get("candid"),
        reason=poison.reason,
        object=key,
        traceparent=envelope.traceparent,
    )
    bus.publish("quarantine", [_notice(envelope, key, poison, at)])
    return ledger_row(
        packet_id=envelope.packet_id,
        record=record,
        survey=envelope.survey,
        night=int(f"{envelope.published_at:%Y%m%d}"),
        outcome="quarantined",
        reason=poison.reason,
        detail=poison.detail,
        object_key=key,
        at=at,
    )


def _notice(envelope: Envelope, key: str, poison: Poison, at: datetime) -> Message:
    body = {
        "packet_id": envelope.packet_id,
        "reason": poison.reason,
        "detail": poison.detail,
        "object": key,
        "bytes": len(envelope.data),
        "at": at.isoformat(),
    }
    return Message(orjson.dumps(body), {"reason": poison.reason})
