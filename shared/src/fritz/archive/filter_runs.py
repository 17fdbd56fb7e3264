"""How filters fared on the stream: the sums of what each batch counted, per filter and night."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from fritz.archive.expressions import column, parameter, table
from fritz.ports import Statement, Warehouse

__all__ = ["FilterCounts", "counts_of", "percentile_us"]

_SUMMED: Final = ("seen", "passed", "errors", "budget_exceeded", "saved")


@dataclass(frozen=True, slots=True)
class FilterCounts:
    """What one version of a filter did in one night."""

    filter_id: int
    fid: str
    night: int
    seen: int
    passed: int
    errors: int
    budget_exceeded: int
    saved: int
    p99_us: int
    """99 of 100 evaluations took at most so many microseconds, to 20 %."""


def percentile_us(times: Mapping[int, int], share: float) -> int:
    """Return the time within which a share of the evaluations was done; 0 if there were none.

    Parameters
    ----------
    times : evaluations by the upper bound of their time, microseconds.
    share : of all evaluations, 0 to 1.

    Examples
    --------
    >>> percentile_us({8: 98, 64: 1, 512: 1}, 0.99)
    64
    """
    wanted, passed = share * sum(times.values()), 0
    for us, alerts in sorted(times.items()):
        passed += alerts
        if passed >= wanted:
            return us
    return 0


def counts_of(
    warehouse: Warehouse, nights: tuple[int, int], filter_ids: Collection[int] | None = None
) -> list[FilterCounts]:
    """Return the counts of each filter's versions and nights, latest night first.

    Parameters
    ----------
    nights : first and last, both included, as YYYYMMDD.
    filter_ids : None for all filters.
    """
    if filter_ids is not None and not filter_ids:
        return []
    times: dict[tuple[int, str, int], dict[int, int]] = {}
    for row in warehouse.run(_times(nights, filter_ids)).to_pylist():
        key = (row["filter_id"], row["fid"], row["night"])
        times.setdefault(key, {})[row["us"]] = int(row["alerts"])
    rows = warehouse.run(_sums(nights, filter_ids)).to_pylist()
    return [_counts(row, times) for row in rows]


def _counts(
    row: Mapping[str, Any], times: Mapping[tuple[int, str, int], Mapping[int, int]]
) -> FilterCounts:
    key = (row["filter_id"], row["fid"], row["night"])
    return FilterCounts(
        filter_id=row["filter_id"],
        fid=row["fid"],
        night=row["night"],
        seen=int(row["seen"]),
        passed=int(row["passed"]),
        errors=int(row["errors"]),
        budget_exceeded=int(row["budget_exceeded"]),
        saved=int(row["saved"]),
        p99_us=percentile_us(times.get(key, {}), 0.99),
    )


def _sums(nights: tuple[int, int], filter_ids: Collection[int] | None) -> Statement:
    sums = [exp.alias_(exp.Sum(this=column(name)), name, quoted=True) for name in _SUMMED]
    keys = [column(name) for name in ("filter_id", "fid", "night")]
    tree = exp.select(*keys, *sums).from_(table("filter_runs"))
    order = (exp.Ordered(this=column("night"), desc=True), column("filter_id"), column("fid"))
    return _within(
        tree.group_by(*(key.copy() for key in keys)).order_by(*order), nights, filter_ids
    )


def _times(nights: tuple[int, int], filter_ids: Collection[int] | None) -> Statement:
    element = exp.to_identifier("time", quoted=True)
    rows = exp.Unnest(
        expressions=[column("times")],
        alias=exp.TableAlias(this=exp.to_identifier("histogram", quoted=True), columns=[element]),
    )
    keys = [column("filter_id"), column("fid"), column("night"), column("time", "us")]
    total = exp.Sum(this=column("time", "alerts"))
    tree = (
        exp.select(*keys[:3], exp.alias_(keys[3], "us", quoted=True))
        .select(exp.alias_(total, "alerts", quoted=True))
        .from_(table("filter_runs"))
        .join(rows, join_type="cross")
        .group_by(*(key.copy() for key in keys))
    )
    return _within(tree, nights, filter_ids)


def _within(
    tree: exp.Select, nights: tuple[int, int], filter_ids: Collection[int] | None
) -> Statement:
    values: dict[str, Any] = {"first_night": nights[0], "last_night": nights[1]}
    conditions: list[exp.Expr] = [
        exp.Between(
            this=column("night"), low=parameter("first_night"), high=parameter("last_night")
        )
    ]
    if filter_ids is not None:
        values["filter_ids"] = sorted(filter_ids)
        numbers = exp.Unnest(expressions=[parameter("filter_ids")])
        conditions.append(exp.In(this=column("filter_id"), unnest=numbers))
    return Statement(tree.where(*conditions), values)
