"""Topics and push subscriptions on Pub/Sub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from google.api_core import exceptions as google
from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient
from google.pubsub_v1 import types as wire
from typing_extensions import override

from fritz.adapters.cloud.patience import patience
from fritz.adapters.cloud.vendor_errors import vendor_errors
from fritz.errors import Invalid, TooLarge
from fritz.ports import Backlog, Bus, Message, Subscription

__all__ = ["PubSubBus"]

converting = vendor_errors("Pub/Sub")

MAX_MESSAGE_BYTES = 10_000_000
MAX_REQUEST_BYTES = 9_000_000
"""Pub/Sub takes 10 MB in one request; what is left over covers the frame of each message."""
MAX_REQUEST_MESSAGES = 1000
MAX_ATTRIBUTES, MAX_NAME_BYTES, MAX_VALUE_BYTES = 100, 256, 1024
PARALLEL_REQUESTS = 4


class PubSubBus(Bus):
    """`fritz.ports.Bus` on Pub/Sub, or on its emulator.

    `publish` sends full requests side by side and returns once Pub/Sub has acknowledged them all.
    The vendor's batching publisher is not used: it waits for more messages to come, while ours
    come in batches already, and it takes attributes as keyword arguments, among which some names
    are reserved.

    Parameters
    ----------
    project : Google's project id
    publisher, subscriber : clients to use in place of those made here
    push_account : e-mail of the service account whose OIDC token comes with each push
    timeout_s : how long a call is retried before it is `Transient`, seconds
    """

    def __init__(
        self,
        project: str,
        publisher: pubsub_v1.PublisherClient | None = None,
        subscriber: pubsub_v1.SubscriberClient | None = None,
        push_account: str | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        self._project = project
        self._publisher = publisher or pubsub_v1.PublisherClient()
        self._subscriber = subscriber or pubsub_v1.SubscriberClient()
        self._requests = PublisherClient(transport=self._publisher.transport)
        self._push_account = push_account
        self._patience = patience(timeout_s, google.Aborted, google.DeadlineExceeded)
        self._threads = ThreadPoolExecutor(PARALLEL_REQUESTS, thread_name_prefix="publish")

    @override
    @converting
    def create_topic(self, topic: str) -> None:
        try:
            self._requests.create_topic(name=self._topic(topic), **self._patience)
        except google.AlreadyExists:
            return

    @override
    @converting
    def subscribe(self, subscription: Subscription) -> None:
        try:
            self._subscriber.create_subscription(
                request=self._subscription(subscription), **self._patience
            )
        except google.AlreadyExists:
            return

    @override
    @converting
    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        for message in messages:
            _check(message)
        path = self._topic(topic)
        answers = self._threads.map(
            lambda chunk: self._requests.publish(topic=path, messages=chunk, **self._patience),
            list(_requests(messages)),
        )
        return [one for answer in answers for one in answer.message_ids]

    @override
    def backlog(self, subscription: str) -> Backlog | None:
        # Only Cloud Monitoring knows, minutes later.
        return None

    @override
    def close(self) -> None:
        self._threads.shutdown()
        self._publisher.stop()
        self._requests.transport.close()
        self._subscriber.close()

    def _topic(self, name: str) -> str:
        return f"projects/{self._project}/topics/{name}"

    def _subscription(self, ours: Subscription) -> wire.Subscription:
        theirs = wire.Subscription(
            name=f"projects/{self._project}/subscriptions/{ours.name}",
            topic=self._topic(ours.topic),
            push_config=self._push(ours.endpoint),
            ack_deadline_seconds=ours.ack_deadline_s,
            expiration_policy=wire.ExpirationPolicy(),
        )
        if ours.min_backoff_s > 0:
            # Pub/Sub retries at once where no policy is set.
            theirs.retry_policy = wire.RetryPolicy(
                minimum_backoff=timedelta(seconds=ours.min_backoff_s),
                maximum_backoff=timedelta(seconds=ours.max_backoff_s),
            )
        if ours.dead_letter_topic is not None:
            theirs.dead_letter_policy = wire.DeadLetterPolicy(
                dead_letter_topic=self._topic(ours.dead_letter_topic),
                max_delivery_attempts=ours.max_attempts,
            )
        return theirs

    def _push(self, endpoint: str) -> wire.PushConfig:
        config = wire.PushConfig(push_endpoint=endpoint)
        if self._push_account is not None:
            config.oidc_token = wire.PushConfig.OidcToken(service_account_email=self._push_account)
        return config


def _check(message: Message) -> None:
    """Refuse what Pub/Sub would refuse, before anything of the batch is published."""
    if len(message.data) > MAX_MESSAGE_BYTES:
        raise TooLarge(f"a message of {len(message.data)} bytes; at most {MAX_MESSAGE_BYTES}")
    if not message.data and not message.attributes:
        raise Invalid("a message needs data or attributes")
    if len(message.attributes) > MAX_ATTRIBUTES:
        raise Invalid(f"{len(message.attributes)} attributes; at most {MAX_ATTRIBUTES}")
    for name, value in message.attributes.items():
        if not 0 < len(name.encode()) <= MAX_NAME_BYTES or len(value.encode()) > MAX_VALUE_BYTES:
            raise Invalid(f"attribute {name[:40]!r}: name or value too long or empty")


def _requests(messages: Iterable[Message]) -> Iterator[list[wire.PubsubMessage]]:
    """Yield the messages in runs that one request can carry."""
    run: list[wire.PubsubMessage] = []
    size = 0
    for message in messages:
        added = _size_bytes(message)
        if run and (size + added > MAX_REQUEST_BYTES or len(run) == MAX_REQUEST_MESSAGES):
            yield run
            run, size = [], 0
        run.append(wire.PubsubMessage(data=message.data, attributes=dict(message.attributes)))
        size += added
    if run:
        yield run


def _size_bytes(message: Message) -> int:
    attributes = sum(len(k.encode()) + len(v.encode()) + 8 for k, v in message.attributes.items())
    return len(message.data) + attributes + 16
