"""Why somebody sees something, or why not."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import ALL_ACLS
from fritz.marshal.visibility import EVERYBODY, Reasons, Viewer, sees_group
from fritz.marshal.visibility.principals import parts_of
from fritz.services.explaining import Explained, Product
from webapp.api.arguments import Id, Query
from webapp.api.operation import operation
from webapp.api.people_shapes import PersonRow, person_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ExplainedRow", "blueprint", "explained"]

blueprint = Blueprint("api_access", __name__, url_prefix="/api/access")


class ExplainQuery(Query):
    """Who and what; without a user, the caller."""

    obj_id: str = Field(max_length=200)
    user_id: Id | None = None


class ProductRow(BaseModel):
    """A row that hangs on the object, and why the user sees it or not."""

    kind: str
    name: str
    visible: bool | None = Field(description="Null where the caller may not know.")
    granted_by: list[str] = Field(description="What opens it to the user.")
    would_need: list[list[str]] = Field(
        description="Where it is not open: each way in which it would be, as what else it takes."
    )


class ExplainedRow(BaseModel):
    """What a user sees of an object, of all that the caller sees of it and may know of the user.

    Users and whoever manages them may know all. Others know who is in which group, and so holds its
    streams; who administers a group, who holds its streams.
    """

    obj_id: str
    user: PersonRow
    visible: bool | None = Field(description="Null where the caller may not know.")
    products: list[ProductRow]
    acls: list[str] = Field(description="The user's verbs.")
    missing_acls: list[str] = Field(description="Verbs that the user lacks.")
    groups: list[int] = Field(description="The user's; of another's, those that are the caller's.")
    streams: list[int] = Field(description="Those of the user's that the caller may know of.")
    expired: bool | None = Field(description="Null where the caller may not know.")


@blueprint.get("/explain")
@operation(query=ExplainQuery, answer=ExplainedRow, errors=(404,))
def explain(asked: ExplainQuery) -> ExplainedRow:
    """Say why a user sees each product of an object or what they lack: group, stream or verb."""
    viewer = api_viewer()
    user_id = viewer.user.id if asked.user_id is None else asked.user_id
    return explained(viewer, user_id, asked.obj_id)


def explained(viewer: Viewer, user_id: int, obj_id: str) -> ExplainedRow:
    """Return what a user sees of an object and why, of all that the viewer sees of it.

    Raises
    ------
    NotFound
        There is no such object, or nothing of it is open to the viewer.
    Invalid
        There is no such user.
    """
    found = marshal().people.explaining.explain(viewer, user_id, obj_id)
    user = found.user
    permissions = user.permissions
    return ExplainedRow(
        obj_id=obj_id,
        user=person_row(user),
        visible=found.sees_object,
        products=[_row(found, product, why) for product, why in found.products],
        acls=sorted(permissions),
        missing_acls=[acl for acl in ALL_ACLS if acl not in permissions],
        groups=sorted(g for g in user.group_ids if found.whole or sees_group(viewer, g)),
        streams=sorted(user.stream_ids),
        expired=user.has_expired(marshal().now()) if found.whole else None,
    )


def _row(found: Explained, product: Product, why: Reasons) -> ProductRow:
    admin = ["the ACL 'System admin'"] if why.as_admin else []
    return ProductRow(
        kind=product.kind,
        name=product.name,
        visible=None if why.unsure else why.open,
        granted_by=admin + [_named(found, parts_of(each)) for each in why.granted_by],
        would_need=[[_named(found, (part,)) for part in way] for way in why.ways],
    )


def _named(found: Explained, parts: tuple[str, ...]) -> str:
    names = {EVERYBODY: "everybody"} | found.names
    return " and ".join(names.get(part, part) for part in parts)
