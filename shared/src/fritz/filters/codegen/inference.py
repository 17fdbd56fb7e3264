"""Which BSON types expressions over symbolic documents may yield."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fritz.filters import form
from fritz.filters.codegen.documents import Absent, Computed, Doc, Kept, Known, Local, Merged, Thunk
from fritz.filters.codegen.equality import Equality
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
    kind_of,
)

__all__ = ["Inference"]

_NUMERIC: Final = frozenset({"$add", "$subtract", "$multiply", "$abs", "$ceil", "$floor", "$mod"})
_STRICT: Final = NUMBER | NULLISH


class Inference(Equality):
    """Finds once for each numbered value which types it may have, given what has been checked."""

    def __init__(self) -> None:
        super().__init__()
        self.bound: dict[form.Variable, Thunk] = {}
        """What the variables in scope stand for."""
        self.assured: dict[int, int] = {}
        """Kinds of numbered values that the code has checked."""
        self.elements: dict[tuple[str, str], int] = {}
        """Kinds of the fields of an array's elements that the code has checked."""
        self._kinds: dict[int, int] = {}

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
            case form.Call(operator=operator, args=args):
                return self._call_kinds(operator.name, operator.yields, args, doc)
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
            case _:
                return ANY

    def _call_kinds(self, name: str, yields: int, args: tuple[form.Expr, ...], doc: Doc) -> int:
        each = [self.kinds(arg, doc) for arg in args]
        given = _union(each)
        if (
            name in _NUMERIC
            and any(not kind & ~NULLISH for kind in each)
            and not given & ~(NUMBER | NULLISH)
        ):
            return NULL
        if yields & NULL and not yields & MISSING_KIND and args and not given & NULLISH:
            yields &= ~NULL
        if name in _NUMERIC and given & ~NULLISH == DOUBLE:
            yields &= ~INT
        return yields

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


def _union(kinds: Iterable[int]) -> int:
    found = 0
    for kind in kinds:
        found |= kind
    return found
