"""What a function receives: one message of the bus with its attributes."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = ["PACKET_PUBLISHED_AT", "Envelope"]

PACKET_PUBLISHED_AT = "packet_published_at"
"""Attribute of an alert: when its packet was published, by which its way is timed."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivered message."""

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    published_at: datetime

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

        Data that is not base64 is kept as it came, so that the quarantine shows it.
        """
        message = data["message"]
        text = message.get("data") or ""
        try:
            payload = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            payload = str(text).encode()
        return cls(
            data=payload,
            attributes=message.get("attributes") or {},
            message_id=str(message["messageId"]),
            published_at=_time(message.get("publishTime")),
        )


def _time(text: str | None) -> datetime:
    if not text:
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromisoformat(text).astimezone(UTC)
