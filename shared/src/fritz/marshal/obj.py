"""An object on the sky: what is known of it, and what of it who may see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.visibility.principals import of_group
from fritz.sky.healpix import cells_of

__all__ = ["FACTS", "Obj", "checked_name", "checked_position"]

FULL_CIRCLE_DEG = 360.0
POLE_DEG = 90.0

_NAME = re.compile(r"[A-Za-z0-9_\-;:+.]{1,200}\Z")

FACTS: Final = (
    "ra_dis", "dec_dis", "ra_err", "dec_err", "offset", "t0", "redshift", "redshift_error",
    "redshift_origin", "host_id", "summary", "altdata", "dist_nearest_source",
    "mag_nearest_source", "e_mag_nearest_source", "transient", "varstar", "is_roid", "mpc_name",
    "tns_name", "tns_info", "score", "origin", "alias",
)  # fmt: skip
"""What people and brokers may say of an object, by SkyPortal's names."""

REDSHIFT: Final = ("redshift", "redshift_error", "redshift_origin")


@dataclass(frozen=True, slots=True)
class Obj:
    """One object: its name, where it stands, what was said of it, who has something of it.

    The last three tell who sees the object by one look-up; whoever attaches something to it, or
    takes it off, keeps them.
    """

    id: str
    ra: float
    """Degrees, ICRS."""
    dec: float
    """Degrees, ICRS."""
    created_at: datetime
    modified: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Those of `FACTS` that are known."""
    redshift_history: tuple[Mapping[str, Any], ...] = ()
    """Each redshift that was set: who, when, what."""
    summary_history: tuple[Mapping[str, Any], ...] = ()
    candidate_of: tuple[str, ...] = ()
    """Principals of those whose filters it passed."""
    saved_to: tuple[int, ...] = ()
    """Groups that have it saved now."""
    data_of: tuple[str, ...] = ()
    """Principals of its photometry."""

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom the object is open to: whoever sees something that is attached to it."""
        return (*self.candidate_of, *map(of_group, self.saved_to), *self.data_of)

    @property
    def redshift(self) -> float | None:
        """Redshift, if somebody set one."""
        value = self.facts.get("redshift")
        return None if value is None else float(value)

    @property
    def moves(self) -> bool:
        """Whether it is a solar-system body, whose place says nothing."""
        return bool(self.facts.get("is_roid") or self.facts.get("mpc_name"))

    @property
    def cell(self) -> int:
        """The nested HEALPix cell of order 29 that it stands in."""
        return int(cells_of(self.ra, self.dec))

    def told(self, facts: Mapping[str, Any], by: Mapping[str, Any], now: datetime) -> Obj:
        """Return the object with new facts; redshifts and summaries join their histories.

        Parameters
        ----------
        by : who says so, as the histories show it.
        """
        known = {**self.facts, **facts}
        redshifts, summaries = self.redshift_history, self.summary_history
        if any(facts.get(name, self.facts.get(name)) != self.facts.get(name) for name in REDSHIFT):
            redshifts += ({**by, "set_at_utc": now.isoformat(), **_redshift(known)},)
        if "summary" in facts and facts["summary"] != self.facts.get("summary"):
            entry = {**by, "set_at_utc": now.isoformat(), "summary": facts["summary"]}
            summaries += ({**entry, "is_bot": False},)
        return replace(
            self,
            modified=now,
            facts={name: value for name, value in known.items() if value is not None},
            redshift_history=redshifts,
            summary_history=summaries,
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the object as a document's fields."""
        return {
            "id": self.id,
            "ra": self.ra,
            "dec": self.dec,
            "cell": self.cell,
            "created_at": self.created_at,
            "modified": self.modified or self.created_at,
            "facts": dict(self.facts),
            "redshift_history": [dict(each) for each in self.redshift_history],
            "summary_history": [dict(each) for each in self.summary_history],
            "candidate_of": list(self.candidate_of),
            "saved_to": list(self.saved_to),
            "data_of": list(self.data_of),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Obj:
        """Return the object that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=fields["id"],
            ra=float(fields["ra"]),
            dec=float(fields["dec"]),
            created_at=fields["created_at"],
            modified=fields.get("modified"),
            facts=dict(fields.get("facts") or {}),
            redshift_history=tuple(fields.get("redshift_history") or ()),
            summary_history=tuple(fields.get("summary_history") or ()),
            candidate_of=tuple(fields.get("candidate_of") or ()),
            saved_to=tuple(int(each) for each in fields.get("saved_to") or ()),
            data_of=tuple(fields.get("data_of") or ()),
        )


def _redshift(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": facts.get("redshift"),
        "uncertainty": facts.get("redshift_error"),
        "origin": facts.get("redshift_origin"),
    }


def checked_name(name: str) -> str:
    """Return `name` if it may name an object.

    Raises
    ------
    Invalid
        It is empty, too long, or has characters beyond letters, digits and ``_-;:+.``.

    Examples
    --------
    >>> checked_name("ZTF18aabcdef")
    'ZTF18aabcdef'
    """
    if not _NAME.match(name) or name in {".", ".."} or re.fullmatch(r"__.*__", name):
        raise Invalid(f"object name {name[:50]!r}: only letters, digits and _-;:+. are allowed")
    return name


def checked_position(ra: float, dec: float) -> tuple[float, float]:
    """Return the position if it is one.

    Parameters
    ----------
    ra, dec : degrees.

    Raises
    ------
    Invalid
        A coordinate is out of range or NaN.
    """
    if not 0.0 <= ra < FULL_CIRCLE_DEG:
        raise Invalid(f"ra {ra} is not in [0, 360) degrees")
    if not abs(dec) <= POLE_DEG:
        raise Invalid(f"dec {dec} is not in [-90, 90] degrees")
    return ra, dec
