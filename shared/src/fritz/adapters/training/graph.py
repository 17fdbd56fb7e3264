"""Fitted networks as ONNX files, what prepares their inputs included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fritz.classifiers.training import standard_stamps as stamps
from fritz.classifiers.training.architecture import Conv, Layer, Weights
from fritz.classifiers.training.class_features import MISSING
from fritz.classifiers.training.scaling import FARTHEST, Scaling
from fritz.classifiers.triplets import SIDE

__all__ = ["OPSET", "feature_graph", "stamp_graph"]

OPSET: Final = 13
IR_VERSION: Final = 8
INT64 = np.int64


class _Graph:
    """Nodes and constants, each result named as it is added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, value: Any) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.asarray(value)
        kept = array if array.dtype == INT64 else array.astype(np.float32)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(kept), name))
        return name

    def file(self, name: str, source: tuple[str, list[Any]], output: tuple[str, int]) -> bytes:
        """Return the file of a graph with one input and one output, named and shaped so."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(source[0], TensorProto.FLOAT, ["N", *source[1]])],
            [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, ["N", output[1]])],
            self.constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="fritz train"
        )
        onnx.checker.check_model(model, full_check=True)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def stamp_graph(layers: Sequence[Layer], weights: Weights, name: str) -> bytes:
    """Return the file of a network of stamps: ``stamps`` (N, 63, 63, 3) to ``score`` (N, 1)."""
    graph = _Graph()
    found = graph.add("Transpose", _standard(graph, "stamps"), perm=[0, 3, 1, 2])
    found = _network(graph, layers, weights, found)
    graph.add("Sigmoid", found, name="score")
    return graph.file(name, ("stamps", [SIDE, SIDE, 3]), ("score", 1))


def feature_graph(layers: Sequence[Layer], weights: Weights, scaling: Scaling, name: str) -> bytes:
    """Return the file of a network of features: ``features`` (N, K) to ``score`` (N, classes)."""
    graph = _Graph()
    found = _network(graph, layers, weights, _scaled(graph, "features", scaling))
    graph.add("Softmax", found, name="score", axis=1)
    features, classes = len(scaling.mean) // 2, weights[-1][1].size
    return graph.file(name, ("features", [features]), ("score", classes))


def _network(graph: _Graph, layers: Sequence[Layer], weights: Weights, found: str) -> str:
    """Add the layers. Images come as (N, channels, rows, columns), the order ONNX wants."""
    image: tuple[int, int] | None = None
    for index, (layer, (kernel, bias)) in enumerate(zip(layers, weights, strict=True)):
        if isinstance(layer, Conv):
            turned = graph.constant(kernel.transpose(3, 2, 0, 1))
            found = graph.add("Conv", found, turned, graph.constant(bias))
            found = graph.add("Relu", found)
            found = graph.add("MaxPool", found, kernel_shape=[2, 2], strides=[2, 2])
            side = stamps.MIDDLE.stop - stamps.MIDDLE.start if image is None else image[0]
            image = ((side - layer.side + 1) // 2, layer.channels)
            continue
        if image is not None:
            found = graph.add("Flatten", found)
        ordered = kernel if image is None else _channels_first(kernel, *image)
        image = None
        found = graph.add("Gemm", found, graph.constant(ordered), graph.constant(bias))
        if index < len(layers) - 1:
            found = graph.add("Relu", found)
    return found


def _channels_first(kernel: NDArray[np.float32], side: int, channels: int) -> NDArray[np.float32]:
    """Return a dense kernel for flattened images whose channels come before rows and columns."""
    images = kernel.reshape(side, side, channels, -1)
    return images.transpose(2, 0, 1, 3).reshape(kernel.shape)


def _standard(graph: _Graph, pixels: str) -> str:
    """Add the arithmetic of `fritz.classifiers.training.standard_stamps`."""
    size = graph.add("Abs", pixels)
    valid = graph.add("Greater", size, graph.constant(stamps.MASKED))
    valid = graph.add("Cast", valid, to=TensorProto.FLOAT)
    offset, noise = _moments(graph, pixels, valid)
    clip = graph.constant(stamps.CLIP)
    for _ in range(stamps.ROUNDS):
        far = graph.add("Abs", offset)
        near = graph.add("LessOrEqual", far, graph.add("Mul", noise, clip))
        near = graph.add("Cast", near, to=TensorProto.FLOAT)
        offset, noise = _moments(graph, pixels, graph.add("Mul", valid, near))
    begin, end = stamps.MIDDLE.start, stamps.MIDDLE.stop
    box = [graph.constant(np.array(each, INT64)) for each in ([begin] * 2, [end] * 2, [1, 2])]
    middle, kept = (graph.add("Slice", each, *box) for each in (offset, valid))
    compressed = graph.add("Asinh", graph.add("Div", middle, noise))
    return graph.add("Mul", compressed, kept)


def _moments(graph: _Graph, pixels: str, weight: str) -> tuple[str, str]:
    """Add level and noise of each stamp; return the pixels less the level, and the noise."""

    def total(name: str) -> str:
        axes = graph.constant(np.array([1, 2], INT64))
        return graph.add("ReduceSum", name, axes, keepdims=1)

    count = graph.add("Max", total(weight), graph.constant(1.0))
    level = graph.add("Div", total(graph.add("Mul", weight, pixels)), count)
    offset = graph.add("Sub", pixels, level)
    weighted = graph.add("Mul", weight, graph.add("Mul", offset, offset))
    noise = graph.add("Sqrt", graph.add("Div", total(weighted), count))
    return offset, graph.add("Max", noise, graph.constant(stamps.SMALLEST_NOISE))


def _scaled(graph: _Graph, features: str, scaling: Scaling) -> str:
    """Add the arithmetic of `fritz.classifiers.training.scaling`."""
    both = graph.add("Concat", features, graph.add("Asinh", features), axis=1)
    offset = graph.add("Sub", both, graph.constant(scaling.mean))
    scaled = graph.add("Div", offset, graph.constant(scaling.deviation))
    cut = graph.add("Clip", scaled, graph.constant(-FARTHEST), graph.constant(FARTHEST))
    missing = graph.add("Equal", features, graph.constant(MISSING))
    missing = graph.add("Cast", missing, to=TensorProto.FLOAT)
    present = graph.add("Sub", graph.constant(1.0), missing)
    present = graph.add("Concat", present, present, axis=1)
    return graph.add("Concat", graph.add("Mul", cut, present), missing, axis=1)
