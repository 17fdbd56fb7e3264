"""Code for loops over arrays; what only counts or tests elements builds no array."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fritz.filters import form
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Computed, Doc, Kept, Local, RawField, Thunk
from fritz.filters.kinds import ANY, ARRAY, BOOL, OBJECT

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["filtered", "fused", "mapped", "reduced"]


def _input(b: Builder, expr: form.Expr, doc: Doc) -> tuple[Code, Thunk | None]:
    """Return the array to run over, and the field whose elements stand for the projected ones.

    Where an array was projected (`prv_candidates.jd: 1`), the original's elements serve as well,
    if only fields that were kept are read; so nothing is copied.
    """
    if b.assume and isinstance(expr, form.Path) and expr.base is None and len(expr.parts) == 1:
        thunk = _resolved(doc.field(expr.parts[0]))
        if isinstance(thunk, Kept) and isinstance(thunk.inner, RawField):
            return b.out.bind(b.force(thunk.inner)), thunk
    return b.out.bind(b.value(expr, doc)), None


def _resolved(thunk: Thunk) -> Thunk:
    while isinstance(thunk, Computed) and isinstance(thunk.expr, form.Path):
        path = thunk.expr
        if path.base is not None or len(path.parts) != 1:
            break
        thunk = thunk.doc.field(path.parts[0])
    return thunk


@contextmanager
def _elements(
    b: Builder, array: Code, kept: Thunk | None, item: form.Variable, extra: str = ""
) -> Iterator[str]:
    """Emit the counting of steps and the loop; the body goes inside."""
    b.loops = True
    b.out.emit(f"n += len({array.text}){extra}")
    with b.out.indented("if n > lim:"):
        b.out.emit("lim = tick(n)")
    name = b.out.name()
    with b.out.indented(f"for {name} in {array.text}:"), b.scope():
        tree = kept.tree if isinstance(kept, Kept) else None
        source = b.facts.source_of(item) or ""
        dicts = any(checked == source for checked, _ in b.facts.elements)
        if tree is not None and not dicts:
            with b.out.indented(f"if type({name}) is not dict:"):
                b.out.emit("raise Deviation")
        b.facts.bound[item] = Local(name, ANY, source, tree)
        if tree is not None or dicts:
            local = Local(name, ANY, source)
            key = ("mapping", b.facts.thunk_number(local))
            b.remember(key, Code(name, atomic=True))
        yield name


def _guarded(b: Builder, array: Code, result: str, otherwise: str, kept: Thunk | None) -> None:
    """Emit what happens when the input is no array."""
    if array.kinds == ARRAY:
        return
    with b.out.indented("else:"):
        if kept is not None:
            b.assure_array(array)
        b.out.emit(f"{result} = {otherwise}")


@contextmanager
def _when_array(b: Builder, array: Code) -> Iterator[None]:
    if array.kinds == ARRAY:
        with b.scope():
            yield
        return
    with b.out.indented(f"if type({array.text}) is list:"), b.scope():
        yield


def _hoist(b: Builder, expr: form.Expr, doc: Doc, inner: frozenset[form.Variable]) -> None:
    """Evaluate before a loop what its body needs and the element does not change."""
    if isinstance(expr, form.Const):
        return
    if not _mentions(expr, inner) and not isinstance(expr, form.ObjectOf | form.ListOf):
        if not b.facts.raises(expr, doc):
            code = b.out.bind(b.value(expr, doc))
            b.remember(("value", b.facts.number(expr, doc)), code)
        return
    bound = {*inner, *_binds(expr)}
    for child in form.children(expr):
        _hoist(b, child, doc, frozenset(bound))


def _binds(expr: form.Expr) -> Iterator[form.Variable]:
    match expr:
        case form.Let(names=names):
            yield from (variable for variable, _ in names)
        case form.Map(item=item) | form.Filter(item=item):
            yield item
        case form.Reduce(item=item, carried=carried):
            yield from (item, carried)
        case _:
            return


def _mentions(expr: form.Expr, variables: frozenset[form.Variable]) -> bool:
    """Return whether the expression depends on one of the variables, or binds its own."""
    if isinstance(expr, form.Path):
        return expr.base in variables
    if any(True for _ in _binds(expr)):
        return True
    return any(_mentions(child, variables) for child in form.children(expr))


def mapped(b: Builder, expr: form.Map, doc: Doc) -> Code:
    """Return the array of the body's values."""
    array, kept = _input(b, expr.array, doc)
    result, append = b.out.name(), b.out.name()
    with _when_array(b, array):
        _hoist(b, expr.body, doc, frozenset({expr.item}))
        b.out.emit(f"{result} = []")
        b.out.emit(f"{append} = {result}.append")
        with _elements(b, array, kept, expr.item):
            b.out.emit(f"{append}({b.present(b.value(expr.body, doc)).text})")
    _guarded(b, array, result, f"null_array({array.text})", kept)
    return Code(result, b.facts.kinds(expr, doc), atomic=True)


