"""Rows of the embedded bus: messages once, and one small delivery row for each subscription.

Payloads stand in a table of their own, so that counting and leasing never touch their pages.
"""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fritz.errors import NotFound
from fritz.ports import Message, Subscription

__all__ = [
    "SCHEMA",
    "Lease",
    "Leased",
    "StoredSubscription",
    "bury",
    "enqueue",
    "find_subscription",
    "push_body",
    "release",
    "remove",
]

SCHEMA = """
CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, published INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS subscriptions (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    dead_letter_topic TEXT,
    max_attempts INTEGER NOT NULL,
    ack_deadline_s INTEGER NOT NULL,
    min_backoff_s REAL NOT NULL,
    max_backoff_s REAL NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    dead_letters INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    published_us INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    attributes TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payloads (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    subscription INTEGER NOT NULL,
    message INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_us INTEGER NOT NULL,
    owner INTEGER,
    PRIMARY KEY (subscription, message)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (subscription, due_us);
CREATE TABLE IF NOT EXISTS workers (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US = 1_000_000
_DEAD = "CloudPubSubDeadLetterSource"


@dataclass(frozen=True, slots=True)
class Lease:
    """One attempt to deliver a message."""

    message: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Leased:
    """A leased message as it was published."""

    lease: Lease
    data: bytes
    attributes: Mapping[str, str]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSubscription:
    """A subscription with its number in the tables."""

    number: int
    terms: Subscription

    @property
    def last_attempt(self) -> int | None:
        """After which attempt a message goes to the dead-letter topic; None for never."""
        if self.terms.dead_letter_topic is None or self.terms.max_attempts < 1:
            return None
        return self.terms.max_attempts

    def is_spent(self, attempts: int) -> bool:
        """Return whether a message has had all its attempts."""
        return self.last_attempt is not None and attempts >= self.last_attempt

    def take(
        self, connection: sqlite3.Connection, now_us: int, owner: int, most: int
    ) -> tuple[list[Lease], list[int]]:
        """Lease what is due; return the leases and the messages without a further attempt."""
        rows = connection.execute(
            "SELECT message, attempts FROM deliveries"
            " WHERE subscription = ? AND due_us <= ? ORDER BY due_us, message LIMIT ?",
            (self.number, now_us, most),
        ).fetchall()
        spent = [message for message, attempts in rows if self.is_spent(attempts)]
        fresh = [row for row in rows if not self.is_spent(row[1])]
        leases = [Lease(message, attempts + 1) for message, attempts in fresh]
        due_us = now_us + self.terms.ack_deadline_s * _SECOND_US
        connection.executemany(
            "UPDATE deliveries SET attempts = ?, due_us = ?, owner = ?"
            " WHERE subscription = ? AND message = ?",
            [(lease.attempt, due_us, owner, self.number, lease.message) for lease in leases],
        )
        return leases, spent

    def read(self, connection: sqlite3.Connection, leases: Sequence[Lease]) -> list[Leased]:
        """Return the leased messages; one that another worker has finished since is left out."""
        found = []
        for lease in leases:
            row = connection.execute(
                "SELECT data, attributes, published_us FROM messages JOIN payloads USING (id)"
                " WHERE id = ?",
                (lease.message,),
            ).fetchone()
            if row is not None:
                data, attributes, published_us = row
                at = _EPOCH + timedelta(microseconds=published_us)
                found.append(Leased(lease, data, json.loads(attributes), at))
        return found


def find_subscription(connection: sqlite3.Connection, name: str) -> StoredSubscription:
    """Return the subscription called `name`; `NotFound` if there is none."""
    row = connection.execute(
        "SELECT number, name, topic, endpoint, dead_letter_topic, max_attempts, ack_deadline_s,"
        " min_backoff_s, max_backoff_s FROM subscriptions WHERE name = ?",
        (name,),
    ).fetchone()
    if row is None:
        raise NotFound(f"no subscription {name}")
    number, *terms = row
    return StoredSubscription(number, Subscription(*terms))


def enqueue(
    connection: sqlite3.Connection, topic: str, messages: Sequence[Message], now_us: int
) -> list[int]:
    """Add messages to every subscription of the topic; return their numbers."""
    counted = connection.execute(
        "UPDATE topics SET published = published + ? WHERE name = ?", (len(messages), topic)
    )
    if counted.rowcount == 0:
        raise NotFound(f"no topic {topic}")
    (last,) = connection.execute(
        "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)"
    ).fetchone()
    numbers = list(range(last + 1, last + 1 + len(messages)))
    subscriptions = [
        number
        for (number,) in connection.execute(
            "SELECT number FROM subscriptions WHERE topic = ?", (topic,)
        )
    ]
    numbered = list(zip(numbers, messages, strict=True))
    connection.executemany(
        "INSERT INTO messages (id, published_us, waiting, attributes) VALUES (?, ?, ?, ?)",
        [(n, now_us, len(subscriptions), json.dumps(dict(m.attributes))) for n, m in numbered],
    )
    if not subscriptions:
        connection.execute("DELETE FROM messages WHERE waiting = 0")
        return numbers
    connection.executemany(
        "INSERT INTO payloads (id, data) VALUES (?, ?)", [(n, m.data) for n, m in numbered]
    )
    connection.executemany(
        "INSERT INTO deliveries (subscription, message, attempts, due_us) VALUES (?, ?, 0, ?)",
        [(subscription, n, now_us) for subscription in subscriptions for n in numbers],
    )
    return numbers


def remove(
    connection: sqlite3.Connection, subscription: StoredSubscription, leases: Sequence[Lease]
) -> None:
    """Forget handled messages, also where a deadline had passed and they were leased again."""
    removed = _forget(connection, subscription.number, [lease.message for lease in leases])
    connection.execute(
        "UPDATE subscriptions SET acknowledged = acknowledged + ? WHERE number = ?",
        (removed, subscription.number),
    )


def release(
    connection: sqlite3.Connection,
    subscription: StoredSubscription,
    leases: Sequence[Lease],
    now_us: int,
) -> list[int]:
    """Let failed messages wait longer after each attempt; return those without a further one."""
    terms = subscription.terms
    spent = [lease.message for lease in leases if subscription.is_spent(lease.attempt)]
    waits = [
        (lease, min(terms.max_backoff_s, terms.min_backoff_s * 2 ** min(lease.attempt - 1, 60)))
        for lease in leases
        if not subscription.is_spent(lease.attempt)
    ]
    connection.executemany(
        "UPDATE deliveries SET due_us = ?, owner = NULL"
        " WHERE subscription = ? AND message = ? AND attempts = ?",
        [
            (now_us + int(wait_s * _SECOND_US), subscription.number, lease.message, lease.attempt)
            for lease, wait_s in waits
        ],
    )
    return spent


def bury(
    connection: sqlite3.Connection,
    subscription: StoredSubscription,
    messages: Sequence[int],
    now_us: int,
    project: str,
) -> None:
    """Move messages to the dead-letter topic with the attributes that Pub/Sub adds."""
    topic = subscription.terms.dead_letter_topic
    if not messages or topic is None:
        return
    copies = [_buried(connection, subscription, message, project) for message in messages]
    enqueue(connection, topic, [copy for copy in copies if copy is not None], now_us)
    removed = _forget(connection, subscription.number, messages)
    connection.execute(
        "UPDATE subscriptions SET dead_letters = dead_letters + ? WHERE number = ?",
        (removed, subscription.number),
    )


def push_body(leased: Leased, subscription: Subscription, project: str) -> dict[str, Any]:
    """Return what Pub/Sub's push sends, as JSON types; attempts only where they are counted."""
    time = leased.published_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    number = str(leased.lease.message)
    body: dict[str, Any] = {
        "message": {
            "data": b64encode(leased.data).decode(),
            "messageId": number,
            "message_id": number,
            "publishTime": time,
            "publish_time": time,
        },
        "subscription": f"projects/{project}/subscriptions/{subscription.name}",
    }
    if leased.attributes:
        body["message"]["attributes"] = dict(leased.attributes)
    if subscription.dead_letter_topic is not None:
        body["deliveryAttempt"] = leased.lease.attempt
    return body


