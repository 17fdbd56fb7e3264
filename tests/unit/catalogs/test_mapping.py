"""Published rows as a catalog's: names, sexagesimal positions, types, what is refused."""

import pyarrow as pa
import pytest

from fritz.catalogs.library import catalog
from fritz.catalogs.mapping import mapped, row_schema
from fritz.errors import Invalid
from fritz.sky.healpix import cells_of


def test_columns_are_found_under_the_files_own_names_in_any_case():
    data = pa.table({"NAME": ["a"], "RAdeg": [10.0], "DEdeg": [20.0], "CLASS": ["ClassII  "]})
    found = mapped(catalog("SPICY"), data)
    assert found.rows.schema == row_schema(catalog("SPICY"))
    (row,) = found.rows.to_pylist()
    assert row["class"] == "ClassII"
    assert row["healpix"] == int(cells_of(10.0, 20.0))
    assert row["_id"] == "J10.000000+20.000000"
    assert row["p1"] is None


def test_sexagesimal_positions_are_read_and_rows_are_sorted():
    data = pa.table(
        {
            "3HSP Source name ": [' "3HSPJ235959" ', "3HSPJ000116", "3HSPJ000117"],
            " R.A. ": ["23:59:59.9", "00 01 16.37", "00h01m17.08s"],
            " Dec ": ["-00 00 36", "+29 35 34.0", "-31:50"],
        }
    )
    rows = mapped(catalog("3HSP"), data).rows
    cells = rows["healpix"].to_pylist()
    assert cells == sorted(cells)
    found = {row["_id"]: (row["ra"], row["dec"]) for row in rows.to_pylist()}
    assert found["3HSPJ235959"] == pytest.approx((359.999583, -0.01), abs=1e-6)
    assert found["3HSPJ000116"] == pytest.approx((0.318208, 29.592778), abs=1e-6)
    assert found["3HSPJ000117"] == pytest.approx((0.321167, -31.833333), abs=1e-6)


def test_rows_without_a_place_are_refused_and_counted():
    data = pa.table(
        {
            "source_id": [1, 2, 3, 4],
            "ra": [10.0, None, 400.0, -10.0],
            "dec": [20.0, 1.0, 1.0, -90.0],
        }
    )
    found = mapped(catalog("Gaia_DR3"), data)
    assert dict(found.refused) == {"no position": 1, "position out of range": 1}
    assert {row["_id"]: row["ra"] for row in found.rows.to_pylist()} == {"1": 10.0, "4": 350.0}
    assert found.rows.num_rows + found.refused.total() == data.num_rows


def test_values_of_another_type_are_null_and_counted():
    data = pa.table(
        {
            "Name": ["q1", "q2", "q3"],
            "RA": ["1.5", "2.5", "3.5"],
            "DEC": ["1", "2", "3"],
            "Qpct": ["98", " 99.5 ", "sure"],
            "z": ["", "nan", "0.5"],
        }
    )
    found = mapped(catalog("milliquas"), data)
    shown = {row["Name"]: (row["Qpct"], row["z"]) for row in found.rows.to_pylist()}
    assert shown == {"q1": (98.0, None), "q2": (99.5, None), "q3": (None, 0.5)}
    assert found.misfits["Qpct"] == 1


def test_a_survey_s_sign_for_nothing_is_null():
    data = pa.table({
        "objID": [7], "raMean": [10.0], "decMean": [20.0],
        "gMeanPSFMag": [-999.0], "rMeanPSFMag": [19.5],
    })  # fmt: skip
    (row,) = mapped(catalog("PS1_DR1"), data).rows.to_pylist()
    assert (row["gMeanPSFMag"], row["rMeanPSFMag"]) == (None, 19.5)


def test_a_file_without_positions_is_refused():
    with pytest.raises(Invalid, match=r"none of ra, RAJ2000.*only a, b"):
        mapped(catalog("GCVS"), pa.table({"a": [1], "b": [2]}))
