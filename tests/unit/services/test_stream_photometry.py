"""Light curves of what passed: each point for those whose streams grant it, and nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, sees_photometry
from fritz.ports import Query
from fritz.services.photometry_store import PhotometryStore
from fritz.services.seed import STREAMS, seed_demo
from fritz.services.stream_photometry import StreamPhotometry

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
JD = 2461367.75
NAME = "ZTF26abc"


@pytest.fixture
def documents(tmp_path):
    made = SqliteDocuments(tmp_path / "documents.sqlite")
    seed_demo(made, NOW)
    yield made
    made.close()


def detection(jd=JD, programid=1, mag=18.0, **more):
    return {"jd": jd, "fid": 1, "programid": programid, "magpsf": mag, "sigmapsf": 0.1,
            "isdiffpos": "t", "diffmaglim": 20.5, "ra": 10.0, "dec": 20.0} | more  # fmt: skip


def alert(*prv, forced=(), name=NAME, candid=1, **candidate):
    return {"survey": "ztf", "objectId": name, "candid": candid,
            "candidate": detection(**candidate), "prv_candidates": list(prv),
            "fp_hists": list(forced)}  # fmt: skip


def forced(jd=JD - 0.5, counts=500.0, programid=1, **more):
    return {"jd": jd, "fid": 2, "programid": programid, "forcediffimflux": counts,
            "forcediffimfluxunc": 20.0, "magzpsci": 26.0, "diffmaglim": 20.5} | more  # fmt: skip


def viewer(*stream_ids):
    held = tuple(each for each in STREAMS if each.id in stream_ids)
    return Viewer(User(77, "somebody", NOW), frozenset(), held)


def seen(documents, *stream_ids, name=NAME):
    store, whoever = PhotometryStore(documents), viewer(*stream_ids)
    head = store.heads([name]).get(name)
    held = store.read(head, lambda each: sees_photometry(whoever, each)) if head else []
    return [each.point for each in held]


def keep(documents, *alerts, now=NOW):
    return StreamPhotometry(documents).keep(alerts, STREAMS, now)


def test_each_point_is_for_the_streams_that_grant_its_program(documents):
    limit = detection(jd=JD - 3, programid=3, magpsf=None, sigmapsf=None)
    assert keep(documents, alert(detection(jd=JD - 1, programid=2), limit)) == 3
    assert [len(seen(documents, each)) for each in (1, 2, 3)] == [1, 2, 3]
    assert seen(documents) == []
    (point,) = seen(documents, 1)
    assert point.mag == pytest.approx(18.0)
    assert (point.filter, point.origin, point.ra) == ("ztfg", "None", 10.0)
    none = seen(documents, 3)[0]
    assert (none.flux, none.limiting_mag) == (None, 20.5)


def test_a_fainter_source_has_a_negative_flux(documents):
    keep(documents, alert(isdiffpos="f"))
    (point,) = seen(documents, 1)
    assert point.flux < 0
    assert point.is_detection


def test_forced_photometry_asks_for_the_program_of_the_alert_that_brought_it(documents):
    keep(documents, alert(programid=2, forced=[forced(alert_programid=2)]))
    assert seen(documents, 1) == []
    assert [p.origin for p in seen(documents, 2)] == ["alert_fp", "None"]


def test_what_no_stream_grants_and_what_names_no_program_is_nobody_s(documents):
    assert keep(documents, alert(detection(jd=JD - 1, programid=None), programid=9)) == 0


def test_again_nothing_is_written_and_a_new_alert_adds_what_is_new(documents):
    first = alert(detection(jd=JD - 1))
    assert keep(documents, first) == 2
    before = documents.get_many("photometry", [row.id for row in _heads(documents)])
    assert keep(documents, first, now=NOW + timedelta(days=1)) == 0
    assert documents.get_many("photometry", list(before)) == before
    later = alert(detection(jd=JD - 1), detection(), candid=2, jd=JD + 1)
    assert keep(documents, later) == 1
    assert [p.mjd + 2400000.5 for p in seen(documents, 1)] == [JD - 1, JD, JD + 1]


def test_forced_photometry_that_is_measured_anew_takes_the_place_of_the_old(documents):
    keep(documents, alert(forced=[forced(counts=500.0)]))
    old = seen(documents, 1)[0]
    assert keep(documents, alert(forced=[forced(counts=800.0)])) == 0
    new = seen(documents, 1)[0]
    assert new.id == old.id
    assert new.flux == pytest.approx(old.flux * 1.6)


def test_many_objects_go_in_several_transactions(documents):
    alerts = [alert(name=f"ZTF26{n:04}", candid=n) for n in range(95)]
    assert keep(documents, *alerts) == 95
    assert keep(documents, *alerts) == 0
    assert len(_heads(documents)) == 95


programs = st.sampled_from([0, 1, 2, 3])
histories = st.lists(st.tuples(st.integers(1, 30), programs), max_size=8)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(programs, histories), min_size=1, max_size=4), st.randoms())
def test_whatever_the_order_of_alerts_the_same_is_seen(tmp_path_factory, drawn, random):
    alerts = [
        alert(*(detection(jd=JD - day, programid=p) for day, p in prv),
              candid=n, jd=JD + n, programid=program)
        for n, (program, prv) in enumerate(drawn)
    ]  # fmt: skip
    shuffled = [*alerts]
    random.shuffle(shuffled)
    stores = []
    for order in (alerts, [*shuffled, *shuffled]):
        documents = SqliteDocuments(tmp_path_factory.mktemp("store") / "documents.sqlite")
        for each in order:
            StreamPhotometry(documents).keep([each], STREAMS, NOW)
        stores.append(documents)
    given_to = {1: {1}, 2: {1, 2}, 3: {0, 1, 2, 3}}
    told = {(JD + n, p) for n, (p, _) in enumerate(drawn)}
    told |= {(JD - day, p) for _, prv in drawn for day, p in prv}
    for stream_id, granted in given_to.items():
        one, two = ([time_and_flux(p) for p in seen(each, stream_id)] for each in stores)
        assert one == two
        assert len(one) == len({jd for jd, p in told if p in granted})
    for each in stores:
        each.close()


def time_and_flux(point):
    return (round(point.mjd, 6), point.flux)


def _heads(documents):
    return documents.query(Query("photometry"))
