"""BigQuery's two interfaces on loopback ports, with Google's reference engine behind them.

What it shows: that the requests of Google's clients are well-formed, carry the right SQL, types and
limits, and that answers and errors come back right. What it does not: that the service itself
stores Arrow rows of these types, or prices and prunes as expected.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryWriteClient, types
from google.cloud.bigquery_storage_v1.services.big_query_write.transports import (
    BigQueryWriteGrpcTransport,
)
from google.rpc import code_pb2
from zetasql.core.exceptions import ServerError

from fritz.archive.schema import Table
from fritz.errors import NotFound
from fritz.ports import ObjectStore, Statement
from tests.support.googlesql import GoogleSql

__all__ = ["FakeBigQuery", "serving"]

SERVICE = "google.cloud.bigquery.storage.v1.BigQueryWrite"
SCALARS = {
    "INT64": int,
    "FLOAT64": float,
    "STRING": str,
    "BOOL": lambda text: text == "true",
    "BYTES": base64.b64decode,
    "TIMESTAMP": lambda text: datetime.fromisoformat(text).astimezone(UTC),
}
API_NAMES = {"INT64": "INTEGER", "DOUBLE": "FLOAT", "BOOL": "BOOLEAN"}
"""REST's answers keep BigQuery's oldest names."""
WRITTEN = {
    bool: lambda value: str(value).lower(),
    bytes: lambda value: base64.b64encode(value).decode(),
    datetime: lambda value: str(round(value.timestamp() * 1_000_000)),
}


class Refusal(Exception):
    """An answer of the REST interface that is an error."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


