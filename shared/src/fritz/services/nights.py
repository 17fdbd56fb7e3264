"""What is done once a day, after the night: the books are balanced, the objects matched again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import orjson

from fritz.errors import Invalid
from fritz.services.envelopes import Envelope
from fritz.services.reconciling import Reconciled, Reconciliation
from fritz.services.rematching import RematchReport, RematchService

__all__ = ["NightReport", "NightService"]


@dataclass(frozen=True, slots=True)
class NightReport:
    """What the day's work came to."""

    books: Reconciled
    rematched: RematchReport


class NightService:
    """Does the day's work for one night."""

    def __init__(
        self,
        rematching: RematchService,
        reconciliation: Reconciliation,
        now: Callable[[], datetime],
    ) -> None:
        self._rematching = rematching
        self._reconciliation = reconciliation
        self._now = now

    def run(self, asked: Envelope) -> NightReport:
        """Do the work for the night that a message names, or the one just past; safe to repeat.

        A message may hold ``{"night": 20260318, "every": true}``; `every` matches again also those
        objects that all of today's catalogs were searched for.

        Raises
        ------
        Transient
            A store failed; nothing is lost, run it again.
        """
        night, every = _asked(asked.data)
        night = night or int(f"{self._now():%Y%m%d}")
        # The books come first: who is to be woken should not wait for the catalogs.
        books = self._reconciliation.reconcile(night)
        return NightReport(books, self._rematching.rematch(night, every=every))


def _asked(data: bytes) -> tuple[int | None, bool]:
    """Return the night that a message names, if any, and whether every object is meant."""
    try:
        asked = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError as e:
        raise Invalid("the message is not JSON") from e
    fields = asked if isinstance(asked, dict) else {}
    night = fields.get("night")
    return (night if isinstance(night, int) else None), bool(fields.get("every"))
