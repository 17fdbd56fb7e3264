"""Fitted networks as ONNX files, what prepares their inputs included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fritz.classifiers.training import standard_stamps as stamps
from fritz.classifiers.training.architecture import (
    REALBOGUS,
    Conv,
    Layer,
    Network,
    Weights,
    class_network,
)
from fritz.classifiers.training.class_features import MISSING
from fritz.classifiers.training.scaling import FARTHEST, Scaling
from fritz.classifiers.triplets import SIDE
from fritz.errors import Invalid

__all__ = ["OPSET", "feature_graph", "read_graph", "realbogus_graph"]

OPSET: Final = 13
IR_VERSION: Final = 8
INT64 = np.int64
_KERNEL, _BIAS = "layer_{}_kernel", "layer_{}_bias"
_MEAN, _DEVIATION = "scaling_mean", "scaling_deviation"
"""Names by which a file's weights are found again."""


class _Graph:
    """Nodes and constants, each result named as it is added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, value: Any, name: str = "") -> str:
        name = name or f"constant_{len(self.constants)}"
        array = np.asarray(value)
        kept = array if array.dtype == INT64 else array.astype(np.float32)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(kept), name))
        return name

    def file(self, name: str, sources: dict[str, list[Any]], output: tuple[str, int]) -> bytes:
        """Return the file of a graph with inputs and one output, named and shaped so."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [
                helper.make_tensor_value_info(source, TensorProto.FLOAT, ["N", *shape])
                for source, shape in sources.items()
            ],
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


def realbogus_graph(weights: Weights, scaling: Scaling, name: str) -> bytes:
    """Return the file of the real/bogus network.

    ``stamps`` (N, 63, 63, 3) and ``features`` (N, K) to ``score`` (N, 1).
    """
    graph, features = _Graph(), len(scaling.mean) // 2
    images = graph.add("Transpose", _standard(graph, "stamps"), perm=[0, 3, 1, 2])
    found = [images, _scaled(graph, "features", scaling)]
    graph.add("Sigmoid", _network(graph, REALBOGUS, weights, found), name="score")
    sources = {"stamps": [SIDE, SIDE, 3], "features": [features]}
    return graph.file(name, sources, ("score", 1))


def feature_graph(weights: Weights, scaling: Scaling, name: str) -> bytes:
    """Return the file of a network of features: ``features`` (N, K) to ``score`` (N, classes)."""
    graph, features, classes = _Graph(), len(scaling.mean) // 2, weights[-1][1].size
    scaled = _scaled(graph, "features", scaling)
    found = _network(graph, class_network(classes), weights, [scaled])
    graph.add("Softmax", found, name="score", axis=1)
    return graph.file(name, {"features": [features]}, ("score", classes))


def read_graph(data: bytes, network: Network) -> tuple[Weights, Scaling]:
    """Return the weights and the scaling of a file that this module wrote.

    Raises
    ------
    Invalid
        The file has others, or is none of ours.
    """
    try:
        stored = onnx.load_model_from_string(data).graph.initializer
    except DecodeError as e:
        raise Invalid("not an ONNX file") from e
    arrays = {each.name: numpy_helper.to_array(each) for each in stored}
    names = [(_KERNEL.format(i), _BIAS.format(i)) for i in range(len(network.layers))]
    wanted = {_MEAN, _DEVIATION}.union(*names)
    ours = {each for each in arrays if each.startswith(("layer_", "scaling_"))}
    if ours != wanted:
        raise Invalid("the file is not of a network that `fritz train` writes")
    weights = [(arrays[kernel], arrays[bias]) for kernel, bias in names]
    return _layered(network, weights), Scaling(arrays[_MEAN], arrays[_DEVIATION])


def _layered(network: Network, stored: Weights) -> Weights:
    """Return weights as they are fitted: channels last."""
    weights: Weights = []
    image = False
    for layer, (kernel, bias) in zip(network.layers, stored, strict=True):
        if isinstance(layer, Conv):
            turned = kernel.transpose(2, 3, 1, 0)
            image = True
        elif image:
            channels = weights[-1][1].size
            side = math.isqrt(len(kernel) // channels)
            turned = kernel.reshape(channels, side, side, -1).transpose(1, 2, 0, 3)
            turned = turned.reshape(kernel.shape)
            image = False
        else:
            turned = kernel
        weights.append((np.ascontiguousarray(turned), bias))
    return weights


def _network(graph: _Graph, network: Network, weights: Weights, found: list[str]) -> str:
    """Add the layers. Images come as (N, channels, rows, columns), the order ONNX wants."""
    begin, joined = 0, []
    for tower, source in zip(network.towers, found, strict=True):
        own = weights[begin : begin + len(tower)]
        joined.append(graph.add("Relu", _through(graph, tower, own, source, begin)))
        begin += len(tower)
    both = joined[0] if len(joined) == 1 else graph.add("Concat", *joined, axis=1)
    return _through(graph, network.head, weights[begin:], both, begin)


def _through(
    graph: _Graph, layers: Sequence[Layer], weights: Weights, found: str, begin: int
) -> str:
    """Add consecutive layers; the last one's ReLU is the caller's."""
    image: tuple[int, int] | None = None
    for index, (layer, (kernel, bias)) in enumerate(zip(layers, weights, strict=True)):
        names = _KERNEL.format(begin + index), _BIAS.format(begin + index)
        offsets = graph.constant(bias, names[1])
        if isinstance(layer, Conv):
            turned = graph.constant(kernel.transpose(3, 2, 0, 1), names[0])
            found = graph.add("Relu", graph.add("Conv", found, turned, offsets))
            found = graph.add("MaxPool", found, kernel_shape=[2, 2], strides=[2, 2])
            side = stamps.MIDDLE.stop - stamps.MIDDLE.start if image is None else image[0]
            image = ((side - layer.side + 1) // 2, layer.channels)
            continue
        if image is not None:
            found = graph.add("Flatten", found)
        ordered = kernel if image is None else _channels_first(kernel, *image)
        image = None
        found = graph.add("Gemm", found, graph.constant(ordered, names[0]), offsets)
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
    offset = graph.add("Sub", both, graph.constant(scaling.mean, _MEAN))
    scaled = graph.add("Div", offset, graph.constant(scaling.deviation, _DEVIATION))
    cut = graph.add("Clip", scaled, graph.constant(-FARTHEST), graph.constant(FARTHEST))
    missing = graph.add("Equal", features, graph.constant(MISSING))
    missing = graph.add("Cast", missing, to=TensorProto.FLOAT)
    present = graph.add("Sub", graph.constant(1.0), missing)
    present = graph.add("Concat", present, present, axis=1)
    return graph.add("Concat", graph.add("Mul", cut, present), missing, axis=1)
