"""Users: who there is, and for those who manage them, making and ending accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import MANAGE_USERS
from fritz.marshal.roles import FULL_USER
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import Viewer
from fritz.services.people import NewUser
from webapp.api.arguments import Body, Id, PageNumber, Query, Time
from webapp.api.operation import operation
from webapp.api.people_shapes import UserRow, user_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["UsersQuery", "blueprint", "found_users", "user_detail"]

blueprint = Blueprint("api_users", __name__, url_prefix="/api/user")


class UsersQuery(Query):
    """Which users; texts match anywhere in what the caller may see."""

    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1)] | None = Field(None, alias="numPerPage")
    first_name: str | None = Field(None, alias="firstName")
    last_name: str | None = Field(None, alias="lastName")
    username: str | None = None
    email: str | None = None
    role: str | None = None
    acl: str | None = None
    group: str | None = None
    stream: str | None = None
    expired: bool = Field(False, alias="includeExpired")
    sort_by: str = Field("username", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field("asc", alias="sortOrder")


class UsersAnswer(BaseModel):
    """One page of users."""

    users: list[UserRow]
    total_matches: int = Field(serialization_alias="totalMatches")


class UserBody(Body):
    """A new user."""

    username: str = Field(max_length=100)
    first_name: str | None = Field(None, max_length=200)
    last_name: str | None = Field(None, max_length=200)
    affiliations: list[str] = Field(default=[], max_length=50)
    contact_email: str | None = Field(None, max_length=320)
    contact_phone: str | None = Field(None, max_length=50)
    oauth_uid: str | None = Field(None, max_length=320)
    roles: list[str] | None = None
    groups: list[tuple[Id, bool]] = Field([], alias="groupIDsAndAdmin", max_length=200)


class UserMade(BaseModel):
    """The id of the one that was made."""

    id: int


class UserChange(Body):
    """When the account ends; null for never."""

    expires: Time | None = Field(None, alias="expirationDate")


@blueprint.get("")
@operation(query=UsersQuery, answer=UsersAnswer)
def index(asked: UsersQuery) -> UsersAnswer:
    """Return users, as far as the caller may know of them."""
    return found_users(api_viewer(), asked)


def found_users(viewer: Viewer, asked: UsersQuery) -> UsersAnswer:
    """Return a page of users, as far as the viewer may know of them."""
    every = _rows(viewer, marshal().users.all(), asked)
    found = [row for row in every if _matches(row, asked)]
    found.sort(
        key=lambda row: (_text(getattr(row, asked.sort_by, None)), row.id),
        reverse=asked.sort_order == "desc",
    )
    size = asked.per_page or max(1, len(found))
    start = (asked.page - 1) * size
    return UsersAnswer(users=found[start : start + size], total_matches=len(found))


@blueprint.get("/<int:user_id>")
@operation(answer=UserRow)
def one(user_id: int) -> UserRow:
    """Return one user with roles and verbs."""
    return user_detail(api_viewer(), user_id)


def user_detail(viewer: Viewer, user_id: int) -> UserRow:
    """Return one user, as far as the viewer may know; `Invalid` if there is none."""
    found = marshal().users.get_many([user_id])
    if not found:
        raise Invalid(f"no user {user_id}")
    return _rows(viewer, found, UsersQuery(expired=True))[0]


@blueprint.post("")
@operation(body=UserBody, answer=UserMade, acl=MANAGE_USERS)
def create(given: UserBody) -> UserMade:
    """Make a user, with a group of their own, in the sitewide group."""
    made = marshal().people.people.create(
        api_viewer(),
        NewUser(
            username=given.username,
            first_name=given.first_name,
            last_name=given.last_name,
            affiliations=tuple(given.affiliations),
            contact_email=given.contact_email,
            contact_phone=given.contact_phone,
            email=given.oauth_uid,
            roles=(FULL_USER,) if given.roles is None else tuple(given.roles),
            memberships={number: Membership(admin=admin) for number, admin in given.groups},
        ),
    )
    return UserMade(id=made)


@blueprint.patch("/<int:user_id>")
@operation(body=UserChange, acl=MANAGE_USERS)
def change(user_id: int, given: UserChange) -> None:
    """Let an account end at a time, or never."""
    if "expires" in given.model_fields_set:
        marshal().people.people.expire(api_viewer(), user_id, given.expires)


@blueprint.delete("/<int:user_id>")
@operation(acl=MANAGE_USERS)
def delete(user_id: int) -> None:
    """Remove a user with their tokens; what they wrote stays."""
    marshal().people.people.delete(api_viewer(), user_id)


def _rows(viewer: Viewer, users: list[User], asked: UsersQuery) -> list[UserRow]:
    now = marshal().now()
    shown = [each for each in users if asked.expired or not each.has_expired(now)]
    groups = {g.id: g for g in marshal().groups.get_many({n for u in shown for n in u.group_ids})}
    wanted = {n for each in shown for n in each.stream_ids}
    streams = {stream.id: stream for stream in marshal().streams.get_many(wanted)}
    return [user_row(viewer, each, groups, streams) for each in shown]


def _matches(row: UserRow, asked: UsersQuery) -> bool:
    texts = (
        (asked.first_name, row.first_name),
        (asked.last_name, row.last_name),
        (asked.username, row.username),
        (asked.email, row.contact_email),
    )
    names = (
        (asked.role, row.roles),
        (asked.acl, row.permissions),
        (asked.group, [group.name for group in row.groups or []]),
        (asked.stream, [stream.name for stream in row.streams or []]),
    )
    return all(part is None or part.lower() in _text(whole) for part, whole in texts) and all(
        name is None or name in of for name, of in names
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower()
