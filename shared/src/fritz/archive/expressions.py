"""Building blocks of SQL trees: quoted names, bound parameters, windows. Nothing is parsed."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlglot import exp

__all__ = [
    "column",
    "first_of_each",
    "named",
    "numbered",
    "one_of",
    "parameter",
    "star",
    "table",
    "text",
]


def _name(name: str) -> exp.Identifier:
    # Quoted everywhere: `offset` and `at` are keywords in one engine and names in the other.
    return exp.to_identifier(name, quoted=True)


def column(*path: str) -> exp.Expr:
    """Return a column, or with more names a field of it: ``column("packet", "offset")``."""
    tree: exp.Expr = exp.column(_name(path[0]))
    for part in path[1:]:
        tree = exp.Dot(this=tree, expression=_name(part))
    return tree


def table(name: str, alias: str | None = None) -> exp.Table:
    """Return one of our tables, or a named part of the same statement."""
    found = exp.Table(this=_name(name))
    if alias is not None:
        found.set("alias", exp.TableAlias(this=_name(alias)))
    return found


def parameter(name: str) -> exp.Parameter:
    """Return a place for a value that is bound when the statement runs."""
    return exp.Parameter(this=exp.Var(this=name))


def text(value: str) -> exp.Literal:
    """Return a constant of ours (never a user's value)."""
    return exp.Literal.string(value)


def named(value: exp.Expr, name: str) -> exp.Expr:
    """Return a value under a name: a column of the result."""
    return exp.alias_(value, name, quoted=True)


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Return a parameter of its own for each value, for `one_of`."""
    return {f"{name}_{number}": each for number, each in enumerate(values)}


def one_of(value: exp.Expr, parameters: Iterable[str]) -> exp.In:
    """Return the condition that a value is that of one of the parameters.

    By values that stand there one by one engines skip what they store; not so by a list in one
    parameter.
    """
    return exp.In(this=value, expressions=[parameter(each) for each in parameters])


def star() -> exp.Star:
    """Return ``*``."""
    return exp.Star()


def first_of_each(
    groups: Sequence[exp.Expr], order: Sequence[exp.Expr], *, descending: bool = False
) -> exp.EQ:
    """Return the condition that a row is its group's first; rows that tie count as one of them.

    Parameters
    ----------
    groups
        What rows of one group have in common.
    order
        Sort keys, the most significant first.
    descending
        Whether the first key sorts from the latest to the earliest.
    """
    keys = [
        exp.Ordered(this=key, desc=downwards, nulls_first=not downwards)
        for key, downwards in zip(order, [descending] + [False] * len(order), strict=False)
    ]
    rank = exp.Window(
        this=exp.RowNumber(), partition_by=list(groups), order=exp.Order(expressions=keys)
    )
    return exp.EQ(this=rank, expression=exp.Literal.number(1))
