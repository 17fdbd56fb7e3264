"""What only the embedded bus has: a clock of its own, leases, a file, deaths of its workers."""

import threading
import time

import pytest

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.delivery import Delivery
from fritz.errors import NotFound
from fritz.ports import Message, Subscription
from tests.support.killing import killed_after


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bus(tmp_path, clock):
    opened = SqliteBus(tmp_path / "bus.sqlite", clock)
    for topic in ("alerts", "dead"):
        opened.create_topic(topic)
    yield opened
    opened.close()


def subscribe(bus, name="sub", **terms):
    terms = {"ack_deadline_s": 60, "min_backoff_s": 1.0, "max_backoff_s": 10.0} | terms
    bus.subscribe(Subscription(name, "alerts", "local:test", **terms))


def leased(bus, most=10, name="sub"):
    return [each.lease for each in bus.lease(name, most)]


# --- leases ---------------------------------------------------------------------------------------


def test_a_leased_message_is_nobody_elses_until_its_deadline(bus, clock):
    subscribe(bus)
    bus.publish("alerts", [Message(b"x")])
    [lease] = leased(bus)
    clock.now += 59
    assert leased(bus) == []
    clock.now += 2
    [again] = leased(bus)
    assert (again.message, again.attempt) == (lease.message, 2)


def test_messages_are_leased_oldest_first_and_no_more_than_asked(bus, clock):
    subscribe(bus)
    numbers = []
    for n in range(4):
        numbers += bus.publish("alerts", [Message(b"%d" % n)])
        clock.now += 1
    assert [str(lease.message) for lease in leased(bus, 3)] == numbers[:3]
    assert [str(lease.message) for lease in leased(bus, 3)] == numbers[3:]


def test_acknowledging_late_still_counts(bus, clock):
    subscribe(bus)
    bus.publish("alerts", [Message(b"x")])
    late = leased(bus)
    clock.now += 100
    leased(bus)
    bus.acknowledge("sub", late)
    clock.now += 1000
    assert leased(bus) == []
    assert bus.backlog("sub").messages == 0


def test_failing_late_does_not_disturb_the_next_attempt(bus, clock):
    subscribe(bus, min_backoff_s=0.0)
    bus.publish("alerts", [Message(b"x")])
    late = leased(bus)
    clock.now += 100
    leased(bus)
    bus.retry("sub", late)
    assert leased(bus) == []


def test_pauses_double_up_to_the_longest(bus, clock):
    subscribe(bus)
    bus.publish("alerts", [Message(b"x")])
    pauses = []
    for _ in range(6):
        bus.retry("sub", leased(bus))
        start = clock.now
        while not bus._is_due("sub", int(clock.now * 1e6)):
            clock.now += 0.5
        pauses.append(clock.now - start)
    assert pauses == [1, 2, 4, 8, 10, 10]


def test_a_message_that_kills_its_workers_goes_to_the_dead_letter_topic(bus, clock):
    """Nobody says that an attempt failed; the deadlines pass."""
    subscribe(bus, dead_letter_topic="dead", max_attempts=3)
    bus.subscribe(Subscription("graves", "dead", "local:test"))
    bus.publish("alerts", [Message(b"poison", {"candid": "1"})])
    for attempt in (1, 2, 3):
        assert [lease.attempt for lease in leased(bus)] == [attempt]
        clock.now += 61
    assert leased(bus) == []
    [buried] = bus.lease("graves", 10)
    assert buried.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "3"
    assert buried.attributes["candid"] == "1"
    stats = bus.stats()
    assert (stats["sub"].dead_letters, stats["sub"].backlog, stats["graves"].backlog) == (1, 0, 1)


@pytest.mark.parametrize("terms", [{"max_attempts": 0, "dead_letter_topic": "dead"}, {}])
def test_some_subscriptions_never_give_up(bus, clock, terms):
    subscribe(bus, **terms)
    bus.publish("alerts", [Message(b"x")])
    for attempt in range(1, 30):
        [lease] = leased(bus)
        assert lease.attempt == attempt
        bus.retry("sub", [lease])
        clock.now += 11


# --- the file -------------------------------------------------------------------------------------


def test_what_is_handled_leaves_the_file(bus):
    subscribe(bus, "one")
    subscribe(bus, "two")
    bus.publish("alerts", [Message(b"x" * 1000) for _ in range(20)])
    bus.acknowledge("one", leased(bus, 100, "one"))
    with bus._pool.connection() as connection:
        count = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM payloads)"
        assert connection.execute(count).fetchone() == (20, 20)
        bus.acknowledge("two", leased(bus, 100, "two"))
        assert connection.execute(count).fetchone() == (0, 0)
        assert connection.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)


def test_a_topic_without_subscriptions_keeps_nothing_but_its_count(bus):
    bus.publish("alerts", [Message(b"x" * 1000)] * 5)
    with bus._pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    assert bus.published() == {"alerts": 5, "dead": 0}


def test_the_file_does_not_grow_with_what_has_passed(bus, tmp_path):
    subscribe(bus)
    sizes = []
    for _ in range(4):
        bus.publish("alerts", [Message(b"x" * 50_000)] * 200)
        bus.acknowledge("sub", leased(bus, 1000))
        bus.shrink()
        sizes.append((tmp_path / "bus.sqlite").stat().st_size)
    assert max(sizes) < 2 * 200 * 50_000


