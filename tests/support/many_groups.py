"""A marshal with 64 groups, as large as asked for: for benchmarks and for counts of reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.obj import Obj
from fritz.marshal.scan_entry import ScanEntry
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility import candidate_principals
from fritz.ports import DocumentStore, Merge, Put, Write

GROUPS = 64
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


def _commits(writes: Any) -> Iterator[Sequence[Write]]:
    part: list[Write] = []
    for write in writes:
        part.append(write)
        if len(part) == 450:
            yield part
            part = []
    if part:
        yield part
