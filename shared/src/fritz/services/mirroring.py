"""The mirror: packets of the survey's Kafka topics become messages on our bus, bytes unchanged.

Offsets are committed only after the bus has confirmed the packets, so a crash repeats packets and
loses none. A repeated packet has the same packet id, by which ingest and the ledger know it again.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from fritz.archive.rows import ledger_row
from fritz.errors import Transient
from fritz.ports import Bus, Message, ObjectStore, Warehouse
from fritz.services.envelopes import Envelope
from fritz.services.publishing import TOPIC, packet_message
from fritz.services.quarantine import keep, notice

__all__ = ["Mirror", "PacketSource", "SourcePacket"]

LARGEST_BYTES = 10_000_000
"""What the bus takes in one message; the survey's packets are a hundredth of it."""
LONGEST_WAIT_S = 60.0

log = structlog.get_logger()


class SourcePacket(Protocol):
    """One packet and where the survey's log holds it."""

    @property
    def data(self) -> bytes:
        """The packet as published."""
        ...

    @property
    def topic(self) -> str:
        """The topic of Kafka."""
        ...

    @property
    def partition(self) -> int:
        """The topic's partition."""
        ...

    @property
    def offset(self) -> int:
        """The place in the partition."""
        ...


class PacketSource(Protocol):
    """A log of packets that remembers how far this reader has come."""

    def poll(self, timeout_s: float) -> Sequence[SourcePacket]:
        """Return the next packets, in order within a partition; none after `timeout_s`."""
        ...

    def commit(self) -> None:
        """Remember that everything polled so far is done: a restart goes on after it.

        Raises
        ------
        Transient
            That could not be remembered; a restart may repeat packets.
        """
        ...

    def close(self) -> None:
        """Leave the log."""
        ...


class Mirror:
    """Carries packets from a source to the bus."""

    def __init__(
        self,
        *,
        source: PacketSource,
        bus: Bus,
        objects: ObjectStore,
        warehouse: Warehouse,
        now: Callable[[], datetime],
        survey: str = "ztf",
    ) -> None:
        self._source = source
        self._bus = bus
        self._objects = objects
        self._warehouse = warehouse
        self._now = now
        self._survey = survey
        self._pending: Sequence[SourcePacket] = ()

    def step(self, timeout_s: float = 1.0) -> int:
        """Carry one batch over and return the number of its packets, 0 if none came in time.

        Raises
        ------
        Transient
            The bus failed. Nothing was committed; the next step tries the same packets again.
        """
        if not self._pending:
            self._pending = self._source.poll(timeout_s)
        if not self._pending:
            return 0
        self._publish(self._pending)
        done = len(self._pending)
        self._pending = ()
        try:
            self._source.commit()
        except Transient as error:
            # The packets are on the bus; a later commit covers them, a restart repeats them.
            log.warning("offsets not committed", error=str(error))
        return done

    def run(
        self,
        *,
        until_idle_s: float | None,
        seconds: Callable[[], float],
        wait: Callable[[float], None],
    ) -> Iterator[int]:
        """Yield the number of packets of each step, for ever or until nothing has come for long.

        Parameters
        ----------
        until_idle_s
            Stop when no packet came for this long; None to go on.
        seconds
            A clock that never goes back.
        wait
            Sleeps for some seconds, after a failure of the bus.
        """
        latest, failures = seconds(), 0
        while until_idle_s is None or seconds() - latest < until_idle_s:
            try:
                done = self.step()
            except Transient as error:
                pause = min(2.0**failures, LONGEST_WAIT_S)
                failures += 1
                log.warning("bus failed", error=str(error), failures=failures, wait_s=pause)
                wait(pause)
                latest = seconds()
                continue
            failures = 0
            if done:
                latest = seconds()
            yield done

    def _publish(self, packets: Sequence[SourcePacket]) -> None:
        for packet in packets:
            if len(packet.data) > LARGEST_BYTES:
                self._quarantine(packet)
        messages = [self._message(each) for each in packets if len(each.data) <= LARGEST_BYTES]
        if messages:
            self._bus.publish(TOPIC, messages)

    def _message(self, packet: SourcePacket) -> Message:
        origin = {
            "kafka.topic": packet.topic,
            "kafka.partition": str(packet.partition),
            "kafka.offset": str(packet.offset),
        }
        return packet_message(
            packet.data, packet_id=_packet_id(packet), survey=self._survey, attributes=origin
        )

    def _quarantine(self, packet: SourcePacket) -> None:
        """Account for a packet that the bus cannot carry, as ingest does for one it cannot read."""
        now, reason = self._now(), "too_large"
        detail = f"{len(packet.data)} bytes, at most {LARGEST_BYTES}"
        envelope = Envelope(packet.data, {"survey": self._survey}, _packet_id(packet), now)
        key = keep(self._objects, "quarantine", envelope)
        row = ledger_row(
            packet_id=envelope.packet_id,
            record=0,
            survey=self._survey,
            night=int(f"{now:%Y%m%d}"),
            outcome="quarantined",
            reason=reason,
            detail=detail,
            object_key=key,
            at=now,
        )
        self._warehouse.append("ledger", [row])
        self._bus.publish("quarantine", [notice(envelope, key, reason, detail, now)])


def _packet_id(packet: SourcePacket) -> str:
    return f"{packet.topic}/{packet.partition}/{packet.offset}"
