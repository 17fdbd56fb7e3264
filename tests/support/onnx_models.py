"""Tiny ONNX models that behave well or badly on purpose, with their cards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fritz.classifiers.blocks import FeatureBlock, TripletBlock
from fritz.classifiers.cards import ModelCard, ModelInput, ModelOutput
from fritz.classifiers.verification import file_sha256

__all__ = ["OPSET", "card_of", "feature_model", "onnx_file", "stamp_model"]

OPSET = 13


def onnx_file(nodes, inputs, outputs, constants=None, *, opset=OPSET, domains=()):
    """Return an ONNX file; inputs and outputs as name -> shape ("N" for the batch)."""
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()],
    )
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=7)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def card_of(data, name="tiny", version="v1", *, contract="features", inputs=(), **changes):
    """Return the card of a file whose output is called ``score``."""
    card = ModelCard(
        name=name,
        version=version,
        task="A test.",
        contract=contract,
        inputs=inputs,
        preprocessing="None.",
        output=ModelOutput("score", "A number."),
        training_data="None.",
        licence="BSD-3-Clause",
        source="The tests.",
        metrics={"auc": 0.5},
        sha256=file_sha256(data),
        size_bytes=len(data),
        opset=OPSET,
    )
    return replace(card, **changes)


def feature_model(kind="sigmoid", names=("magpsf",), *, version="v1", name="tiny", scale=1.0):
    """Return the card and file of a model of a few features.

    ``sigmoid``: of the scaled mean. ``log``: of mean - 15, so NaN below. ``gather``: an entry of a
    table of 30, so the run fails at 30 and above. ``batch``: minus the mean of the batch.
    """
    mean = helper.make_node("ReduceMean", ["features"], ["mean"], axes=[1], keepdims=1)
    constants = {"scale": np.float32(scale), "fifteen": np.float32(15)}
    nodes = {
        "sigmoid": [
            helper.make_node("Mul", ["mean", "scale"], ["scaled"]),
            helper.make_node("Sigmoid", ["scaled"], ["score"]),
        ],
        "log": [
            helper.make_node("Sub", ["mean", "fifteen"], ["above"]),
            helper.make_node("Log", ["above"], ["score"]),
        ],
        "gather": [
            helper.make_node("Cast", ["mean"], ["index"], to=TensorProto.INT64),
            helper.make_node("Gather", ["table", "index"], ["score"]),
        ],
        "batch": [
            helper.make_node("ReduceMean", ["mean"], ["all"], axes=[0], keepdims=1),
            helper.make_node("Sub", ["mean", "all"], ["score"]),
        ],
    }[kind]
    if kind == "gather":
        constants["table"] = np.linspace(0, 1, 30, dtype=np.float32)
    shape = ["N", len(names)]
    data = onnx_file([mean, *nodes], {"features": shape}, {"score": ["N", 1]}, constants)
    block = ModelInput("features", FeatureBlock(tuple(names)))
    return card_of(data, name, version, inputs=(block,)), data


def stamp_model(layout="nhwc", *, name="stamps", version="v1"):
    """Return the card and file of a model of the stamps: the difference's brightest pixel."""
    shape, axis = (["N", 63, 63, 3], 3) if layout == "nhwc" else (["N", 3, 63, 63], 1)
    nodes = [
        helper.make_node("Gather", ["stamps", "difference"], ["one"], axis=axis),
        helper.make_node("ReduceMax", ["one"], ["max"], axes=[1, 2], keepdims=0),
        helper.make_node("Unsqueeze", ["max", "last"], ["score"]),
    ]
    constants = {"difference": np.int64(2), "last": np.array([1], np.int64)}
    data = onnx_file(nodes, {"stamps": shape}, {"score": ["N", 1]}, constants)
    block = ModelInput("stamps", TripletBlock(layout=layout))
    return card_of(data, name, version, contract="stamps", inputs=(block,)), data
