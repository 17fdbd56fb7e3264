"""Code that runs only where a condition holds: logic, `$cond`, `$switch`, `$ifNull`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fritz.filters import form
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Doc
from fritz.filters.kinds import BOOL, NULLISH

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder
    from fritz.filters.codegen.scopes import Lines

__all__ = ["conjunction", "disjunction", "either", "if_null", "negation", "sequence", "switch"]


def negation(b: Builder, expr: form.Not, doc: Doc) -> Code:
    """Return whether the item does not hold."""
    return Code(f"(not {b.condition(expr.item, doc)})", BOOL)


def conjunction(b: Builder, expr: form.And, doc: Doc) -> Code:
    """Return whether all items hold."""
    return sequence(b, [_conditional(b, item, doc) for item in expr.items], stop=False)


def disjunction(b: Builder, expr: form.Or, doc: Doc) -> Code:
    """Return whether any item holds."""
    return sequence(b, [_conditional(b, item, doc) for item in expr.items], stop=True)


def _conditional(b: Builder, item: form.Expr, doc: Doc) -> Callable[[], str]:
    return lambda: b.condition(item, doc)


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


def _apart(b: Builder, expr: form.Expr, doc: Doc) -> tuple[Lines, Code]:
    """Return the statements that a value needs, for a block, and its code."""
    state = b.attempt()
    b.out.depth += 1
    with b.scope():
        code = b.value(expr, doc)
    b.out.depth = state[1]
    return b.collected(state), code


def either(b: Builder, expr: form.Cond, doc: Doc) -> Code:
    """Return one of two values, in one line if neither needs statements of its own."""
    test = b.condition(expr.test, doc)
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


def switch(b: Builder, expr: form.Switch, doc: Doc) -> Code:
    """Return a loop that runs once and is left at the first branch that holds."""
    name, kinds = b.out.name(), 0
    with b.out.indented("while True:"), b.scope():
        for case, then in expr.branches:
            with b.out.indented(f"if {b.condition(case, doc)}:"), b.scope():
                code = b.value(then, doc)
                kinds |= code.kinds
                b.out.emit(f"{name} = {code.text}")
                b.out.emit("break")
        if expr.default is None:
            b.out.emit("no_branch()")
        else:
            code = b.value(expr.default, doc)
            kinds |= code.kinds
            b.out.emit(f"{name} = {code.text}")
        b.out.emit("break")
    return Code(name, kinds, atomic=True)


def if_null(b: Builder, expr: form.IfNull, doc: Doc) -> Code:
    """Return the first item that is neither null nor missing, else the last."""
    name = b.out.name()
    code = b.value(expr.items[0], doc)
    b.out.emit(f"{name} = {code.text}")
    kinds, last = 0, code.kinds
    with b.scope():
        for item in expr.items[1:]:
            kinds |= last & ~NULLISH
            test = b.null_or_missing(Code(name, last, atomic=True))
            with b.out.indented(f"if {test}:"):
                code = b.value(item, doc)
                b.out.emit(f"{name} = {code.text}")
            last = code.kinds
    return Code(name, kinds | last, atomic=True)
