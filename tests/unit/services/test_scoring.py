from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from fritz.adapters.onnx import OnnxRuntime
from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.blocks import LightCurveBlock, PreparedBatch
from fritz.classifiers.cards import ModelInput, ModelOutput
from fritz.classifiers.derived_features import DERIVED
from fritz.classifiers.model import LoadedModel
from fritz.services.live_models import LiveModel
from fritz.services.scoring import Scores, ScoringService
from tests.support.onnx_models import card_of, feature_model, onnx_file, stamp_model

RUNTIME = OnnxRuntime(threads=1)


class Models:
    """A fixed set of models."""

    def __init__(self, *models):
        self.models = models

    def current(self):
        return self.models


def live(card, data, *, shadow=False):
    return LiveModel(LoadedModel(card, RUNTIME.load(data)), shadow)


def alert(magpsf=18.0, *, survey="ztf", stamps=True, candid=1):
    image = np.full((63, 63), magpsf, np.float32)
    kinds = ("science", "template", "difference") if stamps else ()
    return AlertInputs(candid, {"magpsf": magpsf}, dict.fromkeys(kinds, image), survey=survey)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_scores_are_stored_as_kowalski_stores_them():
    service = ScoringService(Models(live(*feature_model(scale=0.1))))
    (scores,) = service.score([alert(18.0)])
    assert scores == Scores({"tiny": pytest.approx(sigmoid(1.8), abs=1e-6), "tiny_version": "v1"})
    assert type(scores.classifications["tiny"]) is float


def test_shadow_scores_are_kept_apart_for_any_number_of_versions():
    models = [
        live(*feature_model(version="v1")),
        live(*feature_model(version="v2", scale=0.0), shadow=True),
        live(*feature_model(version="v3", scale=-9.0), shadow=True),
    ]
    (scores,) = ScoringService(Models(*models)).score([alert()])
    assert scores.classifications == {"tiny": 1.0, "tiny_version": "v1"}
    assert scores.shadow == [
        {"name": "tiny", "version": "v2", "score": 0.5},
        {"name": "tiny", "version": "v3", "score": pytest.approx(0.0)},
    ]


def test_a_model_of_several_classes_gives_each_a_score_and_its_version():
    node = helper.make_node("Softmax", ["features"], ["score"], axis=1)
    data = onnx_file([node], {"features": ["N", 2]}, {"score": ["N", 2]})
    card, _ = feature_model(names=["magpsf", "fid"])
    output = ModelOutput("score", "Classes.", ("sn", "agn"))
    card = card_of(data, "lc", inputs=card.inputs, output=output)
    inputs = AlertInputs(1, {"magpsf": 2.0, "fid": 2})
    (scores,) = ScoringService(Models(live(card, data))).score([inputs])
    assert scores.classifications == {
        "lc_sn": 0.5, "lc_sn_version": "v1", "lc_agn": 0.5, "lc_agn_version": "v1"
    }  # fmt: skip


