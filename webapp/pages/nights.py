"""Which nights a page is about: those that are asked for, else the latest that there are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from fritz.archive.alert_queries import Nights
from fritz.errors import Invalid
from fritz.marshal.julian import datetime_of
from fritz.marshal.visibility import Viewer
from fritz.services.scan_request import ScanRequest
from webapp.api.arguments import Query
from webapp.platform import marshal

__all__ = ["MOST_NIGHTS", "NightsQuery", "Span", "latest_moment", "numbered", "span_asked"]

MOST_NIGHTS: Final = 366
"""That a page reads at once: what BigQuery reads is billed."""

Span = tuple[date, date]
"""First and last night, UTC dates."""


class NightsQuery(Query):
    """The nights that are asked for, as dates."""

    first: date | None = None
    last: date | None = None


def latest_moment(viewer: Viewer) -> datetime:
    """Return when the newest candidate that the viewer sees was observed; without any, now."""
    newest, _ = marshal().scanning.records(viewer, ScanRequest(per_page=1))
    return max((datetime_of(each.jd) for each in newest), default=marshal().now())


def span_asked(viewer: Viewer, asked: NightsQuery, usual: int) -> Span:
    """Return the nights that are asked for; where none are, the `usual` number up to the latest.

    Raises
    ------
    Invalid
        They are not in order, or too many.
    """
    last = asked.last or latest_moment(viewer).date()
    first = asked.first or last - timedelta(days=usual - 1)
    if not 0 <= (last - first).days < MOST_NIGHTS:
        raise Invalid(f"nights {first} to {last}: at most {MOST_NIGHTS}, in order")
    return first, last


def numbered(span: Span) -> Nights:
    """Return nights as the archive numbers them, YYYYMMDD."""
    first, last = (int(f"{each:%Y%m%d}") for each in span)
    return first, last
