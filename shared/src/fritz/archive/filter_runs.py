"""How filters fared on the stream: counts per filter and night.

Each batch adds one row per filter; what a night came to is their sum. Times are kept as histograms,
because a night's 99th percentile does not follow from those of its batches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from fritz.archive.expressions import column, parameter, table
from fritz.ports import Statement, Warehouse

__all__ = ["FilterCounts", "FilterTally", "counts_of", "percentile_us"]

BOUNDS_US: Final = tuple(sorted({round(2 ** (step / 4)) for step in range(25 * 4)}))
"""Upper bounds of the histogram: four to each doubling, from 1 microsecond to 28 seconds."""
_SUMMED: Final = ("seen", "passed", "errors", "budget_exceeded", "saved")


@dataclass(slots=True)
class FilterTally:
    """What one filter did with the alerts of one night within a batch."""

    seen: int = 0
    passed: int = 0
    errors: int = 0
    budget_exceeded: int = 0
    saved: int = 0
    times: Counter[int] = field(default_factory=Counter)

    def took(self, nanoseconds: int) -> None:
        """Count one evaluation."""
        where = bisect_left(BOUNDS_US, nanoseconds / 1000)
        self.times[BOUNDS_US[min(where, len(BOUNDS_US) - 1)]] += 1

    def row(
        self, *, filter_id: int, fid: str, survey: str, night: int, at: datetime
    ) -> dict[str, Any]:
        """Return the row of `filter_runs`."""
        return {
            "filter_id": filter_id,
            "fid": fid,
            "survey": survey,
            "night": night,
            "seen": self.seen,
            "passed": self.passed,
            "errors": self.errors,
            "budget_exceeded": self.budget_exceeded,
            "saved": self.saved,
            "times": [{"us": us, "alerts": n} for us, n in sorted(self.times.items())],
            "at": at,
        }


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
