"""The models that ship with Fritz are what their cards say, on simulated and on real alerts."""

import math
from pathlib import Path

import numpy as np
import pytest

from fritz.adapters.onnx import OnnxRuntime
from fritz.classifiers.blocks import PreparedBatch
from fritz.classifiers.probe import load_model
from fritz.classifiers.shipped import shipped_models
from fritz.classifiers.training.classes import CLASSES
from fritz.classifiers.training.evaluation import class_metrics, drb_metrics, realbogus_metrics
from fritz.cli.train import real_alerts, simulated_alerts
from tests.plugins.must_run import kit

NAMES = ("fritz_class", "fritz_rb")
MOST_BYTES = 1_000_000
FRESH_SEED = 770_001
"""Of a night that training did not see."""
LEAST_AUC = 0.99
LEAST_ACCURACY = 0.92


@pytest.fixture(scope="module")
def models():
    runtime = OnnxRuntime(threads=1)
    return {
        name: load_model(card, data, runtime) for name, (card, data) in shipped_models().items()
    }


def scores(model, alerts):
    runs = (alerts[i : i + 64] for i in range(0, len(alerts), 64))
    found = [model.score(PreparedBatch(run)) for run in runs]
    return np.concatenate([each[0] for each in found])


@pytest.fixture(scope="module")
def night():
    return list(simulated_alerts(600, FRESH_SEED))


def test_the_shipped_models_are_a_realbogus_network_and_a_classifier(models):
    assert tuple(models) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_is_small_and_says_where_it_comes_from(name):
    card, data = shipped_models()[name]
    assert len(data) == card.size_bytes <= MOST_BYTES
    assert card.licence == "BSD-3-Clause"
    assert "No real alert" in card.training_data
    assert "not of an untouched test set" in card.notes
    assert {"simulation_alerts", "real_packets_auc", "real_packets_agreement"} <= set(card.metrics)
    assert card.probe


def test_realbogus_scores_of_a_fresh_night_are_as_good_as_the_card_says(models, night):
    found = scores(models["fritz_rb"], [each.alert for each in night])[:, 0]
    assert np.isfinite(found).all()
    metrics = realbogus_metrics(np.array([each.real for each in night]), found)
    assert metrics["auc"] >= LEAST_AUC
    assert metrics["auc"] == pytest.approx(
        models["fritz_rb"].card.metrics["simulation_auc"], abs=0.01
    )


def test_classes_of_a_fresh_night_are_as_good_as_the_card_says(models, night):
    found = scores(models["fritz_class"], [each.alert for each in night])
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    metrics = class_metrics([each.class_name for each in night], found, CLASSES)
    assert metrics["accuracy"] >= LEAST_ACCURACY


@pytest.mark.parametrize("name", NAMES)
def test_the_page_on_models_says_what_the_cards_say(name):
    page = (Path(__file__).parents[2] / "docs/models.md").read_text(encoding="utf-8")
    card, data = shipped_models()[name]
    assert f"{len(data):,} bytes" in page
    assert f"| {card.metrics['real_packets_auc']} |" in page
    assert f"| {card.metrics['real_packets_agreement']} |" in page


@pytest.fixture(scope="module")
def real():
    return real_alerts(kit("alerts/ztf"))


@pytest.mark.kit
@pytest.mark.parametrize("name", NAMES)
def test_on_real_packets_a_model_is_as_good_as_its_card_says_and_no_better(models, real, name):
    found = scores(models[name], real)
    score = found[:, 0] if name == "fritz_rb" else 1 - found[:, CLASSES.index("bogus")]
    drb = np.array([each.candidate.get("drb") or math.nan for each in real], float)
    metrics = drb_metrics(drb, score)
    card = models[name].card.metrics
    for which in ("alerts", "auc", "agreement"):
        assert metrics[which] == pytest.approx(card[f"real_packets_{which}"], abs=2e-3), which


@pytest.mark.kit
def test_templates_with_the_lowest_float_are_scored(models, real):
    lowest = [each for each in real if (each.stamps.get("template", np.zeros(1)) < -1e38).any()]
    assert len(lowest) == 5
    assert np.isfinite(scores(models["fritz_rb"], lowest)).all()
