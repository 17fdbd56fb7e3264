"""Cone searches of many positions: ``/api/cones``."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any, Literal

import numpy as np
from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.visibility import programids
from fritz.services.cone_batches import ConeBatch
from fritz.services.position_files import CSV, PARQUET, VOTABLE, positions_of, read_positions
from webapp.api.arguments import Body, PageNumber, Query
from webapp.api.arrow import ARROW, csv_stream, ipc_stream, plain_rows
from webapp.api.operation import File, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_cones", __name__, url_prefix="/api/cones")

JSON = "application/json"


class ConesQuery(Query):
    """What to search, where the body is a file of positions."""

    catalog: str | None = None
    radius_arcsec: float | None = Field(None, gt=0, le=3600)
    columns: str | None = Field(None, description="Names with commas.")


class ConesBody(Body):
    """What to search, and around what: pairs, or two lists; or a file with the query string."""

    catalog: str
    radius_arcsec: float = Field(gt=0, le=3600)
    positions: list[tuple[float, float]] | None = None
    ra: list[float] | None = None
    dec: list[float] | None = None
    columns: list[str] | None = None


class Batch(BaseModel):
    """A result that is kept for whoever asked."""

    id: str
    rows: int
    positions: int
    positions_with_rows: int


class PageQuery(Query):
    """Which rows of a result."""

    page_number: PageNumber = Field(1, alias="pageNumber")
    num_per_page: int = Field(1000, alias="numPerPage", ge=1, le=10_000)


class Page(BaseModel):
    """Rows of a result; `position` counts the positions that were asked for, from 0."""

    rows: list[dict[str, Any]]
    totalMatches: int  # noqa: N815 - SkyPortal's name
    pageNumber: int  # noqa: N815 - as above
    numPerPage: int  # noqa: N815 - as above


class FileQuery(Query):
    """Which kind of file."""

    format: Literal["parquet", "arrow", "csv"] = "parquet"


@blueprint.post("")
@operation(query=ConesQuery, answer=Batch, errors=(404,), accepts=(JSON, CSV, VOTABLE, PARQUET))
def search(asked: ConesQuery) -> Batch:
    """Search around up to a million positions at once: JSON, or a CSV, VOTable or Parquet file.

    The result stays for its asker, to be read by page or as a file.
    """
    media_type = (request.mimetype or JSON).lower()
    wanted = _from_json() if media_type == JSON else _from_file(asked, media_type)
    catalog, radius, positions, columns = wanted
    viewer = api_viewer()
    found = marshal().archive.batches.run(
        catalog,
        positions,
        radius,
        user_id=viewer.user.id,
        programids=programids(viewer, "ztf"),
        batch_id=secrets.token_hex(16),
        columns=columns,
    )
    return _batch(found)


@blueprint.get("/<batch_id>")
@operation(query=PageQuery, answer=Page, errors=(404,))
def page(batch_id: str, asked: PageQuery) -> Page:
    """Return rows of a result, by position and then by distance."""
    table = marshal().archive.batches.result(api_viewer().user.id, batch_id)
    first = (asked.page_number - 1) * asked.num_per_page
    return Page(
        rows=plain_rows(table.slice(first, asked.num_per_page)),
        totalMatches=table.num_rows,
        pageNumber=asked.page_number,
        numPerPage=asked.num_per_page,
    )


@blueprint.get("/<batch_id>/file")
@operation(query=FileQuery, answer=File(PARQUET, ARROW, CSV), errors=(404,))
def file(batch_id: str, asked: FileQuery) -> Response:
    """Return a result as a file."""
    table = marshal().archive.batches.result(api_viewer().user.id, batch_id)
    if asked.format == "csv":
        return Response(csv_stream(table), mimetype=CSV)
    if asked.format == "arrow":
        return Response(ipc_stream(table), mimetype=ARROW)
    from pyarrow import parquet  # noqa: PLC0415 - only those who ask for a file wait for it

    sink = BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return Response(sink.getvalue(), mimetype=PARQUET)


def _from_json() -> tuple[str, float, Any, list[str] | None]:
    given = ConesBody.model_validate(request.get_json(force=True))
    if given.positions is not None:
        pairs = np.asarray(given.positions, dtype=np.float64).reshape(-1, 2)
        return given.catalog, given.radius_arcsec, positions_of(*pairs.T), given.columns
    if given.ra is None or given.dec is None:
        raise Invalid("positions: pairs of ra and dec, or two lists ra and dec")
    positions = positions_of(given.ra, given.dec)
    return given.catalog, given.radius_arcsec, positions, given.columns


def _from_file(asked: ConesQuery, media_type: str) -> tuple[str, float, Any, list[str] | None]:
    if asked.catalog is None or asked.radius_arcsec is None:
        raise Invalid("with a file of positions, catalog and radius_arcsec stand in the query")
    columns = None if asked.columns is None else asked.columns.split(",")
    positions = read_positions(request.get_data(), media_type)
    return asked.catalog, asked.radius_arcsec, positions, columns


def _batch(found: ConeBatch) -> Batch:
    return Batch(
        id=found.id,
        rows=found.rows,
        positions=found.positions,
        positions_with_rows=found.positions_with_rows,
    )
