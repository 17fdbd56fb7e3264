"""Scores kept apart from the alerts, and those that came with them."""

from datetime import UTC, datetime, timedelta

import pytest

from fritz.archive.scores import score_row, scores_kept_apart, scores_with_alerts, values_of
from fritz.archive.scores_places import alerts_by_night, places_of_night
from tests.support.backtesting import row_of
from tests.support.packets import ztf_record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NIGHTS = (20200501, 20200630)
NIGHT = 20200531


def score(candid=1, value=0.5, *, version="v1", programid=1, hours=0, night=NIGHT, name="tiny"):
    return score_row(
        candid=candid, survey="ztf", night=night, programid=programid, name=name, version=version,
        score=value, state="shadow", at=NOW + timedelta(hours=hours),
    )  # fmt: skip


def alert(candid, *, classifications=None, **changes):
    record = ztf_record(candid=candid, **changes)
    document = {key: value for key, value in record.items() if not key.startswith("cutout")}
    return row_of({**document, "survey": "ztf", "classifications": classifications or {}})


def found(warehouse, statement):
    rows = warehouse.run(statement).to_pylist()
    pairs = {row["candid"]: row["score"] for row in rows}
    assert len(pairs) == len(rows)
    return pairs


def test_the_last_score_of_each_alert_counts(warehouse):
    warehouse.append("scores", [
        score(1, 0.1), score(1, 0.9, hours=1), score(2, 0.2), score(1, 0.3, version="v2"),
        score(3, 0.4, night=20200101), score(4, 0.6, name="other"),
    ])  # fmt: skip
    assert found(warehouse, scores_kept_apart("tiny", "v1", NIGHTS, [1])) == {1: 0.9, 2: 0.2}


def test_scores_of_alerts_that_may_not_be_seen_are_not_either(warehouse):
    warehouse.append("scores", [score(1, 0.1), score(2, 0.2, programid=2)])
    assert found(warehouse, scores_kept_apart("tiny", "v1", NIGHTS, [1])) == {1: 0.1}


def test_scores_that_came_with_the_alerts_are_found_by_model_and_version(warehouse):
    given = {"tiny": 0.7, "tiny_version": "v1", "other": 0.1, "other_version": "v1"}
    warehouse.append("alerts", [
        alert(1, classifications=given),
        alert(1, classifications=given),
        alert(2, classifications={"tiny": 0.2, "tiny_version": "v2"}),
        alert(3, classifications=given, programid=2),
    ])  # fmt: skip
    assert found(warehouse, scores_with_alerts("tiny", "v1", NIGHTS, [1])) == {1: 0.7}


def test_the_surveys_own_scores_are_read_from_the_candidate(warehouse):
    warehouse.append("alerts", [alert(1, drb=0.25), alert(2, drb=None), alert(2, drb=None)])
    assert found(warehouse, values_of("drb", NIGHTS, [1])) == {1: 0.25, 2: None}
    with pytest.raises(ValueError, match="magpsf"):
        values_of("magpsf", NIGHTS, [1])


def test_each_alert_has_one_place_and_counts_once(warehouse):
    warehouse.append("alerts", [alert(2), alert(1), alert(1), alert(3, jd=2459001.75)])
    rows = warehouse.run(places_of_night(NIGHT, "ztf")).to_pylist()
    assert [(row["candid"], row["pack"], row["length"]) for row in rows] == [
        (1, "a.pack", 20), (2, "a.pack", 20)
    ]  # fmt: skip
    counts = warehouse.run(alerts_by_night(NIGHTS, "ztf")).to_pylist()
    assert [(row["night"], row["alerts"]) for row in counts] == [(NIGHT, 2), (20200601, 1)]


@pytest.mark.xdist_group("googlesql")
@pytest.mark.parametrize(
    "statement",
    [
        scores_kept_apart("tiny", "v1", NIGHTS, [1]),
        scores_with_alerts("tiny", "v1", NIGHTS, [1]),
        values_of("drb", NIGHTS, [1]),
        alerts_by_night(NIGHTS, "ztf"),
        places_of_night(NIGHT, "ztf"),
    ],
)
def test_google_accepts_the_statements(googlesql, statement):
    printed = googlesql.analyse(statement)
    assert all(f"@{name}" in printed for name in statement.parameters)
