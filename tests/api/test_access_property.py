"""In random worlds every endpoint shows each person exactly what the reference says."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.access_rules import Rules
from tests.support.access_world import Description, Person, build, fill, headers_of, measure
from webapp.app import create_app
from webapp.platform import bind
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
GROUPS = range(2, 6)
STREAMS = range(1, 4)
OBJECTS = [f"ZTF{n}" for n in range(6)]
MANY = tuple(range(100, 164))
ADMIN = Person(1, ("Super admin",))


def some(values, most=3):
    return st.lists(st.sampled_from(list(values)), max_size=most, unique=True).map(tuple)


@st.composite
def people(draw):
    found = [ADMIN]
    for number in range(2, draw(st.integers(3, 6))):
        crowd = MANY if draw(st.integers(0, 3)) == 0 else ()
        roles = draw(st.sampled_from([("Full user",), ("View only",), ("Group admin",)]))
        groups, streams = draw(some(GROUPS)), draw(some(STREAMS))
        found.append(Person(number, roles, groups=(*groups, *crowd), streams=streams))
    return tuple(found)


@st.composite
def worlds(draw):
    every_group = [1, *GROUPS, MANY[0], MANY[-1]]
    group, stream, obj = (st.sampled_from(list(e)) for e in (every_group, STREAMS, OBJECTS))
    filters = draw(st.lists(st.tuples(group, stream), min_size=1, max_size=6))
    trees = draw(st.lists(some(every_group).filter(bool), min_size=1, max_size=3))
    classes = st.tuples(
        obj, st.integers(1, len(trees)), some(every_group).filter(bool), st.integers(1, 3)
    )
    said = st.tuples(obj, some(every_group).filter(bool), st.integers(1, 3))
    pictures = st.tuples(obj, st.none() | stream)
    measured = st.tuples(obj, some(every_group), some(STREAMS), st.just(ADMIN.id))
    passed = st.lists(st.tuples(obj, st.integers(1, len(filters))), max_size=8, unique=True)
    named = draw(passed), draw(st.lists(st.tuples(obj, group), max_size=8, unique=True))
    there = {obj for rows in named for obj, _ in rows}
    points = [row for row in draw(st.lists(measured, max_size=4)) if row[0] in there]
    return Description(
        points=dict(enumerate(points, 1)),
        people=draw(people()),
        streams={n: draw(st.booleans()) for n in STREAMS},
        groups=dict.fromkeys((*GROUPS, *MANY), ()),
        filters=dict(enumerate(filters, 1)),
        passed=tuple(named[0]),
        saved=tuple(named[1]),
        taxonomies=dict(enumerate(trees, 1)),
        classified=dict(enumerate(draw(st.lists(classes, max_size=5)), 1)),
        commented=dict(enumerate(draw(st.lists(said, max_size=4)), 1)),
        annotated=dict(enumerate(draw(st.lists(said, max_size=4)), 1)),
        pictured=dict(enumerate(draw(st.lists(pictures, max_size=4)), 1)),
    )


WORLDS = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.generate],  # to shrink a world takes minutes; it is printed as it is
)


@pytest.mark.timeout(900)
@WORLDS
@given(worlds())
def test_every_answer_equals_the_reference(described):
    with answering(described) as (client, headers, points):
        for person in described.people:
            compare(client, headers[person.id], Rules(described, person), points)


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@settings(WORLDS, max_examples=300, derandomize=False)
@given(worlds())
def test_every_answer_equals_the_reference_in_many_worlds(described):
    with answering(described) as (client, headers, points):
        for person in described.people:
            compare(client, headers[person.id], Rules(described, person), points)


@contextmanager
def answering(described):
    """Yield a client in a described world, everybody's headers, and the points that were sent."""
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), described)
        try:
            headers = headers_of(world, described)
            client = client_on(world)
            fill(client, headers[ADMIN.id], described)
            yield client, headers, measure(client, headers, described)
        finally:
            world.documents.close()


_APPS = []


def client_on(world):
    """Return a client of the one app, put on this world: its routes take long to make."""
    if not _APPS:
        _APPS.append(create_app(world, SETTINGS))
    bind(_APPS[0], world, SETTINGS.rate)
    return _APPS[0].test_client()


def compare(client, headers, rules, points):
    def get(path):
        return client.get(f"/api/{path}", headers=headers)

    def data(path):
        answer = get(path)
        assert answer.status_code == 200, (path, answer.json)
        return answer.json["data"]

    compare_people(data, rules)
    compare_candidates(data, rules)
    compare_sources(data, rules)
    compare_classes(data, rules)
    for obj in OBJECTS:
        compare_object(get, client, headers, rules, obj)
        compare_points(get, rules, obj, points)


