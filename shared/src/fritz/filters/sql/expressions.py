"""Expressions as what SQL knows of their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from sqlglot import exp

from fritz.filters import form
from fritz.filters.bson_order import MISSING, is_number
from fritz.filters.kinds import (
    ANY,
    ARRAY,
    DOUBLE,
    INT,
    NULL,
    NULLISH,
    NUMBER,
    OBJECT,
)
from fritz.filters.operators.signature import Operator
from fritz.filters.sql.calls import (
    NUMERIC,
    folded,
    harmless,
    is_array,
    narrowed,
    null_result,
    type_of,
)
from fritz.filters.sql.columns import HISTORIES, Columns
from fritz.filters.sql.comparing import COMPARISONS, compared, weight_of
from fritz.filters.sql.conditions import (
    TooLarge,
    Truth,
    all_of,
    always,
    any_of,
    both,
    either,
    exactly,
    fixed,
    inverse,
    is_fixed,
    known,
    negated,
)
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
    LARGEST,
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
_LARGEST_RESULT: Final = 1e290
_MOST_ELEMENTS: Final = 1e9
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
                return self._choice(self.truth(test, document, scope), *made)
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
            last = self._choice(test, self.value(then, document, scope), last)
        return last

    def _choice(self, test: Truth, then: Value, otherwise: Value) -> Value:
        raises = any_of(
            test.raises,
            all_of(test.may, raises_of(then)),
            all_of(test.may_not, raises_of(otherwise)),
        )
        one, other = self._number(then), self._number(otherwise)
        if _is_truth(then) and _is_truth(otherwise):
            chosen = both(test, truth_of(then))
            return either(chosen, both(inverse(test), truth_of(otherwise)))
        if not test.exact or one is None or other is None:
            return Unknown(kinds_of(then) | kinds_of(otherwise), raises)
        case = exp.Case().when(test.may, one.sql).else_(other.sql)
        kind = one.kind if one.kind == other.kind else DOUBLE
        bound = max(one.bound, other.bound)
        weight = 2 * (weight_of(test) + one.weight + other.weight)
        nulls = one.nulls.with_(other.nulls)
        return Scalar(case, kind, nulls, bound, raises, weight=weight)

    def _number(self, value: Value) -> Scalar | None:
        """Return a number to compute with, None if SQL does not know the value as one."""
        if isinstance(value, Constant):
            number = value.value
            if not is_number(number) or not abs(number) <= LARGEST:
                return None
            if type(number) is int and abs(number) > 2**53:
                return None
            bound = self.columns.parameters.bind(float(number))
            kind = INT if type(number) is int else DOUBLE
            return Scalar(bound, kind, Nulls.NEVER, abs(float(number)))
        if isinstance(value, Scalar) and value.kind & NUMBER:
            return self.columns.operand(value)
        return None

    def _if_null(self, items: list[Value]) -> Value:
        last = items[-1]
        for item in reversed(items[:-1]):
            last = self._or_else(item, last)
        return last

    def _or_else(self, item: Value, last: Value) -> Value:
        raises = any_of(raises_of(item), raises_of(last))
        if not kinds_of(item) & NULLISH:
            return item
        if isinstance(item, Constant):
            return last
        empty_list = isinstance(last, Constant) and last.value == []
        if isinstance(item, History) and empty_list:
            # The elements of an absent history are none, as SQL counts them anyway.
            return History(
                item.source, item.alias, item.test, fixed(False), item.nulls, item.shown, raises
            )
        one, other = self._number(item), self._number(last)
        if one is None or other is None:
            return Unknown(kinds_of(item) & ~NULLISH | kinds_of(last), raises)
        kind = one.kind if one.kind == other.kind else DOUBLE
        sql = exp.Coalesce(this=one.sql, expressions=[other.sql])
        bound, weight = max(one.bound, other.bound), 2 * (one.weight + other.weight)
        return Scalar(sql, kind, other.nulls, bound, raises, weight=weight)

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
            raises = any_of(array.raises, self._some(array, each.raises))
            return Mapped(array, each, raises)
        if expr.limit is not None:
            return Unknown(ARRAY | NULL, fixed(True))
        raises = any_of(array.raises, self._some(array, each.raises))
        test = both(array.test, each)
        return History(
            array.source, array.alias, test, array.absent, Nulls.NULL, array.shown, raises
        )

    def _some(self, history: History, condition: exp.Expr) -> exp.Expr:
        """Return the condition that some element that may be in the history meets one."""
        met = all_of(history.test.may, condition)
        if is_fixed(met, False) or not self.columns.loops:
            return fixed(not is_fixed(met, False))
        return self.columns.some(history.source, history.alias, met)

    def _quantified(self, mapped: Mapped, *, every: bool) -> Truth:
        """Return whether any value, or every one, is true."""
        if not self.columns.loops:
            raises = any_of(mapped.raises, mapped.history.absent)
            return Truth(fixed(True), fixed(True), raises)
        wanted = inverse(mapped.truth) if every else mapped.truth
        sure = both(mapped.history.test, wanted)
        found = self._some(mapped.history, wanted.may)
        certain = all_of(negated(sure.may_not), negated(sure.raises))
        none = negated(self.columns.some(mapped.history.source, mapped.history.alias, certain))
        raises = any_of(mapped.raises, mapped.history.absent)
        weight = sum(sure.weight) + max(mapped.truth.weight)
        if sure.exact and is_fixed(raises, False):
            truth = exactly(found, weight)
        else:
            truth = Truth(found, none, raises, weight=(weight, weight, weight))
        return inverse(truth) if every else truth

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
            made = self._computed(name, given)
        elif name == "$in":
            made = self._member(*given)
        elif name in {"$anyElementTrue", "$allElementsTrue"} and isinstance(given[0], Mapped):
            made = self._quantified(given[0], every=name == "$allElementsTrue")
        elif name == "$size":
            made = self._size(given[0])
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

    def _size(self, value: Value) -> Value | None:
        """Return the number of elements; where there is no array the operator raises."""
        if not (self.columns.loops and isinstance(value, History) and value.test.exact):
            return None
        count = exp.cast(self.columns.count(value), exp.DataType.Type.DOUBLE)
        raises, weight = any_of(value.raises, value.absent), value.test.weight[0]
        return Scalar(count, INT, Nulls.NEVER, _MOST_ELEMENTS, raises, weight=weight)

    def _computed(  # noqa: PLR0911  one per operator
        self, name: str, given: list[Value]
    ) -> Value | None:
        if null_result(given):
            return Constant(None)
        numbers = [self._number(value) for value in given]
        if len(given) > 2 or None in numbers:  # noqa: PLR2004  sums of more round differently
            return None
        found = [number for number in numbers if number is not None]
        if len(found) == 1:
            if name not in {"$abs", "$add", "$multiply"}:
                return None
            [one] = found
            sql = exp.Abs(this=one.sql) if name == "$abs" else one.sql
            return Scalar(sql, one.kind, _nulled(one), one.bound, one.raises, weight=one.weight)
        left, right = found
        bound = _BOUNDS[name](left.bound, right.bound)
        kind = INT if left.kind == right.kind == INT else DOUBLE
        if name == "$divide":
            return self._quotient(left, right)
        if bound > (2**53 if kind == INT else _LARGEST_RESULT):
            return None
        sql = NUMERIC[name](this=_part(left), expression=_part(right))
        raises = any_of(left.raises, right.raises)
        weight = left.weight + right.weight
        return Scalar(sql, kind, _nulled(left, right), bound, raises, weight=weight)

    def _quotient(self, left: Scalar, right: Scalar) -> Value | None:
        """Return a quotient; where the divisor is zero, or nearly, it may raise."""
        if left.bound > LARGEST * LARGEST:
            return None
        least = self.columns.parameters.bind(1 / LARGEST)
        fine = exp.GTE(this=exp.Abs(this=right.sql), expression=least)
        ratio = exp.Div(this=_part(left), expression=_part(right), typed=False, safe=False)
        raises = any_of(left.raises, right.raises, negated(known(fine, True)))
        sql, bound = exp.Case().when(fine, ratio), left.bound * LARGEST
        weight = left.weight + 3 * right.weight
        return Scalar(sql, DOUBLE, _nulled(left, right), bound, raises, weight=weight)

    def _member(self, value: Value, array: Value) -> Value | None:
        if not isinstance(array, Constant) or not isinstance(array.value, list):
            return None
        if not array.value:
            return None
        truth = always(False)
        for each in array.value:
            truth = either(truth, compared(self.columns, "$eq", value, Constant(each)))
        return truth

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


_BOUNDS: Final[dict[str, Callable[[float, float], float]]] = {
    "$add": lambda one, other: one + other,
    "$subtract": lambda one, other: one + other,
    "$multiply": lambda one, other: one * other,
    "$divide": lambda one, _: one * LARGEST,
}


def _is_object(entry: Entry) -> bool:
    """Return whether the value is always an object."""
    return isinstance(entry, FromAlert) and entry.name in _OBJECT_FIELDS - HISTORIES


def _part(scalar: Scalar) -> exp.Expr:
    return exp.paren(scalar.sql, copy=False)


def _nulled(*scalars: Scalar) -> Nulls:
    """Return what NULL stands for in a result that is null where an operand is empty."""
    empty = any(scalar.nulls is not Nulls.NEVER for scalar in scalars)
    return Nulls.NULL if empty else Nulls.NEVER


def _is_truth(value: Value) -> bool:
    return isinstance(value, Truth) or (
        isinstance(value, Constant) and isinstance(value.value, bool)
    )


def _with_raises(value: Value, raises: exp.Expr) -> Value:
    return Unknown(kinds_of(value), any_of(raises, raises_of(value)))
