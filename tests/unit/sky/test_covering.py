"""Cells that cover cones: none is missed, few are too many, poles and RA 0 included."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from cdshealpix.nested import cone_search
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.sky.covering import cells_within, cover_order, spans
from fritz.sky.healpix import cells_of

POLES_AND_EDGES = [
    (0.0, 90.0), (123.0, -90.0), (0.0, 0.0), (360.0, 41.8103149), (45.0, 41.8103149),
    (90.0, -41.8103149), (45.0, 0.0), (0.0, 66.0), (90.0, 80.0), (359.99999, -66.44),
]  # fmt: skip


def points_within(ra, dec, radius_arcsec, number, rng):
    """Return points inside a cone, many of them close to its rim."""
    distance = np.radians(radius_arcsec / 3600) * np.sqrt(rng.uniform(0.5, 1.0, number))
    bearing = rng.uniform(0, 2 * np.pi, number)
    lat = np.radians(dec)
    sine = np.sin(lat) * np.cos(distance) + np.cos(lat) * np.sin(distance) * np.cos(bearing)
    lat2 = np.arcsin(np.clip(sine, -1, 1))
    lon2 = np.radians(ra) + np.arctan2(
        np.sin(bearing) * np.sin(distance) * np.cos(lat),
        np.cos(distance) - np.sin(lat) * np.sin(lat2),
    )
    return np.degrees(lon2), np.degrees(lat2)


@pytest.mark.parametrize("radius", [0.5, 2.0, 30.0, 300.0, 3600.0])
@pytest.mark.parametrize(("ra", "dec"), POLES_AND_EDGES)
def test_every_point_of_a_cone_lies_in_one_of_its_cells(ra, dec, radius):
    rng = np.random.default_rng(3)
    order = cover_order(radius)
    _, cells = cells_within([ra], [dec], radius, order)
    near_ra, near_dec = points_within(ra, dec, radius, 2000, rng)
    assert set(cells_of(near_ra, near_dec, order).tolist()) <= set(cells.tolist())
    assert len(cells) == len(set(cells.tolist())) <= 9


@given(
    ra=st.floats(0, 360),
    sine=st.floats(-1, 1),
    radius=st.floats(0.1, 4 * 3600.0),
    deeper=st.integers(0, 1),
)
def test_cells_include_those_of_an_independent_library(ra, sine, radius, deeper):
    dec = float(np.degrees(np.arcsin(sine)))
    order = cover_order(radius) + deeper
    _, ours = cells_within([ra], [dec], radius, order)
    theirs, _, _ = cone_search(
        Longitude(ra * u.deg), Latitude(dec * u.deg), radius * u.arcsec, order, flat=True
    )
    inside = np.random.default_rng(5)
    near_ra, near_dec = points_within(ra, dec, radius, 500, inside)
    touched = set(cells_of(near_ra, near_dec, order).tolist())
    assert touched <= set(ours.tolist())
    assert touched <= set(theirs.tolist())


def test_cones_touch_about_one_and_a_half_cells_each():
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    index, cells = cells_within(ra, dec, 2.0, cover_order(2.0))
    assert len(cells) < 1.6 * len(ra)
    assert set(index.tolist()) == set(range(len(ra)))


def test_a_cone_larger_than_the_cells_is_refused():
    with pytest.raises(Invalid, match="order 20 are too small"):
        cells_within([1.0], [1.0], 2.0, 20)


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), 20 * 3600.0])
def test_a_radius_that_is_none_is_refused(radius):
    with pytest.raises(Invalid, match="arcsec"):
        cover_order(radius)


def test_spans_hold_every_cell_and_are_as_few_as_asked():
    cells = np.random.default_rng(2).integers(0, 12 * 4**8, 5000)
    for most in (1, 7, 64, 10_000):
        found = spans(cells, 8, most)
        assert len(found) <= most
        lows = np.array([low for low, _ in found])
        highs = np.array([high for _, high in found])
        deepest = cells << 42
        place = np.searchsorted(lows, deepest, side="right") - 1
        assert (deepest <= highs[place]).all()
        assert (lows[1:] > highs[:-1]).all()
    assert spans(np.array([], dtype=np.int64), 8) == []
