"""Stages: one parser each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import INT64_MAX, is_number
from fritz.filters.parse.expressions import Scope, parse_expression
from fritz.filters.parse.groups import parse_group
from fritz.filters.parse.names import near, refuse, split_path
from fritz.filters.parse.projections import parse_add_fields, parse_project, parse_unset
from fritz.filters.parse.queries import parse_query
from fritz.filters.parse.special import sort_keys
from fritz.filters.refused import REFUSED_STAGES

__all__ = ["STAGES", "parse_stage"]


def _match(value: Any, scope: Scope) -> form.Stage:
    return form.Match(scope.at, parse_query(value, scope))


def _replace_root(value: Any, scope: Scope) -> form.Stage:
    if not isinstance(value, dict) or set(value) != {"newRoot"}:
        raise refuse("bad_arguments", scope.at, "needs an object of newRoot")
    inside = scope.below("newRoot")
    return form.ReplaceRoot(scope.at, parse_expression(value["newRoot"], inside))


def _replace_with(value: Any, scope: Scope) -> form.Stage:
    return form.ReplaceRoot(scope.at, parse_expression(value, scope))


def _sort(value: Any, scope: Scope) -> form.Stage:
    return form.Sort(scope.at, sort_keys(value, scope.at))


def _integer(value: Any, scope: Scope, least: int) -> int:
    if not is_number(value) or value != value or value != int(value):  # noqa: PLR0124  NaN
        raise refuse("bad_arguments", scope.at, "needs a whole number")
    if not least <= value <= INT64_MAX:
        raise refuse("bad_arguments", scope.at, f"needs a whole number from {least}")
    return int(value)


def _limit(value: Any, scope: Scope) -> form.Stage:
    return form.Limit(scope.at, _integer(value, scope, 1))


def _skip(value: Any, scope: Scope) -> form.Stage:
    return form.Skip(scope.at, _integer(value, scope, 0))


def _count(value: Any, scope: Scope) -> form.Stage:
    if not isinstance(value, str) or not value or value.startswith("$") or "." in value:
        raise refuse("bad_arguments", scope.at, "needs the name of a field")
    return form.Count(scope.at, value)


def _unwind(value: Any, scope: Scope) -> form.Stage:
    given = value if isinstance(value, dict) else {"path": value}
    unknown = set(given) - {"path", "includeArrayIndex", "preserveNullAndEmptyArrays"}
    path, index = given.get("path"), given.get("includeArrayIndex")
    keep = given.get("preserveNullAndEmptyArrays", False)
    if unknown or not isinstance(keep, bool):
        raise refuse("bad_arguments", scope.at, "unknown or bad argument")
    if not isinstance(path, str) or not path.startswith("$"):
        raise refuse("bad_arguments", scope.at, "path must be a field path that starts with $")
    if index is not None and (not isinstance(index, str) or not index or index[0] == "$"):
        raise refuse("bad_arguments", scope.at, "includeArrayIndex must name a field")
    at = None if index is None else split_path(index, scope.at)
    return form.Unwind(scope.at, split_path(path[1:], scope.at), at, keep)


STAGES: Final[dict[str, Callable[[Any, Scope], form.Stage]]] = {
    "$match": _match,
    "$project": parse_project,
    "$addFields": parse_add_fields,
    "$set": parse_add_fields,
    "$unset": parse_unset,
    "$replaceRoot": _replace_root,
    "$replaceWith": _replace_with,
    "$sort": _sort,
    "$limit": _limit,
    "$skip": _skip,
    "$count": _count,
    "$unwind": _unwind,
    "$group": parse_group,
}


def parse_stage(value: Any, index: int) -> form.Stage:
    """Return the form of one stage."""
    if not isinstance(value, dict) or len(value) != 1:
        raise refuse("bad_stage", str(index), "a stage is an object with exactly one key")
    ((name, given),) = value.items()
    at = f"{index}.{name}"
    if name in STAGES:
        return STAGES[name](given, Scope(at, {}))
    if name in REFUSED_STAGES:
        raise refuse("forbidden_stage", at, f"{name} {REFUSED_STAGES[name]}")
    if not str(name).startswith("$"):
        meant = f"${name}" if f"${name}" in STAGES else near(f"${name}", STAGES)
        raise refuse("unknown_stage", at, "stage names start with $", meant)
    raise refuse("unknown_stage", at, f"unknown stage {name}", near(str(name), STAGES))
