"""The numbers of a comparison against such as were computed by hand, and the page they make."""

import math
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.alerts.stamp_images import stamp_png
from fritz.classifiers.metrics import auc
from fritz.classifiers.report import Example, comparison_page
from fritz.classifiers.report_numbers import (
    Confusion,
    Disagreement,
    Scored,
    calibration,
    compare,
    roc_points,
)

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NAN = math.nan
CANDIDS = [11, 12, 13, 14, 15, 16]
TRUTH = [1, 1, 1, 0, 0, NAN]
ONE = [0.9, 0.8, 0.3, 0.4, 0.1, 0.7]
OTHER = [0.95, 0.2, 0.6, 0.3, 0.05, NAN]


def two():
    return compare(CANDIDS, [Scored("a@v1", ONE), Scored("b@v2", OTHER)], TRUTH)


def test_two_models_against_the_truth():
    found = two()
    one, other = found.series
    assert (found.alerts, found.left_out, found.known, found.true) == (5, 1, 5, 3)
    # of the 3 x 2 pairs of a true and a false one a@v1 has all but (0.3, 0.4) right
    assert one.auc == pytest.approx(5 / 6)
    assert other.auc == pytest.approx(5 / 6)  # all but (0.2, 0.3)
    assert one.confusion == Confusion(true_above=2, false_above=0, true_below=1, false_below=2)
    assert other.confusion == Confusion(2, 0, 1, 2)
    assert (one.confusion.right, one.confusion.missed, one.confusion.passed) == (0.8, 1 / 3, 0.0)


def test_two_models_against_each_other():
    found = two()
    assert found.agreement == pytest.approx(3 / 5)
    # a@v1 says true of 11 and 12, b@v2 of 11 and 13
    assert found.between == Confusion(true_above=1, false_above=1, true_below=1, false_below=2)
    assert found.disagreements == 2
    assert found.listed == (
        Disagreement(12, (0.8, 0.2), True),
        Disagreement(13, (0.3, 0.6), True),
    )


def test_one_model_disagrees_with_the_truth_where_that_is_known():
    found = compare(CANDIDS, [Scored("a@v1", ONE)], TRUTH)
    assert (found.alerts, found.known, found.between) == (6, 5, None)
    assert found.agreement == pytest.approx(4 / 5)
    assert found.listed == (Disagreement(13, (0.3,), True),)


def test_without_any_truth_two_models_are_still_compared():
    found = compare(CANDIDS, [Scored("a@v1", ONE), Scored("b@v2", OTHER)])
    assert found.truth == ""
    assert found.agreement == pytest.approx(3 / 5)
    assert math.isnan(found.series[0].auc)
    assert (found.series[0].roc, found.series[0].calibration) == ((), ())
    assert found.series[0].confusion is None
    assert [each.truth for each in found.listed] == [None, None]


def test_only_as_many_disagreements_as_wanted_are_listed_the_worst_first():
    scores = np.linspace(0, 0.4, 10)
    found = compare(range(10), [Scored("a@v1", scores)], np.ones(10), most=3)
    assert found.disagreements == 10
    assert [each.candid for each in found.listed] == [0, 1, 2]


def test_calibration_bins():
    bins = calibration([1, 1, 0, 0, 1], [0.95, 0.91, 0.99, 0.15, 1.0])
    assert [each.alerts for each in bins] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 4]
    assert (bins[9].low, bins[9].high) == (0.9, 1.0)
    assert bins[9].mean_score == pytest.approx(0.9625)
    assert bins[9].share_true == 0.75
    assert math.isnan(bins[0].share_true)


def test_roc_points():
    points = roc_points([1, 0, 1, 0], [0.9, 0.8, 0.8, 0.1])
    assert points == [(0, 0), (0, 0.5), (0.5, 1), (1, 1)]


labelled = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=50
).filter(lambda pairs: 0 < sum(true for true, _ in pairs) < len(pairs))


