"""Strings: code points and bytes; `$toUpper` and its like know ASCII only, as MongoDB does."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters.bson_order import MISSING, is_number, type_name
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ARRAY, INT, NULL, STRING
from fritz.filters.operators.arrays import whole
from fritz.filters.operators.convert import number_to_string
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = ["STRINGS", "need_string"]

_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_BLANK: Final = "\0 \t\n\v\f\r\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))


def need_string(value: Any, what: str = "a string") -> str:
    """Return the value, which must be a string."""
    if type(value) is str:
        return value
    raise OperatorError(f"needs {what}, not {type_name(value)}")


def _text(value: Any) -> str:
    """Return the value as MongoDB's lenient string operators take it: null is empty."""
    if nullish(value):
        return ""
    return number_to_string(value) if is_number(value) else need_string(value)


def _concat(values: list[Any]) -> Any:
    parts = []
    for value in values:
        if nullish(value):
            return None
        parts.append(need_string(value, "strings"))
    return "".join(parts)


def _upper(value: Any) -> str:
    return _text(value).translate(_UPPER)


def _lower(value: Any) -> str:
    return _text(value).translate(_LOWER)


def _strcasecmp(left: Any, right: Any) -> int:
    one, other = _upper(left), _upper(right)
    return (one > other) - (one < other)


def _substr_cp(value: Any, start: Any, length: Any) -> str:
    text, first = _text(value), whole(start, "the start")
    count = whole(length, "the length")
    if first < 0 or count < 0:
        raise OperatorError("start and length must not be negative")
    return text[first : first + count]


def _substr_bytes(value: Any, start: Any, length: Any) -> str:
    data = _text(value).encode()
    for number in (start, length):
        if not is_number(number):
            raise OperatorError(f"start and length must be numbers, not {type_name(number)}")
    first, count = int(start), int(length)
    if first < 0:
        raise OperatorError("the start must not be negative")
    try:
        return (data[first:] if count < 0 else data[first : first + count]).decode()
    except UnicodeDecodeError as e:
        raise OperatorError("the range cuts a character in two") from e


def _length(value: Any) -> int:
    return len(need_string(value))


def _length_bytes(value: Any) -> int:
    return len(need_string(value).encode())


def _split(value: Any, separator: Any) -> Any:
    if nullish(value) or nullish(separator):
        return None
    text, by = need_string(value), need_string(separator, "a string as separator")
    if not by:
        raise OperatorError("the separator must not be empty")
    return text.split(by)


def _find(text: Any, token: Any, start: Any, end: Any) -> int:
    first = 0 if start is MISSING else whole(start, "the start")
    last = len(text) if end is MISSING else whole(end, "the end")
    if first < 0 or last < 0:
        raise OperatorError("start and end must not be negative")
    if first > len(text) or last < first:
        return -1
    return int(text.find(token, first, last))


def _index_of_cp(value: Any, token: Any, start: Any = MISSING, end: Any = MISSING) -> Any:
    if nullish(value):
        return None
    return _find(need_string(value), need_string(token), start, end)


def _index_of_bytes(value: Any, token: Any, start: Any = MISSING, end: Any = MISSING) -> Any:
    if nullish(value):
        return None
    return _find(need_string(value).encode(), need_string(token).encode(), start, end)


def _trimmed(value: Any, chars: Any, ends: str) -> Any:
    if nullish(value):
        return None
    text = need_string(value)
    if chars is None:
        return None
    blank = _BLANK if chars is MISSING else need_string(chars, "a string of characters")
    text = text.lstrip(blank) if "l" in ends else text
    return text.rstrip(blank) if "r" in ends else text


def _trim(value: Any, chars: Any) -> Any:
    return _trimmed(value, chars, "lr")


def _ltrim(value: Any, chars: Any) -> Any:
    return _trimmed(value, chars, "l")


def _rtrim(value: Any, chars: Any) -> Any:
    return _trimmed(value, chars, "r")


def _replaced(value: Any, find: Any, replacement: Any, times: int) -> Any:
    parts = [None if nullish(x) else need_string(x) for x in (value, find, replacement)]
    text, old, new = parts
    if text is None or old is None or new is None:
        return None
    return text.replace(old, new, times)


def _replace_one(value: Any, find: Any, replacement: Any) -> Any:
    return _replaced(value, find, replacement, 1)


def _replace_all(value: Any, find: Any, replacement: Any) -> Any:
    return _replaced(value, find, replacement, -1)


_TRIM: Final = ("input", "chars")
_REPLACE: Final = ("input", "find", "replacement")
_OR_NULL: Final = STRING | NULL

STRINGS: Final = table(
    Operator("$concat", _concat, 0, None, _OR_NULL, spread=True, grows=True),
    Operator("$toUpper", _upper, yields=STRING),
    Operator("$toLower", _lower, yields=STRING),
    Operator("$strcasecmp", _strcasecmp, 2, 2, INT),
    Operator("$substr", _substr_bytes, 3, 3, STRING),
    Operator("$substrBytes", _substr_bytes, 3, 3, STRING),
    Operator("$substrCP", _substr_cp, 3, 3, STRING),
    Operator("$strLenCP", _length, yields=INT),
    Operator("$strLenBytes", _length_bytes, yields=INT),
    Operator("$split", _split, 2, 2, ARRAY | NULL, grows=True),
    Operator("$indexOfCP", _index_of_cp, 2, 4, INT | NULL),
    Operator("$indexOfBytes", _index_of_bytes, 2, 4, INT | NULL),
    Operator("$trim", _trim, named=_TRIM, optional=("chars",), yields=_OR_NULL),
    Operator("$ltrim", _ltrim, named=_TRIM, optional=("chars",), yields=_OR_NULL),
    Operator("$rtrim", _rtrim, named=_TRIM, optional=("chars",), yields=_OR_NULL),
    Operator("$replaceOne", _replace_one, named=_REPLACE, yields=_OR_NULL, grows=True),
    Operator("$replaceAll", _replace_all, named=_REPLACE, yields=_OR_NULL, grows=True),
)
