"""Conditions of `$match` as what SQL knows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from fritz.filters import form
from fritz.filters.bson_order import MISSING
from fritz.filters.query_tests import leaf_check
from fritz.filters.sql.comparing import unsure, within_bracket
from fritz.filters.sql.conditions import (
    UNSURE,
    Truth,
    all_of,
    always,
    both,
    either,
    exactly,
    fixed,
    inverse,
    is_fixed,
    negated,
)
from fritz.filters.sql.expressions import Translator
from fritz.filters.sql.shapes import Document
from fritz.filters.sql.values import (
    Constant,
    History,
    Nulls,
    Scalar,
    Value,
    kinds_of,
)

__all__ = ["conjuncts", "query"]

Reader = Callable[[tuple[str, ...]], Value]


def conjuncts(node: form.Query) -> list[form.Query]:
    """Return the queries that must all hold, in the order in which they are evaluated."""
    if isinstance(node, form.QueryAnd):
        return [part for item in node.items for part in conjuncts(item)]
    return [node]


def query(translator: Translator, node: form.Query, document: Document) -> Truth:
    """Return the truth of a query over a document."""
    return _query(translator, node, lambda parts: translator.read(document, parts), document)


def _query(
    translator: Translator, node: form.Query, read: Reader, document: Document | None
) -> Truth:
    match node:
        case form.ExprQuery(expr=expr):
            return UNSURE if document is None else translator.truth(expr, document, {})
        case form.Field(parts=parts, test=test):
            return _field(translator, parts, test, read)
        case form.QueryAnd(items=items):
            truth = always(True)
            for item in items:
                truth = both(truth, _query(translator, item, read, document))
            return truth
        case form.QueryOr(items=items):
            return _any(translator, items, read, document)
        case form.QueryNor(items=items):
            return inverse(_any(translator, items, read, document))


def _any(
    translator: Translator,
    items: tuple[form.Query, ...],
    read: Reader,
    document: Document | None,
) -> Truth:
    truth = always(False)
    for item in items:
        truth = either(truth, _query(translator, item, read, document))
    return truth


def _field(translator: Translator, parts: tuple[str, ...], test: form.Test, read: Reader) -> Truth:
    """Return the truth of a test of all that a path reaches."""
    if isinstance(test, form.NotTest):
        return inverse(_every(translator, parts, test.tests, read))
    if isinstance(test, form.All):
        return _every(translator, parts, test.tests, read) if test.tests else always(False)
    if len(parts) > 1:
        history = read(parts[:1])
        if isinstance(history, History):
            return _in_history(translator, history, parts[1:], test)
    return _leaf(translator, read(parts), test)


def _every(
    translator: Translator, parts: tuple[str, ...], tests: tuple[form.Test, ...], read: Reader
) -> Truth:
    truth = always(True)
    for test in tests:
        truth = both(truth, _field(translator, parts, test, read))
    return truth


def _in_history(
    translator: Translator, history: History, rest: tuple[str, ...], test: form.Test
) -> Truth:
    """Return the truth of a test of what a path reaches in the elements of a history."""
    if not translator.columns.loops:
        return UNSURE
    if any(part.isascii() and part.isdigit() for part in rest):
        index = int(rest[0]) if rest[0].isascii() and rest[0].isdigit() else -1
        if isinstance(test, form.Exists) and len(rest) == 1 and history.test.exact and index >= 0:
            return _counted(translator, history, exp.GT, index)
        return UNSURE
    each = both(history.test, _leaf(translator, translator.columns.element(history, rest), test))
    some = translator.columns.some
    found = some(history.source, history.alias, each.may) if _can(each.may) else fixed(False)
    certain = negated(each.may_not)
    sure = some(history.source, history.alias, certain) if _can(certain) else fixed(False)
    elements = _found(each, found, sure)
    if is_fixed(history.absent, False):
        return elements
    # Below what is absent the path reaches one missing value; below null it reaches the same.
    without = always(_passes(test, MISSING))
    return either(elements, both(exactly(history.absent), without))


def _found(each: Truth, found: exp.Expr, sure: exp.Expr) -> Truth:
    """Return the truth that an element passes, from where one may and where one surely does."""
    may, may_not, _ = each.weight
    if each.exact:
        return exactly(found, may)
    return Truth(found, negated(sure), fixed(False), weight=(may, may_not, 0))


def _can(condition: exp.Expr) -> bool:
    return not is_fixed(condition, False)


def _counted(
    translator: Translator, history: History, comparison: type[exp.Expr], number: int
) -> Truth:
    count = translator.columns.count(history)
    bound = translator.columns.parameters.bind(min(number, 2**31))
    compared = comparison(this=count, expression=bound)
    return exactly(all_of(negated(history.absent), compared))


def _passes(test: form.Test, value: Any) -> bool:
    return leaf_check(test)(value)


def _leaf(translator: Translator, value: Value, test: form.Test) -> Truth:
    """Return the truth of a test of one value."""
    if isinstance(test, form.NotTest):
        truth = always(True)
        for each in test.tests:
            truth = both(truth, _leaf(translator, value, each))
        return inverse(truth)
    match value:
        case Constant(value=constant):
            return always(_passes(test, constant))
        case Scalar(raises=raises):
            truth = _scalar(translator, value, test)
            return truth if is_fixed(raises, False) else UNSURE
        case Truth(raises=raises):
            return _boolean(value, test) if is_fixed(raises, False) else UNSURE
        case History() if translator.columns.loops:
            return _history(translator, value, test)
        case _:
            return _unknown(value, test)


def _unknown(value: Value, test: form.Test) -> Truth:
    """Return what the possible kinds of a value tell."""
    if isinstance(test, form.Exists) and not kinds_of(value) & Nulls.MISSING.value:
        return always(True)
    return UNSURE


def _scalar(translator: Translator, value: Scalar, test: form.Test) -> Truth:  # noqa: PLR0911  one case per test
    match test:
        case form.Compare(op=op, value=constant):
            return within_bracket(translator.columns, op, value, constant)
        case form.In(values=values):
            truth = always(False)
            for each in values:
                truth = either(truth, within_bracket(translator.columns, "$eq", value, each))
            return truth
        case form.Exists() if value.nulls is Nulls.MISSING:
            return exactly(negated(value.empty))
        case form.Exists() if value.nulls is not Nulls.EITHER:
            return always(True)
        case form.Exists():
            return Truth(fixed(True), value.empty, fixed(False))
        case form.SizeIs() | form.ElementMatches() | form.ElementQuery():
            return always(False)
        case _:
            return UNSURE


def _boolean(value: Truth, test: form.Test) -> Truth:
    """Return the truth of a test of a computed boolean, which may come out either way."""
    passes = {each: _passes(test, each) for each in (True, False)}
    if passes[True] == passes[False]:
        return always(passes[True])
    return value if passes[True] else inverse(value)


def _history(translator: Translator, value: History, test: form.Test) -> Truth:
    match test:
        case form.Exists():
            absent = value.absent if value.nulls is Nulls.MISSING else fixed(False)
            return exactly(negated(absent))
        case form.SizeIs(size=size) if value.test.exact:
            return _counted(translator, value, exp.EQ, size)
        case form.Compare(op="$eq", value=None):
            return exactly(value.absent)
        case form.ElementQuery(query=inner):
            each = both(
                value.test,
                _query(translator, inner, lambda p: translator.columns.element(value, p), None),
            )
            found = translator.columns.some(value.source, value.alias, each.may)
            certain = negated(each.may_not)
            sure = translator.columns.some(value.source, value.alias, certain)
            return _found(each, found, sure)
        case _:
            return unsure()
