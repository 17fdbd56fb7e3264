"""Pages that change something by forms: what was refused, what was done, whom a form names.

A form is an ordinary one, which htmx sends where there is JavaScript: the answer is a redirect to
the page in either case, of which htmx takes the part that changes (`people/_page.html`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from fritz.errors import FritzError, Invalid
from fritz.marshal.user import User
from webapp.errors import faults
from webapp.pages.blueprints import fault, page_blueprint
from webapp.platform import marshal

__all__ = [
    "chosen",
    "day",
    "done",
    "form_blueprint",
    "given",
    "moved",
    "numbers",
    "person",
    "ticked",
]


def form_blueprint(name: str, module: str) -> Blueprint:
    """Return a blueprint of pages whose forms say beside them why they were refused."""
    blueprint = page_blueprint(name, module)
    blueprint.register_error_handler(FritzError, _refused)
    blueprint.register_error_handler(ValidationError, _misread)
    return blueprint


def _refused(error: FritzError) -> ResponseReturnValue:
    return fault(str(error), error.http_status)


def _misread(error: ValidationError) -> ResponseReturnValue:
    return fault(faults(error), 400)


def done(said: str, there: str) -> ResponseReturnValue:
    """Say what was done on the page at `there`, as it was looked at: the same part of a list."""
    flash(said)
    came = urlsplit(request.referrer or "")
    query = f"?{came.query}" if came.query and came.path == there else ""
    return redirect(f"{there}{query}", 303)


def moved(said: str, there: str) -> ResponseReturnValue:
    """Say what was done on another page, which the browser goes to."""
    flash(said)
    if "HX-Request" in request.headers:
        return Response("", headers={"HX-Redirect": there})
    return redirect(there, 303)


def given(name: str) -> str:
    """Return a text of the form, without the space around it."""
    return request.form.get(name, "").strip()


def ticked(name: str) -> bool:
    """Return whether a box of the form is ticked."""
    return bool(request.form.get(name))


def numbers(name: str) -> list[int]:
    """Return the numbers of the boxes that are ticked."""
    return request.form.getlist(name, type=int)


def chosen(name: str, what: str) -> int:
    """Return the number of what is chosen in the form; `Invalid` if nothing is."""
    number = request.form.get(name, type=int)
    if number is None:
        raise Invalid(f"choose a {what}")
    return number


def day(name: str) -> datetime | None:
    """Return the beginning of a day, UTC; None if none was chosen.

    Raises
    ------
    Invalid
        It is no day.
    """
    text = given(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as e:
        raise Invalid(f"{name}: {text[:50]!r} is no day, as YYYY-MM-DD") from e


def person(name: str = "username") -> User:
    """Return the user whom the form names.

    Raises
    ------
    Invalid
        There is none of that name.
    """
    text = given(name)
    found = marshal().users.by_name(text) if text else None
    if found is None:
        raise Invalid(f"no user {text[:100]!r}" if text else "say whom: a username")
    return found
