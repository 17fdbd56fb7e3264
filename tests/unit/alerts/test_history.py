import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.alerts.rights import grant_points
from fritz.errors import Invalid
from tests.plugins.must_run import kit
from tests.support.packets import fp_point, prv_point, retyped_packet, ztf_packet

JD = 2459000.75
STAMP = (b"", b"", b"")
"""History has no use for stamps."""


def record(candid=1, jd=JD, **values):
    return read_packet(ztf_packet(candid, jd=jd, stamps=STAMP, **values)).records[0]


def history(*records):
    known = History.empty("ztf", "ZTF20aaaaaaa")
    for number, each in enumerate(records):
        known = known.merged(each, f"packet/{number}")
    return known


def test_nothing_is_known_of_a_new_object():
    empty = History.empty("ztf", "ZTF1")
    view = empty.view(JD)
    assert (dict(empty.seen), view.prv_candidates, view.fp_hists) == ({}, [], [])
    assert History.decode(empty.encode()) == empty


def test_an_alert_is_remembered_with_its_packet():
    assert history(record(5), record(6, JD + 1)).seen == {5: "packet/0", 6: "packet/1"}


def test_an_alerts_own_detection_is_history_to_the_next_but_not_to_itself():
    known = history(record(5, JD, magpsf=18.25, drb=0.5))
    assert known.view(JD, exclude_candid=5).prv_candidates == []
    [point] = known.view(JD + 1, exclude_candid=6).prv_candidates
    assert (point["candid"], point["magpsf"], point["drb"]) == (5, 18.25, 0.5)


def test_the_future_is_not_shown():
    known = history(record(5, JD, prv=[prv_point(JD - 2), prv_point(JD + 0.001)]))
    assert [p["jd"] for p in known.view(JD, 5).prv_candidates] == [JD - 2]


def test_the_window_is_open_at_its_far_end():
    points = [prv_point(JD - age) for age in (364.999, 365.0, 365.001, 900.0)]
    known = history(record(5, JD, prv=points))
    assert [p["jd"] for p in known.view(JD, 5).prv_candidates] == [JD - 364.999]
    assert len(known.view(JD, 5, window_days=1000.0).prv_candidates) == 4


def test_the_past_is_sorted_and_without_nulls():
    points = [prv_point(JD - 1, 18.0), prv_point(JD - 3), prv_point(JD - 2, 19.0)]
    shown = history(record(prv=points)).view(JD, 1).prv_candidates
    assert [p["jd"] for p in shown] == [JD - 3, JD - 2, JD - 1]
    assert all(value is not None for p in shown for value in p.values())


def test_two_packets_with_one_point_make_one_point():
    point = prv_point(JD - 1, 18.0)
    known = history(record(1, JD, prv=[point]), record(2, JD + 1, prv=[point]))
    assert len(known.view(JD + 2).prv_candidates) == 3


def test_a_changed_value_makes_no_second_point_and_the_alert_that_first_told_is_believed():
    old = record(1, JD, prv=[prv_point(JD - 1, 18.0, candid=99)])
    new = record(2, JD + 1, prv=[prv_point(JD - 1, 18.5, candid=99)])
    for order in ((old, new), (new, old)):
        mags = [p["magpsf"] for p in history(*order).view(JD + 2).prv_candidates if p["jd"] < JD]
        assert mags == [18.0]


def test_the_full_detection_outlives_its_later_stub():
    full = record(99, JD, magpsf=18.0, drb=0.75)
    later = record(2, JD + 1, prv=[prv_point(JD, 18.5, candid=99)])
    for order in ((full, later), (later, full)):
        [point] = [p for p in history(*order).view(JD + 2).prv_candidates if p["jd"] == JD]
        assert (point["magpsf"], point["drb"]) == (18.0, 0.75)


def test_a_detection_supersedes_the_limit_of_its_exposure():
    limit = record(1, JD, prv=[prv_point(JD - 1)])
    seen = record(2, JD + 1, prv=[prv_point(JD - 1, 20.5, candid=99)])
    for order in ((limit, seen), (seen, limit)):
        [point] = [p for p in history(*order).view(JD + 2).prv_candidates if p["jd"] == JD - 1]
        assert point["candid"] == 99


def test_two_detections_in_one_exposure_are_two():
    points = [prv_point(JD - 1, 18.0, candid=98), prv_point(JD - 1, 18.1, candid=99)]
    assert len(history(record(prv=points)).view(JD, 1).prv_candidates) == 2


def test_two_limits_or_forced_measurements_of_one_exposure_are_one():
    one = record(prv=[prv_point(JD - 1)], fp=[fp_point(JD - 1)])
    other = record(
        2, JD + 1, prv=[prv_point(JD - 1, diffmaglim=20.25)], fp=[fp_point(JD - 1, 501.0)]
    )
    view = history(one, other).view(JD + 1, 2)
    assert [p["jd"] for p in view.prv_candidates] == [JD - 1, JD]
    assert [p["jd"] for p in view.fp_hists] == [JD - 1]


