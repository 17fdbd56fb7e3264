"""SQL on the archive: ``/api/sql``, its price, and queries that people keep."""

from __future__ import annotations

from typing import Any, Literal

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from fritz.marshal.saved_query import QueryLanguage, SavedQuery
from fritz.marshal.visibility import programids
from fritz.services.sql_queries import Price
from webapp.api.arguments import Body
from webapp.api.arrow import ARROW, CSV, csv_stream, ipc_stream, plain_rows
from webapp.api.operation import File, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_sql", __name__, url_prefix="/api")

MOST_ROWS = 10_000
"""Rows of an answer in JSON; streams have no limit."""


class SqlBody(Body):
    """A statement: one SELECT in BigQuery's dialect."""

    sql: str = Field(description="One SELECT in BigQuery's dialect.")
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Values of `@name` in the statement."
    )
    limit: int = Field(MOST_ROWS, ge=1, le=MOST_ROWS, description="Rows at most.")


class StreamBody(SqlBody):
    """A statement whose result may be large."""

    format: Literal["arrow", "csv"] = "arrow"


class PriceShape(BaseModel):
    """What a statement would read, bytes, and what is left of today's quota."""

    tables: list[str]
    rights: str
    bytes: int
    used_today: int
    per_day: int
    left: int


class Rows(BaseModel):
    """A result."""

    columns: list[str]
    rows: list[dict[str, Any]]
    truncated: bool
    price: PriceShape


class SavedBody(Body):
    """A query to keep."""

    name: str
    language: QueryLanguage = "sql"
    text: str
    group_ids: list[int] = Field(default_factory=list)


class SavedChange(Body):
    """What to change of a query; what is left out stays."""

    name: str | None = None
    text: str | None = None
    group_ids: list[int] | None = None


class SavedShape(BaseModel):
    """A query that somebody keeps."""

    id: int
    owner_id: int
    name: str
    language: QueryLanguage
    text: str
    group_ids: list[int]
    created_at: str
    modified: str


@blueprint.post("/sql/price")
@operation(body=SqlBody, answer=PriceShape)
def price(given: SqlBody) -> PriceShape:
    """Return how many bytes a statement would read, without running it."""
    viewer = api_viewer()
    rights = programids(viewer, "ztf")
    return _priced(marshal().archive.sql.price(given.sql, viewer.user.id, rights, given.parameters))


@blueprint.post("/sql")
@operation(body=SqlBody, answer=Rows)
def run(given: SqlBody) -> Rows:
    """Run a statement, within the asker's rights and quota, and return the first rows."""
    viewer, rights = api_viewer(), programids(api_viewer(), "ztf")
    most = given.limit + 1
    table, paid = marshal().archive.sql.run(
        given.sql, viewer.user.id, rights, given.parameters, most
    )
    return Rows(
        columns=table.column_names,
        rows=plain_rows(table.slice(0, given.limit)),
        truncated=table.num_rows > given.limit,
        price=_priced(paid),
    )


@blueprint.post("/sql/stream")
@operation(body=StreamBody, answer=File(ARROW, CSV))
def stream(given: StreamBody) -> Response:
    """Run a statement and return all of its rows as a stream of Arrow, or of CSV."""
    viewer, rights = api_viewer(), programids(api_viewer(), "ztf")
    table, _ = marshal().archive.sql.run(given.sql, viewer.user.id, rights, given.parameters)
    if given.format == "csv":
        return Response(csv_stream(table), mimetype=CSV)
    return Response(ipc_stream(table), mimetype=ARROW)


@blueprint.get("/saved_queries")
@operation(answer=list[SavedShape])
def saved() -> list[SavedShape]:
    """Return one's own saved queries and those of one's groups."""
    return [_saved(each) for each in marshal().archive.saved.visible(api_viewer())]


@blueprint.post("/saved_queries")
@operation(body=SavedBody, answer=SavedShape)
def save(given: SavedBody) -> SavedShape:
    """Keep a query."""
    now = marshal().now()
    return _saved(
        marshal().archive.saved.save(
            api_viewer(), given.name, given.language, given.text, given.group_ids, now
        )
    )


@blueprint.get("/saved_queries/<int:query_id>")
@operation(answer=SavedShape, errors=(404,))
def one(query_id: int) -> SavedShape:
    """Return one saved query."""
    return _saved(marshal().archive.saved.get(api_viewer(), query_id))


@blueprint.patch("/saved_queries/<int:query_id>")
@operation(body=SavedChange, answer=SavedShape, errors=(404,))
def change(query_id: int, given: SavedChange) -> SavedShape:
    """Change a saved query of one's own."""
    changed = marshal().archive.saved.change(
        api_viewer(),
        query_id,
        marshal().now(),
        name=given.name,
        text=given.text,
        group_ids=given.group_ids,
    )
    return _saved(changed)


@blueprint.delete("/saved_queries/<int:query_id>")
@operation(errors=(404,))
def delete(query_id: int) -> None:
    """Forget a saved query of one's own."""
    marshal().archive.saved.delete(api_viewer(), query_id)


def _priced(found: Price) -> PriceShape:
    return PriceShape(
        tables=list(found.tables),
        rights=found.level,
        bytes=found.bytes,
        used_today=found.used_today,
        per_day=found.per_day,
        left=found.left,
    )


def _saved(found: SavedQuery) -> SavedShape:
    return SavedShape(
        id=found.id,
        owner_id=found.owner_id,
        name=found.name,
        language=found.language,
        text=found.text,
        group_ids=list(found.group_ids),
        created_at=found.created_at.isoformat(),
        modified=found.modified.isoformat(),
    )
