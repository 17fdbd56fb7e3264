"""A log entry is a line of JSON as Cloud Logging reads it."""

import io
import json

import pytest
import structlog

from fritz.logs import configure_logs

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def written():
    before = structlog.get_config()
    stream = io.StringIO()
    configure_logs("INFO", stream, project="p")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)


def test_an_entry_says_which_trace_and_which_alert_it_is_about(written):
    structlog.get_logger().info(
        "candidate passed", candid=2**62 + 1, filter=3, traceparent=f"00-{TRACE}-{SPAN}-01"
    )
    (entry,) = written()
    assert (entry["severity"], entry["message"]) == ("INFO", "candidate passed")
    assert entry["logging.googleapis.com/trace"] == f"projects/p/traces/{TRACE}"
    assert entry["logging.googleapis.com/spanId"] == SPAN
    assert entry["logging.googleapis.com/trace_sampled"] is True
    labels = entry["logging.googleapis.com/labels"]
    assert labels == {"candid": str(2**62 + 1), "filter": "3"}
    assert entry["candid"] == 2**62 + 1


def test_an_entry_that_comes_of_no_trace_names_none(written):
    structlog.get_logger().warning("quiet", traceparent=None)
    structlog.get_logger().warning("odd", traceparent="from somewhere else")
    for entry in written():
        assert not [name for name in entry if name.startswith("logging.googleapis.com")]
        assert "traceparent" not in entry


def test_a_logger_that_was_used_is_heard_after_the_logs_are_set_up_again():
    before, log = structlog.get_config(), structlog.get_logger()
    configure_logs("INFO", io.StringIO())
    log.info("first")
    configure_logs("INFO", io.StringIO())
    with structlog.testing.capture_logs() as heard:
        log.info("second")
    structlog.configure(**before)
    assert [each["event"] for each in heard] == ["second"]
