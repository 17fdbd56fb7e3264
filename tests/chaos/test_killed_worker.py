"""A worker killed at any point of a batch loses nothing and repeats nothing that shows."""

import subprocess
import sys
from pathlib import Path

import pytest

from fritz.cli.platforms import opened
from fritz.services.publishing import packet_message
from fritz.services.seed import seed_demo
from tests.chaos.crashing_worker import POINTS
from tests.support.packets import prv_point, ztf_packet
from tests.support.states import state_of

WORKER = Path(__file__).with_name("crashing_worker.py")
SIGKILLED = -9
OBJECTS = 10


def night():
    """Return thirty alerts of ten objects, one of them published twice, and a broken packet."""
    packets = [
        ztf_packet(
            candid=1234567890115015000 + n,
            object_id=f"ZTF20aaaaa{chr(97 + n % OBJECTS)}",
            jd=2459000.7 + n / 1000,
            ra=150.0 + n % OBJECTS,
            magpsf=17.0,
            prv=[prv_point(2458990.7 + n % 3, magpsf=18.0)],
        )
        for n in range(30)
    ]
    return [*packets, packets[7], packets[3][:5000]]


def publish(data):
    with opened(data) as platform:
        seed_demo(platform.documents, platform.clock())
        messages = [
            packet_message(packet, packet_id=f"night/{n}") for n, packet in enumerate(night())
        ]
        platform.bus.publish("ztf-alerts", messages)


def work(data, point):
    command = [sys.executable, str(WORKER), str(data), point]
    return subprocess.run(command, check=False, timeout=120).returncode


def final_state(data):
    with opened(data) as platform:
        return state_of(platform)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    data = tmp_path_factory.mktemp("undisturbed")
    publish(data)
    assert work(data, "none") == 0
    return final_state(data)


def test_an_undisturbed_night_accounts_for_every_packet(undisturbed):
    totals = undisturbed["totals"]
    assert (totals.archived, totals.duplicates, totals.quarantined) == (30, 1, 1)
    assert totals.packets == len(night())
    assert len(undisturbed["candidates"]) > 0


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_there_and_restarted_ends_in_the_same_state(point, undisturbed, tmp_path):
    publish(tmp_path)
    assert work(tmp_path, point) == SIGKILLED
    assert work(tmp_path, "none") == 0
    assert final_state(tmp_path) == undisturbed
