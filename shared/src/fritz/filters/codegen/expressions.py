"""Code for expressions: values, and the truth of conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from fritz.filters import form
from fritz.filters.codegen.calls import call
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Computed, Doc
from fritz.filters.codegen.loops import filtered, mapped, reduced
from fritz.filters.kinds import ANY, ARRAY, BOOL, NULL, NULLISH, NUMBER

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["condition", "value"]

_OFTEN: Final = 3
"""Uses from which a value is worth evaluating before it is sure to be needed."""
_PYTHONIC: Final = BOOL | NUMBER | NULLISH
"""Kinds whose truth is Python's."""


def value(b: Builder, expr: form.Expr, doc: Doc) -> Code:
    """Return the code of the expression's value."""
    if isinstance(expr, form.Const):
        return b.out.literal(expr.value)
    if isinstance(expr, form.Path):
        return b.path(expr, (), doc)
    key = ("value", b.facts.number(expr, doc))
    known = b.recall(key)
    if known is not None:
        return known
    uses = b.facts.uses.get(key[1], 0)
    if uses >= _OFTEN and b.may_hoist and _worth_hoisting(b, expr, doc):
        with b.hoisted():
            return _fresh(b, expr, doc, key, uses)
    return _fresh(b, expr, doc, key, uses)


def _fresh(b: Builder, expr: form.Expr, doc: Doc, key: tuple[str, int], uses: int) -> Code:
    with b.out.standing_at(expr.at):
        code = _COMPILERS[type(expr)](b, expr, doc)
        if uses > 1 and not _is_comparison(expr):
            code = b.out.bind(code)
    return b.remember(key, code) if code.atomic else code


def _is_comparison(expr: form.Expr) -> bool:
    """Return whether the value is cheaper to find again than to keep."""
    return (
        isinstance(expr, form.Call)
        and expr.operator.yields == BOOL
        and (expr.operator.name in {"$lt", "$lte", "$gt", "$gte", "$eq", "$ne"})
    )


def _worth_hoisting(b: Builder, expr: form.Expr, doc: Doc) -> bool:
    """Return whether to evaluate once, for all blocks, what several blocks use.

    It must not raise, depend on a variable, or loop.
    """
    if isinstance(expr, form.And | form.Or | form.Not) or _is_comparison(expr):
        return False
    return _is_plain(expr) and not b.facts.raises(expr, doc)


def _is_plain(expr: form.Expr) -> bool:
    if isinstance(expr, form.Map | form.Filter | form.Reduce | form.Let | form.SortArray):
        return False
    if isinstance(expr, form.Path) and expr.base is not None:
        return False
    return all(_is_plain(child) for child in form.children(expr))


def condition(b: Builder, expr: form.Expr, doc: Doc) -> str:
    """Return source whose Python truth is the expression's truth."""
    return truth(b, value(b, expr, doc))


def truth(b: Builder, code: Code) -> str:
    """Return source whose Python truth is the value's truth."""
    if code.constant is not ...:
        from fritz.filters.bson_order import truthy  # noqa: PLC0415  constants only

        return repr(truthy(code.constant))
    if code.kinds == BOOL:
        return f"({code.text})" if not code.atomic else code.text
    if not code.kinds & ~_PYTHONIC:
        return f"(not not {code.text})"
    text = b.out.bind(code).text
    return f"({text} if type({text}) is bool else truthy({text}))"


# --- one compiler per kind of expression ------------------------------------------------------


def _object(b: Builder, expr: form.ObjectOf, doc: Doc) -> Code:
    return b.assemble({name: Computed(item, doc) for name, item in expr.fields})


def _list(b: Builder, expr: form.ListOf, doc: Doc) -> Code:
    items = [present(b, value(b, item, doc)).text for item in expr.items]
    return Code(f"[{', '.join(items)}]", ARRAY)


def present(b: Builder, code: Code) -> Code:
    """Return the code with null instead of a missing value."""
    if code.text == "M":
        return Code("None", NULL, atomic=True, constant=None)
    if not code.kinds & ~NULLISH & ANY or not code.kinds & 1:
        return code
    text = b.out.bind(code).text
    return Code(f"(None if {text} is M else {text})", (code.kinds & ~NULLISH) | NULL)


def _not(b: Builder, expr: form.Not, doc: Doc) -> Code:
    return Code(f"(not {condition(b, expr.item, doc)})", BOOL)


def _and(b: Builder, expr: form.And, doc: Doc) -> Code:
    return sequence(b, [_conditional(b, item, doc) for item in expr.items], stop=False)


def _or(b: Builder, expr: form.Or, doc: Doc) -> Code:
    return sequence(b, [_conditional(b, item, doc) for item in expr.items], stop=True)


def _conditional(b: Builder, item: form.Expr, doc: Doc) -> Callable[[], str]:
    return lambda: condition(b, item, doc)


def sequence(b: Builder, tests: list[Callable[[], str]], *, stop: bool) -> Code:
    """Return the truth of tests that are run until one comes out as `stop`.

    Tests that need no statements of their own join in one line.
    """
    if not tests:
        return Code(repr(not stop), BOOL, atomic=True, constant=not stop)
    word, go = (" or ", "if not {}:") if stop else (" and ", "if {}:")
    result, joined = "", tests[0]()
    with b.scope():
        for test in tests[1:]:
            state = b.attempt()
            b.out.depth += 1
            text = test()
            depth, b.out.depth = b.out.depth, state[1]
            lines = b.collected(state)
            if not lines:
                joined = f"{joined}{word}{text}" if joined else text
                continue
            result = _settle(b, result, joined, go)
            b.out.emit(go.format(result))
            b.out.lines.extend(lines)
            b.out.lines.append((depth, f"{result} = {text}", b.out.at))
            joined = ""
    if not result:
        return Code(f"({joined})", BOOL)
    return Code(_settle(b, result, joined, go), BOOL, atomic=True)


