"""Code for values and fields: each computed once, read where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from fritz.filters import form
from fritz.filters.bson_order import truthy
from fritz.filters.codegen.analysis import Analysis
from fritz.filters.codegen.code import ABSENT, Code
from fritz.filters.codegen.documents import (
    Absent,
    Computed,
    Doc,
    Dropped,
    Kept,
    Known,
    Local,
    Merged,
    RawField,
    Thunk,
)
from fritz.filters.codegen.objects import assemble, whole
from fritz.filters.codegen.scopes import Scopes
from fritz.filters.codegen.survey import INT_NAMES, OBJECTS, STRING_NAMES
from fritz.filters.codegen.trees import drop, keep, merge
from fritz.filters.kinds import ANY, ARRAY, BOOL, MISSING_KIND, NULL, NULLISH, NUMBER, OBJECT

__all__ = ["Builder", "Compiler"]

_OFTEN: Final = 3
"""Uses from which a value is worth evaluating before it is sure to be needed."""
_PYTHONIC: Final = BOOL | NUMBER | NULLISH
"""Kinds whose truth is Python's."""
_COMPARISONS: Final = frozenset({"$lt", "$lte", "$gt", "$gte", "$eq", "$ne"})

Compiler: TypeAlias = Callable[["Builder", Any, Doc], Code]


def hint(name: str) -> str:
    """Return the Python type that a field of this name most likely holds."""
    return "int" if name in INT_NAMES else "str" if name in STRING_NAMES else "float"


