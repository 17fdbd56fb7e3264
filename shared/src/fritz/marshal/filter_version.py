"""One version of a filter: a text of its pipeline, kept for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from fritz.filters.dialects import Dialect
from fritz.filters.errors import Finding

__all__ = ["FID_LENGTH", "FilterVersion", "fid_of"]

FID_LENGTH: Final = 6
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without l, o, 0 and 1, which people mistake for each other."""


@dataclass(frozen=True, slots=True)
class FilterVersion:
    """A pipeline as it was saved; never changed."""

    filter_id: int
    fid: str
    """Names the version within its filter; 6 characters, as Kowalski's."""
    pipeline: tuple[Mapping[str, Any], ...]
    created_at: datetime
    by: int | None
    """Id of the user who saved it."""
    dialect: Dialect = "kowalski"
    findings: tuple[Finding, ...] = ()
    """What the checks had to say when it was saved."""

    def to_fields(self) -> dict[str, Any]:
        """Return the version as a document's fields; pipeline and findings as JSON text."""
        return {
            "filter_id": self.filter_id,
            "fid": self.fid,
            "pipeline": json.dumps(list(self.pipeline)),
            "created_at": self.created_at,
            "by": self.by,
            "dialect": self.dialect,
            "findings": json.dumps([asdict(finding) for finding in self.findings]),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> FilterVersion:
        """Return the version that `to_fields` wrote."""
        by = fields.get("by")
        return cls(
            filter_id=int(fields["filter_id"]),
            fid=fields["fid"],
            pipeline=tuple(json.loads(fields["pipeline"])),
            created_at=fields["created_at"],
            by=None if by is None else int(by),
            dialect=fields["dialect"],
            findings=tuple(_finding(each) for each in json.loads(fields["findings"])),
        )


def _finding(fields: Mapping[str, Any]) -> Finding:
    near = fields.get("did_you_mean")
    return Finding(
        fields["code"],
        fields["path"],
        fields["message"],
        tuple(near) if isinstance(near, list) else near,
        fields["severity"],
    )


def fid_of(randomness: bytes) -> str:
    """Return a version's name.

    Parameters
    ----------
    randomness : at least 6 bytes, each gives a character.

    Examples
    --------
    >>> fid_of(bytes(range(6)))
    'abcdef'
    """
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in randomness[:FID_LENGTH])
