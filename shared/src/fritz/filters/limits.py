"""How large a pipeline may be and how much work it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CHECK_EVERY", "LIMITS", "Budget", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on the text of a pipeline, checked before anything is compiled."""

    stages: int = 100
    depth: int = 60
    """Objects and arrays within each other."""
    nodes: int = 20_000
    """Values of all kinds in the pipeline."""
    string: int = 10_000
    """Characters in one string."""
    constant_range: int = 100_000
    """Elements of a `$range` whose bounds are constants."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Caps on one evaluation."""

    steps: int = 1_000_000
    """Elements visited in loops, and elements of what `$concatArrays` and its like build."""
    seconds: float = 1.0
    """Counted only if the filter was compiled with a clock."""
    documents: int = 10_000
    """Documents that `$unwind` may make of one alert."""


LIMITS: Final = Limits()
CHECK_EVERY: Final = 10_000
"""Steps between two looks at the budget."""
