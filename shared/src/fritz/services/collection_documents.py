"""Documents of one collection, as far as whoever asks may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fritz.alerts.history import History
from fritz.alerts.properties import with_properties
from fritz.alerts.rights import grant, grant_points
from fritz.archive import collections
from fritz.archive.documents import document_from_row
from fritz.errors import Invalid
from fritz.filters import form
from fritz.filters.sql.conjuncts import pinned
from fritz.filters.sql.selections import Place, Selection, select_rows
from fritz.ports import Warehouse
from fritz.services.histories import HistoryStore
from fritz.services.packet_stamps import CUTOUTS, PacketStamps

__all__ = ["MOST_ROWS", "MOST_STAMPED", "Documents"]

MOST_ROWS: Final = 200_000
"""Rows of one query that the evaluator looks at; SQL looks at all of them."""
MOST_STAMPED: Final = 1000
"""Alerts that come with stamps at once; 60 kB each."""
_BATCH: Final = 500
_WHOLE: Final = 1e9
"""A time after all observations, and a span before it that holds them all, days."""
_PAST: Final = ("prv_candidates", "fp_hists", "cross_matches")


@dataclass(frozen=True, slots=True)
class Documents:
    """Reads documents of one collection for one asker."""

    collection: collections.Collection
    programids: frozenset[int]
    warehouse: Warehouse
    histories: HistoryStore
    stamps: PacketStamps
    history: bool = False
    """Whether alerts have their history."""
    places: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """Where the packets of the alerts stand that were read."""

    def select(
        self,
        stages: Sequence[form.Stage],
        sort: form.Sort | None = None,
        place: Place | None = None,
        read: Collection[str] = (),
    ) -> Selection:
        """Return the selection in SQL for the start of a pipeline."""
        return select_rows(
            self.collection,
            self.programids,
            stages,
            sort=sort,
            place=place,
            history=self.history,
            read=read,
        )

    def first(
        self, selection: Selection, most: int, *, undecided: bool = False
    ) -> list[dict[str, Any]]:
        """Return the first documents that SQL cannot rule out."""
        table = self.warehouse.run(selection.rows(most, undecided=undecided))
        make = self._maker()
        found: list[dict[str, Any]] = []
        for batch in table.to_batches(max_chunksize=_BATCH):
            found += [made for row in batch.to_pylist() if (made := make(row)) is not None]
        return found

    def every(self, selection: Selection, *, undecided: bool = False) -> list[dict[str, Any]]:
        """Return all documents that SQL cannot rule out.

        Raises
        ------
        Invalid
            There are too many.
        """
        found = self.first(selection, MOST_ROWS + 1, undecided=undecided)
        if len(found) > MOST_ROWS:
            raise Invalid(
                f"{self.collection.name}: SQL leaves more than {MOST_ROWS} documents to look at "
                f"one by one; narrow the first $match, or ask in SQL"
            )
        return found

    def of_objects(self, stages: Sequence[form.Stage]) -> Iterator[dict[str, Any]]:
        """Yield the histories of the objects that a query names, of which an alert may be seen.

        Raises
        ------
        Invalid
            It names none.
        """
        names = pinned(stages, "_id")
        if names is None:
            raise Invalid(
                f"{self.collection.name} is read by object: "
                '{"_id": "ZTF…"} or {"_id": {"$in": […]}}'
            )
        wanted = [name for name in names if isinstance(name, str)]
        for name, stored in self.histories.load_visible(wanted, self.programids).items():
            yield self._past(name, stored.history)

    def stamped(self, documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return alerts with their stamps.

        Raises
        ------
        Invalid
            There are too many.
        """
        held = list(documents)
        if len(held) > MOST_STAMPED:
            raise Invalid(
                f"{len(held)} alerts with stamps, at most {MOST_STAMPED}: leave them out, "
                f"{{{', '.join(f'{name}: 0' for name in CUTOUTS)}}}, or set a limit"
            )
        return [self._with_stamps(each) for each in held]

    def _with_stamps(self, document: dict[str, Any]) -> dict[str, Any]:
        place = self.places.get(document["candid"])
        if place is None:
            return document
        return document | self.stamps.cutouts(document["candid"], place, document["survey"])

    def _past(self, name: str, history: History) -> dict[str, Any]:
        view = history.view(_WHOLE, window_days=_WHOLE)
        points = grant_points(view.prv_candidates, self.programids)
        forced = grant_points(view.fp_hists, self.programids)
        made: dict[str, Any] = {"_id": name, "prv_candidates": points, "cross_matches": {}}
        return made | ({"fp_hists": forced} if forced else {})

    def _maker(self) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
        if self.collection.kind != "alerts":
            return collections.row_document(self.collection)
        return self._alert

    def _alert(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        visible = grant(document_from_row(row), self.programids)
        if visible is None:
            return None
        if self.history:
            visible = with_properties(visible)
        else:
            for name in _PAST:
                visible.pop(name, None)
        self.places[visible["candid"]] = row["packet"]
        return {"_id": visible["candid"], **visible}
