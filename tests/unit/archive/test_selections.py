"""What each table shows of itself: everything once, nothing beyond the gate."""

from datetime import UTC, datetime, timedelta

import pytest

from fritz.archive.rights import constant_gate
from fritz.archive.selections import SELECTIONS, forced_photometry, objects, ztf_sources
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.ports import Statement

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OBJECT = {"survey": "ztf", "objectId": "ZTF26aaaaaaa", "night": 20260801, "healpix": 7}


def read(warehouse, view):
    return warehouse.run(Statement(VIEWS[view])).to_pylist()


def first_seen(programid, jd, **changes):
    at = {"programid": programid, "jd": jd, "candid": int(jd), "ra": 1.0, "dec": 2.0}
    return OBJECT | at | {"ingested_at": NOON} | changes


def detection(candid=5, programid=1, *, own=True, **changes):
    row = {"candid": candid, "programid": programid, "own_alert": own, "jd": 2461254.0, "fid": 1}
    return OBJECT | row | {"ra": 1.0, "dec": 2.0, "ingested_at": NOON} | changes


def forced(programid=1, alert_programid=1, mag=18.0, jd=2461254.0, **changes):
    row = {"programid": programid, "alert_programid": alert_programid, "alert_mag": mag}
    return OBJECT | row | {"jd": jd, "fid": 1, "ingested_at": NOON} | changes


def source(*programids, **changes):
    row = {"release": "20210401", "_id": 10245036002001, "field": 245, "filter": 2, "healpix": 7}
    data = [{"hjd": 2459000.0 + n, "programid": each} for n, each in enumerate(programids)]
    statistics = {"nobs": len(data), "meanmag": 18.0, "iqr": 0.1, "vonneumannratio": 1.9}
    return row | {"ra": 1.0, "dec": 2.0, "data": data, "loaded_at": NOON} | statistics | changes


def test_every_table_with_rights_has_a_public_view():
    with_rights = {
        name
        for name, table in TABLES.items()
        for column in table.columns
        if "programid" in {column.name, *(field.name for field in column.fields)}
    }
    assert with_rights - {"scores"} <= {name.removesuffix("_public") for name in VIEWS}


def test_an_object_is_known_to_the_public_from_its_first_public_alert_on(warehouse):
    warehouse.append("objects", [first_seen(2, 100.0), first_seen(1, 200.0)])
    (everybody,) = read(warehouse, "objects_public")
    (collaboration,) = read(warehouse, "objects_once")
    assert (everybody["jd"], everybody["programid"]) == (200.0, 1)
    assert collaboration["jd"] == 100.0


def test_an_object_of_which_the_public_saw_nothing_does_not_exist_for_it(warehouse):
    warehouse.append("objects", [first_seen(2, 100.0)])
    assert read(warehouse, "objects_public") == []


def test_a_detection_stands_once_as_its_own_alert_has_it(warehouse):
    rows = [detection(own=False, magpsf=18.1), detection(magpsf=18.2, ingested_at=LATER)]
    warehouse.append("detections", [*rows, rows[1]])
    (row,) = read(warehouse, "detections_once")
    assert row["magpsf"] == 18.2


def test_a_detection_in_two_objects_stands_for_each(warehouse):
    warehouse.append("detections", [detection(), detection(objectId="ZTF26aaaaaab")])
    assert len(read(warehouse, "detections_once")) == 2


def test_restricted_detections_are_not_public(warehouse):
    warehouse.append("detections", [detection(5, 1), detection(6, 2), detection(7, None)])
    assert [row["candid"] for row in read(warehouse, "detections_public")] == [5]


def test_forced_photometry_is_that_of_the_brightest_alert_that_may_be_seen(warehouse):
    warehouse.append(
        "forced_photometry",
        [forced(mag=18.0), forced(mag=17.0), forced(mag=None), forced(1, 2, 15.0)],
    )
    for view in ("forced_photometry_once", "forced_photometry_public"):
        (row,) = read(warehouse, view)
        assert row["alert_mag"] == 17.0


def test_forced_photometry_that_a_restricted_alert_brought_is_restricted(warehouse):
    warehouse.append("forced_photometry", [forced(1, 2)])
    assert read(warehouse, "forced_photometry_public") == []
    partner = Statement(forced_photometry(constant_gate({1, 2})))
    assert len(warehouse.run(partner).to_pylist()) == 1


def test_epochs_a_millisecond_apart_are_two(warehouse):
    warehouse.append("forced_photometry", [forced(), forced(jd=2461254.0 + 2e-8)])
    assert len(read(warehouse, "forced_photometry_once")) == 2


def test_a_light_curve_shows_the_epochs_that_are_granted(warehouse):
    warehouse.append("ztf_sources", [source(1, 2, 1, None)])
    (row,) = read(warehouse, "ztf_sources_public")
    assert [epoch["hjd"] for epoch in row["data"]] == [2459000.0, 2459002.0]


def test_statistics_of_hidden_epochs_are_hidden(warehouse):
    warehouse.append("ztf_sources", [source(1, 2)])
    (row,) = read(warehouse, "ztf_sources_public")
    assert {row[name] for name in ("nobs", "meanmag", "iqr", "vonneumannratio")} == {None}
    whole = Statement(ztf_sources(constant_gate({1, 2})))
    assert warehouse.run(whole).to_pylist()[0]["meanmag"] == 18.0


@pytest.mark.parametrize("programids", [(2,), (2, 3), (None,), ()])
def test_a_light_curve_without_a_granted_epoch_does_not_exist(warehouse, programids):
    warehouse.append("ztf_sources", [source(*programids)])
    assert read(warehouse, "ztf_sources_public") == []


def test_a_light_curve_that_was_loaded_again_stands_as_it_came_last(warehouse):
    warehouse.append("ztf_sources", [source(1), source(1, 1, loaded_at=LATER)])
    assert [len(row["data"]) for row in read(warehouse, "ztf_sources_once")] == [2]
    warehouse.append("ztf_sources", [source(1, release="DR5")])
    assert len(read(warehouse, "ztf_sources_once")) == 2


def test_a_gated_selection_has_the_columns_of_its_table(warehouse):
    for name, select in SELECTIONS.items():
        found = warehouse.run(Statement(select(constant_gate({1}))))
        assert found.column_names == TABLES[name].arrow_schema.names
    assert warehouse.run(Statement(objects(None))).num_rows == 0
