"""What a function receives is read from Pub/Sub's own push body."""

import base64
from datetime import UTC, datetime

from fritz.services.envelopes import Envelope


def event(**message):
    return {
        "message": {
            "data": base64.b64encode(b"packet").decode(),
            "messageId": "17",
            "publishTime": "2026-03-01T04:05:06.789Z",
            "attributes": {"survey": "ztf"},
            **message,
        }
    }


def test_an_envelope_holds_the_message_as_published():
    envelope = Envelope.from_event(event())
    assert envelope.data == b"packet"
    assert envelope.attributes == {"survey": "ztf"}
    assert envelope.published_at == datetime(2026, 3, 1, 4, 5, 6, 789000, tzinfo=UTC)


def test_the_publishers_packet_id_outlives_redelivery():
    named = event(attributes={"packet_id": "ztf_20260301/3/99"})
    assert Envelope.from_event(named).packet_id == "ztf_20260301/3/99"
    assert Envelope.from_event(event()).packet_id == "17"


def test_data_that_is_not_base64_is_kept_as_it_came():
    assert Envelope.from_event(event(data="not base64!")).data == b"not base64!"


def test_an_empty_message_is_an_empty_packet():
    assert Envelope.from_event(event(data=None, attributes=None)).data == b""
