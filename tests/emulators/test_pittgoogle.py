"""The client pittgoogle-client reads our topic of packets, as it reads Pitt-Google's own."""

import pytest
from google.cloud import pubsub_v1

from fritz.adapters.cloud.pubsub import PubSubBus
from fritz.ports import Subscription
from fritz.services.publishing import TOPIC, packet_message
from tests.contract.push import Receiver
from tests.contract.subjects import fresh
from tests.emulators import running
from tests.support.packets import prv_point, ztf_packet

pittgoogle = pytest.importorskip("pittgoogle")

pytestmark = list(running.MARKS)

PROJECT = "fritz-pittgoogle"
CANDID = 1234567890115015001


@pytest.fixture(scope="module")
def packet():
    return ztf_packet(CANDID, "ZTF20abcdefg", prv=[prv_point(2458990.7, 18.0)])


@pytest.fixture(scope="module")
def bus(packet):
    with running.environ_of(running.pubsub()):
        opened = PubSubBus(PROJECT)
    opened.create_topic(TOPIC)
    yield opened
    opened.close()


@pytest.fixture
def message(packet):
    return packet_message(packet, packet_id="ztf_20200601_programid1/0/1")


@pytest.fixture
def pulled(bus, message):
    """Return our message as it comes out of a pull subscription."""
    with running.environ_of(running.pubsub()):
        subscriber = pubsub_v1.SubscriberClient()
    name = subscriber.subscription_path(PROJECT, fresh("pull"))
    subscriber.create_subscription(name=name, topic=f"projects/{PROJECT}/topics/{TOPIC}")
    bus.publish(TOPIC, [message])
    (received,) = subscriber.pull(subscription=name, max_messages=1, timeout=30).received_messages
    yield received.message
    subscriber.close()


@pytest.fixture
def pushed(bus, message):
    """Return the body of the request by which Pub/Sub pushes our message."""
    receiver = Receiver()
    inbox = receiver.inbox()
    bus.subscribe(Subscription(fresh("push"), TOPIC, inbox.url))
    bus.publish(TOPIC, [message])
    yield inbox.wait(1)[0]
    receiver.close()


def check(alert):
    assert alert.objectid == "ZTF20abcdefg"
    assert alert.sourceid == CANDID
    assert alert.dict["candidate"]["magpsf"] == pytest.approx(18.5)
    assert alert.dict["cutoutScience"]["stampData"][:2] == b"\x1f\x8b"
    assert "cutoutScience" not in alert.drop_cutouts()
    assert list(alert.dataframe["jd"]) == [2459000.75, 2458990.7]
    assert alert.attributes["survey"] == "ztf"
    assert alert.attributes["programid"] == "1"
    assert str(alert.attributes["candid"]) == str(CANDID)
    assert alert.attributes["objectId"] == "ZTF20abcdefg"


def test_pulled_message_opens_as_an_alert(pulled):
    check(pittgoogle.Alert.from_msg(pulled, schema_name="ztf"))


def test_pushed_message_opens_as_an_alert(pushed):
    check(pittgoogle.Alert.from_cloud_run(pushed, schema_name="ztf"))


def test_message_holds_the_bytes_that_the_survey_published(pulled, packet):
    assert pulled.data == packet
