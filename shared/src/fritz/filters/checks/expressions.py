"""Types through expressions, and what is suspicious about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from fritz.filters import form
from fritz.filters.bson_order import MISSING, is_number
from fritz.filters.checks.report import Report
from fritz.filters.checks.schema import UNKNOWN, ArrayOf, Record, Scalar, Type
from fritz.filters.checks.shapes import Shape, Unfound, kinds, lookup, nullable
from fritz.filters.kinds import (
    ANY,
    ARRAY,
    BOOL,
    NULL,
    NULLISH,
    NUMBER,
    OBJECT,
    kind_of,
    names,
)
from fritz.filters.limits import Limits

__all__ = ["Context", "infer"]

_ORDER: Final = frozenset({"$lt", "$lte", "$gt", "$gte"})
_TRUE_FOR_NULL: Final = frozenset({"$lt", "$lte"})
_NEED_ARRAY: Final = frozenset({"$size", "$in", "$anyElementTrue", "$allElementsTrue"})
_NUMERIC: Final = frozenset(
    {"$add", "$subtract", "$multiply", "$divide", "$abs", "$mod", "$round", "$sqrt", "$pow"}
)


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression stands."""

    shape: Shape
    report: Report
    limits: Limits
    variables: dict[form.Variable, Type] = field(default_factory=dict)
    sure: bool = True
    """Whether the expression is evaluated for every alert that gets here."""
    guards: frozenset[str] = frozenset()
    """What conditions around the expression have looked at."""

    def maybe(self, *tests: form.Expr) -> Context:
        """Return the context of something that a condition guards."""
        seen = frozenset(mark for test in tests for mark in _marks(test))
        return replace(self, sure=False, guards=self.guards | seen)

    def binding(self, variable: form.Variable, kind: Type) -> Context:
        """Return the context inside which a variable is known."""
        return replace(self, variables={**self.variables, variable: kind})


def _marks(expr: form.Expr) -> set[str]:
    """Return texts for all parts of an expression, to see whether a condition looks at them."""
    found = {_mark(expr)}
    for child in form.children(expr):
        found |= _marks(child)
    return found


def _mark(expr: form.Expr) -> str:
    match expr:
        case form.Const(value=value):
            return repr(value)
        case form.Path(base=base, parts=parts):
            return f"{'' if base is None else base.name}.{'.'.join(parts)}"
        case form.Call(operator=operator, args=args):
            return f"{operator.name}({','.join(map(_mark, args))})"
        case _:
            inside = ",".join(map(_mark, form.children(expr)))
            return f"{type(expr).__name__}({inside})"


def infer(expr: form.Expr, context: Context) -> Type:  # noqa: C901, PLR0911, PLR0912  one case per node
    """Return the type of an expression's value; report what is suspicious."""
    match expr:
        case form.Const(value=value):
            return Scalar(kind_of(value)) if value is not MISSING else Scalar(NULLISH)
        case form.Path():
            return _path(expr, context)
        case form.ObjectOf(fields=fields):
            return Record({name: infer(value, context) for name, value in fields})
        case form.ListOf(items=items):
            found = [infer(item, context) for item in items]
            return ArrayOf(found[0] if len(set(map(repr, found))) == 1 else UNKNOWN)
        case form.And(items=items) | form.Or(items=items):
            before: list[form.Expr] = []
            for item in items:
                infer(item, context.maybe(*before))
                before.append(item)
            return Scalar(BOOL)
        case form.Not(item=item):
            infer(item, context)
            return Scalar(BOOL)
        case form.Cond(test=test, then=then, otherwise=otherwise):
            infer(test, context)
            inside = context.maybe(test)
            return _either([infer(then, inside), infer(otherwise, inside)])
        case form.Switch(branches=branches, default=default):
            inside = context.maybe(*(case for case, _ in branches))
            ways = []
            for case, then in branches:
                infer(case, inside)
                ways.append(infer(then, inside))
            return _either(ways if default is None else [*ways, infer(default, inside)])
        case form.IfNull(items=items):
            ways = [infer(item, context.maybe(*items[:i])) for i, item in enumerate(items)]
            return _either([*map(_present, ways[:-1]), ways[-1]])
        case form.Let(names=bound, body=body):
            inside = context
            for variable, value in bound:
                inside = inside.binding(variable, infer(value, context))
            return infer(body, inside)
        case form.Map(array=array, item=item, body=body):
            items_of = infer(array, context)
            inside = context.binding(item, _element(items_of))
            return ArrayOf(infer(body, inside), nullable=nullable(items_of))
        case form.Filter(array=array, item=item, test=test):
            items_of = infer(array, context)
            infer(test, context.binding(item, _element(items_of)))
            return items_of if isinstance(items_of, ArrayOf) else ArrayOf(UNKNOWN)
        case form.Reduce(array=array, start=start, item=item, carried=carried, body=body):
            items_of = infer(array, context)
            infer(start, context)
            infer(body, context.binding(item, _element(items_of)).binding(carried, UNKNOWN))
            return UNKNOWN
        case form.SortArray(array=array):
            return infer(array, context)
        case form.Call():
            return _call(expr, context)
        case _:
            for child in form.children(expr):
                infer(child, context)
            return ArrayOf(UNKNOWN) if isinstance(expr, form.Zip) else UNKNOWN


