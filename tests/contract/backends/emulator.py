"""The cloud adapters on Google's emulators of Firestore and Pub/Sub, and on fake-gcs-server."""

from contextlib import contextmanager

import requests

from fritz.adapters.cloud.firestore import FirestoreDocuments
from fritz.adapters.cloud.pubsub import PubSubBus
from fritz.adapters.cloud.storage import CloudObjects
from tests.emulators import running

MARKS = running.MARKS
GAPS = {
    "test_attempts_are_counted_where_there_is_a_dead_letter_topic": (
        "Google's Pub/Sub emulator (0.8.20) pushes no deliveryAttempt"
    ),
}
"""Tests that the stand-in, not the adapter, cannot pass."""
PROJECT = "fritz-contract"
BUCKET = "fritz-contract-objects"


@contextmanager
def documents():
    with running.environ_of(running.firestore()):
        store = FirestoreDocuments(PROJECT)
    yield store
    store.close()


@contextmanager
def objects():
    server = running.gcs()
    place = f"{server.host}/storage/v1/b"
    made = requests.post(
        place,
        params={"project": PROJECT},
        json={"name": BUCKET},
        timeout=10,
    )
    made.raise_for_status()
    with running.environ_of(server):
        yield CloudObjects(BUCKET)


@contextmanager
def bus():
    with running.environ_of(running.pubsub()):
        vendors = PubSubBus(PROJECT)
    yield vendors
    vendors.close()
