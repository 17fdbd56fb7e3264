"""What a batch of packets holds: new alerts, duplicates, and what cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fritz.alerts.night import night_of
from fritz.alerts.packet import Record, read_packet
from fritz.errors import Invalid, Poison
from fritz.services.envelopes import Envelope
from fritz.services.histories import Stored

__all__ = ["Arrival", "Rejection", "read", "sorted_out"]


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """One alert on its way through the batch."""

    envelope: Envelope
    record: Record
    night: int
    """UTC date of the observation as YYYYMMDD."""

    @property
    def survey(self) -> str:
        """Who published the alert."""
        return self.record.survey

    def rejected(self, poison: Poison) -> "Rejection":
        """Return the rejection of this alert."""
        return Rejection(self.envelope, self.record.index, poison, self)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record, or a whole packet, for the quarantine."""

    envelope: Envelope
    index: int
    """The record's place in its packet."""
    poison: Poison
    arrival: Arrival | None = None
    """The alert, where it could at least be read."""


def read(batch: Sequence[Envelope]) -> tuple[list[Arrival], list[Rejection]]:
    """Return the alerts of a batch of packets, and what of it cannot be read."""
    arrivals: list[Arrival] = []
    rejected: list[Rejection] = []
    for envelope in batch:
        try:
            packet = read_packet(envelope.data, envelope.survey)
        except Poison as poison:
            rejected.append(Rejection(envelope, 0, poison))
            continue
        except Invalid as unknown:
            rejected.append(Rejection(envelope, 0, Poison("unknown_survey", str(unknown))))
            continue
        arrivals += [Arrival(envelope, each, night_of(each.jd)) for each in packet.records]
        rejected += [Rejection(envelope, each.index, each.poison) for each in packet.failures]
    return arrivals, rejected


def sorted_out(
    arrivals: Sequence[Arrival], stored: Mapping[str, Stored]
) -> tuple[list[Arrival], list[Arrival], int]:
    """Return the new alerts, the duplicates, and how many had been dealt with before.

    An alert is known by its object and its candid, within a batch as across batches. Should a
    survey ever give one candid to two objects, both are taken in; what reads the archive shows the
    one of them that was ingested first.
    """
    new: list[Arrival] = []
    duplicates: list[Arrival] = []
    redelivered = 0
    brought: dict[tuple[str, int], str] = {}
    for each in arrivals:
        name, candid = each.record.object_id, each.record.candid
        seen = stored[name].history.seen.get(candid) or brought.get((name, candid))
        if seen is None:
            brought[name, candid] = each.envelope.packet_id
            new.append(each)
        elif seen == each.envelope.packet_id:
            redelivered += 1
        else:
            duplicates.append(each)
    return new, duplicates, redelivered
