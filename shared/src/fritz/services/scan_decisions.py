"""Deciding on candidates, for a group and reversibly, and reading what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.filter import Filter
from fritz.marshal.scan_decision import (
    Decided,
    Decision,
    ScanDecisions,
    checked_decision_id,
    first_of,
)
from fritz.marshal.scan_entry import ScanEntry
from fritz.marshal.visibility import (
    Viewer,
    administers_group,
    candidate_principals,
    may_save,
    sees_scan_decision,
)
from fritz.ports import DocumentStore, Put, Transaction
from fritz.services.candidates import ENTRIES
from fritz.services.events import Event, Events
from fritz.services.filter_directory import FilterDirectory
from fritz.services.sources import NewSource, Sources, SourceStore

__all__ = ["COLLECTION", "NewDecision", "ScanDecisionStore", "Scans"]

COLLECTION: Final = "scan_decisions"

_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What somebody decides."""

    id: str
    obj_id: str
    filter_ids: Sequence[int]
    """As whose candidate the object is looked at; at least one."""
    kind: Decided
    group_ids: Sequence[int] = ()
    """Where a save goes."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ScanDecisionStore:
    """All decisions, one document per filter and object: lists read them by their keys."""

    documents: DocumentStore

    def of(self, entries: Iterable[_Key]) -> dict[_Key, ScanDecisions]:
        """Return what was decided on objects as filters passed them.

        Parameters
        ----------
        entries : filter and object of each.
        """
        ids = [ScanEntry.id_of(*each) for each in entries]
        rows = self.documents.get_many(COLLECTION, ids) if ids else {}
        found = (ScanDecisions.from_fields(row.data) for row in rows.values())
        return {(each.filter_id, each.obj_id): each for each in found}


@dataclass(frozen=True, slots=True)
class Scans:
    """Decisions of people on what their groups' filters passed."""

    documents: DocumentStore
    filters: FilterDirectory
    sources: Sources
    events: Events
    now: Callable[[], datetime]

    def of(self, viewer: Viewer, entries: Iterable[ScanEntry]) -> dict[str, list[ScanDecisions]]:
        """Return what was decided on entries that the viewer sees, by object."""
        found = ScanDecisionStore(self.documents).of((e.filter_id, e.obj_id) for e in entries)
        by_object: dict[str, list[ScanDecisions]] = {}
        for each in found.values():
            if sees_scan_decision(viewer, each):
                by_object.setdefault(each.obj_id, []).append(each)
        return by_object

    def decide(self, viewer: Viewer, given: NewDecision) -> list[ScanDecisions]:
        """Record a decision, for every filter that is named, and save what is to be saved.

        The same decision again changes nothing, so whoever is not sure that it arrived sends it
        again. It is recorded before the object is saved: a save that was lost on the way is done
        when the decision comes again.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            No such filter passed the object, or not for the viewer's eyes.
        Invalid
            It names no filter, or a save names no group, or one that is not the viewer's.
        """
        viewer.must(UPLOAD_DATA)
        checked_decision_id(given.id)
        passed = self._passed(viewer, given.obj_id, given.filter_ids)
        if (given.kind == "saved") != bool(given.group_ids):
            raise Invalid("group_ids: at least one for a save, none for anything else")
        if barred := [each for each in given.group_ids if not may_save(viewer, each)]:
            raise Invalid(f"may not save to group {', '.join(map(str, barred))}")
        new = Decision(
            given.id, given.kind, viewer.user.id, self.now(), first_of(given.reason),
            tuple(sorted(set(given.group_ids))),
        )  # fmt: skip
        written = self._change(given.obj_id, passed, lambda each: each.with_decision(new))
        if given.kind == "saved":
            wanted = NewSource(given.obj_id, group_ids=new.group_ids)
            self.sources.save(viewer, wanted, self.now())
        self._tell("CandidateDecided", written, viewer, given.id)
        return written

    def undo(
        self, viewer: Viewer, decision_id: str, obj_id: str, filter_ids: Sequence[int]
    ) -> list[ScanDecisions]:
        """Take a decision back; what it saved is taken off those lists that it was new to.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such decision, or not for the viewer's eyes.
        Forbidden
            Somebody else saved the object, and the viewer does not decide for the filter's group.
        """
        viewer.must(UPLOAD_DATA)
        passed = self._passed(viewer, obj_id, filter_ids)
        standing = ScanDecisionStore(self.documents).of((each.id, obj_id) for each in passed)
        found = [d for each in standing.values() if (d := each.get(decision_id)) is not None]
        if not found:
            raise NotFound(f"no decision {decision_id} on {obj_id}")
        decision, of_group = found[0], passed[0].group_id
        own = decision.by == viewer.user.id or administers_group(viewer, of_group)
        if decision.kind == "saved" and not own:
            raise Forbidden(f"decision {decision_id}: only who saved it may take it back")
        now = self.now()
        written = self._change(
            obj_id,
            [each for each in passed if (each.id, obj_id) in standing],
            lambda each: each.undone(decision_id, viewer.user.id, now),
        )
        self._unsave(viewer, obj_id, decision)
        self._tell("CandidateUndecided", written, viewer, decision_id)
        return written

    def _passed(self, viewer: Viewer, obj_id: str, filter_ids: Sequence[int]) -> list[Filter]:
        """Return the filters of these that the viewer sees and that passed the object."""
        visible = self.filters.visible(viewer)
        wanted = {ScanEntry.id_of(n, obj_id): visible[n] for n in filter_ids if n in visible}
        if not filter_ids:
            raise Invalid("filter_ids: at least one")
        rows = self.documents.get_many(ENTRIES, wanted)
        if not rows:
            raise NotFound("Candidate not found")
        return [each for key, each in wanted.items() if key in rows]

    def _change(
        self,
        obj_id: str,
        passed: Sequence[Filter],
        change: Callable[[ScanDecisions], ScanDecisions],
    ) -> list[ScanDecisions]:
        keys = {ScanEntry.id_of(each.id, obj_id): each for each in passed}

        def body(transaction: Transaction) -> list[ScanDecisions]:
            rows = transaction.get_many(COLLECTION, keys)
            old = {
                key: ScanDecisions.from_fields(rows[key].data) if key in rows
                else ScanDecisions(each.id, obj_id, each.group_id, each.stream_id)
                for key, each in keys.items()
            }  # fmt: skip
            new = {key: change(each) for key, each in old.items()}
            transaction.write(
                *(Put(COLLECTION, key, e.to_fields()) for key, e in new.items() if e != old[key])
            )
            return list(new.values())

        return self.documents.transact(body)

    def _unsave(self, viewer: Viewer, obj_id: str, decision: Decision) -> None:
        """Take the object off the lists that the decision put it on, and nobody else since."""
        if not decision.group_ids:
            return
        saved = SourceStore(self.documents).of_objects([obj_id]).get(obj_id, [])
        new = [
            each.group_id
            for each in saved
            if each.active
            and each.group_id in decision.group_ids
            and (each.saved_by, each.saved_at >= decision.at) == (decision.by, True)
        ]
        if new:
            self.sources.regroup(viewer, obj_id, [], new, self.now())

    def _tell(
        self, kind: str, written: Sequence[ScanDecisions], viewer: Viewer, decision_id: str
    ) -> None:
        now = self.now()
        self.events.record(
            *(
                Event(
                    kind, now, candidate_principals(each.group_id, each.stream_id),
                    viewer.user.id, each.obj_id,
                    {"filter_id": each.filter_id, "group_id": each.group_id,
                     "decision_id": decision_id},
                )
                for each in written
            )
        )  # fmt: skip
