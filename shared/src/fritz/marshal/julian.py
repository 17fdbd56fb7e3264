"""Times of exposures between the survey's Julian dates and the calendar."""

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["MJD_ZERO_JD", "datetime_of", "julian_date", "mjd_of"]

MJD_ZERO_JD: Final = 2400000.5
"""Julian date of MJD 0, midnight of 1858 November 17."""

_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


def mjd_of(jd: float) -> float:
    """Return the modified Julian date of a Julian date."""
    return jd - MJD_ZERO_JD


def julian_date(time: datetime) -> float:
    """Return the Julian date of a time.

    Examples
    --------
    >>> julian_date(datetime(2000, 1, 1, tzinfo=UTC))
    2451544.5
    """
    return (time - _MJD_ZERO) / timedelta(days=1) + MJD_ZERO_JD


def datetime_of(jd: float) -> datetime:
    """Return the time of a Julian date, UTC, to the millisecond.

    Examples
    --------
    >>> datetime_of(2451544.5).isoformat()
    '2000-01-01T00:00:00+00:00'
    """
    return _MJD_ZERO + timedelta(milliseconds=round(mjd_of(jd) * 86400e3))
