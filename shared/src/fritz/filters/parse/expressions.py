"""Expressions: constants, paths, variables, objects, arrays, operators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fritz.filters import form
from fritz.filters.bson_order import MISSING
from fritz.filters.operators import EXPRESSIONS, Operator
from fritz.filters.operators.comparison import TYPE_OF_LONG
from fritz.filters.parse.names import near, refuse, split_path
from fritz.filters.parse.regexes import regex_value
from fritz.filters.refused import REFUSED_EXPRESSIONS

__all__ = ["Scope", "check_arguments", "is_operator_object", "parse_expression"]


_DOLLAR: Final = re.compile(r"\$").match


class Scope(NamedTuple):
    """Where in the pipeline we are, and which variables are known there."""

    at: str
    variables: Mapping[str, form.Variable]

    def below(self, *names: str | int) -> Scope:
        """Return the scope of something inside."""
        at = f"{self.at}.{names[0]}" if len(names) == 1 else ".".join((self.at, *map(str, names)))
        return Scope(at, self.variables)

    def binding(self, *variables: form.Variable) -> Scope:
        """Return a scope that knows more variables."""
        known = {**self.variables, **{variable.name: variable for variable in variables}}
        return Scope(self.at, known)


def is_operator_object(value: Any) -> bool:
    """Return whether an object is a call of an operator rather than an object to build."""
    return isinstance(value, dict) and any(map(_DOLLAR, value))


def parse_expression(value: Any, scope: Scope) -> form.Expr:
    """Return the form of an expression."""
    if isinstance(value, str):
        return _string(value, scope)
    if isinstance(value, dict):
        return _call(value, scope) if is_operator_object(value) else _object(value, scope)
    if isinstance(value, list):
        items = tuple(parse_expression(item, scope.below(i)) for i, item in enumerate(value))
        return _constant_list(form.ListOf(scope.at, items))
    return form.Const(scope.at, value)


def _string(text: str, scope: Scope) -> form.Expr:
    if text.startswith("$$"):
        return _variable(text[2:], scope)
    if text.startswith("$"):
        return form.Path(scope.at, scope.variables.get("CURRENT"), split_path(text[1:], scope.at))
    return form.Const(scope.at, text)


def _variable(text: str, scope: Scope) -> form.Expr:
    name, dot, rest = text.partition(".")
    if not name:
        raise refuse("bad_path", scope.at, "a variable without a name")
    parts = split_path(rest, scope.at) if dot else ()
    if name in scope.variables:
        return form.Path(scope.at, scope.variables[name], parts)
    if name in {"ROOT", "CURRENT"}:
        return form.Path(scope.at, None, parts)
    if name == "REMOVE":
        return form.Const(scope.at, MISSING)
    if name in {"NOW", "CLUSTER_TIME"}:
        message = f"$${name} is not reproducible; compare with candidate.jd"
        raise refuse("forbidden_operator", scope.at, message)
    meant = near(name, [*scope.variables, "ROOT", "CURRENT", "REMOVE"])
    hint = f"$${meant}" if meant else None
    raise refuse("undefined_variable", scope.at, f"undefined variable $${name}", hint)


def _object(value: Mapping[str, Any], scope: Scope) -> form.Expr:
    fields = []
    for key, item in value.items():
        if not isinstance(key, str) or "." in key or not key:
            raise refuse("bad_path", scope.at, f"an object's field cannot be named {key!r} here")
        fields.append((key, parse_expression(item, scope.below(key))))
    made = form.ObjectOf(scope.at, tuple(fields))
    if made.fields and all(_is_constant(item) for _, item in made.fields):
        return form.Const(
            made.at, {key: item.value for key, item in made.fields if isinstance(item, form.Const)}
        )
    return made


def _is_constant(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and expr.value is not MISSING


def _constant_list(made: form.ListOf) -> form.Expr:
    if all(_is_constant(item) for item in made.items):
        values = [item.value for item in made.items if isinstance(item, form.Const)]
        return form.Const(made.at, values)
    return made


def _call(value: Mapping[str, Any], scope: Scope) -> form.Expr:
    from fritz.filters.parse.special import SPECIAL  # noqa: PLC0415  the two need each other

    if len(value) != 1:
        raise refuse("bad_expression", scope.at, "an expression object has exactly one operator")
    ((name, given),) = value.items()
    inside = scope.below(name)
    if name in SPECIAL:
        return SPECIAL[name](given, inside)
    operator = EXPRESSIONS.get(name)
    if operator is None:
        raise _unknown(name, inside, SPECIAL)
    args = _named(operator, given, inside) if operator.named else _positional(given, inside)
    if not operator.named:
        _check_arity(operator, len(args), inside)
    if name == "$type" and _is_long(args[0]):
        operator = TYPE_OF_LONG
    return form.Call(inside.at, operator, args)


def _is_long(expr: form.Expr) -> bool:
    if isinstance(expr, form.Convert):
        return isinstance(expr.to, form.Const) and expr.to.value in ("long", 18)
    return isinstance(expr, form.Call) and expr.operator.name == "$toLong"


def _unknown(name: str, scope: Scope, special: Mapping[str, Any]) -> Exception:
    if name in REFUSED_EXPRESSIONS:
        return refuse("forbidden_operator", scope.at, f"{name} {REFUSED_EXPRESSIONS[name]}")
    meant = near(name, [*EXPRESSIONS, *special])
    return refuse("unknown_operator", scope.at, f"unknown operator {name}", meant)


def _positional(given: Any, scope: Scope) -> tuple[form.Expr, ...]:
    if isinstance(given, list):
        return tuple(parse_expression(item, scope.below(i)) for i, item in enumerate(given))
    return (parse_expression(given, scope),)


def _check_arity(operator: Operator, count: int, scope: Scope) -> None:
    least, most = operator.least, operator.most
    if count >= least and (most is None or count <= most):
        return
    if most is None:
        wanted = f"at least {least}"
    else:
        wanted = f"{least}" if least == most else f"{least} to {most}"
    message = f"wrong number of arguments: {operator.name} takes {wanted}, not {count}"
    raise refuse("wrong_arity", scope.at, message)


def _named(operator: Operator, given: Any, scope: Scope) -> tuple[form.Expr, ...]:
    if operator.name == "$getField" and not _is_arguments(given, operator.named):
        given = {"field": given, "input": "$$CURRENT"}
    elif operator.name == "$getField":
        given = {"input": "$$CURRENT", **given}
    if "regex" in operator.named:
        given = _regex_split(given, scope)
    if not _is_arguments(given, None):
        message = f"{operator.name} takes an object of {', '.join(operator.named)}"
        raise refuse("bad_arguments", scope.at, message)
    check_arguments(given, operator.named, operator.optional, scope)
    return tuple(
        parse_expression(given[name], scope.below(name))
        if name in given
        else form.Const(scope.at, MISSING)
        for name in operator.named
    )


def _regex_split(given: Any, scope: Scope) -> Any:
    """Return the arguments with a regular expression's own options among them."""
    literal = regex_value(given.get("regex")) if isinstance(given, dict) else None
    if literal is None:
        return given
    if given.get("options") and literal[1]:
        raise refuse("bad_arguments", scope.at, "options stand both in the regex and beside it")
    options = literal[1] or given.get("options", "")
    return {**given, "regex": {"$literal": literal[0]}, "options": options}


def _is_arguments(given: Any, names: tuple[str, ...] | None) -> bool:
    if not isinstance(given, dict) or is_operator_object(given):
        return False
    return names is None or bool(given.keys() & set(names))


def check_arguments(
    given: Mapping[str, Any], names: tuple[str, ...], optional: tuple[str, ...], scope: Scope
) -> None:
    """Refuse unknown arguments and the lack of needed ones."""
    for name in given:
        if name not in names:
            meant = near(str(name), names)
            raise refuse("bad_arguments", scope.at, f"unknown argument {name}", meant)
    for name in names:
        if name not in given and name not in optional:
            raise refuse("bad_arguments", scope.at, f"{name} is required")
