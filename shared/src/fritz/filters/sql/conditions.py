"""Conditions in SQL that are never null, and truths of which only bounds may be known.

Trees share their parts freely while a pipeline is translated; whoever is done with it takes one
copy of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlglot import exp

__all__ = [
    "HEAVIEST",
    "UNSURE",
    "TooLarge",
    "Truth",
    "all_of",
    "always",
    "any_of",
    "both",
    "either",
    "exactly",
    "fixed",
    "inverse",
    "is_fixed",
    "known",
    "negated",
]


HEAVIEST: Final = 4000
"""Parts that one condition may have, those that stand in it twice counted twice."""


class TooLarge(Exception):
    """The translation would be too long."""


def fixed(value: bool) -> exp.Expr:  # noqa: FBT001  the constant itself
    """Return a constant condition."""
    return exp.Boolean(this=value)


def is_fixed(condition: exp.Expr, value: bool) -> bool:  # noqa: FBT001  the constant itself
    """Return whether a condition is this constant."""
    return isinstance(condition, exp.Boolean) and bool(condition.this) is value


def all_of(*conditions: exp.Expr) -> exp.Expr:
    """Return the condition that all hold."""
    if any(is_fixed(each, False) for each in conditions):
        return fixed(False)
    left = _parts(exp.And, [each for each in conditions if not is_fixed(each, True)])
    return exp.and_(*left, copy=False) if left else fixed(True)


def any_of(*conditions: exp.Expr) -> exp.Expr:
    """Return the condition that any holds."""
    if any(is_fixed(each, True) for each in conditions):
        return fixed(True)
    left = _parts(exp.Or, [each for each in conditions if not is_fixed(each, False)])
    return exp.or_(*left, copy=False) if left else fixed(False)


def _parts(kind: type[exp.Connector], conditions: list[exp.Expr]) -> list[exp.Expr]:
    """Return the conditions with those taken apart that are joined in the same way already.

    A row of conditions needs no brackets: engines limit how deep these may go.
    """
    parts: list[exp.Expr] = []
    for condition in conditions:
        inner = condition.unnest()
        parts += inner.flatten() if isinstance(inner, kind) else [condition]
    return parts


def negated(condition: exp.Expr) -> exp.Expr:
    """Return the condition that another does not hold."""
    if isinstance(condition, exp.Boolean):
        return fixed(not condition.this)
    if isinstance(condition, exp.Not):
        inner: exp.Expr = condition.this.unnest()
        return inner
    return exp.not_(condition, copy=False)


def known(condition: exp.Expr, if_null: bool) -> exp.Expr:  # noqa: FBT001  the constant itself
    """Return a comparison as a condition, which holds or not where the comparison is null."""
    return exp.Coalesce(this=condition, expressions=[fixed(if_null)])


@dataclass(frozen=True, slots=True)
class Truth:
    """What SQL knows of a condition of the pipeline: three bounds, each of them too wide or exact.

    Where `raises` holds, evaluation may raise; elsewhere it is true only where `may` holds and
    false only where `may_not` holds.
    """

    may: exp.Expr
    may_not: exp.Expr
    raises: exp.Expr
    exact: bool = False
    """Whether the condition is `may`, nothing more and nothing less, and never raises."""
    weight: tuple[int, int, int] = (1, 1, 1)
    """About how many parts `may`, `may_not` and `raises` have."""

    def __post_init__(self) -> None:
        if max(self.weight) > HEAVIEST:
            raise TooLarge


UNSURE = Truth(fixed(True), fixed(True), fixed(False))
"""A condition of which nothing is known but that it does not raise."""


def exactly(condition: exp.Expr, weight: int = 1) -> Truth:
    """Return the truth of a condition that SQL says exactly."""
    weights = (weight, weight, 0)
    return Truth(condition, negated(condition), fixed(False), exact=True, weight=weights)


def always(value: bool) -> Truth:  # noqa: FBT001  the constant itself
    """Return a constant truth."""
    return exactly(fixed(value))


def inverse(truth: Truth) -> Truth:
    """Return the truth of the contrary."""
    may, may_not, raises = truth.weight
    return Truth(truth.may_not, truth.may, truth.raises, truth.exact, weight=(may_not, may, raises))


def both(one: Truth, other: Truth) -> Truth:
    """Return the truth of two conditions, the second evaluated only where the first holds."""
    may = one.weight[0] + other.weight[0]
    if one.exact and other.exact:
        return exactly(all_of(one.may, other.may), may)
    may_not = one.weight[1] + other.weight[1]
    later = is_fixed(other.raises, False)
    raises = one.weight[2] + (0 if later else one.weight[0] + other.weight[2])
    return Truth(
        all_of(one.may, other.may),
        any_of(one.may_not, other.may_not),
        any_of(one.raises, all_of(one.may, other.raises)),
        weight=(may, may_not, raises),
    )


def either(one: Truth, other: Truth) -> Truth:
    """Return the truth of one of two, the second evaluated only where the first does not hold."""
    return inverse(both(inverse(one), inverse(other)))
