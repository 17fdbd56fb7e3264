"""What filters save by themselves, in the name of a member of the filter's group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from fritz.errors import Invalid, NotFound, Unauthorized
from fritz.marshal.filter import Filter
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer
from fritz.ports import DocumentStore
from fritz.services.groups import StreamStore, UserStore
from fritz.services.sources import Sources, SourceStore

__all__ = ["Autosaver", "Wanted"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object that a filter wants saved."""

    filter: Filter
    obj_id: str
    ra: float
    dec: float


class Autosaver:
    """Saves objects for filters."""

    def __init__(self, documents: DocumentStore) -> None:
        self._users = UserStore(documents)
        self._streams = StreamStore(documents)
        self._sources = Sources(SourceStore(documents))

    def save(self, wanted: Sequence[Wanted], now: datetime) -> list[tuple[Filter, Source]]:
        """Save what is not saved yet and return it; safe to repeat, and from several places.

        A filter whose saver is gone, or may no longer save to the group, saves nothing.
        """
        savers: dict[int, Viewer | None] = {}
        saved: list[tuple[Filter, Source]] = []
        for each in {(one.filter.id, one.obj_id): one for one in wanted}.values():
            if each.filter.id not in savers:
                savers[each.filter.id] = self._saver(each.filter)
            viewer = savers[each.filter.id]
            if viewer is None:
                continue
            try:
                source = self._sources.autosave(
                    viewer,
                    each.obj_id,
                    (each.ra, each.dec),
                    each.filter.group_id,
                    ignore_group_ids=each.filter.autosave.ignore_group_ids,
                    now=now,
                )
            except (Invalid, Unauthorized) as refused:
                log.warning("autosave refused", filter=each.filter.id, why=str(refused))
                continue
            if source is not None:
                saved.append((each.filter, source))
        return saved

    def _saver(self, each: Filter) -> Viewer | None:
        saver_id = each.autosave.saver_id or each.owner_id
        try:
            user = self._users.get(saver_id) if saver_id is not None else None
        except NotFound:
            user = None
        if user is None:
            log.warning("autosave without a saver", filter=each.id, saver=saver_id)
            return None
        streams = self._streams.get_many(user.stream_ids)
        return Viewer(user, user.permissions, tuple(streams))