def test_numbers_of_messages_are_never_used_again(bus):
    subscribe(bus)
    first = bus.publish("alerts", [Message(b"x")])
    bus.acknowledge("sub", leased(bus))
    assert int(bus.publish("alerts", [Message(b"y")])[0]) > int(first[0])


def test_stats_say_how_a_subscription_stands(bus, clock):
    subscribe(bus)
    bus.publish("alerts", [Message(b"%d" % n) for n in range(5)])
    bus.acknowledge("sub", leased(bus, 1))
    leased(bus, 2)
    clock.now += 30
    stats = bus.stats()["sub"]
    assert (stats.backlog, stats.leased, stats.acknowledged) == (4, 2, 1)
    assert stats.oldest_age_s == pytest.approx(30)


def test_an_unknown_subscription_is_not_found(bus):
    with pytest.raises(NotFound):
        bus.lease("unknown", 1)
    with pytest.raises(NotFound):
        bus.backlog("unknown")
    with pytest.raises(NotFound):
        bus.subscribe(Subscription("s", "alerts", "x", dead_letter_topic="unknown"))


# --- deliveries -----------------------------------------------------------------------------------


def drain(bus, name="sub"):
    while bus.backlog(name).messages:
        time.sleep(0.01)


def test_a_delivery_retries_what_raises(tmp_path):
    bus = SqliteBus(tmp_path / "bus.sqlite")
    bus.create_topic("alerts")
    subscribe(bus, min_backoff_s=0.01, max_backoff_s=0.01)
    seen = []

    def handle(body):
        seen.append(body["message"]["messageId"])
        if seen.count(seen[-1]) < 3:
            raise ValueError("not yet")

    delivery = Delivery(bus, "sub", handle, threads=4)
    numbers = bus.publish("alerts", [Message(b"x")] * 10)
    delivery.start()
    drain(bus)
    delivery.stop()
    assert sorted(seen) == sorted(numbers * 3)


def test_stopping_waits_for_calls_and_settles_them(tmp_path):
    bus = SqliteBus(tmp_path / "bus.sqlite")
    bus.create_topic("alerts")
    subscribe(bus)
    began, release = threading.Semaphore(0), threading.Event()

    def handle(_body):
        began.release()
        release.wait()

    delivery = Delivery(bus, "sub", handle, threads=2)
    bus.publish("alerts", [Message(b"x")] * 5)
    delivery.start()
    for _ in range(2):
        began.acquire()
    stopper = threading.Thread(target=delivery.stop)
    stopper.start()
    release.set()
    stopper.join()
    stats = bus.stats()["sub"]
    assert stats.leased == 0
    assert (stats.acknowledged, stats.backlog) == (2, 3)


def test_a_delivery_that_never_started_can_stop(bus):
    subscribe(bus)
    Delivery(bus, "sub", print).stop()
    assert bus.stats()["sub"].leased == 0


def test_two_deliveries_share_the_work(tmp_path):
    path = tmp_path / "bus.sqlite"
    buses = [SqliteBus(path) for _ in range(2)]
    buses[0].create_topic("alerts")
    subscribe(buses[0])
    seen = []
    numbers = buses[0].publish("alerts", [Message(b"x")] * 300)
    deliveries = [
        Delivery(each, "sub", lambda body: seen.append(body["message"]["messageId"]), threads=4)
        for each in buses
    ]
    for delivery in deliveries:
        delivery.start()
    drain(buses[0])
    for delivery in deliveries:
        delivery.stop()
    assert sorted(seen) == sorted(numbers)


def hang_on_every_message(path, mark):
    bus = SqliteBus(path)

    def handle(_body):
        mark.touch()
        threading.Event().wait()

    delivery = Delivery(bus, "sub", handle, threads=4)
    delivery.start()
    delivery._thread.join()


def test_what_a_killed_worker_had_taken_is_delivered_again_soon(tmp_path):
    path, mark = tmp_path / "bus.sqlite", tmp_path / "taken"
    bus = SqliteBus(path)
    bus.create_topic("alerts")
    subscribe(bus, ack_deadline_s=600)
    numbers = bus.publish("alerts", [Message(b"x")] * 10)
    killed_after(hang_on_every_message, path, mark, ready=mark.exists)
    assert bus.stats()["sub"].backlog == 10
    seen = {}
    delivery = Delivery(bus, "sub", lambda body: seen.update({body["message"]["messageId"]: 1}))
    delivery.start()
    drain(bus)
    delivery.stop()
    assert sorted(seen) == sorted(numbers)


def publish_for_ever(path):
    bus = SqliteBus(path)
    while True:
        bus.publish("alerts", [Message(b"x" * 20_000)] * 7)


def test_a_killed_publisher_leaves_whole_batches(tmp_path):
    path = tmp_path / "bus.sqlite"
    bus = SqliteBus(path)
    bus.create_topic("alerts")
    subscribe(bus)
    killed_after(publish_for_ever, path, ready=lambda: bus.backlog("sub").messages > 0)
    count = bus.backlog("sub").messages
    assert count % 7 == 0
    assert bus.published()["alerts"] == count
    assert len(bus.lease("sub", 10_000)) == count
