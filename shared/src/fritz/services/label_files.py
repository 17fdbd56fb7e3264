"""Files of labels, Parquet or CSV: one row a label, alerts by their exact ids."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from fritz.errors import Invalid
from fritz.marshal.label import Label, LabelledAlert, checked_label, checked_seconds
from fritz.marshal.visibility import Viewer
from fritz.services.groups import UserStore
from fritz.services.labelling import NewLabel

__all__ = ["FileFormat", "FileRow", "read_labels", "said_by", "written_labels"]

FileFormat = Literal["csv", "parquet"]

LONGEST: Final = 200_000
"""Rows of a file."""
_FIELDS: Final[Sequence[pa.Field[Any]]] = (
    pa.field("task", pa.string()),
    pa.field("survey", pa.string()),
    pa.field("candid", pa.int64()),
    pa.field("objectId", pa.string()),
    pa.field("night", pa.int64()),
    pa.field("programid", pa.int64()),
    pa.field("jd", pa.float64()),
    pa.field("label", pa.string()),
    pa.field("labeller", pa.string()),
    pa.field("seconds", pa.float64()),
    pa.field("strategy", pa.string()),
    pa.field("labelled_at", pa.timestamp("us", tz="UTC")),
    pa.field("status", pa.string()),
    pa.field("agreed", pa.string()),
    pa.field("alert_labels", pa.int64()),
    pa.field("same_labels", pa.int64()),
)
_SCHEMA: Final = pa.schema(_FIELDS)
_DIGITS = re.compile(r"-?\d{1,19}\Z")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A label as a file has it."""

    number: int
    """Of the row, from 1, the header apart."""
    given: NewLabel
    labeller: str | None
    at: datetime | None


def written_labels(entries: Iterable[LabelledAlert], kind: FileFormat) -> bytes:
    """Return a file of labels.

    Each row counts the labels of its alert (``alert_labels``) and those that say the same
    (``same_labels``); a Parquet file's metadata also have the counts of all, ``fritz.counts``.
    """
    rows = [row for entry in entries for row in _rows(entry)]
    if kind == "csv":
        text = io.StringIO()
        table = csv.DictWriter(text, _SCHEMA.names, lineterminator="\n")
        table.writeheader()
        table.writerows({**row, "labelled_at": row["labelled_at"].isoformat()} for row in rows)
        return text.getvalue().encode()
    counts = json.dumps(Counter(row["label"] for row in rows), sort_keys=True)
    schema = _SCHEMA.with_metadata({"fritz.counts": counts})
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()


def _rows(entry: LabelledAlert) -> list[dict[str, Any]]:
    status, agreed = entry.outcome
    said = Counter(each.label for each in entry.labels)
    return [
        {
            "task": entry.task,
            "survey": entry.survey,
            "candid": entry.candid,
            "objectId": entry.obj_id,
            "night": entry.night,
            "programid": entry.programid,
            "jd": entry.jd,
            "label": each.label,
            "labeller": each.labeller,
            "seconds": each.seconds,
            "strategy": each.strategy,
            "labelled_at": each.at,
            "status": status,
            "agreed": agreed,
            "alert_labels": len(entry.labels),
            "same_labels": said[each.label],
        }
        for each in entry.labels
    ]


def read_labels(content: bytes, kind: FileFormat, task: str) -> list[FileRow]:
    """Return the labels of a file; columns ``candid`` and ``label`` must be there.

    Parameters
    ----------
    task
        Of rows that name none.

    Raises
    ------
    Invalid
        The file cannot be read, is too long, or a row is no label; the message says which row.
    """
    rows = _csv(content) if kind == "csv" else _parquet(content)
    if not 0 < len(rows) <= LONGEST:
        raise Invalid(f"a file of labels has 1 to {LONGEST} rows, not {len(rows)}")
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(_row(number, row, task))
        except (Invalid, ValueError, TypeError, OverflowError) as e:
            raise Invalid(f"row {number}: {e}") from e
    return found


def said_by(
    viewer: Viewer, rows: Sequence[FileRow], users: UserStore, now: datetime
) -> list[tuple[NewLabel, Label]]:
    """Return the rows as labels of those who said them; without a name, of the viewer.

    Raises
    ------
    Invalid
        A labeller is not known, or is somebody else and the viewer no system administrator.
    """
    names = {row.labeller for row in rows if row.labeller} - {viewer.user.username}
    if names and not viewer.is_admin:
        raise Invalid(f"labels of {min(names)}: only a system administrator imports others' labels")
    people = {name: users.by_name(name) for name in names} | {viewer.user.username: viewer.user}
    said = []
    for row in rows:
        person = people[row.labeller or viewer.user.username]
        if person is None:
            raise Invalid(f"row {row.number}: no user {row.labeller}")
        given = row.given
        at = row.at or now
        label = Label(person.id, person.username, given.label, given.seconds, given.strategy, at)
        said.append((given, label))
    return said


def _row(number: int, row: Mapping[str, Any], task: str) -> FileRow:
    seconds, night = row.get("seconds"), row.get("night")
    given = NewLabel(
        candid=_candid(row.get("candid")),
        label=str(row.get("label") or "").strip(),
        task=str(row.get("task") or task),
        seconds=None if seconds in {None, ""} else float(str(seconds)),
        strategy=str(row.get("strategy") or "import"),
        survey=str(row.get("survey") or "ztf"),
        night=None if night in {None, ""} else int(str(night)),
    )
    checked_label(given.task, given.label)
    checked_seconds(given.seconds)
    return FileRow(number, given, str(row.get("labeller") or "") or None, _time(row))


def _candid(value: Any) -> int:
    """Return an alert's id; one that has been a float has lost its last digits."""
    text = str(value).strip() if isinstance(value, int | str) else ""
    if isinstance(value, bool) or not _DIGITS.match(text) or not -(2**63) <= int(text) < 2**63:
        raise Invalid(f"candid {value!r}: an integer of 64 bits is expected, all digits written")
    return int(text)


def _time(row: Mapping[str, Any]) -> datetime | None:
    value = row.get("labelled_at")
    if value is None or value == "":
        return None
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _csv(content: bytes) -> list[dict[str, Any]]:
    try:
        text = content.decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        _must_have(table.fieldnames or ())
        rows = list(table)
    except (UnicodeDecodeError, csv.Error) as e:
        raise Invalid(f"not a CSV file in UTF-8: {e}") from e
    if any(None in row for row in rows):
        raise Invalid("not a CSV file: a row has more values than the header")
    return rows


def _parquet(content: bytes) -> list[dict[str, Any]]:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows > LONGEST:
            raise Invalid(f"a file of labels has at most {LONGEST} rows")
        _must_have(file.schema_arrow.names)
        known = [name for name in file.schema_arrow.names if name in _SCHEMA.names]
        return list(file.read(columns=known).to_pylist())
    except (pa.ArrowException, OSError) as e:
        raise Invalid(f"not a Parquet file: {e}") from e


def _must_have(names: Iterable[str]) -> None:
    if missing := {"candid", "label"} - set(names):
        raise Invalid(f"the file has no column {min(missing)}")
