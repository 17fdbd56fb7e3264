"""What happened in the marshal: kept for scripts that follow, announced to functions that act.

An event is written with the change that it tells of, in one commit, so that the feed misses none.
The announcement on the topic ``events`` follows the commit; a consumer that must miss none reads
the feed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from fritz.errors import Invalid
from fritz.marshal.visibility import EVERYBODY, Viewer, candidate_principals, open_to
from fritz.ports import Bus, DocumentStore, Message, Order, Put, Query, Where, Write
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.objects import ObjStore

__all__ = ["COLLECTION", "KEPT", "SETTLED", "TOPIC", "Announce", "Event", "EventPage", "Events"]

Announce = Callable[[Sequence[Message]], object]
"""Publishes what was committed."""

COLLECTION: Final = "events"
TOPIC: Final = "events"
KEPT: Final = timedelta(days=90)
SETTLED: Final = timedelta(seconds=2)
"""How old an event is before the feed shows it: by then those made before it stand there, too."""
LARGEST_PAGE: Final = 1000
MICROS_DIGITS: Final = 17
"""Of a cursor: the time in microseconds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: str
    """In the past tense: ``SourceSaved``."""
    at: datetime
    principals: tuple[str, ...]
    """Whom it is open to, if its object is."""
    by: int | None
    """The user; None for the platform itself."""
    obj_id: str | None = None
    refs: Mapping[str, Any] = field(default_factory=dict)
    """The numbers of what it is about: ``comment_id``."""

    @classmethod
    def about_object(
        cls,
        kind: str,
        obj_id: str,
        group_ids: Iterable[int],
        by: int | None,
        at: datetime,
        **refs: Any,
    ) -> Event:
        """Return an event of an object that the members of these groups may hear of."""
        return cls(kind, at, open_to(group_ids), by, obj_id, refs)

    @property
    def id(self) -> str:
        """Sorts by time; the same event again has the same id."""
        micros = int(self.at.timestamp() * 1_000_000)
        told = orjson.dumps([self.kind, self.obj_id, dict(self.refs)], option=orjson.OPT_SORT_KEYS)
        return f"{micros:017d}-{hashlib.sha256(told).hexdigest()[:12]}"

    def write(self) -> Write:
        """Return the write that belongs into the commit of the change; again, it says the same."""
        return Put(
            COLLECTION,
            self.id,
            {
                "id": self.id,
                "kind": self.kind,
                "at": self.at,
                "principals": list(self.principals),
                "by": self.by,
                "obj_id": self.obj_id,
                "refs": dict(self.refs),
                "expires_at": self.at + KEPT,
            },
        )

    def message(self) -> Message:
        """Return the announcement; it names things and says nothing of them."""
        body = {
            "type": self.kind,
            "id": self.id,
            "at": self.at.isoformat(),
            "by": self.by,
            "obj_id": self.obj_id,
            **self.refs,
        }
        return Message(orjson.dumps(body), {"type": self.kind, "event_id": self.id})

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Event:
        """Return the event that `write` wrote."""
        return cls(
            fields["kind"],
            fields["at"],
            tuple(fields["principals"]),
            fields["by"],
            fields["obj_id"],
            dict(fields["refs"]),
        )


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, oldest first, and where the next ones begin."""

    events: tuple[Event, ...]
    next: str
    """Ask for what is after this; it moves on where nothing was visible, too."""


@dataclass(frozen=True, slots=True)
class Events:
    """The feed, and the topic."""

    documents: DocumentStore
    bus: Bus
    objects: ObjStore

    def announce(self, events: Sequence[Event]) -> None:
        """Publish events whose writes are committed."""
        if events:
            self.bus.publish(TOPIC, [each.message() for each in events])

    def record(self, *events: Event) -> None:
        """Keep events of changes that are committed already, and announce them."""
        self.documents.commit([each.write() for each in events])
        self.announce(events)

    def since(self, viewer: Viewer, cursor: str, limit: int, now: datetime) -> EventPage:
        """Return what happened after a cursor and is open to the viewer, oldest first.

        Parameters
        ----------
        cursor : the `next` of an earlier page, or what `cursor_at` makes of a time.
        limit : at most so many.

        Raises
        ------
        Invalid
            The limit is none.
        """
        if not 0 < limit <= LARGEST_PAGE:
            raise Invalid(f"limit: 1 to {LARGEST_PAGE}")
        return self._shown(
            viewer, cursor, self._after(viewer, cursor, cursor_at(now - SETTLED), limit)
        )

    def unsettled(self, viewer: Viewer, cursor: str, limit: int, now: datetime) -> EventPage:
        """Return what happened after a cursor, up to this moment, and maybe some of it twice.

        An event may come to stand before one that was shown already: those of the last two
        seconds before the cursor are shown again. For readers who only learn that something
        changed. Parameters as of `since`.
        """
        back = _earlier(cursor)
        return self._shown(
            viewer, cursor, self._after(viewer, back, cursor_at(now + SETTLED), limit)
        )

    def _shown(self, viewer: Viewer, cursor: str, found: list[Event]) -> EventPage:
        objects = {each.obj_id for each in found if each.obj_id is not None}
        seen = self.objects.visible(viewer, sorted(objects))
        shown = tuple(each for each in found if each.obj_id is None or each.obj_id in seen)
        return EventPage(shown, max(cursor, found[-1].id) if found else cursor)

    def of_object(self, viewer: Viewer, obj_id: str, most: int) -> list[Event]:
        """Return what the viewer may hear of an object that they are known to see, newest first.

        The latest `LARGEST_PAGE` events of the object are looked at. An upload of the photometry of
        several objects is none of one of them.
        """
        query = Query(
            COLLECTION,
            (Where("obj_id", "==", obj_id),),
            (Order("id", descending=True),),
            limit=LARGEST_PAGE,
        )
        rows = (Event.from_fields(row.data) for row in self.documents.query(query))
        return [each for each in rows if viewer.sees(each.principals)][:most]

    def _after(self, viewer: Viewer, cursor: str, end: str, limit: int) -> list[Event]:
        bounds = (Where("id", ">", cursor), Where("id", "<=", end))
        groups: list[tuple[Where, ...]] = [()]
        if not viewer.is_admin:
            own = sorted({*viewer.principals, EVERYBODY, *_pairs(viewer)})
            groups = [
                (Where("principals", "array_contains_any", list(some)),)
                for some in chunks(own, VALUES_PER_IN)
            ]
        found: dict[str, Event] = {}
        for each in groups:
            query = Query(COLLECTION, (*each, *bounds), (Order("id"),), limit=limit)
            rows = self.documents.query(query)
            found |= {row.id: Event.from_fields(row.data) for row in rows}
        return [found[name] for name in sorted(found)[:limit]]


def _pairs(viewer: Viewer) -> Iterator[str]:
    """Yield whom candidates are open to: the viewer's groups with the streams that they hold."""
    for group_id in viewer.group_ids:
        for stream_id in viewer.stream_ids:
            yield from candidate_principals(group_id, stream_id)


def _earlier(cursor: str) -> str:
    """Return the cursor of two seconds before another."""
    micros = int(cursor[:MICROS_DIGITS]) - int(SETTLED.total_seconds() * 1_000_000)
    return f"{max(0, micros):017d}~"


def cursor_at(moment: datetime) -> str:
    """Return the cursor before everything that happens after a moment.

    Examples
    --------
    >>> cursor_at(datetime(2026, 11, 28, tzinfo=UTC))
    '01795824000000000~'
    """
    return f"{int(moment.astimezone(UTC).timestamp() * 1_000_000):017d}~"
