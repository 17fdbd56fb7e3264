"""Topics and subscriptions in SQLite, with Pub/Sub's rules of delivery."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typing_extensions import override

from fritz.adapters.embedded.bus_rows import (
    SCHEMA,
    Lease,
    Leased,
    bury,
    enqueue,
    find_subscription,
    release,
    remove,
)
from fritz.adapters.embedded.processes import is_alive, this_process
from fritz.adapters.embedded.sqlite import SqlitePool
from fritz.errors import Invalid, NotFound, TooLarge
from fritz.ports import Backlog, Bus, Message, Subscription

__all__ = ["SqliteBus", "SubscriptionStats"]

MAX_MESSAGE_BYTES = 10_000_000
_MAX_ATTRIBUTES = 100
_MAX_KEY_BYTES = 256
_MAX_VALUE_BYTES = 1024
_PAGE_BYTES = 16_384
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECLAIM_S = 0.5
_SHRINK_PAGES = 2048


@dataclass(frozen=True, slots=True)
class SubscriptionStats:
    """How one subscription stands."""

    backlog: int
    """Messages not acknowledged, those being handled among them."""
    leased: int
    """Messages being handled, or waiting for another attempt."""
    oldest_age_s: float | None
    acknowledged: int
    dead_letters: int


class SqliteBus(Bus):
    """A durable bus in one file, for any number of threads and processes.

    It keeps the messages; `fritz.adapters.embedded.delivery` takes them to handlers.

    Parameters
    ----------
    path : the file
    clock : seconds since 1970
    project : what stands for Google's project in what is delivered
    """

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.time, project: str = "fritz-local"
    ) -> None:
        self._pool = SqlitePool(path, SCHEMA, page_bytes=_PAGE_BYTES)
        self._clock = clock
        self.project = project
        self._reclaimed_at = 0.0
        self._worker: tuple[str, int] | None = None

    @override
    def create_topic(self, topic: str) -> None:
        with self._pool.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO topics (name) VALUES (?)", (topic,))

    @override
    def subscribe(self, subscription: Subscription) -> None:
        with self._pool.writing() as connection:
            for topic in (subscription.topic, subscription.dead_letter_topic):
                known = connection.execute("SELECT 1 FROM topics WHERE name = ?", (topic,))
                if topic is not None and known.fetchone() is None:
                    raise NotFound(f"no topic {topic}")
            connection.execute(
                "INSERT OR IGNORE INTO subscriptions (name, topic, endpoint, dead_letter_topic,"
                " max_attempts, ack_deadline_s, min_backoff_s, max_backoff_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    subscription.name,
                    subscription.topic,
                    subscription.endpoint,
                    subscription.dead_letter_topic,
                    subscription.max_attempts,
                    subscription.ack_deadline_s,
                    subscription.min_backoff_s,
                    subscription.max_backoff_s,
                ),
            )

    @override
    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        for message in messages:
            _check(message)
        with self._pool.writing() as connection:
            numbers = enqueue(connection, topic, messages, self._now_us())
        return [str(number) for number in numbers]

    @override
    def backlog(self, subscription: str) -> Backlog | None:
        with self._pool.reading() as connection:
            number = find_subscription(connection, subscription).number
            count, oldest_us = connection.execute(
                "SELECT count(*), min(published_us) FROM deliveries"
                " JOIN messages ON messages.id = message WHERE subscription = ?",
                (number,),
            ).fetchone()
        oldest = None if oldest_us is None else _EPOCH + timedelta(microseconds=oldest_us)
        return Backlog(messages=count, oldest=oldest)

    @override
    def close(self) -> None:
        self._pool.close()

    def subscription(self, name: str) -> Subscription:
        """Return a subscription as it was created; `NotFound` if there is none."""
        with self._pool.reading() as connection:
            return find_subscription(connection, name).terms

    def lease(self, subscription: str, most: int) -> list[Leased]:
        """Take messages that are due, each for the subscription's acknowledgement deadline.

        A message whose attempts are used up goes to the dead-letter topic instead.
        """
        return self.settle_and_lease(subscription, (), (), most)

    def acknowledge(self, subscription: str, leases: Sequence[Lease]) -> None:
        """Forget messages that were handled."""
        self.settle_and_lease(subscription, leases, (), 0)

    def retry(self, subscription: str, leases: Sequence[Lease]) -> None:
        """Let messages wait for their next attempt, or go to the dead-letter topic."""
        self.settle_and_lease(subscription, (), leases, 0)

    def settle_and_lease(
        self, subscription: str, handled: Sequence[Lease], failed: Sequence[Lease], most: int
    ) -> list[Leased]:
        """Acknowledge, retry and lease in one commit; what a busy worker does in each round."""
        now_us = self._now_us()
        if not handled and not failed and not self._is_due(subscription, now_us):
            self._reclaim(now_us)
            return []
        owner = self._owner()
        with self._pool.writing() as connection:
            found = find_subscription(connection, subscription)
            remove(connection, found, handled)
            failed_at_last = release(connection, found, failed, now_us)
            leases, spent = found.take(connection, now_us, owner, most)
            bury(connection, found, [*failed_at_last, *spent], now_us, self.project)
        with self._pool.reading() as connection:
            return found.read(connection, leases)

    def shrink(self) -> None:
        """Give a part of the file's free pages back to the disk."""
        with self._pool.connection() as connection:
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
            if free > _SHRINK_PAGES:
                connection.execute(f"PRAGMA incremental_vacuum({_SHRINK_PAGES:d})").fetchall()

    def published(self) -> Mapping[str, int]:
        """Return how many messages each topic was ever given."""
        with self._pool.reading() as connection:
            return dict(connection.execute("SELECT name, published FROM topics").fetchall())

    def stats(self) -> Mapping[str, SubscriptionStats]:
        """Return how each subscription stands."""
        now_us = self._now_us()
        with self._pool.reading() as connection:
            rows = connection.execute(
                "SELECT s.name, count(message), count(iif(due_us > ?, 1, NULL)),"
                " min(published_us), acknowledged, dead_letters FROM subscriptions AS s"
                " LEFT JOIN deliveries ON subscription = s.number"
                " LEFT JOIN messages ON messages.id = message GROUP BY s.number ORDER BY s.number",
                (now_us,),
            ).fetchall()
        return {
            name: SubscriptionStats(
                count, leased, None if oldest is None else (now_us - oldest) / 1e6, done, dead
            )
            for name, count, leased, oldest, done, dead in rows
        }

    def _now_us(self) -> int:
        return int(self._clock() * 1e6)

    def _owner(self) -> int:
        """Return the number under which this process takes leases."""
        name = this_process()
        if self._worker is None or self._worker[0] != name:
            with self._pool.writing() as connection:
                connection.execute("INSERT OR IGNORE INTO workers (name) VALUES (?)", (name,))
                row = connection.execute("SELECT number FROM workers WHERE name = ?", (name,))
                self._worker = (name, row.fetchone()[0])
        return self._worker[1]

    def _is_due(self, subscription: str, now_us: int) -> bool:
        """Look without the write lock, which an idle worker must leave to others."""
        with self._pool.reading() as connection:
            number = find_subscription(connection, subscription).number
            due = "SELECT 1 FROM deliveries WHERE subscription = ? AND due_us <= ? LIMIT 1"
            return connection.execute(due, (number, now_us)).fetchone() is not None

    def _reclaim(self, now_us: int) -> None:
        """Make due at once what dead workers had taken: as a push whose connection breaks."""
        if time.monotonic() < self._reclaimed_at + _RECLAIM_S:
            return
        self._reclaimed_at = time.monotonic()
        with self._pool.reading() as connection:
            workers = connection.execute("SELECT number, name FROM workers").fetchall()
        dead = [(number,) for number, name in workers if not is_alive(name)]
        if not dead:
            return
        with self._pool.writing() as connection:
            connection.executemany(
                f"UPDATE deliveries SET due_us = {now_us:d}, owner = NULL WHERE owner = ?",  # noqa: S608 -- a number
                dead,
            )
            connection.executemany("DELETE FROM workers WHERE number = ?", dead)


def _check(message: Message) -> None:
    attributes = message.attributes
    if not message.data and not attributes:
        raise Invalid("a message needs data or an attribute")
    if len(attributes) > _MAX_ATTRIBUTES:
        raise Invalid(f"{len(attributes)} attributes; at most {_MAX_ATTRIBUTES}")
    size = len(message.data)
    for key, value in attributes.items():
        key_bytes, value_bytes = len(key.encode()), len(value.encode())
        if not 1 <= key_bytes <= _MAX_KEY_BYTES or value_bytes > _MAX_VALUE_BYTES:
            raise Invalid(f"attribute {key[:40]!r}: at most 256 bytes and a value of 1024")
        size += key_bytes + value_bytes
    if size > MAX_MESSAGE_BYTES:
        raise TooLarge(f"a message of {size} bytes; at most {MAX_MESSAGE_BYTES}")
