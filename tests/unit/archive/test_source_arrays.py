"""Light curves, features and classifications from arrays: ids, order, what is refused and why."""

from datetime import UTC, datetime
from pathlib import PurePath

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fritz.archive.scope_arrays import (
    classification_name,
    classifications_batch,
    features_batch,
)
from fritz.archive.source_arrays import (
    Channel,
    data_release_batch,
    matchfile_batch,
    matchfile_channel,
)
from fritz.archive.source_tables import FEATURES, PERIOD
from fritz.errors import Invalid
from fritz.sky.healpix import cells_of
from tests.plugins.must_run import kit

NOW = datetime(2026, 11, 28, tzinfo=UTC)
CHANNEL = Channel(245, 2, 36)
SOURCE = np.dtype([
    ("matchid", "i4"), ("ra", "f8"), ("dec", "f8"), ("nobs", "u2"), ("meanmag", "f4"),
    ("vonneumannratio", "f4"), ("refmag", "f4"), ("refmagerr", "f4"), ("refchi", "f4"),
    ("refsharp", "f4"), ("percentiles", "f4", (12,)),
])  # fmt: skip
EPOCH = np.dtype([
    ("matchid", "u4"), ("hjd", "f8"), ("mag", "f4"), ("magerr", "f4"), ("catflags", "u2"),
    ("chi", "f4"), ("sharp", "f4"), ("ra", "f8"), ("dec", "f8"), ("expid", "u4"),
    ("programid", "u2"),
])  # fmt: skip


def sources(*rows):
    """Return sources of (matchid, ra, dec)."""
    made = np.zeros(len(rows), SOURCE)
    for each, (matchid, ra, dec) in zip(made, rows, strict=True):
        each["matchid"], each["ra"], each["dec"] = matchid, ra, dec
        each["percentiles"] = np.arange(12) / 10
        each["refchi"] = np.nan
    return made


def epochs(*rows):
    """Return epochs of (matchid, hjd, programid)."""
    made = np.zeros(len(rows), EPOCH)
    for number, (each, values) in enumerate(zip(made, rows, strict=True)):
        each["matchid"], each["hjd"], each["programid"] = values
        each["expid"], each["mag"] = 100 + number, 18.5
    return made


def test_ids_are_kowalski_s():
    channel = matchfile_channel("ztf_000245_zr_c10_q1_match.pytable")
    assert channel == CHANNEL
    assert (channel.ccd, channel.quad) == (10, 1)
    assert channel.first_id == 10**13 + 245 * 10**9 + 36 * 10**7 + 2 * 10**6
    assert matchfile_channel("ztf_001899_zi_c16_q4_match.pytable").rc == 63


@pytest.mark.parametrize(
    "name", ["ztf_000245_zu_c10_q1_match.pytable", "x.h5", "ztf_000245_zr_c17_q1_match.pytable"]
)
def test_a_file_that_is_named_otherwise_is_refused(name):
    with pytest.raises(Invalid, match=name):
        matchfile_channel(name)


def test_each_source_gets_its_epochs_by_time_whatever_their_order():
    batch = matchfile_batch(
        CHANNEL,
        "20210401",
        sources((7, 10.0, 1.0), (3, 200.0, -5.0)),
        epochs((7, 3.0, 1), (3, 9.0, 2), (7, 1.0, 2), (7, 2.0, 1), (99, 1.0, 1)),
        NOW,
    )
    rows = {row["_id"]: row for row in batch.rows.to_pylist()}
    assert set(rows) == {CHANNEL.first_id + 7, CHANNEL.first_id + 3}
    seven = rows[CHANNEL.first_id + 7]
    assert [(point["hjd"], point["programid"]) for point in seven["data"]] == [
        (1.0, 2), (2.0, 1), (3.0, 1),
    ]  # fmt: skip
    assert seven["data"][0]["uexpid"] == 10**16 + 245 * 10**12 + 36 * 10**10 + 2 * 10**9 + 102
    assert seven["healpix"] == int(cells_of(10.0, 1.0))
    assert (seven["ccd"], seven["quad"], seven["rc"], seven["filter"]) == (10, 1, 36, 2)
    assert seven["iqr"] == pytest.approx(0.5)
    assert seven["refchi"] is None


def test_rows_are_in_the_order_of_the_sky():
    some = sources(*[(n, 36.0 * n, 80.0 - 16 * n) for n in range(10)])
    batch = matchfile_batch(CHANNEL, "r", some, epochs(*[(n, 1.0, 1) for n in range(10)]), NOW)
    cells = batch.rows.column("healpix").to_pylist()
    assert cells == sorted(cells)


def test_sources_without_epochs_or_position_are_refused_and_counted():
    some = sources((1, 10.0, 1.0), (2, 10.0, 1.0), (3, np.nan, 0.0), (4, 1.0, 91.0))
    batch = matchfile_batch(CHANNEL, "r", some, epochs((1, 1.0, 1), (3, 1.0, 1)), NOW)
    assert batch.rows.num_rows == 1
    assert batch.refused == {"no epochs": 1, "no position": 2}
    assert batch.read == 4


