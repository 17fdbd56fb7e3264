"""From new alerts to what is stored and published of them, before anything is.

Validation (`fritz.alerts.surveys`) should leave nothing that can go wrong here. What does go wrong
all the same with the values of one alert is that alert's own trouble: it goes to the quarantine,
and its batch goes on. Each such case is logged as an error with its trace, since it is either a gap
in the validation or a bug of ours; the bytes are kept, to be published again once that is mended.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, Final, TypeVar

import numpy as np
import orjson
import structlog

from fritz.alerts.document import enrich
from fritz.alerts.history import WINDOW_DAYS, History, HistoryView
from fritz.alerts.packet import MAX_BYTES, Record
from fritz.alerts.rights import GATED, grant
from fritz.alerts.surveys import survey
from fritz.archive.light_curve_rows import FirstAlert, LightCurveRows, light_curve_rows
from fritz.archive.rows import alert_row
from fritz.archive.scores import score_row
from fritz.classifiers.alert_inputs import alert_inputs
from fritz.errors import Invalid, Poison
from fritz.services.arrivals import Arrival, Rejection
from fritz.services.histories import Stored
from fritz.services.object_matches import ObjectMatches
from fritz.services.publishing import ROOM_FOR_ATTRIBUTES
from fritz.services.scoring import Scores, ScoringService
from fritz.services.stages import Stopwatch
from fritz.sky.healpix import cells_of

__all__ = ["Preparation", "Prepared", "prepare"]

T = TypeVar("T")
PUBLIC: Final = frozenset({1})
MAX_DOCUMENT_BYTES: Final = MAX_BYTES - ROOM_FOR_ATTRIBUTES
"""Of an enriched alert, encoded; the bus takes no larger message."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is stored and published of one alert."""

    arrival: Arrival
    row: dict[str, Any]
    """Of the table `alerts`, but for where the packet stands."""
    document: bytes
    """The enriched alert, JSON."""
    public: bytes | None
    """The part that everybody may see, if the alert is public."""
    shadow: Sequence[dict[str, Any]] = ()
    """Rows of the table `scores`: what models in shadow say. No document has them."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """A batch's alerts, ready for the stores; or those for which there must be another try."""

    alerts: Sequence[Prepared]
    histories: Mapping[str, History]
    """Of the alerts' objects, with everything that they bring."""
    light_curves: LightCurveRows = field(default_factory=LightCurveRows)
    """What the alerts add to the tables of objects and light curves."""
    rejected: Sequence[Rejection] = ()
    """If there are any nothing else counts: the histories may hold what these alerts brought."""


def prepare(
    new: Sequence[Arrival],
    stored: Mapping[str, Stored],
    scoring: ScoringService,
    matched: ObjectMatches,
    at: datetime,
    watch: Stopwatch,
) -> Preparation:
    """Return what is to be stored and published of new alerts.

    Each alert is shown what was known at its own time: nothing that others of its batch brought of
    later times.
    """
    histories: dict[str, History] = {}

    def merge(each: Arrival) -> None:
        name = each.record.object_id
        before = histories.get(name) or stored[name].history
        histories[name] = before.merged(each.record, each.envelope.packet_id)

    with watch.stage("merge histories"):
        _, rejected = _each(new, merge, "merge")
    if rejected:
        return Preparation((), {}, rejected=rejected)
    with watch.stage("score"):
        scores, rejected = _scores(new, histories, scoring)
    if rejected:
        return Preparation((), {}, rejected=rejected)
    with watch.stage("enrich"):
        prepared, rejected = _enriched(new, histories, scores, matched, at)
    if rejected:
        return Preparation((), {}, rejected=rejected)
    with watch.stage("light curves"):
        before = {name: stored[name].history for name in histories}
        firsts = [_first_alert(each) for each in prepared]
        light_curves = light_curve_rows(firsts, before, histories, at)
    return Preparation(prepared, histories, light_curves)


