"""A worker killed at any point of a batch loses nothing and repeats nothing that shows."""

import subprocess
import sys
from pathlib import Path

import pytest

from fritz.cli.platforms import opened
from fritz.services.publishing import packet_message
from fritz.services.seed import seed_demo
from tests.chaos.crashing_worker import POINTS
from tests.support.packets import fp_point, prv_point, retyped_packet, ztf_record
from tests.support.states import state_of

WORKER = Path(__file__).with_name("crashing_worker.py")
SIGKILLED = -9
OBJECTS, ALERTS = 10, 30


def night():
    """Return thirty alerts of ten objects, one of them published twice, and a broken packet.

    Each packet brings its object's whole past, and each alert is brighter than the object's last:
    so what it is shown does not depend on which of the others were ingested before it.
    """
    packets = [alert(place, turn) for turn in range(ALERTS // OBJECTS) for place in range(OBJECTS)]
    return [*packets, packets[7], packets[3][:5000]]


def alert(place, turn):
    """Return an object's packet of one of its turns, with all detections and limits before it."""
    records = [
        ztf_record(
            candid=1234567890115015000 + OBJECTS * each + place,
            object_id=f"ZTF20aaaaa{chr(97 + place)}",
            jd=2459000.7 + each / 10 + place / 1000,
            ra=150.0 + place,
            magpsf=17.0 - each / 2,
            drb=None,
        )
        for each in range(turn + 1)
    ]
    copied = prv_point(2459000.0).keys()
    seen = [{name: record["candidate"][name] for name in copied} for record in records[:-1]]
    limits = [prv_point(2458990.7 + day) for day in range(3)]
    forced = [fp_point(2458990.7 + day, 100.0 * turn + day) for day in range(3)]
    packet = records[-1] | {"prv_candidates": [*limits, *seen], "fp_hists": forced}
    # Copies of a detection lack it, so that they would differ from the detection itself.
    return retyped_packet("candidate", "drbversion", "string", None, record=packet)


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
        return state_of(platform, with_past=True)


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


def test_every_alert_of_the_night_is_shown_its_whole_past(undisturbed):
    for row in undisturbed["alerts"].values():
        before = round((row["candidate"]["jd"] - 2459000.7) * 10)
        assert len(row["prv_candidates"]) == 3 + before
        assert {point["alert_mag"] for point in row["fp_hists"]} == {row["candidate"]["magpsf"]}


QUICK = {"archived", "candidates written"}
"""Between the stores' effects, where most could go wrong; ``make chaos`` tries every point."""


@pytest.mark.parametrize(
    "point", [p if p in QUICK else pytest.param(p, marks=pytest.mark.chaos) for p in POINTS]
)
def test_a_worker_killed_there_and_restarted_ends_in_the_same_state(point, undisturbed, tmp_path):
    publish(tmp_path)
    assert work(tmp_path, point) == SIGKILLED
    assert work(tmp_path, "none") == 0
    assert final_state(tmp_path) == undisturbed
