"""Match rules: Kowalski's radii and kiloparsecs, outlines, proper motion."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.time import Time

from fritz.catalogs.library import catalog
from fritz.catalogs.rules import accepted_arcsec, distance_kpc, in_ellipse, moved

CLU = catalog("CLU_20190625").match
NED = catalog("NED_BetaV3").match
DESI = catalog("DESI_DR1").match
M31, M33 = CLU.ellipses
M31_PLACE = (10.684708, 41.26875)


def test_radius_by_redshift_is_30_kpc_and_300_arcsec_nearby():
    found = accepted_arcsec(CLU, [0.0, -0.001, 0.0099, 0.01, 0.03, 0.15, np.nan])
    np.testing.assert_allclose(found, [300, 300, 300, 150, 50, 10, 0])


def test_radius_by_distance_is_30_kpc_and_300_arcsec_nearby():
    found = accepted_arcsec(NED, [3.0, 39.9, 40.0, 400.0, np.nan])
    at_40 = np.degrees(np.arctan(30 / 40e3)) * 3600
    np.testing.assert_allclose(found, [300, 300, at_40, 15.4699, 0], rtol=1e-5)


def test_the_largest_radius_caps_those_of_near_galaxies():
    np.testing.assert_allclose(accepted_arcsec(DESI, [0.001, 0.04, 0.1]), [30, 30, 15])


def test_fixed_radius_needs_no_distance():
    gaia = catalog("Gaia_DR3").match
    assert accepted_arcsec(gaia, [np.nan, 1.0]).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("rule", "distance", "kpc"),
    [
        (CLU, 0.05, 10.0),
        (CLU, 0.005, -1.0),
        (CLU, None, -1.0),
        (NED, 100.0, 4.8481),
        (NED, 0.004, -1.0),
    ],
)
def test_kiloparsecs_of_ten_arcseconds(rule, distance, kpc):
    assert distance_kpc(rule, distance, 10.0) == pytest.approx(kpc, rel=1e-4)


@pytest.mark.parametrize("outline", [M31, M33], ids=["M31", "M33"])
def test_outline_reaches_its_axes_and_no_further(outline):
    centre = SkyCoord(*M31_PLACE, unit="deg")
    along = outline.position_angle_deg * u.deg
    axes = [
        (along, outline.semi_major_deg),
        (along + 90 * u.deg, outline.semi_major_deg * outline.axis_ratio),
    ]
    for angle, reach in axes:
        for factor, inside in ((0.99, True), (1.01, False)):
            point = centre.directional_offset_by(angle, factor * reach * u.deg)
            assert in_ellipse(outline, point.ra.deg, point.dec.deg, *M31_PLACE) == inside
    assert not in_ellipse(outline, 190.0, -41.0, *M31_PLACE)


def test_proper_motion_is_astropy_s():
    star = SkyCoord(
        269.452075 * u.deg,
        4.693391 * u.deg,
        pm_ra_cosdec=-802.8 * u.mas / u.yr,
        pm_dec=10362.5 * u.mas / u.yr,
        obstime=Time(2016.0, format="jyear"),
    )
    then = star.apply_space_motion(new_obstime=Time(2026.0, format="jyear"))
    ra, dec = moved(star.ra.deg, star.dec.deg, -802.8, 10362.5, 10.0)
    assert SkyCoord(ra, dec, unit="deg").separation(then).arcsec < 2e-4


def test_unknown_motion_is_none():
    ra, dec = moved([10.0], [20.0], [np.nan], [np.nan], [10.0])
    np.testing.assert_allclose([ra[0], dec[0]], [10.0, 20.0])