def filtered(b: Builder, expr: form.Filter, doc: Doc) -> Code:
    """Return the array of the elements for which the condition holds."""
    array = b.out.bind(b.value(expr.array, doc))
    result, append, limit = b.out.name(), b.out.name(), ""
    if expr.limit is not None:
        given = b.value(expr.limit, doc).text
        limit = b.out.bind(Code(f"filter_limit({given})")).text
    with _when_array(b, array):
        _hoist(b, expr.test, doc, frozenset({expr.item}))
        b.out.emit(f"{result} = []")
        b.out.emit(f"{append} = {result}.append")
        with _elements(b, array, None, expr.item) as name:
            test = b.condition(expr.test, doc)
            with b.out.indented(f"if {test}:"):
                b.out.emit(f"{append}({name})")
                if limit:
                    b.out.emit(f"if len({result}) == {limit}: break")
    _guarded(b, array, result, f"null_array({array.text})", None)
    return Code(result, b.facts.kinds(expr, doc), atomic=True)


def reduced(b: Builder, expr: form.Reduce, doc: Doc) -> Code:
    """Return the value carried over all elements."""
    array = b.out.bind(b.value(expr.array, doc))
    start = b.value(expr.start, doc)
    result = b.out.name()
    b.facts.bound[expr.carried] = Local(result, ANY)
    with _when_array(b, array):
        _hoist(b, expr.body, doc, frozenset({expr.item, expr.carried}))
        b.out.emit(f"{result} = {start.text}")
        grows = _wraps(expr.body, frozenset({expr.carried}))
        weights = b.out.name()
        if grows:
            b.out.emit(f"{weights} = {{}}")
        with _elements(b, array, None, expr.item):
            b.out.emit(f"{result} = {b.value(expr.body, doc).text}")
            if grows:
                b.out.emit(f"if weight({result}, {weights}) > lim: lim = tick(n + {weights}[0])")
    _guarded(b, array, result, f"null_array({array.text})", None)
    return Code(result, ANY, atomic=True)


def _wraps(expr: form.Expr, carried: frozenset[form.Variable]) -> bool:
    """Return whether an expression builds an array or object around what a loop carries."""
    builds = isinstance(expr, form.ObjectOf | form.ListOf | form.Zip | form.Map)
    if (builds or (isinstance(expr, form.Call) and expr.operator.yields & OBJECT)) and any(
        _reads(child, carried) for child in form.children(expr)
    ):
        return True
    return any(_wraps(child, carried) for child in form.children(expr))


def _reads(expr: form.Expr, variables: frozenset[form.Variable]) -> bool:
    if isinstance(expr, form.Path):
        return expr.base in variables
    return any(_reads(child, variables) for child in form.children(expr))


# --- operators that need no array of their own ------------------------------------------------


def fused(b: Builder, expr: form.Call, doc: Doc) -> Code | None:
    """Return the code of an operator over a loop without the array in between, if there is one."""
    loop = expr.args[0] if expr.args else None
    if isinstance(loop, form.Map) and expr.operator.name in {"$anyElementTrue", "$allElementsTrue"}:
        return _truth_of(b, loop, doc, every=expr.operator.name == "$allElementsTrue")
    return None


def _truth_of(b: Builder, loop: form.Map, doc: Doc, *, every: bool) -> Code:
    """Return whether the body holds for any element, or for every one."""
    array, kept = _input(b, loop.array, doc)
    result = b.out.name()
    with _when_array(b, array):
        _hoist(b, loop.body, doc, frozenset({loop.item}))
        b.out.emit(f"{result} = {every}")
        with _elements(b, array, kept, loop.item):
            test = b.condition(loop.body, doc)
            with b.out.indented(f"if {'not ' if every else ''}{test}:"):
                b.out.emit(f"{result} = {not every}")
                if not b.facts.raises(loop.body, doc):
                    b.out.emit("break")
    _guarded(b, array, result, f"need_array({array.text})", kept)
    return Code(result, BOOL, atomic=True)
