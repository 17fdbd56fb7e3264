"""Files that come within JSON: in base64, which may stand in a data URL."""

from __future__ import annotations

import base64

from fritz.errors import Invalid

__all__ = ["coded_part", "decoded"]


def coded_part(text: str) -> str:
    """Return what is base64 of a text.

    Examples
    --------
    >>> coded_part("data:text/plain;base64,ej0wLjE=")
    'ej0wLjE='
    """
    return text.partition(";base64,")[2] or text


def decoded(text: str, name: str) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    name : of the field that it came in, for the message.

    Raises
    ------
    Invalid
        It is not base64.
    """
    try:
        return base64.b64decode(coded_part(text), validate=True)
    except ValueError as e:  # binascii.Error is one, too
        raise Invalid(f"{name}: not base64: {e}") from e
