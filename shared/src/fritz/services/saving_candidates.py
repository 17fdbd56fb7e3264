"""Saving everything that a list of candidates shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.visibility import Viewer
from fritz.services.scan_request import ScanRequest
from fritz.services.scanning import Scanning
from fritz.services.sources import NewSource, Sources

__all__ = ["MOST_SAVED", "SavingCandidates"]

MOST_SAVED: Final = 1000


@dataclass(frozen=True, slots=True)
class SavingCandidates:
    """Saves the objects of a list."""

    scanning: Scanning
    sources: Sources
    now: Callable[[], datetime]

    def save_all(
        self, viewer: Viewer, request: ScanRequest, group_ids: Sequence[int] | None
    ) -> int:
        """Save every object of a list to groups of the viewer and return how many there are.

        Parameters
        ----------
        group_ids : None for all of the viewer's groups.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            A group is not the viewer's to save to, or the list is longer than `MOST_SAVED`.
        """
        viewer.must(UPLOAD_DATA)
        names = list(islice(self.scanning.every(viewer, request), MOST_SAVED + 1))
        if len(names) > MOST_SAVED:
            raise Invalid(f"autosave: more than {MOST_SAVED} candidates; narrow the query")
        for name in names:
            self.sources.save(viewer, NewSource(name, group_ids=group_ids), self.now())
        return len(names)
