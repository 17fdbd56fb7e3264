"""The rules of belonging, in random sequences of changes and in two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import FritzError
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Query
from fritz.services.memberships import Memberships
from tests.support.marshal_world import NOW

ADMIN = Viewer(User(1, "admin", NOW), frozenset({"System admin"}), ())
USERS, GROUPS, STREAMS = (2, 3, 4), (10, 11), (1, 2)


def seeded(path):
    store = SqliteDocuments(path)
    rows = [
        *(("users", User(n, f"user{n}", NOW, group_ids=(n + 100,), own_group_id=n + 100))
          for n in USERS),
        *(("groups", Group(n + 100, f"user{n}", single_user_group=True)) for n in USERS),
        *(("groups", Group(n, f"group {n}")) for n in GROUPS),
        *(("streams", Stream(n, f"stream {n}", "ztf", (n,))) for n in STREAMS),
        ("filters", Filter(1, "f", 10, 1)),
    ]  # fmt: skip
    store.commit([Create(name, str(each.id), each.to_fields()) for name, each in rows])
    return store


def check_what_always_holds(store):
    groups = {row.data["id"]: Group.from_fields(row.data) for row in store.query(Query("groups"))}
    for row in store.query(Query("users")):
        user = User.from_fields(row.data)
        assert user.own_group_id in user.group_ids
        for number in user.group_ids:
            group = groups[number]
            assert set(group.stream_ids) <= set(user.stream_ids)
            assert not group.single_user_group or number == user.own_group_id
        flagged = {*user.admin_group_ids, *user.nosave_group_ids, *user.sharing_group_ids}
        assert flagged <= set(user.group_ids)
    for group in groups.values():
        assert not group.single_user_group or group.stream_ids == ()


users, groups = st.sampled_from(USERS), st.sampled_from([*GROUPS, 102])
streams = st.sampled_from(STREAMS)
standings = st.builds(Membership, st.booleans(), st.booleans(), st.booleans())
changes = st.one_of(
    st.tuples(st.just("add"), groups, users, standings),
    st.tuples(st.just("remove"), groups, users),
    st.tuples(st.just("add_stream"), groups, streams),
    st.tuples(st.just("remove_stream"), groups, streams),
    st.tuples(st.just("grant"), streams, users),
    st.tuples(st.just("revoke"), streams, users),
    st.tuples(st.just("add_from"), groups, st.lists(groups, max_size=2)),
)


def apply(memberships, change):
    name, *arguments = change
    try:
        getattr(memberships, name)(ADMIN, *arguments)
    except FritzError:
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(st.lists(changes, max_size=25))
def test_no_sequence_of_changes_breaks_a_rule(tmp_path_factory, wanted):
    store = seeded(tmp_path_factory.mktemp("rules") / "documents.sqlite")
    memberships = Memberships(store)
    for change in wanted:
        apply(memberships, change)
        check_what_always_holds(store)
    store.close()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("add", 10, 2, Membership()), ("add_stream", 10, 2)),
        (("add", 10, 2, Membership()), ("revoke", 1, 2)),
        (("add_stream", 10, 1), ("revoke", 1, 3)),
    ],
)
def test_two_changes_at_once_break_no_rule(tmp_path, first, second):
    store = seeded(tmp_path / "documents.sqlite")
    memberships = Memberships(store)
    for change in (("grant", 1, 2), ("grant", 1, 3), ("grant", 2, 3), ("add", 10, 3, Membership())):
        assert apply(memberships, change)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda change: apply(memberships, change), (first, second)))
    assert any(done)
    check_what_always_holds(store)
    store.close()
