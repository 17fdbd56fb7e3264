"""The labelling queue: what to look at next, what people say, how far it has come, files of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, BeforeValidator, Field

from fritz.errors import Invalid
from fritz.marshal.label import LABELS, Progress, Status
from fritz.marshal.labelling import Strategy
from fritz.services.label_files import read_labels, said_by, written_labels
from fritz.services.labelling import NewLabel, Offer, OfferRequest, Recorded
from webapp.api.arguments import Body, Query
from webapp.api.operation import File, operation
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


class SeveralLabels(Body):
    """Several labels."""

    labels: list[LabelBody]


class TaskQuery(Query):
    """Of which task."""

    task: str = "real_bogus"


class FileQuery(TaskQuery):
    """A file of labels."""

    format: Format = "csv"


class OfferedMeasurement(BaseModel):
    """What the alert measured."""

    jd: float
    ra: float
    dec: float
    fid: int
    magpsf: float


class OfferRow(BaseModel):
    """An alert to label."""

    candid: int
    candid_text: str
    """The same, exact in browsers too."""
    objectId: str  # noqa: N815 - ZTF's name
    survey: str
    night: int
    programid: int
    candidate: OfferedMeasurement
    strategy: str
    reason: str
    """The strategy, ``second`` or ``tie_break``."""
    seed: int


class ScoredOfferRow(OfferRow):
    """An alert to label, with what the models say of it."""

    scores: dict[str, float]
    value: float | None
    """By which the strategy chose it."""


class OffersAnswer(BaseModel):
    """What to label next."""

    alerts: list[ScoredOfferRow | OfferRow]
    task: str
    labels: list[str]
    """Those of the task."""
    labellers: int


class RecordedAnswer(BaseModel):
    """What became of the labels."""

    created: int
    changed: int
    unchanged: int


class ProgressAnswer(BaseModel):
    """How far labelling has come, counted over what the caller may see."""

    task: str
    alerts: int
    labels: int
    statuses: dict[Status, int]
    agreed: dict[str, int]
    said: dict[str, int]
    strategies: dict[str, int]
    labellers: dict[str, int]
    median_seconds: float | None


@blueprint.get("/next")
@operation(query=NextQuery, answer=OffersAnswer)
def offered(asked: NextQuery) -> OffersAnswer:
    """Return the next alerts to label, by a strategy; none where all is done.

    Scores are left out unless asked for, as they would sway whoever labels.
    """
    chosen = OfferRequest(
        strategy=asked.strategy, task=asked.task, count=asked.count,
        labellers=asked.labellers, seed=asked.seed, models=asked.models, nights=asked.nights,
    )  # fmt: skip
    offers = marshal().labelling.offer(api_viewer(), chosen)
    return OffersAnswer(
        alerts=[_offer_row(each, include_scores=asked.include_scores) for each in offers],
        task=asked.task,
        labels=list(LABELS[asked.task]),
        labellers=asked.labellers,
    )


@blueprint.post("/labels")
@operation(body=SeveralLabels | LabelBody, answer=RecordedAnswer, errors=(404,))
def record(given: SeveralLabels | LabelBody) -> RecordedAnswer:
    """Keep one label, or several, all or none; posting again changes nothing."""
    several = given.labels if isinstance(given, SeveralLabels) else [given]
    said = [NewLabel(**dict(each)) for each in several]
    return _recorded(marshal().labelling.record(api_viewer(), said, marshal().now()))


@blueprint.get("/progress")
@operation(query=TaskQuery, answer=ProgressAnswer)
def progress(asked: TaskQuery) -> ProgressAnswer:
    """Return the counts over what the caller may see."""
    return _progress(marshal().labelling.progress(api_viewer(), asked.task), asked.task)


@blueprint.get("/export")
@operation(query=FileQuery, answer=File(*MIME.values()))
def export(asked: FileQuery) -> Response:
    """Return a file with one row a label; the header ``X-Label-Counts`` has the counts."""
    entries = marshal().labelling.all(api_viewer(), asked.task)
    answer = Response(written_labels(entries, asked.format), mimetype=MIME[asked.format])
    name = f"labels-{asked.task}.{asked.format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    counts = marshal().labelling.progress(api_viewer(), asked.task)
    answer.headers["X-Label-Counts"] = orjson.dumps(dict(counts.said)).decode()
    return answer


@blueprint.post("/import")
@operation(query=FileQuery, answer=RecordedAnswer, accepts=tuple(MIME.values()), errors=(404,))
def import_(asked: FileQuery) -> RecordedAnswer:
    """Keep the labels of a file, all or none; the file is the body."""
    viewer = api_viewer()
    content = request.get_data(cache=False)
    if not content:
        raise Invalid("the body must be the file")
    rows = read_labels(content, asked.format, asked.task)
    said = said_by(viewer, rows, marshal().users, marshal().now())
    return _recorded(marshal().labelling.write(viewer, said))


def _offer_row(offer: Offer, *, include_scores: bool) -> OfferRow:
    alert = offer.alert
    row: dict[str, Any] = {
        "candid": alert["candid"],
        "candid_text": str(alert["candid"]),
        "objectId": alert["objectId"],
        "survey": alert["survey"],
        "night": alert["night"],
        "programid": alert["programid"],
        "candidate": {name: alert[name] for name in OfferedMeasurement.model_fields},
        "strategy": offer.strategy,
        "reason": offer.reason,
        "seed": offer.seed,
    }
    if include_scores:
        return ScoredOfferRow(**row, scores=alert["scores"], value=offer.value)
    return OfferRow(**row)


def _recorded(made: Recorded) -> RecordedAnswer:
    return RecordedAnswer(created=made.created, changed=made.changed, unchanged=made.unchanged)


def _progress(found: Progress, task: str) -> ProgressAnswer:
    return ProgressAnswer(
        task=task,
        alerts=found.alerts,
        labels=found.labels,
        statuses=dict(found.statuses),
        agreed=dict(found.agreed),
        said=dict(found.said),
        strategies=dict(found.strategies),
        labellers=dict(found.labellers),
        median_seconds=found.median_seconds,
    )
