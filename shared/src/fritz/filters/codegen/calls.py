"""Code for operators: the frequent ones inline for numbers, all others as calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fritz.filters import form
from fritz.filters.bson_order import is_number
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Doc
from fritz.filters.codegen.loops import fused
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ANY, ARRAY, BOOL, DOUBLE, INT, NULL, NULLISH, NUMBER, STRING
from fritz.filters.operators.arrays import membership

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["call"]

_ORDER: Final = {
    "$lt": "less",
    "$lte": "less_or_equal",
    "$gt": "greater",
    "$gte": "greater_or_equal",
}
_SIGN: Final = {"$lt": "<", "$lte": "<=", "$gt": ">", "$gte": ">="}
_EXACT: Final = 2**53
"""Integers up to here are doubles without loss."""
_NOT_SIGN: Final = {"$lt": ">=", "$lte": ">"}
_SWAPPED: Final = {"$lt": "$gt", "$lte": "$gte", "$gt": "$lt", "$gte": "$lte"}


def call(b: Builder, expr: form.Call, doc: Doc) -> Code:
    """Return the code of an operator's value."""
    name = expr.operator.name
    short = fused(b, expr, doc)
    if short is not None:
        return short
    args = [b.out.bind(b.value(arg, doc)) for arg in expr.args]
    known = _folded(b, expr, args)
    if known is not None:
        return known
    inline = _INLINE.get(name)
    found = inline(b, name, args) if inline is not None else None
    if found is None:
        given = ", ".join(arg.text for arg in args)
        function = b.out.constant(expr.operator.function)
        text = f"{function}([{given}])" if expr.operator.spread else f"{function}({given})"
        found = Code(text, ANY)
    kinds = b.facts.kinds(expr, doc)
    if kinds == NULL and not b.facts.raises(expr, doc):
        return b.out.literal(None)
    found = Code(found.text, found.kinds & kinds if found.kinds != ANY else kinds, found.atomic)
    if expr.operator.raises:
        found = b.out.bind(found)
    if expr.operator.grows:
        b.charge(found)
    return found


def _folded(b: Builder, expr: form.Call, args: list[Code]) -> Code | None:
    """Return the value of an operator on constants; one that raises does so when it is run."""
    if expr.operator.grows or any(arg.constant is ... for arg in args):
        return None
    given = [arg.constant for arg in args]
    function = expr.operator.function
    try:
        return b.out.literal(function(given) if expr.operator.spread else function(*given))
    except OperatorError:
        return None


# --- order ------------------------------------------------------------------------------------


def _ordered(b: Builder, name: str, args: list[Code]) -> Code | None:
    left, right = args
    if _is_plain_number(left) and not _is_plain_number(right):
        return _ordered(b, _SWAPPED[name], [right, left])
    x, y = left.text, right.text
    function = _ORDER[name]
    if _is_plain_number(right):
        if not left.kinds & ~(NUMBER | NULLISH):
            return Code(_against_number(b, name, left, y), BOOL)
        quick = f"not {x} {_NOT_SIGN[name]} {y}" if name in _NOT_SIGN else f"{x} {_SIGN[name]} {y}"
        kind = "int" if left.hint == "int" else "float"
        return Code(f"({quick} if type({x}) is {kind} else {function}({x}, {y}))", BOOL)
    if left.kinds & DOUBLE and right.kinds & DOUBLE:
        quick = _two_doubles(name, x, y)
        return Code(f"({quick} if type({x}) is type({y}) is float else {function}({x}, {y}))", BOOL)
    return Code(f"{function}({x}, {y})", BOOL)


def _is_plain_number(code: Code) -> bool:
    """Return whether the code is a number literal (NaN and infinity are not)."""
    return is_number(code.constant) and not code.text.startswith("k")


def _against_number(b: Builder, name: str, left: Code, number: str) -> str:
    """Return the comparison of a number, null or missing value with a number that is not NaN.

    NaN and null are less than any number: the test is turned round so that both come out right.
    """
    if not left.kinds & ~NULLISH:
        return repr(name in _NOT_SIGN)
    absent = b.null_or_missing(left)
    if name in _NOT_SIGN:
        test = f"not {left.text} {_NOT_SIGN[name]} {number}"
        return f"({test})" if absent == "False" else f"({absent} or {test})"
    test = f"{left.text} {_SIGN[name]} {number}"
    return f"({test})" if absent == "False" else f"(not ({absent}) and {test})"


def _two_doubles(name: str, x: str, y: str) -> str:
    """Return the comparison of two doubles, either of which may be NaN."""
    match name:
        case "$lt":
            return f"({x} < {y} or ({x} != {x} and {y} == {y}))"
        case "$gt":
            return f"({x} > {y} or ({y} != {y} and {x} == {x}))"
        case "$lte":
            return f"({x} <= {y} or {x} != {x})"
        case _:
            return f"({x} >= {y} or {y} != {y})"


def _equality(_b: Builder, name: str, args: list[Code]) -> Code:
    left, right = args
    if left.constant is not ... and right.constant is ...:
        left, right = right, left
    same = _same(left, right)
    if same is None:
        function = "equal" if name == "$eq" else "not_equal"
        x, y, kind = left.text, right.text, left.hint if left.hint != "float" else right.hint
        slow = f"{function}({x}, {y})"
        if kind == "float":
            return Code(slow, BOOL)
        sign = "==" if name == "$eq" else "!="
        return Code(f"({x} {sign} {y} if type({x}) is type({y}) is {kind} else {slow})", BOOL)
    return Code(f"({same})" if name == "$eq" else f"(not ({same}))", BOOL)


