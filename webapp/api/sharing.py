"""Sharing of photometry and spectra with more groups."""

from __future__ import annotations

from flask import Blueprint
from pydantic import Field

from fritz.marshal.acls import UPLOAD_DATA
from webapp.api.arguments import Body, Ids
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_sharing", __name__, url_prefix="/api/sharing")


class SharingBody(Body):
    """What is shared with whom."""

    group_ids: Ids = Field(alias="groupIDs")
    photometry_ids: Ids = Field((), alias="photometryIDs")
    spectrum_ids: Ids = Field((), alias="spectrumIDs")


@blueprint.post("")
@operation(body=SharingBody, acl=UPLOAD_DATA)
def share(given: SharingBody) -> None:
    """Open points and spectra to more groups, all or none."""
    marshal().observing.sharing.share(
        api_viewer(), given.group_ids, given.photometry_ids, given.spectrum_ids, marshal().now()
    )
