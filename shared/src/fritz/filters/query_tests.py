"""Tests of the query language as functions of a value; `MISSING` stands for an absent field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fritz.filters import form
from fritz.filters.bson_order import MISSING, compare, equal, is_number, rank, type_name
from fritz.filters.paths import leaves

__all__ = ["Check", "document_check", "leaf_check", "path_check"]

Check: TypeAlias = Callable[[Any], bool]


def _compared(op: str, value: Any) -> Check:
    if op == "$eq":
        return _equals(value)
    wanted, or_equal = rank(value), op in {"$lte", "$gte"}
    sign = 1 if op in {"$gt", "$gte"} else -1
    nan = value != value  # noqa: PLR0124  NaN's own test

    def check(found: Any) -> bool:
        if value is None:
            return or_equal and (found is None or found is MISSING)
        if rank(found) != wanted:
            return False
        if nan or found != found:  # noqa: PLR0124  NaN's own test
            return or_equal and bool(nan) and bool(found != found)  # noqa: PLR0124  as above
        order = compare(found, value)
        return order == sign or (or_equal and order == 0)

    return check


def _equals(value: Any) -> Check:
    if value is None:
        return lambda found: found is None or found is MISSING
    return lambda found: equal(found, value)


def _in(values: tuple[Any, ...]) -> Check:
    checks = [_equals(value) for value in values]
    return lambda found: any(check(found) for check in checks)


def _modulo(test: form.Modulo) -> Check:
    def check(found: Any) -> bool:
        if not is_number(found) or found != found or abs(found) == float("inf"):  # noqa: PLR0124  NaN
            return False
        whole = int(found)
        left = abs(whole) % abs(test.divisor)
        return (-left if whole < 0 else left) == test.remainder

    return check


def _regex(test: form.Regex) -> Check:
    from fritz.filters.regex import compile_regex  # noqa: PLC0415  most filters need no regex

    pattern = compile_regex(test.pattern, test.options)
    return lambda found: type(found) is str and pattern.search(found) is not None


def _single(test: form.Test) -> Check:  # noqa: C901, PLR0911  one case per test
    """Return the check of one value as it is, its elements not considered."""
    match test:
        case form.Compare(op=op, value=value):
            return _compared(op, value)
        case form.In(values=values):
            return _in(values)
        case form.Exists():
            return lambda found: found is not MISSING
        case form.TypeIs(names=names):
            return lambda found: type_name(found) in names
        case form.Modulo():
            return _modulo(test)
        case form.Regex():
            return _regex(test)
        case form.SizeIs(size=size):
            return lambda found: type(found) is list and len(found) == size
        case form.ElementMatches(tests=tests):
            return _element([_single(each) for each in tests])
        case form.ElementQuery(query=query):
            inside = document_check(query)
            return _element([lambda item: type(item) is dict and inside(item)])
        case form.All(tests=tests):
            checks = [leaf_check(each) for each in tests]
            return lambda found: bool(checks) and all(check(found) for check in checks)
        case form.NotTest(tests=tests):
            negated = [_single(each) for each in tests]
            return lambda found: not all(check(found) for check in negated)


def _element(checks: list[Check]) -> Check:
    def check(found: Any) -> bool:
        if type(found) is not list:
            return False
        return any(all(each(item) for each in checks) for item in found)

    return check


def leaf_check(test: form.Test) -> Check:
    """Return the check of what a path ends at: an array passes if an element does."""
    single = _single(test)
    if isinstance(
        test, form.Exists | form.SizeIs | form.ElementMatches | form.ElementQuery | form.All
    ):
        return single
    if isinstance(test, form.NotTest):
        checks = [leaf_check(each) for each in test.tests]
        return lambda found: not all(check(found) for check in checks)

    def check(found: Any) -> bool:
        if type(found) is list:
            return any(single(item) for item in found) or single(found)
        return single(found)

    return check


def path_check(test: form.Test, parts: tuple[str, ...]) -> Check:
    """Return the check of a path below a value."""
    if isinstance(test, form.NotTest):
        inside = [path_check(each, parts) for each in test.tests]
        return lambda found: not all(check(found) for check in inside)
    if isinstance(test, form.All):
        each_of = [path_check(each, parts) for each in test.tests]
        return lambda found: bool(each_of) and all(check(found) for check in each_of)
    check = leaf_check(test)
    if not parts:
        return check
    return lambda found: any(check(leaf) for leaf in leaves(found, parts))


def document_check(query: form.Query) -> Check:
    """Return the check of an object against a query without expressions."""
    match query:
        case form.Field(parts=parts, test=test):
            return path_check(test, parts)
        case form.QueryAnd(items=items):
            every = [document_check(item) for item in items]
            return lambda found: all(check(found) for check in every)
        case form.QueryOr(items=items):
            some = [document_check(item) for item in items]
            return lambda found: any(check(found) for check in some)
        case form.QueryNor(items=items):
            none = [document_check(item) for item in items]
            return lambda found: not any(check(found) for check in none)
        case form.ExprQuery():
            raise AssertionError("an expression within $elemMatch passed the parser")
