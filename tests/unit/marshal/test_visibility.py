"""Visibility against the rule as a person would say it, in random worlds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.errors import Unauthorized
from fritz.marshal.acls import ALL_ACLS, SYSTEM_ADMIN
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.light_curve import light_curve
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import (
    EVERYBODY,
    Viewer,
    candidate_principals,
    edits_photometry,
    may_save,
    open_to,
    programids,
    sees_candidate,
    sees_comment,
    sees_object,
    sees_packet,
    sees_photometry,
    sees_source,
    visible_candidates,
)
from tests.support.packets import prv_point, ztf_packet

NOW = datetime(2026, 11, 23, tzinfo=UTC)
JD = 2461367.5
STREAMS = (
    Stream(1, "public", "ztf", (1,)),
    Stream(2, "partnership", "ztf", (1, 2)),
    Stream(3, "caltech", "ztf", (0, 1, 2, 3)),
    Stream(4, "other survey", "pgir", (0, 1, 2, 3)),
)
GROUP_IDS = st.sets(st.integers(1, 4), max_size=3)


@st.composite
def viewers(draw):
    user = User(1, "someone", NOW, group_ids=tuple(draw(GROUP_IDS)))
    streams = tuple(each for each in STREAMS if draw(st.booleans()))
    acls = frozenset({SYSTEM_ADMIN} if draw(st.integers(0, 4)) == 0 else {"Comment"})
    return Viewer(user, acls, streams)


@st.composite
def candidates(draw):
    return Candidate(
        "ZTF26a", 1, draw(st.integers(1, 4)), draw(st.integers(1, 4)),
        draw(st.integers(1, 2**62)), NOW, "ztf", draw(st.integers(0, 3)), 1.0, 2.0, JD, 1, 18.0,
        0.9, PacketPlace("pack", 0, 1),
    )  # fmt: skip


def entitled(viewer, candidate):
    """The rule in words: an administrator, or in the group and holding the stream."""
    if "System admin" in viewer.acls:
        return True
    holds = {stream.id for stream in viewer.streams}
    return candidate.group_id in viewer.user.group_ids and candidate.stream_id in holds


@given(viewers(), st.lists(candidates(), max_size=8))
def test_list_and_detail_and_stamps_agree_with_the_rule(viewer, all_of_them):
    expected = [each for each in all_of_them if entitled(viewer, each)]
    assert visible_candidates(viewer, all_of_them) == expected
    for candidate in all_of_them:
        assert sees_candidate(viewer, candidate) == (candidate in expected)
        granted = candidate.programid in programids(viewer, "ztf")
        assert sees_packet(viewer, candidate) == (candidate in expected and granted)


@given(viewers(), st.integers(1, 4), st.booleans())
def test_source_is_seen_by_its_group_while_it_is_saved(viewer, group_id, active):
    source = Source("ZTF26a", group_id, NOW, 1, active)
    member = group_id in viewer.user.group_ids or viewer.is_admin
    assert sees_source(viewer, source) == (active and member)


@given(viewers())
def test_programs_come_from_streams_of_the_same_survey_and_public_is_everyones(viewer):
    granted = programids(viewer, "ztf")
    assert 1 in granted
    for programid in (0, 2, 3):
        streams = [s for s in viewer.streams if s.survey == "ztf" and programid in s.programids]
        assert (programid in granted) == (bool(streams) or viewer.is_admin)


@given(viewers(), st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_light_curve_has_exactly_the_granted_points(viewer, owners):
    prv = [
        prv_point(JD - 1 - n, 18.0 + n if n % 2 else None, programid=owner)
        for n, owner in enumerate(owners)
    ]
    record = read_packet(ztf_packet(jd=JD, programid=1, prv=prv)).records[0]
    curve = light_curve(History.empty("ztf", "ZTF20aaaaaaa").merged(record, "p"),
                        programids(viewer, "ztf"))  # fmt: skip
    shown = {round(point.mjd, 3) for point in (*curve.detections, *curve.limits)}
    expected = {
        round(JD - 1 - n - 2400000.5, 3)
        for n, owner in enumerate(owners)
        if owner in programids(viewer, "ztf")
    }
    assert shown == expected | {round(JD - 2400000.5, 3)}


def test_verb_that_is_lacking_is_named():
    viewer = Viewer(User(1, "someone", NOW), frozenset({"Comment"}), ())
    viewer.must("Comment")
    with pytest.raises(Unauthorized, match="Upload data"):
        viewer.must("Upload data")


@given(viewers(), st.lists(st.tuples(st.sampled_from("gsu"), st.integers(1, 4)), max_size=4))
def test_row_is_open_to_its_groups_streams_and_owner(viewer, whom):
    principals = open_to(
        [n for kind, n in whom if kind == "g"],
        [n for kind, n in whom if kind == "s"],
        next((n for kind, n in whom if kind == "u"), None),
    )
    shares = any(
        (kind == "g" and n in viewer.user.group_ids)
        or (kind == "s" and n in viewer.stream_ids)
        or (f"u:{n}" in principals and kind == "u" and n == viewer.user.id)
        for kind, n in whom
    )
    assert sees_photometry(viewer, principals) == (viewer.is_admin or shares)
    assert sees_comment(viewer, principals, [EVERYBODY]) == (viewer.is_admin or shares)
    assert sees_comment(viewer, principals, ()) == viewer.is_admin


@given(viewers(), candidates())
def test_candidates_principal_takes_the_group_and_the_stream(viewer, candidate):
    principals = candidate_principals(candidate.group_id, candidate.stream_id)
    assert sees_object(viewer, principals) == entitled(viewer, candidate)


def test_who_is_in_64_groups_sees_the_rows_of_each():
    user = User(1, "busy", NOW, group_ids=tuple(range(1, 65)), own_group_id=64)
    viewer = Viewer(user, frozenset(), STREAMS[:1])
    assert all(sees_photometry(viewer, open_to([n])) for n in range(1, 65))
    assert not sees_photometry(viewer, open_to([65], [2], 2))
    assert viewer.default_group_ids == frozenset(range(1, 64))


def test_saving_is_for_members_who_were_let():
    user = User(1, "someone", NOW, group_ids=(2, 3), nosave_group_ids=(3,))
    viewer = Viewer(user, frozenset(), ())
    assert [may_save(viewer, n) for n in (2, 3, 4)] == [True, False, False]


def test_photometry_is_changed_by_its_owner_and_by_who_manages_what_they_see():
    user = User(1, "someone", NOW, group_ids=(2,))
    plain, manager = (Viewer(user, frozenset(a), ()) for a in ((), {"Manage photometry"}))
    assert edits_photometry(plain, 1, ())
    assert not edits_photometry(plain, 9, open_to([2]))
    assert edits_photometry(manager, 9, open_to([2]))
    assert not edits_photometry(manager, 9, open_to([3]))


def test_permissions_are_those_of_the_roles_and_ones_own():
    user = User(1, "someone", NOW, roles=("View only",), acls=("Classify",))
    assert user.permissions == {"Classify"}
    assert User(1, "someone", NOW, roles=("Super admin",)).permissions == set(ALL_ACLS)
    assert len(ALL_ACLS) == 26


def test_user_survives_being_written():
    user = User(
        7, "someone", NOW, "S", "One", group_ids=(2, 3), own_group_id=3, nosave_group_ids=(2,),
        preferences={"a": {"b": 1}}, affiliations=("x",), expiration_date=NOW,
    )  # fmt: skip
    assert User.from_fields(user.to_fields()) == user
    assert user.has_expired(NOW)
    assert user.membership(2) == Membership(admin=False, can_save=False)
    assert user.membership(9) is None