@dataclass
class FakeBigQuery:
    """The service: tables of one dataset, the streams being written, and what was asked."""

    engine: GoogleSql
    tables: Mapping[str, Table]
    objects: ObjectStore | None = None
    stored: dict[str, list[pa.Table]] = field(default_factory=dict)
    pending: dict[str, list[pa.Table]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The body of every REST request."""
    appended: list[types.AppendRowsRequest] = field(default_factory=list)
    fail_with: list[grpc.StatusCode] = field(default_factory=list)
    """Statuses with which the next appends fail, in order."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    client: bigquery.Client | None = None
    writer: BigQueryWriteClient | None = None

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [row for part in self.stored.get(name, []) for row in part.to_pylist()]

    def size(self) -> int:
        return sum(part.nbytes for parts in self.stored.values() for part in parts)

    # --- REST ---------------------------------------------------------------------------------

    def rest(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        place = path.split("?", maxsplit=1)[0].rstrip("/").split("/")
        if method == "POST":
            self.asked.append(body)
        if method == "POST" and place[-1] == "queries":
            return self._query(body)
        if method == "POST" and place[-1] == "jobs":
            return self._job(body)
        if method == "GET" and place[-2] == "jobs":
            return self.jobs[place[-1]]
        raise Refusal(404, "notFound", f"{method} {path}")

    def _query(self, body: dict[str, Any]) -> dict[str, Any]:
        self._check_bytes(body)
        with self.lock:
            columns, rows = self._evaluate(body)
        return {
            "jobComplete": True,
            "jobReference": {"projectId": "p", "jobId": uuid.uuid4().hex},
            "schema": {"fields": columns},
            "totalRows": str(len(rows)),
            "rows": [_record(row, columns) for row in rows],
            "totalBytesProcessed": str(self.size()),
        }

    def _job(self, body: dict[str, Any]) -> dict[str, Any]:
        configuration = body["configuration"]
        answer = dict(body, status={"state": "DONE"}, id="x", statistics={})
        answer.setdefault("jobReference", {"projectId": "p", "jobId": uuid.uuid4().hex})
        if "load" in configuration:
            answer |= self._load(configuration["load"])
        else:
            self._check_bytes(configuration["query"])
            with self.lock:
                self.engine.analyse(_statement(configuration["query"]))
            answer["statistics"] = {"query": {"totalBytesProcessed": str(self.size())}}
        self.jobs[answer["jobReference"]["jobId"]] = answer
        return answer

    def _check_bytes(self, query: dict[str, Any]) -> None:
        if self.size() > int(query["maximumBytesBilled"]):
            raise Refusal(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed.")

    def _evaluate(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
        statement = _statement(body)
        resolved = self.engine._service.analyze(
            sql_statement=body["query"],
            options=self.engine._options(statement.parameters),
            registered_catalog_id=self.engine._registered.registered_id,
        )
        columns = [
            _field(out.name, out.column.type)
            for out in resolved.resolved_statement.output_column_list
        ]
        return columns, self.engine.run(statement, {name: self.rows(name) for name in self.tables})

    def _load(self, load: dict[str, Any]) -> dict[str, Any]:
        """Return what a finished load job says; a failed one has stored nothing."""
        name = load["destinationTable"]["tableId"]
        known = {each["name"] for each in load["schema"]["fields"]}
        parts = []
        for uri in load["sourceUris"]:
            try:
                data = self.objects.get(uri.removeprefix("gs://").split("/", 1)[1])
            except (NotFound, KeyError):
                return _failed("notFound", f"Not found: URI {uri}")
            parts.append(pq.read_table(pa.BufferReader(data)))
            if not set(parts[-1].column_names) <= known:
                return _failed("invalid", f"{uri} has columns that {name} lacks")
        self.stored.setdefault(name, []).extend(parts)
        rows = sum(part.num_rows for part in parts)
        return {"statistics": {"load": {"outputRows": str(rows)}}}

    # --- gRPC ---------------------------------------------------------------------------------

    def append(self, requests: Iterator[types.AppendRowsRequest], context: grpc.ServicerContext):
        stream, schema = "", None
        for request in requests:
            self.appended.append(request)
            if self.fail_with:
                context.abort(self.fail_with.pop(0), "the fake was told to fail")
            stream = request.write_stream or stream
            table = stream.split("/")[5]
            if table not in self.tables:
                context.abort(grpc.StatusCode.NOT_FOUND, f"no table {table}")
            schema = schema or pa.ipc.read_schema(
                pa.py_buffer(request.arrow_rows.writer_schema.serialized_schema)
            )
            batch = pa.ipc.read_record_batch(
                pa.py_buffer(request.arrow_rows.rows.serialized_record_batch), schema
            )
            yield self._take(stream, table, pa.Table.from_batches([batch]))

    def _take(self, stream: str, table: str, rows: pa.Table) -> types.AppendRowsResponse:
        if not rows.schema.equals(self.tables[table].arrow_schema):
            return types.AppendRowsResponse(
                error={"code": code_pb2.INVALID_ARGUMENT, "message": "schema mismatch"}
            )
        target = self.stored.setdefault(table, [])
        if not stream.endswith("/_default"):
            target = self.pending[stream]
        target.append(rows)
        return types.AppendRowsResponse(append_result={}, write_stream=stream)

    def create_stream(self, request: types.CreateWriteStreamRequest, _context):
        name = f"{request.parent}/streams/{uuid.uuid4().hex}"
        self.pending[name] = []
        return types.WriteStream(name=name, type_=request.write_stream.type_)

    def finalize(self, request: types.FinalizeWriteStreamRequest, _context):
        count = sum(part.num_rows for part in self.pending[request.name])
        return types.FinalizeWriteStreamResponse(row_count=count)

    def commit(self, request: types.BatchCommitWriteStreamsRequest, _context):
        for name in request.write_streams:
            self.stored.setdefault(name.split("/")[5], []).extend(self.pending.pop(name))
        return types.BatchCommitWriteStreamsResponse(commit_time=datetime.now(UTC))


@contextlib.contextmanager
def serving(fake: FakeBigQuery) -> Iterator[FakeBigQuery]:
    """Serve a fake for the block, with Google's clients connected to it."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers([_handlers(fake)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    fake.client = bigquery.Client(
        project="p",
        credentials=AnonymousCredentials(),
        client_options=ClientOptions(api_endpoint=f"http://127.0.0.1:{web.server_port}"),
    )
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    fake.writer = BigQueryWriteClient(transport=BigQueryWriteGrpcTransport(channel=channel))
    try:
        yield fake
    finally:
        channel.close()
        server.stop(grace=None)
        web.shutdown()
        web.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeBigQuery

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            status, answer = 200, self.fake.rest(self.command, self.path, json.loads(raw or "{}"))
        except Refusal as refusal:
            status, answer = refusal.status, _error(refusal.status, refusal.reason, str(refusal))
        except ServerError as error:
            missing = "Table not found" in str(error)
            status = 404 if missing else 400
            answer = _error(status, "notFound" if missing else "invalidQuery", str(error))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *_args: object) -> None:
        pass


def _error(status: int, reason: str, message: str) -> dict[str, Any]:
    detail = {"reason": reason, "message": message}
    return {"error": {"code": status, "message": message, "errors": [detail]}}


def _handlers(fake: FakeBigQuery) -> grpc.GenericRpcHandler:
    def unary(behaviour, request, response):
        return grpc.unary_unary_rpc_method_handler(
            behaviour, request.deserialize, response.serialize
        )

    return grpc.method_handlers_generic_handler(
        SERVICE,
        {
            "AppendRows": grpc.stream_stream_rpc_method_handler(
                fake.append,
                types.AppendRowsRequest.deserialize,
                types.AppendRowsResponse.serialize,
            ),
            "CreateWriteStream": unary(
                fake.create_stream, types.CreateWriteStreamRequest, types.WriteStream
            ),
            "FinalizeWriteStream": unary(
                fake.finalize, types.FinalizeWriteStreamRequest, types.FinalizeWriteStreamResponse
            ),
            "BatchCommitWriteStreams": unary(
                fake.commit,
                types.BatchCommitWriteStreamsRequest,
                types.BatchCommitWriteStreamsResponse,
            ),
        },
    )


@dataclass(frozen=True)
class _Text:
    """Printed SQL where a tree is asked for; the engine only prints it."""

    text: str

    def sql(self, _dialect: str) -> str:
        return self.text


def _statement(query: dict[str, Any]) -> Statement:
    assert query["useLegacySql"] is False
    assert query["defaultDataset"]["datasetId"]
    given = query.get("queryParameters", [])
    return Statement(_Text(query["query"]), {each["name"]: _python(each) for each in given})


def _python(parameter: dict[str, Any]) -> Any:
    kind, value = parameter["parameterType"], parameter["parameterValue"]
    if kind["type"] == "ARRAY":
        convert = SCALARS[kind["arrayType"]["type"]]
        return [convert(each["value"]) for each in value["arrayValues"]]
    return SCALARS[kind["type"]](value["value"])


def _failed(reason: str, message: str) -> dict[str, Any]:
    error = {"reason": reason, "message": message}
    return {"status": {"state": "DONE", "errorResult": error, "errors": [error]}}


def _field(name: str, kind: Any) -> dict[str, Any]:
    """Return REST's description of a column from the analyser's."""
    repeated = kind.is_array()
    element = kind.array_type.element_type if repeated else kind
    described = {"name": name, "mode": "REPEATED" if repeated else "NULLABLE"}
    if element.is_struct():
        parts = [_field(part.field_name, part.field_type) for part in element.struct_type.field]
        return described | {"type": "RECORD", "fields": parts}
    kind = str(element)
    return described | {"type": API_NAMES.get(kind, kind)}


def _record(values: list[Any], fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"f": [{"v": _wire(*each)} for each in zip(values, fields, strict=True)]}


def _wire(value: Any, described: dict[str, Any]) -> Any:
    """Return a value as REST's answers write it: most things are strings."""
    if described["mode"] == "REPEATED":
        element = described | {"mode": "NULLABLE"}
        return [{"v": _wire(each, element)} for each in value or ()]
    if value is None:
        return None
    if described["type"] == "RECORD":
        return _record(value, described["fields"])
    return WRITTEN.get(type(value), str)(value)
