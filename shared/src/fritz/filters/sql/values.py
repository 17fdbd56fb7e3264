"""What SQL knows of a value of the pipeline.

One NULL of SQL stands for MongoDB's null and for an absent field. `Scalar.nulls` says which of the
two it is; where that cannot be told, comparisons that depend on it are left to Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias

from sqlglot import exp

from fritz.archive.expressions import parameter
from fritz.filters import form
from fritz.filters.bson_order import MISSING, is_number
from fritz.filters.kinds import (
    ANY,
    ARRAY,
    BOOL,
    DOUBLE,
    INT,
    MISSING_KIND,
    NULL,
    NULLISH,
    NUMBER,
    kind_of,
)
from fritz.filters.sql.conditions import (
    HEAVIEST,
    TooLarge,
    Truth,
    always,
    fixed,
    is_fixed,
    known,
    negated,
)

__all__ = [
    "LARGEST",
    "LARGEST_WHOLE",
    "Constant",
    "History",
    "Mapped",
    "Nulls",
    "Parameters",
    "Scalar",
    "Unknown",
    "Value",
    "kinds_of",
    "raises_of",
    "truth_of",
]

LARGEST: Final = 1e60
"""Doubles beyond it, and what is not finite, are left to Python: no arithmetic overflows here."""
LARGEST_WHOLE: Final = 2**45
"""Integers beyond it are not computed with here; sums and products of few stay exact doubles."""


class Nulls(Enum):
    """What NULL of a column stands for."""

    NEVER = 0
    MISSING = MISSING_KIND
    NULL = NULL
    EITHER = NULLISH

    def with_(self, other: Nulls) -> Nulls:
        """Return what NULL stands for in a column that takes values of both."""
        return Nulls(self.value | other.value)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, string or boolean, maybe NULL."""

    sql: exp.Expr
    kind: int
    """One of `fritz.filters.kinds`: INT, DOUBLE, STRING or BOOL."""
    nulls: Nulls
    bound: float = LARGEST
    """Of a number: no absolute value is larger."""
    raises: exp.Expr = field(default_factory=lambda: fixed(False))
    place: tuple[str, ...] = ()
    """The column in which it stands; an INT that stands in none is a whole FLOAT64 in `sql`."""
    weight: int = 1
    """About how many parts `sql` and `raises` have."""

    def __post_init__(self) -> None:
        if self.weight > HEAVIEST:
            raise TooLarge

    @property
    def empty(self) -> exp.Expr:
        """The condition that it is NULL."""
        if self.nulls is Nulls.NEVER:
            return fixed(False)
        return exp.Is(this=self.sql, expression=exp.Null())


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the pipeline itself states; `MISSING` for none."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which only the possible kinds are known, and where getting it may raise."""

    kinds: int = ANY
    raises: exp.Expr = field(default_factory=lambda: fixed(False))


@dataclass(frozen=True, slots=True)
class History:
    """Elements of `prv_candidates` or `fp_hists`."""

    source: str
    alias: str
    """What an element is called in SQL; nested loops differ in it."""
    test: Truth
    """Which elements: those may be seen at the time of the alert, and what `$filter` asks."""
    absent: exp.Expr
    """The condition that there is no array at all; where SQL does not look, that there may be."""
    nulls: Nulls
    """What stands for it then."""
    shown: tuple[form.Tree, ...] = ()
    """Projections that each element went through."""
    raises: exp.Expr = field(default_factory=lambda: fixed(False))


@dataclass(frozen=True, slots=True)
class Mapped:
    """The values of an expression over the elements of a history."""

    history: History
    truth: Truth
    """Whether an element's value is true; raises where computing it may."""
    raises: exp.Expr
    """Where computing the array may raise."""


Value: TypeAlias = Scalar | Constant | Unknown | History | Mapped | Truth


def raises_of(value: Value) -> exp.Expr:
    """Return the condition under which getting the value may raise."""
    return fixed(False) if isinstance(value, Constant) else value.raises


def kinds_of(value: Value) -> int:
    """Return the kinds that the value may be of."""
    match value:
        case Constant(value=constant):
            return kind_of(constant)
        case Scalar(kind=kind, nulls=nulls):
            return kind | nulls.value
        case Truth():
            return BOOL
        case Unknown(kinds=kinds):
            return kinds
        case History(absent=absent, nulls=nulls):
            return ARRAY if is_fixed(absent, False) else ARRAY | nulls.value
        case Mapped(history=history):
            return ARRAY if is_fixed(history.absent, False) else ARRAY | NULL


def truth_of(value: Value) -> Truth:
    """Return the truth of a value as a condition: null, missing, 0 and false do not hold."""
    match value:
        case Truth():
            return value
        case Constant(value=constant):
            false = constant is None or constant is MISSING or constant is False
            return always(not (false or (is_number(constant) and constant == 0)))
        case Scalar(raises=raises, weight=weight):
            holds = _holds(value)
            exact = is_fixed(raises, False)
            weights = (weight, weight, weight)
            return Truth(holds, negated(holds), raises, exact, weights)
        case _:
            kinds = kinds_of(value)
            may = fixed(kinds & ~NULLISH != 0)
            may_not = fixed(kinds & (NULLISH | BOOL | INT | DOUBLE) != 0)
            return Truth(may, may_not, raises_of(value))


def _holds(value: Scalar) -> exp.Expr:
    if value.kind == BOOL:
        return known(value.sql, False)
    if value.kind & NUMBER:
        return known(exp.NEQ(this=value.sql, expression=exp.Literal.number(0)), False)
    return negated(value.empty)


class Parameters:
    """The constants of a pipeline, bound by name: no text of a user stands in SQL."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[tuple[type, Any], str] = {}

    def bind(self, value: float | str | bool) -> exp.Expr:  # noqa: FBT001  any constant
        """Return the place of a constant: int, finite float, str or bool."""
        key = (type(value), repr(value) if isinstance(value, float) else value)
        name = self._names.setdefault(key, f"v{len(self._names)}")
        self.values[name] = value
        return parameter(name)

    def within(self, number: exp.Expr, largest: float) -> exp.Expr:
        """Return the comparison, null for null, that tells finite numbers that are not too large.

        `largest` is of the column's own type, int or float.
        """
        return exp.Between(this=number, low=self.bind(-largest), high=self.bind(largest))
