"""A document's fields as JSON text, without loss.

JSON lacks bytes, moments, NaN and infinities. Each is written as a map with one key that starts
with ``$``; a map of the user whose first key starts so is wrapped in ``$map``.
"""

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson

from fritz.errors import Invalid

__all__ = ["decode", "encode", "normal", "size_bytes"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INT64 = 2**63
_DEEPEST = 20
_NAME_BYTES = 1500


def normal(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they would be read back: plain lists and dicts, moments in UTC.

    Raises
    ------
    Invalid
        A value that Firestore could not hold; the message names the field.
    """
    return _normal_map(fields, "", 0)


def encode(fields: Mapping[str, Any]) -> str:
    """Return normal fields as JSON text."""
    return orjson.dumps(_to_json(fields)).decode()


def decode(text: str) -> dict[str, Any]:
    """Return the fields that `encode` wrote."""
    plain = orjson.loads(text)
    return cast("dict[str, Any]", _from_json(plain) if '"$' in text else plain)


def size_bytes(value: Any) -> int:
    """Return the size of a normal value as Firestore counts it (its storage size page)."""
    if isinstance(value, str):
        return (len(value) if value.isascii() else len(value.encode())) + 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(size_bytes(k) + size_bytes(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(map(size_bytes, value))
    return 1 if value is None or isinstance(value, bool) else 8


def _normal_map(fields: Mapping[str, Any], at: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise Invalid(f"field {at} is nested deeper than {_DEEPEST} maps")
    result = {}
    for name, value in fields.items():
        where = f"{at}.{name}" if at else str(name)
        _check_name(name, where)
        result[name] = _normal_value(value, where, depth + 1)
    return result


def _check_name(name: Any, where: str) -> None:
    if not isinstance(name, str) or not name:
        raise Invalid(f"field {where!r}: a name must be a string and not empty")
    _check_text(name, where)
    if len(name.encode()) > _NAME_BYTES or (name.startswith("__") and name.endswith("__")):
        raise Invalid(f"field {where[:80]!r}: a name has at most {_NAME_BYTES} bytes, not __x__")


def _check_text(text: str, where: str) -> None:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError as e:
        raise Invalid(f"field {where!r} holds text that is not Unicode") from e


def _normal_value(value: Any, at: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        return _normal_map(value, at, depth)
    if isinstance(value, list | tuple):
        return [_normal_element(v, at, depth) for v in value]
    for kind, rule in _SCALARS.items():
        if isinstance(value, kind):
            return rule(value, at)
    raise Invalid(f"field {at} holds a {type(value).__name__}, which no document can")


def _normal_element(value: Any, at: str, depth: int) -> Any:
    if isinstance(value, list | tuple):
        raise Invalid(f"field {at} holds a list directly within a list")
    return _normal_value(value, at, depth)


def _normal_int(value: int, at: str) -> int:
    if not -_INT64 <= value < _INT64:
        raise Invalid(f"field {at} holds {value}, beyond 64 bits")
    return int(value)


def _normal_moment(value: datetime, at: str) -> datetime:
    if value.tzinfo is None:
        raise Invalid(f"field {at} holds a moment without a time zone")
    return _EPOCH + (value - _EPOCH) // _MICROSECOND * _MICROSECOND


def _normal_text(value: str, at: str) -> str:
    _check_text(value, at)
    return str.__str__(value)


_SCALARS: Mapping[type, Callable[[Any, str], Any]] = {
    str: _normal_text,
    type(None): lambda value, _: value,
    bool: lambda value, _: value,
    int: _normal_int,
    float: lambda value, _: float(value),
    bytes: lambda value, _: bytes(value),
    datetime: _normal_moment,
}
"""The rule for each type; bool stands before int, which it is a kind of."""


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {k: _to_json(v) for k, v in value.items()}
        return {"$map": plain} if any(k.startswith("$") for k in plain) else plain
    if isinstance(value, list):
        return [_to_json(v) for v in value]
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$time": (value - _EPOCH) // _MICROSECOND}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    return value


_TYPED: Mapping[str, Callable[[Any], Any]] = {
    "$bytes": b64decode,
    "$time": lambda micros: _EPOCH + micros * _MICROSECOND,
    "$float": float,
    "$map": lambda plain: {k: _from_json(v) for k, v in plain.items()},
}


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            name, inner = next(iter(value.items()))
            if name in _TYPED:
                return _TYPED[name](inner)
        return {k: _from_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_from_json(v) for v in value]
    return value
