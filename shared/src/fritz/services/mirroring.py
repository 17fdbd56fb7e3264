"""The mirror: packets of the survey's Kafka topics become messages on our bus, bytes unchanged.

Offsets are committed only after the bus has confirmed the packets, so a crash repeats packets and
loses none. A repeated packet has the same packet id, by which ingest and the ledger know it again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import structlog

from fritz.errors import Transient
from fritz.ports import Message
from fritz.services.publishing import Publisher, packet_message

__all__ = ["Mirror", "PacketSource", "SourcePacket"]

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
        publisher: Publisher,
        survey: str = "ztf",
    ) -> None:
        self._source = source
        self._publisher = publisher
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
        self._publisher.publish([self._message(each) for each in self._pending])
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

    def _message(self, packet: SourcePacket) -> Message:
        origin = {
            "kafka.topic": packet.topic,
            "kafka.partition": str(packet.partition),
            "kafka.offset": str(packet.offset),
        }
        return packet_message(
            packet.data, packet_id=_packet_id(packet), survey=self._survey, attributes=origin
        )


def _packet_id(packet: SourcePacket) -> str:
    return f"{packet.topic}/{packet.partition}/{packet.offset}"
