"""Streams as the administrators keep them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.stream import Stream
from fritz.marshal.visibility import Viewer, sees_stream
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.grouping import taken_name
from fritz.services.groups import STREAMS, StreamStore, UserStore
from fritz.services.numbering import Numbers

__all__ = ["Streams", "read_altdata"]

_COLLECTION: Final = re.compile(r"([A-Za-z0-9]+)_alerts\Z")


@dataclass(frozen=True, slots=True)
class Streams:
    """All streams, as far as the viewer knows of them."""

    documents: DocumentStore

    def visible(self, viewer: Viewer) -> list[Stream]:
        """Return the streams that the viewer holds or may take, by id."""
        return [each for each in StreamStore(self.documents).all() if sees_stream(viewer, each)]

    def get(self, viewer: Viewer, stream_id: int) -> Stream:
        """Return a stream that the viewer knows of; `Invalid` if there is none."""
        for found in StreamStore(self.documents).get_many([stream_id]):
            if sees_stream(viewer, found):
                return found
        raise Invalid(f"no stream {stream_id}")

    def create(
        self, viewer: Viewer, name: str, altdata: Mapping[str, Any] | None, *, auto_join: bool
    ) -> int:
        """Make a stream and return its id.

        Raises
        ------
        Unauthorized
            The viewer is no system administrator.
        Invalid
            The name is empty or taken, or `altdata` names no collection of alerts.
        """
        viewer.must(SYSTEM_ADMIN)
        survey, programids = read_altdata(altdata or {})
        number = Numbers.of(self.documents).next(STREAMS)
        made = Stream(number, _name(name), survey, programids, auto_join)

        def body(transaction: Transaction) -> None:
            _refuse_taken(transaction, made.name)
            transaction.write(Create(STREAMS, str(number), made.to_fields()))

        self.documents.transact(body)
        return number

    def change(
        self,
        viewer: Viewer,
        stream_id: int,
        *,
        name: str | None,
        altdata: Mapping[str, Any] | None,
        auto_join: bool | None,
    ) -> None:
        """Change a stream; None leaves what it stands for as it is."""
        viewer.must(SYSTEM_ADMIN)

        def body(transaction: Transaction) -> None:
            row = transaction.get(STREAMS, str(stream_id))
            if row is None:
                raise Invalid(f"no stream {stream_id}")
            old = Stream.from_fields(row.data)
            called = old.name if name is None else _name(name)
            if called != old.name:
                _refuse_taken(transaction, called)
            read = (old.survey, old.programids) if altdata is None else read_altdata(altdata)
            opened = old.auto_join if auto_join is None else auto_join
            new = replace(old, name=called, survey=read[0], programids=read[1], auto_join=opened)
            transaction.write(Put(STREAMS, str(stream_id), new.to_fields()))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, stream_id: int) -> None:
        """Remove a stream that no group has.

        Raises
        ------
        Unauthorized
            The viewer is no system administrator.
        Invalid
            There is none, or a group has it.
        """
        viewer.must(SYSTEM_ADMIN)
        StreamStore(self.documents).get(stream_id)
        used = Query("groups", (Where("stream_ids", "array_contains", stream_id),), limit=1)
        if rows := self.documents.query(used):
            raise Invalid(f"stream {stream_id} belongs to group {rows[0].id}")
        users = UserStore(self.documents)
        holders = Query("users", (Where("stream_ids", "array_contains", stream_id),))
        for row in self.documents.query(holders):
            users.change(
                int(row.id),
                lambda user: replace(
                    user, stream_ids=tuple(s for s in user.stream_ids if s != stream_id)
                ),
            )
        self.documents.commit([Delete(STREAMS, str(stream_id))])


def read_altdata(altdata: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    """Return the survey and the programs of a stream as SkyPortal writes them.

    Raises
    ------
    Invalid
        The collection is not called ``<survey>_alerts``, or the selector is no list of numbers.

    Examples
    --------
    >>> read_altdata({"collection": "ZTF_alerts", "selector": [1, 2]})
    ('ztf', (1, 2))
    """
    collection = altdata.get("collection", "ZTF_alerts")
    found = _COLLECTION.match(collection) if isinstance(collection, str) else None
    if found is None:
        raise Invalid(f"altdata.collection {str(collection)[:50]!r} is not like 'ZTF_alerts'")
    selector = altdata.get("selector", [])
    if not isinstance(selector, list) or not all(type(each) is int for each in selector):
        raise Invalid("altdata.selector is not a list of program numbers")
    return found[1].lower(), tuple(sorted(set(selector)))


def _refuse_taken(transaction: Transaction, name: str) -> None:
    if taken_name(transaction, STREAMS, "name", name):
        raise Invalid(f"there is a stream {name!r} already")


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("name: a stream is called something")
    return name.strip()
