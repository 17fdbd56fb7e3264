"""An evening of alerts through the deployed functions, on Google's emulators.

Google's Pub/Sub emulator pushes to ingest and filter under functions-framework; documents are in
Google's Firestore emulator, packs in fake-gcs-server; only BigQuery's place is taken by the
embedded warehouse. The outcome, up to what the marshal's API answers, must be that of an embedded
run without any of these.
"""

import time

import pytest

from fritz.adapters.embedded import bus_rows
from fritz.alerts.packet import read_packet
from fritz.archive.accounting import totals
from fritz.cli.emulated import deployed_functions, made_bucket
from fritz.cli.platforms import opened
from fritz.services.candidates import CandidateStore
from fritz.services.envelopes import Envelope
from fritz.services.publishing import TOPIC, packet_message
from fritz.services.seed import seed_demo
from fritz.settings import Settings
from fritz.wiring import filter_service, ingest_service, platform_from_settings
from tests.contract.subjects import fresh
from tests.emulators import running
from tests.plugins.must_run import KIT
from tests.support.api_answers import answers_of
from tests.support.packets import prv_point, ztf_packet
from tests.support.states import state_of

pytestmark = list(running.MARKS)

COUNT = 50
PATIENCE_S = 240


@pytest.fixture(scope="module")
def packets():
    """Return real packets, or made-up ones where the kit is not beside the checkout.

    Each is of another object: which alert of an object comes first decides where it stands.
    """
    found = {}
    for path in sorted((KIT / "data/alerts/ztf").glob("*.avro")):
        data = path.read_bytes()
        found.setdefault(read_packet(data).records[0].object_id, data)
    real = list(found.values())
    if len(real) >= COUNT:
        return real[:: len(real) // COUNT][:COUNT]
    return [
        ztf_packet(
            1234567890115015000 + n,
            f"ZTF20aaaa{n:03d}",
            jd=2459000.7 + n / 1000,
            magpsf=16.5 + n / 10,
            prv=[prv_point(2458990.7, 18.0)],
        )
        for n in range(COUNT)
    ]


@pytest.fixture(scope="module")
def evening(packets):
    return [packet_message(data, packet_id=f"evening/{n}") for n, data in enumerate(packets)]


@pytest.fixture(scope="module")
def expected(evening, tmp_path_factory):
    """Return what an embedded platform knows and answers after the same packets.

    Its services are called here, and its API.
    """
    with opened(tmp_path_factory.mktemp("embedded")) as platform:
        seed_demo(platform.documents, platform.clock())
        platform.bus.publish(TOPIC, evening)
        ingest_service(platform).ingest(waiting(platform.bus, "ztf-alerts-ingest"))
        filter_service(platform).run(waiting(platform.bus, "alerts-filter"))
        return state_of(platform), answers_of(platform)


def waiting(bus, subscription):
    """Return everything that waits in a subscription of the embedded bus."""
    terms = bus.subscription(subscription)
    return [
        Envelope.from_event(bus_rows.push_body(leased, terms, bus.project))
        for leased in bus.lease(subscription, 2 * COUNT)
    ]


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """Return the settings of a deployment whose cloud is the emulators."""
    servers = (running.pubsub(), running.firestore(), running.gcs())
    bucket = made_bucket(running.gcs().host, fresh("packets"))
    found = {
        "FRITZ_BACKEND": "cloud",
        "FRITZ_WAREHOUSE": "embedded",
        "FRITZ_IDENTITY": "embedded",
        "FRITZ_SECRET": "only for the test",
        "FRITZ_DATA": str(tmp_path_factory.mktemp("deployed")),
        "FRITZ_PROJECT": fresh("fritz-evening"),
        "FRITZ_BUCKET": bucket,
    }
    for server in servers:
        found |= server.environ
    return found


@pytest.fixture(scope="module")
def platform(environ):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        opened_ = platform_from_settings(Settings())
    yield opened_
    opened_.close()


@pytest.fixture(scope="module")
def deployed(platform, environ, tmp_path_factory):
    """Deploy: topics, the demo's filters, every function with its push subscription."""
    seed_demo(platform.documents, platform.clock())
    logs = tmp_path_factory.mktemp("logs")
    with deployed_functions(platform, environ, logs):
        yield logs


def test_deployed_functions_do_as_the_embedded_platform(deployed, platform, evening, expected):
    state, answers = expected
    platform.bus.publish(TOPIC, evening)
    wait_until(lambda: totals(platform.warehouse).packets >= COUNT, deployed)
    wanted = len(state["candidates"])
    wait_until(lambda: CandidateStore(platform.documents).count() >= wanted, deployed)
    assert state_of(platform) == state
    assert state["totals"].archived == COUNT
    assert wanted > 0
    given = answers_of(platform)
    assert set(given) == set(answers)
    different = {path for path, answer in answers.items() if given[path] != answer}
    assert not different, f"{len(different)} of {len(answers)} answers differ: {sorted(different)}"


def wait_until(reached, logs):
    began = time.monotonic()
    while not reached():
        if time.monotonic() - began > PATIENCE_S:
            tails = [f"{log.name}: {log.read_text()[-3000:]}" for log in logs.iterdir()]
            pytest.fail("\n".join(["not reached in time", *tails]))
        time.sleep(0.2)
