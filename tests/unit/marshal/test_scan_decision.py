from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Invalid, NotFound
from fritz.marshal.scan_decision import (
    REMEMBERED,
    Decision,
    ScanDecisions,
    checked_decision_id,
    first_of,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NONE = ScanDecisions(1, "ZTF26aaaaaaa", 2, 1)


def decision(n, kind="rejected"):
    return Decision(f"decision-{n}", kind, by=7, at=NOW + timedelta(seconds=n))


def test_nothing_is_decided_at_first():
    assert NONE.current is None


def test_the_last_one_that_stands_counts():
    made = NONE.with_decision(decision(1)).with_decision(decision(2, "saved"))
    assert made.current.kind == "saved"
    assert made.undone("decision-2", 8, NOW).current.kind == "rejected"
    assert made.undone("decision-2", 8, NOW).undone("decision-1", 8, NOW).current is None


def test_undoing_tells_who_and_when_and_again_changes_nothing():
    once = NONE.with_decision(decision(1)).undone("decision-1", 8, NOW)
    (made,) = once.made
    assert (made.undone_by, made.undone_at, made.stands) == (8, NOW, False)
    assert once.undone("decision-1", 9, NOW + timedelta(1)) is once


def test_what_was_never_decided_cannot_be_undone():
    with pytest.raises(NotFound, match="decision-1"):
        NONE.undone("decision-1", 8, NOW)


@given(st.lists(st.integers(0, 5)))
def test_the_same_decision_counts_once_however_often_it_comes(numbers):
    made = NONE
    for n in numbers:
        made = made.with_decision(decision(n))
    assert [each.id for each in made.made] == [f"decision-{n}" for n in dict.fromkeys(numbers)]


def test_an_undone_decision_that_comes_again_stays_undone():
    made = NONE.with_decision(decision(1)).undone("decision-1", 8, NOW)
    assert made.with_decision(decision(1)).current is None


def test_old_decisions_are_forgotten():
    made = NONE
    for n in range(REMEMBERED + 5):
        made = made.with_decision(decision(n))
    assert [made.made[0].id, len(made.made)] == ["decision-5", REMEMBERED]


def test_documents_keep_all_of_it():
    saved = replace(decision(1, "saved"), reason="bright", group_ids=(2, 5))
    made = NONE.with_decision(saved).undone("decision-1", 8, NOW)
    assert ScanDecisions.from_fields(made.to_fields()) == made


@pytest.mark.parametrize("wrong", ["", "short", "with space", "-" * 20, "a" * 65, "ä" * 10])
def test_ids_are_checked(wrong):
    with pytest.raises(Invalid, match="decision id"):
        checked_decision_id(wrong)


def test_reasons_are_short_or_none():
    assert (first_of("  "), first_of(None), first_of(" ghost ")) == (None, None, "ghost")
    assert len(first_of("x" * 9000)) == 500
