"""Operators that decide themselves what to evaluate: conditions, loops, bindings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import is_number
from fritz.filters.errors import OperatorError
from fritz.filters.operators.convert import TARGETS, target
from fritz.filters.parse.expressions import Scope, check_arguments, parse_expression
from fritz.filters.parse.names import refuse, split_path, variable_name

__all__ = ["SPECIAL", "sort_keys"]

_COND: Final = 3


def _object(given: Any, scope: Scope, names: str, optional: str = "") -> Mapping[str, Any]:
    wanted = tuple(names.split())
    if not isinstance(given, dict):
        raise refuse("bad_arguments", scope.at, f"needs an object of {', '.join(wanted)}")
    check_arguments(given, wanted, tuple(optional.split()), scope)
    return given


def _optional(given: Mapping[str, Any], name: str, scope: Scope) -> form.Expr | None:
    return parse_expression(given[name], scope.below(name)) if name in given else None


def _items(given: Any, scope: Scope) -> tuple[form.Expr, ...]:
    if isinstance(given, list):
        return tuple(parse_expression(item, scope.below(i)) for i, item in enumerate(given))
    return (parse_expression(given, scope),)


def _and(given: Any, scope: Scope) -> form.Expr:
    return form.And(scope.at, _items(given, scope))


def _or(given: Any, scope: Scope) -> form.Expr:
    return form.Or(scope.at, _items(given, scope))


def _not(given: Any, scope: Scope) -> form.Expr:
    items = _items(given, scope)
    if len(items) != 1:
        message = f"wrong number of arguments: $not takes 1, not {len(items)}"
        raise refuse("wrong_arity", scope.at, message)
    return form.Not(scope.at, items[0])


def _if_null(given: Any, scope: Scope) -> form.Expr:
    items = _items(given, scope)
    if len(items) < 2:  # noqa: PLR2004  a value and its replacement
        message = f"wrong number of arguments: $ifNull takes at least 2, not {len(items)}"
        raise refuse("wrong_arity", scope.at, message)
    return form.IfNull(scope.at, items)


def _cond(given: Any, scope: Scope) -> form.Expr:
    if isinstance(given, dict):
        parts = _object(given, scope, "if then else")
        names: tuple[str | int, ...] = ("if", "then", "else")
        values = [parts["if"], parts["then"], parts["else"]]
    else:
        values = list(given) if isinstance(given, list) else [given]
        names = (0, 1, 2)
    if len(values) != _COND:
        message = f"wrong number of arguments: $cond takes 3, not {len(values)}"
        raise refuse("wrong_arity", scope.at, message)
    test, then, otherwise = (
        parse_expression(value, scope.below(name))
        for value, name in zip(values, names, strict=True)
    )
    return form.Cond(scope.at, test, then, otherwise)


def _switch(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "branches default", "default")
    if not isinstance(parts["branches"], list) or not parts["branches"]:
        raise refuse("bad_arguments", scope.at, "branches must hold at least one branch")
    branches = []
    for i, branch in enumerate(parts["branches"]):
        inside = scope.below("branches", i)
        pair = _object(branch, inside, "case then")
        branches.append(
            (
                parse_expression(pair["case"], inside.below("case")),
                parse_expression(pair["then"], inside.below("then")),
            )
        )
    return form.Switch(scope.at, tuple(branches), _optional(parts, "default", scope))


def _let(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "vars in")
    if not isinstance(parts["vars"], dict):
        raise refuse("bad_arguments", scope.at, "vars must be an object")
    names = tuple(
        (
            form.Variable(variable_name(name, scope.at)),
            parse_expression(value, scope.below("vars", name)),
        )
        for name, value in parts["vars"].items()
    )
    inner = scope.below("in").binding(*(variable for variable, _ in names))
    return form.Let(scope.at, names, parse_expression(parts["in"], inner))


def _loop(parts: Mapping[str, Any], scope: Scope) -> tuple[form.Expr, form.Variable]:
    array = parse_expression(parts["input"], scope.below("input"))
    return array, form.Variable(variable_name(parts.get("as", "this"), scope.at))


def _map(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "input as in", "as")
    array, item = _loop(parts, scope)
    body = parse_expression(parts["in"], scope.below("in").binding(item))
    return form.Map(scope.at, array, item, body)


def _filter(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "input as cond limit", "as limit")
    array, item = _loop(parts, scope)
    test = parse_expression(parts["cond"], scope.below("cond").binding(item))
    return form.Filter(scope.at, array, item, test, _optional(parts, "limit", scope))


def _reduce(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "input initialValue in")
    item, carried = form.Variable("this"), form.Variable("value")
    return form.Reduce(
        scope.at,
        parse_expression(parts["input"], scope.below("input")),
        parse_expression(parts["initialValue"], scope.below("initialValue")),
        item,
        carried,
        parse_expression(parts["in"], scope.below("in").binding(item, carried)),
    )


def sort_keys(given: Any, at: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Return the keys of a sort specification: path and whether descending."""
    if not isinstance(given, dict) or not given:
        raise refuse("bad_arguments", at, "needs at least one sort key")
    return tuple((split_path(path, at), _descending(way, at)) for path, way in given.items())


