import cdshealpix.nested
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.sky.healpix import MAX_ORDER, cell_range, cells_of, centres_of
from fritz.sky.separations import separation_arcsec

DICE = np.random.default_rng(20260722)
RA = DICE.uniform(0, 360, 5_000)
DEC = np.degrees(np.arcsin(DICE.uniform(-1, 1, 5_000)))


@pytest.mark.parametrize("order", [0, 4, 10, 19])
def test_cells_are_those_of_cdshealpix(order):
    theirs = cdshealpix.nested.lonlat_to_healpix(Longitude(RA, u.deg), Latitude(DEC, u.deg), order)
    np.testing.assert_array_equal(cells_of(RA, DEC, order), theirs.astype(np.int64))


def test_the_deepest_cells_are_those_of_cdshealpix_up_to_rounding():
    """Cells of 0.4 mas are near what a double can tell: a neighbour's centre is as close."""
    ra, dec = centres_of(cells_of(RA, DEC))
    assert separation_arcsec(RA, DEC, ra, dec).max() < 1e-3


@pytest.mark.parametrize("dec", [90.0, -90.0])
def test_the_poles_and_the_meridian_have_cells(dec):
    assert cells_of([0.0, 90.0, 180.0, 359.9], dec, 3).shape == (4,)
    assert cells_of(360.0, 10.0) == cells_of(0.0, 10.0)
    assert cells_of(-1.0, 10.0) == cells_of(359.0, 10.0)


@given(st.floats(0, 360), st.floats(-90, 90), st.integers(0, MAX_ORDER))
def test_coarser_cells_contain_finer_ones(ra, dec, order):
    first, end = cell_range(int(cells_of(ra, dec, order)), order)
    assert first <= int(cells_of(ra, dec)) < end


@given(st.integers(0, 12 * 4**10 - 1))
def test_a_cells_centre_lies_in_it(cell):
    assert int(cells_of(*centres_of(cell, 10), 10)) == cell


@pytest.mark.parametrize(("ra", "dec"), [(0.0, 90.5), (float("nan"), 0.0), (0.0, float("nan"))])
def test_what_is_no_position_is_invalid(ra, dec):
    with pytest.raises(Invalid):
        cells_of(ra, dec)


@pytest.mark.parametrize("order", [-1, 30])
def test_what_is_no_order_is_invalid(order):
    with pytest.raises(Invalid, match="HEALPix order"):
        cells_of(0.0, 0.0, order)
