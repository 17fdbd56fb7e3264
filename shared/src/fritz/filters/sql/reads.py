"""Which columns of the archive a pipeline needs at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fritz.filters import form
from fritz.filters.form import children
from fritz.filters.sql.shapes import computed_leaves

__all__ = [
    "OPTIONAL",
    "columns_read",
    "names_read",
    "reads_cross_matches",
    "reads_properties",
]

OPTIONAL: Final = frozenset({"prv_candidates", "fp_hists", "classifications"})
"""Columns that cost, and that many filters never look at."""


def columns_read(stages: Sequence[form.Stage]) -> frozenset[str]:
    """Return those of the costly columns that a pipeline may look at.

    A field that is only carried along to the output counts as unread.
    """
    names = {name for stage in stages for name in _names(stage)}
    if names & {None, "properties"}:
        return OPTIONAL
    return OPTIONAL & names


def reads_properties(stages: Sequence[form.Stage]) -> bool:
    """Return whether a pipeline may look at `properties`, which are made of the whole history."""
    return bool({None, "properties"} & {name for stage in stages for name in _names(stage)})


def reads_cross_matches(stages: Sequence[form.Stage]) -> bool:
    """Return whether a pipeline may look at `cross_matches`, which the archive keeps apart."""
    return bool({None, "cross_matches"} & {name for stage in stages for name in _names(stage)})


def names_read(stage: form.Stage) -> frozenset[str]:
    """Return the top-level names that a stage reads itself, other than to show them."""
    return frozenset(name for name in _names(stage) if name is not None)


def _names(stage: form.Stage) -> Iterator[str | None]:
    """Yield top-level names that a stage reads; None if it reads the whole document."""
    match stage:
        case form.Match(query=query):
            yield from _in_query(query)
        case form.Project(tree=tree) | form.AddFields(tree=tree):
            for expr in computed_leaves(tree):
                yield from _in_expression(expr)
        case form.ReplaceRoot(root=root):
            yield from _in_expression(root)
        case form.Sort(keys=keys):
            yield from (path[0] for path, _ in keys)
        case form.Unwind(parts=parts):
            yield parts[0]
        case form.Group(key=key, fields=fields):
            yield from _in_expression(key)
            for each in fields:
                yield from _in_expression(each.expr)
                yield from () if each.extra is None else _in_expression(each.extra)
        case _:
            return


def _in_expression(expr: form.Expr) -> Iterator[str | None]:
    if isinstance(expr, form.Path) and expr.base is None:
        yield expr.parts[0] if expr.parts else None
    for child in children(expr):
        yield from _in_expression(child)


def _in_query(query: form.Query) -> Iterator[str | None]:
    match query:
        case form.Field(parts=parts):
            yield parts[0]
        case form.ExprQuery(expr=expr):
            yield from _in_expression(expr)
        case form.QueryAnd(items=items) | form.QueryOr(items=items) | form.QueryNor(items=items):
            for item in items:
                yield from _in_query(item)
