"""What becomes of uploaded points that stand there already: refused, shared or overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from fritz.errors import Conflict
from fritz.marshal.photometry import Point
from fritz.marshal.photometry_set import Chunk, Head

__all__ = ["Duplicates", "Merged", "apply", "merge", "needed"]

Duplicates: TypeAlias = Literal["refuse", "share", "same epoch", "overwrite"]
"""What is done with a point that stands there already. ``refuse``: nothing is added at all.
``share``: it is opened to whom the upload is for, too. ``same epoch``: so it is, and it counts as
the same whatever flux was measured. ``overwrite``: and it takes the new flux."""


@dataclass(slots=True)
class Merged:
    """What came of an upload."""

    ids: list[int] = field(default_factory=list)
    """In the order of the upload."""
    added: list[Point] = field(default_factory=list)
    moved: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Points that are open to more people now: id -> principals."""
    overwritten: dict[int, Point] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.added or self.moved or self.overwritten)


def needed(head: Head, points: Sequence[Point], principals: tuple[str, ...]) -> list[Chunk]:
    """Return the chunks that tell which of the points stand there already, and take the others."""
    begin = min(point.mjd for point in points) - 1e-6
    end = max(point.mjd for point in points) + 1e-6
    chunks = [c for each in head.sets.values() for c in each.chunks if c.covers(begin, end)]
    into = head.sets.get(principals)
    return chunks + (into.chunks[-1:] if into else [])


def merge(
    head: Head,
    points: Sequence[Point],
    principals: tuple[str, ...],
    duplicates: Duplicates,
    new_id: Callable[[], int],
) -> Merged:
    """Return what an upload comes to; the head is left as it is, but for the ids it gave out.

    Raises
    ------
    Conflict
        Duplicates are refused, and there are some; the message names the first.
    """
    by_epoch = duplicates in {"same epoch", "overwrite"}
    known: dict[Any, tuple[int, tuple[str, ...]]] = {}
    for each in head.sets.values():
        for point in each.points():
            known[_key(point, by_epoch=by_epoch)] = (point.id, each.principals)
    merged = Merged()
    for point in points:
        key = _key(point, by_epoch=by_epoch)
        if key not in known:
            made = point._replace(id=new_id())
            merged.added.append(made)
            merged.ids.append(made.id)
            known[key] = (made.id, principals)
            continue
        standing, open_to = known[key]
        if duplicates == "refuse":
            raise Conflict(_refusal(head.obj_id, point, standing))
        merged.ids.append(standing)
        wider = tuple(sorted({*open_to, *principals}))
        if wider != tuple(sorted(open_to)):
            merged.moved[standing] = wider
            known[key] = (standing, wider)
        if duplicates == "overwrite":
            merged.overwritten[standing] = point
    _forget_idle_overwrites(head, merged)
    return merged


def apply(head: Head, merged: Merged, principals: tuple[str, ...]) -> None:
    """Do what an upload comes to; all chunks of the sets that it touches must have been read."""
    changed = {*merged.moved, *merged.overwritten}
    of = {p.id: each.principals for each in head.sets.values() for p in each.points()}
    by_set: dict[tuple[str, ...], list[Point]] = {}
    for point in head.take(changed):
        new = merged.overwritten.get(point.id)
        by_set.setdefault(merged.moved.get(point.id, of[point.id]), []).append(
            point if new is None else _measured_anew(point, new)
        )
    if merged.added:
        by_set.setdefault(principals, []).extend(merged.added)
    for key, some in by_set.items():
        head.append(key, some)


def _key(point: Point, *, by_epoch: bool) -> Any:
    return point.epoch if by_epoch else point.identity


def _refusal(obj_id: str, point: Point, standing: int) -> str:
    what = f"{obj_id} in {point.filter} at MJD {point.mjd}"
    return f"duplicate of photometry {standing}: {what}; nothing was added (PUT merges duplicates)"


def _measured_anew(old: Point, new: Point) -> Point:
    return old._replace(
        flux=new.flux,
        fluxerr=new.fluxerr,
        limiting_mag=new.limiting_mag,
        altdata=old.altdata if new.altdata is None else new.altdata,
    )


def _forget_idle_overwrites(head: Head, merged: Merged) -> None:
    """Leave out overwriting by what stands there already."""
    if not merged.overwritten:
        return
    for each in head.sets.values():
        for point in each.points():
            new = merged.overwritten.get(point.id)
            if new is not None and _measured_anew(point, new) == point:
                del merged.overwritten[point.id]
