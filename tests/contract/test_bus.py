"""The contract of `fritz.ports.Bus`: what is published comes to every subscription's endpoint.

Pub/Sub allows no acknowledgement deadline below 10 s and no fewer than 5 attempts. Order is not
promised and a message may come twice, so no test counts exactly.
"""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from fritz.errors import Invalid, NotFound, TooLarge
from fritz.ports import Message, Subscription
from tests.contract.push import Receiver
from tests.contract.subjects import fresh


@pytest.fixture(scope="module")
def receiver():
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def topic(bus):
    name = fresh("topic")
    bus.create_topic(name)
    yield name
    if hasattr(bus, "rest"):
        bus.rest()


def subscribe(bus, topic, inbox, **terms):
    """Push a topic to an inbox; retries come at once unless asked otherwise."""
    terms = {"ack_deadline_s": 10, "min_backoff_s": 0.1, "max_backoff_s": 1.0} | terms
    subscription = Subscription(fresh("sub"), topic, inbox.url, **terms)
    bus.subscribe(subscription)
    return subscription


def fail_first(times):
    return lambda _body, number: 500 if number <= times else 200


def test_a_message_comes_as_it_was_published(bus, topic, receiver):
    inbox = receiver.inbox()
    subscription = subscribe(bus, topic, inbox)
    data = bytes(range(256))
    [number] = bus.publish(topic, [Message(data, {"survey": "ztf", "note": "ξ ü"})])
    [body] = inbox.wait(1)[:1]
    message = body["message"]
    assert inbox.data()[0] == data
    assert message["attributes"] == {"survey": "ztf", "note": "ξ ü"}
    assert message["messageId"] == message["message_id"] == number
    assert message["publishTime"] == message["publish_time"]
    assert body["subscription"].split("/")[2:] == ["subscriptions", subscription.name]


def test_the_time_of_publishing_is_about_now(bus, topic, receiver):
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"x")])
    text = inbox.wait(1)[0]["message"]["publishTime"]
    assert text.endswith("Z")
    assert abs(datetime.fromisoformat(text) - datetime.now(UTC)) < timedelta(minutes=5)


def test_each_message_gets_its_own_id_in_order(bus, topic, receiver):
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    data = [b"%d" % n for n in range(50)]
    numbers = bus.publish(topic, [Message(each) for each in data])
    assert len(set(numbers)) == 50
    inbox.wait_for_data(set(data))
    came = {
        body["message"]["messageId"]: payload
        for body, payload in zip(inbox.bodies, inbox.data(), strict=True)
    }
    assert came == dict(zip(numbers, data, strict=True))


def test_every_subscription_of_a_topic_gets_each_message(bus, topic, receiver):
    inboxes = [receiver.inbox() for _ in range(3)]
    for inbox in inboxes:
        subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"a"), Message(b"b")])
    for inbox in inboxes:
        inbox.wait_for_data({b"a", b"b"})


def test_topics_do_not_mix(bus, topic, receiver):
    other = fresh("topic")
    bus.create_topic(other)
    mine, others = receiver.inbox(), receiver.inbox()
    subscribe(bus, topic, mine)
    subscribe(bus, other, others)
    bus.publish(topic, [Message(b"mine")])
    bus.publish(other, [Message(b"other")])
    mine.wait_for_data({b"mine"})
    others.wait_for_data({b"other"})
    assert set(mine.data()) == {b"mine"}
    assert set(others.data()) == {b"other"}


def test_a_subscription_gets_what_is_published_after_it(bus, topic, receiver):
    bus.publish(topic, [Message(b"before")])
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"after")])
    inbox.wait_for_data({b"after"})
    assert set(inbox.data()) == {b"after"}


def test_a_message_may_be_attributes_alone(bus, topic, receiver):
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"", {"kind": "CandidatePassed"})])
    assert inbox.wait(1)[0]["message"]["attributes"] == {"kind": "CandidatePassed"}
    assert inbox.data()[0] == b""


def test_a_message_of_nothing_is_refused(bus, topic):
    with pytest.raises(Invalid):
        bus.publish(topic, [Message(b"")])


def test_publishing_no_messages_does_nothing(bus, topic):
    assert bus.publish(topic, []) == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_status_of_success_acknowledges(bus, topic, receiver, status):
    inbox = receiver.inbox(lambda _body, _number: status)
    subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"first")])
    inbox.wait(1)
    bus.publish(topic, [Message(b"second")])
    inbox.wait_for_data({b"second"})
    assert inbox.data() == [b"first", b"second"]


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_any_other_status_retries(bus, topic, receiver, status):
    inbox = receiver.inbox(lambda _body, number: status if number == 1 else 200)
    subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"x")])
    first, second = inbox.wait(2)[:2]
    assert first["message"] == second["message"]


def test_a_failing_message_does_not_hold_up_others(bus, topic, receiver):
    def answer(body, _number):
        return 500 if body["message"]["attributes"]["bad"] == "yes" else 200

    inbox = receiver.inbox(answer)
    subscribe(bus, topic, inbox)
    bad = {"bad": "yes"}
    bus.publish(topic, [Message(b"bad", bad)])
    inbox.wait(2)
    good = {b"%d" % n for n in range(10)}
    bus.publish(topic, [Message(each, {"bad": "no"}) for each in good])
    inbox.wait_for_data(good)


