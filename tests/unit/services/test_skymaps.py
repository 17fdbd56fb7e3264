"""Regions of sky maps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Forbidden, Invalid, NotFound
from fritz.services.skymaps import Skymaps
from fritz.sky.healpix import cells_of, centres_of
from fritz.sky.skymaps import credible_circle, credible_region


def flat_map(order, weights):
    """Return uniq and density of a whole sky of one order."""
    index = np.arange(12 * 4**order)
    area = 4 * np.pi / len(index)
    return index + 4 ** (order + 1), weights / weights.sum() / area


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4), st.floats(1, 99), st.integers(0, 2**31))
def test_a_region_is_the_densest_cells_that_hold_the_share(order, percent, seed):
    weights = np.random.default_rng(seed).random(12 * 4**order) ** 4
    uniq, density = flat_map(order, weights)
    region = credible_region(uniq, density, percent)
    inside = region.holds(*centres_of(np.arange(len(uniq)), order))
    share = weights / weights.sum()
    assert share[inside].sum() >= percent / 100 - 1e-9
    assert share[inside].sum() - share[inside].min() < percent / 100 + 1e-9
    assert share[inside].min() >= share[~inside].max(initial=0)


def test_cells_of_several_orders_make_one_region():
    coarse, fine = 4 + 3, 16 + 4 * 5 + 1
    region = credible_region([coarse, fine, 4 + 7], [1.0, 3.0, 0.01], 95)
    ra, dec = centres_of([3, 5 * 4 + 1, 5 * 4 + 2, 7], 1)
    fine_cells = cells_of(ra, dec, 0)
    held = region.holds(*centres_of([3, 7], 0))
    assert held.tolist() == [True, False]
    assert region.holds(ra[1:3], dec[1:3]).tolist() == [True, False]
    assert fine_cells[1] == 5


def test_few_spans_hold_a_scattered_region():
    rng = np.random.default_rng(3)
    uniq, density = flat_map(6, rng.random(12 * 4**6))
    region = credible_region(uniq, density, 50)
    spans = region.spans()
    assert len(spans) <= 64
    ends = np.array(spans)
    for first, last in zip(region.first, region.last, strict=True):
        assert ((ends[:, 0] <= first) & (ends[:, 1] >= last)).any()


def test_the_deepest_cells_have_the_deepest_order():
    last = 12 * 4**29 - 1 + 4**30
    assert credible_region([last], [1.0], 90).first.tolist() == [12 * 4**29 - 1]


def test_a_circle_holds_the_share_of_a_normal_distribution():
    rng = np.random.default_rng(5)
    ra, dec = 40 + rng.normal(0, 0.5, 20_000), rng.normal(0, 0.5, 20_000)
    circle = credible_circle(40.0, 0.0, 0.5, 90)
    assert circle.holds(ra, dec).mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("uniq", "density", "percent"),
    [
        ([], [], 90), ([3], [1.0], 90), ([4], [1.0, 2.0], 90), ([4], [-1.0], 90),
        ([4], [0.0], 90), ([4], [float("nan")], 90), ([4], [1.0], 0), ([2**62], [1.0], 90),
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused(uniq, density, percent):
    with pytest.raises(Invalid):
        credible_region(uniq, density, percent)


def test_a_map_is_kept_with_its_contours(tmp_path):
    store = Skymaps(SqliteDocuments(tmp_path / "documents.sqlite"))
    uniq, density = flat_map(3, np.random.default_rng(1).random(12 * 4**3))
    given = {"localization_name": "a.fits", "uniq": uniq.tolist(), "probdensity": density.tolist()}
    more = {"dateobs": "2026-11-10T00:00:00.000", "aliases": ["S1"], "owner_id": 1}
    store.save(given, contours=[90], **more)
    made = store.save(given, contours=[50, 90], **more)
    assert set(made.regions) == {"50", "90"}
    found = store.find(localization_name="a.fits", dateobs=None, aliases=["S1"])
    expected = credible_region(uniq, density, 50)
    assert np.array_equal(found.region(50).first, expected.first)
    assert np.array_equal(found.region(50).last, expected.last)
    with pytest.raises(Invalid, match="already exists"):
        store.save(given, contours=[90], **more)
    with pytest.raises(Invalid, match="contours 50, 90"):
        found.region(95)
    with pytest.raises(Forbidden):
        store.delete(found, 2, is_admin=False)
    store.delete(found, 1, is_admin=False)
    with pytest.raises(NotFound):
        store.find(localization_name="a.fits", dateobs="2026-11-10T00:00:00")
