import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from fritz.sky.separations import position_angle_deg, separation_arcsec, separation_deg

positions = st.tuples(st.floats(0, 360), st.floats(-90, 90))


def test_separations_are_astropys():
    dice = np.random.default_rng(3)
    ra, dec = dice.uniform(0, 360, (2, 500)), np.degrees(np.arcsin(dice.uniform(-1, 1, (2, 500))))
    ra[1, :100], dec[1, :100] = ra[0, :100] + 1e-5, dec[0, :100]
    one, other = SkyCoord(ra[0], dec[0], unit="deg"), SkyCoord(ra[1], dec[1], unit="deg")
    ours = separation_deg(ra[0], dec[0], ra[1], dec[1])
    np.testing.assert_allclose(ours, one.separation(other).deg, rtol=1e-9, atol=1e-12)
    angles = position_angle_deg(ra[0, 100:], dec[0, 100:], ra[1, 100:], dec[1, 100:])
    np.testing.assert_allclose(angles, one.position_angle(other).deg[100:] % 360, atol=1e-7)


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [
        ((0.0, 0.0), (0.0, 0.0), 0.0),
        ((0.0, 90.0), (123.0, 90.0), 0.0),
        ((0.0, 90.0), (0.0, -90.0), 180.0),
        ((359.75, 0.0), (0.25, 0.0), 0.5),
        ((10.0, 45.0), (190.0, -45.0), 180.0),
        ((0.0, 60.0), (360.0, 60.0), 0.0),
    ],
)
def test_poles_antipodes_and_the_meridian(one, other, degrees):
    assert float(separation_deg(*one, *other)) == pytest.approx(degrees, abs=1e-9)


@given(positions, positions)
def test_distance_is_symmetric_and_at_most_half_a_turn(one, other):
    there, back = separation_deg(*one, *other), separation_deg(*other, *one)
    assert float(there) == pytest.approx(float(back), abs=1e-12)
    assert 0 <= there <= 180 + 1e-12


def test_positions_broadcast():
    assert separation_arcsec(np.zeros((3, 1)), 0.0, np.arange(4.0), 0.0).shape == (3, 4)


def test_a_microarcsecond_is_told():
    assert float(separation_arcsec(10.0, 20.0, 10.0, 20.0 + 1e-9)) == pytest.approx(
        3.6e-6, rel=1e-4
    )
