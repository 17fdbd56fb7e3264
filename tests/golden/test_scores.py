"""Scores of real alerts equal those that the models' authors, or their brokers, published."""

import csv

import numpy as np
import pytest

from fritz.adapters.onnx import OnnxRuntime
from fritz.alerts.packet import read_packet
from fritz.classifiers.alert_inputs import STAMP_KINDS, AlertInputs, alert_inputs
from fritz.classifiers.features import BTSBOT_FEATURES, feature_table
from fritz.classifiers.known import known_cards
from fritz.classifiers.metrics import agreement, auc
from fritz.classifiers.probe import load_model
from fritz.classifiers.verification import file_sha256
from fritz.services.live_models import LiveModel
from fritz.services.scoring import ScoringService
from tests.plugins.must_run import kit

MODELS = tuple(known_cards())
PUBLISHED = 2e-6
"""Largest difference to scores published in full precision."""
ROUNDED = 4e-6
"""The same for scores published with six decimals."""


class Fixed:
    def __init__(self, models):
        self.models = models

    def current(self):
        return self.models


@pytest.fixture(scope="module")
def models():
    files = {file_sha256(path.read_bytes()): path for path in kit("models").glob("*.onnx")}
    runtime = OnnxRuntime(threads=1)
    cards = known_cards().values()
    return {card.name: load_model(card, files[card.sha256].read_bytes(), runtime) for card in cards}


@pytest.fixture(scope="module")
def service(models):
    return ScoringService(Fixed([LiveModel(each, shadow=False) for each in models.values()]))


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


@pytest.fixture(scope="module")
def published():
    """The 39 published triplets and candidates, as alerts, beside their rows."""
    triplets = np.load(kit("models/golden") / "usage_triplets.npy").astype(np.float32)
    found = rows(kit("models/golden") / "usage_candidates.csv")
    candidates = [{name: number(text) for name, text in row.items()} for row in found]
    alerts = [
        AlertInputs(
            index,
            candidate,
            {kind: triplet[:, :, plane] for plane, kind in enumerate(STAMP_KINDS)},
            history=[
                other
                for other in candidates
                if other["objectId"] == candidate["objectId"] and other["jd"] < candidate["jd"]
            ],
        )
        for index, (candidate, triplet) in enumerate(zip(candidates, triplets, strict=True))
    ]
    return alerts, candidates


@pytest.mark.kit
@pytest.mark.parametrize("name", MODELS)
def test_scores_of_published_triplets_are_the_published_scores(service, published, name):
    alerts, candidates = published
    found = [each.classifications[name] for each in service.score(alerts)]
    expected = [each["new_drb" if name == "braai" else name] for each in candidates]
    difference = np.abs(np.subtract(found, expected)).max()
    assert difference <= PUBLISHED


@pytest.mark.kit
def test_btsbots_features_are_those_of_its_published_table(published):
    alerts, candidates = published
    names = {"nnondet": "nnotdet"}
    table, failures = feature_table(alerts, BTSBOT_FEATURES)
    assert not failures
    expected = np.array([[row[names.get(n, n)] for n in BTSBOT_FEATURES] for row in candidates])
    # The table rounds jd to a thousandth of a day.
    timed = [BTSBOT_FEATURES.index(n) for n in ("age", "days_since_peak", "days_to_peak")]
    rest = np.delete(np.arange(len(BTSBOT_FEATURES)), timed)
    np.testing.assert_allclose(table[:, timed], expected[:, timed], atol=1.1e-3)
    np.testing.assert_allclose(table[:, rest], expected[:, rest], rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def real(service):
    """Scores of every real packet, by candid, and the packets' own rb and drb."""
    records = [
        record
        for path in sorted(kit("alerts/ztf").glob("*.avro"))
        for record in read_packet(path.read_bytes()).records
    ]
    scores = service.score([alert_inputs(record) for record in records])
    return {record.candid: (record, found) for record, found in zip(records, scores, strict=True)}


@pytest.mark.kit
@pytest.mark.parametrize("name", MODELS)
def test_scores_of_real_packets_are_those_computed_from_the_original_weights(real, name):
    column = "braai_d6_m9" if name == "braai" else name
    expected = {
        int(row["candid"]): float(row[column])
        for row in rows(kit("alerts/model_scores.csv"))
        if row[column]
    }
    assert len(expected) >= 570
    found = {candid: real[candid][1].classifications[name] for candid in expected}
    difference = max(abs(found[candid] - expected[candid]) for candid in expected)
    assert difference <= ROUNDED


@pytest.mark.kit
def test_every_real_packet_with_stamps_gets_every_score(real):
    without = {c: found.failures for c, (_, found) in real.items() if found.failures}
    assert len(real) >= 610
    reasons = {reason for failures in without.values() for reason in failures.values()}
    assert reasons <= {"no_stamp"}
    for candid in without:
        record = real[candid][0]
        assert any(record.stamp(kind) is None for kind in STAMP_KINDS)
    assert len(without) == 1


@pytest.mark.kit
def test_templates_with_the_lowest_float_are_scored(real):
    lowest = {
        candid
        for candid, (record, found) in real.items()
        if not found.failures and (alert_inputs(record).stamps["template"] < -1e38).any()
    }
    assert len(lowest) == 5


@pytest.mark.kit
def test_edge_stamps_of_real_packets_are_scored(real):
    edges = {595277915515015000, 1786253071415010003, 2659307100115010008, 3367504081715010000}
    assert all(not real[candid][1].failures for candid in edges)


@pytest.mark.kit
def test_braai_agrees_with_the_surveys_own_score(real):
    pairs = [
        (record.candidate["drb"], found.classifications["braai"])
        for record, found in real.values()
        if record.candidate.get("drb") and "braai" in found.classifications
    ]
    drb, braai = np.array(pairs).T
    shares = agreement(drb, braai), auc(drb >= 0.5, braai)
    assert len(pairs) == 573
    assert shares[0] == pytest.approx(0.972, abs=0.003)
    assert shares[1] == pytest.approx(0.984, abs=0.002)
