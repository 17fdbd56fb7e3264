"""Filters as people keep them: made, given versions, let loose, stopped, taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from fritz.archive.filter_runs import FilterCounts, counts_of
from fritz.errors import Conflict, Forbidden, Invalid, Unauthorized
from fritz.filters import FilterRefused, Finding
from fritz.filters.dialects import Dialect
from fritz.marshal.acls import SYSTEM_ADMIN, UPLOAD_DATA
from fritz.marshal.filter import Filter
from fritz.marshal.filter_version import FilterVersion
from fritz.marshal.visibility import (
    Viewer,
    administers_group,
    edits_filter,
    programids,
    sees_filter,
    sees_group,
)
from fritz.ports import Warehouse
from fritz.services.filter_actions import checked_autosave, checked_followup
from fritz.services.filter_changes import Activation, FilterChange, FilterSettings
from fritz.services.filter_trials import Draft, FilterTrials, Scope, read_draft
from fritz.services.filters_store import FilterStore
from fritz.services.groups import GroupStore, StreamStore, UserStore

__all__ = ["Filters"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filters:
    """All filters, as far as the viewer sees them and may change them."""

    store: FilterStore
    groups: GroupStore
    streams: StreamStore
    users: UserStore
    trials: FilterTrials
    warehouse: Warehouse
    """Where the counts of the stream stand."""
    now: Callable[[], datetime]
    new_fid: Callable[[], str]

    def visible(self, viewer: Viewer) -> list[Filter]:
        """Return the filters of the viewer's groups whose streams the viewer holds."""
        found = (
            self.store.all() if viewer.is_admin else self.store.of_groups(tuple(viewer.group_ids))
        )
        return [each for each in found if sees_filter(viewer, each)]

    def get(self, viewer: Viewer, filter_id: int) -> Filter:
        """Return a filter.

        Raises
        ------
        Invalid
            There is none that the viewer sees; scripts expect 400 here.
        """
        found = self.store.get(filter_id)
        if found is None or not sees_filter(viewer, found):
            raise Invalid(f"Cannot find a filter with ID: {filter_id}.")
        return found

    def editable(self, viewer: Viewer, filter_id: int) -> Filter:
        """Return a filter that the viewer may change.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            There is none that the viewer sees.
        Forbidden
            The viewer neither owns it nor administers its group.
        """
        viewer.must(UPLOAD_DATA)
        found = self.get(viewer, filter_id)
        if not edits_filter(viewer, found):
            raise Forbidden(f"filter {filter_id}: only its owner or an admin of its group may")
        return found

    def create(
        self, viewer: Viewer, name: str, group_id: int, stream_id: int, *, external: bool = False
    ) -> Filter:
        """Make a filter without a version, inactive.

        Raises
        ------
        Unauthorized
            The viewer may not upload data, or is not in the group, or lacks the stream.
        Invalid
            The group lacks the stream, or the name is empty.
        """
        viewer.must(UPLOAD_DATA)
        group = self.groups.get_many([group_id])
        stream = self.streams.get_many([stream_id])
        if not group or not sees_group(viewer, group_id):
            raise Unauthorized(f"HTTP 401: Unauthorized (not a member of group {group_id})")
        if not stream or not (viewer.is_admin or stream_id in viewer.stream_ids):
            raise Unauthorized(f"HTTP 401: Unauthorized (no access to stream {stream_id})")
        if stream_id not in group[0].stream_ids:
            raise Invalid(f"group {group_id} does not hold stream {stream_id}")
        now = self.now()
        made = Filter(
            0,
            _name(name),
            group_id,
            stream_id,
            active=False,
            survey=stream[0].survey,
            owner_id=viewer.user.id,
            created_at=now,
            modified=now,
            external=external,
        )
        return self.store.create(made)

    def set(self, viewer: Viewer, filter_id: int, settings: FilterSettings) -> Filter:
        """Change what the group's administrators decide.

        Raises
        ------
        Forbidden
            The viewer does not administer the group.
        Invalid
            Group or stream would change, or a value makes no sense.
        """
        viewer.must(UPLOAD_DATA)
        found = self.get(viewer, filter_id)
        if not administers_group(viewer, found.group_id):
            raise Forbidden(f"filter {filter_id}: only an admin of its group may change it")
        if settings.group_id not in (None, found.group_id):
            raise Invalid("Cannot change group_id of a filter")
        if settings.stream_id not in (None, found.stream_id):
            raise Invalid("Cannot change stream_id of a filter")
        rate = settings.max_pass_rate
        if rate is not None and not 0 < rate <= 1:
            raise Invalid(f"max_pass_rate {rate} is not above 0 and at most 1")

        def change(old: Filter) -> Filter:
            saves = settings.autosave
            return replace(
                old,
                name=old.name if settings.name is None else _name(settings.name),
                external=_given(settings.external, old.external),
                max_pass_rate=_given(rate, old.max_pass_rate),
                autosave=old.autosave if saves is None else replace(old.autosave, active=saves),
                modified=self.now(),
            )

        return self.store.change(filter_id, change)

    def delete(self, viewer: Viewer, filter_id: int) -> None:
        """Remove a filter with its versions; candidates that it passed stay."""
        self.store.delete(self.editable(viewer, filter_id).id)

    def delete_versions(self, viewer: Viewer, filter_id: int) -> None:
        """Remove all versions of a filter, which then stops.

        Raises
        ------
        Unauthorized
            The viewer is no system administrator.
        """
        viewer.must(SYSTEM_ADMIN)
        self.get(viewer, filter_id)
        self.store.change(
            filter_id,
            lambda old: replace(old, active=False, version="", pipeline=(), modified=self.now()),
        )
        self.store.delete_versions(filter_id)

    def versions(self, viewer: Viewer, filter_id: int) -> tuple[Filter, list[FilterVersion]]:
        """Return a filter with all its versions, oldest first."""
        return self.get(viewer, filter_id), self.store.versions(filter_id)

    def version(self, viewer: Viewer, filter_id: int, fid: str) -> FilterVersion:
        """Return one version of a filter that the viewer sees; `Invalid` if there is none."""
        self.get(viewer, filter_id)
        found = self.store.version(filter_id, fid)
        if found is None:
            raise Invalid(f"filter {filter_id} has no version {fid!r}")
        return found

    def save_version(
        self, viewer: Viewer, filter_id: int, pipeline: object, dialect: Dialect | None = None
    ) -> FilterVersion:
        """Keep a new version of a filter; the one that runs goes on running.

        The filter's must-pass and must-not-pass objects are run; a version that gets one wrong is
        kept with that finding, but cannot be let loose.

        Raises
        ------
        FilterRefused
            The pipeline must not run; nothing is kept.
        """
        of = self.editable(viewer, filter_id)
        draft = read_draft(pipeline, dialect or of.dialect)
        findings = draft.findings + self.trials.must(draft, of, self.scope(viewer, of))
        made = FilterVersion(
            filter_id,
            self.new_fid(),
            draft.pipeline,
            self.now(),
            viewer.user.id,
            draft.dialect,
            findings,
        )
        self.store.add_version(made)
        if not of.version:
            self.store.change(filter_id, lambda old: old if old.version else _with(old, made))
        return made

    def change(self, viewer: Viewer, filter_id: int, wanted: FilterChange) -> Activation:
        """Change what runs and what follows when it passes.

        Raises
        ------
        FilterRefused
            The version that would run passes too many alerts of past nights, or gets a must-pass
            object wrong.
        Invalid
            There is no such version, or a setting makes no sense.
        """
        of = self.editable(viewer, filter_id)
        version = self._chosen(of, wanted)
        findings: tuple[Finding, ...] = ()
        runs = _given(wanted.active, of.active) and version is not None
        starts = runs and (not of.active or version is None or version.fid != of.version)
        if starts and version is not None:
            draft = read_draft(version.pipeline, version.dialect)
            tried = replace(
                of,
                must_pass=_given(wanted.must_pass, of.must_pass),
                must_not_pass=_given(wanted.must_not_pass, of.must_not_pass),
            )
            findings = self.trials.activation(draft, tried, self._stream_scope(of))
            if any(finding.severity == "error" for finding in findings):
                raise FilterRefused(findings)
        saves = checked_autosave(viewer, of, self.users, wanted=wanted.autosave)
        follows = checked_followup(of, saves, wanted.auto_followup, version)

        def change(old: Filter) -> Filter:
            if old.version != of.version or old.active != of.active:
                raise Conflict(f"filter {filter_id} was changed meanwhile; look at it again")
            return replace(
                old if version is None else _with(old, version),
                active=runs,
                autosave=saves,
                auto_followup=follows,
                update_annotations=_given(wanted.update_annotations, old.update_annotations),
                must_pass=_given(wanted.must_pass, old.must_pass),
                must_not_pass=_given(wanted.must_not_pass, old.must_not_pass),
                modified=self.now(),
            )

        return Activation(self.store.change(filter_id, change), findings)

    def draft(self, viewer: Viewer, filter_id: int, fid: str | None) -> Draft:
        """Return a version, the current one if not said, ready to be tried."""
        of = self.get(viewer, filter_id)
        found = self.version(viewer, filter_id, fid or of.version)
        return read_draft(found.pipeline, found.dialect)

    def verdict(
        self, viewer: Viewer, filter_id: int, fid: str | None
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return a version's name and what would be said if it was let loose; nothing changes."""
        of = self.editable(viewer, filter_id)
        chosen = fid or of.version
        try:
            draft = self.draft(viewer, filter_id, chosen)
        except FilterRefused as refused:
            return chosen, refused.findings
        return chosen, self.trials.activation(draft, of, self.scope(viewer, of))

    def runs(self, viewer: Viewer, filter_id: int, nights: int) -> list[FilterCounts]:
        """Return how a filter fared on the stream: its versions, the latest night first.

        Parameters
        ----------
        nights : back from tonight.
        """
        of, today = self.get(viewer, filter_id), self.now().date()
        first, last = (int(f"{today - timedelta(days=back):%Y%m%d}") for back in (nights, -1))
        return counts_of(self.warehouse, (first, last), [of.id])

    def scope(self, viewer: Viewer, of: Filter) -> Scope:
        """Return what the filter's stream grants and the viewer may see."""
        stream = self._stream_scope(of)
        return Scope(stream.programids & programids(viewer, of.survey), of.survey)

    def _stream_scope(self, of: Filter) -> Scope:
        streams = self.streams.get_many([of.stream_id])
        return Scope(frozenset(streams[0].programids if streams else ()), of.survey)

    def _chosen(self, of: Filter, wanted: FilterChange) -> FilterVersion | None:
        """Return the version that the filter is to have; None if it has none."""
        if wanted.active_fid is not None:
            found = self.store.version(of.id, wanted.active_fid)
            if found is None:
                raise Invalid(f"filter {of.id} has no version {wanted.active_fid!r}")
            return found
        if of.version:
            return self.store.version(of.id, of.version)
        if wanted.active:
            raise Invalid(f"filter {of.id} has no version that could be active")
        return None


def _given(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("a filter needs a name")
    return name.strip()


def _with(old: Filter, version: FilterVersion) -> Filter:
    pipeline: tuple[Mapping[str, Any], ...] = version.pipeline
    return replace(old, version=version.fid, pipeline=pipeline, dialect=version.dialect)
