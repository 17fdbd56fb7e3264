"""Scanning: candidates as the scan page shows them, what people decide on them, who is where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import FritzError
from fritz.marshal.comment import Comment
from fritz.marshal.julian import datetime_of
from fritz.marshal.light_curve import light_curve
from fritz.marshal.scan_decision import ScanDecisions
from fritz.marshal.solar_system import known_object
from fritz.marshal.source import Source
from fritz.marshal.subject import Subject
from fritz.marshal.user import User
from fritz.marshal.visibility import programids, visible_sources
from fritz.services.histories import Stored
from fritz.services.scan_decisions import NewDecision
from fritz.services.scan_rows import ScannedObject
from fritz.sky.coordinates import galactic
from webapp.api.arguments import Body, Ids
from webapp.api.candidate_query import CandidatesQuery, scan_request
from webapp.api.operation import operation
from webapp.api.scan_shapes import (
    AnnotationLine,
    PresentRow,
    ScanCard,
    band_of,
    decision_rows,
    group_name,
    known_row,
    match_rows,
    name_of,
    passing_rows,
    plot_of,
    said_rows,
)
from webapp.api.world import World, world_of
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint", "scan_cards"]

blueprint = Blueprint("api_scan", __name__, url_prefix="/api/scan")

MOST_SENT = 100
"""Decisions of one request."""


class ScanPageAnswer(BaseModel):
    """Some candidates."""

    cards: list[ScanCard]
    total: int
    """How many there are, or at most are."""
    query_id: str
    """Give it as `queryID` for further pages of this very list."""


class DecisionBody(Body):
    """One decision, or that one is taken back."""

    id: str
    obj_id: str
    filter_ids: Ids
    kind: Literal["rejected", "skipped", "saved", "undone"]
    group_ids: Ids = ()
    reason: Annotated[str, Field(max_length=2000)] | None = None


class DecisionsBody(Body):
    """Decisions in the order in which they were made."""

    decisions: Annotated[list[DecisionBody], Field(min_length=1, max_length=MOST_SENT)]


class DecidedRow(BaseModel):
    """What became of one."""

    id: str
    done: bool
    message: str | None = None
    """Why it was refused; sent again it will be, too."""


class PresenceBody(Body):
    """Where the caller is."""

    group_ids: Ids
    position: Annotated[int, Field(ge=0, lt=10**9)]
    total: Annotated[int, Field(ge=0, lt=10**9)]


@blueprint.get("/candidates")
@operation(query=CandidatesQuery, answer=ScanPageAnswer)
def cards(asked: CandidatesQuery) -> ScanPageAnswer:
    """Return a page of candidates with all that a scanner looks at; asked for as `/candidates`."""
    page = marshal().scanning.page(api_viewer(), scan_request(asked))
    return ScanPageAnswer(
        cards=scan_cards(page.rows, asked.group_ids),
        total=page.total_matches,
        query_id=page.query_id,
    )


@blueprint.get("/candidates/<obj_id>")
@operation(answer=ScanCard, errors=(404,))
def card(obj_id: str) -> ScanCard:
    """Return one candidate anew: what others decided and said of it meanwhile."""
    return scan_cards([marshal().scanning.object(api_viewer(), obj_id)], None)[0]


@blueprint.post("/decisions")
@operation(body=DecisionsBody, answer=list[DecidedRow])
def decide(given: DecisionsBody) -> list[DecidedRow]:
    """Take decisions, each by itself; one that is there already changes nothing."""
    return [_decided(each) for each in given.decisions]


@blueprint.put("/presence")
@operation(body=PresenceBody, answer=list[PresentRow])
def tell_presence(given: PresenceBody) -> list[PresentRow]:
    """Say where the caller is, and return who else scans candidates of the caller's groups."""
    marshal().scans.presence.tell(api_viewer(), given.group_ids, given.position, given.total)
    return _others()


@blueprint.get("/presence")
@operation(answer=list[PresentRow])
def presence() -> list[PresentRow]:
    """Return who else scans candidates of the caller's groups."""
    return _others()


