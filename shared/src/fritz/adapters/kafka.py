"""The survey's Kafka topics as a source of packets (librdkafka through confluent-kafka)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from fritz.errors import FritzError, Transient

__all__ = ["KafkaPacket", "KafkaPackets"]

BATCH = 100
"""Packets of one poll: about 7 MB of ZTF's."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KafkaPacket:
    """One message of Kafka."""

    data: bytes
    topic: str
    partition: int
    offset: int


class KafkaPackets:
    """A member of a consumer group that commits its offsets only when told to.

    Parameters
    ----------
    servers
        The first brokers to ask, ``host:port`` separated by commas.
    topics
        Names; one that begins with ``^`` is a regular expression, which finds tomorrow's topics.
    group
        The consumer group, under which offsets are remembered; members share the partitions.
    settings
        Further settings of librdkafka, such as those for authentication.
    """

    def __init__(
        self,
        servers: str,
        topics: Sequence[str],
        group: str,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._consumer = Consumer(
            {
                "topic.metadata.refresh.interval.ms": 30_000,
                **(settings or {}),
                "bootstrap.servers": servers,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
            }
        )
        self._consumer.subscribe(list(topics))
        self._next: dict[tuple[str, int], int] = {}

    def poll(self, timeout_s: float) -> Sequence[KafkaPacket]:
        """Return up to a hundred packets; none after `timeout_s`.

        Raises
        ------
        FritzError
            The broker refuses us for good (authentication, authorisation, a fatal state).
        """
        try:
            messages = self._consumer.consume(BATCH, timeout=timeout_s)
        except KafkaException as error:
            raise _converted(error.args[0]) from error
        packets = [packet for message in messages if (packet := _packet(message))]
        for packet in packets:
            self._next[packet.topic, packet.partition] = packet.offset + 1
        return packets

    def commit(self) -> None:
        """Remember that everything polled so far is done.

        Raises
        ------
        Transient
            The broker did not take the offsets, for instance because the group is rebalancing.
        """
        offsets = [TopicPartition(*place, offset) for place, offset in self._next.items()]
        if not offsets:
            return
        # Forgotten either way: after a rebalance a partition may be another member's, and the
        # next packet of one that is still ours commits everything before it.
        self._next.clear()
        try:
            committed = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            raise Transient(f"offsets not committed: {error.args[0]}") from error
        if refused := [str(each.error) for each in committed or () if each.error]:
            raise Transient(f"offsets not committed: {', '.join(refused)}")

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._consumer.close()


_PASSING = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - librdkafka's public name for a local error
        KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001 - as above
        KafkaError._PARTITION_EOF,  # noqa: SLF001 - as above
        KafkaError._TIMED_OUT,  # noqa: SLF001 - as above
        KafkaError._TRANSPORT,  # noqa: SLF001 - as above
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    }
)
"""What passes by itself: librdkafka reconnects; a night's topic appears with its first alert; a
member that the bus kept waiting too long joins its group again, at the offsets it committed."""


def _packet(message: Any) -> KafkaPacket | None:
    error = message.error()
    if error is None:
        # A tombstone has no value; as an empty packet it ends in the quarantine, accounted for.
        value = message.value() or b""
        return KafkaPacket(value, message.topic(), message.partition(), message.offset())
    if error.fatal() or not (error.retriable() or error.code() in _PASSING):
        raise _converted(error)
    log.warning("kafka hiccup", error=error.str())
    return None


def _converted(error: KafkaError) -> FritzError:
    return FritzError(f"kafka: {error.str()} ({error.name()})")