class Builder(Scopes):
    """Makes code for values.

    With `assume`, the code takes known parts of an alert to be what they always are (`candidate`
    an object, not an array of objects) and raises `Deviation` where they are not; the caller then
    runs the code made without.
    """

    def __init__(
        self, constants: dict[str, Any], *, assume: bool, compilers: Mapping[type, Compiler]
    ) -> None:
        super().__init__(constants)
        self.facts = Analysis()
        self.assume = assume
        self.loops = False
        """Whether the function counts steps."""
        self._compilers = compilers
        """What makes code of each kind of expression."""

    # --- values -------------------------------------------------------------------------------

    def value(self, expr: form.Expr, doc: Doc) -> Code:
        """Return the code of the expression's value."""
        if isinstance(expr, form.Const):
            return self.out.literal(expr.value)
        if isinstance(expr, form.Path):
            return self.path(expr, (), doc)
        number = self.facts.number(expr, doc)
        known = self.recall(("value", number))
        if known is not None:
            return known
        uses = self.facts.uses[number]
        if uses >= _OFTEN and self.may_hoist and _worth_hoisting(self.facts, expr, doc):
            with self.hoisted():
                return self._fresh(expr, doc, number, uses)
        return self._fresh(expr, doc, number, uses)

    def _fresh(self, expr: form.Expr, doc: Doc, number: int, uses: int) -> Code:
        outside, self.out.at = self.out.at, expr.at
        code = self._compilers[type(expr)](self, expr, doc)
        if uses > 1 and not _is_comparison(expr):
            code = self.out.bind(code)
        self.out.at = outside
        return self.remember(("value", number), code) if code.atomic else code

    def condition(self, expr: form.Expr, doc: Doc) -> str:
        """Return source whose Python truth is the expression's truth."""
        return self.truth(self.value(expr, doc))

    def truth(self, code: Code) -> str:
        """Return source whose Python truth is the value's truth."""
        if code.constant is not ...:
            return repr(truthy(code.constant))
        if code.kinds == BOOL:
            return code.text if code.atomic else f"({code.text})"
        if not code.kinds & ~_PYTHONIC:
            return f"(not not {code.text})"
        text = self.out.bind(code).text
        return f"({text} if type({text}) is bool else truthy({text}))"

    def present(self, code: Code) -> Code:
        """Return the code with null instead of a missing value."""
        if code.text == "M":
            return Code("None", NULL, atomic=True, constant=None)
        if not code.kinds & MISSING_KIND:
            return code
        text = self.out.bind(code).text
        return Code(f"(None if {text} is M else {text})", (code.kinds & ~NULLISH) | NULL)

    def charge(self, code: Code) -> None:
        """Emit the counting of a value's size as steps."""
        self.loops = True
        self.out.emit(f"n += cost({code.text})")
        with self.out.indented("if n > lim:"):
            self.out.emit("lim = tick(n)")

    # --- fields -------------------------------------------------------------------------------

    def force(self, thunk: Thunk) -> Code:
        """Return the code of a field's value."""
        if isinstance(thunk, Absent):
            return ABSENT
        if isinstance(thunk, Local) and thunk.projected is None:
            return Code(thunk.name, thunk.kinds, atomic=True)
        if isinstance(thunk, Computed):
            return self.value(thunk.expr, thunk.doc)
        key = ("thunk", self.facts.thunk_number(thunk))
        known = self.recall(key)
        if known is None:
            known = self.remember(key, self.out.bind(self._make(thunk)))
        assured = self.facts.assured.get(self.facts.thunk_number(thunk))
        return known if assured is None else known._replace(kinds=assured)

    def _make(self, thunk: Thunk) -> Code:
        match thunk:
            case RawField(holder=holder, name=name):
                return Code(f"{holder}.get({self.out.constant(name)}, M)", hint=hint(name))
            case Local(projected=form.Tree() as tree, name=name):
                return Code(f"keep({name}, {keep(self, tree)})", ANY)
            case Kept(inner=inner, tree=tree):
                inside = self.out.bind(self.force(inner)).text
                return Code(f"keep({inside}, {keep(self, tree)})", OBJECT | ARRAY | MISSING_KIND)
            case Dropped(inner=inner, tree=tree):
                inside = self.out.bind(self.force(inner)).text
                return Code(f"drop({inside}, {drop(self, tree)})", ANY)
            case Merged():
                return merge(self, thunk)
            case Known(fields=fields):
                return assemble(self, fields)
            case _:
                raise AssertionError(thunk)

    def read(self, thunk: Thunk, rest: tuple[str, ...]) -> Code:  # noqa: PLR0911  one way per kind of field
        """Return the code of what a path finds below a field."""
        if not rest:
            return self.force(thunk)
        match thunk:
            case Absent():
                return ABSENT
            case Computed(expr=form.Path() as path, doc=doc):
                return self.path(path, rest, doc)
            case Computed(expr=form.ObjectOf(fields=fields), doc=doc):
                found = dict(fields).get(rest[0])
                return ABSENT if found is None else self.read(Computed(found, doc), rest[1:])
            case Known(fields=known):
                return self.read(known.get(rest[0], Absent()), rest[1:])
            case Kept(inner=inner, tree=tree) if rest[0] in tree.fields:
                if tree.fields[rest[0]] is None:
                    return self.read(inner, rest)
            case Local(projected=form.Tree() as tree, name=name, kinds=kinds, source=source):
                if tree.fields.get(rest[0], tree) is None:
                    return self.read(Local(name, kinds, source), rest)
            case _:
                pass
        return self._below(thunk, rest)

    def _below(self, thunk: Thunk, rest: tuple[str, ...]) -> Code:
        key = ("path", self.facts.thunk_number(thunk), rest)
        known = self.recall(key)
        if known is not None:
            return known
        if self.assume and isinstance(thunk, RawField) and len(rest) == 1 and self.may_hoist:
            with self.hoisted():
                return self._read_below(thunk, rest, key)
        return self._read_below(thunk, rest, key)

    def _read_below(self, thunk: Thunk, rest: tuple[str, ...], key: object) -> Code:
        if self.assume and self.is_object(thunk):
            holder, name = self.mapping(thunk), self.out.constant(rest[0])
            there = isinstance(thunk, Local) and (thunk.source, rest[0]) in self.facts.elements
            text = f"{holder}[{name}]" if there else f"{holder}.get({name}, M)"
            found = self.out.bind(Code(text, hint=hint(rest[0])))
            if len(rest) > 1:
                below = self.out.constant(rest[1:])
                found = self.out.bind(Code(f"walk({found.text}, {below})"))
        else:
            inside = self.out.bind(self.force(thunk)).text
            found = self.out.bind(Code(f"walk({inside}, {self.out.constant(rest)})"))
        kinds = self.facts.path_kinds(thunk, rest)
        return self.remember(key, found if kinds == ANY else found._replace(kinds=kinds))

    @staticmethod
    def is_object(thunk: Thunk) -> bool:
        """Return whether a field usually is an object rather than an array of them."""
        if isinstance(thunk, RawField):
            return thunk.name in OBJECTS
        if isinstance(thunk, Computed):
            return isinstance(thunk.expr, form.Call | form.Cond | form.IfNull)
        return isinstance(thunk, Local)

    def mapping(self, thunk: Thunk) -> str:
        """Return a local with the field's object, empty where there is none.

        An array there is a deviation: paths below it would run over its elements.
        """
        key = ("mapping", self.facts.thunk_number(thunk))
        known = self.recall(key)
        if known is not None:
            return known.text
        inside = self.out.bind(self.force(thunk))
        if inside.kinds == OBJECT:
            return inside.text
        name = self.out.name()
        self.out.emit(
            f"{name} = {inside.text} if type({inside.text}) is dict else mapping({inside.text})"
        )
        return self.remember(key, Code(name, OBJECT, atomic=True)).text

    def path(self, path: form.Path, more: tuple[str, ...], doc: Doc) -> Code:
        """Return the code of what a path (and more of it) finds."""
        parts = (*path.parts, *more)
        if path.base is not None:
            return self.read(self.facts.bound[path.base], parts)
        if not parts:
            return whole(self, doc)
        return self.read(doc.field(parts[0]), parts[1:])

    # --- assumptions --------------------------------------------------------------------------

    def forget(self, thunk: Thunk, rest: tuple[str, ...]) -> None:
        """Let what a path finds be read anew from its local, with the kinds now assured."""
        if rest:
            key = ("path", self.facts.thunk_number(thunk), rest)
            known = self.recall(key)
            if known is not None:
                self.remember(key, known._replace(kinds=self.facts.path_kinds(thunk, rest)))

    def assure_array(self, code: Code) -> None:
        """Emit a check that a value is an array, null or missing."""
        text = code.text
        with self.out.indented(
            f"if type({text}) is not list and {text} is not None and {text} is not M:"
        ):
            self.out.emit("raise Deviation")

    def null_or_missing(self, code: Code) -> str:
        """Return the test whether an atomic value is null or missing."""
        tests = []
        if code.kinds & NULLISH & ~MISSING_KIND:
            tests.append(f"{code.text} is None")
        if code.kinds & MISSING_KIND:
            tests.append(f"{code.text} is M")
        return " or ".join(tests) or "False"


def _is_comparison(expr: form.Expr) -> bool:
    """Return whether the value is cheaper to find again than to keep."""
    return isinstance(expr, form.Call) and expr.operator.name in _COMPARISONS


def _worth_hoisting(facts: Analysis, expr: form.Expr, doc: Doc) -> bool:
    """Return whether to evaluate once, for all blocks, what several blocks use.

    It must not raise, depend on a variable, or loop.
    """
    if isinstance(expr, form.And | form.Or | form.Not) or _is_comparison(expr):
        return False
    return _is_plain(expr) and not facts.raises(expr, doc)


def _is_plain(expr: form.Expr) -> bool:
    if isinstance(expr, form.Map | form.Filter | form.Reduce | form.Let | form.SortArray):
        return False
    if isinstance(expr, form.Path) and expr.base is not None:
        return False
    return all(_is_plain(child) for child in form.children(expr))
