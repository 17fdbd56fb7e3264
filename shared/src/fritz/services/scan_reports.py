"""Reports of scans: made of what groups saved, read as far as it is open to the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.classification import Classification
from fritz.marshal.comment import COMMENT
from fritz.marshal.obj import Obj
from fritz.marshal.phot_stat import PhotStat
from fritz.marshal.scan_report import (
    LONGEST_REMARK,
    MOST_ITEMS,
    Save,
    ScanReport,
    ScanReportItem,
    Span,
    checked_remark,
)
from fritz.marshal.source import Source
from fritz.marshal.visibility import (
    Viewer,
    seen_saves,
    sees_candidate,
    sees_group,
    sees_scan_report,
)
from fritz.ports import Create, DocumentStore, Order, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, CandidateStore, chunks
from fritz.services.classifications import Classifications
from fritz.services.comment_reading import comments_of
from fritz.services.numbering import Numbers
from fritz.services.objects import ObjStore
from fritz.services.scan_conditions import Stats
from fritz.services.sources import COLLECTION as SOURCES
from fritz.services.walking import Walk

__all__ = ["COLLECTION", "ITEMS", "ReportPage", "ReportedObject", "ScanReports"]

COLLECTION: Final = "scan_reports"
ITEMS: Final = "scan_report_items"
MOST_GROUPS: Final = 30


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Some reports, newest first."""

    rows: tuple[ScanReport, ...]
    total: int
    """How many there are; at most, for who is in more than thirty groups."""


