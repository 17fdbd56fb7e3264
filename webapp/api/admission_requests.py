"""Requests to join groups."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.admission import AdmissionRequest, Status
from webapp.api.arguments import Body, Id, Query
from webapp.api.operation import operation
from webapp.api.people_shapes import AdmissionRow
from webapp.api.shapes import group_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["admission_rows", "blueprint"]

blueprint = Blueprint(
    "api_admission_requests", __name__, url_prefix="/api/group_admission_requests"
)


class RequestsQuery(Query):
    """To which group; without one, the caller's own and those that the caller decides."""

    group_id: Id | None = Field(None, alias="groupID")


class RequestBody(Body):
    """Who asks to join what."""

    group_id: Id = Field(alias="groupID")
    user_id: Id | None = Field(None, alias="userID")


class RequestMade(BaseModel):
    """The id of the request."""

    id: int


class Decision(Body):
    """What becomes of it."""

    status: Status


@blueprint.get("")
@operation(query=RequestsQuery, answer=list[AdmissionRow])
def index(asked: RequestsQuery) -> list[AdmissionRow]:
    """Return requests that the caller made or decides."""
    return admission_rows(marshal().people.admissions.visible(api_viewer(), asked.group_id))


@blueprint.get("/<int:request_id>")
@operation(answer=AdmissionRow)
def one(request_id: int) -> AdmissionRow:
    """Return one request."""
    return admission_rows([marshal().people.admissions.get(api_viewer(), request_id)])[0]


@blueprint.post("")
@operation(body=RequestBody, answer=RequestMade)
def ask(given: RequestBody) -> RequestMade:
    """Ask to be let into a group."""
    made = marshal().people.admissions.ask(api_viewer(), given.group_id, given.user_id)
    return RequestMade(id=made)


@blueprint.patch("/<int:request_id>")
@operation(body=Decision, acl=UPLOAD_DATA)
def decide(request_id: int, given: Decision) -> None:
    """Accept or decline a request, as an admin of its group."""
    marshal().people.admissions.decide(api_viewer(), request_id, given.status)


@blueprint.delete("/<int:request_id>")
@operation()
def withdraw(request_id: int) -> None:
    """Take a request of one's own back."""
    marshal().people.admissions.withdraw(api_viewer(), request_id)


def admission_rows(requests: list[AdmissionRequest]) -> list[AdmissionRow]:
    """Return requests with the names of who asks and of the groups."""
    admissions = marshal().people.admissions
    groups, users = admissions.groups_of(requests), admissions.users_of(requests)
    return [
        AdmissionRow(
            **each.to_fields(),
            user={"id": each.user_id, "username": users.get(each.user_id)},
            group=group_row(groups[each.group_id]) if each.group_id in groups else None,
        )
        for each in requests
    ]
