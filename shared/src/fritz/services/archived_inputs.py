"""Alerts of the archive as a model saw them when they came: their stamps, and their past then."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fritz.alerts.history import History
from fritz.alerts.packet import Record
from fritz.archive.alert_queries import packet_locations
from fritz.classifiers.alert_inputs import AlertInputs, alert_inputs
from fritz.errors import NotFound, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.ports import DocumentStore, ObjectStore, Warehouse
from fritz.services.histories import HistoryStore
from fritz.services.packs import read_record

__all__ = ["ArchivedAlert", "ArchivedInputs", "past_of"]


@dataclass(frozen=True, slots=True)
class ArchivedAlert:
    """An alert read from the archive's packs."""

    record: Record
    inputs: AlertInputs


@dataclass(frozen=True, slots=True)
class ArchivedInputs:
    """Reads alerts by their ids."""

    warehouse: Warehouse
    objects: ObjectStore
    documents: DocumentStore

    def read(
        self,
        candids: Collection[int],
        programids: Collection[int],
        *,
        survey: str = "ztf",
        nights: tuple[int, int] | None = None,
    ) -> dict[int, ArchivedAlert]:
        """Return the alerts by candid; what is gone, bad or not granted is left out.

        Parameters
        ----------
        programids
            What whoever asks may see.
        nights
            First and last night of the alerts, where known; spares the archive the others.
        """
        if not candids:
            return {}
        statement = packet_locations(candids, programids, survey=survey, nights=nights)
        rows: list[dict[str, Any]] = self.warehouse.run(statement).to_pylist()
        records = [record for row in rows for record in self._records(row, survey)]
        stored = HistoryStore(self.documents, survey).load({each.object_id for each in records})
        return {
            each.candid: ArchivedAlert(
                each, alert_inputs(each, past_of(each, stored[each.object_id].history))
            )
            for each in records
        }

    def _records(self, row: Mapping[str, Any], survey: str) -> Iterator[Record]:
        if row["pack"] is None:
            return
        place = PacketPlace.from_fields(row)
        try:
            record = read_record(self.objects, place, row["candid"], survey)
        except (NotFound, Poison):
            return
        if record is not None:
            yield record


def past_of(record: Record, history: History) -> Sequence[Mapping[str, Any]]:
    """Return what was known of an alert's object when it was observed, its own point left out."""
    whole = history if record.candid in history.seen else history.merged(record, "")
    return whole.view(record.jd, record.candid, window_days=math.inf).prv_candidates