def _descending(way: Any, at: str) -> bool:
    if not is_number(way) or way not in (1, -1):
        raise refuse("bad_arguments", at, "a sort direction must be 1 or -1")
    return bool(way == -1)


def _sort_array(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "input sortBy")
    array = parse_expression(parts["input"], scope.below("input"))
    by = parts["sortBy"]
    if isinstance(by, dict):
        return form.SortArray(scope.at, array, sort_keys(by, scope.at), descending=False)
    return form.SortArray(scope.at, array, (), _descending(by, scope.at))


def _zip(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "inputs useLongestLength defaults", "useLongestLength defaults")
    longest = parts.get("useLongestLength", False)
    if not isinstance(longest, bool):
        raise refuse("bad_arguments", scope.at, "useLongestLength must be true or false")
    if "defaults" in parts and not longest:
        raise refuse("bad_arguments", scope.at, "defaults need useLongestLength: true")
    inputs = parts["inputs"]
    if not isinstance(inputs, list) or not inputs:
        raise refuse("bad_arguments", scope.at, "inputs must be an array of arrays")
    arrays = _items(inputs, scope.below("inputs"))
    return form.Zip(scope.at, arrays, longest, _optional(parts, "defaults", scope))


def _convert(given: Any, scope: Scope) -> form.Expr:
    parts = _object(given, scope, "input to onError onNull", "onError onNull")
    to = parts["to"]
    known = not isinstance(to, str) or to.startswith("$") or to in TARGETS
    if not known:
        raise refuse("bad_arguments", scope.at, f"can't convert to {to!r}")
    if isinstance(to, int | float):
        try:
            target(to)
        except OperatorError as e:
            raise refuse("bad_arguments", scope.at, str(e)) from e
    return form.Convert(
        scope.at,
        parse_expression(parts["input"], scope.below("input")),
        parse_expression(to, scope.below("to")),
        _optional(parts, "onError", scope),
        _optional(parts, "onNull", scope),
    )


def _literal(given: Any, scope: Scope) -> form.Expr:
    return form.Const(scope.at, given)


SPECIAL: Final[dict[str, Callable[[Any, Scope], form.Expr]]] = {
    "$and": _and,
    "$or": _or,
    "$not": _not,
    "$ifNull": _if_null,
    "$cond": _cond,
    "$switch": _switch,
    "$let": _let,
    "$map": _map,
    "$filter": _filter,
    "$reduce": _reduce,
    "$sortArray": _sort_array,
    "$zip": _zip,
    "$convert": _convert,
    "$literal": _literal,
}
