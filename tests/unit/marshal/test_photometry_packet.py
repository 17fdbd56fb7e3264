"""Uploaded rows become AB microjansky; cases 32 to 35 of the contract, without the wire."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.marshal.photometry_output import deduplicated, fluxes, magnitudes
from fritz.marshal.photometry_packet import MOST_ROWS, read_packet
from fritz.photometry.bandpasses import MEASURED

FLUX = {"obj_id": "ZTF26a", "mjd": 59000.5, "instrument_id": 1, "filter": "ztfg", "magsys": "ab",
        "flux": 12.24, "fluxerr": 0.031, "zp": 25.0}  # fmt: skip
MAG = {"obj_id": "ZTF26a", "mjd": 59000.5, "instrument_id": 1, "filter": "ztfg",
       "magsys": "vega", "mag": 21.0, "magerr": 0.2}  # fmt: skip
LIMIT = MAG | {"mag": None, "magerr": None, "limiting_mag": 22.3, "magsys": "ab"}


def one(packet):
    [(_, point)] = read_packet(packet)
    return point


def test_flux_is_scaled_to_microjansky():
    point = one(FLUX)
    assert point.flux == pytest.approx(12.24 * 10**-0.44, rel=1e-12)
    assert point.fluxerr == pytest.approx(0.031 * 10**-0.44, rel=1e-12)
    assert (point.ra, point.altdata, point.origin) == (None, None, "None")


def test_non_detection_has_the_uncertainty_of_its_limit():
    point = one(LIMIT)
    assert point.flux is None
    assert point.fluxerr == pytest.approx(10 ** (-0.4 * (22.3 - 23.9)) / 3)
    shown = magnitudes(point, "ab")
    assert (shown["mag"], shown["magerr"], shown["limiting_mag"]) == (None, None, 22.3)
    assert one(LIMIT | {"limiting_mag_nsigma": 5}).fluxerr == pytest.approx(point.fluxerr * 0.6)


def test_limit_is_five_sigma_where_none_was_uploaded():
    point = one(FLUX | {"flux": None})
    assert magnitudes(point, "ab")["limiting_mag"] == pytest.approx(
        23.9 - 2.5 * math.log10(5 * 0.031 * 10**-0.44)
    )


bands = st.sampled_from([each.name for each in MEASURED])
systems = st.sampled_from(["ab", "vega"])
mags = st.floats(-5, 30)


@given(bands, systems, systems, mags, st.floats(0.001, 2))
def test_magnitudes_come_back_in_any_system(band, uploaded, asked, mag, error):
    packet = MAG | {"filter": band, "magsys": uploaded, "mag": mag, "magerr": error,
                    "limiting_mag": mag + 1}  # fmt: skip
    point = one(packet)
    back = magnitudes(point, uploaded)
    assert back["mag"] == pytest.approx(mag, abs=1e-9)
    assert back["magerr"] == pytest.approx(error, rel=1e-9)
    assert back["limiting_mag"] == pytest.approx(mag + 1, abs=1e-9)
    other = magnitudes(point, asked)
    assert other["limiting_mag"] - other["mag"] == pytest.approx(1, abs=1e-9)
    in_flux = fluxes(point, asked)
    assert in_flux["zp"] - 2.5 * math.log10(in_flux["flux"]) == pytest.approx(other["mag"])


@given(bands, systems, st.floats(-1e4, 1e4), st.floats(1e-3, 1e3), st.floats(20, 30))
def test_fluxes_come_back_with_the_zero_point_of_the_answer(band, system, flux, error, zp):
    point = one(FLUX | {"filter": band, "magsys": system, "flux": flux, "fluxerr": error, "zp": zp})
    back = fluxes(point, system)
    scale = 10 ** (0.4 * (back["zp"] - zp))
    assert back["flux"] == pytest.approx(flux * scale, rel=1e-9)
    assert back["fluxerr"] == pytest.approx(error * scale, rel=1e-9)


def test_reference_adds_up_to_a_total():
    point = one(FLUX | {"ref_flux": 100.0, "ref_fluxerr": 3.0, "ref_zp": 25.0})
    shown = fluxes(point, "ab")
    assert shown["tot_flux"] == pytest.approx(112.24 * 10**-0.44)
    assert shown["tot_fluxerr"] == pytest.approx(math.hypot(3.0, 0.031) * 10**-0.44)
    assert magnitudes(point, "ab")["magtot"] == pytest.approx(25 - 2.5 * math.log10(112.24))
    as_mags = one(MAG | {"magref": 20.0, "e_magref": 0.1})
    assert magnitudes(as_mags, "vega")["magref"] == pytest.approx(20.0)
    assert "magtot" not in magnitudes(one(MAG), "vega")


def test_scalars_are_repeated_beside_columns_and_altdata_goes_row_by_row():
    rows = read_packet(FLUX | {"mjd": [1.0, 2.0], "flux": [1, None], "altdata": {"a": [1, 2]}})
    assert [point.mjd for _, point in rows] == [1.0, 2.0]
    assert [point.flux is None for _, point in rows] == [False, True]
    assert [point.altdata for _, point in rows] == [{"a": 1}, {"a": 2}]
    same = read_packet(FLUX | {"mjd": [1.0, 2.0], "altdata": {"a": [1, 2, 3]}})
    assert [point.altdata for _, point in same] == [{"a": [1, 2, 3]}] * 2
    listed = read_packet(FLUX | {"mjd": [1.0, 2.0], "altdata": [None, {"a": 3}]})
    assert [point.altdata for _, point in listed] == [None, {"a": 3}]


def test_detections_and_limits_may_stand_in_one_column():
    rows = read_packet(MAG | {"mag": [21.0, None], "magerr": [0.2, None],
                              "limiting_mag": [None, 22.0]})  # fmt: skip
    assert [point.flux is None for _, point in rows] == [False, True]


@pytest.mark.parametrize(
    ("packet", "why"),
    [
        (MAG | {"magerr": None}, "row 1: mag and magerr"),
        ({**MAG, "mag": None, "magerr": None}, "limiting_mag"),
        (MAG | {"filter": "ztfx"}, "row 1: unknown filter 'ztfx'"),
        (MAG | {"magsys": "johnson"}, "unknown magnitude system"),
        (MAG | {"mag": math.inf}, "row 1: mag must be a finite number"),
        (MAG | {"mag": [21.0, "x"], "magerr": [0.1, 0.1]}, "row 2: mag must be a finite number"),
        (MAG | {"mag": True}, "mag must be a finite number"),
        (MAG | {"mag": 1e300}, "beyond all measure|greater than zero"),
        (MAG | {"magerr": 0}, "magerr must be greater than zero"),
        (MAG | {"mjd": None}, "missing column 'mjd'"),
        (FLUX | {"zp": None}, "missing column 'zp'"),
        (FLUX | {"fluxerr": -1}, "fluxerr must be greater than zero"),
        (FLUX | {"mag": 21.0}, "not both"),
        (FLUX | {"mjd": [1.0, 2.0], "flux": [1.0]}, "different lengths"),
        (FLUX | {"mjd": []}, "no rows"),
        (FLUX | {"ra": 400.0, "dec": 0.0}, "row 1: ra 400.0"),
        (FLUX | {"instrument_id": 1.5}, "integer"),
        (FLUX | {"altdata": 3}, "altdata must be a map"),
        (FLUX | {"altdata": {"a": "x" * 20_000}}, "altdata of more than"),
        (FLUX | {"origin": "x" * 300}, "origin"),
        (FLUX | {"mjd": [1.0] * (MOST_ROWS + 1)}, "10001 rows"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_told_by_row_and_column(packet, why):
    with pytest.raises(Invalid, match=why):
        read_packet(packet)


scalars = st.none() | st.booleans() | st.floats() | st.text(max_size=5)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@given(st.dictionaries(st.sampled_from([*MAG, *FLUX, "altdata", "ra", "dec"]), anything))
def test_whatever_comes_is_read_or_refused(changes):
    try:
        rows = read_packet(MAG | changes)
    except Invalid:
        return
    for _, point in rows:
        assert math.isfinite(point.mjd)
        assert point.fluxerr > 0
        json.dumps(magnitudes(point, "ab"), allow_nan=False)


def test_of_each_epoch_the_newest_is_kept():
    old, new = one(FLUX)._replace(id=1, created_us=1), one(FLUX)._replace(id=2, created_us=2)
    other = one(FLUX | {"filter": "ztfr"})._replace(id=3)
    assert [point.id for point in deduplicated([new, other, old])] == [2, 3]
