"""How a body moves from one detection to the next."""

import pytest

from fritz.marshal.solar_system import BodyDetection, motion, predicted

JD = 2461367.75


def seen(hours, ra, dec, mag=18.0, expected=17.5):
    return BodyDetection(
        1, "ZTF26aaaaaaa", JD + hours / 24, 2, ra, dec, mag, 0.05, True, 0.9, 1.0, expected
    )


def test_motion_is_along_the_great_circle_also_over_0_h_and_near_a_pole():
    (way,) = motion([seen(0, 359.99, 0.0), seen(2, 0.01, 0.0)])
    assert way.degrees == pytest.approx(0.02)
    assert way.arcsec_per_hour == pytest.approx(36.0)
    assert way.position_angle_deg == pytest.approx(90.0)
    (way,) = motion([seen(0, 10.0, 89.9), seen(1, 190.0, 89.9)])
    assert way.degrees == pytest.approx(0.2)
    assert way.position_angle_deg == pytest.approx(0.0, abs=1e-6)


def test_of_fewer_than_two_detections_there_is_no_motion():
    assert motion([]) == motion([seen(0, 1, 1)]) == []
    (still,) = motion([seen(0, 1, 1), seen(0, 1, 1)])
    assert still.arcsec_per_hour is None


def test_what_is_fainter_than_predicted_is_above_zero():
    assert seen(0, 0, 0).against_prediction == pytest.approx(0.5)
    assert seen(0, 0, 0, expected=None).against_prediction is None
    assert [predicted(mag) for mag in (-999.0, None, float("nan"), 17.2)] == [
        None,
        None,
        None,
        17.2,
    ]
