"""What one batch of the stream counts of a filter; needs no SQL.

Each batch adds one row per filter; what a night came to is their sum. Times are kept as histograms,
because a night's 99th percentile does not follow from those of its batches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

__all__ = ["BOUNDS_US", "FilterTally"]

BOUNDS_US: Final = tuple(sorted({round(2 ** (step / 4)) for step in range(25 * 4)}))
"""Upper bounds of the histogram: four to each doubling, from 1 microsecond to 28 seconds."""


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
