"""What every script asks first: is there a marshal."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.envelope import success

__all__ = ["blueprint"]

blueprint = Blueprint("api_sysinfo", __name__, url_prefix="/api")


@blueprint.get("/sysinfo")
def sysinfo() -> ResponseReturnValue:
    """Return the system's history; needs no token."""
    return success({"gitlog": []})
