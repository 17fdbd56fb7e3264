"""Why somebody sees an object and what hangs on it, or why not, in words."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.errors import Invalid, NotFound
from webapp.api.access import ExplainedRow, explained
from webapp.api.arguments import PageNumber, Query, query
from webapp.pages.forms import form_blueprint
from webapp.pages.paging import here, paged
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("access", __name__)

MOST = 50
"""Things on a page."""


class AccessQuery(Query):
    """What, and who; without anybody, the viewer."""

    obj_id: str = Field("", max_length=200)
    username: str = Field("", max_length=100)
    page: PageNumber = Field(1, alias="pageNumber")


@blueprint.get("/access")
def index() -> ResponseReturnValue:
    """Explain what somebody sees of an object, of all that the viewer sees of it."""
    viewer, asked = page_viewer(), query(AccessQuery)
    found: ExplainedRow | None = None
    fault, status = "", 200
    if asked.obj_id.strip():
        try:
            found = explained(viewer, _user_id(asked, viewer.user.id), asked.obj_id.strip())
        except NotFound:
            fault = f"{asked.obj_id} does not exist, or nothing of it is open to you."
            status = NotFound.http_status
        except Invalid as error:
            fault, status = str(error), error.http_status
    groups = marshal().groups.get_many(found.groups) if found else []
    streams = marshal().streams.get_many(found.streams) if found else []
    page = render_template(
        "people/access.html",
        viewer=viewer,
        asked=asked,
        found=found,
        fault=fault,
        own=found is not None and found.user.id == viewer.user.id,
        page=paged(found.products if found else [], asked.page, MOST),
        here=here,
        open=sum(each.visible is True for each in found.products) if found else 0,
        groups=groups,
        streams=streams,
    )
    return page, status


def _user_id(asked: AccessQuery, own: int) -> int:
    name = asked.username.strip()
    if not name:
        return own
    user = marshal().users.by_name(name)
    if user is None:
        raise Invalid(f"There is no user {name!r}.")
    return user.id
