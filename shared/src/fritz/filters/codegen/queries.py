"""Code for the conditions of `$match`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fritz.filters import form
from fritz.filters.bson_order import is_number
from fritz.filters.codegen.branches import sequence
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import (
    Absent,
    Computed,
    Doc,
    Kept,
    Known,
    Thunk,
)
from fritz.filters.kinds import BOOL, NULLISH, NUMBER
from fritz.filters.query_tests import leaf_check, path_check

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["conjuncts", "query"]

_SIGN = {"$lt": "<", "$lte": "<=", "$gt": ">", "$gte": ">="}
_BIG = 20


def conjuncts(node: form.Query) -> list[form.Query]:
    """Return the queries that must all hold."""
    if isinstance(node, form.QueryAnd):
        return [part for item in node.items for part in conjuncts(item)]
    return [node]


def query(b: Builder, node: form.Query, doc: Doc) -> str:
    """Return source whose truth is whether the document matches."""
    match node:
        case form.ExprQuery(expr=expr):
            return b.condition(expr, doc)
        case form.Field(parts=parts, test=test):
            with b.out.standing_at(node.at):
                return _field(b, parts, test, doc)
        case form.QueryAnd(items=items):
            return sequence(b, [_later(b, item, doc) for item in items], stop=False).text
        case form.QueryOr(items=items):
            return sequence(b, [_later(b, item, doc) for item in items], stop=True).text
        case form.QueryNor(items=items):
            found = sequence(b, [_later(b, item, doc) for item in items], stop=True)
            return f"(not {found.text})"


def _later(b: Builder, node: form.Query, doc: Doc) -> Callable[[], str]:
    return lambda: query(b, node, doc)


def _field(b: Builder, parts: tuple[str, ...], test: form.Test, doc: Doc) -> str:
    if isinstance(test, form.NotTest) and len(test.tests) == 1:
        return f"(not {_field(b, parts, test.tests[0], doc)})"
    thunk, rest = _descend(doc.field(parts[0]), parts[1:])
    if not rest:
        return _leaf(b, b.out.bind(b.force(thunk)), test)
    if b.assume and b.is_object(thunk) and not _is_index(rest[0]):
        if len(rest) == 1:
            return _leaf(b, b.out.bind(b.read(thunk, rest)), test)
        inside = b.out.bind(b.read(thunk, rest[:1]))
        return _below(b, inside, rest[1:], test)
    return _below(b, b.out.bind(b.force(thunk)), rest, test)


def _descend(thunk: Thunk, rest: tuple[str, ...]) -> tuple[Thunk, tuple[str, ...]]:
    """Follow a path through fields whose origin is known."""
    while rest:
        if isinstance(thunk, Computed) and isinstance(thunk.expr, form.Path):
            path = thunk.expr
            if path.base is not None or len(path.parts) != 1:
                break
            thunk = thunk.doc.field(path.parts[0])
        elif isinstance(thunk, Known):
            thunk, rest = thunk.fields.get(rest[0], Absent()), rest[1:]
        elif isinstance(thunk, Kept) and thunk.tree.fields.get(rest[0], thunk) is None:
            if _is_index(rest[0]):
                break
            thunk = thunk.inner
        else:
            break
    return thunk, rest


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit()


def _below(b: Builder, inside: Code, rest: tuple[str, ...], test: form.Test) -> str:
    check = b.out.constant(path_check(test, rest))
    if isinstance(test, form.Exists) and len(rest) == 1 and _is_index(rest[0]):
        x, index = inside.text, int(rest[0])
        quick = f"type({x}) is list and len({x}) > {index}"
        return f"({quick} or ({x} is not M and {check}({x})))"
    return f"{check}({inside.text})"


def _leaf(b: Builder, found: Code, test: form.Test) -> str:  # noqa: PLR0911  one per test
    """Return the test of a value that a path ends at, fast for what it usually is."""
    if found.constant is not ...:
        return repr(leaf_check(test)(found.constant))
    x = found.text
    scalar = not found.kinds & ~(NUMBER | NULLISH | BOOL)
    match test:
        case form.Exists():
            return f"({x} is not M)"
        case form.Compare(op="$eq", value=value):
            quick = _equal(b, x, value, found)
            if quick is not None and scalar:
                same = found.kinds == BOOL and type(value) is bool
                return (x if value else f"(not {x})") if same else f"({quick})"
            if quick is not None:
                slow = b.out.constant(leaf_check(test))
                return f"({quick} or (type({x}) is list and {slow}({x})))"
        case form.Compare(op=op, value=value) if is_number(value) and value == value:  # noqa: PLR0124  not NaN
            slow = b.out.constant(leaf_check(test))
            number = b.out.literal(value).text
            kind = "int" if found.hint == "int" else "float"
            return f"({x} {_SIGN[op]} {number} if type({x}) is {kind} else {slow}({x}))"
        case form.In(values=values):
            slow = b.out.constant(leaf_check(test))
            if all(type(value) is str for value in values) and len(values) < _BIG:
                strings = b.out.constant(frozenset(values))
                return f"({x} in {strings} if type({x}) is str else {slow}({x}))"
            return f"{slow}({x})"
        case _:
            pass
    return f"{b.out.constant(leaf_check(test))}({x})"


def _equal(b: Builder, x: str, value: object, found: Code) -> str | None:
    """Return the test of equality with a constant; arrays are left to another test."""
    if value is None:
        return f"{x} is None or {x} is M"
    if value is True or value is False:
        return f"{x} is {value}"
    if type(value) is str:
        return f"{x} == {b.out.constant(value)}"
    if is_number(value) and value == value:  # noqa: PLR0124  not NaN
        number = b.out.literal(value).text
        clash = value in (0, 1) and found.kinds & BOOL
        return f"({x} == {number} and type({x}) is not bool)" if clash else f"{x} == {number}"
    return None
