"""A marshal with 64 groups, as large as asked for: for benchmarks and for counts of reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.candidate import Candidate
from fritz.marshal.comment import Comment
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.obj import Obj
from fritz.marshal.photometry import Point
from fritz.marshal.photometry_set import Head
from fritz.marshal.scan_entry import ScanEntry
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.subject import Subject
from fritz.marshal.thumbnail import Thumbnail
from fritz.marshal.user import User
from fritz.marshal.visibility import EVERYBODY, candidate_principals, of_stream
from fritz.ports import DocumentStore, Merge, Put, Write
from fritz.services.histories import document_id
from fritz.services.instruments import survey_instrument
from fritz.services.photometry_heads import HEADS, next_id, writes

GROUPS = 64
LIGHT_CURVE = 1000
"""Points of a source."""
NIGHTLY = 1000
"""Candidates of a night, over all groups."""
NIGHT = datetime(2026, 11, 28, 9, tzinfo=UTC)
"""When the last night ended."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    candidates: int
    sources: int
    """Of which the first is saved, and then every so many."""
    points: int = 0
    """Of photometry, `LIGHT_CURVE` for each of the first sources, with comments and pictures."""

    @property
    def every(self) -> int:
        """How many candidates there are to a source."""
        return self.candidates // self.sources


def populate(documents: DocumentStore, size: Size) -> User:
    """Write the world and return somebody who is in every group."""
    numbers = range(1, GROUPS + 1)
    stream = Stream(1, "ZTF Public", "ztf", (1,))
    user = User(
        1, "everywhere", NIGHT, acls=(UPLOAD_DATA, "Annotate", "Comment"),
        group_ids=tuple(numbers), stream_ids=(1,),
    )  # fmt: skip
    writes: list[Write] = [Put("streams", "1", stream.to_fields()), _changed()]
    writes.append(Put("users", "1", user.to_fields()))
    for n in numbers:
        group = Group(n, f"Group {n}", stream_ids=(1,))
        of = Filter(n, f"Filter {n}", n, 1, external=True, created_at=NIGHT, modified=NIGHT)
        writes += [Put("groups", str(n), group.to_fields())]
        writes += [Put("filters", str(n), of.to_fields())]
    for some in _commits(writes):
        documents.commit(some)
    for some in _commits(_candidates(size)):
        documents.commit(some)
    for some in _commits(_sources(size)):
        documents.commit(some)
    if size.points:
        for some in _commits(_light_curves(documents, size)):
            documents.commit(some)
    return user


def name_of(number: int) -> str:
    """Return the name of a candidate's object, newest first."""
    return f"ZTF26c{number:07d}"


def _changed() -> Write:
    return Merge("changes", "filters", {"number": 1})


def _candidates(size: Size) -> Iterator[Write]:
    for n in range(size.candidates):
        passed = NIGHT - timedelta(days=n // NIGHTLY, seconds=n % NIGHTLY * 30)
        group = 1 + n % GROUPS
        ra, dec = n * 0.0031 % 360.0, (n * 0.0017) % 120.0 - 30.0
        each = Candidate(
            name_of(n), group, group, 1, None, passed, "ztf", 1, ra, dec, 2461372.8 - n // NIGHTLY,
            1, 18.5, 0.9, None, {f"key_{k}": n * k % 97 / 7 for k in range(8)},
        )  # fmt: skip
        saved = [1 + (n + k) % GROUPS for k in range(2)] if n % size.every == 0 else []
        obj = Obj(
            each.obj_id, ra, dec, passed, facts={"redshift": n % 300 / 1000, "score": 0.9},
            candidate_of=candidate_principals(group, 1), saved_to=tuple(saved),
        )  # fmt: skip
        yield Put("candidates", each.id, each.to_fields())
        yield Put("scan_entries", f"{group}-{each.obj_id}", ScanEntry.of(each).to_fields())
        yield Put("objects", obj.id, obj.to_fields())


def _sources(size: Size) -> Iterator[Write]:
    for n in range(0, size.candidates, size.every):
        for k in range(2):
            saved_at = NIGHT - timedelta(minutes=n)
            source = Source(name_of(n), 1 + (n + k) % GROUPS, saved_at, 1, ra=1.0, dec=2.0)
            yield Put("sources", source.id, source.to_fields())


def _light_curves(documents: DocumentStore, size: Size) -> Iterator[Write]:
    """Yield one light curve again and again: to pack each takes longer than to measure."""
    camera = survey_instrument(documents, "ztf", NIGHT).id
    head = Head("any", 1)
    head.append(
        (of_stream(1),),
        [
            Point(
                next_id(head), 60000.0 + n / 3, ("ztfg", "ztfr")[n % 2], camera, "None",
                100.0 + n % 13, 2.0, 20.5, created_us=1,
            )
            for n in range(LIGHT_CURVE)
        ],
    )  # fmt: skip
    packed = writes(head)
    for n in range(size.points // LIGHT_CURVE):
        name = name_of(n * size.every)
        for write in packed:
            if write.collection == HEADS:
                named = {**write.data, "obj_id": name, "number": n + 1}
                yield Put(HEADS, document_id(name), named)
            else:
                of_name = document_id(name) + write.id.removeprefix(document_id("any"))
                yield Put(write.collection, of_name, write.data)
        yield Merge("objects", name, {"data_of": [of_stream(1)]})
        group = 1 + n * size.every % GROUPS
        for k in range(5):
            about, at = Subject("sources", name, name), NIGHT - timedelta(hours=k)
            said = Comment(5 * n + k, about, f"Comment {k}", (group,), 1, at, at)
            yield Put("comments", str(said.id), said.to_fields())
        for k, kind in enumerate(("new", "ref", "sub")):
            made = Thumbnail(3 * n + k, name, kind, f"t/{n}", (EVERYBODY,), 1, NIGHT, NIGHT)
            yield Put("thumbnails", str(made.id), made.to_fields())


def _commits(writes: Any) -> Iterator[Sequence[Write]]:
    part: list[Write] = []
    for write in writes:
        part.append(write)
        if len(part) == 450:
            yield part
            part = []
    if part:
        yield part
