from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Invalid, NotFound
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.filter import Filter
from fritz.marshal.token import digest, secret_of
from fritz.ports import Put
from fritz.services.candidates import CandidateStore
from fritz.services.filters_store import FilterStore
from fritz.services.groups import StreamStore, UserStore
from fritz.services.objects import ObjStore
from fritz.services.seed import FILTERS, GROUPS, seed_demo
from fritz.services.tokens import TokenStore

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    yield store
    store.close()


def candidate(candid, filter_id=1, group_id=2, hours=0, **changed):
    fields = {
        "obj_id": "ZTF26a", "filter_id": filter_id, "group_id": group_id, "stream_id": 1,
        "candid": candid, "passed_at": NOW - timedelta(hours=hours), "survey": "ztf",
        "programid": 1, "ra": 10.25, "dec": -3.5, "jd": 2461367.5, "fid": 2, "magpsf": 18.5,
        "score": None, "packet": PacketPlace("packs/x.pack", 100, 70000),
        "annotations": {"age": 2.5, "name": "x"},
    }  # fmt: skip
    return Candidate(**(fields | changed))


class TestCandidates:
    def test_each_is_returned_as_new_once(self, documents):
        store = CandidateStore(documents)
        first = [candidate(1), candidate(2), candidate(1)]
        assert [each.candid for each in store.add_new(first)] == [1, 2]
        again = store.add_new([candidate(2), candidate(3), candidate(2, filter_id=2)])
        assert [each.id for each in again] == ["1-3", "2-2"]
        assert store.add_new(first) == []
        assert store.count() == 4

    def test_what_stands_there_is_not_changed(self, documents):
        store = CandidateStore(documents)
        store.add_new([candidate(1)])
        store.add_new([candidate(1, magpsf=12.0)])
        assert store.get("1-1") == candidate(1)
        assert store.get("1-2") is None

    def test_more_than_one_commit_holds(self, documents):
        store = CandidateStore(documents)
        many = [candidate(n) for n in range(1201)]
        assert len(store.add_new(many)) == 1201
        assert store.add_new(many) == []
        assert store.count_by_filter([1, 2]) == {1: 1201, 2: 0}

    def test_racing_workers_share_the_new_ones_among_them(self, documents):
        batches = [[candidate(n) for n in range(start, start + 60)] for start in (0, 20, 40, 10)]
        with ThreadPoolExecutor(4) as workers:
            added = list(workers.map(CandidateStore(documents).add_new, batches))
        assert sorted(each.candid for some in added for each in some) == list(range(100))

    def test_an_entry_says_what_a_filter_passed_of_an_object_in_whatever_order(self, documents):
        store = CandidateStore(documents)
        late, early, middle = (candidate(n, hours=h) for n, h in ((1, 0), (2, 5), (3, 2)))
        for some in ([middle], [late, early], [middle]):
            store.add_new(some)
        (entry,) = store.entries_of(["ZTF26a"])["ZTF26a"]
        assert (entry.latest, entry.first) == (late, early)
        assert [each.candid for each in entry.alerts] == [1, 3, 2]
        assert entry.within(None, NOW - timedelta(hours=1)) == middle.passed_at
        assert entry.within(NOW - timedelta(hours=4), NOW - timedelta(hours=3)) is None

    def test_an_object_is_open_to_those_whose_filters_passed_it(self, documents):
        store, objects = CandidateStore(documents), ObjStore(documents)
        store.add_new([candidate(1), candidate(2, filter_id=2, group_id=3)])
        assert objects.get_many(["ZTF26a"])["ZTF26a"].candidate_of == ("g:2&s:1", "g:3&s:1")
        assert store.withdraw("ZTF26a", 1) == 1
        assert store.withdraw("ZTF26a", 1) == 0
        assert objects.get_many(["ZTF26a"])["ZTF26a"].candidate_of == ("g:3&s:1",)
        assert [each.filter_id for each in store.entries_of(["ZTF26a"])["ZTF26a"]] == [2]

    @given(st.integers(1, 2**63 - 1), st.none() | st.floats(0, 30))
    def test_fields_round_trip(self, candid, mag):
        one = candidate(candid, magpsf=mag)
        assert Candidate.from_fields(one.to_fields() | {"later": "field"}) == one


class TestFilters:
    def test_only_active_filters_of_the_survey_run(self, documents):
        seed_demo(documents, NOW)
        idle = Filter(9, "idle", 2, 1, "v", ({"$match": {}},), active=False)
        other = Filter(11, "other", 2, 1, "v", ({"$match": {}},), survey="pgir")
        documents.commit([Put("filters", str(each.id), each.to_fields()) for each in (idle, other)])
        store = FilterStore(documents)
        assert [each.id for each in store.active("ztf")] == [1, 2, 3, 4, 5]

    def test_nested_arrays_of_a_pipeline_survive(self, documents):
        pipeline = ({"$match": {"$expr": {"$in": ["$a", [[1, 2], ["x"]]]}}},)
        one = Filter(1, "nested", 2, 1, "v1", pipeline)
        documents.commit([Put("filters", "1", one.to_fields())])
        assert FilterStore(documents).all() == [one]


class TestSeed:
    def test_seeding_again_changes_nothing(self, documents):
        world = seed_demo(documents, NOW)
        renamed = {"name": "Renamed"}
        documents.commit([Put("groups", "2", GROUPS[1].to_fields() | renamed)])
        again = seed_demo(documents, NOW + timedelta(days=1))
        assert again.groups == world.groups
        found = documents.get("groups", "2")
        assert found is not None
        assert found.data["name"] == "Renamed"
        assert FilterStore(documents).all() == list(world.filters)

    def test_streams_have_fritz_ids_and_programs(self, documents):
        seed_demo(documents, NOW)
        assert {s.id: s.programids for s in StreamStore(documents).all()} == {
            1: (1,), 2: (1, 2), 3: (0, 1, 2, 3),
        }  # fmt: skip

    def test_members_hold_every_stream_of_their_groups(self, documents):
        world = seed_demo(documents, NOW)
        streams = {group.id: set(group.stream_ids) for group in world.groups}
        for user in world.users:
            for group_id in user.group_ids:
                assert streams[group_id] <= set(user.stream_ids), (user.username, group_id)

    def test_filters_read_streams_of_their_groups(self):
        streams = {group.id: group.stream_ids for group in GROUPS}
        assert all(each.stream_id in streams[each.group_id] for each in FILTERS)


class TestTokens:
    def test_secret_is_kept_nowhere(self, documents):
        admin = seed_demo(documents, NOW).admin
        store = TokenStore(documents)
        secret = store.create(admin, "mine", ["Comment"], NOW, bytes(range(32)))
        assert secret == "fritz_" + bytes(range(32)).hex()
        found = store.find(secret)
        assert found is not None
        assert (found.id, found.user_id, found.acls) == (digest(secret), 1, ("Comment",))
        assert secret not in str(documents.get("tokens", found.id))
        assert store.find(secret[:-1]) is None
        assert store.of_user(1) == [found]

    def test_verbs_are_at_most_the_owners(self, documents):
        seed_demo(documents, NOW)
        brita = UserStore(documents).by_name("brita")
        assert brita is not None
        with pytest.raises(Invalid, match="System admin"):
            TokenStore(documents).create(brita, "x", ["System admin"], NOW, bytes(32))

    def test_too_little_randomness_is_refused(self):
        with pytest.raises(ValueError, match="32 random bytes"):
            secret_of(b"short")


def test_unknown_user_is_not_found(documents):
    with pytest.raises(NotFound, match="no user 5"):
        UserStore(documents).get(5)
