import importlib.util
import os
from pathlib import Path

import pytest

from fritz.errors import Invalid
from fritz.photometry.bandpasses import BANDPASSES, MEASURED, bandpass
from fritz.photometry.magsystems import above_ab, magnitude_system
from tests.plugins.must_run import require
from tests.support.sncosmo_table import vega_ab, wavelength

MAG = 1e-6


@pytest.fixture(scope="module")
def sncosmo():
    present = importlib.util.find_spec("sncosmo")
    require("sncosmo", present, "pip install sncosmo (it stands in no lock file)")
    folder = Path(os.environ.get("SNCOSMO_DATA_DIR", Path.home() / ".astropy/cache/sncosmo"))
    spectrum = folder / "spectra" / "alpha_lyr_stis_007.fits"
    require("sncosmo's data", spectrum.is_file(), f"{spectrum} was not fetched")


@pytest.mark.parametrize("each", MEASURED, ids=lambda each: each.name)
def test_vega_stands_where_sncosmo_has_it(sncosmo, each):
    assert each.vega_ab == pytest.approx(vega_ab(each.name), abs=MAG)
    assert each.wavelength_angstrom == pytest.approx(wavelength(each.name), abs=0.06)


def test_vega_is_near_where_others_found_it():
    """Willmer (2018, ApJS 236, 47), table 3: Vega to AB, of the same Bessell and 2MASS bands."""
    found = {"bessellb": -0.115, "bessellv": 0.006, "2massj": 0.894, "2massh": 1.374}
    for name, expected in found.items():
        assert bandpass(name).vega_ab == pytest.approx(expected, abs=0.02)


def test_systems_differ_by_where_vega_stands():
    assert above_ab("vega", "2massj") == -bandpass("2massj").vega_ab
    assert above_ab("ab", "2massj") == 0.0
    assert bandpass("sdss::r").vega_ab == bandpass("sdssr").vega_ab


@pytest.mark.parametrize(
    ("name", "system"), [("ztfx", "ab"), ("", "ab"), ("gaia::g", "vega"), ("kepler", "vega")]
)
def test_what_is_not_known_is_refused(name, system):
    with pytest.raises(Invalid, match="filter"):
        above_ab(system, name)


def test_no_other_system_is_taken():
    assert magnitude_system("vega") == "vega"
    with pytest.raises(Invalid, match="one of ab, vega"):
        magnitude_system("jla1")


def test_every_name_is_there_once():
    assert len(BANDPASSES) > 200
    assert all(each.name == name for name, each in BANDPASSES.items())
