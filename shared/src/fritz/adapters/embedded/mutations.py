"""What one write makes of a document's fields."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fritz.adapters.embedded.codec import normal
from fritz.adapters.embedded.ordering import sort_key
from fritz.errors import Invalid
from fritz.ports import ArrayRemove, ArrayUnion, Increment

__all__ = ["merged", "replaced", "updated"]

_Transform: TypeAlias = Increment | ArrayUnion | ArrayRemove
_INT64 = 2**63


def replaced(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a document written whole; transforms start from nothing."""
    return merged({}, data)


def merged(old: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `old` with `data` merged into it, map by map; an empty map replaces what stood."""
    result = dict(old)
    for name, value in data.items():
        before = result.get(name)
        if isinstance(value, Mapping) and value:
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = _written(before, value)
    return normal(result)


def updated(old: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `old` with the values at dotted paths set; maps on the way are made."""
    _check_disjoint(list(data))
    result = dict(old)
    for path, value in data.items():
        _set(result, path.split("."), value)
    return normal(result)


def _check_disjoint(paths: list[str]) -> None:
    for path in paths:
        if not all(path.split(".")):
            raise Invalid(f"{path!r} is not a field path")
        for other in paths:
            if other.startswith(path + "."):
                raise Invalid(f"an update names both {path} and {other}")


def _set(fields: dict[str, Any], path: list[str], value: Any) -> None:
    name, *rest = path
    before = fields.get(name)
    if rest:
        inner = dict(before) if isinstance(before, Mapping) else {}
        _set(inner, rest, value)
        fields[name] = inner
    else:
        fields[name] = _written(before, value)


def _written(before: Any, value: Any) -> Any:
    """Return what stands after `value` was written over `before`."""
    if isinstance(value, Increment | ArrayUnion | ArrayRemove):
        return _TRANSFORMS[type(value)](before, value)
    if isinstance(value, Mapping):
        return {k: _written(None, v) for k, v in value.items()}
    return value


def _incremented(before: Any, change: Increment) -> Any:
    if not _is_number(change.by):
        raise Invalid(f"cannot increment by {change.by!r}")
    if not _is_number(before):
        return change.by
    total = before + change.by
    return max(-_INT64, min(total, _INT64 - 1)) if isinstance(total, int) else total


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _united(before: Any, change: ArrayUnion) -> list[Any]:
    result = list(before) if isinstance(before, list) else []
    known = {sort_key(value) for value in result}
    for value in normal({"values": list(change.values)})["values"]:
        if (key := sort_key(value)) not in known:
            known.add(key)
            result.append(value)
    return result


def _removed(before: Any, change: ArrayRemove) -> list[Any]:
    gone = {sort_key(value) for value in normal({"values": list(change.values)})["values"]}
    old = before if isinstance(before, list) else []
    return [value for value in old if sort_key(value) not in gone]


_TRANSFORMS: Mapping[type[_Transform], Callable[[Any, Any], Any]] = {
    Increment: _incremented,
    ArrayUnion: _united,
    ArrayRemove: _removed,
}
