"""The conditions of `$match`: fields that are not there, tests that no value passes."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import compare, rank
from fritz.filters.checks.expressions import Context, infer
from fritz.filters.checks.schema import ArrayOf, Record, Scalar, Type
from fritz.filters.checks.shapes import Unfound, kinds, lookup
from fritz.filters.kinds import ANY, ARRAY, NULLISH, NUMBER, kind_of, names

__all__ = ["check_query"]

_TOLERANT: Final = (form.Exists, form.NotTest)


def check_query(query: form.Query, context: Context) -> None:
    """Report what is wrong with a query."""
    match query:
        case form.ExprQuery(expr=expr):
            infer(expr, context)
        case form.Field():
            _field(query, context)
        case form.QueryAnd(items=items):
            for item in items:
                check_query(item, context)
            _contradictions(items, context)
        case form.QueryOr(items=items) | form.QueryNor(items=items):
            for item in items:
                check_query(item, context.maybe())


def _field(query: form.Field, context: Context) -> None:
    shape = context.shape
    found = lookup(shape.record, query.parts, shape)
    if isinstance(found, Unfound):
        sure = context.sure and not isinstance(query.test, _TOLERANT)
        context.report.unfound(query.at, found, original=shape.original, sure=sure)
    else:
        _test(query, query.test, found, context)


def _test(query: form.Field, test: form.Test, kind: Type, context: Context) -> None:
    match test:
        case form.Compare(value=value):
            _bracket(query, kind, [value], context)
        case form.In(values=values):
            _bracket(query, kind, list(values), context)
        case form.ElementQuery(query=inside):
            item = kind.item if isinstance(kind, ArrayOf) else None
            if isinstance(item, Record):
                element = Context(type(context.shape)(item), context.report, context.limits)
                check_query(inside, element if context.sure else element.maybe())
        case _:
            return


def _leaves(kind: Type) -> int:
    """Return the kinds that a query's test meets: of an array, its elements' too."""
    if isinstance(kind, ArrayOf):
        return ARRAY | _leaves(kind.item) | (NULLISH if kind.nullable else 0)
    return kinds(kind)


def _bracket(query: form.Field, kind: Type, values: list[Any], context: Context) -> None:
    found = _leaves(kind)
    if found == ANY or not isinstance(kind, Scalar | ArrayOf):
        return
    fitting = [value for value in values if _fits(found, value)]
    if values and not fitting:
        given = names(kind_of(values[0]))
        message = (
            f"never matches: {'.'.join(query.parts)} is {names(found & ~NULLISH)}, not {given}"
        )
        context.report.say("never_matches", query.at, message)


def _fits(found: int, value: Any) -> bool:
    kind = kind_of(value)
    return bool(kind & found) or bool(kind & NUMBER and found & NUMBER) or value is None


def _contradictions(items: tuple[form.Query, ...], context: Context) -> None:
    """Report ranges of one scalar field that exclude each other."""
    bounds: dict[tuple[str, ...], list[tuple[form.Field, form.Compare]]] = {}
    for item in items:
        if isinstance(item, form.Field) and isinstance(item.test, form.Compare):
            kind = lookup(context.shape.record, item.parts)
            if isinstance(kind, Scalar):
                bounds.setdefault(item.parts, []).append((item, item.test))
    for parts, tests in bounds.items():
        for i, (_, one) in enumerate(tests):
            for where, other in tests[i + 1 :]:
                if _exclude(one, other):
                    message = f"never matches: two conditions on {'.'.join(parts)} contradict"
                    context.report.say("never_matches", where.at, message)


def _exclude(one: form.Compare, other: form.Compare) -> bool:
    if rank(one.value) != rank(other.value):
        return True
    low, high = (one, other) if one.op in {"$gt", "$gte", "$eq"} else (other, one)
    if low.op not in {"$gt", "$gte", "$eq"} or high.op not in {"$lt", "$lte", "$eq"}:
        return False
    order = compare(low.value, high.value)
    if low.op == high.op == "$eq":
        return order != 0
    strict = low.op == "$gt" or high.op == "$lt"
    return order > 0 or (order == 0 and strict)
