"""Photometry of what filters passed: kept with the object, open to who holds a stream of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fritz.alerts.surveys import survey as survey_named
from fritz.marshal.photometry_merge import Duplicates
from fritz.marshal.stream import Stream
from fritz.marshal.stream_photometry import FORCED_ORIGIN, points_by_programs
from fritz.marshal.visibility import open_to
from fritz.ports import DocumentStore
from fritz.services.candidates import chunks
from fritz.services.instruments import survey_instrument
from fritz.services.photometry_store import Addition, PhotometryStore

__all__ = ["StreamPhotometry"]

OBJECTS_AT_ONCE: Final = 40
"""Of one transaction: workers that meet at an object do so seldom, and repeat little."""


class StreamPhotometry:
    """Keeps the light curves of objects that passed a filter."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._store = PhotometryStore(documents)
        self._instruments: dict[str, int] = {}

    def keep(
        self, alerts: Iterable[Mapping[str, Any]], streams: Sequence[Stream], now: datetime
    ) -> int:
        """Add what the alerts tell of their objects and is not kept yet; return how many points.

        Each point is open to the holders of every stream that grants its program, and to nobody
        else: whoever may see the object sees only what their streams carry. Safe to repeat; what
        is kept already costs reads alone.

        Parameters
        ----------
        alerts : enriched documents, whole.
        """
        by_object: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for each in alerts:
            by_object.setdefault((each["survey"], each["objectId"]), []).append(each)
        additions = [
            addition
            for (survey, name), documents in by_object.items()
            for addition in self._additions(survey, name, documents, streams, now)
        ]
        added = 0
        for some in chunks(additions, OBJECTS_AT_ONCE):
            added += sum(len(merged.added) for merged in self._store.add(some))
        return added

    def _additions(
        self,
        survey: str,
        name: str,
        documents: Sequence[Mapping[str, Any]],
        streams: Sequence[Stream],
        now: datetime,
    ) -> Iterable[Addition]:
        instrument_id = self._instrument_id(survey, now)
        created_us = int(now.timestamp() * 1e6)
        bands = survey_named(survey).bands
        found = points_by_programs(documents, bands, instrument_id, created_us)
        for programs, points in found.items():
            granting = [
                each.id
                for each in streams
                if each.survey == survey and programs <= set(each.programids)
            ]
            if not granting:
                continue
            principals = open_to(stream_ids=granting)
            kinds: tuple[tuple[bool, Duplicates], ...] = ((False, "share"), (True, "overwrite"))
            for forced, duplicates in kinds:
                some = [p for p in points if (p.origin == FORCED_ORIGIN) == forced]
                if some:
                    yield Addition(name, some, principals, duplicates)

    def _instrument_id(self, survey: str, now: datetime) -> int:
        if survey not in self._instruments:
            self._instruments[survey] = survey_instrument(self._documents, survey, now).id
        return self._instruments[survey]