def _same(left: Code, right: Code) -> str | None:
    """Return the test of equality with a constant, None if there is no short one."""
    x, constant = left.text, right.constant
    if constant is None or constant is True or constant is False or right.text == "M":
        return f"{x} is {right.text}"
    if type(constant) is str:
        return f"{x} == {right.text}"
    if _is_plain_number(right):
        clash = constant in (0, 1) and left.kinds & BOOL
        return f"{x} == {right.text} and type({x}) is not bool" if clash else f"{x} == {right.text}"
    return None


# --- arithmetic -------------------------------------------------------------------------------


def _infix(sign: str, function: str) -> Callable[[Builder, str, list[Code]], Code | None]:
    def make(_b: Builder, name: str, args: list[Code]) -> Code | None:
        if len(args) != 2:  # noqa: PLR2004  the usual call
            return None
        left, right = args
        x, y = left.text, right.text
        slow = f"{function}([{x}, {y}])" if name != "$subtract" else f"{function}({x}, {y})"
        if left.constant is None or right.constant is None or "M" in (x, y):
            return Code(slow)
        if left.kinds == right.kinds == DOUBLE:
            return Code(f"{x} {sign} {y}", DOUBLE)
        if _is_plain_number(right) and abs(right.constant) <= _EXACT:
            test = f"type({x}) is float"
        elif _is_plain_number(left) and abs(left.constant) <= _EXACT:
            test = f"type({y}) is float"
        else:
            test = f"type({x}) is type({y}) is float"
        return Code(f"({x} {sign} {y} if {test} else {slow})")

    return make


def _divided(_b: Builder, _name: str, args: list[Code]) -> Code:
    x, y = (arg.text for arg in args)
    return Code(f"({x} / {y} if type({x}) is type({y}) is float and {y} else divide({x}, {y}))")


def _absolute(_b: Builder, _name: str, args: list[Code]) -> Code:
    x = args[0].text
    if args[0].kinds == DOUBLE:
        return Code(f"abs({x})", DOUBLE)
    if args[0].kinds == DOUBLE | NULL:
        return Code(f"(None if {x} is None else abs({x}))", DOUBLE | NULL)
    return Code(f"(abs({x}) if type({x}) is float else absolute({x}))")


def _rounded(_b: Builder, _name: str, args: list[Code]) -> Code | None:
    places = args[1].constant if len(args) > 1 else 0
    if type(places) is not int or not 0 <= places <= 20:  # noqa: PLR2004  plain places only
        return None
    x = args[0].text
    finite = f"type({x}) is float and {x} - {x} == 0.0"
    return Code(f"(round({x}, {places}) if {finite} else round_to({x}, {places}))")


def _real(name: str) -> Callable[[Builder, str, list[Code]], Code]:
    def make(_b: Builder, _name: str, args: list[Code]) -> Code:
        x = args[0].text
        return Code(
            f"({name}({x}) if type({x}) is float and {x} - {x} == 0.0 else slow_{name}({x}))"
        )

    return make


# --- membership and types ---------------------------------------------------------------------


def _member(b: Builder, _name: str, args: list[Code]) -> Code | None:
    given, array = args
    if type(array.constant) is not list:
        return None
    strings = frozenset(item for item in array.constant if type(item) is str)
    slow = f"{b.out.constant(membership(array.constant))}({given.text})"
    if given.kinds & STRING:
        quick = f"{given.text} in {b.out.constant(strings)}"
        return Code(f"({quick} if type({given.text}) is str else {slow})", BOOL)
    return Code(slow, BOOL)


def _is_array(_b: Builder, _name: str, args: list[Code]) -> Code:
    return Code(f"(type({args[0].text}) is list)", BOOL)


def _size(_b: Builder, _name: str, args: list[Code]) -> Code:
    x = args[0].text
    if args[0].kinds == ARRAY and args[0].constant is ...:
        return Code(f"len({x})", INT)
    return Code(f"(len({x}) if type({x}) is list else size({x}))", INT)


def _element(_b: Builder, _name: str, args: list[Code]) -> Code | None:
    array, index = args[0].text, args[1].constant
    if args[0].constant is not ... or type(index) is not int or not -20 <= index <= 20:  # noqa: PLR2004  plain indices only
        return None
    least = index + 1 if index >= 0 else -index
    test = f"type({array}) is list and len({array}) >= {least}"
    return Code(f"({array}[{index}] if {test} else element_at({array}, {index}))")


_INLINE: Final[dict[str, Callable[[Builder, str, list[Code]], Code | None]]] = {
    **dict.fromkeys(_ORDER, _ordered),
    "$eq": _equality,
    "$ne": _equality,
    "$add": _infix("+", "add"),
    "$subtract": _infix("-", "subtract"),
    "$multiply": _infix("*", "multiply"),
    "$divide": _divided,
    "$abs": _absolute,
    "$round": _rounded,
    "$sin": _real("sin"),
    "$cos": _real("cos"),
    "$degreesToRadians": _real("radians"),
    "$in": _member,
    "$isArray": _is_array,
    "$size": _size,
    "$arrayElemAt": _element,
}