@pytest.mark.parametrize("run_size", [1, 3, 8, 1000])
def test_scores_do_not_depend_on_how_a_batch_is_cut(run_size):
    service = ScoringService(Models(live(*feature_model(scale=0.1))), run_size)
    alerts = [alert(10.0 + i / 10) for i in range(20)]
    found = [each.classifications["tiny"] for each in service.score(alerts)]
    expected = [sigmoid((10.0 + i / 10) * 0.1) for i in range(20)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_alert_without_stamps_still_gets_the_scores_that_need_none():
    service = ScoringService(Models(live(*feature_model()), live(*stamp_model())))
    with_stamps, without = service.score([alert(), alert(stamps=False)])
    assert set(with_stamps.classifications) == {
        "tiny", "tiny_version", "stamps", "stamps_version"
    }  # fmt: skip
    assert set(without.classifications) == {"tiny", "tiny_version"}
    assert without.failures == {"stamps@v1": "no_stamp"}
    assert service.failures == {("stamps@v1", "no_stamp"): 1}


def test_a_nan_score_leaves_its_key_out_for_that_alert_alone():
    service = ScoringService(Models(live(*feature_model("log")), live(*feature_model(name="b"))))
    good, bad, also_good = service.score([alert(18.0), alert(14.0), alert(19.0)])
    assert good.classifications["tiny"] == pytest.approx(np.log(3.0), abs=1e-6)
    assert set(bad.classifications) == {"b", "b_version"}
    assert bad.failures == {"tiny@v1": "nan_output"}
    assert also_good.classifications["tiny"] == pytest.approx(np.log(4.0), abs=1e-6)


def test_a_run_that_fails_is_repeated_one_alert_at_a_time():
    service = ScoringService(Models(live(*feature_model("gather"))))
    scores = service.score([alert(mag) for mag in (0.0, 29.0, 30.0, 14.5)])
    assert [each.failures for each in scores] == [{}, {}, {"tiny@v1": "run_failed"}, {}]
    assert [each.classifications.get("tiny") for each in scores[:2]] == [0.0, 1.0]
    assert scores[2].classifications == {}


def test_missing_features_are_counted_by_model_and_reason():
    service = ScoringService(Models(live(*feature_model()), live(*stamp_model())))
    bare = AlertInputs(1, {})
    for _ in range(3):
        assert service.score([bare])[0].classifications == {}
    assert service.failures == {
        ("tiny@v1", "missing_feature"): 3,
        ("stamps@v1", "no_stamp"): 3,
    }


def test_models_score_only_the_surveys_of_their_card():
    card, data = feature_model()
    models = Models(live(card, data), live(*_for(card, data, ("winter", "ztf"))))
    alerts = [alert(survey=name) for name in ("ztf", "winter", "lsst", "ztf")]
    scores = ScoringService(models, run_size=2).score(alerts)
    named = [{n for n in s.classifications if "version" not in n} for s in scores]
    assert named == [{"tiny", "both"}, {"both"}, set(), {"tiny", "both"}]
    assert not any(each.failures for each in scores)


def _for(card, data, surveys):
    return replace(card, name="both", surveys=surveys), data


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
fields = ["jd", "magpsf", "sigmapsf", "fid", "jdstarthist", "isdiffpos", "ndethist", "ncovhist"]
points = st.dictionaries(st.sampled_from([*fields, "rb"]), anything, max_size=9)


@pytest.fixture(scope="module")
def greedy():
    """Models that between them want everything that is derived, and light curves."""
    names = [*DERIVED, "magpsf"]
    card, data = feature_model(names=names)
    node = helper.make_node("ReduceMean", ["features"], ["mean"], axes=[1], keepdims=0)
    shape = helper.make_node("ReduceMean", ["mean"], ["score"], axes=[1], keepdims=1)
    curves = onnx_file([node, shape], {"features": ["N", 9, 5]}, {"score": ["N", 1]})
    block = ModelInput("features", LightCurveBlock(points=9))
    light_curve = card_of(curves, "lc", contract="light_curve", inputs=(block,))
    return ScoringService(Models(live(card, data), live(light_curve, curves)))


@given(points, st.lists(points, max_size=3))
def test_whatever_an_alert_holds_it_is_scored_or_said_why(greedy, candidate, history):
    (scores,) = greedy.score([AlertInputs(1, candidate, history=history)])
    assert {"tiny", "lc"} == {
        *(name for name in scores.classifications if not name.endswith("_version")),
        *(model.partition("@")[0] for model in scores.failures),
    }
    assert all(np.isfinite(scores.classifications.get(name, 0.0)) for name in ("tiny", "lc"))


def test_without_models_alerts_go_through_without_scores():
    service = ScoringService(Models())
    assert service.idle
    assert service.score([alert(), alert()]) == [Scores(), Scores()]
    assert service.score([]) == []


def test_models_of_equal_blocks_share_one_preparation():
    batch = PreparedBatch([alert()])
    one, other = (card.inputs[0].block for card, _ in (stamp_model(), stamp_model(version="v2")))
    assert one is not other
    assert batch.block(one)[0] is batch.block(other)[0]
