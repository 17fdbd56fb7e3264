"""What a function receives: one message of the bus with its attributes."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fritz.marshal.candidate import PacketPlace

__all__ = ["ENCODING", "GZIP", "PACKET_PUBLISHED_AT", "Envelope"]

ENCODING = "content-encoding"
"""Attribute of a message whose data is compressed, as HTTP's header of that name."""
GZIP = "gzip"
MOST_BYTES = 64 * 2**20
"""Of a message's data when it is no longer compressed; documents are a few hundred kilobytes."""
_WITH_GZIP_HEADER = 31

PACKET_PUBLISHED_AT = "packet_published_at"
"""Attribute of an alert: when its packet was published, by which its way is timed."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivered message."""

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    published_at: datetime
    place: PacketPlace | None = None
    """Where the packet stands already, if it came by reference."""

    @property
    def packet_id(self) -> str:
        """What identifies the packet over redeliveries: the publisher's id, else the message's."""
        return self.attributes.get("packet_id") or self.message_id

    @property
    def packet_published_at(self) -> datetime:
        """When the packet was published that the message carries, or of which it was made."""
        told = self.attributes.get(PACKET_PUBLISHED_AT)
        return _time(told) if told else self.published_at

    @property
    def traceparent(self) -> str | None:
        """The trace and span (W3C) in which the message was published, if any was begun."""
        return self.attributes.get("traceparent")

    @property
    def survey(self) -> str:
        """Which survey's packet it is, as the publisher says."""
        return self.attributes.get("survey", "ztf")

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> "Envelope":
        """Return the envelope from a Pub/Sub CloudEvent's data (``{"message": {...}}``).

        Data that is not base64, or not compressed as it says, is kept as it came, so that the
        quarantine shows it.
        """
        message = data["message"]
        text = message.get("data") or ""
        try:
            payload = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            payload = str(text).encode()
        attributes = message.get("attributes") or {}
        return cls(
            data=_inflated(payload) if attributes.get(ENCODING) == GZIP else payload,
            attributes=attributes,
            message_id=str(message["messageId"]),
            published_at=_time(message.get("publishTime")),
        )


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        found = inflater.decompress(data, MOST_BYTES)
    except zlib.error:
        return data
    return found if inflater.eof else data


def _time(text: str | None) -> datetime:
    if not text:
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromisoformat(text).astimezone(UTC)