def _path(expr: form.Path, context: Context) -> Type:
    shape = context.shape
    if expr.base is None:
        found = lookup(shape.record, expr.parts, shape)
        original = shape.original
    else:
        found = lookup(context.variables.get(expr.base, UNKNOWN), expr.parts)
        original = True
    if isinstance(found, Unfound):
        context.report.unfound(expr.at, found, original=original, sure=context.sure)
        return Scalar(NULLISH)
    return found


def _element(kind: Type) -> Type:
    return kind.item if isinstance(kind, ArrayOf) else UNKNOWN


def _present(kind: Type) -> Type:
    if isinstance(kind, Scalar):
        return Scalar(kind.kinds & ~NULLISH)
    return replace(kind, nullable=False)


def _either(ways: list[Type]) -> Type:
    first = ways[0]
    if all(way == first for way in ways):
        return first
    arrays = [way for way in ways if isinstance(way, ArrayOf)]
    if arrays and all(isinstance(way, ArrayOf) or kinds(way) == ARRAY for way in ways):
        return arrays[0]
    joined = 0
    for way in ways:
        joined |= kinds(way)
    return UNKNOWN if joined & (OBJECT | ARRAY) else Scalar(joined)


def _call(expr: form.Call, context: Context) -> Type:
    name = expr.operator.name
    given = [infer(arg, context) for arg in expr.args]
    if name in _ORDER | {"$eq", "$ne"}:
        _comparison(expr, given, context)
    elif name in _NEED_ARRAY:
        _array_needed(expr, given[-1], context)
    elif name in {"$divide", "$mod"}:
        _division(expr, context)
    elif name == "$range":
        _range(expr, context)
    if name in _NUMERIC:
        _numbers(expr, given, context)
    return _result(name, expr, given)


def _result(name: str, expr: form.Call, given: list[Type]) -> Type:
    if name in {"$arrayElemAt", "$first", "$last"}:
        item = _element(given[0])
        return Scalar(item.kinds | NULLISH) if isinstance(item, Scalar) else item
    if name in {"$slice", "$reverseArray", "$concatArrays"} and isinstance(given[0], ArrayOf):
        return given[0]
    yields = expr.operator.yields
    if name in _NUMERIC and not any(kinds(kind) & NULLISH for kind in given):
        yields &= ~NULL
    if name in {"$min", "$max"}:
        inside = [kinds(_element(k)) if isinstance(k, ArrayOf) else kinds(k) for k in given]
        joined = 0
        for kind in inside:
            joined |= kind
        sure = any(not kind & NULLISH for kind in inside) and len(inside) > 1
        return Scalar(joined & ~NULLISH if sure else joined | NULL)
    if yields == ANY or yields & OBJECT:
        return UNKNOWN
    return ArrayOf(UNKNOWN) if yields & ARRAY else Scalar(yields)


