"""Queries of one collection: a pipeline over documents, as much of it in SQL as SQL is sure of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from sqlglot import exp

from fritz.archive.alert_lookups import whereabouts
from fritz.archive.collections import Collection
from fritz.archive.expressions import column, parameter
from fritz.archive.rights import bound_gate
from fritz.archive.selections import SELECTIONS
from fritz.errors import Invalid
from fritz.filters import form
from fritz.filters.queries import CompiledQuery, QueryPipeline
from fritz.filters.sql.conjuncts import pinned
from fritz.filters.sql.groups import grouped
from fritz.filters.sql.places import around_objects, place_of
from fritz.filters.sql.reads import names_read
from fritz.filters.sql.selections import PASSES, Place, Selection
from fritz.ports import Statement, Warehouse
from fritz.services.collection_documents import MOST_ROWS, Documents
from fritz.services.histories import HistoryStore
from fritz.services.packet_stamps import CUTOUTS, PacketStamps

__all__ = ["CollectionQueries", "check_stamps_unread"]

MOST_NAMED: Final = 100
"""Objects whose histories are read to know where their alerts are."""
MOST_OUT: Final = 100_000
"""Documents in one answer; larger ones are for SQL, which answers with Arrow."""
_GROWTH: Final = 8


@dataclass(frozen=True, slots=True)
class CollectionQueries:
    """Runs pipelines over collections; every method wants the asker's programids."""

    warehouse: Warehouse
    histories: HistoryStore
    stamps: PacketStamps
    clock: Callable[[], float] | None = None
    """Seconds, for the time cap on a query."""

    def documents(
        self, collection: Collection, programids: frozenset[int], *, history: bool = False
    ) -> Documents:
        """Return the reader of a collection's documents."""
        return Documents(
            collection, programids, self.warehouse, self.histories, self.stamps, history
        )

    def run(
        self,
        collection: Collection,
        pipeline: QueryPipeline,
        programids: frozenset[int],
        place: Place | None = None,
    ) -> list[dict[str, Any]]:
        """Return what a pipeline makes of a collection.

        Raises
        ------
        Invalid
            It asks for what a collection does not have, or is too large to be answered here.
        FilterError
            An operator raised on a document.
        """
        if not programids:
            return []
        source = self.documents(collection, programids, history=pipeline.with_history)
        stages = pipeline.stages
        if collection.kind == "histories":
            return self._out(self._compiled(stages).over(source.of_objects(stages)))
        check_stamps_unread(collection, stages)
        where = place_of(collection, stages).also(self._of_objects(collection, stages, programids))
        return self._answer(source, stages, where if place is None else where.also(place))

    def _of_objects(
        self, collection: Collection, stages: Sequence[form.Stage], programids: frozenset[int]
    ) -> Place:
        """Return where the alerts of the objects are that a query names: all, the newest included.

        Anywhere, if one is not known or has nothing that the asker may see: which of the two it is
        must not show, not even by the time that the answer takes.
        """
        names = pinned(stages, "objectId") if collection.kind == "alerts" else None
        if not names or len(names) > MOST_NAMED or not all(isinstance(n, str) for n in names):
            return Place()
        stored = self.histories.load_visible(names, programids)
        found = [whereabouts(each.history, programids) for each in stored.values()]
        known = [each for each in found if each is not None]
        return around_objects(known) if len(known) == len(set(names)) else Place()

    def releases(self, family: Collection, programids: frozenset[int]) -> list[str]:
        """Return the releases of which the asker may see something, in order."""
        visible = SELECTIONS[family.table.name](bound_gate(parameter("programids")))
        name = exp.to_identifier("visible", quoted=True)
        tree = exp.select(column("release")).distinct().from_(visible.subquery(name))
        rows = self.warehouse.run(Statement(tree, {"programids": sorted(programids)}))
        return sorted(row["release"] for row in rows.to_pylist())

    def count(self, collection: Collection, programids: frozenset[int]) -> int:
        """Return how many documents there are."""
        if collection.kind == "histories":
            raise Invalid(f"{collection.name} is read by object; its documents are not counted")
        stages = (form.Count("0.$count", "n"),)
        found = self._answer(self.documents(collection, programids), stages, Place())
        return int(found[0]["n"]) if found else 0

    def _answer(
        self, source: Documents, stages: Sequence[form.Stage], place: Place
    ) -> list[dict[str, Any]]:
        head = tuple(takewhile(lambda stage: isinstance(stage, form.Match), stages))
        rest = tuple(stages[len(head) :])
        if rest and isinstance(rest[0], form.Count):
            return self._counted(source, head, rest, place)
        if rest and isinstance(rest[0], form.Group):
            found = self._grouped(source, head, rest[0], place)
            if found is not None:
                return self._out(self._compiled(rest[1:]).over(found))
        chosen, rest = _chosen(rest)
        return self._shown(source, rest, self._chosen(source, head, chosen, place))

    def matching(
        self, source: Documents, head: Sequence[form.Stage], place: Place
    ) -> list[dict[str, Any]]:
        """Return the documents at a place that pass `$match` stages, without stamps."""
        where = place_of(source.collection, head).also(place)
        return self._chosen(source, tuple(head), (), where)

    def passing(
        self, head: Sequence[form.Stage], documents: Iterable[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return those of some documents that pass `$match` stages."""
        return self._out(self._compiled(head).over(documents))

    def finish(
        self, source: Documents, stages: Sequence[form.Stage], documents: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return what further stages make of documents, with stamps where they show them."""
        chosen, rest = _chosen(tuple(stages))
        return self._shown(source, rest, list(self._compiled(chosen).over(documents)))

    def _shown(
        self, source: Documents, rest: Sequence[form.Stage], documents: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        if _carries_stamps(source.collection, rest):
            documents = source.stamped(documents)
        return self._out(self._compiled(rest).over(documents))

    def _chosen(
        self,
        source: Documents,
        head: tuple[form.Stage, ...],
        chosen: tuple[form.Stage, ...],
        place: Place,
    ) -> list[dict[str, Any]]:
        """Return the documents after the first stages: match, sort, skip, limit."""
        compiled = self._compiled((*head, *chosen))
        sort = chosen[0] if chosen and isinstance(chosen[0], form.Sort) else None
        most = _needed(chosen)
        try:
            selection = source.select(head, sort, place)
        except LookupError:
            selection, most = source.select(head, None, place), None
        while most is not None and most <= MOST_ROWS:
            found = source.first(selection, most)
            made = list(compiled.over(found))
            if len(found) < most or len(made) == _limit(chosen):
                return made
            most *= _GROWTH
        return self._out(compiled.over(source.every(selection)))

    def _counted(
        self,
        source: Documents,
        head: tuple[form.Stage, ...],
        rest: tuple[form.Stage, ...],
        place: Place,
    ) -> list[dict[str, Any]]:
        selection = source.select(head, None, place)
        if not selection.decided:
            return self._out(self._compiled((*head, *rest)).over(source.every(selection)))
        passing, undecided = self._outcomes(selection)
        if undecided:
            left = source.every(selection, undecided=True)
            passing += sum(1 for _ in self._compiled(head).over(left))
        counted = rest[0]
        if not isinstance(counted, form.Count):
            raise TypeError(type(counted).__name__)
        made = [{counted.name: passing}] if passing else []
        return self._out(self._compiled(rest[1:]).over(made))

    def _grouped(
        self, source: Documents, head: tuple[form.Stage, ...], group: form.Group, place: Place
    ) -> list[dict[str, Any]] | None:
        """Return the groups, None where SQL is not sure of them."""
        made = grouped(source.select(head, None, place), group)
        if made is None:
            return None
        selection = source.select(head, None, place, read=made.columns)
        if not selection.decided or self._outcomes(selection)[1]:
            return None
        rows = self.warehouse.run(selection.groups(made.keys, made.fields, made.values))
        found = [made.document(row) for row in rows.to_pylist() if row["documents"]]
        if len(found) > MOST_ROWS:
            raise Invalid(f"more than {MOST_ROWS} groups; narrow the query, or ask in SQL")
        return found

    def _outcomes(self, selection: Selection) -> tuple[int, int]:
        """Return how many rows surely pass, and on how many the evaluator has to decide."""
        rows = self.warehouse.run(selection.outcomes()).to_pylist()
        counts = {row["outcome"]: int(row["documents"]) for row in rows}
        return counts.get(PASSES, 0), counts.get(None, 0)

    def _compiled(self, stages: Sequence[form.Stage]) -> CompiledQuery:
        return CompiledQuery(stages, clock=self.clock)

    def _out(self, documents: Any) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for each in documents:
            made.append(each)
            if len(made) > MOST_OUT:
                raise Invalid(
                    f"more than {MOST_OUT} documents in one answer; set a limit, or ask in SQL"
                )
        return made


def _chosen(
    stages: tuple[form.Stage, ...],
) -> tuple[tuple[form.Stage, ...], tuple[form.Stage, ...]]:
    """Return the stages that sort and cut at the start, and the others."""
    chosen: list[form.Stage] = []
    for kind in (form.Sort, form.Skip, form.Limit):
        if len(chosen) < len(stages) and isinstance(stages[len(chosen)], kind):
            chosen.append(stages[len(chosen)])
    return tuple(chosen), stages[len(chosen) :]


def _limit(chosen: Sequence[form.Stage]) -> int | None:
    return next((stage.count for stage in chosen if isinstance(stage, form.Limit)), None)


def _needed(chosen: Sequence[form.Stage]) -> int | None:
    """Return how many documents are needed before the first are skipped; None for all."""
    limit = _limit(chosen)
    skipped = sum(stage.count for stage in chosen if isinstance(stage, form.Skip))
    return None if limit is None else limit + skipped


def _carries_stamps(collection: Collection, rest: Sequence[form.Stage]) -> bool:
    """Return whether documents keep their stamps through the stages, if they come with any."""
    if collection.kind != "alerts":
        return False
    for stage in rest:
        if not isinstance(stage, form.Project | form.AddFields | form.Match):
            return False
        if isinstance(stage, form.Project):
            named = set(CUTOUTS) & set(stage.tree.fields)
            gone = set(CUTOUTS) <= {k for k, v in stage.tree.fields.items() if v is None}
            if gone if stage.excludes else not named:
                return False
    return True


def check_stamps_unread(collection: Collection, stages: Sequence[form.Stage]) -> None:
    """Refuse stages that compute with stamps; `Invalid` names the stage."""
    if collection.kind != "alerts":
        return
    for stage in stages:
        read = names_read(stage) & set(CUTOUTS)
        if read:
            raise Invalid(f"{stage.at}: {min(read)} can be shown but not computed with")
