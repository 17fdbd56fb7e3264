"""Simulated catalogs agree with the simulated sky: alerts match what they come from."""

import numpy as np
import pyarrow as pa
import pytest

from emulators.survey import simulate, simulate_catalogs
from fritz.catalogs.library import catalog
from fritz.catalogs.mapping import mapped
from fritz.sky.separations import separation_arcsec

ALERTS, SEED = 150, 7


@pytest.fixture(scope="module")
def catalogs():
    return simulate_catalogs(ALERTS, SEED)


@pytest.fixture(scope="module")
def truths():
    return [packet.truth for packet in simulate(ALERTS, SEED)]


def nearest(columns, truth):
    axes = ("raMean", "decMean") if "raMean" in columns else ("ra", "dec")
    apart = separation_arcsec(columns[axes[0]], columns[axes[1]], truth.ra, truth.dec)
    place = int(np.argmin(apart))
    return apart[place], place


def test_every_catalog_loads_as_its_definition_says(catalogs):
    assert len(catalogs) >= 8
    for name, columns in catalogs.items():
        found = mapped(catalog(name), pa.table(dict(columns)))
        assert found.rows.num_rows == len(columns["dec" if "dec" in columns else "decMean"]) > 0
        assert not found.refused
        assert not found.misfits


def test_variable_stars_are_stars_of_gaia(catalogs, truths):
    kinds = {"rr_lyrae", "eclipsing_binary", "long_period_variable"}
    stars = [truth for truth in truths if truth.kind in kinds]
    matched = [nearest(catalogs["Gaia_DR3"], truth)[0] < 2.0 for truth in stars]
    assert len(stars) > 10
    assert np.mean(matched) > 0.95


def test_supernovae_and_nuclei_match_galaxies_of_their_redshift(catalogs, truths):
    ned = catalogs["NED_BetaV3"]
    near = [t for t in truths if t.redshift is not None and t.redshift < 0.25]
    assert near
    for truth in near:
        apart, place = nearest(ned, truth)
        assert apart < 60.0
        assert ned["z"][place] == pytest.approx(truth.redshift, abs=1e-5)


def test_asteroids_match_nothing(catalogs, truths):
    rocks = [truth for truth in truths if truth.kind == "asteroid"]
    found = [nearest(catalogs["Gaia_DR3"], truth)[0] < 2.0 for truth in rocks]
    assert len(rocks) > 5
    assert np.mean(found) < 0.1


def test_the_same_seed_gives_the_same_catalogs(catalogs):
    again = simulate_catalogs(ALERTS, SEED)
    for name, columns in catalogs.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, again[name][column])
