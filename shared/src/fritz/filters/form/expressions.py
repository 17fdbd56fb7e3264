"""Expressions: what computes a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fritz.filters.operators.signature import Operator

__all__ = [
    "And",
    "Call",
    "Cond",
    "Const",
    "Convert",
    "Expr",
    "Filter",
    "IfNull",
    "Let",
    "ListOf",
    "Map",
    "Node",
    "Not",
    "ObjectOf",
    "Or",
    "Path",
    "Reduce",
    "SortArray",
    "Switch",
    "Variable",
    "Zip",
    "children",
]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Anything that stands somewhere in the pipeline."""

    at: str


@dataclass(frozen=True, slots=True, eq=False)
class Const(Node):
    """A constant; `MISSING` for ``$$REMOVE``."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A binding made by `$let`, `$map`, `$filter` or `$reduce`; the name is for messages."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Path(Node):
    """A field of the document (`base` None) or of a variable; no parts: the thing itself."""

    base: Variable | None
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ObjectOf(Node):
    """An object built from expressions; missing values leave their key out."""

    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Node):
    """An array built from expressions; missing values become null."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """An operator that has all its arguments evaluated."""

    operator: Operator
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class And(Node):
    """Whether all hold; stops at the first that does not."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or(Node):
    """Whether any holds; stops at the first that does."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not(Node):
    """Whether the item does not hold."""

    item: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Cond(Node):
    """One of two, the other not evaluated."""

    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Switch(Node):
    """The first branch whose case holds; no branch and no default raises."""

    branches: tuple[tuple[Expr, Expr], ...]
    default: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class IfNull(Node):
    """The first item that is neither null nor missing, else the last."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Let(Node):
    """An expression with names for parts of it."""

    names: tuple[tuple[Variable, Expr], ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Map(Node):
    """The array of the body's value for each element."""

    array: Expr
    item: Variable
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Node):
    """The elements for which the condition holds."""

    array: Expr
    item: Variable
    test: Expr
    limit: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Reduce(Node):
    """A value carried over the elements."""

    array: Expr
    start: Expr
    item: Variable
    carried: Variable
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class SortArray(Node):
    """The elements in order; `keys` is empty when they are compared whole."""

    array: Expr
    keys: tuple[tuple[tuple[str, ...], bool], ...]
    """Path and whether descending."""
    descending: bool


@dataclass(frozen=True, slots=True, eq=False)
class Zip(Node):
    """The transpose of several arrays."""

    arrays: tuple[Expr, ...]
    longest: bool
    defaults: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Convert(Node):
    """A conversion with answers for failure and for null."""

    value: Expr
    to: Expr
    on_error: Expr | None
    on_null: Expr | None


Expr: TypeAlias = (
    Const
    | Path
    | ObjectOf
    | ListOf
    | Call
    | And
    | Or
    | Not
    | Cond
    | Switch
    | IfNull
    | Let
    | Map
    | Filter
    | Reduce
    | SortArray
    | Zip
    | Convert
)


_CHILDREN: Final[dict[type, Callable[[Any], tuple[Expr, ...]]]] = {
    Const: lambda _: (),
    Path: lambda _: (),
    ObjectOf: lambda expr: tuple(value for _, value in expr.fields),
    ListOf: lambda expr: expr.items,
    Call: lambda expr: expr.args,
    And: lambda expr: expr.items,
    Or: lambda expr: expr.items,
    Not: lambda expr: (expr.item,),
    Cond: lambda expr: (expr.test, expr.then, expr.otherwise),
    Switch: lambda expr: _present(*(part for pair in expr.branches for part in pair), expr.default),
    IfNull: lambda expr: expr.items,
    Let: lambda expr: (*(value for _, value in expr.names), expr.body),
    Map: lambda expr: (expr.array, expr.body),
    Filter: lambda expr: _present(expr.array, expr.test, expr.limit),
    Reduce: lambda expr: (expr.array, expr.start, expr.body),
    SortArray: lambda expr: (expr.array,),
    Zip: lambda expr: _present(*expr.arrays, expr.defaults),
    Convert: lambda expr: _present(expr.value, expr.to, expr.on_error, expr.on_null),
}


def _present(*parts: Expr | None) -> tuple[Expr, ...]:
    return tuple(part for part in parts if part is not None)


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the expressions directly below one, in the order in which they are evaluated."""
    return _CHILDREN[type(expr)](expr)