def test_one_subscription_does_not_hold_up_another(bus, topic, receiver):
    release = threading.Event()

    def stuck(_body, _number):
        release.wait(60)
        return 200

    slow, quick = receiver.inbox(stuck), receiver.inbox()
    subscribe(bus, topic, slow, ack_deadline_s=60)
    subscribe(bus, topic, quick)
    data = {b"%d" % n for n in range(5)}
    bus.publish(topic, [Message(each) for each in data])
    try:
        quick.wait_for_data(data)
    finally:
        release.set()


def test_requests_come_side_by_side(bus, topic, receiver, request):
    # Google's emulator never sends more than two requests at a time.
    most = 2 if request.node.callspec.params["bus"] == "emulator" else 4
    together = threading.Barrier(most, timeout=60)

    def answer(_body, number):
        if number <= most:
            together.wait()
        return 200

    inbox = receiver.inbox(answer)
    subscribe(bus, topic, inbox, ack_deadline_s=60)
    bus.publish(topic, [Message(b"%d" % n) for n in range(8)])
    inbox.wait_for_data({b"%d" % n for n in range(8)})


def test_a_message_that_always_fails_goes_to_the_dead_letter_topic(bus, topic, receiver):
    dead = fresh("dead")
    bus.create_topic(dead)
    broken, graves = receiver.inbox(lambda _body, _number: 500), receiver.inbox()
    subscribe(bus, dead, graves)
    terms = {"dead_letter_topic": dead, "max_attempts": 5, "min_backoff_s": 0.0}
    subscription = subscribe(bus, topic, broken, **terms)
    bus.publish(topic, [Message(b"poison", {"candid": "17"})])
    [buried] = graves.wait(1, timeout_s=120)[:1]
    assert graves.data()[0] == b"poison"
    attributes = buried["message"]["attributes"]
    assert attributes["candid"] == "17"
    assert int(attributes["CloudPubSubDeadLetterSourceDeliveryCount"]) >= 5
    assert attributes["CloudPubSubDeadLetterSourceSubscription"] == subscription.name
    assert attributes["CloudPubSubDeadLetterSourceSubscriptionProject"]
    published = attributes["CloudPubSubDeadLetterSourceTopicPublishTime"]
    assert abs(datetime.fromisoformat(published) - datetime.now(UTC)) < timedelta(minutes=5)
    assert len(broken.bodies) >= 5


def test_attempts_are_counted_where_there_is_a_dead_letter_topic(bus, topic, receiver):
    dead = fresh("dead")
    bus.create_topic(dead)
    inbox = receiver.inbox(fail_first(2))
    subscribe(bus, topic, inbox, dead_letter_topic=dead, max_attempts=100)
    bus.publish(topic, [Message(b"x")])
    attempts = [body["deliveryAttempt"] for body in inbox.wait(3)[:3]]
    assert attempts == sorted(attempts)
    assert attempts[0] == 1
    assert attempts[-1] >= 3


def test_without_a_dead_letter_topic_a_message_is_retried_for_ever(bus, topic, receiver):
    inbox = receiver.inbox(fail_first(5))
    subscribe(bus, topic, inbox, min_backoff_s=0.0, max_backoff_s=0.2)
    bus.publish(topic, [Message(b"stubborn")])
    bodies = inbox.wait(6, timeout_s=120)
    assert "deliveryAttempt" not in bodies[0]


def test_a_message_has_at_most_ten_megabytes(bus, topic, receiver):
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    with pytest.raises(TooLarge):
        bus.publish(topic, [Message(b"small"), Message(bytes(10_000_001))])
    large = bytes(range(250)) * 32_000
    bus.publish(topic, [Message(large)])
    inbox.wait(1)
    assert inbox.data() == [large]


def test_many_large_messages_can_be_published_at_once(bus, topic, receiver):
    inbox = receiver.inbox()
    subscribe(bus, topic, inbox)
    data = {b"%03d" % n + bytes(200_000) for n in range(80)}
    assert len(bus.publish(topic, [Message(each) for each in data])) == 80
    inbox.wait_for_data(data)


@pytest.mark.parametrize(
    "attributes",
    [
        {f"k{n}": "v" for n in range(101)},
        {"": "v"},
        {"k" * 257: "v"},
        {"k": "v" * 1025},
    ],
    ids=["many", "unnamed", "long name", "long value"],
)
def test_attributes_have_limits(bus, topic, attributes):
    with pytest.raises(Invalid):
        bus.publish(topic, [Message(b"x", attributes)])


def test_an_unknown_topic_is_not_found(bus, receiver):
    with pytest.raises(NotFound):
        bus.publish(fresh("unknown"), [Message(b"x")])
    with pytest.raises(NotFound):
        subscribe(bus, fresh("unknown"), receiver.inbox())


def test_creating_again_changes_nothing(bus, topic, receiver):
    inbox = receiver.inbox()
    subscription = subscribe(bus, topic, inbox)
    bus.create_topic(topic)
    bus.subscribe(subscription)
    bus.publish(topic, [Message(b"once")])
    inbox.wait_for_data({b"once"})


def test_a_backlog_counts_what_waits_where_it_is_known(bus, topic, receiver):
    closed = threading.Event()
    inbox = receiver.inbox(lambda _body, _number: 200 if closed.is_set() else 500)
    subscription = subscribe(bus, topic, inbox)
    bus.publish(topic, [Message(b"a"), Message(b"b")])
    inbox.wait(2)
    backlog = bus.backlog(subscription.name)
    closed.set()
    if backlog is not None:
        assert backlog.messages == 2
        assert abs(backlog.oldest - datetime.now(UTC)) < timedelta(minutes=5)
