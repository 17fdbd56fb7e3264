"""Damage of the embedded stores is an error of ours, and a delivery that ends is noticed."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.delivery import Delivery
from fritz.adapters.embedded.sqlite import SqlitePool
from fritz.cli import worker
from fritz.cli.checkout import functions, subscription_of
from fritz.errors import Transient
from fritz.ports import Subscription


def test_a_file_that_is_no_database_is_an_error_of_ours(tmp_path):
    (tmp_path / "store.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(Transient, match="not a database"):
        SqlitePool(tmp_path / "store.sqlite", "SELECT 1")


@pytest.mark.parametrize("error", [sqlite3.DatabaseError, sqlite3.InterfaceError])
def test_every_error_of_sqlite_is_an_error_of_ours(tmp_path, error):
    pool = SqlitePool(tmp_path / "store.sqlite", "SELECT 1")
    with pytest.raises(Transient, match="malformed"), pool.writing():
        raise error("disk image is malformed")
    pool.close()


@pytest.fixture
def bus(tmp_path):
    opened = SqliteBus(tmp_path / "bus.sqlite")
    opened.create_topic("topic")
    opened.subscribe(Subscription("sub", "topic", "local:sub"))
    yield opened
    opened.close()


def test_a_delivery_says_whether_it_delivers(bus, monkeypatch):
    delivery = Delivery(bus, "sub", lambda body: None)
    assert not delivery.is_alive
    delivery.start()
    assert delivery.is_alive
    delivery.stop()
    assert not delivery.is_alive


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_notices_a_delivery_that_ended_by_itself(bus, monkeypatch):
    def fail(*_args):
        raise MemoryError("unforeseen")

    delivery = Delivery(bus, "sub", lambda body: None)
    monkeypatch.setattr(bus, "settle_and_lease", fail)
    delivery.start()
    assert worker._ended([delivery], threading.Event()) == ["sub"]
    delivery.stop()


def test_a_worker_whose_delivery_ends_ends_with_an_error(tmp_path):
    """The file of the bus lacks the subscriptions, so the deliveries cannot even be made."""
    bus = SqliteBus(tmp_path / "bus.sqlite")
    for function in functions():
        bus.create_topic(function.topic)
    for function in functions():
        if function.name != "filter":
            bus.subscribe(subscription_of(function, "local:x"))
    bus.close()
    done = subprocess.run(
        [sys.executable, "-m", "fritz.cli.worker", "--data", str(tmp_path)],
        check=False, capture_output=True, text=True, timeout=120,
        env={"FRITZ_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "no subscription alerts-filter" in done.stderr
