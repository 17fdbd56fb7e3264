"""Packs: the raw packets of a batch as one object, each addressed by offset and length.

An object per alert would cost more than all else together; a pack costs one write per batch. Each
packet is compressed by itself (zstd), which takes a third of it; older packs hold packets as they
came.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from fritz.alerts.packet import Record, read_packet
from fritz.marshal.candidate import PacketPlace
from fritz.ports import ObjectStore

__all__ = ["packet_of", "read_place", "read_record", "write_pack"]

ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""Begins what zstd has compressed (RFC 8878), and no packet of a survey."""
ZSTD_LEVEL: Final = 3


def write_pack(
    objects: ObjectStore, survey: str, night: int, packets: Sequence[bytes]
) -> list[PacketPlace]:
    """Write packets of one night as one object and return the place of each.

    The key is the content's hash: the same batch again is the same pack.
    """
    import pyarrow as pa  # noqa: PLC0415 - whoever only reads places needs no pyarrow

    codec = pa.Codec("zstd", ZSTD_LEVEL)
    parts = [bytes(codec.compress(each, asbytes=True)) for each in packets]
    body = b"".join(parts)
    digest = hashlib.sha256(body).hexdigest()
    key = f"packs/{survey}/{night}/{digest[:32]}.pack"
    objects.create(key, body)
    places, offset = [], 0
    for part in parts:
        places.append(PacketPlace(key, offset, len(part)))
        offset += len(part)
    return places


def packet_of(data: bytes) -> bytes:
    """Return the packet as the survey published it, of the bytes at its place.

    What is cut off or spoilt comes as it is: whoever reads it as a packet says what is wrong.
    """
    if not data.startswith(ZSTD_MAGIC):
        return data
    import pyarrow as pa  # noqa: PLC0415 - as above

    try:
        return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read())
    except OSError:
        return data


def read_place(objects: ObjectStore, place: PacketPlace) -> bytes:
    """Return the raw packet as the survey published it; `NotFound` if the pack is gone."""
    return packet_of(objects.get_range(place.pack, place.offset, place.length))


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
