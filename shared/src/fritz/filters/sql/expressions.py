"""Expressions as what SQL knows of their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from sqlglot import exp

from fritz.filters import form
from fritz.filters.bson_order import MISSING
from fritz.filters.kinds import (
    ANY,
    ARRAY,
    NULL,
    NULLISH,
    OBJECT,
)
from fritz.filters.operators.signature import Operator
from fritz.filters.sql.arithmetic import choice, computed, or_else
from fritz.filters.sql.calls import (
    NUMERIC,
    folded,
    harmless,
    is_array,
    narrowed,
    type_of,
)
from fritz.filters.sql.columns import HISTORIES, Columns
from fritz.filters.sql.comparing import COMPARISONS, compared
from fritz.filters.sql.conditions import (
    TooLarge,
    Truth,
    always,
    any_of,
    both,
    either,
    fixed,
    inverse,
    is_fixed,
)
from fritz.filters.sql.elements import member, quantified, size, some
from fritz.filters.sql.shapes import (
    Document,
    Dropped,
    Entry,
    FromAlert,
    Gone,
    Kept,
    Later,
    Merged,
    shown_below,
)
from fritz.filters.sql.values import (
    Constant,
    History,
    Mapped,
    Nulls,
    Scalar,
    Unknown,
    Value,
    kinds_of,
    raises_of,
    truth_of,
)

__all__ = ["Translator"]

_MOST: Final = 4000
"""Expressions that one pipeline may come to, those used twice counted twice."""
_OBJECT_FIELDS: Final = frozenset({"candidate", "classifications", "coordinates", "cross_matches"})

Bound: TypeAlias = "History | tuple[form.Expr, Document, Scope] | None"
"""What a variable stands for: an element, an expression, or nothing that SQL knows."""
Scope: TypeAlias = Mapping[form.Variable, Bound]


class Translator:
    """Evaluates expressions symbolically."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._made = 0

    def value(  # noqa: C901, PLR0911, PLR0912  one case per node
        self, expr: form.Expr, document: Document, scope: Scope
    ) -> Value:
        """Return what is known of an expression's value."""
        self._made += 1
        if self._made > _MOST:
            raise TooLarge
        match expr:
            case form.Const(value=value):
                return Constant(value)
            case form.Path(base=None, parts=parts):
                return self.read(document, parts)
            case form.Path(base=form.Variable() as base, parts=parts):
                return self._variable(scope.get(base), parts)
            case form.And(items=items):
                return self._sequence(items, document, scope, both, start=True)
            case form.Or(items=items):
                return self._sequence(items, document, scope, either, start=False)
            case form.Not(item=item):
                return inverse(self.truth(item, document, scope))
            case form.Cond(test=test, then=then, otherwise=otherwise):
                made = (self.value(each, document, scope) for each in (then, otherwise))
                return choice(self.columns, self.truth(test, document, scope), *made)
            case form.Switch():
                return self._switch(expr, document, scope)
            case form.IfNull(items=items):
                return self._if_null([self.value(item, document, scope) for item in items])
            case form.Let(names=names, body=body):
                return self._let(names, body, document, scope)
            case form.Map() | form.Filter():
                return self._loop(expr, document, scope)
            case form.Call(operator=operator, args=args):
                given = [self.value(arg, document, scope) for arg in args]
                return self._call(operator, given)
            case _:
                return self._other(expr, document, scope)

    def truth(self, expr: form.Expr, document: Document, scope: Scope) -> Truth:
        """Return what is known of an expression as a condition."""
        return truth_of(self.value(expr, document, scope))

    # --- paths --------------------------------------------------------------------------------

    def read(self, document: Document, parts: tuple[str, ...]) -> Value:
        """Return what an expression's path finds in a document."""
        if not parts:
            return Unknown(OBJECT)
        return self._entry(document.entry(parts[0]), parts[1:])

    def _entry(self, entry: Entry, rest: tuple[str, ...]) -> Value:  # noqa: PLR0911  one per kind
        match entry:
            case Gone():
                return Constant(MISSING)
            case FromAlert(name=name):
                return self.columns.field((name, *rest))
            case Later(expr=expr, document=document):
                return self._below(expr, document, rest)
            case Kept(inner=inner, tree=tree):
                return self._kept(inner, tree, rest)
            case Dropped(inner=inner, tree=tree):
                if rest and rest[0] not in tree.fields:
                    return self._entry(inner, rest)
                return Unknown()
            case Merged():
                return self._merged(entry, rest)
            case _:
                return Unknown()

    def _below(self, expr: form.Expr, document: Document, rest: tuple[str, ...]) -> Value:
        if not rest:
            value = self.value(expr, document, {})
            if isinstance(value, Scalar | Truth):
                # Where it raises, the stage that computed it has raised already.
                return replace(value, raises=fixed(False))
            return value
        if isinstance(expr, form.Path) and expr.base is None and expr.parts:
            return self.read(document, (*expr.parts, *rest))
        if isinstance(expr, form.ObjectOf):
            found = dict(expr.fields).get(rest[0])
            return Constant(MISSING) if found is None else self._below(found, document, rest[1:])
        value = self.value(expr, document, {})
        if isinstance(value, Scalar | Truth):
            return Constant(MISSING)
        return Unknown()

    def _kept(self, inner: Entry, tree: form.Tree, rest: tuple[str, ...]) -> Value:
        whole = self._entry(inner, ())
        if isinstance(whole, History):
            shown = History(
                whole.source,
                whole.alias,
                whole.test,
                whole.absent,
                whole.nulls,
                (*whole.shown, tree),
                whole.raises,
            )
            return self.columns.over_elements(shown) if rest else shown
        included = shown_below(tree, rest) if rest else None
        if included:
            return self._entry(inner, rest)
        return Constant(MISSING) if included is False and _is_object(inner) else Unknown()

    def _merged(self, entry: Merged, rest: tuple[str, ...]) -> Value:
        if not rest or not (_is_object(entry.inner) or isinstance(entry.inner, Gone)):
            return Unknown()
        leaf = entry.tree.fields.get(rest[0])
        if isinstance(leaf, form.Computed):
            return self._below(leaf.expr, entry.document, rest[1:])
        if rest[0] not in entry.tree.fields:
            return Constant(MISSING) if entry.including else self._entry(entry.inner, rest)
        return self._entry(entry.inner, rest) if leaf is None else Unknown()

    def _variable(self, bound: Bound, parts: tuple[str, ...]) -> Value:
        if isinstance(bound, History):
            return self.columns.element(bound, parts)
        if bound is None:
            return Unknown()
        expr, document, scope = bound
        if not parts:
            return self.value(expr, document, scope)
        if isinstance(expr, form.Path) and expr.base is None:
            return self.read(document, (*expr.parts, *parts))
        return Unknown()

    # --- choices ------------------------------------------------------------------------------

    def _sequence(
        self,
        items: Sequence[form.Expr],
        document: Document,
        scope: Scope,
        joined: Callable[[Truth, Truth], Truth],
        *,
        start: bool,
    ) -> Truth:
        truth = always(start)
        for item in items:
            truth = joined(truth, self.truth(item, document, scope))
        return truth

    def _switch(self, expr: form.Switch, document: Document, scope: Scope) -> Value:
        last: Value = Unknown(NULL, fixed(True))
        if expr.default is not None:
            last = self.value(expr.default, document, scope)
        for case, then in reversed(expr.branches):
            test = self.truth(case, document, scope)
            last = choice(self.columns, test, self.value(then, document, scope), last)
        return last

    def _if_null(self, items: list[Value]) -> Value:
        last = items[-1]
        for item in reversed(items[:-1]):
            last = or_else(self.columns, item, last)
        return last

    def _let(
        self,
        names: tuple[tuple[form.Variable, form.Expr], ...],
        body: form.Expr,
        document: Document,
        scope: Scope,
    ) -> Value:
        raises = any_of(*(raises_of(self.value(expr, document, scope)) for _, expr in names))
        inner = {**scope, **{name: (expr, document, scope) for name, expr in names}}
        value = self.value(body, document, inner)
        return value if is_fixed(raises, False) else _with_raises(value, raises)

    # --- loops --------------------------------------------------------------------------------

    def _loop(self, expr: form.Map | form.Filter, document: Document, scope: Scope) -> Value:
        array = self.value(expr.array, document, scope)
        body = expr.body if isinstance(expr, form.Map) else expr.test
        if not isinstance(array, History):
            inside = self.value(body, document, {**scope, expr.item: None})
            bad = fixed(kinds_of(array) & ~(ARRAY | NULLISH) != 0)
            return Unknown(ARRAY | NULL, any_of(raises_of(array), bad, raises_of(inside)))
        each = self.truth(body, document, {**scope, expr.item: array})
        if isinstance(expr, form.Map):
            raises = any_of(array.raises, some(self.columns, array, each.raises))
            return Mapped(array, each, raises)
        if expr.limit is not None:
            return Unknown(ARRAY | NULL, fixed(True))
        raises = any_of(array.raises, some(self.columns, array, each.raises))
        test = both(array.test, each)
        return History(
            array.source, array.alias, test, array.absent, Nulls.NULL, array.shown, raises
        )

    # --- calls --------------------------------------------------------------------------------

    def _call(self, operator: Operator, given: list[Value]) -> Value:
        name = operator.name
        constants = [value.value for value in given if isinstance(value, Constant)]
        if len(constants) == len(given):
            return folded(operator, constants)
        if name in COMPARISONS:
            return compared(self.columns, name, *given)
        made: Value | None = None
        if name in NUMERIC:
            made = computed(self.columns, name, given)
        elif name == "$in":
            made = member(self.columns, *given)
        elif name in {"$anyElementTrue", "$allElementsTrue"} and isinstance(given[0], Mapped):
            made = quantified(self.columns, given[0], every=name == "$allElementsTrue")
        elif name == "$size":
            made = size(self.columns, given[0])
        elif name == "$type" and self.columns.loops:
            made = type_of(given[0])
        elif name == "$isArray" and self.columns.loops:
            made = is_array(given[0])
        if made is not None:
            return made
        quiet = not operator.raises or harmless(name, given)
        inside = any_of(*map(raises_of, given))
        kinds = narrowed(name, operator.yields, given)
        return Unknown(kinds, inside if quiet else fixed(True))

    def _other(self, expr: form.Expr, document: Document, scope: Scope) -> Value:
        """Return what is known of a value that SQL does not compute."""
        unbound: Scope = scope
        if isinstance(expr, form.Reduce):
            unbound = {**scope, expr.item: None, expr.carried: None}
        given = [self.value(child, document, unbound) for child in form.children(expr)]
        inside = any_of(*map(raises_of, given))
        match expr:
            case form.ObjectOf():
                return Unknown(OBJECT, inside)
            case form.ListOf():
                return Unknown(ARRAY, inside)
            case form.Reduce() | form.SortArray():
                bad = kinds_of(given[0]) & ~(ARRAY | NULLISH) != 0
                kinds = ANY if isinstance(expr, form.Reduce) else ARRAY | NULL
                return Unknown(kinds, any_of(inside, fixed(bad)))
            case _:
                return Unknown(ANY, fixed(True))


def _is_object(entry: Entry) -> bool:
    """Return whether the value is always an object."""
    return isinstance(entry, FromAlert) and entry.name in _OBJECT_FIELDS - HISTORIES


def _with_raises(value: Value, raises: exp.Expr) -> Value:
    return Unknown(kinds_of(value), any_of(raises, raises_of(value)))
