"""Expressions: what computes a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

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


def children(expr: Expr) -> Iterator[Expr]:  # noqa: C901, PLR0912  one case per node
    """Yield the expressions directly below one."""
    match expr:
        case ObjectOf(fields=fields):
            yield from (value for _, value in fields)
        case ListOf(items=items) | And(items=items) | Or(items=items) | IfNull(items=items):
            yield from items
        case Call(args=args):
            yield from args
        case Not(item=item):
            yield item
        case Cond():
            yield from (expr.test, expr.then, expr.otherwise)
        case Switch():
            for case, then in expr.branches:
                yield from (case, then)
            yield from () if expr.default is None else (expr.default,)
        case Let():
            yield from (value for _, value in expr.names)
            yield expr.body
        case Map():
            yield from (expr.array, expr.body)
        case Filter():
            yield from (expr.array, expr.test)
            yield from () if expr.limit is None else (expr.limit,)
        case Reduce():
            yield from (expr.array, expr.start, expr.body)
        case SortArray():
            yield expr.array
        case Zip():
            yield from expr.arrays
            yield from () if expr.defaults is None else (expr.defaults,)
        case Convert():
            yield from (expr.value, expr.to)
            yield from (e for e in (expr.on_error, expr.on_null) if e is not None)
        case _:
            return
