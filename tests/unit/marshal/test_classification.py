"""Classifications and taxonomies: rights against the rule in words, votes, edits, trees."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.classification import Classification
from fritz.marshal.taxonomy import Taxonomy, checked_hierarchy, class_names
from fritz.marshal.user import User
from fritz.marshal.visibility import (
    Viewer,
    edits_classification,
    edits_taxonomy,
    sees_classification,
    sees_taxonomy,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GROUPS = st.sets(st.integers(1, 5), max_size=3).map(lambda each: tuple(sorted(each)))


def classification(group_ids=(1,), author_id=1, **more):
    return Classification(1, "ZTF26a", 1, "Ia", group_ids, author_id, "a", NOW, NOW, **more)


@st.composite
def viewers(draw):
    groups = draw(GROUPS)
    admin = tuple(each for each in groups if draw(st.booleans()))
    user = User(draw(st.integers(1, 3)), "someone", NOW, group_ids=groups, admin_group_ids=admin)
    return Viewer(user, frozenset({SYSTEM_ADMIN} if draw(st.integers(0, 5)) == 0 else ()), ())


@given(viewers(), GROUPS, GROUPS, st.integers(1, 3))
def test_rights_are_as_a_person_would_say_them(viewer, groups, of_taxonomy, author):
    tree = Taxonomy(1, "sky", "1", {"class": "Ia"}, of_taxonomy, author, NOW, NOW)
    said = classification(groups, author)
    own = set(viewer.user.group_ids)
    taxonomy_seen = bool(own & set(of_taxonomy)) or (viewer.is_admin and bool(of_taxonomy))
    assert sees_taxonomy(viewer, tree) == taxonomy_seen
    seen = taxonomy_seen and (bool(own & set(groups)) or (viewer.is_admin and bool(groups)))
    assert sees_classification(viewer, said, tree) == seen
    assert not sees_classification(viewer, said, None)
    if edits_taxonomy(viewer, tree):
        assert taxonomy_seen
    if author != viewer.user.id and not viewer.is_admin:
        decides = set(viewer.user.admin_group_ids)
        assert edits_classification(viewer, said) == bool(decides & set(groups))
        assert edits_taxonomy(viewer, tree) == (taxonomy_seen and set(of_taxonomy) <= decides)


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1, -1, None]))))
def test_each_person_s_last_vote_stands(votes):
    said, expected = classification(), {}
    for minute, (voter, vote) in enumerate(votes):
        if vote is None:
            said = said.unvoted(voter)
            expected.pop(voter, None)
        else:
            said = said.voted(voter, vote, NOW + timedelta(minutes=minute))
            expected[voter] = vote
    assert {each.voter_id: each.vote for each in said.votes} == expected
    assert Classification.from_fields(said.to_fields()) == said


@given(st.lists(st.one_of(st.none(), st.floats(0, 1))))
def test_edits_lead_from_the_first_probability_to_the_last(probabilities):
    said = classification(probability=0.25)
    for each in probabilities:
        said = said.edited(2, "brita", NOW, probability=each)
    steps = [0.25, *(edit.new_probability for edit in said.edits)]
    assert [edit.old_probability for edit in said.edits] == steps[:-1]
    assert steps[-1] == said.probability
    assert Classification.from_fields(said.to_fields()) == said


TREES = st.recursive(
    st.builds(lambda name: {"class": name}, st.text(min_size=1).filter(str.strip)),
    lambda below: st.builds(
        lambda name, each: {"class": name, "subclasses": each, "tags": ["x"]},
        st.text(min_size=1).filter(str.strip),
        st.lists(below, max_size=3),
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_tree_is_kept_as_it_is_through_a_document(tree):
    assert checked_hierarchy(tree) == tree
    made = Taxonomy(1, "sky", "1", tree, (1,), 1, NOW, NOW)
    assert Taxonomy.from_fields(made.to_fields()) == made
    assert made.classes == set(class_names(tree))


def test_a_tree_without_an_end_or_of_other_values_is_refused():
    endless = {"class": "a"}
    endless["subclasses"] = [endless]
    for tree in (endless, {"class": "a", "since": NOW}, {"class": "a", "weight": float("nan")}):
        with pytest.raises(Invalid):
            checked_hierarchy(tree)