def _each(
    arrivals: Sequence[Arrival], step: Callable[[Arrival], T], name: str
) -> tuple[list[T], list[Rejection]]:
    """Do one step with each alert by itself."""
    done: list[T] = []
    rejected: list[Rejection] = []
    for each in arrivals:
        try:
            done.append(step(each))
        except Poison as poison:
            rejected.append(each.rejected(poison))
        except (Invalid, TypeError, ValueError, ArithmeticError) as e:
            record = each.record
            log.exception(
                "alert refused",
                candid=record.candid,
                object_id=record.object_id,
                step=name,
                traceparent=each.envelope.traceparent,
            )
            why = Poison("bad_value", f"{name}: {type(e).__name__}: {e}")
            rejected.append(each.rejected(why))
    return done, rejected


def _scores(
    new: Sequence[Arrival], histories: Mapping[str, History], scoring: ScoringService
) -> tuple[list[Scores], list[Rejection]]:
    """Return what the live models say of each alert."""
    if not new or scoring.idle:
        return [Scores() for _ in new], []
    inputs, rejected = _each(
        new,
        lambda each: alert_inputs(each.record, _past(each.record, histories, inf).prv_candidates),
        "score",
    )
    return scoring.score(inputs), rejected


def _past(
    record: Record, histories: Mapping[str, History], window_days: float = WINDOW_DAYS
) -> HistoryView:
    """Return what was known of the alert's object when it was observed."""
    history = histories[record.object_id]
    return history.view(record.jd, exclude_candid=record.candid, window_days=window_days)


def _enriched(
    new: Sequence[Arrival],
    histories: Mapping[str, History],
    scores: Sequence[Scores],
    matched: ObjectMatches,
    at: datetime,
) -> tuple[list[Prepared], list[Rejection]]:
    misfits: Counter[str] = Counter()
    cells = cells_of(
        np.array([each.record.ra for each in new]), np.array([each.record.dec for each in new])
    )
    known = dict(zip(new, zip(scores, cells.tolist(), strict=True), strict=True))

    def enriched(each: Arrival) -> Prepared:
        scored, cell = known[each]
        document = enrich(
            each.record,
            _past(each.record, histories),
            survey=survey(each.survey),
            classifications=scored.classifications,
            cross_matches=matched.of(each.record.object_id),
        )
        row = alert_row(
            document, healpix=cell, packet={}, ingested_at=at, night=each.night, misfits=misfits
        )
        return Prepared(each, row, *_encoded(document), _shadow_rows(each, scored, at))

    prepared, rejected = _each(new, enriched, "enrich")
    if misfits:
        log.warning("fields without a column", misfits=dict(misfits.most_common(10)))
    return prepared, rejected


def _shadow_rows(arrival: Arrival, scores: Scores, at: datetime) -> list[dict[str, Any]]:
    record = arrival.record
    return [
        score_row(
            candid=record.candid,
            survey=arrival.survey,
            night=arrival.night,
            programid=record.programid,
            state="shadow",
            at=at,
            **each,
        )
        for each in scores.shadow
    ]


def _first_alert(prepared: Prepared) -> FirstAlert:
    record = prepared.arrival.record
    return FirstAlert(
        survey=record.survey,
        object_id=record.object_id,
        programid=record.programid,
        night=prepared.arrival.night,
        healpix=prepared.row["healpix"],
        ra=record.ra,
        dec=record.dec,
        jd=record.jd,
        candid=record.candid,
    )


def _encoded(document: dict[str, Any]) -> tuple[bytes, bytes | None]:
    """Return a document as it is published, and the public part of it.

    Raises
    ------
    Poison
        ``too_large``: the bus would not take it.
    """
    whole = orjson.dumps(document)
    if len(whole) > MAX_DOCUMENT_BYTES:
        raise Poison("too_large", f"enriched {len(whole)} bytes, at most {MAX_DOCUMENT_BYTES}")
    public = grant(document, PUBLIC)
    if public is None:
        return whole, None
    is_whole = all(len(public.get(name) or ()) == len(document.get(name) or ()) for name in GATED)
    return whole, whole if is_whole else orjson.dumps(public)
