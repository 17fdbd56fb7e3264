"""The typed form in words: short text of an expression or a query, for people who read why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import MISSING

__all__ = ["cut", "expression_text", "query_text", "value_text"]

LONGEST: Final = 200
"""Characters of a text, about."""
_DEEPEST: Final = 6
_LISTED: Final = 6

_INFIX: Final = {
    "$gt": ">",
    "$gte": ">=",
    "$lt": "<",
    "$lte": "<=",
    "$eq": "=",
    "$ne": "!=",
    "$add": "+",
    "$subtract": "-",
    "$multiply": "*",
    "$divide": "/",
    "$mod": "mod",
    "$in": "in",
}


def cut(text: str, longest: int = LONGEST) -> str:
    """Return the text, its end left out if it is too long.

    Examples
    --------
    >>> cut("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def value_text(value: Any) -> str:
    """Return a value as people read it.

    Examples
    --------
    >>> value_text(0.42), value_text(None), value_text([1, 2, 3, 4, 5, 6, 7, 8])
    ('0.42', 'null', '[1, 2, 3, 4, 5, 6, …]')
    """
    if value is MISSING:
        return "missing"
    if isinstance(value, list):
        shown = [value_text(item) for item in value[:_LISTED]]
        return cut(_listed(shown, len(value)))
    if isinstance(value, dict):
        fields = [f"{key}: {value_text(item)}" for key, item in list(value.items())[:_LISTED]]
        return cut("{" + ", ".join(fields) + (", …}" if len(value) > _LISTED else "}"))
    if value is None or isinstance(value, bool | str):
        return cut(json.dumps(value, ensure_ascii=False))
    return cut(str(value))


def expression_text(expr: form.Expr) -> str:
    """Return an expression as people write it, e.g. ``candidate.jd - candidate.jdstarthist``."""
    return cut(_expression(expr, 0))


def _expression(expr: form.Expr, depth: int) -> str:  # noqa: C901, PLR0911, PLR0912  one case per node
    if depth > _DEEPEST:
        return "…"
    deeper = depth + 1
    match expr:
        case form.Const(value=value):
            return value_text(value)
        case form.Path(base=base, parts=parts):
            return ".".join((*(() if base is None else (base.name,)), *parts)) or "the alert"
        case form.And(items=items):
            return _joined(items, " and ", deeper)
        case form.Or(items=items):
            return _joined(items, " or ", deeper)
        case form.Not(item=item):
            return f"not {_expression(item, deeper)}"
        case form.Cond(test=test, then=then, otherwise=otherwise):
            one = _expression(then, deeper)
            return f"({one} if {_expression(test, deeper)} else {_expression(otherwise, deeper)})"
        case form.IfNull(items=items):
            return f"ifNull({', '.join(_several(items, deeper))})"
        case form.Call(operator=operator, args=args):
            return _call(operator.name, args, deeper)
        case form.ListOf(items=items):
            return _listed(_several(items, deeper), len(items))
        case form.ObjectOf(fields=fields):
            shown = [f"{name}: {_expression(value, deeper)}" for name, value in fields[:_LISTED]]
            return "{" + ", ".join(shown) + "}"
        case form.Filter(array=array, test=test, item=item):
            condition = _expression(test, deeper)
            return f"those {item.name} of {_expression(array, deeper)} with {condition}"
        case form.Map(array=array, body=body, item=item):
            return f"[{_expression(body, deeper)} for {item.name} in {_expression(array, deeper)}]"
        case form.Let(names=names, body=body):
            given = ", ".join(f"{var.name} = {_expression(of, deeper)}" for var, of in names)
            return f"{_expression(body, deeper)} where {given}"
        case _:
            name = type(expr).__name__
            inside = ", ".join(_several(tuple(form.children(expr)), deeper))
            return f"{name[0].lower()}{name[1:]}({inside})"


def _call(name: str, args: tuple[form.Expr, ...], depth: int) -> str:
    if name in _INFIX and len(args) > 1:
        return _joined(args, f" {_INFIX[name]} ", depth)
    return f"{name.removeprefix('$')}({', '.join(_several(args, depth))})"


def _several(items: tuple[form.Expr, ...], depth: int) -> list[str]:
    return [_expression(item, depth) for item in items[:_LISTED]]


def _joined(items: tuple[form.Expr, ...], word: str, depth: int) -> str:
    inside = word.join(_several(items, depth)) + (f"{word}…" if len(items) > _LISTED else "")
    return inside if depth == 1 else f"({inside})"


def _listed(shown: list[str], length: int) -> str:
    return "[" + ", ".join(shown) + (", …]" if length > len(shown) else "]")


def query_text(query: form.Query) -> str:
    """Return a query's condition as people write it, e.g. ``candidate.drb > 0.9``."""
    return cut(_query(query, 0))


def _query(query: form.Query, depth: int) -> str:
    if depth > _DEEPEST:
        return "…"
    match query:
        case form.Field(parts=parts, test=test):
            return f"{'.'.join(parts)} {_test(test, depth + 1)}".strip()
        case form.ExprQuery(expr=expr):
            return _expression(expr, depth)
        case form.QueryAnd(items=items):
            return _queries(items, " and ", depth)
        case form.QueryOr(items=items):
            return _queries(items, " or ", depth)
        case form.QueryNor(items=items):
            return f"none of ({_queries(items, ', ', 0)})"


def _queries(items: Iterable[form.Query], word: str, depth: int) -> str:
    listed = tuple(items)
    inside = word.join(_query(item, depth + 1) for item in listed[:_LISTED])
    inside += f"{word}…" if len(listed) > _LISTED else ""
    return f"({inside})" if depth and len(listed) > 1 else inside


def _test(test: form.Test, depth: int) -> str:  # noqa: C901, PLR0911  one case per test
    if depth > _DEEPEST:
        return "…"
    match test:
        case form.Compare(op=op, value=value):
            return f"{_INFIX[op]} {value_text(value)}"
        case form.In(values=values):
            return f"in {_listed([value_text(v) for v in values[:_LISTED]], len(values))}"
        case form.Exists():
            return "exists"
        case form.TypeIs(names=names):
            return f"is of type {' or '.join(sorted(names))}"
        case form.Modulo(divisor=divisor, remainder=remainder):
            return f"mod {divisor} = {remainder}"
        case form.Regex(pattern=pattern):
            return f"matches /{cut(pattern, 60)}/"
        case form.SizeIs(size=size):
            return f"has {size} elements"
        case form.All(tests=tests):
            return f"has all: {_tests(tests, depth)}"
        case form.ElementMatches(tests=tests):
            return f"has an element that {_tests(tests, depth)}"
        case form.ElementQuery(query=query):
            return f"has an element with {_query(query, depth)}"
        case form.NotTest(tests=tests):
            return _negated(tests, depth)


def _negated(tests: tuple[form.Test, ...], depth: int) -> str:
    """Return that not all tests hold; that not all fail is said as "or"."""
    negations = [test for test in tests if isinstance(test, form.NotTest)]
    if len(negations) == len(tests):
        return " or ".join(_tests(each.tests, depth) for each in negations)
    return f"not ({_tests(tests, depth)})"


def _tests(tests: tuple[form.Test, ...], depth: int) -> str:
    return " and ".join(_test(test, depth + 1) for test in tests[:_LISTED])