def _comparison(expr: form.Call, given: list[Type], context: Context) -> None:
    left, right = expr.args
    if isinstance(left, form.Const) and isinstance(right, form.Const):
        _constants(expr, left, right, context)
        return
    name, value, kind, constant = expr.operator.name, left, given[0], right
    if isinstance(left, form.Const):
        value, kind, constant = right, given[1], left
        name = {"$gt": "$lt", "$gte": "$lte", "$lt": "$gt", "$lte": "$gte"}.get(name, name)
    if not isinstance(constant, form.Const):
        return
    present = kinds(kind) & ~NULLISH
    if present and not _comparable(present, kind_of(constant.value)) and constant.value is not None:
        message = (
            f"compares {names(present)} with {names(kind_of(constant.value))}: "
            "the order of types decides, not the value"
        )
        context.report.say("type_mismatch", expr.at, message)
    elif (
        name in _TRUE_FOR_NULL
        and nullable(kind)
        and is_number(constant.value)
        and _mark(value) not in context.guards
    ):
        message = f"{name} is true where {_said(value)} is null or missing"
        context.report.say("null_sensitive", expr.at, message)


def _comparable(one: int, other: int) -> bool:
    return bool(one & other) or bool(one & NUMBER and other & NUMBER)


def _said(expr: form.Expr) -> str:
    if isinstance(expr, form.Path):
        base = "" if expr.base is None else f"$${expr.base.name}."
        return base + ".".join(expr.parts)
    inside = next((child for child in form.children(expr)), None)
    return "the value" if inside is None else _said(inside)


def _constants(expr: form.Call, left: form.Const, right: form.Const, context: Context) -> None:
    result = bool(expr.operator.function(left.value, right.value))
    near = None
    for constant in (left, right):
        text = constant.value
        if isinstance(text, str) and not isinstance(
            lookup(context.shape.record, tuple(text.split("."))), Unfound
        ):
            near = f"${text}"
    message = f"compares two constants: always {str(result).lower()}"
    context.report.say("constant_comparison", expr.at, message, near=near)


def _array_needed(expr: form.Call, kind: Type, context: Context) -> None:
    name, array = expr.operator.name, expr.args[-1]
    present = kinds(kind) & ~NULLISH
    if present and not present & ARRAY:
        message = f"{name} needs an array, not {names(present)}: it raises for every alert"
        severity = "error" if context.sure else "warning"
        context.report.say("type_error", expr.at, message, severity=severity)  # type: ignore[arg-type]
    elif nullable(kind) and _mark(array) not in context.guards and not _guarded(array, context):
        message = f"{name} raises where {_said(array)} is null or missing: use $ifNull"
        context.report.say("raises_on_null", expr.at, message)


def _guarded(expr: form.Expr, context: Context) -> bool:
    return any(_mark(child) in context.guards for child in form.children(expr))


def _division(expr: form.Call, context: Context) -> None:
    divisor = expr.args[1]
    if isinstance(divisor, form.Const) and is_number(divisor.value):
        if divisor.value == 0:
            message = f"{expr.operator.name} by zero raises for every alert"
            context.report.say("type_error", expr.at, message)
        return
    if not _marks(divisor) & context.guards:
        message = f"{expr.operator.name} raises where the divisor is zero: test it in a $cond"
        context.report.say("unguarded_divide", expr.at, message)


def _range(expr: form.Call, context: Context) -> None:
    bounds = [arg.value for arg in expr.args if isinstance(arg, form.Const)]
    if len(bounds) != len(expr.args) or not all(is_number(bound) for bound in bounds):
        return
    start, end, step = (*bounds, 1)[:3]
    count = (end - start) / step if step else 0
    if count > context.limits.constant_range:
        message = f"unbounded work: $range makes about {count:.0e} elements"
        context.report.say("cost", expr.at, message, severity="error")


def _numbers(expr: form.Call, given: list[Type], context: Context) -> None:
    for arg, kind in zip(expr.args, given, strict=True):
        present = kinds(kind) & ~NULLISH
        if present and not present & NUMBER and not isinstance(arg, form.ListOf):
            message = f"{expr.operator.name} needs numbers; {_said(arg)} is {names(present)}"
            severity = "error" if context.sure else "warning"
            context.report.say("type_error", expr.at, message, severity=severity)  # type: ignore[arg-type]
