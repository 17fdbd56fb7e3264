"""Queries that name an object read the nights and the part of the sky where its alerts are."""

import pytest

from fritz.archive.collections import COLLECTIONS
from fritz.cli.platforms import opened
from fritz.filters.queries import parse_query_pipeline
from fritz.services.collection_queries import CollectionQueries
from fritz.services.histories import HistoryStore
from tests.support.backtesting import ingested
from tests.support.packets import ztf_packet

ALERTS = COLLECTIONS["ZTF_alerts"]
ALL_NIGHTS = (0, 99_999_999)
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
    assert asked(platform, {"objectId": KNOWN}) == ([100, 101, 102], (20200531, 20200620))
    both = {"objectId": {"$in": [KNOWN, "ZTF20aaaaaac"]}}
    assert asked(platform, both) == ([100, 101, 102, 300], (20200531, 20200908))


def test_a_time_narrows_further(platform):
    match = {"objectId": KNOWN, "candidate.jd": {"$gt": 2459005.0}}
    assert asked(platform, match) == ([101, 102], (20200604, 20200620))


def test_what_is_unknown_and_what_may_not_be_seen_are_looked_for_alike(platform):
    assert asked(platform, {"objectId": UNKNOWN}) == ([], ALL_NIGHTS)
    assert asked(platform, {"objectId": SECRET}) == ([], ALL_NIGHTS)
    assert asked(platform, {"objectId": SECRET}, EVERYTHING) == ([200], (20200531, 20200531))
    assert asked(platform, {"objectId": {"$in": [KNOWN, SECRET]}}) == ([100, 101, 102], ALL_NIGHTS)