def _forget(connection: sqlite3.Connection, subscription: int, messages: Sequence[int]) -> int:
    """Remove deliveries, and the messages that nobody waits for any more; count the deliveries."""
    if not messages:
        return 0
    rows = connection.execute(
        "DELETE FROM deliveries WHERE subscription = ?"
        " AND message IN (SELECT value FROM json_each(?)) RETURNING message",
        (subscription, json.dumps(list(messages))),
    ).fetchall()
    gone = json.dumps([message for (message,) in rows])
    connection.execute(
        "UPDATE messages SET waiting = waiting - 1 WHERE id IN (SELECT value FROM json_each(?))",
        (gone,),
    )
    unwanted = connection.execute(
        "DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?)) AND waiting <= 0"
        " RETURNING id",
        (gone,),
    ).fetchall()
    connection.executemany("DELETE FROM payloads WHERE id = ?", unwanted)
    return len(rows)


def _buried(
    connection: sqlite3.Connection, subscription: StoredSubscription, message: int, project: str
) -> Message | None:
    row = connection.execute(
        "SELECT data, attributes, published_us, attempts FROM deliveries"
        " JOIN messages ON messages.id = message JOIN payloads ON payloads.id = message"
        " WHERE subscription = ? AND message = ?",
        (subscription.number, message),
    ).fetchone()
    if row is None:
        return None
    data, attributes, published_us, attempts = row
    published_at = _EPOCH + timedelta(microseconds=published_us)
    added = {
        f"{_DEAD}DeliveryCount": str(attempts),
        f"{_DEAD}Subscription": subscription.terms.name,
        f"{_DEAD}SubscriptionProject": project,
        f"{_DEAD}TopicPublishTime": published_at.isoformat(timespec="milliseconds"),
    }
    return Message(data, {**json.loads(attributes), **added})
