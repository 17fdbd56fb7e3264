"""What became of the last night's alerts, in numbers that the home page shows.

Whoever looks is told of the alerts that their streams grant. What became of packets is told to
administrators alone: one that nobody could read has no program, and may have been restricted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fritz.archive import ledger
from fritz.archive.accounting import Totals
from fritz.archive.filter_runs import counts_of
from fritz.archive.scored import scored_alerts
from fritz.marshal.julian import datetime_of
from fritz.marshal.visibility import Viewer, sees_alert
from fritz.ports import Warehouse
from fritz.services.kept import Kept

__all__ = ["NightBoard", "NightNumbers"]

KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class NightNumbers:
    """Of a night and the one before it (UTC dates)."""

    night: datetime

    packets: Totals | None
    """All there were; None for who is no system administrator."""
    alerts: int
    """Alerts in the archive that the viewer may see."""
    scored: int
    """Those of them that a model scored."""
    passed: dict[int, int]
    """Alerts that each filter passed, by filter."""
    observed_at: datetime | None
    """Of the public alert that was observed last, when its exposure began."""
    archived_at: datetime | None
    """When the last of them came to the archive."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of all alerts, whoever may see them."""

    packets: Totals
    programs: tuple[Mapping[str, Any], ...]
    """Rows of `scored_alerts`."""
    passed: Mapping[int, int]


class NightBoard:
    """Counts what came in; each count is trusted for a minute, however many look.

    Parameters
    ----------
    clock : seconds, of any beginning.
    """

    def __init__(
        self, warehouse: Warehouse, now: Callable[[], datetime], clock: Callable[[], float]
    ) -> None:
        self._warehouse = warehouse
        self._now = now
        self._kept: Kept[tuple[int, int], _Counts] = Kept(KEPT_S, clock)

    def numbers(
        self, viewer: Viewer, filter_ids: Collection[int], night: datetime | None
    ) -> NightNumbers:
        """Return the numbers of a date and the one before it (UTC), of what the viewer may see.

        Parameters
        ----------
        filter_ids : the filters that the viewer may know of.
        night : a moment of that date; None for today.
        """
        day = night or self._now()
        nights = _night(day - timedelta(days=1)), _night(day)
        found = self._kept.made(nights, lambda: self._counted(nights))
        seen = [
            each
            for each in found.programs
            if sees_alert(viewer, each["survey"], int(each["programid"]))
        ]
        last_jd = max(
            (each["last_jd"] for each in seen if each["last_jd"] is not None), default=None
        )
        return NightNumbers(
            night=day,
            packets=found.packets if viewer.is_admin else None,
            alerts=sum(int(each["alerts"]) for each in seen),
            scored=sum(int(each["scored"]) for each in seen),
            passed={each: found.passed[each] for each in filter_ids if each in found.passed},
            observed_at=None if last_jd is None else datetime_of(last_jd),
            archived_at=max((each["last_ingested_at"] for each in seen), default=None),
        )

    def _counted(self, nights: tuple[int, int]) -> _Counts:
        (packets,) = self._warehouse.run(ledger.totals(within=nights)).to_pylist()
        programs = self._warehouse.run(scored_alerts(nights)).to_pylist()
        passed: dict[int, int] = {}
        for each in counts_of(self._warehouse, nights):
            passed[each.filter_id] = passed.get(each.filter_id, 0) + each.passed
        totals = Totals(**{name: int(count or 0) for name, count in packets.items()})
        return _Counts(totals, tuple(programs), passed)


def _night(moment: datetime) -> int:
    return int(f"{moment:%Y%m%d}")