def compare_people(data, rules):
    world = rules.world
    assert {f["id"] for f in data("filters")} == {n for n in world.filters if rules.filter(n)}
    assert {s["id"] for s in data("streams")} == {n for n in world.streams if rules.knows_stream(n)}
    groups = data("groups?includeSingleUserGroups=true")
    assert {g["id"] for g in groups["user_groups"]} == rules.person.in_groups
    seen = {g["id"] for g in data("groups")["user_accessible_groups"]}
    shared = {*world.groups, 1}
    assert {n for n in shared if rules.group(n)} == {n for n in shared if n in seen}


def compare_candidates(data, rules):
    page = data("candidates?numPerPage=500")
    assert {row["id"] for row in page["candidates"]} == rules.candidates()
    assert page["totalMatches"] == len(rules.candidates())
    for row in page["candidates"]:
        passed = {rules.world.filters[n][0] for n in rules.filters_of(row["id"])}
        assert set(row["passing_group_ids"]) == passed
        assert {group["id"] for group in row["saved_groups"]} == rules.groups_of(row["id"])
        assert row["is_source"] == bool(rules.groups_of(row["id"]))


def compare_sources(data, rules):
    page = data("sources?numPerPage=500")
    assert {row["id"] for row in page["sources"]} == rules.sources()
    assert page["totalMatches"] == len(rules.sources())
    for row in page["sources"]:
        assert {group["id"] for group in row["groups"]} == rules.groups_of(row["id"])
    for number in GROUPS:
        of_group = data(f"sources?group_ids={number}&numPerPage=500") if rules.group(number) else {}
        expected = {obj for obj, group in rules.world.saved if group == number}
        assert {row["id"] for row in of_group.get("sources", ())} == (
            expected if rules.group(number) else set()
        )


def compare_classes(data, rules):
    world = rules.world
    trees = {n for n in world.taxonomies if rules.taxonomy(n)}
    assert {row["id"] for row in data("taxonomy")} == trees
    comments = {n for n, row in world.commented.items() if rules.said(row)}
    assert {row["id"] for row in data("comments?text=x")} == comments
    page = data("classification?numPerPage=500")
    seen = {n for n in world.classified if rules.classification(n)}
    assert {row["id"] for row in page["classifications"]} == seen
    assert page["totalMatches"] == len(seen)


def compare_points(get, rules, obj, points):
    answer = get(f"sources/{obj}/photometry")
    assert answer.status_code == (200 if rules.object(obj) else 404)
    if rules.object(obj):
        of_object = {n for n, row in rules.world.points.items() if row[0] == obj}
        seen = {points[n] for n in of_object if rules.point(n)}
        assert {row["id"] for row in answer.json["data"]} == seen
    for number, point_id in points.items():
        found = get(f"photometry/{point_id}")
        assert found.status_code == (200 if rules.point(number) else 400)


def compare_object(get, client, headers, rules, obj):
    visible, candidate = rules.object(obj), obj in rules.candidates()
    exists = get(f"source_exists/{obj}").json["data"]
    assert exists["source_exists"] == visible
    assert get(f"sources/{obj}").status_code == (200 if visible else 404)
    assert get(f"access/explain?obj_id={obj}").status_code == (200 if visible else 404)
    head = client.head(f"/api/candidates/{obj}", headers=headers)
    assert head.status_code == (200 if candidate else 404)
    listed = get(f"sources/{obj}/classifications")
    assert listed.status_code == (200 if visible else 404)
    if visible:
        seen = {
            n
            for n, row in rules.world.classified.items()
            if row[0] == obj and rules.classification(n)
        }
        assert {row["id"] for row in listed.json["data"]} == seen
        listed = get(f"sources/{obj}/groups").json["data"]
        assert {group["id"] for group in listed} == rules.groups_of(obj)
        for noun, rows in (
            ("comments", rules.world.commented),
            ("annotations", rules.world.annotated),
        ):
            shown = {row["id"] for row in get(f"sources/{obj}/{noun}").json["data"]}
            assert shown == {n for n, row in rows.items() if row[0] == obj and rules.said(row)}
        source = get(f"sources/{obj}").json["data"]
        assert {group["id"] for group in source["groups"]} == rules.groups_of(obj)
    if candidate:
        found = get(f"candidates/{obj}").json["data"]
        assert set(found["filter_ids"]) == rules.filters_of(obj)