def test_an_alert_whose_candidate_does_not_repeat_the_candid_is_not_its_own_past():
    alone = read_packet(retyped_packet("candidate", "candid", "long", None, candid=5)).records[0]
    known = history(alone)
    assert known.view(JD, exclude_candid=5).prv_candidates == []
    assert [p["candid"] for p in known.view(JD + 1).prv_candidates] == [5]


def test_other_bands_and_programs_are_other_points():
    points = [prv_point(JD - 1), prv_point(JD - 1, fid=2), prv_point(JD - 1, programid=2)]
    assert len(history(record(prv=points)).view(JD, 1).prv_candidates) == 3


def test_forced_photometry_is_shown_with_magnitudes_and_limits():
    known = history(record(fp=[fp_point(JD - 1, 1000.0, 10.0)], magpsf=18.0))
    [point] = known.view(JD, 1).fp_hists
    assert point["snr"] == 100.0
    assert point["mag"] == pytest.approx(26.2 - 7.5, abs=1e-6)
    assert point["magerr"] == pytest.approx(0.010857)
    assert point["limmag3sig"] == pytest.approx(26.2 - 2.5 * 1.4771213, abs=1e-6)
    assert point["limmag5sig"] == pytest.approx(26.2 - 2.5 * 1.6989700, abs=1e-6)
    assert (point["alert_mag"], point["alert_ra"], point["alert_dec"]) == (18.0, 150.0, 20.0)


def test_a_negative_flux_has_a_signal_but_no_magnitude():
    [point] = history(record(fp=[fp_point(JD - 1, -500.0, 50.0)])).view(JD, 1).fp_hists
    assert point["snr"] == -10.0
    assert "limmag5sig" in point
    assert not {"mag", "magerr"} & point.keys()


def test_forced_photometry_with_warnings_is_kept_but_not_shown():
    known = history(record(fp=[fp_point(JD - 1, procstatus="56"), fp_point(JD - 2)]))
    assert [p["jd"] for p in known.view(JD, 1).fp_hists] == [JD - 2]
    assert len(known.forced) == 2


def test_forced_photometry_without_a_flux_has_no_magnitude():
    [point] = history(record(fp=[fp_point(JD - 1, -99999.0, -99999.0)])).view(JD, 1).fp_hists
    assert not {"forcediffimflux", "snr", "mag", "limmag3sig"} & point.keys()


def test_forced_photometry_of_the_brightest_alert_stays():
    faint = record(1, JD, magpsf=20.0, fp=[fp_point(JD - 1, 100.0)])
    bright = record(2, JD + 1, magpsf=17.0, fp=[fp_point(JD - 1, 200.0)])
    for order in ((faint, bright), (bright, faint)):
        [point] = history(*order).view(JD + 2).fp_hists
        assert (point["forcediffimflux"], point["alert_mag"]) == (200.0, 17.0)


def test_what_later_alerts_brought_is_not_shown_of_an_earlier_time():
    early = record(1, JD, magpsf=20.0, fp=[fp_point(JD - 2, 100.0)], prv=[prv_point(JD - 2)])
    late = record(
        2,
        JD + 1,
        magpsf=17.0,
        fp=[fp_point(JD - 2, 200.0), fp_point(JD - 1)],
        prv=[prv_point(JD - 2, 20.25, candid=99), prv_point(JD - 3, 20.5, candid=98)],
    )
    then = history(early).view(JD, 1)
    assert [p["alert_mag"] for p in then.fp_hists] == [20.0]
    for order in ((early, late), (late, early)):
        assert history(*order).view(JD, 1) == then
        now = history(*order).view(JD + 1, 2)
        assert [p["alert_mag"] for p in now.fp_hists] == [17.0, 17.0]
        assert [p["candid"] for p in now.prv_candidates] == [98, 99, 1]


def test_entries_of_a_measurement_are_few_however_many_alerts_bring_it():
    point = fp_point(JD - 1)
    rising = [record(n + 1, JD + n / 100, magpsf=20 - n / 100, fp=[point]) for n in range(300)]
    known = history(*rising)
    [entries] = known.forced.values()
    assert len(entries) == 31  # 3 mag in steps of 0.1
    fading = [record(n + 1, JD + n / 100, magpsf=17 + n / 100, fp=[point]) for n in range(50)]
    [entries] = history(*fading).forced.values()
    assert len(entries) == 1


