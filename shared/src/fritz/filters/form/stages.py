"""Stages: what a pipeline is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from fritz.filters.form.expressions import Expr, Node
from fritz.filters.form.queries import Query

__all__ = [
    "Accumulate",
    "AddFields",
    "Computed",
    "Count",
    "Group",
    "Limit",
    "Match",
    "Project",
    "ReplaceRoot",
    "Skip",
    "Sort",
    "Stage",
    "Tree",
    "Unwind",
]


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