@dataclass(frozen=True, slots=True)
class ReportedObject:
    """An object of a report, with what is known of it now and open to the reader."""

    item: ScanReportItem
    obj: Obj
    stat: PhotStat | None
    classifications: tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class ScanReports:
    """All reports, one document each, and one for each object of theirs."""

    documents: DocumentStore
    classifications: Classifications
    stats: Stats
    now: Callable[[], datetime]

    def page(self, viewer: Viewer, number: int, per_page: int) -> ReportPage:
        """Return a page of the reports of the viewer's groups, newest first, the first being 1."""
        wanted = number * per_page
        newest = (Order("id", descending=True),)
        found: dict[int, ScanReport] = {}
        total = 0
        for where in _of_groups(viewer):
            rows = self.documents.query(Query(COLLECTION, where, newest, wanted))
            reports = (ScanReport.from_fields(row.data) for row in rows)
            found |= {each.id: each for each in reports if sees_scan_report(viewer, each)}
            total += self.documents.count(Query(COLLECTION, where))
        shown = sorted(found.values(), key=lambda each: -each.id)[wanted - per_page : wanted]
        return ReportPage(tuple(shown), total)

    def get(self, viewer: Viewer, report_id: int) -> ScanReport:
        """Return one report; `NotFound` if there is none that the viewer sees."""
        row = self.documents.get(COLLECTION, str(report_id))
        found = None if row is None else ScanReport.from_fields(row.data)
        if found is None or not sees_scan_report(viewer, found):
            raise NotFound(f"no scan report {report_id}")
        return found

    def make(self, viewer: Viewer, group_ids: Iterable[int], passed: Span, saved: Span) -> int:
        """Make a report of what groups saved of what their filters passed, and return its id.

        Where the author commented on an object to all of these groups, the last such comment is
        what the report says of it.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            A group is not the viewer's, nothing was saved, or too much.
        Conflict
            There is such a report.
        """
        viewer.must(UPLOAD_DATA)
        groups = tuple(sorted(set(group_ids)))
        if not 0 < len(groups) <= MOST_GROUPS:
            raise Invalid(f"group_ids: 1 to {MOST_GROUPS} groups")
        if foreign := [each for each in groups if not sees_group(viewer, each)]:
            raise Invalid(f"no group {foreign[0]}")
        found = self._saved(viewer, groups, passed, saved)
        if not found:
            raise Invalid("nothing was saved in this time that filters of these groups passed")
        number = Numbers.of(self.documents).next(COLLECTION)
        made = ScanReport(number, viewer.user.id, groups, passed, saved, self.now())
        items = self._items(viewer, made, found)

        def body(transaction: Transaction) -> None:
            same = Query(COLLECTION, (Where("question", "==", made.question),), limit=1)
            if transaction.query(same):
                raise Conflict("there is a report of these groups and times")
            transaction.write(
                Create(COLLECTION, str(number), made.to_fields()),
                *(Create(ITEMS, str(each.id), each.to_fields()) for each in items),
            )

        self.documents.transact(body)
        return number

    def items(self, viewer: Viewer, report_id: int) -> list[ReportedObject]:
        """Return the objects of a report in the order in which they were saved.

        Objects and saves that are closed to the viewer are left out; `NotFound` as `get`.
        """
        self.get(viewer, report_id)
        rows = self.documents.query(Query(ITEMS, (Where("report_id", "==", report_id),)))
        items = [ScanReportItem.from_fields(row.data) for row in rows]
        items = [replace(each, saves=seen_saves(viewer, each)) for each in items]
        names = [each.obj_id for each in items if each.saves]
        objs = ObjStore(self.documents).visible(viewer, names)
        stats = self.stats(viewer, list(objs))
        classes = self.classifications.of_objects(viewer, objs)
        return [
            ReportedObject(
                each, objs[each.obj_id], stats.get(each.obj_id),
                tuple(classes.get(each.obj_id, ())),
            )
            for each in sorted(items, key=lambda item: item.id)
            if each.saves and each.obj_id in objs
        ]  # fmt: skip

    def remark(self, viewer: Viewer, report_id: int, item_id: int, text: str | None) -> None:
        """Say something of an object in a report, in place of what was said; None takes it back.

        Raises
        ------
        Unauthorized
            The viewer may not comment.
        NotFound
            There is no such report or item that the viewer sees.
        Invalid
            It is too long.
        """
        viewer.must(COMMENT)
        said = checked_remark(text)
        if not any(each.item.id == item_id for each in self.items(viewer, report_id)):
            raise NotFound(f"no item {item_id} of scan report {report_id}")

        def body(transaction: Transaction) -> None:
            row = transaction.get(ITEMS, str(item_id))
            if row is None:
                raise NotFound(f"no item {item_id} of scan report {report_id}")
            new = replace(ScanReportItem.from_fields(row.data), remark=said, modified=self.now())
            transaction.write(Put(ITEMS, str(item_id), new.to_fields()))

        self.documents.transact(body)

    def _saved(
        self, viewer: Viewer, groups: tuple[int, ...], passed: Span, saved: Span
    ) -> dict[str, list[Source]]:
        """Return what these groups saved of what their filters passed, by object, oldest first."""
        walk = Walk(
            self.documents, SOURCES, "group_id", groups, "saved_at",
            where=(
                Where("active", "==", True),
                Where("saved_at", ">=", saved.start),
                Where("saved_at", "<=", saved.end),
            ),
        )  # fmt: skip
        found: dict[str, list[Source]] = {}
        rows = walk.rows(None, MOST_ITEMS)
        while some := [Source.from_fields(row.data) for row in islice(rows, MOST_ITEMS)]:
            names = self._passed(viewer, {each.obj_id for each in some}, groups, passed)
            for each in some:
                if each.obj_id in names:
                    found.setdefault(each.obj_id, []).append(each)
            if len(found) > MOST_ITEMS:
                raise Invalid(f"more than {MOST_ITEMS} objects: choose a shorter time")
        return found

    def _passed(
        self, viewer: Viewer, names: set[str], groups: Sequence[int], passed: Span
    ) -> set[str]:
        entries = CandidateStore(self.documents).entries_of(names)
        return {
            name
            for name, some in entries.items()
            if any(
                each.group_id in groups
                and sees_candidate(viewer, each.latest)
                and each.within(passed.start, passed.end) is not None
                for each in some
            )
        }

    def _items(
        self, viewer: Viewer, report: ScanReport, found: dict[str, list[Source]]
    ) -> list[ScanReportItem]:
        ids = Numbers.of(self.documents).take(ITEMS, len(found))
        remarks = self._remarks(viewer, report, found)
        return [
            ScanReportItem(
                number, report.id, name,
                tuple(Save(each.group_id, each.saved_at, each.saved_by) for each in saves),
                remarks.get(name), report.created_at, report.created_at,
            )
            for number, (name, saves) in zip(ids, found.items(), strict=True)
        ]  # fmt: skip

    def _remarks(self, viewer: Viewer, report: ScanReport, names: Iterable[str]) -> dict[str, str]:
        """Return the author's last comment on each object that all of the groups see."""
        own = {
            name: [
                each
                for each in comments
                if each.author_id == report.author_id
                and not each.bot
                and set(report.group_ids) <= set(each.group_ids)
            ]
            for name, comments in comments_of(self.documents, viewer, names).items()
        }
        return {
            name: max(some, key=lambda each: (each.created_at, each.id)).text[:LONGEST_REMARK]
            for name, some in own.items()
            if some
        }


def _of_groups(viewer: Viewer) -> list[tuple[Where, ...]]:
    """Return the conditions under which a report is of the viewer's groups, thirty a query."""
    if viewer.is_admin:
        return [()]
    groups = chunks(sorted(viewer.group_ids), VALUES_PER_IN)
    return [(Where("group_ids", "array_contains_any", list(some)),) for some in groups]
