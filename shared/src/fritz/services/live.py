"""What has just changed, told at once to those who may know: that it changed, never what it is.

One listener per process follows the feed of events and the rows of who scans where, and hands
each change to the streams that are open. A stream passes on what its viewer may see, and the page
asks the usual routes for the data: one place decides about rights, and this is not another one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Final

from fritz.errors import TooMany
from fritz.marshal.visibility import Viewer, groups_of
from fritz.ports import Document, DocumentStore, Order, Query
from fritz.services import events, presence
from fritz.services.events import Event
from fritz.services.objects import ObjStore
from fritz.services.presence import Present

__all__ = ["MINE", "Invalidation", "Live", "LiveStream", "told_by"]

MINE: Final = "mine"
"""The topic of all that the viewer may hear of."""
FOLLOWED: Final = 200
"""The newest rows that a listener looks at: more do not come between two looks."""


@dataclass(frozen=True, slots=True)
class Invalidation:
    """Something that changed; whoever shows it asks for it anew."""

    id: str
    """Of the event, from where a stream goes on; empty for what is not kept."""
    kind: str
    topics: tuple[str, ...]
    """The object's first: ``source:ZTF26aaaaaaa``, ``group:12``."""
    ref: Mapping[str, Any]
    principals: tuple[str, ...]
    obj_id: str | None = None

    def topic_of(self, wanted: Collection[str]) -> str | None:
        """Return by which of the wanted topics it is told; None if by none."""
        if MINE in wanted:
            return self.topics[0]
        return next((each for each in self.topics if each in wanted), None)


def told_by(event: Event) -> Invalidation:
    """Return what an event makes stale."""
    groups = {*groups_of(event.principals), *_named(event.refs)}
    topics = [] if event.obj_id is None else [f"source:{event.obj_id}"]
    topics += [f"group:{each}" for each in sorted(groups)]
    ref = {"obj_id": event.obj_id, "by": event.by, **event.refs}
    return Invalidation(
        event.id, event.kind, tuple(topics) or (MINE,), ref, event.principals, event.obj_id
    )


class Live:
    """Hands changes to open streams.

    Parameters
    ----------
    most : streams that may be open at a time in this process: each takes one of its threads.
    """

    def __init__(self, documents: DocumentStore, *, most: int) -> None:
        self._documents = documents
        self._objects = ObjStore(documents)
        self._most = most
        self._lock = Lock()
        self._streams: list[SimpleQueue[Invalidation]] = []
        self._stops: list[Callable[[], None]] = []

    def open(
        self, viewer_of: Callable[[], Viewer], topics: Collection[str], beat_s: float
    ) -> LiveStream:
        """Return what changes from now on; whoever takes it closes it.

        Parameters
        ----------
        viewer_of : returns who looks, asked for anew with each change: rights may end meanwhile.
        beat_s : after so long without a change the stream says None, so that it can be ended.

        Raises
        ------
        TooMany
            As many streams as may be are open.
        """
        queue: SimpleQueue[Invalidation] = SimpleQueue()
        with self._lock:
            if len(self._streams) >= self._most:
                raise TooMany("too many open streams: ask again in a while", retry_after_s=60)
            self._streams.append(queue)
            if not self._stops:
                self._stops = [
                    self._follow(events.COLLECTION, "id", _of_event),
                    self._follow(presence.COLLECTION, "at", _of_presence),
                ]
        return LiveStream(self, queue, viewer_of, topics, beat_s)

    @property
    def streams(self) -> tuple[int, int]:
        """How many streams are open in this process, and how many may be."""
        return len(self._streams), self._most

    def is_told(self, viewer: Viewer, change: Invalidation, topics: Collection[str]) -> bool:
        """Return whether a change is of the viewer's topics and open to them."""
        if change.topic_of(topics) is None or not viewer.sees(change.principals):
            return False
        return change.obj_id is None or bool(self._objects.visible(viewer, [change.obj_id]))

    def close(self, queue: SimpleQueue[Invalidation]) -> None:
        """Forget a stream; after the last nothing is listened to any more."""
        with self._lock:
            self._streams = [each for each in self._streams if each is not queue]
            stops, self._stops = ([], self._stops) if self._streams else (self._stops, [])
        for stop in stops:
            stop()

    def _follow(
        self, collection: str, newest: str, read: Callable[[Document], Invalidation]
    ) -> Callable[[], None]:
        """Listen to a collection's newest rows; those that stand there already are no news.

        They are read before the listening begins, which may take its first look late.
        """
        query = Query(collection, (), (Order(newest, descending=True),), limit=FOLLOWED)
        seen = {row.id: row.version for row in self._documents.query(query)}

        def look(rows: Sequence[Document]) -> None:
            nonlocal seen
            known, seen = seen, {row.id: row.version for row in rows}
            for row in reversed(rows):
                if known.get(row.id) != row.version:
                    self._tell(read(row))

        return self._documents.listen(query, look)

    def _tell(self, change: Invalidation) -> None:
        with self._lock:
            streams = list(self._streams)
        for each in streams:
            each.put(change)


class LiveStream:
    """One viewer's stream of changes."""

    def __init__(
        self,
        live: Live,
        queue: SimpleQueue[Invalidation],
        viewer_of: Callable[[], Viewer],
        topics: Collection[str],
        beat_s: float,
    ) -> None:
        self._live = live
        self._queue = queue
        self._viewer_of = viewer_of
        self._topics = topics
        self._beat_s = beat_s

    def next(self) -> Invalidation | None:
        """Return the next change that the viewer may hear of; None if there is none for a while."""
        try:
            change = self._queue.get(timeout=self._beat_s)
        except Empty:
            return None
        told = self._live.is_told(self._viewer_of(), change, self._topics)
        return change if told else None

    def close(self) -> None:
        """End it; again, it does nothing."""
        self._live.close(self._queue)


def _of_event(row: Document) -> Invalidation:
    return told_by(Event.from_fields(row.data))


def _of_presence(row: Document) -> Invalidation:
    here = Present.from_fields(row.data)
    topics = tuple(f"group:{each}" for each in here.group_ids)
    return Invalidation("", "PresenceMoved", topics or (MINE,), {"by": here.user_id},
                        here.principals)  # fmt: skip


def _named(refs: Mapping[str, Any]) -> Iterator[int]:
    group_id = refs.get("group_id")
    if isinstance(group_id, int):
        yield group_id
