"""Telling the members of groups of an object that they have saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.visibility import Viewer, sees_group
from fritz.services.events import Event, Events
from fritz.services.groups import UserStore
from fritz.services.notifications import Notifications
from fritz.services.numbering import Numbers
from fritz.services.sources import SourceStore

__all__ = ["Level", "SourceNotifying"]

LONGEST_NOTES: Final = 1000
COLLECTION: Final = "source_notifications"

Level = Literal["soft", "hard"]
"""``hard`` is for what cannot wait."""


@dataclass(frozen=True, slots=True)
class SourceNotifying:
    """Puts a line about an object on the lists of its groups' members."""

    users: UserStore
    sources: SourceStore
    notifications: Notifications
    events: Events

    def notify(
        self,
        viewer: Viewer,
        obj_id: str,
        group_ids: Sequence[int],
        level: Level,
        notes: str,
        now: datetime,
    ) -> int:
        """Tell the members of groups, the viewer apart, and return the number of the message.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such object for the viewer.
        Invalid
            No groups are named, one is not the viewer's or has not saved the object, or the notes
            are too long.
        """
        viewer.must(UPLOAD_DATA)
        self.events.objects.get(viewer, obj_id)
        groups = sorted(set(group_ids))
        if not groups:
            raise Invalid("groupIds: at least one group is required")
        if len(notes) > LONGEST_NOTES:
            raise Invalid(f"additionalNotes: at most {LONGEST_NOTES} characters")
        if foreign := [each for each in groups if not sees_group(viewer, each)]:
            raise Invalid(f"not a member of group {foreign[0]}")
        rows = self.sources.of_objects([obj_id]).get(obj_id, [])
        if lacking := set(groups) - {each.group_id for each in rows if each.active}:
            raise Invalid(f"group {min(lacking)} has not saved {obj_id}")
        number = Numbers.of(self.notifications.documents).next(COLLECTION)
        self.notifications.tell(
            self._members(viewer, groups, now),
            "source",
            _text(viewer.user.username, obj_id, level, notes),
            f"/source/{obj_id}",
            now,
        )
        self.events.record(
            Event.about_object(
                "SourceNotified", obj_id, groups, viewer.user.id, now,
                source_notification_id=number, level=level,
            )
        )  # fmt: skip
        return number

    def _members(self, viewer: Viewer, group_ids: Sequence[int], now: datetime) -> list[int]:
        return [
            user.id
            for group_id in group_ids
            for user in self.users.of_group(group_id)
            if user.id != viewer.user.id and not user.has_expired(now)
        ]


def _text(username: str, obj_id: str, level: Level, notes: str) -> str:
    said = f"{username} draws your attention to {obj_id}"
    if level == "hard":
        said = f"Urgent: {said}"
    return f"{said}: {notes}" if notes else said
