"""Appends to BigQuery tables through the Storage Write API, in Arrow's format.

What fits one request goes to the table's default stream, which needs no set-up and takes a request
whole or not at all. More than that goes to a stream of its own that is committed at the end, so
that readers see all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from google.cloud.bigquery_storage_v1 import BigQueryWriteClient, types
from google.rpc import code_pb2

from fritz.errors import Invalid, NotFound, Transient

__all__ = ["append_arrow"]

MAX_REQUEST_BYTES = 8_000_000
"""The service takes requests below 10 MB; the frame of a request is left some room."""


def append_arrow(writer: BigQueryWriteClient, table: str, data: pa.Table, timeout_s: float) -> None:
    """Append a table of rows to a BigQuery table; all of them or none.

    Parameters
    ----------
    writer : the client
    table : ``projects/…/datasets/…/tables/…``
    data : rows in the table's own schema
    timeout_s : how long a request may take, seconds

    Raises
    ------
    Invalid
        The service refused a row; the message quotes the first.
    NotFound
        There is no such table.
    Transient
        The service could not take the rows now.
    """
    parts = list(_parts(data))
    if len(parts) == 1:
        _send(writer, f"{table}/streams/_default", parts, timeout_s)
    else:
        _append_together(writer, table, parts, timeout_s)


def _append_together(
    writer: BigQueryWriteClient, table: str, parts: list[pa.RecordBatch], timeout_s: float
) -> None:
    stream = writer.create_write_stream(
        parent=table,
        write_stream=types.WriteStream(type_=types.WriteStream.Type.PENDING),
        timeout=timeout_s,
    ).name
    _send(writer, stream, parts, timeout_s)
    writer.finalize_write_stream(name=stream, timeout=timeout_s)
    done = writer.batch_commit_write_streams(
        request={"parent": table, "write_streams": [stream]}, timeout=timeout_s
    )
    if done.stream_errors:
        raise Transient(f"BigQuery: {table} not committed: {done.stream_errors[0].error_message}")


def _send(
    writer: BigQueryWriteClient, stream: str, parts: list[pa.RecordBatch], timeout_s: float
) -> None:
    """Send each part as one request of one call, and check the answer to each."""
    answers = writer.append_rows(
        iter(_requests(stream, parts)),
        retry=None,  # the requests are used up by the first try; whoever calls tries again
        timeout=timeout_s,
        metadata=(("x-goog-request-params", f"write_stream={stream}"),),
    )
    taken = 0
    for answer in answers:
        _check(answer, stream)
        taken += 1
    if taken < len(parts):
        raise Transient(f"BigQuery: {stream} answered {taken} of {len(parts)} requests")


def _requests(stream: str, parts: list[pa.RecordBatch]) -> list[types.AppendRowsRequest]:
    """Return one request for each part; the first tells the stream and the schema."""
    first = types.AppendRowsRequest(write_stream=stream, trace_id="fritz")
    first.arrow_rows.writer_schema.serialized_schema = parts[0].schema.serialize().to_pybytes()
    requests = [first, *(types.AppendRowsRequest() for _ in parts[1:])]
    for request, part in zip(requests, parts, strict=True):
        request.arrow_rows.rows.serialized_record_batch = part.serialize().to_pybytes()
    return requests


def _check(answer: types.AppendRowsResponse, stream: str) -> None:
    """Raise what an answer within an open call says is wrong."""
    if answer.row_errors:
        first = answer.row_errors[0]
        raise Invalid(f"BigQuery: {stream} refuses row {first.index}: {first.message}")
    if not answer.error.code:
        return
    message = f"BigQuery: {stream}: {answer.error.message}"
    if answer.error.code in {code_pb2.INVALID_ARGUMENT, code_pb2.OUT_OF_RANGE}:
        raise Invalid(message)
    if answer.error.code == code_pb2.NOT_FOUND:
        raise NotFound(message)
    raise Transient(message)


def _parts(data: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows in record batches that a request can carry; a row alone may be too large."""
    whole = data.combine_chunks().to_batches()
    for batch in whole:
        yield from _halves(batch)


def _halves(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.num_rows < 2 or pa.ipc.get_record_batch_size(batch) <= MAX_REQUEST_BYTES:  # noqa: PLR2004 - one row cannot be halved
        yield batch
        return
    middle = batch.num_rows // 2
    yield from _halves(batch.slice(0, middle))
    yield from _halves(batch.slice(middle))
