"""Models that are trained: files that score as the fit did, cards that say what was measured."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest

from fritz.adapters.onnx import OnnxRuntime
from fritz.adapters.training import graph
from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.blocks import PreparedBatch
from fritz.classifiers.features import feature_table
from fritz.classifiers.probe import load_model
from fritz.classifiers.probe_alerts import probe_alerts
from fritz.classifiers.training.architecture import REALBOGUS, class_network, first_weights
from fritz.classifiers.training.class_features import CLASS_FEATURES, MISSING
from fritz.classifiers.training.classes import CLASSES
from fritz.classifiers.training.realbogus_features import REALBOGUS_FEATURES, realbogus_block
from fritz.classifiers.training.samples import LabelledAlert, held_out
from fritz.classifiers.training.scaling import Scaling
from fritz.classifiers.training.standard_stamps import standard_stamps
from fritz.classifiers.triplets import triplets
from fritz.errors import Invalid
from fritz.services.training import Recipe, train_classes, train_realbogus
from tests.plugins.must_run import require
from tests.support.onnx_models import feature_model, onnx_file

PROBES = probe_alerts()
RECIPE = Recipe("t1", 2, 3, "Made up.")
RUNTIME = OnnxRuntime(threads=1)


def simulated(count=60):
    """Return alerts of every kind of probe; the last kind is the bogus one."""
    found = []
    for index in range(count):
        alert = PROBES[index % len(PROBES)]
        kind = ("sn_ia", "asteroid", "rr_lyrae", "agn", "cosmic_ray")[index % len(PROBES)]
        found.append(LabelledAlert(alert, f"{index}", kind, kind != "cosmic_ray"))
    return found


@dataclass
class FakeTrainer:
    """Weights as drawn, and what was asked for."""

    samples: object = None

    def realbogus(self, samples, *, epochs, seed, report, base=None):
        self.samples = samples
        return graph.realbogus_graph(realbogus_weights(seed), Scaling.of(samples.table), "rb")

    def classes(self, samples, *, epochs, seed, report, base=None):
        self.samples = samples
        rng = np.random.default_rng(seed)
        weights = first_weights(CLASS_NETWORK, [(3 * len(CLASS_FEATURES),)], rng)
        return graph.feature_graph(weights, Scaling.of(samples.table), "classes")


CLASS_NETWORK = class_network(len(CLASSES))


def realbogus_weights(seed):
    shapes = [(49, 49, 3), (3 * len(REALBOGUS_FEATURES),)]
    return first_weights(REALBOGUS, shapes, np.random.default_rng(seed))


def test_the_file_prepares_stamps_as_training_did():
    array, _ = triplets(PROBES)
    array[0, :20] = 0
    array[1, :, :, 1] = 0
    builder = graph._Graph()
    builder.add("Identity", graph._standard(builder, "stamps"), name="score")
    nodes, constants = builder.nodes, builder.constants
    data = onnx_file(
        nodes, {"stamps": ["N", 63, 63, 3]}, {"score": ["N", 49, 49, 3]},
        {each.name: graph.numpy_helper.to_array(each) for each in constants},
    )  # fmt: skip
    found = RUNTIME.load(data).run("score", {"stamps": array})
    np.testing.assert_allclose(found, standard_stamps(array), atol=2e-3)


def test_the_file_prepares_features_as_training_did():
    table = np.random.default_rng(1).normal(10, 5, (50, 4)).astype(np.float32)
    table[::3, 2] = MISSING
    scaling = Scaling.of(table)
    builder = graph._Graph()
    builder.add("Identity", graph._scaled(builder, "features", scaling), name="score")
    data = builder.file("t", {"features": [4]}, ("score", 12))
    found = RUNTIME.load(data).run("score", {"features": table})
    np.testing.assert_allclose(found, scaling.apply(table), atol=1e-4)


@pytest.mark.parametrize("train", [train_realbogus, train_classes])
def test_a_trained_model_has_a_card_that_its_file_fits(train):
    trained = train(simulated(), list(PROBES), FakeTrainer(), RUNTIME, RECIPE)
    model = load_model(trained.card, trained.data, RUNTIME)
    scores, failures = model.score(PreparedBatch(PROBES))
    assert not failures
    np.testing.assert_allclose(scores.ravel(), trained.card.probe, atol=1e-5)
    assert trained.card.metrics["simulation_alerts"] == trained.metrics["simulation"]["alerts"]
    assert trained.card.metrics["real_packets_alerts"] == len(PROBES)


def test_alerts_of_objects_held_out_are_not_learnt_from():
    trainer = FakeTrainer()
    trained = train_realbogus(simulated(), [], trainer, RUNTIME, RECIPE)
    out = sum(held_out(each.object_id, 0.1) for each in simulated())
    assert out > 0
    assert trained.metrics["simulation"]["alerts"] == out
    assert len(trainer.samples.real) == trained.metrics["trained_on"] == 60 - out
    assert "real_packets" not in trained.metrics


def test_the_classifier_of_objects_scores_an_alert_of_which_next_to_nothing_is_known():
    trained = train_classes(simulated(), [], FakeTrainer(), RUNTIME, RECIPE)
    model = load_model(trained.card, trained.data, RUNTIME)
    scores, failures = model.score(PreparedBatch([AlertInputs(1, {"magpsf": 18.0})]))
    assert not failures
    assert scores.sum() == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def fitting():
    missing = [name for name in ("jax", "optax") if find_spec(name) is None]
    require("training dependencies", not missing, f"{missing} not installed; see `make train`")
    return import_module("fritz.adapters.training.fitting")


@pytest.fixture(scope="module")
def trainer(fitting):
    return import_module("fritz.adapters.training.trainer").JaxTrainer()


@pytest.mark.parametrize("train", [train_realbogus, train_classes])
def test_a_small_training_learns_and_repeats_to_the_byte(trainer, train):
    losses = []
    recipe = Recipe("t1", 4, 3, "Made up.")

    def once():
        return train(
            simulated(250), [], trainer, RUNTIME, recipe, lambda epoch, loss: losses.append(loss)
        )

    one, other = once(), once()
    assert one.data == other.data
    assert losses[3] < losses[0]
    assert losses[:4] == losses[4:]
    assert one.card == other.card


def probe_table():
    block = realbogus_block()
    return feature_table(PROBES, block.names, dict(block.fill))[0]


def test_the_file_scores_as_the_network_that_was_fitted(fitting):
    weights, scaling = realbogus_weights(5), Scaling.of(probe_table())
    array, _ = triplets(PROBES)
    inputs = standard_stamps(array), scaling.apply(probe_table())
    logits = np.asarray(fitting.forward(REALBOGUS, weights, inputs))
    session = RUNTIME.load(graph.realbogus_graph(weights, scaling, "rb"))
    found = session.run("score", {"stamps": array, "features": probe_table()})
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), atol=1e-3)


def test_a_file_gives_back_the_weights_it_was_written_with():
    weights, scaling = realbogus_weights(6), Scaling.of(probe_table())
    found, read = graph.read_graph(graph.realbogus_graph(weights, scaling, "rb"), REALBOGUS)
    for (kernel, bias), (other, offset) in zip(weights, found, strict=True):
        np.testing.assert_array_equal(kernel, other)
        np.testing.assert_array_equal(bias, offset)
    np.testing.assert_array_equal(read.mean, scaling.mean)
    np.testing.assert_array_equal(read.deviation, scaling.deviation)


def test_another_model_s_file_is_not_taken_for_one_of_ours():
    with pytest.raises(Invalid, match="fritz train"):
        graph.read_graph(feature_model()[1], REALBOGUS)
    with pytest.raises(Invalid, match="ONNX"):
        graph.read_graph(b"no file at all", REALBOGUS)
