import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

from fritz.photometry.fluxes import flux, flux_err, flux_err_of_limit, is_positive, mag, mag_err

mags = st.floats(5, 30)
fluxes = st.floats(1e-3, 1e6)


@given(mags)
def test_magnitudes_survive_as_fluxes(value):
    assert float(mag(flux(value))) == pytest.approx(value, abs=1e-9)


@given(fluxes, st.floats(1e-3, 0.5))
def test_relative_errors_survive_as_magnitudes(value, relative):
    error = mag_err(value, value * relative)
    assert float(flux_err(value, error)) == pytest.approx(value * relative, rel=1e-9)


@given(mags, st.floats(20, 30))
def test_any_zero_point_will_do(value, zero_point):
    assert float(mag(flux(value, zero_point), zero_point)) == pytest.approx(value, abs=1e-9)


def test_fluxes_are_microjanskys_on_astropys_ab_scale():
    values = np.array([15.0, 18.5, 23.9])
    np.testing.assert_allclose(flux(values), (values * u.ABmag).to_value(u.uJy), rtol=2e-4)


@pytest.mark.parametrize("value", [0.0, -5.0, float("nan")])
def test_no_flux_has_no_magnitude(value):
    assert np.isnan(mag(value))
    assert np.isnan(mag_err(value, 1.0))


def test_a_five_sigma_limit_is_five_sigma():
    assert float(5 * flux_err_of_limit(20.5)) == pytest.approx(float(flux(20.5)))


@pytest.mark.parametrize("value", ["t", "T", "1", "y", "Y", 1, 1.0, True, np.True_])
def test_positive_differences(value):
    assert is_positive(value if not isinstance(value, np.bool_) else bool(value))


@pytest.mark.parametrize("value", ["f", "0", "n", "", 0, 0.0, False, None, "x", -1])
def test_negative_differences(value):
    assert not is_positive(value)
