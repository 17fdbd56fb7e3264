"""The night an alert belongs to."""

import math
from datetime import UTC, datetime, timedelta

__all__ = ["night_of"]

EPOCH_JD = 2440587.5
"""Julian date of 1970-01-01 00:00 UTC."""


def night_of(jd: float) -> int:
    """Return the UTC date of an observation as YYYYMMDD, which is how ZTF names its nights.

    Palomar's nights do not cross midnight UTC.

    Examples
    --------
    >>> night_of(2459000.75)
    20200531
    """
    date = datetime.fromtimestamp(0, UTC) + timedelta(days=math.floor(jd - EPOCH_JD))
    return int(date.strftime("%Y%m%d"))
