"""One compiler for each kind of expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fritz.filters import form
from fritz.filters.codegen.branches import (
    conjunction,
    disjunction,
    either,
    if_null,
    negation,
    switch,
)
from fritz.filters.codegen.calls import call
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Computed, Doc
from fritz.filters.codegen.loops import filtered, mapped, reduced
from fritz.filters.codegen.objects import assemble
from fritz.filters.kinds import ANY, ARRAY, NULL

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder, Compiler

__all__ = ["COMPILERS"]


def _object(b: Builder, expr: form.ObjectOf, doc: Doc) -> Code:
    return assemble(b, {name: Computed(item, doc) for name, item in expr.fields})


def _list(b: Builder, expr: form.ListOf, doc: Doc) -> Code:
    items = [b.present(b.value(item, doc)).text for item in expr.items]
    return Code(f"[{', '.join(items)}]", ARRAY)


def _let(b: Builder, expr: form.Let, doc: Doc) -> Code:
    for variable, item in expr.names:
        thunk = Computed(item, doc)
        b.facts.bound[variable] = thunk
        if b.facts.raises(item, doc) or not isinstance(item, form.Path):
            code = b.out.bind(b.value(item, doc))
            b.remember(("value", b.facts.number(item, doc)), code)
    return b.value(expr.body, doc)


def _sorted(b: Builder, expr: form.SortArray, doc: Doc) -> Code:
    array = b.out.bind(b.value(expr.array, doc))
    by = b.out.constant((expr.keys, expr.descending))
    return b.out.bind(Code(f"sort_array({array.text}, {by})", ARRAY | NULL))


def _zip(b: Builder, expr: form.Zip, doc: Doc) -> Code:
    arrays = ", ".join(b.value(item, doc).text for item in expr.arrays)
    defaults = "None" if expr.defaults is None else b.value(expr.defaults, doc).text
    text = f"zip_arrays([{arrays}], {expr.longest}, {defaults})"
    made = b.out.bind(Code(text, ARRAY | NULL))
    b.charge(made)
    return made


def _convert(b: Builder, expr: form.Convert, doc: Doc) -> Code:
    given = b.out.bind(b.value(expr.value, doc))
    to = b.value(expr.to, doc)
    has = f"{expr.on_error is not None}, {expr.on_null is not None}"
    name = b.out.bind(Code(f"convert({given.text}, {to.text}, {has})")).text
    for item, mark in ((expr.on_error, "FAILED"), (expr.on_null, "WAS_NULL")):
        if item is not None:
            with b.out.indented(f"if {name} is {mark}:"), b.scope():
                b.out.emit(f"{name} = {b.value(item, doc).text}")
    return Code(name, ANY, atomic=True)


COMPILERS: Final[dict[type, Compiler]] = {
    form.ObjectOf: _object,
    form.ListOf: _list,
    form.Not: negation,
    form.And: conjunction,
    form.Or: disjunction,
    form.Cond: either,
    form.Switch: switch,
    form.IfNull: if_null,
    form.Let: _let,
    form.SortArray: _sorted,
    form.Zip: _zip,
    form.Convert: _convert,
    form.Call: call,
    form.Map: mapped,
    form.Filter: filtered,
    form.Reduce: reduced,
}
