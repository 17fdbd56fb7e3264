"""Queries that name an object read the nights and the part of the sky where its alerts are."""

import pytest

from fritz.alerts.history import History
from fritz.archive.collections import COLLECTIONS
from fritz.cli.platforms import opened
from fritz.filters.queries import parse_query_pipeline
from fritz.ports import Put
from fritz.services.collection_queries import CollectionQueries
from fritz.services.histories import HistoryStore, document_id
from tests.support.backtesting import ingested
from tests.support.packets import prv_point, ztf_packet

ALERTS = COLLECTIONS["ZTF_alerts"]
NEWEST = 99_999_999
ALL_NIGHTS = (0, NEWEST)
PUBLIC, EVERYTHING = frozenset({1}), frozenset({1, 2, 3})
KNOWN, SECRET, UNKNOWN = "ZTF20aaaaaaa", "ZTF20aaaaaab", "ZTF20zzzzzzz"


class Watched:
    """A warehouse that remembers between which nights it was asked."""

    def __init__(self, warehouse):
        self._warehouse = warehouse
        self.nights = []

    def run(self, statement):
        values = statement.parameters
        self.nights.append((values["first_night"], values["last_night"]))
        return self._warehouse.run(statement)


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    packets = [
        ztf_packet(100 + n, KNOWN, jd=2459000.7 + 10 * n, ra=10.0, dec=5.0) for n in range(3)
    ]
    packets += [ztf_packet(200, SECRET, jd=2459000.7, ra=50.0, programid=2)]
    packets += [ztf_packet(300, "ZTF20aaaaaac", jd=2459100.7, ra=90.0)]
    with opened(tmp_path_factory.mktemp("archive")) as whole:
        ingested(whole, packets)
        yield whole


def asked(platform, match, programids=PUBLIC):
    watched = Watched(platform.warehouse)
    queries = CollectionQueries(watched, HistoryStore(platform.documents), None)
    stages = parse_query_pipeline([{"$match": match}, {"$project": {"_id": 1}}])
    found = queries.run(ALERTS, stages, programids)
    (nights,) = set(watched.nights)
    return [each["_id"] for each in found], nights


def test_only_the_nights_of_a_known_object_are_read(platform):
    assert asked(platform, {"objectId": KNOWN}) == ([100, 101, 102], (20200531, NEWEST))
    both = {"objectId": {"$in": [KNOWN, "ZTF20aaaaaac"]}}
    assert asked(platform, both) == ([100, 101, 102, 300], (20200531, NEWEST))


def test_a_time_narrows_further(platform):
    match = {"objectId": KNOWN, "candidate.jd": {"$gt": 2459005.0}}
    assert asked(platform, match) == ([101, 102], (20200604, NEWEST))


def test_an_alert_is_found_before_its_object_s_history_tells_of_it(platform):
    name = "ZTF20lagging"
    key = document_id(name)
    ingested(platform, [ztf_packet(500, name, jd=2459000.7, ra=120.0, dec=0.0)])
    before = platform.documents.get("histories", key).data
    aside = 1.4 / 3600
    ingested(platform, [ztf_packet(501, name, jd=2459400.7, ra=120.0 + aside, dec=-aside)])
    platform.documents.commit([Put("histories", key, before)])
    assert asked(platform, {"objectId": name})[0] == [500, 501]
    found, _ = asked(platform, {"objectId": {"$in": [KNOWN, name]}})
    assert sorted(found) == [100, 101, 102, 500, 501]


def test_what_is_unknown_and_what_may_not_be_seen_are_looked_for_alike(platform):
    assert asked(platform, {"objectId": UNKNOWN}) == ([], ALL_NIGHTS)
    assert asked(platform, {"objectId": SECRET}) == ([], ALL_NIGHTS)
    assert asked(platform, {"objectId": SECRET}, EVERYTHING) == ([200], (20200531, NEWEST))
    assert asked(platform, {"objectId": {"$in": [KNOWN, SECRET]}}) == ([100, 101, 102], ALL_NIGHTS)


@pytest.mark.parametrize("programs", [[2], None], ids=["told", "document of old"])
def test_the_history_of_what_may_not_be_seen_is_not_there(platform, monkeypatch, programs):
    """A restricted alert brings public upper limits: they do not make the object known."""
    histories, key = HistoryStore(platform.documents), document_id("ZTF20limits")
    limit = prv_point(2459000.5, programid=1)
    ingested(platform, [ztf_packet(400, "ZTF20limits", jd=2459000.7, programid=2, prv=[limit])])
    stored = platform.documents.get("histories", key).data
    assert stored["programs"] == [2]
    platform.documents.commit([Put("histories", key, stored | {"programs": programs})])
    assert set(histories.load_visible([KNOWN, "ZTF20limits", UNKNOWN], PUBLIC)) == {KNOWN}
    assert set(histories.load_visible(["ZTF20limits"], EVERYTHING)) == {"ZTF20limits"}
    aux = parse_query_pipeline([{"$match": {"_id": "ZTF20limits"}}])
    queries = CollectionQueries(platform.warehouse, histories, None)
    assert queries.run(COLLECTIONS["ZTF_alerts_aux"], aux, PUBLIC) == []
    assert len(queries.run(COLLECTIONS["ZTF_alerts_aux"], aux, EVERYTHING)) == 1
    if programs:
        monkeypatch.setattr(History, "decode", None)  # what it cannot see, it does not unpack
        assert histories.load_visible(["ZTF20limits"], PUBLIC) == {}
