"""What messages weigh: Pub/Sub bills each byte once as published and once as delivered.

A packet may travel by its place in a pack instead of by its bytes, and documents travel compressed.
Services see packets and documents whole, whichever way they came.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from typing_extensions import override

from fritz.marshal.candidate import PacketPlace
from fritz.ports import Backlog, Bus, Extent, Message, ObjectStore, Subscription
from fritz.services.envelopes import ENCODING, GZIP, Envelope
from fritz.services.packs import packet_of, write_pack

__all__ = ["CompressingBus", "opened", "referred"]

NEAR_BYTES: Final = 512 * 1024
"""Packets of one pack that are no further apart are read at once: bytes are free within a region,
and a read takes as long as a megabyte."""
LEVEL: Final = 4
"""Of gzip: a fifth of a document's bytes in a fifth of a millisecond."""


def referred(objects: ObjectStore, messages: Sequence[Message]) -> list[Message]:
    """Return messages that say where their packets are, for those that carry them.

    The packets of a night are written as one pack, where they stay: ingest need not write them
    again. A packet that could not be read belongs to no night, and travels as it is.
    """
    nights: dict[tuple[str, str], list[Message]] = {}
    for each in messages:
        survey, night = (each.attributes.get(name, "") for name in ("survey", "night"))
        nights.setdefault((survey, night), []).append(each)
    found: list[Message] = []
    for (survey, night), mine in nights.items():
        if not night:
            found += mine
            continue
        places = write_pack(objects, survey, int(night), [each.data for each in mine])
        found += [
            Message(b"", {**each.attributes, **{k: str(v) for k, v in place.to_fields().items()}})
            for each, place in zip(mine, places, strict=True)
        ]
    return found


def opened(objects: ObjectStore, batch: Sequence[Envelope]) -> list[Envelope]:
    """Return envelopes with the packets that they only say the place of.

    Raises
    ------
    NotFound
        A pack is gone.
    """
    places = [_place(each) for each in batch]
    runs = _runs(place for place in places if place is not None)
    read = objects.get_ranges([extent for extent, _ in runs])
    packets = {
        place: packet_of(data[place.offset - extent.offset :][: place.length])
        for data, (extent, mine) in zip(read, runs, strict=True)
        for place in mine
    }
    return [
        each if place is None else replace(each, data=packets[place], place=place)
        for each, place in zip(batch, places, strict=True)
    ]


def _runs(places: Iterable[PacketPlace]) -> list[tuple[Extent, list[PacketPlace]]]:
    """Return what to read at once, with the places in it."""
    found: list[tuple[Extent, list[PacketPlace]]] = []
    for each in sorted(set(places), key=lambda place: (place.pack, place.offset)):
        end = each.offset + each.length
        if found:
            extent, mine = found[-1]
            gap = each.offset - extent.offset - extent.length
            if extent.key == each.pack and gap <= NEAR_BYTES:
                length = max(extent.length, end - extent.offset)
                found[-1] = Extent(extent.key, extent.offset, length), [*mine, each]
                continue
        found.append((Extent(each.pack, each.offset, each.length), [each]))
    return found


def _place(envelope: Envelope) -> PacketPlace | None:
    """Return where an envelope's packet is, if it does not hold it."""
    if envelope.data or not envelope.attributes.get("pack", "").startswith("packs/"):
        return None
    try:
        return PacketPlace.from_fields(envelope.attributes)
    except (KeyError, ValueError):
        return None


class CompressingBus(Bus):
    """A bus on which the messages of some topics travel compressed.

    Parameters
    ----------
    inner
        What carries them.
    topics
        Which; who reads them heeds the attribute `content-encoding`, as `Envelope` does.
    """

    def __init__(self, inner: Bus, topics: Collection[str]) -> None:
        self._inner = inner
        self._topics = topics

    @override
    def create_topic(self, topic: str) -> None:
        self._inner.create_topic(topic)

    @override
    def subscribe(self, subscription: Subscription) -> None:
        self._inner.subscribe(subscription)

    @override
    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        if topic in self._topics:
            messages = [
                Message(
                    gzip.compress(each.data, LEVEL, mtime=0), {**each.attributes, ENCODING: GZIP}
                )
                for each in messages
            ]
        return self._inner.publish(topic, messages)

    @override
    def backlog(self, subscription: str) -> Backlog | None:
        return self._inner.backlog(subscription)

    @override
    def close(self) -> None:
        self._inner.close()
