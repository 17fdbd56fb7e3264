"""The night an alert belongs to."""

import math
from datetime import UTC, datetime, timedelta

__all__ = ["night_of", "ztf_night_of_candid"]

EPOCH_JD = 2440587.5
"""Julian date of 1970-01-01 00:00 UTC."""

ZTF_EPOCH_JD = 2457754.5
"""Of 2017-01-01 00:00 UTC, from which ZTF counts its nights."""


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


def ztf_night_of_candid(candid: int) -> int:
    """Return the night that a candid of ZTF tells: its leading digits count days.

    Examples
    --------
    >>> ztf_night_of_candid(1034526141515010021)
    20191101
    """
    return night_of(ZTF_EPOCH_JD + candid // 10**15)
