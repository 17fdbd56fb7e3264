"""What became of the last night's alerts, in numbers that the home page shows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fritz.archive import ledger
from fritz.archive.accounting import Totals
from fritz.archive.filter_runs import counts_of
from fritz.archive.scored import scored_alerts
from fritz.marshal.julian import datetime_of
from fritz.ports import Warehouse
from fritz.services.kept import Kept

__all__ = ["NightBoard", "NightNumbers"]

KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class NightNumbers:
    """Of a night and the one before it (UTC dates)."""

    night: datetime

    packets: Totals
    alerts: int
    """Alerts in the archive."""
    scored: int
    """Those of them that a model scored."""
    passed: dict[int, int]
    """Alerts that each filter passed, by filter."""
    observed_at: datetime | None
    """Of the public alert that was observed last, when its exposure began."""
    archived_at: datetime | None
    """When the last alert came to the archive."""


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
        self._kept: Kept[tuple[int, int], NightNumbers] = Kept(KEPT_S, clock)

    def numbers(self, filter_ids: Collection[int], night: datetime | None) -> NightNumbers:
        """Return the numbers of a date and the one before it (UTC).

        Parameters
        ----------
        filter_ids : the filters that whoever looks may know of.
        night : a moment of that date; None for today.
        """
        day = night or self._now()
        nights = _night(day - timedelta(days=1)), _night(day)
        found = self._kept.made(nights, lambda: self._counted(day, nights))
        passed = {each: found.passed[each] for each in filter_ids if each in found.passed}
        return replace(found, passed=passed)

    def _counted(self, day: datetime, nights: tuple[int, int]) -> NightNumbers:
        (packets,) = self._warehouse.run(ledger.totals(within=nights)).to_pylist()
        (scored,) = self._warehouse.run(scored_alerts(nights)).to_pylist()
        passed: dict[int, int] = {}
        for each in counts_of(self._warehouse, nights):
            passed[each.filter_id] = passed.get(each.filter_id, 0) + each.passed
        return NightNumbers(
            day,
            Totals(**{name: int(count or 0) for name, count in packets.items()}),
            int(scored["alerts"] or 0),
            int(scored["scored"] or 0),
            passed,
            None if scored["last_jd"] is None else datetime_of(scored["last_jd"]),
            scored["last_ingested_at"],
        )


def _night(moment: datetime) -> int:
    return int(f"{moment:%Y%m%d}")
