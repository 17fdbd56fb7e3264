"""The state of one generated function: its lines, what is in which local, what may be assumed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fritz.filters import form
from fritz.filters.codegen.analysis import Analysis
from fritz.filters.codegen.code import ABSENT, Code, Emitter
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
from fritz.filters.codegen.survey import INT_NAMES, OBJECTS, STRING_NAMES
from fritz.filters.kinds import ANY, ARRAY, MISSING_KIND, NULLISH, OBJECT

__all__ = ["Builder"]


def hint(name: str) -> str:
    """Return the Python type that a field of this name most likely holds."""
    return "int" if name in INT_NAMES else "str" if name in STRING_NAMES else "float"


class Builder:
    """Makes code for values and remembers in which local each stands.

    With `assume`, the code takes known parts of an alert to be what they always are (`candidate`
    an object, not an array of objects) and raises `Deviation` where they are not; the caller then
    runs the code made without.
    """

    def __init__(self, constants: dict[str, Any], *, assume: bool) -> None:
        self.out = Emitter(constants)
        self.facts = Analysis()
        self.assume = assume
        self.loops = False
        """Whether the function counts steps."""
        self._memo: list[dict[object, Code]] = [{}]
        self._outer: list[tuple[list[tuple[int, str, str]], int]] = []
        """Lines and depth outside each block that is being collected."""

    # --- what stands in which local -----------------------------------------------------------

    def recall(self, key: object) -> Code | None:
        """Return the code made earlier for the same value, if it is valid here."""
        for memo in reversed(self._memo):
            if key in memo:
                return memo[key]
        return None

    def remember(self, key: object, code: Code) -> Code:
        """Keep code for reuse in this block and those inside it."""
        self._memo[-1][key] = code
        return code

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Forget at the end what was remembered inside: the code may not have run."""
        self.open_scope()
        yield
        self.close_scope()

    def open_scope(self) -> None:
        """Start a scope that `close_scope` ends."""
        self._memo.append({})

    def close_scope(self) -> None:
        """End the innermost scope."""
        self._memo.pop()

    def attempt(self) -> tuple[list[tuple[int, str, str]], int]:
        """Start collecting lines apart from those before; `collected` returns them."""
        state = self.out.lines, self.out.depth
        self._outer.append(state)
        self.out.lines = []
        return state

    def collected(
        self, state: tuple[list[tuple[int, str, str]], int]
    ) -> list[tuple[int, str, str]]:
        """Return the lines since `attempt`, restoring those before."""
        lines = self.out.lines
        self.out.lines = state[0]
        self._outer.pop()
        return lines

    @contextmanager
    def hoisted(self) -> Iterator[None]:
        """Put what is emitted before the outermost block, where all later code can use it.

        Only if `may_hoist`.
        """
        lines, depth, memo, outer = self.out.lines, self.out.depth, self._memo, self._outer
        self.out.lines, self.out.depth = outer[0]
        self._memo, self._outer = memo[:1], []
        yield
        self.out.lines, self.out.depth, self._memo, self._outer = lines, depth, memo, outer

    @property
    def may_hoist(self) -> bool:
        """Return whether a block of the function's own body is being collected."""
        return bool(self._outer) and self._outer[0][1] == 1

    # --- fields -------------------------------------------------------------------------------

    def force(self, thunk: Thunk) -> Code:
        """Return the code of a field's value."""
        from fritz.filters.codegen.expressions import value  # noqa: PLC0415  the two need each other

        if isinstance(thunk, Absent):
            return ABSENT
        if isinstance(thunk, Local) and thunk.projected is None:
            return Code(thunk.name, thunk.kinds, atomic=True)
        if isinstance(thunk, Computed):
            return value(self, thunk.expr, thunk.doc)
        key = ("thunk", self.facts.thunk_number(thunk))
        known = self.recall(key)
        if known is None:
            known = self.remember(key, self.out.bind(self._make(thunk)))
        assured = self.facts.assured.get(self.facts.thunk_number(thunk))
        return known if assured is None else replace(known, kinds=assured)

    def _make(self, thunk: Thunk) -> Code:
        from fritz.filters.codegen.trees import drop, keep, merge  # noqa: PLC0415  as above

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
                return self.assemble(fields)
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
        return self.remember(key, found if kinds == ANY else replace(found, kinds=kinds))

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
            return self.whole(doc)
        return self.read(doc.field(parts[0]), parts[1:])

    # --- whole documents ----------------------------------------------------------------------

    def whole(self, doc: Doc) -> Code:
        """Return the code of the document as one object."""
        if doc.holder is not None and not doc.fields and not doc.dropped:
            return Code(doc.holder, OBJECT, atomic=True)
        key = ("whole", id(doc))
        known = self.recall(key)
        return known or self.remember(key, self.out.bind(self._document(doc)))

    def _document(self, doc: Doc) -> Code:
        if doc.holder is None:
            return self.assemble(doc.fields)
        parts = {name: self.force(thunk) for name, thunk in doc.fields.items()}
        made = self.out.bind(Code(f"{doc.holder}.copy()", OBJECT)).text
        for name in sorted(doc.dropped - set(parts)):
            self.out.emit(f"{made}.pop({self.out.constant(name)}, None)")
        for name, code in parts.items():
            self._put(made, name, code, over=True)
        return Code(made, OBJECT, atomic=True)

    def assemble(self, fields: dict[str, Thunk]) -> Code:
        """Return the code of an object of these fields; missing ones are left out."""
        codes = {name: self.force(thunk) for name, thunk in fields.items()}
        if not any(code.kinds & MISSING_KIND for code in codes.values()):
            inside = ", ".join(
                f"{self.out.constant(name)}: {code.text}" for name, code in codes.items()
            )
            return Code(f"{{{inside}}}", OBJECT)
        made = self.out.bind(Code("{}", OBJECT)).text
        for name, code in codes.items():
            self._put(made, name, code, over=False)
        return Code(made, OBJECT, atomic=True)

    def _put(self, made: str, name: str, code: Code, *, over: bool) -> None:
        key = self.out.constant(name)
        if not code.kinds & MISSING_KIND:
            self.out.emit(f"{made}[{key}] = {code.text}")
            return
        text = self.out.bind(code).text
        if text != "M":
            with self.out.indented(f"if {text} is not M:"):
                self.out.emit(f"{made}[{key}] = {text}")
        if over and text == "M":
            self.out.emit(f"{made}.pop({key}, None)")
        elif over:
            with self.out.indented("else:"):
                self.out.emit(f"{made}.pop({key}, None)")

    # --- assumptions --------------------------------------------------------------------------

    def forget(self, thunk: Thunk, rest: tuple[str, ...]) -> None:
        """Let what a path finds be read anew from its local, with the kinds now assured."""
        if rest:
            key = ("path", self.facts.thunk_number(thunk), rest)
            known = self.recall(key)
            if known is not None:
                self.remember(key, replace(known, kinds=self.facts.path_kinds(thunk, rest)))

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
