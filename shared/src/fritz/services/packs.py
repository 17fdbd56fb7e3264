"""Packs: the raw packets of a batch as one object, each addressed by offset and length.

An object per alert would cost more than all else together; a pack costs one write per batch.
"""

import hashlib
from collections.abc import Sequence

from fritz.alerts.packet import Record, read_packet
from fritz.marshal.candidate import PacketPlace
from fritz.ports import ObjectStore

__all__ = ["read_place", "read_record", "write_pack"]


def write_pack(
    objects: ObjectStore, survey: str, night: int, packets: Sequence[bytes]
) -> list[PacketPlace]:
    """Write packets of one night as one object and return the place of each.

    The key is the content's hash: the same batch again is the same pack.
    """
    body = b"".join(packets)
    digest = hashlib.sha256(body).hexdigest()
    key = f"packs/{survey}/{night}/{digest[:32]}.pack"
    objects.create(key, body)
    places, offset = [], 0
    for packet in packets:
        places.append(PacketPlace(key, offset, len(packet)))
        offset += len(packet)
    return places


def read_place(objects: ObjectStore, place: PacketPlace) -> bytes:
    """Return the raw packet as the survey published it; `NotFound` if the pack is gone."""
    return objects.get_range(place.pack, place.offset, place.length)


def read_record(
    objects: ObjectStore, place: PacketPlace, candid: int, survey: str
) -> Record | None:
    """Return an alert as its packet has it, stamps included; None if it is not in the packet.

    Raises
    ------
    NotFound
        The pack is gone.
    Poison
        The packet cannot be read.
    """
    records = read_packet(read_place(objects, place), survey).records
    return next((each for each in records if each.candid == candid), None)