def _settle(b: Builder, result: str, joined: str, go: str) -> str:
    """Emit what has been joined so far and return the local with the result."""
    if not joined:
        return result
    if not result:
        result = b.out.name()
        b.out.emit(f"{result} = {joined}")
        return result
    with b.out.indented(go.format(result)):
        b.out.emit(f"{result} = {joined}")
    return result


def _apart(b: Builder, expr: form.Expr, doc: Doc) -> tuple[list[tuple[int, str, str]], Code]:
    """Return the statements that a value needs, for a block, and its code."""
    state = b.attempt()
    b.out.depth += 1
    with b.scope():
        code = value(b, expr, doc)
    b.out.depth = state[1]
    return b.collected(state), code


def _cond(b: Builder, expr: form.Cond, doc: Doc) -> Code:
    test = condition(b, expr.test, doc)
    (then_lines, then), (else_lines, otherwise) = (
        _apart(b, item, doc) for item in (expr.then, expr.otherwise)
    )
    kinds = then.kinds | otherwise.kinds
    if not then_lines and not else_lines:
        return Code(f"({then.text} if {test} else {otherwise.text})", kinds)
    name = b.out.name()
    for head, lines, code in (
        (f"if {test}:", then_lines, then),
        ("else:", else_lines, otherwise),
    ):
        with b.out.indented(head):
            b.out.lines.extend(lines)
            b.out.emit(f"{name} = {code.text}")
    return Code(name, kinds, atomic=True)


def _switch(b: Builder, expr: form.Switch, doc: Doc) -> Code:
    """Return a loop that runs once and is left at the first branch that holds."""
    name, kinds = b.out.name(), 0
    with b.out.indented("while True:"), b.scope():
        for case, then in expr.branches:
            with b.out.indented(f"if {condition(b, case, doc)}:"), b.scope():
                code = value(b, then, doc)
                kinds |= code.kinds
                b.out.emit(f"{name} = {code.text}")
                b.out.emit("break")
        if expr.default is None:
            b.out.emit("no_branch()")
        else:
            code = value(b, expr.default, doc)
            kinds |= code.kinds
            b.out.emit(f"{name} = {code.text}")
        b.out.emit("break")
    return Code(name, kinds, atomic=True)


def _if_null(b: Builder, expr: form.IfNull, doc: Doc) -> Code:
    name = b.out.name()
    code = value(b, expr.items[0], doc)
    b.out.emit(f"{name} = {code.text}")
    kinds, last = 0, code.kinds
    with b.scope():
        for item in expr.items[1:]:
            kinds |= last & ~NULLISH
            test = b.null_or_missing(Code(name, last, atomic=True))
            with b.out.indented(f"if {test}:"):
                code = value(b, item, doc)
                b.out.emit(f"{name} = {code.text}")
            last = code.kinds
    return Code(name, kinds | last, atomic=True)


def _let(b: Builder, expr: form.Let, doc: Doc) -> Code:
    for variable, item in expr.names:
        thunk = Computed(item, doc)
        b.facts.bound[variable] = thunk
        if b.facts.raises(item, doc) or not isinstance(item, form.Path):
            code = b.out.bind(value(b, item, doc))
            b.remember(("value", b.facts.number(item, doc)), code)
    return value(b, expr.body, doc)


def _sorted(b: Builder, expr: form.SortArray, doc: Doc) -> Code:
    array = b.out.bind(value(b, expr.array, doc))
    by = b.out.constant((expr.keys, expr.descending))
    return b.out.bind(Code(f"sort_array({array.text}, {by})", ARRAY | NULL))


def _zip(b: Builder, expr: form.Zip, doc: Doc) -> Code:
    arrays = ", ".join(value(b, item, doc).text for item in expr.arrays)
    defaults = "None" if expr.defaults is None else value(b, expr.defaults, doc).text
    text = f"zip_arrays([{arrays}], {expr.longest}, {defaults})"
    made = b.out.bind(Code(text, ARRAY | NULL))
    charge(b, made)
    return made


def charge(b: Builder, code: Code) -> None:
    """Emit the counting of a value's size as steps."""
    b.loops = True
    b.out.emit(f"n += cost({code.text})")
    with b.out.indented("if n > lim:"):
        b.out.emit("lim = tick(n)")


def _convert(b: Builder, expr: form.Convert, doc: Doc) -> Code:
    given = b.out.bind(value(b, expr.value, doc))
    to = value(b, expr.to, doc)
    has = f"{expr.on_error is not None}, {expr.on_null is not None}"
    name = b.out.bind(Code(f"convert({given.text}, {to.text}, {has})")).text
    for item, mark in ((expr.on_error, "FAILED"), (expr.on_null, "WAS_NULL")):
        if item is not None:
            with b.out.indented(f"if {name} is {mark}:"), b.scope():
                b.out.emit(f"{name} = {value(b, item, doc).text}")
    return Code(name, ANY, atomic=True)


_COMPILERS: Final[dict[type, Callable[[Builder, Any, Doc], Code]]] = {
    form.ObjectOf: _object,
    form.ListOf: _list,
    form.Not: _not,
    form.And: _and,
    form.Or: _or,
    form.Cond: _cond,
    form.Switch: _switch,
    form.IfNull: _if_null,
    form.Let: _let,
    form.SortArray: _sorted,
    form.Zip: _zip,
    form.Convert: _convert,
    form.Call: call,
    form.Map: mapped,
    form.Filter: filtered,
    form.Reduce: reduced,
}
