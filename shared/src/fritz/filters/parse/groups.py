"""The specification of `$group`."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters import form
from fritz.filters.parse.expressions import Scope, check_arguments, parse_expression
from fritz.filters.parse.names import near, refuse
from fritz.filters.refused import REFUSED_EXPRESSIONS

__all__ = ["GROUP_ACCUMULATORS", "parse_group"]

_PLAIN: Final = (
    "$sum",
    "$avg",
    "$min",
    "$max",
    "$first",
    "$last",
    "$push",
    "$addToSet",
    "$stdDevPop",
    "$stdDevSamp",
    "$mergeObjects",
    "$count",
)
_SEVERAL: Final = ("$firstN", "$lastN", "$maxN", "$minN")
GROUP_ACCUMULATORS: Final = (*_PLAIN, *_SEVERAL, "$median", "$percentile")


def parse_group(value: Any, scope: Scope) -> form.Group:
    """Return a grouping: the key and the accumulated fields."""
    if not isinstance(value, dict) or "_id" not in value:
        raise refuse("bad_arguments", scope.at, "a group needs a key: _id")
    fields = tuple(
        _accumulate(str(name), given, scope.below(name))
        for name, given in value.items()
        if name != "_id"
    )
    return form.Group(scope.at, parse_expression(value["_id"], scope.below("_id")), fields)


def _accumulate(name: str, given: Any, scope: Scope) -> form.Accumulate:
    if "." in name or name.startswith("$") or not name:
        raise refuse("bad_path", scope.at, f"a group's field cannot be named {name!r}")
    if not isinstance(given, dict) or len(given) != 1:
        raise refuse("bad_arguments", scope.at, "needs exactly one accumulator")
    ((operator, operand),) = given.items()
    inside = scope.below(operator)
    if operator not in GROUP_ACCUMULATORS:
        raise _unknown(str(operator), inside)
    if operator == "$count":
        if operand != {}:
            raise refuse("bad_arguments", inside.at, "$count takes an empty object")
        return form.Accumulate(inside.at, name, "$sum", form.Const(inside.at, 1), None)
    if operator in _PLAIN:
        if isinstance(operand, list):
            raise refuse("wrong_arity", inside.at, f"{operator} takes one expression here")
        return form.Accumulate(inside.at, name, operator, parse_expression(operand, inside), None)
    extra = {"$median": "method", "$percentile": "p"}.get(operator, "n")
    names = ("input", "p", "method") if operator == "$percentile" else ("input", extra)
    if not isinstance(operand, dict):
        raise refuse("bad_arguments", inside.at, f"needs an object of {', '.join(names)}")
    check_arguments(operand, names, (), inside)
    expr = parse_expression(operand["input"], inside.below("input"))
    more = parse_expression(operand[extra], inside.below(extra))
    return form.Accumulate(inside.at, name, operator, expr, more)


def _unknown(operator: str, scope: Scope) -> Exception:
    if operator in REFUSED_EXPRESSIONS:
        message = f"{operator} {REFUSED_EXPRESSIONS[operator]}"
        return refuse("forbidden_operator", scope.at, message)
    meant = near(operator, GROUP_ACCUMULATORS)
    return refuse("unknown_operator", scope.at, f"unknown accumulator {operator}", meant)
