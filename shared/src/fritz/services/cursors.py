"""Cursors: the place where a page of a list ended, as text that scripts send back."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from fritz.errors import Invalid
from fritz.services.walking import Place

__all__ = ["read_cursor", "written_cursor"]


def written_cursor(place: Place) -> str:
    """Return a place as text.

    Examples
    --------
    >>> read_cursor(written_cursor((1.5, "ZTF26a")))
    (1.5, 'ZTF26a')
    """
    key, name = place
    shown = {"t": key.astimezone(UTC).isoformat()} if isinstance(key, datetime) else {"v": key}
    return urlsafe_b64encode(json.dumps({**shown, "n": name}).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    """Return the place that a cursor stands for.

    Raises
    ------
    Invalid
        It is none that `written_cursor` made.
    """
    try:
        given = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        key: Any = datetime.fromisoformat(given["t"]) if "t" in given else given["v"]
        name = given["n"]
    except (binascii.Error, ValueError, KeyError, TypeError) as fault:
        raise Invalid("cursor: not one that a page came with") from fault
    if not isinstance(name, str) or isinstance(key, list | dict):
        raise Invalid("cursor: not one that a page came with")
    return key, name
