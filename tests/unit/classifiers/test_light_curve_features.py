"""Numbers that sum up a light curve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.features import feature_table
from fritz.classifiers.light_curve_features import LIGHT_CURVE_FEATURES, light_curve_features


def point(jd, mag, fid=1, error=0.1, sign="t"):
    return {"jd": jd, "magpsf": mag, "sigmapsf": error, "fid": fid, "isdiffpos": sign}


def limit(jd):
    return {"jd": jd, "magpsf": None, "diffmaglim": 20.5, "fid": 1}


def test_a_single_detection_has_counts_but_no_statistics():
    found = light_curve_features(point(10.0, 18.0), [limit(8.0), limit(9.0)])
    assert found["lc_points"] == 1
    assert found["lc_days"] == 0
    assert found["lc_limits"] == 2
    assert math.isnan(found["lc_std"])
    assert math.isnan(found["lc_gap"])
    assert math.isnan(found["lc_colour"])


def test_statistics_are_those_of_the_band_with_most_points():
    history = [point(1.0, 19.0), point(2.0, 18.8), point(3.0, 18.6), point(3.5, 17.0, fid=2)]
    found = light_curve_features(point(4.0, 18.4), history)
    mags = np.array([19.0, 18.8, 18.6, 18.4])
    assert found["lc_points"] == 5
    assert found["lc_amplitude"] == pytest.approx(0.3)
    assert found["lc_std"] == pytest.approx(mags.std(ddof=1))
    assert found["lc_slope"] == pytest.approx(-0.2)
    assert found["lc_colour"] == pytest.approx(1.7)
    assert found["lc_chi2"] == pytest.approx(((mags - mags.mean()) ** 2).sum() / 0.01 / 3)
    assert found["lc_eta"] == pytest.approx(0.04 / mags.var(ddof=1))
    assert found["lc_since_brightest"] == 0.5


def test_what_comes_after_the_alert_is_not_known_yet():
    past = [point(1.0, 19.0), point(2.0, 18.8)]
    now = point(3.0, 18.6)
    later = [point(5.0, 15.0), limit(6.0)]
    assert same(light_curve_features(now, past + later), light_curve_features(now, past))


def test_a_detection_that_the_history_repeats_counts_once():
    now = point(3.0, 18.6)
    assert light_curve_features(now, [dict(now)])["lc_points"] == 1


def test_signs_are_counted():
    history = [point(1.0, 18.0, sign="f"), point(2.0, 18.0, sign="1"), point(2.5, 18.0, sign="0")]
    assert light_curve_features(point(3.0, 18.0), history)["lc_positive"] == 0.5


def test_a_constant_object_has_finite_numbers():
    found = light_curve_features(point(4.0, 18.0), [point(float(i), 18.0) for i in range(4)])
    assert found["lc_chi2"] == 0
    assert found["lc_eta"] == 0
    assert all(math.isfinite(v) for k, v in found.items() if k != "lc_colour")


def test_an_alert_without_a_time_has_no_light_curve():
    assert all(math.isnan(each) for each in light_curve_features({"magpsf": 18.0}, []).values())


def test_features_of_the_light_curve_are_features_like_others():
    alert = AlertInputs(1, point(3.0, 18.0), history=[point(1.0, 18.0), point(2.0, 18.0)])
    table, failures = feature_table([alert], ("magpsf", "lc_points", "lc_days"))
    assert not failures
    assert table.tolist() == [[18.0, 3.0, 2.0]]


def test_a_feature_that_the_points_do_not_suffice_for_fails_or_is_filled():
    alert = AlertInputs(1, point(3.0, 18.0))
    _, failures = feature_table([alert], ("lc_std",))
    assert failures[0].reason == "bad_feature"
    table, failures = feature_table([alert], ("lc_std",), {"lc_std": -999.0})
    assert not failures
    assert table.tolist() == [[-999.0]]


numbers = st.one_of(st.none(), st.floats(), st.text(max_size=2), st.integers(-5, 5))


@given(
    st.lists(
        st.fixed_dictionaries(
            {"jd": numbers, "magpsf": numbers, "sigmapsf": numbers, "fid": numbers}
        ),
        max_size=8,
    )
)
def test_no_history_however_broken_raises(history):
    found = light_curve_features(point(3.0, 18.0), history)
    assert tuple(found) == LIGHT_CURVE_FEATURES


def same(one, other):
    return all(
        a == b or (math.isnan(a) and math.isnan(b))
        for a, b in zip(one.values(), other.values(), strict=True)
    )
