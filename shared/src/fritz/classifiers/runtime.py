"""What the classifiers need of an inference engine; `fritz.adapters.onnx` is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fritz.errors import Invalid

__all__ = ["ModelFailed", "Runtime", "Session", "TensorSpec"]


class ModelFailed(Invalid):
    """An inference engine refused a model's file or its inputs."""

    code = "model_failed"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output as the file declares it."""

    name: str
    dtype: str
    """As NumPy names it; anything else for what NumPy has not."""
    shape: tuple[int | None, ...]
    """None where any size goes."""


class Session(Protocol):
    """A model that is loaded."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """The inputs, in the file's order."""
        ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs, in the file's order."""
        ...

    def run(self, output: str, feeds: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return one output for inputs by name; `ModelFailed` if the engine gives up."""
        ...


class Runtime(Protocol):
    """An inference engine."""

    def load(self, data: bytes) -> Session:
        """Return the model of an ONNX file; `ModelFailed` if it is not one the engine can run."""
        ...