def test_a_private_alert_does_not_decide_what_the_public_sees_of_forced_photometry():
    public = record(1, JD, magpsf=20.0, fp=[fp_point(JD - 1, 100.0)])
    private = record(
        2, JD, programid=2, magpsf=15.0, fp=[fp_point(JD - 1, 200.0), fp_point(JD - 2)]
    )
    for order in ((public, private), (private, public)):
        view = history(*order).view(JD, 1).fp_hists
        assert grant_points(view, frozenset({1})) == history(public).view(JD, 1).fp_hists
        assert len(grant_points(view, frozenset({1, 2}))) == 2


# --- laws -------------------------------------------------------------------------------------

times = st.integers(0, 6).map(lambda n: JD - 3 + n / 2)
limits = st.builds(prv_point, times, st.none(), fid=st.integers(1, 2), programid=st.integers(1, 2))
detections = st.builds(
    prv_point, times, st.sampled_from([18.0, 18.25, 19.0]), candid=st.integers(1, 4)
)
forced = st.builds(fp_point, times, st.sampled_from([10.0, 20.0, -5.0]), fid=st.integers(1, 2))
records = st.builds(
    record,
    st.integers(1, 4),
    times,
    prv=st.lists(limits | detections, max_size=4),
    fp=st.lists(forced, max_size=2),
    magpsf=st.sampled_from([17.5, 18.0, 18.01]),
    programid=st.integers(1, 3),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(records, min_size=1, max_size=4), st.randoms())
def test_the_order_of_arrival_does_not_matter(arrived, dice):
    named = [(each, f"p/{number}") for number, each in enumerate(arrived)]
    shuffled = dice.sample(named, len(named)) + dice.choices(named, k=2)

    def known(packets):
        merged = History.empty("ztf", "ZTF1")
        for each, packet_id in packets:
            merged = merged.merged(each, packet_id)
        return merged

    assert known(shuffled).encode() == known(named).encode()


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=1, max_size=5, unique_by=lambda r: (r.candid, r.jd)), times)
def test_a_view_shows_what_was_known_then(arrived, jd):
    known_then = history(*[each for each in arrived if each.jd <= jd])
    assert history(*arrived).view(jd, 1) == known_then.view(jd, 1)
    assert History.decode(history(*arrived).encode()).view(jd, 1) == known_then.view(jd, 1)


@settings(max_examples=25, deadline=None)
@given(st.lists(records, max_size=3), st.lists(records, max_size=3))
def test_union_commutes_and_absorbs(one, other):
    a, b = history(*one), history(*other)
    assert a.union(b).encode() == b.union(a).encode()
    assert a.union(b).union(a).encode() == a.union(b).encode()


@settings(max_examples=25, deadline=None)
@given(st.lists(records, max_size=3))
def test_a_history_survives_its_encoding(arrived):
    known = history(*arrived)
    assert History.decode(known.encode()) == known
    assert History.decode(known.encode(max_bytes=50)) == known


# --- size -------------------------------------------------------------------------------------


def test_five_thousand_points_fit_in_chunks():
    dice = random.Random(1)
    start = JD - 3000
    points = [
        prv_point(start + n / 2, dice.uniform(16, 20) if n % 3 else None, xpos=dice.random())
        for n in range(5_000)
    ]
    known = history(record(prv=points))
    chunks = known.encode(max_bytes=100_000)
    assert len(chunks) > 1
    assert max(map(len, chunks)) <= 100_000
    assert History.decode(chunks) == known
    assert len(known.view(JD, 1, window_days=1e6).prv_candidates) == 5_000


@pytest.mark.parametrize("chunks", [[], [b""], [b"not a history"], [b"\x78\x9c\x03\x00"]])
def test_what_is_no_history_is_refused(chunks):
    with pytest.raises(Invalid, match="not an object's history"):
        History.decode(chunks)


def test_a_history_with_a_chunk_missing_is_refused():
    chunks = history(record(prv=[prv_point(JD - 1, 18.0)])).encode(max_bytes=64)
    with pytest.raises(Invalid):
        History.decode(chunks[:-1])


# --- the real thing ---------------------------------------------------------------------------


def test_real_histories_survive_exactly_in_any_order():
    packets = [read_packet(path.read_bytes()) for path in sorted(kit("alerts/ztf").glob("*.avro"))]
    alerts = sorted((p.records[0] for p in packets), key=lambda r: r.object_id)
    for name, group in itertools.groupby(alerts, key=lambda r: r.object_id):
        mine = list(group)
        forth, back = History.empty("ztf", name), History.empty("ztf", name)
        for each in mine:
            forth = forth.merged(each, str(each.candid))
        for each in reversed(mine):
            back = back.merged(each, str(each.candid))
        assert forth.encode() == back.encode()
        assert History.decode(forth.encode()) == forth
        brought = [p for each in mine for p in each.data["prv_candidates"] or []]
        shown = forth.view(1e7, None, 1e7).prv_candidates
        assert {p["candid"] for p in brought if p["candid"]} <= {p.get("candid") for p in shown}
        assert {p["jd"] for p in brought} <= {p["jd"] for p in shown}
