"""Queries: the conditions of `$match`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from fritz.filters.form.expressions import Expr, Node

__all__ = [
    "All",
    "Compare",
    "ElementMatches",
    "ElementQuery",
    "Exists",
    "ExprQuery",
    "Field",
    "In",
    "Modulo",
    "NotTest",
    "Query",
    "QueryAnd",
    "QueryNor",
    "QueryOr",
    "Regex",
    "SizeIs",
    "Test",
    "TypeIs",
]


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Node):
    """A comparison within the value's own type bracket."""

    op: Literal["$eq", "$gt", "$gte", "$lt", "$lte"]
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class In(Node):
    """Equality with any of the values, or a match of any of the patterns."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Exists(Node):
    """Whether the field is there, null or not."""


@dataclass(frozen=True, slots=True, eq=False)
class TypeIs(Node):
    """Whether the value is of one of the types (`fritz.filters.bson_order.type_name`)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Modulo(Node):
    """Whether a number leaves this remainder."""

    divisor: int
    remainder: int


@dataclass(frozen=True, slots=True, eq=False)
class Regex(Node):
    """Whether a string matches."""

    pattern: str
    options: str


@dataclass(frozen=True, slots=True, eq=False)
class SizeIs(Node):
    """Whether an array has so many elements."""

    size: int


@dataclass(frozen=True, slots=True, eq=False)
class All(Node):
    """Whether every test holds for some element; no tests: never."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ElementMatches(Node):
    """Whether one element of an array passes all tests."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ElementQuery(Node):
    """Whether one element of an array, an object, matches a query."""

    query: Query


@dataclass(frozen=True, slots=True, eq=False)
class NotTest(Node):
    """Whether not all tests hold."""

    tests: tuple[Test, ...]


Test: TypeAlias = (
    Compare
    | In
    | Exists
    | TypeIs
    | Modulo
    | Regex
    | SizeIs
    | All
    | ElementMatches
    | ElementQuery
    | NotTest
)


@dataclass(frozen=True, slots=True, eq=False)
class Field(Node):
    """A test of what a path reaches."""

    parts: tuple[str, ...]
    test: Test


@dataclass(frozen=True, slots=True, eq=False)
class ExprQuery(Node):
    """An expression's truth."""

    expr: Expr


@dataclass(frozen=True, slots=True, eq=False)
class QueryAnd(Node):
    """Whether all hold; none: yes."""

    items: tuple[Query, ...]


@dataclass(frozen=True, slots=True, eq=False)
class QueryOr(Node):
    """Whether any holds."""

    items: tuple[Query, ...]


@dataclass(frozen=True, slots=True, eq=False)
class QueryNor(Node):
    """Whether none holds."""

    items: tuple[Query, ...]


Query: TypeAlias = Field | ExprQuery | QueryAnd | QueryOr | QueryNor