@given(labelled)
def test_the_area_below_the_curve_is_the_auc(pairs):
    truth, scores = zip(*pairs, strict=True)
    x, y = zip(*roc_points(truth, scores), strict=True)
    area = sum((x[i + 1] - x[i]) * (y[i + 1] + y[i]) / 2 for i in range(len(x) - 1))
    assert area == pytest.approx(auc(truth, scores))


def test_scores_beyond_their_range_and_unequal_lengths():
    found = compare([1, 2], [Scored("a@v1", [1e300, -5.0])], [1, 0])
    assert found.series[0].histogram_true[-1] == found.series[0].histogram_false[0] == 1
    with pytest.raises(ValueError, match="one or two"):
        compare([1], [])
    with pytest.raises(ValueError, match="scores each"):
        compare([1], [Scored("a@v1", [0.5, 0.6])])


def page(comparison=None, title="a and b", **keywords):
    text = comparison_page(comparison or two(), title=title, at=AT, **keywords)
    # HTML that is XML too: every element is closed, every text escaped
    return text, ET.fromstring(text.partition("\n")[2])  # noqa: S314 - our own page


def texts(root):
    return " ".join(" ".join(root.itertext()).split())


def test_the_page_is_well_formed_and_shows_the_numbers():
    text, root = page(about={"Nights": "20260301 to 20260302"})
    said = texts(root)
    assert text.startswith("<!DOCTYPE html>")
    assert "5 alerts have a score. 1 more lack a score." in said
    assert "Both models agree on 60.0 %" in said
    assert "0.8333" in said
    assert "20260301 to 20260302" in said
    assert len(root.findall(".//li")) == 2
    assert {each.text for each in root.iter("figcaption")} == {
        "ROC", "Calibration", "Scores of a@v1", "Scores of b@v2"
    }  # fmt: skip


def test_the_page_needs_nothing_but_itself():
    text, root = page(examples={12: Example(stamp_png(np.eye(63, dtype=np.float32)))})
    tags = {each.tag for each in root.iter()}
    assert not tags & {"script", "link", "iframe", "object", "a", "form"}
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text
    sources = [each.get("src") for each in root.iter("img")]
    assert len(sources) == 1
    assert all(each.startswith("data:image/png;base64,") for each in sources)
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)


def test_everything_has_a_text_for_those_who_do_not_see_it():
    _, root = page(examples={12: Example(stamp_png(np.eye(63, dtype=np.float32)))})
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    plots = list(root.iter("svg"))
    assert len(plots) == 4
    for plot in plots:
        assert plot.get("role") == "img"
        named = plot.get("aria-labelledby").split()
        told = {each.get("id"): each.text for each in plot.iter() if each.get("id") in named}
        assert len(told) == 2
        assert all(told.values())
    assert all(each.get("alt") for each in root.iter("img"))
    assert all(each.find("caption") is not None for each in root.iter("table"))
    assert all(each.get("scope") for each in root.iter("th"))


HOSTILE = "<script>alert('x')</script>\"&<b>"


def test_names_and_facts_are_escaped():
    comparison = compare(
        CANDIDS,
        [Scored(HOSTILE, ONE), Scored(HOSTILE + "2", OTHER)],
        TRUTH,
        truth_label=HOSTILE,
    )
    examples = {12: Example(None, {HOSTILE: HOSTILE})}
    text, root = page(comparison, HOSTILE, about={HOSTILE: HOSTILE}, examples=examples)
    assert "<script" not in text
    assert "<b>" not in text
    assert root.find(".//h1").text == HOSTILE
    assert not {each.tag for each in root.iter()} & {"script", "b"}


def test_pages_without_truth_or_disagreement_are_well_formed_too():
    _, root = page(compare([1, 2], [Scored("a@v1", [0.1, 0.2])]))
    said = texts(root)
    assert "No truth is known" in said
    assert "unknown" in said
    assert "There are none." in said
    assert len(list(root.iter("svg"))) == 1
    _, root = page(compare([1], [Scored("a@v1", [0.9])], [1]))
    assert "AUC" in texts(root)
