"""How large a pipeline can make a document without any loop.

``{$addFields: {a: ["$a", "$a"]}}`` costs nothing, for both elements are one and the same; thirty
of them make a document that nobody can print. Loops are counted when they run, this is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fritz.filters import form
from fritz.filters.errors import Finding

__all__ = ["check_size"]

_MOST: Final = 10_000
"""Copies of the alert's parts that a document may hold."""


def check_size(stages: tuple[form.Stage, ...]) -> list[Finding]:
    """Return a finding if some stage may multiply a document beyond measure."""
    weights: dict[str, int] = {}
    for stage in stages:
        weights = _after(stage, weights)
        if sum(weights.values()) > _MOST:
            message = f"may put more than {_MOST} copies of the alert's parts into a document"
            return [Finding("cost", stage.at, message)]
    return []


def _after(stage: form.Stage, weights: dict[str, int]) -> dict[str, int]:
    match stage:
        case form.Project(tree=tree, excludes=False):
            return {name: _leaf(leaf, name, weights) for name, leaf in tree.fields.items()}
        case form.AddFields(tree=tree):
            new = {name: _leaf(leaf, name, weights) for name, leaf in tree.fields.items()}
            return {**weights, **new}
        case form.ReplaceRoot(root=form.ObjectOf(fields=fields)):
            return {name: _weight(expr, weights, {}) for name, expr in fields}
        case form.ReplaceRoot(root=root):
            return {"": _weight(root, weights, {})}
        case form.Group(key=key, fields=groups):
            made = {each.name: _weight(each.expr, weights, {}) for each in groups}
            return {**made, "_id": _weight(key, weights, {})}
        case _:
            return weights


def _leaf(leaf: form.Tree | form.Computed | None, name: str, weights: Mapping[str, int]) -> int:
    if leaf is None:
        return _field(name, weights)
    if isinstance(leaf, form.Computed):
        return _weight(leaf.expr, weights, {})
    inside = (_leaf(item, name, weights) for item in leaf.fields.values())
    return _field(name, weights) + sum(inside)


def _field(name: str, weights: Mapping[str, int]) -> int:
    return weights.get(name, weights.get("", 1))


def _weight(  # noqa: PLR0911  one case per node
    expr: form.Expr, weights: Mapping[str, int], bound: Mapping[form.Variable, int]
) -> int:
    match expr:
        case form.Const():
            return 1
        case form.Call(args=args):
            return _sum(args, weights, bound)
        case form.Path(base=None, parts=()):
            return max(1, sum(weights.values()))
        case form.Path(base=None, parts=parts):
            return _field(parts[0], weights)
        case form.Path(base=form.Variable() as base):
            return bound.get(base, 1)
        case form.Let(names=names, body=body):
            inside = {variable: _weight(value, weights, bound) for variable, value in names}
            return _weight(body, weights, {**bound, **inside})
        case form.Map(array=array, item=item, body=body):
            inside = {item: _weight(array, weights, bound)}
            return _weight(body, weights, {**bound, **inside})
        case form.Reduce(array=array, start=start, item=item, carried=carried, body=body):
            inside = {
                item: _weight(array, weights, bound),
                carried: _weight(start, weights, bound),
            }
            return _weight(body, weights, {**bound, **inside})
        case _:
            return _sum(form.children(expr), weights, bound)


def _sum(
    parts: Iterable[form.Expr], weights: Mapping[str, int], bound: Mapping[form.Variable, int]
) -> int:
    total = 0
    for part in parts:
        total += _weight(part, weights, bound)
    return min(max(1, total), 10 * _MOST)