def _others() -> list[PresentRow]:
    viewer = api_viewer()
    others = marshal().scans.presence.others(viewer)
    people = {user.id: user for user in marshal().users.get_many([e.user_id for e in others])}
    ids = {group_id for each in others for group_id in each.group_ids} & viewer.group_ids
    world = World({group.id: group for group in marshal().groups.get_many(ids)}, {})
    return [
        PresentRow(
            user=name_of(people, each.user_id),
            groups=[group_name(world, g) for g in each.group_ids if g in ids],
            position=each.position,
            total=each.total,
            at=each.at,
        )
        for each in others
    ]


def _decided(given: DecisionBody) -> DecidedRow:
    viewer, decisions = api_viewer(), marshal().scans.decisions
    try:
        if given.kind == "undone":
            decisions.undo(viewer, given.id, given.obj_id, given.filter_ids)
        else:
            decisions.decide(
                viewer,
                NewDecision(
                    given.id, given.obj_id, given.filter_ids, given.kind, given.group_ids,
                    given.reason,
                ),
            )  # fmt: skip
    except FritzError as refused:
        if refused.http_status >= 500:  # noqa: PLR2004 - our fault: it is to come again
            raise
        return DecidedRow(id=given.id, done=False, message=str(refused))
    return DecidedRow(id=given.id, done=True)


def scan_cards(rows: Sequence[ScannedObject], first: Sequence[int] | None) -> list[ScanCard]:
    """Return cards of objects; what is shown of each is read for all of them at once.

    Parameters
    ----------
    first : the groups whose filters' words come first.
    """
    viewer, names = api_viewer(), [row.obj_id for row in rows]
    if not names:
        return []
    world, histories = world_of(rows), marshal().histories.load(names)
    decided = marshal().scans.decisions.of(viewer, [e for row in rows for e in row.entries])
    classes = marshal().classifications.of_objects(viewer, names)
    comments = marshal().discussion.comments.about(
        viewer, [Subject("sources", name, name).key for name in names]
    )
    saved = {
        name: visible_sources(viewer, some)
        for name, some in marshal()
        .sources.store.of_objects([row.obj_id for row in rows if row.saved_to])
        .items()
    }
    people = _people(decided, comments, saved)
    cards = []
    for row in rows:
        name = row.obj_id
        said = said_rows(
            comments.get(Subject("sources", name, name).key, ()),
            classes.get(name, ()), saved.get(name, ()), people, world,
        )  # fmt: skip
        decisions = decision_rows(decided.get(name, ()), people, viewer.user.id)
        cards.append(_card(row, world, histories[name], first, decisions=decisions, **said))
    return cards


def _people(
    decided: Mapping[str, list[ScanDecisions]],
    comments: Mapping[str, list[Comment]],
    saved: Mapping[str, list[Source]],
) -> dict[int, User]:
    """Return whoever decided, said or saved something, read together."""
    ids = {made.by for some in decided.values() for each in some for made in each.made}
    ids |= {each.author_id for some in comments.values() for each in some}
    ids |= {each.saved_by for some in saved.values() for each in some}
    return {user.id: user for user in marshal().users.get_many(sorted(ids))}


def _card(
    row: ScannedObject, world: World, stored: Stored, first: Sequence[int] | None, **said: Any
) -> ScanCard:
    latest, viewer = row.latest, api_viewer()
    granted = programids(viewer, latest.survey)
    curve = light_curve(stored.history, granted)
    return ScanCard(
        id=row.obj_id,
        candid="" if latest.packet is None else str(latest.candid),
        ra=latest.ra,
        dec=latest.dec,
        galactic_latitude=round(float(galactic(latest.ra, latest.dec)[1]), 2),
        redshift=row.obj.redshift,
        mag=latest.magpsf,
        band=band_of(latest),
        score=latest.score,
        observed_at=datetime_of(latest.jd),
        passings=passing_rows(row, world, first),
        annotations=[AnnotationLine(origin=e.origin, values=dict(e.data)) for e in row.annotations],
        matches=match_rows(stored.matched.matches if stored.matched else {}),
        moving=known_row(known_object(stored.history, granted)),
        saved_to=list(row.saved_to),
        plot=plot_of(latest, curve),
        summary=curve.summary,
        **said,
    )
