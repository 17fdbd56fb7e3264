"""What is known of an expression before any code is made: equality, types, whether it can raise."""

from __future__ import annotations

from typing import Final

from fritz.filters import form
from fritz.filters.bson_order import is_number
from fritz.filters.codegen.documents import Computed, Doc, Dropped, Kept, Known, Merged, Thunk
from fritz.filters.codegen.inference import Inference
from fritz.filters.kinds import ARRAY, DOUBLE, NULLISH, NUMBER, OBJECT, STRING

__all__ = ["Analysis"]

_STRICT: Final = NUMBER | NULLISH


class Analysis(Inference):
    """Facts about expressions over symbolic documents, each found once."""

    def __init__(self) -> None:
        super().__init__()
        self._raises: dict[int, bool] = {}

    def assure(self, assured: dict[int, int], elements: dict[tuple[str, str], int]) -> None:
        """Replace what has been checked; what cannot raise with less cannot with more."""
        more = assured.items() >= self.assured.items() and len(elements) >= len(self.elements)
        kept = [number for number, raises in self._raises.items() if not raises] if more else []
        self.assured, self.elements = assured, elements
        self._kinds.clear()
        self._raises = dict.fromkeys(kept, False)

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


def _whole(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and type(expr.value) is int and abs(expr.value) <= 20  # noqa: PLR2004  any place is allowed up to here


def _nonzero(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and is_number(expr.value) and expr.value != 0


def _positive(expr: form.Expr) -> bool:
    return isinstance(expr, form.Const) and type(expr.value) is int and 0 < expr.value < 2**31
