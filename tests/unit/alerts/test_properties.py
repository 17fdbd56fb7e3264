import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.alerts.properties import photstats, properties, with_properties
from fritz.alerts.rights import grant


def point(jd, magpsf=18.0, fid=1, **more):
    return {"jd": jd, "fid": fid, "magpsf": magpsf, "sigmapsf": 0.1, "isdiffpos": "t",
            "programid": 1} | more  # fmt: skip


def alert(prv=(), fp=None, **more):
    document = {"candidate": point(2461010.5, **more), "prv_candidates": list(prv)}
    return document if fp is None else document | {"fp_hists": fp}


@pytest.mark.parametrize("error", [float("inf"), float("nan"), 0.0, 1e-44, 1e300])
def test_a_magnitude_without_a_possible_uncertainty_is_left_out(error):
    points = [
        point(2461010.5 + n, 18.0 + n, sigmapsf=sigma) for n, sigma in enumerate((0.1, error, 0.1))
    ]
    assert photstats(points)["g"]["fading"]["nb_data"] == 2


@pytest.mark.parametrize(
    ("fields", "rock"),
    [
        ({"ssdistnr": 0.0, "ssmagnr": 0.0}, True),
        ({"ssdistnr": 12.0, "ssmagnr": 18.0}, True),
        ({"ssdistnr": 12.1, "ssmagnr": 18.0}, False),
        ({"ssdistnr": -999.0, "ssmagnr": -999.0}, False),
        ({"ssdistnr": 3.0, "ssmagnr": None}, False),
        ({}, False),
    ],
)
def test_rock_is_near_a_known_solar_system_object(fields, rock):
    assert properties(alert(**fields))["rock"] is rock


@pytest.mark.parametrize(
    ("fields", "star"),
    [
        ({"sgscore1": 0.77, "distpsnr1": 2.0}, True),
        ({"sgscore1": 0.76, "distpsnr1": 0.1}, False),
        ({"sgscore1": 1.0, "distpsnr1": -999.0}, False),
        ({"sgscore1": 0.3, "distpsnr1": 0.5, "srmag1": 21.0, "szmag1": 17.9}, True),
        ({"sgscore1": 0.3, "distpsnr1": 0.5, "srmag1": 21.0, "simag1": 18.1}, False),
        ({"sgscore1": 0.3, "distpsnr1": 0.5, "srmag1": 21.0, "simag1": -999.0}, False),
    ],
)
def test_star_by_shape_or_by_colour(fields, star):
    assert properties(alert(**fields))["star"] is star


def test_near_bright_star_by_gaia_or_ps1():
    assert properties(alert(neargaiabright=19.0, maggaiabright=11.9))["near_brightstar"]
    assert properties(alert(distpsnr3=10.0, sgscore3=0.95, srmag3=13.0))["near_brightstar"]
    assert not properties(alert(neargaiabright=19.0, maggaiabright=12.1))["near_brightstar"]
    assert not properties(alert(neargaiabright=-999.0, maggaiabright=-999.0))["near_brightstar"]


def test_stationary_needs_two_detections_apart():
    assert properties(alert([point(2461010.48)]))["stationary"]
    assert not properties(alert([point(2461010.495)]))["stationary"]
    assert not properties(alert([point(2461000.5, magpsf=None)]))["stationary"]


def test_rise_and_fade_are_fitted_on_each_side_of_the_peak():
    curve = [point(2461000.5 + day, 20.0 - 0.4 * day) for day in range(6)]
    curve += [point(2461005.5 + day, 18.0 + 0.1 * day) for day in range(1, 11)]
    found = photstats(curve)["g"]
    assert (found["peak_jd"], found["peak_mag"], found["dt"]) == (2461005.5, 18.0, 15.0)
    assert found["rising"]["rate"] == pytest.approx(-0.4)
    assert found["fading"]["rate"] == pytest.approx(0.1)
    assert (found["rising"]["nb_data"], found["fading"]["nb_data"]) == (6, 11)
    assert found["fading"]["red_chi2"] == pytest.approx(0.0, abs=1e-6)


@given(st.lists(st.tuples(st.floats(15, 21), st.floats(0.02, 0.3)), min_size=3, max_size=20))
def test_fit_is_the_weighted_least_squares_of_numpy(values):
    mags = sorted((mag for mag, _ in values), reverse=True)
    if mags[-1] == mags[-2]:
        mags[-1] -= 0.1
    days = np.arange(len(mags), dtype=float)
    errors = np.array([error for _, error in values])
    curve = [
        point(2461000.5 + day, mag, sigmapsf=float(error))
        for day, mag, error in zip(days, mags, errors, strict=True)
    ]
    found = photstats(curve)["g"]["rising"]
    (slope, _), covariance = np.polyfit(days, mags, 1, w=1 / errors, cov="unscaled")
    assert found["rate"] == pytest.approx(slope, rel=1e-4, abs=1e-7)
    assert found["rate_error"] == pytest.approx(covariance[0, 0] ** 0.5, rel=1e-4)


def test_forced_photometry_fills_the_times_without_an_alert():
    forced = [
        {"jd": 2461000.5, "fid": 1, "mag": 20.0, "magerr": 0.2, "snr": 5.0},
        {"jd": 2461005.5, "fid": 1, "mag": 19.9, "magerr": 0.2, "snr": 2.9},
        {"jd": 2461010.5, "fid": 1, "mag": 17.0, "magerr": 0.2, "snr": 9.0},
    ]
    found = properties(alert(fp=forced))["photstats"]["g"]
    assert (found["rising"]["nb_data"], found["peak_mag"]) == (2, 18.0)


def test_fainter_than_the_reference_says_nothing_of_the_peak():
    assert photstats([point(2461000.5, isdiffpos="f")]) == {}


def test_bands_are_apart():
    assert set(photstats([point(1.0), point(2.0, fid=2), point(3.0, fid=9)])) == {"g", "r"}


def test_what_is_not_granted_leaves_no_trace():
    public = [point(2461000.5, 19.0)]
    partners = [point(2461004.5, 16.0, programid=2)]
    everything = grant(alert([*public, *partners]), frozenset({1}))
    assert properties(everything) == properties(alert(public))


def test_the_alert_given_is_left_as_it_is():
    given_ = alert()
    assert "properties" in with_properties(given_)
    assert "properties" not in given_
