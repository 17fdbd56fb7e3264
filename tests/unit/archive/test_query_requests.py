import pytest

from fritz.archive.positions import parse_positions
from fritz.archive.query_requests import Aggregate, Around, Count, Find, Info, parse_request
from fritz.errors import Invalid


def ask(kind, kwargs=None, **query):
    return parse_request({"query_type": kind, "query": query, "kwargs": kwargs or {}})


def test_a_find_is_match_sort_skip_limit_project():
    found = ask(
        "find",
        {"limit": 5, "skip": 2, "sort": [("a", -1)], "hint": "x"},
        catalog=" ZTF_alerts ",
        filter="{'a': {'$gt': 1}}",
        projection={"a": 1},
    )
    assert isinstance(found, Find)
    assert found.catalog == "ZTF_alerts"
    assert found.pipeline() == [
        {"$match": {"a": {"$gt": 1}}}, {"$sort": {"a": -1}}, {"$skip": 2}, {"$limit": 5},
        {"$project": {"a": 1}},
    ]  # fmt: skip


def test_find_one_is_a_find_of_one():
    found = ask("find_one", catalog="c", filter={})
    assert found.pipeline() == [{"$match": {}}, {"$limit": 1}]


def test_a_count_may_be_cut():
    found = ask("count_documents", {"limit": 3}, catalog="c", filter={"a": 1})
    assert isinstance(found, Count)
    assert found.pipeline() == [{"$match": {"a": 1}}, {"$limit": 3}, {"$count": "n"}]


def test_pipelines_come_as_text_too():
    found = ask("aggregate", catalog="c", pipeline="[{'$match': {'a': 1}}]")
    assert isinstance(found, Aggregate)
    assert found.pipeline == [{"$match": {"a": 1}}]


@pytest.mark.parametrize(
    ("unit", "arcsec"), [("arcsec", 2.0), ("arcmin", 120.0), ("deg", 7200.0), ("rad", 412529.6)]
)
def test_radii_have_units(unit, arcsec):
    found = ask(
        "cone_search",
        object_coordinates={"cone_search_radius": 2, "cone_search_unit": unit, "radec": [[1, 2]]},
        catalogs={"c": {"filter": "{}", "projection": None}},
    )
    assert isinstance(found, Around)
    assert found.radius_arcsec == pytest.approx(arcsec)
    assert found.positions == {"[1, 2]": (1.0, 2.0)}


def test_near_looks_within_an_arcminute_unless_told():
    found = ask("near", radec="10.5 -20.25", catalogs={"c": {}})
    assert found.nearest_first
    assert found.radius_arcsec == pytest.approx(60.0)
    assert list(found.positions.values()) == [(10.5, -20.25)]


def test_info_needs_a_known_command():
    assert ask("info", command="catalog_names") == Info("catalog_names")
    with pytest.raises(Invalid, match="KeyError"):
        ask("info", command="drop")


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("find", {"catalog": "c"}),
        ("find", {"catalog": "c", "filter": []}),
        ("find", {"filter": {}}),
        ("find", {"catalog": "users", "filter": {}}),
        ("aggregate", {"catalog": "c", "pipeline": []}),
        ("aggregate", {"catalog": "c", "pipeline": "[" * 10_000}),
        ("cone_search", {"catalogs": {}}),
        ("near", {"radec": [[1]], "catalogs": {}}),
        ("near", {"radec": [[1, 91]], "catalogs": {}}),
        ("near", {"radec": [[float("nan"), 1]], "catalogs": {}}),
        ("near", {"radec": "[__import__('os')]", "catalogs": {}}),
        ("near", {"radec": [[1, 2]], "max_distance": -1, "catalogs": {}}),
        ("near", {"radec": [[1, 2]], "distance_units": "mile", "catalogs": {}}),
        ("skymap", {"catalog": "c", "filter": {}}),
        ("drop", {"catalog": "c"}),
    ],
    ids=str,
)
def test_what_is_no_request_is_refused(kind, query):
    with pytest.raises(Invalid):
        ask(kind, **query)


@pytest.mark.parametrize(
    "kwargs", [{"limit": "x"}, {"max_time_ms": 0}, {"sort": [["a", 2]]}, {"sort": 5}, [1]], ids=str
)
def test_bad_options_are_refused(kwargs):
    with pytest.raises(Invalid):
        parse_request(
            {"query_type": "find", "query": {"catalog": "c", "filter": {}}, "kwargs": kwargs}
        )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("12:30:00 -01:30:00", (187.5, -1.5)),
        ("12h30m00s -01d30m00s", (187.5, -1.5)),
        ({"x": ["12:30:00.0", 5]}, (187.5, 5.0)),
        ([(-10, 3)], (350.0, 3.0)),
        ("{'a': (1.5, 2)}", (1.5, 2.0)),
    ],
)
def test_positions_come_in_many_forms(given, expected):
    assert list(parse_positions(given).values()) == [pytest.approx(expected)]
