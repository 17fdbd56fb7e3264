"""An alert packet: an Avro container file with its schema, one alert or several in it.

Whatever the bytes, reading ends in a `Packet` or in `Poison`, within bounded memory.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fritz.alerts.avro import compile_schema
from fritz.alerts.avro_values import MAX_VALUES, Data, Reader, read_bytes, read_long
from fritz.alerts.compression import RAW, inflate
from fritz.alerts.surveys import Identity, Survey, survey
from fritz.errors import Poison

__all__ = ["MAX_BYTES", "Failure", "Packet", "Record", "read_packet"]

MAGIC: Final = b"Obj\x01"
SYNC_BYTES: Final = 16
MAX_BYTES: Final = 10_000_000
"""Of a packet; Pub/Sub takes no larger message."""
MAX_BLOCK_BYTES: Final = 40_000_000
"""Of a packet's blocks, decompressed."""
MAX_RECORDS: Final = 250
MAX_METADATA: Final = 64

D = TypeVar("D", bound=bytes)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """One alert of a packet, checked."""

    index: int
    """Its place in the packet, from 0."""
    survey: str
    candid: int
    object_id: str
    programid: int
    jd: float
    """Start of the exposure, days."""
    ra: float
    """Degrees."""
    dec: float
    """Degrees."""
    data: dict[str, Any]
    """The alert as the survey published it, stamps included."""

    @property
    def candidate(self) -> dict[str, Any]:
        """The detection that caused the alert."""
        found: dict[str, Any] = self.data["candidate"]
        return found

    def stamp(self, kind: str) -> bytes | None:
        """Return the compressed FITS stamp: ``science``, ``template`` or ``difference``."""
        cutout = self.data.get(survey(self.survey).stamps[kind])
        data = cutout.get("stampData") if isinstance(cutout, Mapping) else cutout
        return data if isinstance(data, bytes) else None


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that cannot be taken, in a packet whose other records may be fine."""

    index: int
    poison: Poison


@dataclass(frozen=True, slots=True)
class Packet:
    """What a packet held."""

    records: tuple[Record, ...]
    failures: tuple[Failure, ...]


def read_packet(data: bytes, survey_name: str = "ztf") -> Packet:
    """Return the alerts of a packet.

    Parameters
    ----------
    data
        The packet as published, at most 10 MB.
    survey_name
        Who published it.

    Raises
    ------
    Poison
        Nothing of the packet can be read: ``bad_magic``, ``truncated``, ``bad_schema``,
        ``bad_codec``, ``bomb``, ``too_large`` or ``empty``. Records that alone are bad come as
        failures.
    """
    origin = survey(survey_name)
    records: list[Record] = []
    failures: list[Failure] = []
    try:
        for index, datum in _data(data):
            if isinstance(datum, Poison):
                failures.append(Failure(index, datum))
                continue
            try:
                records.append(_record(index, datum, origin))
            except Poison as poison:
                failures.append(Failure(index, poison))
    except Poison as poison:
        if not records:
            raise
        failures.append(Failure(len(records) + len(failures), poison))
    if not records and not failures:
        raise Poison("empty", "a packet without records")
    return Packet(tuple(records), tuple(failures))


def _record(index: int, datum: Any, origin: Survey) -> Record:
    if not isinstance(datum, dict):
        raise Poison("bad_type", f"record {index} is {type(datum).__name__}, not a record")
    who: Identity = origin.identify(datum)
    return Record(
        index, origin.name, who.candid, who.object_id, who.programid, who.jd, who.ra, who.dec, datum
    )


def _data(packet: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each record with its index, or the `Poison` that ended its block."""
    if len(packet) > MAX_BYTES:
        raise Poison("too_large", f"{len(packet)} bytes, at most {MAX_BYTES}")
    if packet[:4] != MAGIC:
        raise Poison("bad_magic", f"starts with {packet[:4]!r}, not Avro's {MAGIC!r}")
    read, codec, sync, position = _header(packet)
    index, budget, left = 0, MAX_BLOCK_BYTES, MAX_VALUES
    while position < len(packet):
        count, position = _checked(read_long, packet, position)
        block, position = _checked(read_bytes, packet, position)
        if not 0 <= count <= MAX_RECORDS - index:
            raise Poison("too_large", f"{count} records announced, at most {MAX_RECORDS}")
        if packet[position : position + SYNC_BYTES] != sync:
            raise Poison("truncated", f"no sync marker at byte {position} of {len(packet)}")
        position += SYNC_BYTES
        values = Data(_decompressed(block, codec, budget))
        values.left = left
        yield from _block(values, count, read, index)
        budget -= len(values)
        left = values.left
        index += count


def _block(block: Data, count: int, read: Reader, first: int) -> Iterator[tuple[int, Any]]:
    position = 0
    for index in range(first, first + count):
        try:
            datum, position = _checked(read, block, position)
        except Poison as poison:
            # Records carry no length: what follows a broken one in its block is out of reach.
            unread = first + count - index - 1
            yield index, Poison(poison.reason, f"record {index} (+{unread} after): {poison.detail}")
            return
        yield index, datum
    if position != len(block):
        raise Poison("bad_block", f"{len(block) - position} bytes left over after {count} records")


def _header(packet: bytes) -> tuple[Reader, str, bytes, int]:
    metadata: dict[bytes, bytes] = {}
    position = len(MAGIC)
    while True:
        count, position = _checked(read_long, packet, position)
        if count < 0:
            count = -count
            _, position = _checked(read_long, packet, position)
        if count > MAX_METADATA - len(metadata):
            raise Poison("too_large", f"{count} entries of metadata")
        if not count:
            break
        for _ in range(count):
            key, position = _checked(read_bytes, packet, position)
            metadata[key], position = _checked(read_bytes, packet, position)
    schema = metadata.get(b"avro.schema")
    if schema is None:
        raise Poison("bad_schema", "the packet names no schema")
    codec = metadata.get(b"avro.codec", b"null").decode("ascii", "replace")
    sync = packet[position : position + SYNC_BYTES]
    return compile_schema(schema), codec, sync, position + SYNC_BYTES


def _decompressed(block: bytes, codec: str, budget: int) -> bytes:
    if codec == "null":
        return block
    if codec != "deflate":
        raise Poison("bad_codec", f"{codec[:40]!r}, neither null nor deflate")
    return inflate(block, budget, RAW)


def _checked(read: Callable[[D, int], tuple[T, int]], data: D, position: int) -> tuple[T, int]:
    """Read, turning a read past the end into `Poison`."""
    try:
        return read(data, position)
    except (IndexError, struct.error) as e:
        raise Poison("truncated", f"ends within a value, at byte {len(data)}") from e
