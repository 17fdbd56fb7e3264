import math

import pytest

from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.alerts.surveys import survey
from fritz.photometry.lightcurve import lightcurve
from tests.support.packets import fp_point, prv_point, ztf_packet

ZTF = survey("ztf")
JD = 2459000.75


def measured(**values):
    [record] = read_packet(ztf_packet(1, jd=JD, **values)).records
    known = History.empty("ztf", record.object_id).merged(record, "p")
    document = enrich(record, known.view(JD, 1), survey=ZTF, classifications={}, cross_matches={})
    return lightcurve(document, ZTF.bands)


def test_the_alerts_own_detection_is_on_its_light_curve():
    [point] = measured(magpsf=18.5, sigmapsf=0.125, fid=2)
    assert (point.mjd, point.band, point.mag, point.mag_err) == (59000.25, "ztfr", 18.5, 0.125)
    assert (point.is_detection, point.candid, point.programid) == (True, 1, 1)
    assert point.limiting_mag == 20.5


def test_points_come_in_order_of_time():
    points = measured(prv=[prv_point(JD - 1, 19.0), prv_point(JD - 5), prv_point(JD - 3, 20.0)])
    assert [p.mjd for p in points] == sorted(p.mjd for p in points)
    assert [p.is_detection for p in points] == [False, True, True, True]


def test_an_upper_limit_is_not_a_detection():
    limit = measured(prv=[prv_point(JD - 5, diffmaglim=20.0)])[0]
    assert not limit.is_detection
    assert limit.flux_ujy is None
    assert limit.flux_err_ujy == pytest.approx(10 ** (-0.4 * (20.0 - 23.9)) / 5)


@pytest.mark.parametrize("diffmaglim", [0.0, -999.0, None])
def test_a_limit_without_a_magnitude_is_left_out(diffmaglim):
    assert len(measured(prv=[prv_point(JD - 5, diffmaglim=diffmaglim)])) == 1


@pytest.mark.parametrize(("isdiffpos", "sign"), [("t", 1), ("1", 1), ("f", -1), ("0", -1)])
def test_fading_below_the_reference_is_a_negative_flux(isdiffpos, sign):
    [point] = measured(magpsf=18.9, isdiffpos=isdiffpos)
    assert point.flux_ujy == pytest.approx(sign * 100.0, rel=1e-5)
    assert point.flux_err_ujy > 0


def test_forced_photometry_is_flagged_as_such():
    points = measured(fp=[fp_point(JD - 1, 1000.0, 10.0), fp_point(JD - 2, -1000.0, 10.0)])
    bright, faint = (next(p for p in points if p.mjd == JD - n - 2400000.5) for n in (1, 2))
    assert bright.is_forced
    assert bright.candid is None
    assert bright.mag == pytest.approx(26.2 - 7.5, abs=1e-6)
    assert bright.mag_err == pytest.approx(0.010857, rel=1e-4)
    assert (bright.is_positive, faint.is_positive) == (True, False)


def test_forced_photometry_in_the_noise_is_a_limit():
    point = measured(fp=[fp_point(JD - 1, 29.0, 10.0)])[0]
    assert not point.is_detection
    assert point.limiting_mag == pytest.approx(26.2 - 2.5 * math.log10(50.0), abs=1e-6)


def test_values_that_are_not_finite_count_as_missing():
    document = {"candidate": {"jd": JD, "fid": 7, "magpsf": float("nan"), "diffmaglim": 19.0}}
    [point] = lightcurve(document, ZTF.bands)
    assert (point.is_detection, point.band) == (False, "7")
