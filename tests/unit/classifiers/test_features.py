import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.features import ACAI_FEATURES, BTSBOT_FEATURES, feature_table
from fritz.classifiers.light_curves import light_curve_table
from fritz.classifiers.probe_alerts import probe_alerts

JD = 2460000.5


def alert(history=(), **candidate):
    return AlertInputs(1, {"jd": JD, "magpsf": 18.0, **candidate}, history=history)


def one(name, history=(), **candidate):
    table, failures = feature_table([alert(history, **candidate)], [name])
    return failures[0].reason if failures else table[0, 0]


def test_features_come_in_the_models_order():
    table, failures = feature_table([alert(a=1.0, b=2), alert(a=3.0, b=-999.0)], ["b", "a"])
    assert not failures
    assert table.tolist() == [[2.0, 1.0], [-999.0, 3.0]]
    assert table.dtype == np.float32


def test_both_lists_have_25_features_that_the_probe_alerts_have():
    for names in (ACAI_FEATURES, BTSBOT_FEATURES):
        assert len(set(names)) == 25
        table, failures = feature_table(probe_alerts(), names)
        assert table.shape == (5, 25)
        assert not failures


def test_rb_stands_in_for_a_missing_drb_only():
    assert one("drb", drb=0.25, rb=0.75) == 0.25
    assert one("drb", drb=0.0, rb=0.75) == 0.0
    assert one("drb", drb=None, rb=0.75) == 0.75
    assert one("drb", rb=0.75) == 0.75
    assert one("drb") == "missing_feature"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "missing_feature"),
        (float("nan"), "bad_feature"),
        (float("inf"), "bad_feature"),
        (1e300, "bad_feature"),
        ("0.5", "bad_feature"),
        (True, "bad_feature"),
        ({"nested": 1}, "bad_feature"),
    ],
)
def test_a_feature_without_a_number_fails_its_alert_and_is_named(value, reason):
    table, failures = feature_table([alert(sky=1.0), alert(sky=value)], ["magpsf", "sky"])
    assert {i: (f.reason, f.detail) for i, f in failures.items()} == {1: (reason, "sky")}
    assert table[0].tolist() == [18.0, 1.0]


def test_a_fill_stands_in_where_the_card_says_so():
    table, failures = feature_table([alert(sky=None)], ["magpsf", "sky"], {"sky": -1.0})
    assert not failures
    assert table[0].tolist() == [18.0, -1.0]


def test_derived_features_follow_btsbots_training_set():
    history = [
        {"jd": JD - 10, "magpsf": 19.0},
        {"jd": JD - 6, "magpsf": 17.5},
        {"jd": JD - 4, "magpsf": None},
        {"jd": JD - 2, "magpsf": 17.5},
        {"jd": JD + 1, "magpsf": 12.0},
    ]
    fields = {"jdstarthist": JD - 12, "ncovhist": 40, "ndethist": 7}
    found = {
        name: one(name, history, **fields)
        for name in (
            "age", "days_since_peak", "days_to_peak", "peakmag_so_far", "maxmag_so_far", "nnondet"
        )
    }  # fmt: skip
    assert found == {
        "age": 12.0, "days_since_peak": 6.0, "days_to_peak": 6.0, "peakmag_so_far": 17.5,
        "maxmag_so_far": 19.0, "nnondet": 33.0,
    }  # fmt: skip


def test_age_counts_from_the_earlier_of_jdstarthist_and_the_first_detection():
    history = [{"jd": JD - 30, "magpsf": 19.0}]
    assert one("age", history, jdstarthist=JD - 12) == 30.0
    assert one("age", history) == 30.0
    assert one("age", jdstarthist=JD) == 0.0


def test_the_sign_of_the_difference_is_a_number():
    signs = [one("positive", isdiffpos=each) for each in ("t", "1", True, "f", "0", False)]
    assert signs == [1, 1, 1, 0, 0, 0]
    assert one("positive", isdiffpos=["t"]) == 0.0
    assert one("positive") == "missing_feature"


points = st.fixed_dictionaries(
    {"jd": st.floats(JD - 3000, JD + 10), "magpsf": st.none() | st.floats(10, 22)}
)


@given(st.lists(points, max_size=12), st.none() | st.floats(JD - 3000, JD))
def test_age_is_rise_plus_fade_and_none_is_negative(history, jdstarthist):
    names = ["age", "days_since_peak", "days_to_peak"]
    table, failures = feature_table([alert(history, jdstarthist=jdstarthist)], names)
    assert not failures
    age, since, to = table[0].tolist()
    assert age == pytest.approx(since + to, abs=1e-3)
    assert min(age, since, to) >= 0


def test_light_curves_end_with_the_alert_and_start_with_rows_of_zeros():
    history = [
        {"jd": JD - 1, "magpsf": 18.5, "sigmapsf": 0.1, "fid": 2},
        {"jd": JD - 3, "magpsf": 19.0, "sigmapsf": 0.2, "fid": 1},
        {"jd": JD - 2, "diffmaglim": 20.0, "fid": 1},
        {"jd": JD + 1, "magpsf": 15.0, "sigmapsf": 0.1, "fid": 1},
    ]
    table, failures = light_curve_table([alert(history, sigmapsf=0.05, fid=1)], 4)
    assert not failures
    expected = [
        [0, 0, 0, 0, 0], [-3, 19.0, 0.2, 1, 1], [-1, 18.5, 0.1, 2, 1], [0, 18.0, 0.05, 1, 1]
    ]  # fmt: skip
    np.testing.assert_allclose(table[0], expected, rtol=1e-6)
    latest, _ = light_curve_table([alert(history, sigmapsf=0.05, fid=1)], 2)
    np.testing.assert_allclose(latest[0], expected[2:], rtol=1e-6)


def test_too_few_points_fail_the_alert():
    _, failures = light_curve_table([alert(sigmapsf=0.1, fid=1), alert()], 4, min_points=2)
    assert {i: f.reason for i, f in failures.items()} == {0: "few_points", 1: "few_points"}
