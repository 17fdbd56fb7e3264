"""A pipeline's conditions one by one: the same filter, each `$match` cut into what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fritz.filters.limits import LIMITS

__all__ = ["clause_by_clause"]


def clause_by_clause(
    pipeline: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Return stages that pass the same alerts, and the place of each in the pipeline.

    What stands beside each other in a `$match`, or in its `$and`, becomes a stage of its own. A
    pipeline that would have too many stages stays as it is.

    Examples
    --------
    >>> stages, places = clause_by_clause([
    ...     {"$match": {"candidate.fid": 1, "$and": [{"candidate.drb": {"$gt": 0.8}}]}},
    ...     {"$project": {"candid": 1}},
    ... ])
    >>> stages[:2]
    [{'$match': {'candidate.fid': 1}}, {'$match': {'candidate.drb': {'$gt': 0.8}}}]
    >>> places
    ['0.$match.candidate.fid', '0.$match.$and.0.candidate.drb', '1.$project']
    """
    stages: list[Mapping[str, Any]] = []
    places: list[str] = []
    for number, stage in enumerate(pipeline):
        cut = list(_clauses(stage.get("$match"), f"{number}.$match")) if len(stage) == 1 else []
        if len(cut) > 1:
            stages += [{"$match": clause} for clause, _ in cut]
            places += [place for _, place in cut]
        else:
            stages.append(stage)
            places.append(_place(number, stage))
    if len(stages) <= LIMITS.stages:
        return stages, places
    return list(pipeline), [_place(number, stage) for number, stage in enumerate(pipeline)]


def _place(number: int, stage: Mapping[str, Any]) -> str:
    return ".".join((str(number), *stage))


def _clauses(condition: Any, place: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what a condition asks, all of which must hold, with its place."""
    if not isinstance(condition, Mapping):
        return
    for name, value in condition.items():
        if name == "$and" and isinstance(value, Sequence):
            for at, each in enumerate(value):
                yield from _clauses(each, f"{place}.$and.{at}")
        else:
            yield {name: value}, f"{place}.{name}"
