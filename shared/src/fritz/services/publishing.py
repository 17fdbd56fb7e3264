"""How a packet travels: its bytes unchanged, what it is about in attributes."""

from collections.abc import Mapping

from fritz.alerts.packet import read_packet
from fritz.errors import Poison
from fritz.ports import Message

__all__ = ["TOPIC", "packet_message"]

TOPIC = "ztf-alerts"


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
        }
    return Message(data, known)
