"""Input contracts: the blocks of numbers a model wants, and in which order.

A block is a value; equal blocks of two models are computed once for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict

from fritz.classifiers.alert_inputs import STAMP_KINDS, AlertInputs, Failure
from fritz.classifiers.features import ACAI_FEATURES, BTSBOT_FEATURES, feature_table
from fritz.classifiers.light_curves import CHANNELS, light_curve_table
from fritz.classifiers.triplets import SIDE, Layout, triplets

__all__ = [
    "Block",
    "Contract",
    "FeatureBlock",
    "LightCurveBlock",
    "PreparedBatch",
    "TripletBlock",
    "block_shape",
    "fits_contract",
]


@dataclass(frozen=True, slots=True)
class TripletBlock:
    """The three stamps, see `fritz.classifiers.triplets`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: Literal["triplet"] = "triplet"
    layout: Layout = "nhwc"


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Named features, see `fritz.classifiers.features`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    names: tuple[str, ...]
    fill: tuple[tuple[str, float], ...] = ()
    """Pairs of a feature and what stands for it where it is missing."""
    kind: Literal["features"] = "features"


@dataclass(frozen=True, slots=True)
class LightCurveBlock:
    """The latest detections, see `fritz.classifiers.light_curves`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    points: int
    min_points: int = 1
    kind: Literal["light_curve"] = "light_curve"


Block: TypeAlias = TripletBlock | FeatureBlock | LightCurveBlock
Contract = Literal["braai", "acai", "btsbot", "stamps", "features", "light_curve", "mixed"]
"""The first three are exact, the next three say of which kind every block is."""

_EXACT: Final[Mapping[str, tuple[Block, ...]]] = MappingProxyType({
    "braai": (TripletBlock(),),
    "acai": (FeatureBlock(ACAI_FEATURES), TripletBlock()),
    "btsbot": (TripletBlock(), FeatureBlock(BTSBOT_FEATURES)),
})  # fmt: skip
_KINDS: Final = MappingProxyType({
    "stamps": "triplet", "features": "features", "light_curve": "light_curve",
})  # fmt: skip


def fits_contract(contract: Contract, blocks: Sequence[Block]) -> bool:
    """Return whether a model's blocks are those of its contract, in its order.

    The layout of the stamps is the file's business, not the contract's.
    """
    if not blocks:
        return False
    if contract in _EXACT:
        plain = [TripletBlock() if isinstance(each, TripletBlock) else each for each in blocks]
        return tuple(plain) == _EXACT[contract]
    return contract == "mixed" or {each.kind for each in blocks} == {_KINDS[contract]}


def block_shape(block: Block) -> tuple[int, ...]:
    """Return the shape of a block for one alert."""
    match block:
        case TripletBlock(layout="nchw"):
            return (len(STAMP_KINDS), SIDE, SIDE)
        case TripletBlock():
            return (SIDE, SIDE, len(STAMP_KINDS))
        case FeatureBlock():
            return (len(block.names),)
        case LightCurveBlock():
            return (block.points, len(CHANNELS))
        case _:
            assert_never(block)


Prepared: TypeAlias = tuple[NDArray[np.float32], dict[int, Failure]]


class PreparedBatch:
    """A few alerts with the blocks computed so far; models share it."""

    def __init__(self, alerts: Sequence[AlertInputs]) -> None:
        self.alerts = alerts
        self._blocks: dict[Block, Prepared] = {}

    def block(self, block: Block) -> Prepared:
        """Return a block, (N, …) array, and the alerts without it, by position."""
        if block not in self._blocks:
            self._blocks[block] = _prepare(block, self.alerts)
        return self._blocks[block]


def _prepare(block: Block, alerts: Sequence[AlertInputs]) -> Prepared:
    match block:
        case TripletBlock():
            return triplets(alerts, block.layout)
        case FeatureBlock():
            return feature_table(alerts, block.names, dict(block.fill))
        case LightCurveBlock():
            return light_curve_table(alerts, block.points, block.min_points)
        case _:
            assert_never(block)
