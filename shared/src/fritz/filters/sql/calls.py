"""Operators over values of which SQL knows little: their kinds, and whether they can raise."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from fritz.filters.bson_order import MISSING
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ARRAY, DOUBLE, INT, NULL, NULLISH, NUMBER, OBJECT, STRING
from fritz.filters.operators.signature import Operator
from fritz.filters.sql.conditions import exactly, fixed, is_fixed, negated
from fritz.filters.sql.values import (
    Constant,
    History,
    Nulls,
    Scalar,
    Unknown,
    Value,
    kinds_of,
    raises_of,
)

__all__ = [
    "NUMERIC",
    "folded",
    "harmless",
    "is_array",
    "narrowed",
    "null_result",
    "type_of",
]

NUMERIC: Final[dict[str, type[exp.Expr]]] = {
    "$add": exp.Add,
    "$subtract": exp.Sub,
    "$multiply": exp.Mul,
    "$divide": exp.Div,
    "$abs": exp.Abs,
}


_ARRAYS: Final = frozenset(
    {"$first", "$last", "$reverseArray", "$concatArrays", "$setUnion", "$indexOfArray"}
)


def folded(operator: Operator, constants: list[Any]) -> Value:
    """Return the result for constant operands."""
    try:
        found = operator.function(constants) if operator.spread else operator.function(*constants)
    except OperatorError:
        return Unknown(operator.yields, fixed(True))
    return Constant(found)


def type_of(value: Value) -> Value | None:
    """Return the name of a type, where only an absent history makes a difference."""
    if isinstance(value, Constant) and value.value is MISSING:
        return Constant("missing")
    if isinstance(value, History) and is_fixed(value.absent, False):
        return Constant("array") if is_fixed(value.raises, False) else None
    if isinstance(value, History):
        name = "missing" if value.nulls is Nulls.MISSING else "null"
        names = [exp.Literal.string(each) for each in (name, "array")]
        case = exp.Case().when(value.absent, names[0]).else_(names[1])
        return Scalar(case, STRING, Nulls.NEVER, raises=value.raises)
    return None


def is_array(value: Value) -> Value | None:
    """Return whether a history is there; None for what may be an array or not."""
    if isinstance(value, History) and is_fixed(value.raises, False):
        return exactly(negated(value.absent))
    return None


def null_result(given: list[Value]) -> bool:
    """Return whether an operand is null or missing for sure and no other can do any harm."""
    null = any(isinstance(each, Constant) and not kinds_of(each) & ~NULLISH for each in given)
    others = all(
        not kinds_of(each) & ~(NUMBER | NULLISH) and is_fixed(raises_of(each), False)
        for each in given
    )
    return null and others


def narrowed(name: str, yields: int, given: list[Value]) -> int:
    """Return the kinds that an operator yields for these operands."""
    kinds = [kinds_of(value) for value in given]
    if name in {"$min", "$max"} and len(given) > 1:
        found = NULL
        for kind in kinds:
            found |= kind & ~NULLISH
        return found
    if name in NUMERIC and not any(kind & INT for kind in kinds):
        return yields & ~INT
    return yields


def harmless(name: str, given: list[Value]) -> bool:  # noqa: C901, PLR0911  one per kind of operator
    """Return whether an operator that may raise does not for operands of these kinds."""
    kinds = [kinds_of(value) for value in given]
    numbers = not any(kind & ~(NUMBER | NULLISH) for kind in kinds)
    doubles = not any(kind & ~(DOUBLE | NULLISH) for kind in kinds[:1])
    if name in {"$add", "$subtract", "$multiply", "$ceil", "$floor"}:
        return numbers
    if name == "$abs":
        return doubles
    if name in {"$round", "$trunc"}:
        return doubles and (len(given) == 1 or _place(given[1]))
    if name in {"$degreesToRadians", "$radiansToDegrees"}:
        return numbers
    if name == "$toString":
        return not any(kind & ~(NUMBER | STRING | NULLISH) for kind in kinds)
    if name in {"$in", "$size", "$anyElementTrue", "$allElementsTrue"}:
        return kinds[-1] == ARRAY
    if name == "$arrayElemAt":
        return not kinds[0] & ~(ARRAY | NULLISH) and _place(given[1])
    if name in _ARRAYS:
        few = name != "$indexOfArray" or len(given) == 2  # noqa: PLR2004  array and value
        checked = kinds[:1] if name == "$indexOfArray" else kinds
        return few and not any(kind & ~(ARRAY | NULLISH) for kind in checked)
    if name == "$mergeObjects":
        return not any(kind & ~(OBJECT | NULLISH) for kind in kinds)
    if name == "$concat":
        return not any(kind & ~(STRING | NULLISH) for kind in kinds)
    return False


def _place(value: Value) -> bool:
    return isinstance(value, Constant) and type(value.value) is int and abs(value.value) <= 20  # noqa: PLR2004  any place is allowed up to here
