"""Definitions: complete, consistent, and those that filters were written for."""

import json

import pytest

from fritz.archive.tables import TABLES
from fritz.catalogs.definition import Catalog
from fritz.catalogs.library import catalog, catalogs, matched_catalogs
from fritz.errors import Invalid, NotFound
from fritz.filters.ztf_fields import CATALOGS
from tests.plugins.must_run import kit

FIELDS = {
    "name": "X",
    "title": "An X",
    "source": "https://example.org",
    "licence": "public",
    "citation": "X 2026",
    "rows": 5,
    "columns": {"z": ["FLOAT64", "", "Redshift"]},
}


def test_more_than_thirty_four_catalogs_are_defined():
    assert len(catalogs()) >= 34
    assert len(matched_catalogs("ztf")) >= 19
    assert {"LSPSC"} <= {each.name for each in matched_catalogs("lsst")}


@pytest.mark.parametrize("each", catalogs().values(), ids=catalogs())
def test_each_tells_where_it_is_from_and_how_it_may_be_used(each):
    assert each.source.startswith("http")
    assert all((each.title, each.licence, each.citation))
    assert each.rows > 0
    assert each.columns
    assert all(column.description for column in each.columns)
    assert TABLES[each.table].cluster == ("healpix",)
    if {"pmra", "pmdec"} <= {column.name for column in each.columns}:
        assert each.epoch is not None


@pytest.mark.kit
def test_kowalski_s_catalogs_match_as_it_configures_them():
    config = json.loads(kit("../reference/kowalski_xmatch.json").read_bytes())["ZTF"]
    for name, theirs in config.items():
        ours = catalog(name)
        rule = ours.match
        assert rule.radius_arcsec == theirs["cone_search_radius"]
        shown = {key for key, keep in theirs["projection"].items() if keep == 1}
        assert set(rule.projection) == shown - {"_id", "coordinates.radec_str"}
        assert rule.with_id == (theirs["projection"].get("_id") == 1)
        if theirs.get("use_distance"):
            assert rule.distance == theirs["distance_method"]
            assert rule.distance_column == theirs["distance_value"]
            assert rule.reach_kpc == theirs["cm_at_distance"]
            assert rule.near_arcsec == theirs["cm_low_distance"]


def test_filters_are_checked_against_the_columns_that_matches_show():
    added = {"_id", "distance_arcsec", "distance_kpc"}
    for name, columns in CATALOGS.items():
        rule = catalog(name).match
        assert set(columns.split()) - added == set(rule.projection) - added


def test_unknown_catalog_is_told_with_those_there_are():
    with pytest.raises(NotFound, match=r"no catalog Gaia_DR9; there are .*Gaia_DR3"):
        catalog("Gaia_DR9")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"z": ["FLOAT", "", "Redshift"]}}, "column z is a FLOAT"),
        ({"files": {"zz": ["Z"]}}, "files name zz"),
        ({"match": {"radius_arcsec": 2.0, "projection": ["y"]}}, "projection names y"),
        ({"match": {"radius_arcsec": -2.0, "projection": []}}, "not positive"),
        (
            {"match": {"radius_arcsec": 2.0, "projection": [], "distance": "redshift"}},
            "both a kind and a column",
        ),
        ({"radius": 2.0}, "radius"),
    ],
)
def test_contradictory_definition_is_refused(change, message):
    with pytest.raises(Invalid, match=message):
        Catalog.from_fields(FIELDS | change)


def test_definition_without_columns_is_refused():
    with pytest.raises(Invalid, match="columns"):
        Catalog.from_fields({key: FIELDS[key] for key in FIELDS if key != "columns"})
