"""Checks that make an expression safe to leave until it is needed.

A loop over the history raises if the history is no array or a time in it no number; a difference
raises if a magnitude is a string. Whether an expression would raise must be known even where its
result is not: a few cheap checks of types, shared by the whole filter, say so without running it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from fritz.filters import form
from fritz.filters.codegen.documents import Computed, Doc, RawField, Thunk
from fritz.filters.codegen.survey import (
    ALWAYS_DOUBLE,
    ARRAYS,
    DOUBLE_NAMES,
    INT_NAMES,
    TOP_LEVEL,
)
from fritz.filters.kinds import ARRAY, DOUBLE, INT, MISSING_KIND, NULLISH

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["assure"]

_LOOPS: Final = (form.Map, form.Filter, form.Reduce)
_DICTS: Final = frozenset({"candidate", "classifications", "coordinates"})
_NAMES: Final = {DOUBLE: "float", INT: "int", ARRAY: "list"}


@dataclass(slots=True)
class _Checks:
    """What must be checked for an expression not to raise."""

    fields: dict[int, tuple[Thunk, tuple[str, ...], int]] = field(default_factory=dict)
    """By number: a path of the alert and the kinds that it is supposed to have."""
    elements: dict[tuple[str, str], RawField] = field(default_factory=dict)
    """Fields of an array's elements that are supposed to be doubles."""


def assure(b: Builder, expr: form.Expr, doc: Doc) -> None:
    """Emit the checks that keep an expression from raising; nothing if they would not suffice."""
    b.facts.number(expr, doc)
    before = b.facts.assured, b.facts.elements
    checks = _Checks()
    _collect(b, expr, doc, checks)
    fields = {number: kinds for number, (_, _, kinds) in checks.fields.items()}
    elements = dict.fromkeys(checks.elements, DOUBLE)
    if not (fields.items() - before[0].items() or elements.items() - before[1].items()):
        return
    b.facts.assure({**before[0], **fields}, {**before[1], **elements})
    if b.facts.raises(expr, doc):
        b.facts.assure(*before)
        return
    values: dict[int, list[str]] = {}
    for number, (thunk, rest, kinds) in checks.fields.items():
        if before[0].get(number, 0) != kinds:
            values.setdefault(kinds, []).append(b.out.bind(b.read(thunk, rest)).text)
            b.forget(thunk, rest)
    for kinds, texts in values.items():
        with b.out.indented(f"if {_differ(texts, kinds)}:"):
            b.out.emit("raise Deviation")
    for key, source in checks.elements.items():
        if key not in before[1]:
            array, getter = b.out.bind(b.force(source)).text, b.out.constant(itemgetter(key[1]))
            with b.out.indented(f"if not all_doubles({array}, {getter}):"):
                b.out.emit("raise Deviation")


def _differ(texts: list[str], kinds: int) -> str:
    """Return the test whether some of the values are not of these kinds."""
    if kinds == MISSING_KIND:
        return f"not ({' is '.join(texts)} is M)"
    name = _NAMES[kinds & ~NULLISH]
    same = " is ".join(f"type({text})" for text in texts)
    differ = f"not ({same} is {name})"
    if not kinds & NULLISH:
        return differ
    return f"{differ} and differ({name}, ({', '.join(texts)},))"


def _collect(b: Builder, expr: form.Expr, doc: Doc, checks: _Checks) -> None:
    if isinstance(expr, _LOOPS):
        source = b.facts.source(expr.array, doc)
        if source is not None and source.name in ARRAYS:
            checks.fields[b.facts.thunk_number(source)] = (source, (), _supposed(source, ()))
            for name in _doubles(expr, source.name):
                checks.elements[source.name, name] = source
        elif source is not None:
            _check_path(b, source, (), checks)
    if isinstance(expr, form.Call) and expr.operator.raises:
        for arg in expr.args:
            for path in _operands(arg):
                thunk, rest = _origin(doc.field(path.parts[0]), path.parts[1:])
                _check_path(b, thunk, rest, checks)
    for child in form.children(expr):
        _collect(b, child, doc, checks)


def _check_path(b: Builder, thunk: Thunk, rest: tuple[str, ...], checks: _Checks) -> None:
    kinds = _supposed(thunk, rest)
    if kinds:
        checks.fields[b.facts.path_number(thunk, rest)] = (thunk, rest, kinds)


def _operands(expr: form.Expr) -> Iterator[form.Path]:
    """Yield the paths of the alert whose values an expression may pass on."""
    match expr:
        case form.Path(base=None, parts=parts) if parts:
            yield expr
        case form.Cond(then=then, otherwise=otherwise):
            yield from (*_operands(then), *_operands(otherwise))
        case form.IfNull(items=items):
            for item in items:
                yield from _operands(item)
        case form.Switch(branches=branches, default=default):
            for _, then in branches:
                yield from _operands(then)
            yield from () if default is None else _operands(default)
        case _:
            return


def _nodes(expr: form.Expr) -> Iterator[form.Expr]:
    yield expr
    for child in form.children(expr):
        yield from _nodes(child)


def _doubles(loop: form.Map | form.Filter | form.Reduce, source: str) -> list[str]:
    """Return the fields of the elements that the loop reads and no alert lacks."""
    return [
        node.parts[0]
        for node in _nodes(loop)
        if isinstance(node, form.Path)
        and node.base is loop.item
        and len(node.parts) == 1
        and node.parts[0] in ALWAYS_DOUBLE.get(source, ())
    ]


def _origin(thunk: Thunk, rest: tuple[str, ...]) -> tuple[Thunk, tuple[str, ...]]:
    while isinstance(thunk, Computed) and isinstance(thunk.expr, form.Path):
        path = thunk.expr
        if path.base is not None or not path.parts:
            break
        thunk, rest = thunk.doc.field(path.parts[0]), (*path.parts[1:], *rest)
    return thunk, rest


def _supposed(thunk: Thunk, rest: tuple[str, ...]) -> int:  # noqa: PLR0911  one case per field
    """Return the kinds that a field of the alert always has, none if that is not known."""
    if not isinstance(thunk, RawField) or thunk.holder != "d":
        return 0
    if not rest:
        if thunk.name in ARRAYS:
            return ARRAY if thunk.name == "prv_candidates" else ARRAY | NULLISH
        return 0 if thunk.name in TOP_LEVEL else MISSING_KIND
    if len(rest) > 1 or thunk.name not in _DICTS:
        return 0
    if rest[0] in ALWAYS_DOUBLE.get(thunk.name, ()):
        return DOUBLE
    if rest[0] in INT_NAMES:
        return INT | NULLISH
    return DOUBLE | NULLISH if rest[0] in DOUBLE_NAMES else 0
