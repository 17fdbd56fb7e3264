"""Which expressions over symbolic documents are equal."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from fritz.filters import form
from fritz.filters.bson_order import MISSING, identity
from fritz.filters.codegen.documents import Absent, Computed, Doc, Kept, Local, RawField, Thunk

__all__ = ["Equality"]


class Equality:
    """Gives equal expressions and fields equal numbers."""

    def __init__(self) -> None:
        self.uses: dict[int, int] = {}
        """How often each numbered value is asked for."""
        self._numbers: dict[Hashable, int] = {}
        self._variables: dict[form.Variable, Hashable] = {}
        self._alive: list[object] = []
        """What is known by its `id`, which nothing else must get."""
        self._loops = 0
        self._sources: dict[form.Variable, str] = {}

    def _intern(self, key: Hashable) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        self.uses[number] = self.uses.get(number, 0) + 1
        return number

    def number(self, expr: form.Expr, doc: Doc) -> int:
        """Return a number that equal expressions over equal documents share."""
        known = doc.numbers.get(expr)
        if known is None:
            known = doc.numbers[expr] = self._intern(self._key(expr, doc))
        return known

    def _key(self, expr: form.Expr, doc: Doc) -> Hashable:  # noqa: C901, PLR0911, PLR0912  one case per kind
        below: Callable[[form.Expr], int] = lambda item: self.number(item, doc)  # noqa: E731  one word for it in every case
        match expr:
            case form.Call(operator=operator, args=args):
                return (operator.name, tuple(map(below, args)))
            case form.Const(value=value):
                return ("const", type(value).__name__, _constant_key(value))
            case form.Path(base=None, parts=()):
                self._alive.append(doc)
                return ("root", id(doc))
            case form.Path(base=None, parts=parts):
                return self._path_key(doc.field(parts[0]), parts[1:])
            case form.Path(base=form.Variable() as base, parts=parts):
                return ("var", self._variables.get(base, base), parts)
            case form.ObjectOf(fields=fields):
                return ("object", tuple((name, below(value)) for name, value in fields))
            case form.Let(names=names, body=body):
                for variable, value in names:
                    self._variables[variable] = ("let", below(value))
                return ("let", below(body))
            case form.Map(array=array, item=item, body=body):
                inner = self._loop_key(doc, array, (item,), body)
                return ("map", below(array), inner)
            case form.Filter(array=array, item=item, test=test, limit=limit):
                top = None if limit is None else below(limit)
                inner = self._loop_key(doc, array, (item,), test)
                return ("filter", below(array), top, inner)
            case form.Reduce(array=array, start=start, item=item, carried=carried, body=body):
                inner = self._loop_key(doc, array, (item, carried), body)
                return ("reduce", below(array), below(start), inner)
            case form.SortArray(array=array, keys=keys, descending=descending):
                return ("sort", below(array), keys, descending)
            case form.Zip(longest=longest):
                return ("zip", longest, tuple(map(below, form.children(expr))), len(expr.arrays))
            case form.Switch(default=default):
                items = tuple(map(below, form.children(expr)))
                return ("switch", default is None, items)
            case form.Convert():
                has = (expr.on_error is None, expr.on_null is None)
                return ("convert", has, tuple(map(below, form.children(expr))))
            case _:
                return (type(expr).__name__, tuple(map(below, form.children(expr))))

    def _loop_key(
        self, doc: Doc, array: form.Expr, items: tuple[form.Variable, ...], body: form.Expr
    ) -> int:
        source = self.source(array, doc)
        if source is not None:
            self._sources[items[0]] = source.name
        for index, item in enumerate(items):
            self._variables[item] = ("loop", self._loops, index, source and source.name)
        self._loops += 1
        number = self.number(body, doc)
        self._loops -= 1
        return number

    def source(self, expr: form.Expr, doc: Doc) -> RawField | None:
        """Return the field of the alert that an array's elements come from, if it is one."""
        while isinstance(expr, form.Path) and expr.base is None and len(expr.parts) == 1:
            thunk = doc.field(expr.parts[0])
            if isinstance(thunk, Kept):
                thunk = thunk.inner
            if isinstance(thunk, RawField):
                return thunk
            if not isinstance(thunk, Computed):
                break
            expr, doc = thunk.expr, thunk.doc
        return None

    def source_of(self, variable: form.Variable) -> str | None:
        """Return the name of the alert's array that a loop variable runs over."""
        return self._sources.get(variable)

    def _path_key(self, thunk: Thunk, rest: tuple[str, ...]) -> Hashable:
        if isinstance(thunk, Computed) and isinstance(thunk.expr, form.Path):
            inner = thunk.expr
            if inner.base is None and inner.parts:
                return self._path_key(thunk.doc.field(inner.parts[0]), (*inner.parts[1:], *rest))
        if isinstance(thunk, Kept) and rest and thunk.tree.fields.get(rest[0], thunk) is None:
            return self._path_key(thunk.inner, rest)
        return ("path", self.thunk_number(thunk), rest) if rest else self._thunk_key(thunk)

    def thunk_number(self, thunk: Thunk) -> int:
        """Return a number that equal fields share."""
        if isinstance(thunk, Computed):
            return self.number(thunk.expr, thunk.doc)
        return self._intern(self._thunk_key(thunk))

    def _thunk_key(self, thunk: Thunk) -> Hashable:
        match thunk:
            case RawField(holder=holder, name=name):
                return ("raw", holder, name)
            case Local(name=name):
                return ("local", name)
            case Computed(expr=expr, doc=doc):
                return self._key(expr, doc)
            case Absent():
                return ("const", "Missing", MISSING)
            case _:
                self._alive.append(thunk)
                return ("thunk", id(thunk))

    def path_number(self, thunk: Thunk, rest: tuple[str, ...]) -> int:
        """Return the number of what a path below a field finds."""
        if not rest:
            return self.thunk_number(thunk)
        return self._intern(("path", self.thunk_number(thunk), rest))


def _constant_key(value: object) -> Hashable:
    if type(value) is float:
        return repr(value)
    return (identity(value), repr(value)) if isinstance(value, dict | list) else identity(value)
