import re

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, BarycentricMeanEcliptic, SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from fritz.sky.coordinates import ecliptic, galactic, geojson, sexagesimal, unit_vector

RA = np.array([0.0, 0.0, 0.0, 360.0, 359.9999999, 45.0, 192.86, 266.4, *np.linspace(0, 359, 200)])
DEC = np.array([0.0, 90.0, -90.0, 10.0, -1e-9, 45.0, 27.13, -28.9, *np.linspace(-89.9, 89.9, 200)])
SKY = SkyCoord(RA, DEC, unit="deg", frame="icrs")


def offset_arcsec(lon, lat, theirs_lon, theirs_lat):
    ours = SkyCoord(lon, lat, unit="deg")
    return ours.separation(SkyCoord(theirs_lon, theirs_lat, unit="deg")).arcsec


def test_galactic_coordinates_are_astropys():
    """But for the frame bias of some 0.02 arcsec: theirs come by way of the FK5."""
    theirs = SKY.galactic
    assert offset_arcsec(*galactic(RA, DEC), theirs.l.deg, theirs.b.deg).max() < 0.03
    by_fk5 = SKY.transform_to("fk5")
    ours = galactic(by_fk5.ra.deg, by_fk5.dec.deg)
    assert offset_arcsec(*ours, theirs.l.deg, theirs.b.deg).max() < 0.01


def test_ecliptic_coordinates_are_astropys():
    """But for the frame bias of some 0.02 arcsec and the rounding of the obliquity."""
    theirs = SKY.transform_to(BarycentricMeanEcliptic(equinox="J2000"))
    assert offset_arcsec(*ecliptic(RA, DEC), theirs.lon.deg, theirs.lat.deg).max() < 0.05


def test_longitudes_lie_between_0_and_360():
    for lon, lat in (galactic(RA, DEC), ecliptic(RA, DEC)):
        assert ((lon >= 0) & (lon < 360)).all()
        assert (np.abs(lat) <= 90).all()


def test_one_position_makes_one_number():
    assert galactic(10.0, 20.0)[0].shape == ()


@given(st.floats(0, 360), st.floats(-90, 90))
def test_unit_vectors_have_length_one(ra, dec):
    assert np.linalg.norm(unit_vector(ra, dec)) == pytest.approx(1.0, abs=1e-12)


positions = st.tuples(st.floats(0, 360, exclude_max=True), st.floats(-90, 90))


@given(positions)
def test_sexagesimal_text_gives_the_position_back(position):
    hours, degrees = sexagesimal(*position)
    assert re.fullmatch(r"\d\d:[0-5]\d:[0-5]\d\.\d{4}", hours)
    assert re.fullmatch(r"-?\d\d:[0-5]\d:[0-5]\d\.\d{3}", degrees)
    ra, dec = Angle(hours, u.hourangle).deg, Angle(degrees, u.deg).deg
    assert abs((ra - position[0] + 180) % 360 - 180) * 3600 < 1e-3
    assert abs(dec - position[1]) * 3600 < 1e-3


@pytest.mark.parametrize(
    ("position", "text"),
    [
        ((0.0, 0.0), ("00:00:00.0000", "00:00:00.000")),
        ((359.99999999, 90.0), ("00:00:00.0000", "90:00:00.000")),
        ((14.9999999999, -0.0001), ("01:00:00.0000", "-00:00:00.360")),
        ((180.0, -89.99999999), ("12:00:00.0000", "-90:00:00.000")),
    ],
)
def test_rounding_carries_over(position, text):
    assert sexagesimal(*position) == text


def test_geojson_longitudes_are_shifted():
    assert geojson(0.0, -90.0)["coordinates"] == [-180.0, -90.0]
