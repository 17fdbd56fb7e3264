"""What is known of an expression before any code is made: equality, types, whether it can raise."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from fritz.filters import form
from fritz.filters.bson_order import MISSING, identity, is_number
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
from fritz.filters.kinds import (
    ANY,
    ARRAY,
    BOOL,
    DOUBLE,
    INT,
    MISSING_KIND,
    NULL,
    NULLISH,
    NUMBER,
    OBJECT,
    STRING,
    kind_of,
)

__all__ = ["Analysis"]

_NUMERIC: Final = frozenset({"$add", "$subtract", "$multiply", "$abs", "$ceil", "$floor", "$mod"})
_STRICT: Final = NUMBER | NULLISH


class Analysis:
    """Facts about expressions over symbolic documents, each found once."""

    def __init__(self) -> None:
        self.bound: dict[form.Variable, Thunk] = {}
        """What the variables in scope stand for."""
        self.assured: dict[int, int] = {}
        """Kinds of numbered values that the code has checked."""
        self.elements: dict[tuple[str, str], int] = {}
        """Kinds of the fields of an array's elements that the code has checked."""
        self.uses: dict[int, int] = {}
        """How often each numbered value is asked for."""
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[tuple[int, int], int] = {}
        self._variables: dict[form.Variable, Hashable] = {}
        self._kinds: dict[int, int] = {}
        self._raises: dict[int, bool] = {}
        self._alive: list[object] = []
        self._loops = 0
        self._sources: dict[form.Variable, str] = {}

    # --- equality -----------------------------------------------------------------------------

    def _intern(self, key: Hashable) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        self.uses[number] = self.uses.get(number, 0) + 1
        return number

    def number(self, expr: form.Expr, doc: Doc) -> int:
        """Return a number that equal expressions over equal documents share."""
        known = self._known.get((id(expr), id(doc)))
        if known is None:
            known = self._intern(self._key(expr, doc))
            self._known[id(expr), id(doc)] = known
            self._alive.append((expr, doc))
        return known

    def _key(self, expr: form.Expr, doc: Doc) -> Hashable:  # noqa: C901, PLR0911, PLR0912  one case per kind
        below: Callable[[form.Expr], int] = lambda item: self.number(item, doc)  # noqa: E731  one word for it in every case
        match expr:
            case form.Const(value=value):
                return ("const", type(value).__name__, _constant_key(value))
            case form.Path(base=None, parts=()):
                return ("root", id(doc))
            case form.Path(base=None, parts=parts):
                return self._path_key(doc.field(parts[0]), parts[1:])
            case form.Path(base=form.Variable() as base, parts=parts):
                return ("var", self._variables.get(base, base), parts)
            case form.ObjectOf(fields=fields):
                return ("object", tuple((name, below(value)) for name, value in fields))
            case form.Call(operator=operator, args=args):
                return (operator.name, tuple(map(below, args)))
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

    def assure(self, assured: dict[int, int], elements: dict[tuple[str, str], int]) -> None:
        """Replace what has been checked; what cannot raise with less cannot with more."""
        more = assured.items() >= self.assured.items() and len(elements) >= len(self.elements)
        kept = [number for number, raises in self._raises.items() if not raises] if more else []
        self.assured, self.elements = assured, elements
        self._kinds.clear()
        self._raises = dict.fromkeys(kept, False)

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

    # --- types --------------------------------------------------------------------------------

    def kinds(self, expr: form.Expr, doc: Doc) -> int:
        """Return what the expression may yield."""
        number = self.number(expr, doc)
        if number in self.assured:
            return self.assured[number]
        if number not in self._kinds:
            self._kinds[number] = self._find_kinds(expr, doc)
        return self._kinds[number]

    def _find_kinds(self, expr: form.Expr, doc: Doc) -> int:  # noqa: C901, PLR0911, PLR0912  one case per kind
        match expr:
            case form.Const(value=value):
                return kind_of(value)
            case form.Path(base=None, parts=()) | form.ObjectOf():
                return OBJECT
            case form.Path(base=base, parts=parts):
                if base is None:
                    return self.thunk_kinds(doc.field(parts[0])) if len(parts) == 1 else ANY
                if len(parts) == 1:
                    return self.elements.get((self._sources.get(base, ""), parts[0]), ANY)
                thunk = self.bound.get(base)
                known = isinstance(thunk, Computed) and not parts
                return self.thunk_kinds(thunk) if known and thunk is not None else ANY
            case form.ListOf():
                return ARRAY
            case form.And() | form.Or() | form.Not():
                return BOOL
            case form.Cond(then=then, otherwise=otherwise):
                return self.kinds(then, doc) | self.kinds(otherwise, doc)
            case form.Switch(branches=branches, default=default):
                last = 0 if default is None else self.kinds(default, doc)
                for _, then in branches:
                    last |= self.kinds(then, doc)
                return last
            case form.IfNull(items=items):
                found = [self.kinds(item, doc) for item in items]
                return _union(kind & ~NULLISH for kind in found[:-1]) | found[-1]
            case form.Map(array=array) | form.Filter(array=array) | form.SortArray(array=array):
                return ARRAY if self.kinds(array, doc) == ARRAY else ARRAY | NULL
            case form.Zip():
                return ARRAY | NULL
            case form.Call(operator=operator, args=args):
                return self._call_kinds(operator.name, operator.yields, args, doc)
            case _:
                return ANY

    def _call_kinds(self, name: str, yields: int, args: tuple[form.Expr, ...], doc: Doc) -> int:
        each = [self.kinds(arg, doc) for arg in args]
        given = _union(each)
        if name in _NUMERIC and any(not kind & ~NULLISH for kind in each) and not given & ~_STRICT:
            return NULL
        if yields & NULL and not yields & MISSING_KIND and args and not given & NULLISH:
            yields &= ~NULL
        if name in _NUMERIC and given & ~NULLISH == DOUBLE:
            yields &= ~INT
        return yields

    def path_number(self, thunk: Thunk, rest: tuple[str, ...]) -> int:
        """Return the number of what a path below a field finds."""
        if not rest:
            return self.thunk_number(thunk)
        return self._intern(("path", self.thunk_number(thunk), rest))

    def path_kinds(self, thunk: Thunk, rest: tuple[str, ...]) -> int:
        """Return what a path below a field finds."""
        number = self.path_number(thunk, rest)
        if number in self.assured:
            return self.assured[number]
        if isinstance(thunk, Local) and len(rest) == 1:
            return self.elements.get((thunk.source, rest[0]), ANY)
        return ANY

    def thunk_kinds(self, thunk: Thunk) -> int:  # noqa: PLR0911  one case per kind
        """Return what a field may hold."""
        assured = self.assured.get(self.thunk_number(thunk))
        if assured is not None:
            return assured
        match thunk:
            case Absent():
                return MISSING_KIND
            case Computed(expr=expr, doc=doc):
                return self.kinds(expr, doc)
            case Local(kinds=kinds):
                return kinds
            case Known():
                return OBJECT
            case Kept(inner=inner):
                kinds = self.thunk_kinds(inner)
                below = ARRAY | (0 if not kinds & ~(ARRAY | NULLISH) else OBJECT)
                return ARRAY if kinds == ARRAY else below | MISSING_KIND
            case Merged():
                return OBJECT | ARRAY
            case _:
                return ANY

    # --- errors -------------------------------------------------------------------------------

    def raises(self, expr: form.Expr, doc: Doc) -> bool:
        """Return whether evaluating the expression may raise on some document."""
        number = self.number(expr, doc)
        if number not in self._raises:
            self._raises[number] = self._find_raises(expr, doc)
        return self._raises[number]

    def _find_raises(self, expr: form.Expr, doc: Doc) -> bool:  # noqa: PLR0911  one case per kind
        if any(self.raises(child, doc) for child in form.children(expr)):
            return True
        match expr:
            case form.Path(base=None, parts=parts) if parts:
                return self.thunk_raises(doc.field(parts[0]))
            case form.Call(operator=operator, args=args):
                return operator.raises and self._call_raises(operator.name, args, doc)
            case form.Map(array=array) | form.SortArray(array=array) | form.Reduce(array=array):
                return self.kinds(array, doc) & ~(ARRAY | NULLISH) != 0
            case form.Filter(array=array, limit=limit):
                bad = self.kinds(array, doc) & ~(ARRAY | NULLISH) != 0
                return bad or not (limit is None or _positive(limit))
            case form.Switch(default=default):
                return default is None
            case form.Zip() | form.Convert():
                return True
            case _:
                return False

    def _call_raises(  # noqa: C901, PLR0911  one case per operator
        self, name: str, args: tuple[form.Expr, ...], doc: Doc
    ) -> bool:
        given = [self.kinds(arg, doc) for arg in args]
        match name:
            case "$add" | "$multiply" | "$subtract" | "$ceil" | "$floor":
                return any(kind & ~_STRICT for kind in given)
            case "$abs":
                return given[0] & ~(DOUBLE | NULLISH) != 0
            case "$round" | "$trunc":
                fixed = len(args) == 1 or _whole(args[1])
                return bool(given[0] & ~(DOUBLE | NULLISH)) or not fixed
            case "$divide":
                return bool(given[0] & ~_STRICT) or not _nonzero(args[1])
            case "$in" | "$size" | "$anyElementTrue" | "$allElementsTrue":
                return given[-1] != ARRAY
            case "$arrayElemAt":
                return bool(given[0] & ~(ARRAY | NULLISH)) or not _whole(args[1])
            case "$first" | "$last" | "$reverseArray":
                return given[0] & ~(ARRAY | NULLISH) != 0
            case "$concatArrays" | "$setUnion" | "$setIntersection":
                return any(kind & ~(ARRAY | NULLISH) for kind in given)
            case "$mergeObjects":
                return any(kind & ~(OBJECT | NULLISH) for kind in given)
            case "$concat":
                return any(kind & ~(STRING | NULLISH) for kind in given)
            case _:
                return True

    def thunk_raises(self, thunk: Thunk) -> bool:
        """Return whether getting a field's value may raise."""
        match thunk:
            case Computed(expr=expr, doc=doc):
                return self.raises(expr, doc)
            case Kept(inner=inner) | Dropped(inner=inner):
                return self.thunk_raises(inner)
            case Merged(inner=inner, tree=tree, doc=doc):
                return self.thunk_raises(inner) or self._tree_raises(tree, doc)
            case Known(fields=fields):
                return any(self.thunk_raises(field) for field in fields.values())
            case _:
                return False

    def _tree_raises(self, tree: form.Tree, doc: Doc) -> bool:
        for leaf in tree.fields.values():
            if isinstance(leaf, form.Tree) and self._tree_raises(leaf, doc):
                return True
            if isinstance(leaf, form.Computed) and self.raises(leaf.expr, doc):
                return True
        return False


def _union(kinds: object) -> int:
    found = 0
    for kind in kinds:  # type: ignore[attr-defined]
        found |= kind
    return found


def _constant_key(value: object) -> Hashable:
    if type(value) is float:
        return repr(value)
    return (identity(value), repr(value)) if isinstance(value, dict | list) else identity(value)


def _whole(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and type(expr.value) is int and abs(expr.value) <= 20  # noqa: PLR2004  any place is allowed up to here


def _nonzero(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and is_number(expr.value) and expr.value != 0


def _positive(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and type(expr.value) is int and 0 < expr.value < 2**31
