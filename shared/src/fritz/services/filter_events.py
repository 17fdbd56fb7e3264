"""What filters announce on the topic ``events``; consumers tell repetitions by `id`."""

from __future__ import annotations

from typing import Any, Final

import orjson

from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.filter_actions import AutoFollowup
from fritz.marshal.source import Source
from fritz.ports import Message
from fritz.services.evaluation import Passed

__all__ = ["candidate_passed", "followup_wanted", "source_saved"]

_PRIORITIES: Final = ("priority", "urgency", "Urgency")
"""What facilities call it."""


def _message(kind: str, group_id: int, body: dict[str, Any]) -> Message:
    attributes = {"type": kind, "group_id": str(group_id)}
    return Message(orjson.dumps({"type": kind, "group_id": group_id, **body}), attributes)


def candidate_passed(candidate: Candidate) -> Message:
    """Announce a candidate."""
    return _message(
        "CandidatePassed",
        candidate.group_id,
        {
            "id": candidate.id,
            "obj_id": candidate.obj_id,
            "candid": None if candidate.candid is None else str(candidate.candid),
            "filter_id": candidate.filter_id,
            "stream_id": candidate.stream_id,
            "passed_at": candidate.passed_at.isoformat(),
        },
    )


def source_saved(saved_by: Filter, source: Source) -> Message:
    """Announce a source that a filter saved, with the comment to leave on it."""
    return _message(
        "SourceSaved",
        source.group_id,
        {
            "id": source.id,
            "obj_id": source.obj_id,
            "filter_id": saved_by.id,
            "saved_by": source.saved_by,
            "saved_at": source.saved_at.isoformat(),
            "comment": saved_by.autosave.comment,
        },
    )


def followup_wanted(passed: Passed) -> Message | None:
    """Announce that a filter wants follow-up of what it saved; None if it does not."""
    asked, found = passed.runnable.filter.auto_followup, passed.followup
    if asked is None or found is None:
        return None
    of, candid = passed.runnable.filter, passed.document["candid"]
    return _message(
        "FollowupWanted",
        of.group_id,
        {
            "id": f"{of.id}-{candid}",
            "obj_id": passed.document["objectId"],
            "candid": str(candid),
            "filter_id": of.id,
            "allocation_id": asked.allocation_id,
            "payload": _payload(asked, found),
            "comment": found.get("comment") or asked.comment,
            "priority_key": next((name for name in _PRIORITIES if name in asked.payload), None),
            "priority_order": asked.priority_order,
            "target_group_ids": list(asked.target_group_ids),
            "validity_days": asked.validity_days,
            "radius": asked.radius,
            "implements_update": asked.implements_update,
            "constraints": dict(asked.constraints),
        },
    )


def _payload(asked: AutoFollowup, found: Any) -> dict[str, Any]:
    """Return the payload, with what the stages made of those of its keys that were configured."""
    made = found.get("payload")
    changed = made if isinstance(made, dict) else {}
    return {key: changed.get(key, value) for key, value in asked.payload.items()}
