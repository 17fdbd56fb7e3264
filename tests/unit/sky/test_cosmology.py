import pytest

from fritz.sky.cosmology import distances


@pytest.mark.parametrize("redshift", [0.001, 0.05, 0.5, 1.0, 3.0])
def test_distances_are_astropy_s_of_planck_2018(redshift):
    cosmology = pytest.importorskip("astropy.cosmology").Planck18
    found = distances(redshift)
    assert found.luminosity_mpc == pytest.approx(
        cosmology.luminosity_distance(redshift).value, rel=1e-3
    )
    assert found.angular_diameter_mpc == pytest.approx(
        cosmology.angular_diameter_distance(redshift).value, rel=1e-3
    )
    assert found.modulus_mag == pytest.approx(cosmology.distmod(redshift).value, abs=2e-3)


@pytest.mark.parametrize("redshift", [0.0, -0.01, float("nan"), float("inf")])
def test_what_is_no_distance_has_none(redshift):
    assert distances(redshift) is None
