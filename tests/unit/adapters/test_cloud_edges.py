"""What the cloud adapters do at their edges: vendors' errors, services that are down, batching."""

import subprocess
import sys

import pytest
import requests
from google.api_core import exceptions as google
from google.auth import exceptions as google_auth
from hypothesis import given
from hypothesis import strategies as st

from emulators.google.process import free_port
from fritz.adapters.cloud.firestore import FirestoreDocuments
from fritz.adapters.cloud.pubsub import MAX_REQUEST_BYTES, PubSubBus, _requests
from fritz.adapters.cloud.storage import CloudObjects
from fritz.adapters.cloud.vendor_errors import converted, vendor_errors
from fritz.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Transient
from fritz.ports import Message, Put, Query


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (google.NotFound("x"), NotFound),
        (google.AlreadyExists("x"), Conflict),
        (google.FailedPrecondition("x"), Conflict),
        (google.PreconditionFailed("x"), Conflict),
        (google.FailedPrecondition("The query requires an index."), Invalid),
        (google.PermissionDenied("x"), Forbidden),
        (google.Unauthenticated("x"), Forbidden),
        (google.InvalidArgument("x"), Invalid),
        (google.InvalidArgument("its size exceeds the maximum allowed size"), TooLarge),
        (google.BadRequest("x"), Invalid),
        (google.OutOfRange("x"), Invalid),
        (google.Aborted("x"), Transient),
        (google.ServiceUnavailable("x"), Transient),
        (google.DeadlineExceeded("x"), Transient),
        (google.ResourceExhausted("x"), Transient),
        (google.InternalServerError("x"), Transient),
        (google.Cancelled("x"), Transient),
        (google.RetryError("x", None), Transient),
        (google_auth.TransportError("x"), Transient),
        (requests.exceptions.ConnectionError("x"), Transient),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_vendors_error_is_converted_once_and_kept_as_the_cause(theirs, ours):
    with pytest.raises(ours, match=r"^Somewhere: ") as caught, vendor_errors("Somewhere"):
        raise theirs
    assert type(caught.value) is ours
    assert caught.value.__cause__ is theirs


def test_error_that_is_no_vendors_passes():
    with pytest.raises(KeyError), vendor_errors("Somewhere"):
        raise KeyError("ours")


def test_size_is_told_from_other_mistakes():
    assert type(converted(google.NotFound("name is too long"), "x")) is NotFound


@pytest.fixture
def nobody():
    """Return an address at which nobody listens."""
    return f"127.0.0.1:{free_port()}"


def test_firestore_that_is_down_is_transient(nobody, monkeypatch):
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", nobody)
    documents = FirestoreDocuments("p", timeout_s=0.3)
    for call in (
        lambda: documents.get("a", "b"),
        lambda: documents.query(Query("a")),
        lambda: documents.count(Query("a")),
        lambda: documents.commit([Put("a", "b", {})]),
    ):
        with pytest.raises(Transient):
            call()


def test_pubsub_that_is_down_is_transient(nobody, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", nobody)
    bus = PubSubBus("p", timeout_s=0.3)
    for call in (
        lambda: bus.publish("topic", [Message(b"x")]),
        lambda: bus.create_topic("topic"),
    ):
        with pytest.raises(Transient):
            call()


def test_cloud_storage_that_is_down_is_transient(nobody, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{nobody}")
    objects = CloudObjects("bucket", timeout_s=0.3)
    for call in (
        lambda: objects.get("k"),
        lambda: objects.create("k", b"x"),
        lambda: objects.exists("k"),
        lambda: list(objects.list("k")),
        lambda: objects.delete("k"),
    ):
        with pytest.raises(Transient):
            call()


@given(st.lists(st.integers(1, 10_000_000), max_size=12), st.integers(0, 3))
def test_requests_keep_order_and_stay_below_the_limit(sizes, attributes):
    names = {f"name{n}": "value" for n in range(attributes)}
    payload = bytes(10_000_000)
    messages = [Message(payload[:size], names) for size in sizes]
    requests_ = list(_requests(messages))
    assert [len(one.data) for run in requests_ for one in run] == sizes
    for run in requests_:
        assert len(run) == 1 or sum(len(one.data) for one in run) <= MAX_REQUEST_BYTES


def test_request_holds_at_most_a_thousand_messages():
    assert [len(run) for run in _requests([Message(b"x")] * 2500)] == [1000, 1000, 500]


def test_wiring_imports_no_vendor_before_it_is_chosen():
    code = (
        "import sys, fritz.wiring\n"
        "print([m for m in sys.modules if m.startswith(('google.cloud.', 'grpc', 'firebase'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
