from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.alerts.rights import grant, grant_points, granted

PUBLIC = frozenset({1})
ALL = frozenset({0, 1, 2, 3})


def document(programid=1, prv=(), fp=None):
    found = {
        "candid": 1,
        "candidate": {"programid": programid, "jd": 2459000.5},
        "prv_candidates": [{"jd": n, "programid": p} for n, p in enumerate(prv)],
    }
    if fp is not None:
        found["fp_hists"] = [{"jd": n, "programid": p} for n, p in enumerate(fp)]
    return found


@pytest.mark.parametrize("programid", [0, 2, 3])
def test_a_private_alert_is_not_granted_to_the_public(programid):
    assert grant(document(programid), PUBLIC) is None


def test_private_history_of_a_public_alert_is_taken_away():
    visible = grant(document(1, prv=[1, 2, 3, 0, 1], fp=[2, 1]), PUBLIC)
    assert [p["jd"] for p in visible["prv_candidates"]] == [0, 4]
    assert [p["jd"] for p in visible["fp_hists"]] == [1]


def test_who_may_see_all_sees_all():
    whole = document(2, prv=[0, 1, 2, 3], fp=[3])
    assert grant(whole, ALL) == whole


def test_nothing_is_granted_to_nobody():
    assert grant(document(1), frozenset()) is None


@pytest.mark.parametrize(
    "unknown", [{}, {"programid": None}, {"programid": True}, {"programid": "1"}]
)
def test_what_has_no_programid_is_granted_to_nobody(unknown):
    assert not granted(unknown, ALL)
    assert grant_points([unknown], ALL) == []
    assert grant({"candidate": unknown}, ALL) is None


def test_forced_photometry_that_a_private_alert_brought_is_private():
    point = {"jd": 1.0, "programid": 1, "alert_programid": 2, "alert_mag": 17.0}
    assert grant_points([point], PUBLIC) == []
    assert grant_points([point], frozenset({1, 2})) == [point]


def test_forced_photometry_of_which_nothing_is_granted_is_absent():
    assert grant(document(1, fp=[2, 3]), PUBLIC) == document(1)


def test_absent_lists_stay_absent_and_null_ones_null():
    visible = grant({"candidate": {"programid": 1}, "prv_candidates": None}, PUBLIC)
    assert visible == {"candidate": {"programid": 1}, "prv_candidates": None}


programids = st.sampled_from([0, 1, 2, 3, None])
documents = st.builds(
    document,
    programids,
    st.lists(programids, max_size=6),
    st.none() | st.lists(programids, max_size=6),
)
rights = st.frozensets(st.integers(0, 3))


@given(documents, rights)
def test_granting_changes_nothing_in_place(alert, programs):
    before = deepcopy(alert)
    grant(alert, programs)
    assert alert == before


@given(documents, rights)
def test_taking_private_data_away_first_never_changes_what_is_granted(alert, programs):
    poorer = deepcopy(alert)
    for name in ("prv_candidates", "fp_hists"):
        if name in poorer:
            poorer[name] = [p for p in poorer[name] if p["programid"] in programs]
    assert grant(alert, programs) == grant(poorer, programs)


@given(documents, rights, rights)
def test_granting_twice_grants_what_both_grant(alert, one, other):
    first = grant(alert, one)
    assert (first and grant(first, other)) == grant(alert, one & other)


@given(documents, rights, rights)
def test_more_rights_never_show_less(alert, fewer, further):
    little, much = grant(alert, fewer), grant(alert, fewer | further)
    if little is not None:
        assert much is not None
        assert all(point in much["prv_candidates"] for point in little["prv_candidates"])
