"""A fresh site gets its first administrator, once, and by an address alone."""

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Conflict, Invalid
from fritz.marshal.roles import SUPER_ADMIN
from fritz.ports import Account
from fritz.services.access import Access
from fritz.services.founding import found_site
from fritz.services.groups import GroupStore
from fritz.services.seed import STREAMS, seed_demo
from tests.support.marshal_world import INDEXES, NOW, FakeIdentity


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite", INDEXES)
    yield store
    store.close()


def found(documents, email="Ada@Site.example", username=None):
    return found_site(documents, STREAMS, email, username, NOW)


def test_whoever_proves_the_address_administers_the_site(documents):
    made = found(documents)
    assert (made.username, made.email, made.roles) == ("ada@site.example",) * 2 + ((SUPER_ADMIN,),)
    access = Access(documents, FakeIdentity(), lambda: NOW)
    assert access.user_of(Account("uid-1", "ada@site.example", False, "Ada", "google")) is None
    user = access.user_of(Account("uid-1", "ada@site.example", True, "Ada", "google"))
    viewer = access.viewer_of(user)
    assert viewer.is_admin
    assert [each.id for each in viewer.streams] == [each.id for each in STREAMS]


def test_everybody_has_a_group_and_the_administrator_one_of_their_own(documents):
    made = found(documents, username="ada")
    groups = {each.id: each for each in GroupStore(documents).get_many(made.group_ids)}
    assert {each.name for each in groups.values()} == {"Sitewide Group", "ada"}
    assert groups[made.own_group_id].single_user_group
    assert made.admin_group_ids == (1,)


def test_there_is_one_first_administrator(documents):
    found(documents)
    with pytest.raises(Conflict, match=r"ada@site\.example administers this site"):
        found(documents, "eve@site.example")


def test_a_site_that_has_an_administrator_stays_as_it_is(documents):
    world = seed_demo(documents, NOW)
    with pytest.raises(Conflict, match="admin administers"):
        found(documents)
    assert GroupStore(documents).get_many([1]) == [world.groups[0]]


@pytest.mark.parametrize("address", ["", "ada", "@", "ada@", "@site", "a da@site.example"])
def test_what_is_no_address_founds_nothing(documents, address):
    with pytest.raises(Invalid, match="no address"):
        found(documents, address)
    assert GroupStore(documents).get_many([1]) == []
