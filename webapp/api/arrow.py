"""Results as streams of Arrow or CSV, batch by batch, and as plain rows."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ARROW", "CSV", "csv_stream", "ipc_stream", "plain_rows"]

ARROW = "application/vnd.apache.arrow.stream"
CSV = "text/csv"
_BATCH = 65_536


def ipc_stream(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as Arrow's IPC stream."""
    from pyarrow import ipc  # noqa: PLC0415 - only those who ask for Arrow wait for it

    sink = BytesIO()
    with ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=_BATCH):
            writer.write_batch(batch)
            yield _taken(sink)
    yield _taken(sink)


def csv_stream(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as CSV with a line of names; nested values come as JSON text."""
    import csv  # noqa: PLC0415 - as above
    from io import StringIO  # noqa: PLC0415 - as above

    sink = StringIO()
    writer = csv.writer(sink)
    writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            writer.writerow([_cell(row[name]) for name in table.column_names])
        yield sink.getvalue().encode()
        sink.seek(0)
        sink.truncate()
    yield sink.getvalue().encode()


def plain_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table's rows as JSON has them: what is not finite is null, moments are text."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _taken(sink: BytesIO) -> bytes:
    data = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return data


def _cell(value: Any) -> Any:
    import orjson  # noqa: PLC0415 - as above

    plain = _plain(value)
    return orjson.dumps(plain).decode() if isinstance(plain, dict | list) else plain


def _plain(value: Any) -> Any:  # noqa: PLR0911  one case per type
    match value:
        case bool() | None | str() | int():
            return value
        case float():
            return value if isfinite(value) else None
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return str(value)
