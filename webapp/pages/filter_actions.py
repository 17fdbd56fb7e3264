"""What a filter does by itself when it passes something: parts of its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from fritz.filters import FilterRefused
from fritz.filters.parse.pipeline import read_pipeline
from fritz.marshal.filter_actions import AutoFollowup, Autosave
from fritz.services.filter_changes import FilterChange
from webapp.pages.filter_trials import not_a_filter, page_anew
from webapp.pages.forms import form_blueprint, given, numbers, ticked
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("filter_actions", __name__)
blueprint.register_error_handler(FilterRefused, not_a_filter)

LONGEST: Final = 2000
LONGEST_VALIDITY_DAYS: Final = 365.0


@blueprint.post("/filters/<int:filter_id>/autosave")
def autosave(filter_id: int) -> ResponseReturnValue:
    """Set what is saved by itself."""
    viewer = page_viewer()
    of = marshal().managed_filters.editable(viewer, filter_id)
    wanted = Autosave(
        active=ticked("active"),
        pipeline=_stages("pipeline"),
        comment=_comment(),
        ignore_group_ids=tuple(numbers("ignore_group_ids")),
        saver_id=of.autosave.saver_id,
    )
    marshal().managed_filters.change(viewer, filter_id, FilterChange(autosave=wanted))
    return page_anew(filter_id)


@blueprint.post("/filters/<int:filter_id>/followup")
def followup(filter_id: int) -> ResponseReturnValue:
    """Set what follow-up is asked for of what was saved by itself; what is not shown stays."""
    viewer = page_viewer()
    of = marshal().managed_filters.editable(viewer, filter_id)
    allocation_id = request.form.get("allocation_id", type=int)
    if allocation_id is None:
        raise Invalid("say of which allocation")
    allocation = marshal().observing.allocations.get(viewer, allocation_id)
    known = of.auto_followup or AutoFollowup(False, allocation.id, ())
    wanted = replace(
        known,
        active=ticked("active"),
        allocation_id=allocation.id,
        pipeline=_stages("pipeline"),
        comment=_comment(),
        validity_days=_validity(),
    )
    marshal().managed_filters.change(viewer, filter_id, FilterChange(auto_followup=wanted))
    return page_anew(filter_id)


def _stages(name: str) -> tuple[Any, ...]:
    text = given(name)
    return tuple(read_pipeline(text)) if text else ()


def _comment() -> str | None:
    text = given("comment")
    if len(text) > LONGEST:
        raise Invalid(f"a comment has at most {LONGEST} characters")
    return text or None


def _validity() -> float:
    days = request.form.get("validity_days", type=float)
    if days is None or not 0 < days <= LONGEST_VALIDITY_DAYS:
        raise Invalid(f"a request is valid for up to {LONGEST_VALIDITY_DAYS:g} days")
    return days
