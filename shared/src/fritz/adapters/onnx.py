"""onnxruntime, on the processor: the only inference engine, and the only place that knows it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_pybind11_state import (
    EPFail,
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    RuntimeException,
)
from onnxruntime.capi.onnxruntime_pybind11_state import (
    NotImplemented as OpNotImplemented,
)
from typing_extensions import override

from fritz.classifiers.runtime import ModelFailed, Runtime, Session, TensorSpec

__all__ = ["OnnxRuntime"]

REFUSALS: Final = (
    EPFail, Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, OpNotImplemented,
    RuntimeException, ValueError,
)  # fmt: skip
DTYPES: Final = {"float": "float32", "double": "float64"}


class OnnxRuntime(Runtime):
    """Sessions on a fixed number of threads.

    Parameters
    ----------
    threads
        Of one session; 0 for as many as this process may use processors. Threads sleep while they
        wait: on an instance that is paid by processor time spinning would cost.
    """

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads or _processors()

    @override
    def load(self, data: bytes) -> Session:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except REFUSALS as e:
            raise ModelFailed(f"onnxruntime does not load the file: {_brief(e)}") from e
        return _OnnxSession(session)


def _processors() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _OnnxSession(Session):
    def __init__(self, session: Any) -> None:
        self._session = session
        self._inputs = tuple(_spec(each) for each in session.get_inputs())
        self._outputs = tuple(_spec(each) for each in session.get_outputs())

    @property
    @override
    def inputs(self) -> tuple[TensorSpec, ...]:
        return self._inputs

    @property
    @override
    def outputs(self) -> tuple[TensorSpec, ...]:
        return self._outputs

    @override
    def run(self, output: str, feeds: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        try:
            found: NDArray[np.float32] = self._session.run([output], dict(feeds))[0]
        except REFUSALS as e:
            raise ModelFailed(f"onnxruntime: {_brief(e)}") from e
        return found


def _spec(node: Any) -> TensorSpec:
    kind = re.sub(r"^tensor\((.*)\)$", r"\1", node.type)
    shape = tuple(size if isinstance(size, int) else None for size in node.shape)
    return TensorSpec(node.name, DTYPES.get(kind, kind), shape)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
