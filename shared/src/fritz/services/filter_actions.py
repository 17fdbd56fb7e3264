"""What filters may do by themselves: who saves for them, and what asks for follow-up."""

from __future__ import annotations

from dataclasses import replace

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.acls import SYSTEM_ADMIN, UPLOAD_DATA
from fritz.marshal.filter import Filter
from fritz.marshal.filter_actions import AutoFollowup, Autosave
from fritz.marshal.filter_version import FilterVersion
from fritz.marshal.visibility import Viewer, administers_group
from fritz.services.filter_changes import Unset
from fritz.services.filter_trials import read_draft
from fritz.services.groups import UserStore

__all__ = ["checked_autosave", "checked_followup"]


def checked_autosave(
    viewer: Viewer, of: Filter, users: UserStore, *, wanted: Autosave | bool | None
) -> Autosave:
    """Return what a filter is to save by itself, and in whose name.

    Raises
    ------
    FilterRefused
        Its own stages must not run.
    Forbidden
        Only an administrator of the group names another saver.
    Invalid
        The saver may not save to the filter's group.
    """
    if wanted is None:
        return of.autosave
    if isinstance(wanted, bool):
        return _saving(viewer, of, replace(of.autosave, active=wanted), users)
    if wanted.pipeline:
        read_draft(list(wanted.pipeline), of.dialect)
    return _saving(viewer, of, wanted, users)


def _saving(viewer: Viewer, of: Filter, wanted: Autosave, users: UserStore) -> Autosave:
    """Return the settings with a saver who may save; naming others is for administrators."""
    saver = wanted.saver_id or of.autosave.saver_id or viewer.user.id
    if saver not in (viewer.user.id, of.autosave.saver_id) and not administers_group(
        viewer, of.group_id
    ):
        raise Forbidden(f"filter {of.id}: only an admin of its group names another saver")
    try:
        user = users.get(saver)
    except NotFound as unknown:
        raise Invalid(f"saver_id: no user {saver}") from unknown
    admin = SYSTEM_ADMIN in user.permissions
    if not admin and (of.group_id not in user.group_ids or UPLOAD_DATA not in user.permissions):
        raise Invalid(f"saver_id: user {saver} may not save to group {of.group_id}")
    return replace(wanted, saver_id=saver)


def checked_followup(
    of: Filter,
    saves: Autosave,
    wanted: AutoFollowup | Unset | None,
    version: FilterVersion | None,
) -> AutoFollowup | None:
    """Return what follow-up a filter is to ask for by itself.

    Raises
    ------
    FilterRefused
        Its stages must not run.
    Invalid
        It lacks stages, or the filter saves nothing by itself.
    """
    if isinstance(wanted, Unset):
        return of.auto_followup
    if wanted is None or not wanted.active:
        return wanted
    if not saves.active:
        raise Invalid("auto_followup needs autosave to be active")
    if not wanted.pipeline:
        raise Invalid("auto_followup needs a pipeline")
    read_draft(list(wanted.pipeline), version.dialect if version else of.dialect)
    return wanted
