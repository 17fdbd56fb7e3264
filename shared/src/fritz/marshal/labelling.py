"""Which alert to label next: of those that may be offered, the ones that teach a model most.

Everything here follows from its arguments: the same options and seed give the same choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "STRATEGIES",
    "Choice",
    "Option",
    "Strategy",
    "choose",
    "disagreement",
    "shuffle_key",
    "uncertainty",
]

Strategy = Literal["uncertainty", "disagreement", "diversity", "random"]
STRATEGIES: Final[tuple[Strategy, ...]] = get_args(Strategy)

_FEWEST_MODELS: Final = 2
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Option:
    """An alert that may be offered."""

    candid: int
    scores: Mapping[str, float]
    """In [0, 1] by model, those that are compared."""
    features: tuple[float, ...] = ()
    """What else tells alerts apart, as many for each alert; NaN where unknown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An alert that was chosen, and how much it was worth by the strategy."""

    candid: int
    value: float


def choose(
    options: Sequence[Option],
    strategy: Strategy,
    *,
    seed: int,
    count: int = 1,
    labelled: Sequence[Option] = (),
) -> list[Choice]:
    """Return at most `count` of the options, the best first.

    Parameters
    ----------
    options
        Alerts that the labeller may see and has not labelled.
    strategy
        ``uncertainty``: scores nearest to 0.5; ``disagreement``: scores furthest apart;
        ``diversity``: unlike each other and what is labelled; ``random``: by chance, which is the
        fair sample that the other three are not.
    seed
        Settles chance and ties.
    labelled
        What has been labelled already; only diversity looks at it.
    """
    distinct = list({each.candid: each for each in options}.values())
    if strategy == "diversity":
        return _diverse(distinct, labelled, seed, count)
    value = _VALUES[strategy]
    worth = [(each, found) for each in distinct if (found := value(each)) is not None]
    worth.sort(key=lambda pair: (-pair[1], shuffle_key(seed, pair[0].candid)))
    return [Choice(each.candid, found) for each, found in worth[:count]]


def uncertainty(option: Option) -> float | None:
    """Return how undecided the models are on average: 1 at a score of 0.5, 0 at 0 and 1.

    Examples
    --------
    >>> uncertainty(Option(1, {"braai": 0.5})), uncertainty(Option(1, {"braai": 1.0}))
    (1.0, 0.0)
    """
    if not option.scores:
        return None
    return sum(1 - abs(2 * each - 1) for each in option.scores.values()) / len(option.scores)


def disagreement(option: Option) -> float | None:
    """Return how far the models' scores are apart; None where fewer than two have spoken.

    Examples
    --------
    >>> disagreement(Option(1, {"braai": 0.25, "drb": 1.0}))
    0.75
    """
    if len(option.scores) < _FEWEST_MODELS:
        return None
    return max(option.scores.values()) - min(option.scores.values())


def shuffle_key(seed: int, candid: int) -> int:
    """Return where an alert stands in the order that a seed shuffles alerts into."""
    return int.from_bytes(blake2b(f"{seed}:{candid}".encode(), digest_size=8).digest())


def _any(_option: Option) -> float | None:
    return 0.0


_VALUES: Final[Mapping[str, Callable[[Option], float | None]]] = {
    "uncertainty": uncertainty,
    "disagreement": disagreement,
    "random": _any,
}


def _diverse(
    options: Sequence[Option], labelled: Sequence[Option], seed: int, count: int
) -> list[Choice]:
    """Return the options that are each the furthest from all that were labelled or chosen.

    The greedy k-centre choice of Sener & Savarese 2018 (ICLR, algorithm 1), on standardised scores
    and features.
    """
    shuffled = sorted(options, key=lambda each: shuffle_key(seed, each.candid))
    if not shuffled:
        return []
    places = _places([*shuffled, *labelled])
    known, new = places[len(shuffled) :], places[: len(shuffled)]
    nearest = np.full(len(new), np.inf)
    for each in known:
        nearest = np.minimum(nearest, _distances(new, each))
    chosen: list[Choice] = []
    while len(chosen) < min(count, len(shuffled)):
        best = int(np.argmax(nearest))
        value = float(nearest[best])
        chosen.append(Choice(shuffled[best].candid, value if np.isfinite(value) else 0.0))
        nearest = np.minimum(nearest, _distances(new, new[best]))
        nearest[[each.candid == shuffled[best].candid for each in shuffled]] = -1.0
    return chosen


def _distances(places: Floats, one: Floats) -> Floats:
    found: Floats = np.sqrt(((places - one) ** 2).sum(axis=1))
    return found


def _places(options: Sequence[Option]) -> Floats:
    """Return (N, D) standardised coordinates; what is unknown stands at the mean."""
    models = sorted({name for each in options for name in each.scores})
    rows = [
        [*(each.scores.get(name, np.nan) for name in models), *each.features] for each in options
    ]
    raw = np.array(rows, dtype=np.float64).reshape(len(options), -1)
    known = np.isfinite(raw)
    filled = np.where(known, raw, 0.0)
    number = np.maximum(known.sum(axis=0), 1)
    mean = filled.sum(axis=0) / number
    centred = np.where(known, raw - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / number)
    standardised: Floats = centred / np.where(spread > 0, spread, 1.0)
    return standardised
