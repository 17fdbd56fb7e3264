"""Which of some candidates a request wants, by what the viewer sees of each object.

A condition takes names of objects and returns those that it holds for. Conditions that ask only for
what was read already come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fritz.marshal.phot_stat import PhotStat
from fritz.marshal.scan_decision import Decision
from fritz.marshal.scan_entry import ScanEntry
from fritz.marshal.visibility import Viewer
from fritz.services.classifications import Classifications
from fritz.services.listings import ListingStore
from fritz.services.point_annotations import PointAnnotations
from fritz.services.scan_decisions import ScanDecisionStore
from fritz.services.scan_request import SAVED_STATUSES, ScanRequest, ScanStatus
from fritz.services.scan_rows import Reading
from fritz.services.skymaps import Skymaps, within

__all__ = ["Condition", "ScanConditions", "Stats"]

Condition = Callable[[Sequence[str]], set[str]]
Stats = Callable[[Viewer, Iterable[str]], Mapping[str, PhotStat]]
"""Tells what light curves come to, of points that are open to the viewer alone."""


@dataclass(frozen=True, slots=True)
class ScanConditions:
    """Makes the conditions of a request."""

    classifications: Classifications
    listings: ListingStore
    stats: Stats
    decisions: ScanDecisionStore
    skymaps: Skymaps
    points: PointAnnotations

    def of(
        self, viewer: Viewer, request: ScanRequest, reading: Reading, origins: Mapping[int, str]
    ) -> list[Condition]:
        """Return the conditions of a request, none if it asks for everything.

        Parameters
        ----------
        origins : what each filter's annotations go by.
        """
        return [
            *_parts(request),
            *self._lists(viewer, request),
            *self._objects(viewer, request, reading),
            *self._annotations(request, reading, origins),
            *self._decided(viewer, request, reading),
            *self._classes(viewer, request),
            *self._light_curves(viewer, request),
            *self._points(viewer, request),
        ]

    def _lists(self, viewer: Viewer, request: ScanRequest) -> Iterator[Condition]:
        if (on := request.list_name) is not None:
            yield lambda names: self.listings.listed(viewer.user.id, on, names)
        if (off := request.list_name_reject) is not None:
            yield lambda names: set(names) - self.listings.listed(viewer.user.id, off, names)

    def _objects(
        self, viewer: Viewer, request: ScanRequest, reading: Reading
    ) -> Iterator[Condition]:
        if request.saved_status != "all":
            selected = frozenset(request.group_ids or viewer.default_group_ids)
            wanted = SAVED_STATUSES[request.saved_status]

            def saved(names: Sequence[str]) -> set[str]:
                objs = reading.objs(names)
                return {
                    name
                    for name in names
                    if name in objs and wanted(frozenset(reading.saved_to(objs[name])), selected)
                }

            yield saved
        low, high = request.min_redshift, request.max_redshift
        if low is not None or high is not None:

            def far(names: Sequence[str]) -> set[str]:
                objs = reading.objs(names)
                return {n for n in names if n in objs and _within(objs[n].redshift, low, high)}

            yield far
        if request.localization is not None:
            region = self.skymaps.region(request.localization)

            def there(names: Sequence[str]) -> set[str]:
                objs = reading.objs(names)
                known = [name for name in names if name in objs]
                return set(within(region, {name: objs[name] for name in known}))

            yield there

    def _annotations(
        self, request: ScanRequest, reading: Reading, origins: Mapping[int, str]
    ) -> Iterator[Condition]:
        if not request.annotations:
            return

        def said(names: Sequence[str]) -> set[str]:
            reading.entries(names)
            reading.annotations(names)
            return {
                name
                for name in names
                if all(
                    (value := reading.said(name, each.origin, each.key, origins)) is not None
                    and each.holds(value)
                    for each in request.annotations
                )
            }

        yield said

    def _decided(
        self, viewer: Viewer, request: ScanRequest, reading: Reading
    ) -> Iterator[Condition]:
        if (wanted := request.scan_status) == "all":
            return

        def decided(names: Sequence[str]) -> set[str]:
            entries = reading.entries(names)
            keys = {
                (each.filter_id, name)
                for name in names
                for each in entries.get(name, ())
                if _is_selected(each, request)
            }
            made = self.decisions.of(keys)
            none: tuple[Decision, ...] = ()
            return {
                name
                for filter_id, name in keys
                if _stands(made[filter_id, name].made if (filter_id, name) in made else none,
                           wanted, viewer.user.id)
            }  # fmt: skip

        yield decided

    def _light_curves(self, viewer: Viewer, request: ScanRequest) -> Iterator[Condition]:
        if (cut := request.light_curve).asks:

            def seen(names: Sequence[str]) -> set[str]:
                stats = self.stats(viewer, names)
                return {name for name in names if cut.holds(stats.get(name))}

            yield seen

    def _points(self, viewer: Viewer, request: ScanRequest) -> Iterator[Condition]:
        if (said := request.points_said).asks:
            yield lambda names: self.points.objects(viewer, names, said)

    def _classes(self, viewer: Viewer, request: ScanRequest) -> Iterator[Condition]:
        wanted = frozenset(request.classifications)
        unwanted = frozenset(request.classifications_reject)
        if not wanted | unwanted:
            return

        def classed(names: Sequence[str]) -> set[str]:
            found = self.classifications.of_objects(viewer, names)
            classes = {
                name: {c.classification for c in found.get(name, ()) if c.probability != 0}
                for name in names
            }
            return {
                name
                for name, each in classes.items()
                if (not wanted or each & wanted) and not each & unwanted
            }

        yield classed


def _parts(request: ScanRequest) -> Iterator[Condition]:
    if (part := request.part) is not None:
        yield lambda names: {name for name in names if part.holds(name)}


def _is_selected(entry: ScanEntry, request: ScanRequest) -> bool:
    groups, filters = request.group_ids, request.filter_ids
    return (groups is None or entry.group_id in groups) and (
        filters is None or entry.filter_id in filters
    )


def _stands(made: Sequence[Decision], wanted: ScanStatus, user_id: int) -> bool:
    standing = [each for each in made if each.stands]
    if wanted == "unscanned":
        return not standing
    if wanted == "unscannedByMe":
        return all(each.by != user_id for each in standing)
    return bool(standing) and standing[-1].kind == wanted


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value <= high)
