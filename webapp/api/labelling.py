"""The labelling queue: what to look at next, what people say, how far it has come, files of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BeforeValidator, Field

from fritz.errors import Invalid
from fritz.marshal.label import LABELS, Progress
from fritz.marshal.labelling import Strategy
from fritz.services.label_files import read_labels, said_by, written_labels
from fritz.services.labelling import NewLabel, Offer, OfferRequest, Recorded
from webapp.api.arguments import Body, Query, body, query
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_labelling", __name__, url_prefix="/api/labelling")

Format = Literal["csv", "parquet"]
MIME: dict[str, str] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def _whole(value: Any) -> Any:
    """Refuse numbers that have been floats: those have lost the last digits of a candid."""
    if isinstance(value, float | bool):
        raise ValueError("an integer is expected, or its digits as text")  # noqa: TRY004  pydantic's way
    return value


def _names(value: Any) -> Any:
    return tuple(value.split(",")) if isinstance(value, str) else value


Candid = Annotated[int, BeforeValidator(_whole)]
"""An integer, or a text of digits, as browsers need it."""


class NextQuery(Query):
    """What to offer."""

    strategy: Strategy = "random"
    task: str = "real_bogus"
    count: int = 1
    labellers: int = 1
    seed: int | None = None
    models: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    nights: int = 3
    include_scores: bool = Field(False, alias="includeScores")


class LabelBody(Body):
    """A label."""

    candid: Candid
    label: str
    task: str = "real_bogus"
    seconds: float | None = None
    strategy: str = "direct"
    labellers: int = 1
    survey: str = "ztf"
    night: int | None = None


class LabelsBody(Body):
    """Several labels."""

    labels: list[LabelBody] | None = None


class TaskQuery(Query):
    """Of which task."""

    task: str = "real_bogus"


class FileQuery(TaskQuery):
    """A file of labels."""

    format: Format = "csv"


@blueprint.get("/next")
def offered() -> ResponseReturnValue:
    """Return the next alerts to label, by a strategy; none where all is done.

    Scores are left out unless asked for, as they would sway whoever labels.
    """
    wanted = query(NextQuery)
    chosen = OfferRequest(
        strategy=wanted.strategy, task=wanted.task, count=wanted.count,
        labellers=wanted.labellers, seed=wanted.seed, models=wanted.models, nights=wanted.nights,
    )  # fmt: skip
    offers = marshal().labelling.offer(api_viewer(), chosen)
    rows = [_offer_row(each, include_scores=wanted.include_scores) for each in offers]
    return success(
        {
            "alerts": rows,
            "task": wanted.task,
            "labels": LABELS[wanted.task],
            "labellers": wanted.labellers,
        }
    )


@blueprint.post("/labels")
def record() -> ResponseReturnValue:
    """Keep one label, or several, all or none; posting again changes nothing."""
    viewer = api_viewer()
    several = body(LabelsBody).labels
    given = [body(LabelBody)] if several is None else several
    said = [NewLabel(**dict(each)) for each in given]
    return success(_recorded(marshal().labelling.record(viewer, said, marshal().now())))


@blueprint.get("/progress")
def progress() -> ResponseReturnValue:
    """Return the counts over what the caller may see."""
    wanted = query(TaskQuery)
    found = marshal().labelling.progress(api_viewer(), wanted.task)
    return success({"task": wanted.task} | _progress(found))


@blueprint.get("/export")
def export() -> ResponseReturnValue:
    """Return a file with one row a label; the header ``X-Label-Counts`` has the counts."""
    wanted = query(FileQuery)
    entries = marshal().labelling.all(api_viewer(), wanted.task)
    answer = Response(written_labels(entries, wanted.format), mimetype=MIME[wanted.format])
    name = f"labels-{wanted.task}.{wanted.format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    counts = marshal().labelling.progress(api_viewer(), wanted.task)
    answer.headers["X-Label-Counts"] = orjson.dumps(dict(counts.said)).decode()
    return answer


@blueprint.post("/import")
def import_() -> ResponseReturnValue:
    """Keep the labels of a file, all or none; the file is the body."""
    viewer = api_viewer()
    wanted = query(FileQuery)
    content = request.get_data(cache=False)
    if not content:
        raise Invalid("the body must be the file")
    rows = read_labels(content, wanted.format, wanted.task)
    said = said_by(viewer, rows, marshal().users, marshal().now())
    return success(_recorded(marshal().labelling.write(viewer, said)))


def _offer_row(offer: Offer, *, include_scores: bool) -> dict[str, Any]:
    alert = offer.alert
    row = {
        "candid": alert["candid"],
        "candid_text": str(alert["candid"]),
        "objectId": alert["objectId"],
        "survey": alert["survey"],
        "night": alert["night"],
        "programid": alert["programid"],
        "candidate": {name: alert[name] for name in ("jd", "ra", "dec", "fid", "magpsf")},
        "strategy": offer.strategy,
        "reason": offer.reason,
        "seed": offer.seed,
    }
    return row | ({"scores": alert["scores"], "value": offer.value} if include_scores else {})


def _recorded(made: Recorded) -> dict[str, int]:
    return {"created": made.created, "changed": made.changed, "unchanged": made.unchanged}


def _progress(found: Progress) -> dict[str, Any]:
    return {
        "alerts": found.alerts,
        "labels": found.labels,
        "statuses": dict(found.statuses),
        "agreed": dict(found.agreed),
        "said": dict(found.said),
        "strategies": dict(found.strategies),
        "labellers": dict(found.labellers),
        "median_seconds": found.median_seconds,
    }
