"""Objects: taking apart, putting together, one field at a time."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters.bson_order import MISSING, type_name
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ANY, ARRAY, NULL, OBJECT
from fritz.filters.operators.arrays import need_array
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = ["OBJECTS"]

_PAIR: Final = 2


def _need_object(value: Any) -> dict[str, Any]:
    if type(value) is dict:
        return value
    raise OperatorError(f"needs an object, not {type_name(value)}")


def _merge(values: list[Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in values:
        if not nullish(value):
            merged.update(_need_object(value))
    return merged


def _key(key: Any) -> str:
    if type(key) is not str:
        raise OperatorError(f"keys must be strings, not {type_name(key)}")
    if "\0" in key:
        raise OperatorError("keys must not contain a null byte")
    return key


def _pair(item: Any, *, as_object: bool) -> tuple[str, Any]:
    if as_object:
        if type(item) is not dict or item.keys() != {"k", "v"}:
            raise OperatorError("needs objects of exactly k and v")
        return _key(item["k"]), item["v"]
    if type(item) is not list or len(item) != _PAIR:
        raise OperatorError("needs arrays of exactly two elements")
    return _key(item[0]), item[1]


def _array_to_object(array: Any) -> Any:
    if nullish(array):
        return None
    items = need_array(array)
    as_object = bool(items) and type(items[0]) is dict
    return dict(_pair(item, as_object=as_object) for item in items)


def _object_to_array(value: Any) -> Any:
    if nullish(value):
        return None
    return [{"k": key, "v": item} for key, item in _need_object(value).items()]


def _get_field(field: Any, value: Any) -> Any:
    if type(field) is not str:
        raise OperatorError(f"the field must be a string, not {type_name(field)}")
    if type(value) is dict:
        return value.get(field, MISSING)
    return None if value is None else MISSING


def _set_field(field: Any, value: Any, new: Any) -> Any:
    if type(field) is not str:
        raise OperatorError(f"the field must be a string, not {type_name(field)}")
    if nullish(value):
        return None
    changed = dict(_need_object(value))
    if new is MISSING:
        changed.pop(field, None)
    else:
        changed[field] = new
    return changed


def _unset_field(field: Any, value: Any) -> Any:
    return _set_field(field, value, MISSING)


OBJECTS: Final = table(
    Operator("$mergeObjects", _merge, 0, None, OBJECT, spread=True, grows=True),
    Operator("$arrayToObject", _array_to_object, yields=OBJECT | NULL, grows=True),
    Operator("$objectToArray", _object_to_array, yields=ARRAY | NULL, grows=True),
    Operator("$getField", _get_field, named=("field", "input"), yields=ANY),
    Operator("$setField", _set_field, named=("field", "input", "value"), yields=OBJECT | NULL),
    Operator("$unsetField", _unset_field, named=("field", "input"), yields=OBJECT | NULL),
)