@pytest.mark.kit
def test_a_real_matchfile_row_by_row():
    name = "ztf_000245_zr_c10_q1_match.pytable"
    with h5py.File(kit(f"lightcurves/kowalski/{name}")) as file:
        found, points = file["matches/sources"][:], file["matches/sourcedata"][:]
    batch = matchfile_batch(matchfile_channel(name), "20210401", found, points, NOW)
    assert (batch.read, batch.rows.num_rows, batch.refused.total()) == (10, 9, 1)
    for row in batch.rows.to_pylist():
        source = found[found["matchid"] == row["matchid"]][0]
        mine = np.sort(points[points["matchid"] == row["matchid"]], order="hjd")
        assert row["_id"] == 10245362000000 + int(source["matchid"])
        assert (row["ra"], row["dec"]) == (source["ra"], source["dec"])
        for column in ("hjd", "mag", "catflags", "expid", "programid"):
            assert [point[column] for point in row["data"]] == mine[column].tolist()


@pytest.mark.kit
def test_a_real_file_of_a_data_release():
    table = pq.read_table(kit("catalogs/ztf_000250_zg_c01_q1_dr5.parquet"))
    batch = data_release_batch("DR5", table, NOW)
    assert (batch.read, batch.rows.num_rows, batch.refused) == (5449, 5449, {})
    theirs = {row["objectid"]: row for row in table.slice(0, 50).to_pylist()}
    mine = {row["_id"]: row for row in batch.rows.to_pylist() if row["_id"] in theirs}
    for number, row in theirs.items():
        found = mine[number]
        assert found["nobs"] == row["nepochs"] == len(found["data"])
        assert found["data"][0]["hjd"] == 2400000.5 + min(row["hmjd"])
        assert sorted(point["mag"] for point in found["data"]) == sorted(row["mag"])
        assert {point["programid"] for point in found["data"]} == {1}


def test_a_miscounted_light_curve_is_refused():
    lists = {"hmjd": [[58000.5]], "mag": [[18.0]], "magerr": [[0.1]], "clrcoeff": [[0.0]]}
    scalars = {"objectid": [5], "filterid": [1], "fieldid": [250], "rcid": [0], "nepochs": [2]}
    table = pa.table(lists | scalars | {"catflags": [[0]], "objra": [1.0], "objdec": [2.0]})
    assert data_release_batch("DR5", table, NOW).refused == {"epochs miscounted": 1}
    with pytest.raises(Invalid, match="hmjd"):
        data_release_batch("DR5", table.drop_columns(["hmjd"]), NOW)


def stats(*ids):
    rows = np.arange(len(ids) * 25, dtype=float).reshape(-1, 25)
    rows[:, 0], rows[:, 1], rows[:, 2] = ids, 10.0, 20.0
    return rows


def found_periods(*ids):
    rows = np.arange(len(ids) * 18, dtype=float).reshape(-1, 18)
    rows[:, 0] = ids
    return rows


def test_features_are_joined_by_id_and_named_by_column():
    one, two = 10331062000001, 10331062000002
    given = {"EAOV": found_periods(two, one), "ELS": found_periods(one)}
    batch = features_batch("20210401", 2, stats(one, two), given, NOW)
    rows = {row["_id"]: row for row in batch.rows.to_pylist()}
    assert (rows[one]["n"], rows[one]["median"], rows[one]["sw"]) == (3, 4.0, 24.0)
    assert rows[one]["period"] == 19.0
    assert [each["period"] for each in rows[one]["periods"]] == [19.0, 1.0]
    assert [each["period"] for each in rows[two]["periods"]] == [1.0, None]
    assert (rows[one]["field"], rows[one]["rc"], rows[one]["filter"]) == (331, 6, 2)
    assert {row["programid"] for row in rows.values()} == {2}


def test_features_that_belong_to_no_light_curve_are_refused():
    wrong = stats(5, 10331062000001)
    wrong[1, 2] = np.nan
    batch = features_batch("r", 1, wrong, {}, NOW)
    assert batch.refused == {"no id of a light curve": 1, "no position": 1}
    with pytest.raises(Invalid, match="stats is of shape"):
        features_batch("r", 1, wrong[:, :9], {}, NOW)


def test_names_of_columns_fill_the_arrays():
    assert (len(FEATURES), len(PERIOD)) == (22, 17)


def test_scores_out_of_range_are_refused():
    predictions = np.array([[10487442000001, 0.5], [10487442000002, np.nan], [7, 0.5]])
    batch = classifications_batch("r", 2, ("vnv", "xgb"), predictions, NOW)
    (row,) = batch.rows.to_pylist()
    assert (row["name"], row["score"], row["field"]) == ("vnv_xgb", 0.5, 487)
    assert batch.refused == {"no score from 0 to 1": 1, "no id of a light curve": 1}


@pytest.mark.parametrize("path", ["d15.e.c/x.h5", "svm/a-b/x.h5", "xgb/plain/x.h5", "x.h5"])
def test_a_file_whose_folders_name_no_classifier_is_refused(path):
    with pytest.raises(Invalid, match="no classifier"):
        classification_name(PurePath(path))
