"""A model file that is not what its card says is refused, and the message says why."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from fritz.adapters.onnx import OnnxRuntime
from fritz.classifiers.blocks import FeatureBlock, TripletBlock
from fritz.classifiers.cards import ModelInput, ModelOutput
from fritz.classifiers.conversion import card_for_conversion
from fritz.classifiers.model import LoadedModel
from fritz.classifiers.onnx_header import read_header
from fritz.classifiers.probe import load_model, probe_scores
from fritz.classifiers.runtime import ModelFailed, TensorSpec
from fritz.classifiers.verification import MAX_BYTES, check_file, file_sha256
from fritz.errors import Invalid, TooLarge
from tests.support.onnx_models import OPSET, card_of, feature_model, onnx_file, stamp_model

RUNTIME = OnnxRuntime(threads=1)
CARD, DATA = feature_model()


def matched(card, data):
    """The card with the hash and size of other bytes."""
    return replace(card, sha256=file_sha256(data), size_bytes=len(data))


def test_a_model_that_is_what_its_card_says_loads_and_scores():
    model = load_model(CARD, DATA, RUNTIME)
    assert model.session.inputs == (TensorSpec("features", "float32", (None, 1)),)
    assert probe_scores(model).shape == (5, 1)


def test_a_truncated_file_is_called_truncated():
    with pytest.raises(Invalid, match=f"truncated: 100 bytes, the card says {len(DATA)}"):
        check_file(CARD, DATA[:100])


def test_one_changed_byte_is_found_by_the_hash():
    with pytest.raises(Invalid, match="sha256"):
        check_file(CARD, DATA[:-1] + b"\x00")


def test_a_longer_file_is_another_file():
    with pytest.raises(Invalid, match="another file"):
        check_file(CARD, DATA + b"\x00")


def test_a_file_that_is_truncated_where_the_card_was_made_for_it_is_refused_too():
    short = DATA[:-40]
    with pytest.raises(Invalid, match="truncated"):
        load_model(matched(CARD, short), short, RUNTIME)


def test_a_huge_file_is_refused_before_it_is_hashed():
    with pytest.raises(TooLarge, match="at most"):
        check_file(CARD, bytes(MAX_BYTES + 1))


def test_another_opset_than_the_cards_is_refused():
    with pytest.raises(Invalid, match=f"opset {OPSET}, the card says 14"):
        check_file(replace(CARD, opset=14), DATA)


def test_a_pickle_is_no_model():
    data = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix"
    with pytest.raises(Invalid, match=r"ONNX file|truncated"):
        load_model(matched(CARD, data), data, RUNTIME)


def test_operators_outside_of_the_standard_are_refused():
    node = helper.make_node("Identity", ["features"], ["score"])
    data = onnx_file([node], {"features": ["N", 1]}, {"score": ["N", 1]}, domains=["org.example"])
    with pytest.raises(Invalid, match=r"org\.example"):
        check_file(matched(CARD, data), data)


def test_weights_outside_of_the_file_are_refused():
    model = onnx.load_from_string(DATA)
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    data = model.SerializeToString()
    with pytest.raises(Invalid, match="outside of the file"):
        check_file(matched(CARD, data), data)


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": (ModelInput("features", FeatureBlock(("magpsf", "fid"))),)},
        {"inputs": (ModelInput("other", FeatureBlock(("magpsf",))),)},
        {"inputs": (ModelInput("features", TripletBlock()),), "contract": "stamps"},
        {"output": ModelOutput("probability", "Missing.")},
        {"output": ModelOutput("score", "Too many.", ("a", "b"))},
    ],
    ids=["features", "input name", "kind", "output name", "classes"],
)
def test_a_model_of_another_shape_than_the_cards_is_refused_with_both_shown(change):
    with pytest.raises(Invalid, match=r"(features|score): float32\[N,.*the card says"):
        load_model(replace(CARD, **change), DATA, RUNTIME)


def test_a_model_for_one_alert_at_a_time_is_refused():
    node = helper.make_node("Identity", ["features"], ["score"])
    data = onnx_file([node], {"features": [1, 1]}, {"score": [1, 1]})
    with pytest.raises(Invalid, match=r"float32\[1,1\], the card says features: float32\[N,1\]"):
        load_model(matched(CARD, data), data, RUNTIME)


def test_a_model_that_returns_nan_is_refused():
    card, data = feature_model("log", ["distpsnr1"])
    with pytest.raises(Invalid, match="fails on probe alert 0: nan_output"):
        load_model(card, data, RUNTIME)


def test_a_model_whose_scores_depend_on_the_batch_is_refused():
    card, data = feature_model("batch")
    with pytest.raises(Invalid, match="rest of the batch"):
        load_model(card, data, RUNTIME)


def test_other_weights_under_a_known_models_card_are_refused():
    scores = probe_scores(load_model(CARD, DATA, RUNTIME))
    known = replace(CARD, probe=tuple(float(each) for each in scores.ravel()))
    load_model(known, DATA, RUNTIME)
    _, other = feature_model(scale=0.1)
    with pytest.raises(Invalid, match="probe scores"):
        load_model(matched(known, other), other, RUNTIME)


def test_a_model_of_features_that_the_probe_lacks_cannot_be_probed_but_loads():
    card, data = feature_model(names=["our_own_feature"])
    assert probe_scores(load_model(card, data, RUNTIME)) is None


def test_another_conversion_of_the_same_weights_gets_a_card_of_its_own():
    card, data = stamp_model("nhwc")
    probe = probe_scores(load_model(card, data, RUNTIME))
    known = replace(card, probe=tuple(float(each) for each in probe.ravel()))
    _, other = stamp_model("nchw")
    found = card_for_conversion(known, other, RUNTIME)
    assert found.inputs[0].block == TripletBlock(layout="nchw")
    assert found.sha256 == file_sha256(other)
    load_model(found, other, RUNTIME)
    with pytest.raises(Invalid, match="shape"):
        card_for_conversion(known, DATA, RUNTIME)
    with pytest.raises(Invalid, match="no probe scores"):
        card_for_conversion(card, other, RUNTIME)


def test_the_engine_refuses_with_one_kind_of_error():
    with pytest.raises(ModelFailed, match="onnxruntime"):
        RUNTIME.load(b"not a model")
    session = RUNTIME.load(DATA)
    with pytest.raises(ModelFailed):
        session.run("score", {"features": np.zeros((1, 7), np.float32)})
    with pytest.raises(ModelFailed):
        session.run("score", {})


def test_threads_are_pinned_and_default_to_the_processors():
    assert OnnxRuntime(threads=3).threads == 3
    assert OnnxRuntime().threads >= 1


def test_the_header_is_read_as_onnx_reads_it():
    model = onnx.load_from_string(DATA)
    header = read_header(DATA)
    assert header.ir_version == model.ir_version
    assert header.opsets == {each.domain: each.version for each in model.opset_import}
    assert not header.outside_data


@given(st.integers(0, len(DATA)), st.binary(max_size=40))
def test_whatever_the_bytes_the_header_is_read_or_refused(cut, tail):
    try:
        header = read_header(DATA[:cut] + tail)
    except Invalid:
        return
    assert header is not None


def test_a_model_that_mixes_up_the_batch_fails_its_alerts():
    node = helper.make_node("ReduceMean", ["features"], ["score"], axes=[0], keepdims=1)
    data = onnx_file([node], {"features": ["N", 1]}, {"score": ["N", 1]})
    card = card_of(data, inputs=CARD.inputs)
    with pytest.raises(Invalid, match="output_shape"):
        probe_scores(LoadedModel(card, RUNTIME.load(data)))
