"""Visibility against the rule as a person would say it, in random worlds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.errors import Unauthorized
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.light_curve import light_curve
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility import (
    Viewer,
    programids,
    sees_candidate,
    sees_packet,
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
