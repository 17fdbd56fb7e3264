"""The specifications of `$project`, `$addFields` and `$unset`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fritz.filters import form
from fritz.filters.bson_order import is_number
from fritz.filters.parse.expressions import Scope, is_operator_object, parse_expression
from fritz.filters.parse.names import refuse, split_path

__all__ = ["parse_add_fields", "parse_project", "parse_unset"]

_Leaf = form.Computed | bool
"""A new value, or whether the field is included."""


def _flag(value: Any) -> bool | None:
    """Return whether a value includes or excludes a field, None if it does neither."""
    if isinstance(value, bool):
        return value
    return bool(value != 0) if is_number(value) else None


def _leaves(
    value: Mapping[str, Any], scope: Scope, prefix: tuple[str, ...], *, flags: bool
) -> Iterator[tuple[tuple[str, ...], _Leaf]]:
    for key, item in value.items():
        inside = scope.below(key)
        path = (*prefix, *split_path(str(key), scope.at))
        flag = _flag(item) if flags else None
        if flag is not None:
            yield path, flag
        elif isinstance(item, dict) and item and not is_operator_object(item):
            yield from _leaves(item, inside, path, flags=flags)
        elif flags and isinstance(item, dict) and not item:
            raise refuse("empty_specification", inside.at, "an empty object is no projection")
        else:
            yield path, form.Computed(inside.at, parse_expression(item, inside))


def _insert(root: form.Tree, path: tuple[str, ...], leaf: form.Computed | None) -> None:
    tree = root
    for depth, part in enumerate(path[:-1]):
        below = tree.fields.setdefault(part, form.Tree(root.at, {}))
        if not isinstance(below, form.Tree):
            raise _collision(root, path, path[: depth + 1])
        tree = below
    if path[-1] in tree.fields:
        raise _collision(root, path, path)
    tree.fields[path[-1]] = leaf


def _collision(root: form.Tree, path: tuple[str, ...], other: tuple[str, ...]) -> Exception:
    message = f"the paths {'.'.join(other)} and {'.'.join(path)} collide"
    return refuse("path_collision", root.at, message)


def _specification(value: Any, scope: Scope) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise refuse("bad_arguments", scope.at, "needs an object")
    if not value:
        raise refuse("empty_specification", scope.at, "at least one field is required")
    return value


def parse_project(value: Any, scope: Scope) -> form.Project:
    """Return a projection: fields kept and computed, or fields dropped."""
    found = list(_leaves(_specification(value, scope), scope, (), flags=True))
    excludes = _excludes(found, scope)
    tree = form.Tree(scope.at, {})
    if not excludes and not any(path[0] == "_id" for path, _ in found):
        tree.fields["_id"] = None
    for path, leaf in found:
        if isinstance(leaf, form.Computed):
            _insert(tree, path, leaf)
        elif leaf is not excludes:
            _insert(tree, path, None)
        elif path != ("_id",):
            raise refuse("mixed_projection", scope.at, "inclusion and exclusion cannot be mixed")
    return form.Project(scope.at, tree, excludes)


def _excludes(found: list[tuple[tuple[str, ...], _Leaf]], scope: Scope) -> bool:
    """Return whether the projection drops fields: decided by all but a plain `_id`."""
    telling = [leaf for path, leaf in found if path != ("_id",) or not isinstance(leaf, bool)]
    if not telling:
        return found[0][1] is False
    excluded = [leaf is False for leaf in telling]
    if any(excluded) and not all(excluded):
        raise refuse("mixed_projection", scope.at, "inclusion and exclusion cannot be mixed")
    return excluded[0]


def parse_add_fields(value: Any, scope: Scope) -> form.AddFields:
    """Return fields to add, each computed from the document as it came."""
    tree = form.Tree(scope.at, {})
    for path, leaf in _leaves(_specification(value, scope), scope, (), flags=False):
        if isinstance(leaf, form.Computed):
            _insert(tree, path, leaf)
    return form.AddFields(scope.at, tree)


def parse_unset(value: Any, scope: Scope) -> form.Project:
    """Return fields to drop."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise refuse("bad_arguments", scope.at, "needs a field or an array of fields")
    tree = form.Tree(scope.at, {})
    for name in names:
        if not isinstance(name, str):
            raise refuse("bad_arguments", scope.at, "fields are given by name")
        _insert(tree, split_path(name, scope.at), None)
    return form.Project(scope.at, tree, excludes=True)
