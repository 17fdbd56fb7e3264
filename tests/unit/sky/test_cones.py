import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.sky.cones import cone_ranges
from fritz.sky.healpix import cells_of
from fritz.sky.separations import separation_deg


@given(
    ra=st.floats(0, 359.999), dec=st.floats(-90, 90), radius=st.floats(1e-7, 10.0),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_every_position_of_a_cone_is_in_its_ranges(ra, dec, radius, seed):
    draws = np.random.default_rng(seed)
    lon = ra + draws.uniform(-1, 1, 400) * min(
        180, 1.5 * radius / max(0.01, np.cos(np.radians(dec)))
    )
    lat = np.clip(dec + draws.uniform(-1, 1, 400) * radius, -90, 90)
    inside = separation_deg(ra, dec, lon, lat) <= radius
    cells = cells_of(lon[inside], lat[inside])
    ranges = cone_ranges(ra, dec, radius)
    low, high = np.array(ranges).T
    found = ((cells[:, None] >= low) & (cells[:, None] < high)).any(axis=1)
    assert found.all()
    assert len(ranges) <= 24


def test_ranges_of_a_cone_of_4_arcsec_are_few_and_small():
    ranges = cone_ranges(150.0, 2.0, 4 / 3600)
    assert len(ranges) <= 6
    area_deg2 = sum(high - low for low, high in ranges) * 41253 / (12 * 4**29)
    assert area_deg2 < 30 * np.pi * (4 / 3600) ** 2


@pytest.mark.parametrize("radius", [-1.0, 10.5, float("nan")])
def test_impossible_radius_is_refused(radius):
    with pytest.raises(Invalid, match="radius"):
        cone_ranges(0.0, 0.0, radius)
