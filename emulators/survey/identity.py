"""Names and numbers as ZTF gives them: candids, object ids, image file names."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from emulators.survey.conditions import Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.populations import Sources
from emulators.survey.schedule import FIRST_NIGHT_JD

__all__ = ["FIRST_NIGHT", "calendar_year", "candidate_ids", "image_name", "object_id", "principal"]

FIRST_NIGHT = date(2017, 1, 1)
LETTERS = 7
CODES = 26**LETTERS
SERIALS_PER_FIELD = 12_000_000
SPREAD = 3_318_452_039
"""Coprime to 26: multiplying by it shuffles the names without making two alike."""
PRINCIPALS = {1: "Kulkarni", 2: "Kasliwal/Graham", 3: "Prince"}
FIRST_FIELD = 245
BANDS = "_gri"


def calendar_year(jd: float) -> int:
    """Return the year of a Julian date."""
    return (FIRST_NIGHT + timedelta(days=int(jd - FIRST_NIGHT_JD))).year


def object_id(seed: int, field: int, serial: int, year: int) -> str:
    """Return a name such as ZTF26aabcdef, different for each object of the survey."""
    code = (((field - FIRST_FIELD) * SERIALS_PER_FIELD + serial) * SPREAD + seed * 7919) % CODES
    letters = ""
    for _ in range(LETTERS):
        code, letter = divmod(code, 26)
        letters = chr(97 + letter) + letters
    return f"ZTF{year % 100:02d}{letters}"


def candidate_ids(
    objects: Sources, at: Conditions, flux: NDArray[np.float64]
) -> dict[str, NDArray[np.int64] | list[str]]:
    """Return candid, tblid and isdiffpos of detections.

    A candid is the processing id of the image, 15 or 10 for a positive or a negative
    subtraction, and the row in the image's table of detections.
    """
    positive = flux > 0
    row = Draws(mix(objects.key, 60, at.exposure.nid)).lognormal("tblid", 16.0, 1.2)
    row = np.minimum(row, 999).astype(np.int64)
    candid = at.pid * 10**6 + np.where(positive, 15_000, 10_000) + row
    return {"candid": candid, "tblid": row, "isdiffpos": ["t" if p else "f" for p in positive]}


def image_name(at: Conditions, *, archived: bool = False) -> list[str]:
    """Return the file names of the difference images; with their folders in the archive or not."""
    exposure = at.exposure
    names = []
    fraction = exposure.jd - FIRST_NIGHT_JD - exposure.nid
    stamp = np.floor((fraction - 1.2e-5) * 1e6).astype(int)
    days = {int(nid): FIRST_NIGHT + timedelta(days=int(nid)) for nid in np.unique(exposure.nid)}
    written = {nid: (f"{day:%Y%m%d}", f"{day:%Y/%m%d}") for nid, day in days.items()}
    columns = (exposure.nid, stamp, exposure.field, exposure.fid, at.rcid)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for nid, moment, field, fid, rcid in rows:
        day, folder = written[nid]
        name = (
            f"ztf_{day}{moment:06d}_{field:06d}_z{BANDS[fid]}"
            f"_c{rcid // 4 + 1:02d}_o_q{rcid % 4 + 1}_scimrefdiffimg.fits"
        )
        names.append(f"/ztf/archive/sci/{folder}/{moment:06d}/{name}.fz" if archived else name)
    return names


def principal(programid: NDArray[np.int64]) -> list[str]:
    """Return the principal investigators of programmes."""
    return [PRINCIPALS[int(program)] for program in programid]
