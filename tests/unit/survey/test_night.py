"""A simulated night: repeatable, complete, consistent with the nights before it."""

import io
import json
import tarfile
from datetime import date, timedelta

import fastavro
import numpy as np
import pytest

from emulators.survey import DEFAULT_NIGHT, clouded_night, simulate, write_night
from fritz.alerts.packet import read_packet
from fritz.errors import Poison

SEED = 7
SIZE = 80


def decoded(packet):
    return next(fastavro.reader(io.BytesIO(packet.data)))


@pytest.fixture(scope="module")
def night():
    return list(simulate(SIZE, SEED))


@pytest.fixture(scope="module")
def alerts(night):
    return [decoded(packet) for packet in night]


def test_clouds_dim_an_exposure_as_a_whole_and_leave_little_but_bad_subtractions():
    when = clouded_night(SEED, DEFAULT_NIGHT)
    packets = list(simulate(150, SEED, when))
    assert len(packets) == 150
    found = [(decoded(each)["candidate"], each.truth.real) for each in packets]
    zero_points = {}
    for candidate, real in found:
        zero_points.setdefault(candidate["jd"], []).append((candidate["magzpsci"], real))
    dimmed = [each for each in zero_points.values() if np.mean([zp for zp, _ in each]) < 25.2]
    assert len(dimmed) > 1
    assert max(np.ptp([zp for zp, _ in each]) for each in dimmed) < 0.5
    assert np.mean([real for each in dimmed for _, real in each]) < 0.5
    limits = [c["diffmaglim"] for c, _ in found if c["magzpsci"] < 25.2]
    assert np.median(limits) < 18.5
    assert np.median([c["magzpscirms"] for c, _ in found if c["magzpsci"] < 25.2]) > 0.05


def test_a_night_has_exactly_as_many_packets_as_asked(night):
    assert len(night) == SIZE
    assert len({packet.candid for packet in night}) == SIZE
    assert len(list(simulate(1, SEED))) == 1
    assert not list(simulate(0, SEED))


def test_the_same_seed_gives_the_same_bytes(night):
    assert [p.data for p in simulate(SIZE, SEED)] == [p.data for p in night]
    assert next(simulate(SIZE, SEED + 1)).data != night[0].data


def test_workers_change_nothing(night):
    assert list(simulate(len(night), SEED, workers=2)) == night


def test_packets_come_in_the_order_of_the_exposures(alerts):
    times = [alert["candidate"]["jd"] for alert in alerts]
    assert times == sorted(times)


def test_packet_and_truth_name_the_same_alert(night, alerts):
    for packet, alert in zip(night, alerts, strict=True):
        assert packet.candid == alert["candid"] == alert["candidate"]["candid"]
        assert packet.object_id == packet.truth.object_id == alert["objectId"]
        assert packet.programid == alert["candidate"]["programid"]
        assert packet.truth.candid == packet.candid


def test_an_unusual_night_is_refused():
    with pytest.raises(ValueError, match="2016"):
        next(simulate(10, SEED, date(2016, 5, 1)))


def test_history_repeats_what_earlier_nights_said():
    """The floats of an alert of one night stand in the next nights' histories, to the last bit."""
    told = {}
    compared = 0
    for offset in range(3):
        for packet in simulate(120, SEED, DEFAULT_NIGHT + timedelta(days=offset)):
            alert = decoded(packet)
            for past in alert["prv_candidates"] or []:
                earlier = told.get((alert["objectId"], past["candid"]))
                if earlier is not None:
                    for name in set(past) - {"pdiffimfilename"}:
                        assert past[name] == earlier[name], name
                    compared += 1
            told[alert["objectId"], alert["candid"]] = alert["candidate"]
    assert compared > 50


def test_history_is_older_than_the_alert_and_open_to_its_reader(alerts):
    for alert in alerts:
        candidate = alert["candidate"]
        for past in (alert["prv_candidates"] or []) + (alert["fp_hists"] or []):
            assert candidate["jd"] - 30.0 <= past["jd"] < candidate["jd"]
            assert past["programid"] <= candidate["programid"]
            assert past["field"] == candidate["field"]


def test_an_upper_limit_has_a_depth_and_no_magnitude(alerts):
    limits = [p for a in alerts for p in a["prv_candidates"] or [] if p["candid"] is None]
    assert limits
    for past in limits:
        assert past["magpsf"] is None
        assert past["isdiffpos"] is None
        assert past["ra"] is None
        assert past["diffmaglim"] is not None


def test_every_field_of_a_detection_is_filled(alerts):
    for alert in alerts:
        assert all(value is not None for value in alert["candidate"].values())
        for past in alert["prv_candidates"] or []:
            if past["candid"] is not None:
                assert all(value is not None for value in past.values())


def test_spoilt_packets_are_marked_in_the_truth(night):
    packets = list(simulate(SIZE, SEED, bad_fraction=0.2))
    spoilt = [p for p in packets if p.truth.damage]
    assert 5 < len(spoilt) < 40
    assert {p.truth.damage for p in spoilt} >= {"truncated", "nan_position"}
    clean = {each.candid: each for each in night}
    for packet in packets:
        assert (packet.data == clean[packet.candid].data) is not bool(packet.truth.damage)


def test_the_platform_reads_every_clean_packet_and_refuses_the_spoilt():
    for packet in simulate(SIZE, SEED, bad_fraction=0.2):
        if not packet.truth.damage:
            (record,) = read_packet(packet.data).records
            assert record.candid == packet.candid
            assert record.object_id == packet.object_id
        elif packet.truth.damage != "garbled":  # which may happen to make sense
            with pytest.raises(Poison):
                raise_failures(read_packet(packet.data))


def raise_failures(read):
    for failure in read.failures:
        raise failure.poison


def test_duplicates_come_beyond_the_number_asked():
    packets = list(simulate(SIZE, SEED, duplicate_fraction=0.1))
    assert len(packets) > SIZE
    assert len({p.candid for p in packets}) == SIZE


def test_a_night_is_written_as_a_folder_with_its_truth(night, tmp_path):
    assert write_night(night, tmp_path / "night") == SIZE
    assert len(list((tmp_path / "night").glob("*.avro"))) == SIZE
    truth = [json.loads(x) for x in (tmp_path / "night" / "truth.jsonl").read_text().splitlines()]
    assert [t["candid"] for t in truth] == [p.candid for p in night]


def test_a_night_is_written_as_ztf_archives_it(night, tmp_path):
    assert write_night(night, tmp_path / "ztf_public_20260318.tar.gz") == SIZE
    with tarfile.open(tmp_path / "ztf_public_20260318.tar.gz") as archive:
        names = archive.getnames()
        first = archive.extractfile(names[0]).read()
    assert names == [f"{p.candid}.avro" for p in night]
    assert first == night[0].data
    assert (tmp_path / "ztf_public_20260318.truth.jsonl").exists()
