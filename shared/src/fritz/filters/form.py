"""The typed form of a pipeline: what the parser makes and every back end reads.

All nodes are frozen and compare by identity: one node, one place in the pipeline. `at` is that
place (``1.$project.age.$subtract``), used in messages only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from fritz.filters.operators.signature import Operator

__all__ = [
    "Accumulate",
    "AddFields",
    "All",
    "And",
    "Call",
    "Compare",
    "Computed",
    "Cond",
    "Const",
    "Convert",
    "Count",
    "ElementMatches",
    "ElementQuery",
    "Exists",
    "Expr",
    "ExprQuery",
    "Field",
    "Filter",
    "Group",
    "IfNull",
    "In",
    "Let",
    "Limit",
    "ListOf",
    "Map",
    "Match",
    "Modulo",
    "Node",
    "Not",
    "NotTest",
    "ObjectOf",
    "Or",
    "Path",
    "Project",
    "Query",
    "QueryAnd",
    "QueryNor",
    "QueryOr",
    "Reduce",
    "Regex",
    "ReplaceRoot",
    "SizeIs",
    "Skip",
    "Sort",
    "SortArray",
    "Stage",
    "Switch",
    "Test",
    "Tree",
    "TypeIs",
    "Unwind",
    "Variable",
    "Zip",
    "children",
]


# --- expressions ------------------------------------------------------------------------------


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


# --- queries ----------------------------------------------------------------------------------


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


# --- stages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Computed(Node):
    """A leaf of a specification: a new value."""

    expr: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Tree(Node):
    """A specification by field; a leaf None includes (or excludes) what is there."""

    fields: dict[str, Tree | Computed | None]


@dataclass(frozen=True, slots=True, eq=False)
class Match(Node):
    """Documents that match."""

    query: Query


@dataclass(frozen=True, slots=True, eq=False)
class Project(Node):
    """Documents with these fields only, or without them."""

    tree: Tree
    excludes: bool


@dataclass(frozen=True, slots=True, eq=False)
class AddFields(Node):
    """Documents with more fields."""

    tree: Tree


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceRoot(Node):
    """An object instead of the document."""

    root: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Sort(Node):
    """Documents in order: path and whether descending, the first key counts most."""

    keys: tuple[tuple[tuple[str, ...], bool], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Limit(Node):
    """The first documents."""

    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Skip(Node):
    """All but the first documents."""

    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Count(Node):
    """One document with the number of documents, if there are any."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Unwind(Node):
    """One document per element of an array."""

    parts: tuple[str, ...]
    index: tuple[str, ...] | None
    keep_empty: bool


@dataclass(frozen=True, slots=True, eq=False)
class Accumulate(Node):
    """One field of a group: an accumulator over the values of an expression."""

    name: str
    operator: str
    expr: Expr
    extra: Expr | None
    """`n` of the accumulators that keep several."""


@dataclass(frozen=True, slots=True, eq=False)
class Group(Node):
    """One document per value of the key."""

    key: Expr
    fields: tuple[Accumulate, ...]


Stage: TypeAlias = (
    Match | Project | AddFields | ReplaceRoot | Sort | Limit | Skip | Count | Unwind | Group
)
