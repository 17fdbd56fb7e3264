"""Stages that see several documents: what `$unwind` makes of one alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import MISSING, identity, sort_value
from fritz.filters.codegen.runtime import sort_key
from fritz.filters.errors import BudgetExceeded, OperatorError
from fritz.filters.operators import EXPRESSIONS
from fritz.filters.operators.accumulators import (
    average,
    greatest,
    least,
    std_dev_pop,
    std_dev_samp,
    total,
)
from fritz.filters.operators.sets import unique
from fritz.filters.paths import walk

__all__ = ["group_documents", "many_documents"]


def many_documents(
    stage: form.Node, documents: list[dict[str, Any]], cap: int
) -> list[dict[str, Any]]:
    """Return what a stage makes of all documents."""
    match stage:
        case form.Sort(keys=keys):
            return _sorted(documents, keys)
        case form.Limit(count=count):
            return documents[:count]
        case form.Skip(count=count):
            return documents[count:]
        case form.Count(name=name):
            return [{name: len(documents)}] if documents else []
        case form.Unwind():
            made: list[dict[str, Any]] = []
            for document in documents:
                made.extend(_unwound(stage, document))
                if len(made) > cap:
                    raise BudgetExceeded(f"$unwind made more than {cap} documents")
            return made
        case _:
            raise AssertionError(stage)


def _sorted(documents: list[dict[str, Any]], keys: Any) -> list[dict[str, Any]]:
    ordered = list(documents)
    for parts, down in reversed(keys):
        ordered.sort(
            key=lambda document, parts=parts, down=down: sort_value(  # type: ignore[misc]
                sort_key(walk(document, parts), descending=down)
            ),
            reverse=down,
        )
    return ordered


def _unwound(stage: form.Unwind, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    value: Any = document
    for part in stage.parts:
        value = value.get(part, MISSING) if type(value) is dict else MISSING
    if type(value) is list:
        for index, item in enumerate(value):
            yield _indexed(stage, _replaced(document, stage.parts, item), index)
        if not value and stage.keep_empty:
            yield _indexed(stage, _replaced(document, stage.parts, MISSING), None)
    elif value is None or value is MISSING:
        if stage.keep_empty:
            yield _indexed(stage, document, None)
    else:
        yield _indexed(stage, document, None)


def _indexed(stage: form.Unwind, document: dict[str, Any], index: int | None) -> dict[str, Any]:
    return document if stage.index is None else _replaced(document, stage.index, index)


def _replaced(document: dict[str, Any], parts: tuple[str, ...], value: Any) -> dict[str, Any]:
    made = dict(document)
    if len(parts) > 1:
        below = made.get(parts[0])
        made[parts[0]] = _replaced(below if type(below) is dict else {}, parts[1:], value)
    elif value is MISSING:
        made.pop(parts[0], None)
    else:
        made[parts[0]] = value
    return made


def _present(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not MISSING]


def _nullable(value: Any) -> Any:
    return None if value is MISSING else value


_ACCUMULATORS: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "$sum": total,
    "$avg": average,
    "$min": least,
    "$max": greatest,
    "$first": lambda values: _nullable(values[0]),
    "$last": lambda values: _nullable(values[-1]),
    "$push": _present,
    "$addToSet": lambda values: list(unique(_present(values)).values()),
    "$stdDevPop": std_dev_pop,
    "$stdDevSamp": std_dev_samp,
    "$mergeObjects": EXPRESSIONS["$mergeObjects"].function,
}


def group_documents(stage: form.Group, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return one document per key; each row holds the key and the fields' values."""
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault(identity(_nullable(row[0])), []).append(row)
    return [_grouped(stage, members) for members in groups.values()]


def _grouped(stage: form.Group, members: list[tuple[Any, ...]]) -> dict[str, Any]:
    made: dict[str, Any] = {"_id": _nullable(members[0][0])}
    column = 1
    for field in stage.fields:
        values = [row[column] for row in members]
        if field.extra is None:
            made[field.name] = _ACCUMULATORS[field.operator](values)
        else:
            column += 1
            made[field.name] = _several(field.operator, members[0][column], values)
        column += 1
    return made


def _several(operator: str, extra: Any, values: list[Any]) -> Any:
    function = EXPRESSIONS[operator].function
    if operator in {"$firstN", "$lastN", "$maxN", "$minN"}:
        return function(extra, [_nullable(value) for value in values])
    if operator == "$median":
        return function(values, extra)
    if operator == "$percentile":
        return function(values, extra, "approximate")
    raise OperatorError(f"no accumulator {operator}")
