"""How a packet travels: its bytes unchanged, what it is about in attributes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from fritz.alerts.night import night_of
from fritz.alerts.packet import MAX_BYTES, read_packet
from fritz.errors import Poison
from fritz.ports import Bus, Message, ObjectStore, Warehouse
from fritz.services.carriage import referred
from fritz.services.envelopes import Envelope
from fritz.services.publications import Publications
from fritz.services.quarantine import quarantined
from fritz.tracing import root

__all__ = ["ROOM_FOR_ATTRIBUTES", "TOPIC", "Publisher", "packet_message"]

ROOM_FOR_ATTRIBUTES = 10_000
"""Bytes; the bus counts them towards a message."""

TOPIC = "ztf-alerts"

TRUNCATED = "truncated"
"""Attribute of a message whose data is but the beginning; it says so for the quarantine."""


def packet_message(
    data: bytes,
    *,
    packet_id: str,
    survey: str = "ztf",
    attributes: Mapping[str, str] | None = None,
) -> Message:
    """Return the message that carries one packet.

    A packet that cannot be read travels too, without what only its content could tell: ingest
    puts it into the quarantine, and so it is accounted for.

    Parameters
    ----------
    data
        The packet as the survey published it.
    packet_id
        The publisher's own id of the packet; a packet published again keeps it.
    survey
        Which survey, in lower case.
    attributes
        Further attributes, such as where in Kafka the packet was found.
    """
    known = {"survey": survey, "packet_id": packet_id, **(attributes or {})}
    try:
        first = read_packet(data, survey).records[:1]
    except Poison:
        first = ()
    for record in first:
        known |= {
            "candid": str(record.candid),
            "objectId": record.object_id,
            "programid": str(record.programid),
            "night": str(night_of(record.jd)),
        }
    return Message(data, known)


class Publisher:
    """Puts packets on the bus; what the bus cannot carry is accounted for as ingest would.

    How many they are is written down apart, so that the night's books can be balanced.

    Parameters
    ----------
    by_reference
        Whether packets are put into the object store and the messages say where.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        objects: ObjectStore,
        warehouse: Warehouse,
        publications: Publications,
        now: Callable[[], datetime],
        by_reference: bool = False,
    ) -> None:
        self._bus = bus
        self._objects = objects
        self._warehouse = warehouse
        self._publications = publications
        self._now = now
        self._by_reference = by_reference

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish packets; when this returns each is on the bus or in the quarantine.

        Raises
        ------
        Transient
            A store failed; publish the same messages again.
        """
        most = MAX_BYTES - ROOM_FOR_ATTRIBUTES
        at = self._now()
        refused = [
            quarantined(self._objects, self._bus, Envelope(m.data, m.attributes, "", at), why, at)
            for m in messages
            if (why := _too_large(m, most)) is not None
        ]
        if refused:
            self._warehouse.append("ledger", refused)
        carried = [_traced(message) for message in messages if len(message.data) <= most]
        if carried:
            self._bus.publish(
                TOPIC, referred(self._objects, carried) if self._by_reference else carried
            )
        self._publications.note((m.attributes["packet_id"], _night(m)) for m in messages)


def _traced(message: Message) -> Message:
    """Return the message as the beginning of a trace, if it is one of those that are traced."""
    names = ("candid", "objectId", "packet_id")
    facts = {name: message.attributes[name] for name in names if name in message.attributes}
    return Message(message.data, {**message.attributes, **root("publish", facts)})


def _night(message: Message) -> int | None:
    night = message.attributes.get("night")
    return int(night) if night is not None else None


def _too_large(message: Message, most: int) -> Poison | None:
    size = len(message.data)
    if size <= most:
        return None
    note = message.attributes.get(TRUNCATED)
    return Poison("too_large", f"{size} bytes, at most {most}" + (f"; {note}" if note else ""))
