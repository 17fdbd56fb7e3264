"""The quarantine: bytes that can never be read are kept, with the reason, and counted."""

import hashlib
from datetime import datetime

import orjson

from fritz.ports import Message, ObjectStore
from fritz.services.envelopes import Envelope

__all__ = ["keep", "notice"]


def keep(objects: ObjectStore, folder: str, envelope: Envelope) -> str:
    """Write the message's bytes below `folder` and return the key; again changes nothing.

    Packet ids come from outside, so the key is their hash.
    """
    name = hashlib.sha256(envelope.packet_id.encode()).hexdigest()[:32]
    key = f"{folder}/{envelope.published_at:%Y%m%d}/{name}.avro"
    objects.create(key, envelope.data)
    return key


def notice(envelope: Envelope, key: str, reason: str, detail: str, at: datetime) -> Message:
    """Return what the topic ``quarantine`` tells of a packet."""
    body = {
        "packet_id": envelope.packet_id,
        "reason": reason,
        "detail": detail,
        "object": key,
        "bytes": len(envelope.data),
        "at": at.isoformat(),
    }
    return Message(orjson.dumps(body), {"reason": reason, "packet_id": envelope.packet_id})
