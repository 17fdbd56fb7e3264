import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.marshal.phot_stat import PhotStat, total
from fritz.marshal.photometry import Point, is_forced
from fritz.marshal.photometry_codec import pack_points, unpack_points


def point(mjd, flux, fluxerr=1.0, band="ztfg", origin="None", **more):
    return Point(more.pop("id", 1), mjd, band, 1, origin, flux, fluxerr, **more)


LIGHT_CURVE = [
    point(10.0, None), point(11.0, None, band="ztfr"), point(12.0, 10.0), point(15.0, 100.0),
    point(16.0, 60.0, band="ztfr", origin="alert_fp"), point(25.0, 10.0), point(26.0, 1.0),
]  # fmt: skip


def test_a_rise_and_a_decline_in_numbers():
    stat = PhotStat.of(LIGHT_CURVE)
    assert (stat.observations, stat.detections, stat.detections_not_forced) == (7, 4, 3)
    assert (stat.first.mjd, stat.last.mjd, stat.recent_mjd) == (12.0, 25.0, 26.0)
    assert stat.peak_mag == pytest.approx(18.9)
    assert stat.latest_mag == pytest.approx(21.4)
    assert stat.limits_mjd == (10.0, 11.0)
    assert stat.rise_rate == pytest.approx(2.5 / 3)
    assert stat.decay_rate == pytest.approx(2.5 / 10)
    assert stat.bands["ztfg"].mean_mag == pytest.approx((21.4 + 18.9 + 21.4) / 3)
    assert stat.bands["ztfr"].deepest_limit == pytest.approx(23.9 - 2.5 * math.log10(5))


def test_a_dimming_is_a_detection_without_a_magnitude():
    stat = PhotStat.of([point(1.0, -50.0)])
    assert (stat.detections, stat.peak_mag, stat.latest_mag) == (1, None, None)
    assert stat.last.mjd == 1.0


def test_forced_photometry_is_told_by_its_origin():
    assert [is_forced(name) for name in ("alert_fp", "ZTF_FP", "None", "bts")] == [
        True, True, False, False]  # fmt: skip


points = st.builds(
    point,
    mjd=st.floats(50000, 60000),
    flux=st.none() | st.floats(-1e4, 1e4),
    fluxerr=st.floats(0.01, 100),
    band=st.sampled_from(["ztfg", "ztfr"]),
    origin=st.sampled_from(["None", "alert_fp"]),
    created_us=st.integers(0, 2**50),
)


def close(one, two):
    assert one.bands.keys() == two.bands.keys()
    for name, band in one.bands.items():
        assert tuple(band) == pytest.approx(tuple(two.bands[name]), rel=1e-9, abs=1e-9)
    for name in ("first", "last", "first_not_forced", "last_not_forced", "detections_not_forced",
                 "recent_mjd", "limits_mjd", "added_us"):  # fmt: skip
        assert getattr(one, name) == getattr(two, name), name


@given(st.lists(points, max_size=20), st.integers(0, 20))
def test_statistics_add_up_whichever_way_points_arrive(many, cut):
    whole = PhotStat.of(many)
    close(PhotStat.of(many[:cut]).plus(PhotStat.of(many[cut:])), whole)
    close(total(PhotStat.of([each]) for each in reversed(many)), whole)
    assert PhotStat.from_fields(whole.to_fields()) == whole


@given(st.lists(points, max_size=20))
def test_points_come_back_from_bytes(many):
    some = [each._replace(id=n, altdata={"n": n} if n % 2 else None) for n, each in enumerate(many)]
    if some:
        assert unpack_points(pack_points(some)) == some


def test_other_bytes_are_refused():
    with pytest.raises(Invalid):
        unpack_points(b"no points")
