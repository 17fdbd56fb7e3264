"""The query language of `$match`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from fritz.filters import form
from fritz.filters.bson_order import is_number, truthy
from fritz.filters.errors import OperatorError
from fritz.filters.parse.expressions import Scope, parse_expression
from fritz.filters.parse.names import near, refuse
from fritz.filters.parse.regexes import regex_value
from fritz.filters.refused import REFUSED_EXPRESSIONS, REFUSED_QUERIES
from fritz.filters.regex import compile_regex

__all__ = ["QUERY_OPERATORS", "parse_query"]

_COMPARISONS: Final = ("$eq", "$gt", "$gte", "$lt", "$lte")
_NO_REGEX: Final = frozenset({*_COMPARISONS, "$ne"})
_TESTS: Final = (
    *_COMPARISONS,
    "$ne",
    "$in",
    "$nin",
    "$not",
    "$exists",
    "$type",
    "$regex",
    "$options",
    "$mod",
    "$all",
    "$size",
    "$elemMatch",
)
_LOGICAL: Final = ("$and", "$or", "$nor", "$expr", "$comment")
QUERY_OPERATORS: Final = (*_TESTS, *_LOGICAL)
"""Everything that a query may say."""
_NUMBERS: Final = frozenset({"int", "long", "double"})
_TYPES: Final[dict[Any, frozenset[str]]] = {
    "number": _NUMBERS,
    **{
        key: frozenset({name})
        for number, name in {
            1: "double",
            2: "string",
            3: "object",
            4: "array",
            5: "binData",
            7: "objectId",
            8: "bool",
            9: "date",
            10: "null",
            11: "regex",
            16: "int",
            17: "timestamp",
            18: "long",
            19: "decimal",
            -1: "minKey",
            127: "maxKey",
        }.items()
        for key in (number, name)
    },
}


def parse_query(value: Any, scope: Scope, *, within_element: bool = False) -> form.Query:
    """Return the form of a query object."""
    if not isinstance(value, dict):
        raise refuse("bad_arguments", scope.at, "a query is an object")
    items: list[form.Query] = []
    for key, given in value.items():
        inside = scope.below(key)
        if not str(key).startswith("$"):
            parts = _field_path(key, inside)
            items.extend(form.Field(inside.at, parts, test) for test in _tests(given, inside))
        elif key == "$expr":
            if within_element:
                raise refuse("bad_arguments", inside.at, "$expr cannot stand within $elemMatch")
            items.append(form.ExprQuery(inside.at, parse_expression(given, inside)))
        elif key in ("$and", "$or", "$nor"):
            items.append(_logical(key, given, inside, within_element=within_element))
        elif key != "$comment":
            raise _unknown(str(key), inside, _LOGICAL)
    return items[0] if len(items) == 1 else form.QueryAnd(scope.at, tuple(items))


def _field_path(key: Any, scope: Scope) -> tuple[str, ...]:
    parts = tuple(str(key).split("."))
    if any(part.startswith("$") for part in parts) or "\0" in str(key):
        raise refuse("bad_path", scope.at, f"bad field path {key!r}")
    return parts


def _logical(key: str, given: Any, scope: Scope, *, within_element: bool) -> form.Query:
    if not isinstance(given, list) or not given:
        raise refuse("bad_arguments", scope.at, f"{key} needs a non-empty array")
    items = tuple(
        parse_query(item, scope.below(i), within_element=within_element)
        for i, item in enumerate(given)
    )
    if key == "$and":
        return form.QueryAnd(scope.at, items)
    return form.QueryOr(scope.at, items) if key == "$or" else form.QueryNor(scope.at, items)


def _unknown(name: str, scope: Scope, known: tuple[str, ...]) -> Exception:
    from fritz.filters.operators import EXPRESSIONS  # noqa: PLC0415  for the message only

    if name in REFUSED_QUERIES:
        return refuse("forbidden_operator", scope.at, f"{name} {REFUSED_QUERIES[name]}")
    if name in REFUSED_EXPRESSIONS:
        return refuse("forbidden_operator", scope.at, f"{name} {REFUSED_EXPRESSIONS[name]}")
    if name in EXPRESSIONS:
        message = f"{name} is an expression operator, not a query operator: use $expr"
        return refuse("unknown_operator", scope.at, message)
    meant = near(name, known)
    return refuse("unknown_operator", scope.at, f"unknown query operator {name}", meant)


def _tests(given: Any, scope: Scope) -> tuple[form.Test, ...]:
    literal = regex_value(given)
    if literal is not None:
        return (_regex(*literal, scope),)
    if not isinstance(given, dict) or not given:
        return (form.Compare(scope.at, "$eq", _value(given)),)
    dollars = [str(key).startswith("$") for key in given]
    if not dollars[0]:
        return (form.Compare(scope.at, "$eq", _value(given)),)
    if not all(dollars):
        raise refuse("bad_arguments", scope.at, "operators and fields cannot be mixed here")
    if "$options" in given and "$regex" not in given:
        raise refuse("bad_arguments", scope.at, "$options needs a $regex")
    return tuple(
        _test(name, operand, given, scope.below(name))
        for name, operand in given.items()
        if name != "$options"
    )


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list) else value


def _test(name: str, operand: Any, whole: Mapping[str, Any], scope: Scope) -> form.Test:  # noqa: C901, PLR0911, PLR0912  one case per operator
    at, literal = scope.at, regex_value(operand)
    if literal is not None and name in _NO_REGEX:
        raise refuse("bad_arguments", at, f"{name} takes no regular expression: use $regex")
    if name in _COMPARISONS:
        op = cast("Literal['$eq', '$gt', '$gte', '$lt', '$lte']", name)
        return form.Compare(at, op, _value(operand))
    match name:
        case "$ne":
            return form.NotTest(at, (form.Compare(at, "$eq", _value(operand)),))
        case "$in":
            return _in(operand, scope)
        case "$nin":
            return form.NotTest(at, (_in(operand, scope),))
        case "$not":
            return _not(operand, scope)
        case "$exists":
            exists = form.Exists(at)
            return exists if truthy(operand) else form.NotTest(at, (exists,))
        case "$type":
            return _type(operand, scope)
        case "$regex" if literal is not None:
            return _regex(literal[0], whole.get("$options", literal[1]), scope)
        case "$regex":
            return _regex(operand, whole.get("$options", ""), scope)
        case "$mod":
            return _mod(operand, scope)
        case "$size":
            return form.SizeIs(at, _integer(operand, scope, "$size"))
        case "$all":
            return _all(operand, scope)
        case "$elemMatch":
            return _element(operand, scope)
        case _:
            raise _unknown(name, scope, _TESTS)


def _in(operand: Any, scope: Scope) -> form.Test:
    """Return equality with one of the values, or a match of one of the regular expressions."""
    if not isinstance(operand, list):
        raise refuse("bad_arguments", scope.at, "$in needs an array")
    literals = [literal for item in operand if (literal := regex_value(item)) is not None]
    if literals:
        plain = [item for item in operand if regex_value(item) is None]
        either = [_regex(*literal, scope) for literal in literals]
        either += [_in(plain, scope)] if plain else []
        return form.NotTest(scope.at, tuple(form.NotTest(scope.at, (test,)) for test in either))
    values = tuple(_value(item) for item in operand)
    for value in values:
        if isinstance(value, dict) and any(key.startswith("$") for key in value):
            raise refuse("bad_arguments", scope.at, "$in cannot hold operators")
    return form.In(scope.at, values)


def _not(operand: Any, scope: Scope) -> form.Test:
    if regex_value(operand) is not None:
        return form.NotTest(scope.at, _tests(operand, scope))
    if not isinstance(operand, dict) or not operand:
        raise refuse("bad_arguments", scope.at, "$not needs an object of operators")
    if not all(str(key).startswith("$") for key in operand):
        raise refuse("bad_arguments", scope.at, "$not needs operators, not fields")
    return form.NotTest(scope.at, _tests(operand, scope))


def _type(operand: Any, scope: Scope) -> form.Test:
    names: frozenset[str] = frozenset()
    for one in operand if isinstance(operand, list) else [operand]:
        key = int(one) if type(one) is float and one == int(one) else one
        if type(key) not in (int, str) or key not in _TYPES:
            raise refuse("bad_arguments", scope.at, f"unknown type {one!r}")
        names |= _TYPES[key]
    if not names:
        raise refuse("bad_arguments", scope.at, "$type needs at least one type")
    return form.TypeIs(scope.at, names)


def _regex(pattern: Any, options: Any, scope: Scope) -> form.Test:
    if not isinstance(pattern, str) or not isinstance(options, str):
        raise refuse("bad_arguments", scope.at, "$regex and $options must be strings")
    try:
        compile_regex(pattern, options)
    except OperatorError as e:
        raise refuse("bad_regex", scope.at, str(e)) from e
    return form.Regex(scope.at, pattern, options)


def _integer(number: Any, scope: Scope, what: str) -> int:
    if not is_number(number) or not math.isfinite(number) or number != int(number) or number < 0:
        raise refuse("bad_arguments", scope.at, f"{what} needs a whole number from 0")
    return int(number)


def _mod(operand: Any, scope: Scope) -> form.Test:
    if not isinstance(operand, list) or len(operand) != 2:  # noqa: PLR2004  two numbers
        raise refuse("bad_arguments", scope.at, "$mod takes exactly two numbers")
    if not all(is_number(number) and math.isfinite(number) for number in operand):
        raise refuse("bad_arguments", scope.at, "$mod takes exactly two numbers")
    divisor, remainder = int(operand[0]), int(operand[1])
    if divisor == 0:
        raise refuse("bad_arguments", scope.at, "the divisor of $mod must not be zero")
    return form.Modulo(scope.at, divisor, remainder)


def _all(operand: Any, scope: Scope) -> form.Test:
    if not isinstance(operand, list):
        raise refuse("bad_arguments", scope.at, "$all needs an array")
    tests: list[form.Test] = []
    for i, item in enumerate(operand):
        inside = scope.below(i)
        if regex_value(item) is not None or (isinstance(item, dict) and "$elemMatch" in item):
            tests.extend(_tests(item, inside))
        elif isinstance(item, dict) and any(str(key).startswith("$") for key in item):
            raise refuse("bad_arguments", inside.at, "$all holds values or $elemMatch")
        else:
            tests.append(form.Compare(inside.at, "$eq", _value(item)))
    return form.All(scope.at, tuple(tests))


def _element(operand: Any, scope: Scope) -> form.Test:
    if not isinstance(operand, dict):
        raise refuse("bad_arguments", scope.at, "$elemMatch needs an object")
    first = next(iter(operand), "")
    if str(first).startswith("$") and first not in _LOGICAL:
        return form.ElementMatches(scope.at, _tests(operand, scope))
    return form.ElementQuery(scope.at, parse_query(operand, scope, within_element=True))
