"""What a function receives: one message of the bus with its attributes."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = ["Envelope"]


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
