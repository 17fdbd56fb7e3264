"""How much there is to scan: what filters of each group passed and nobody looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from fritz.marshal.visibility import Viewer
from fritz.services.scan_request import ScanRequest
from fritz.services.scanning import Scanning

__all__ = ["MOST_COUNTED", "QueueCount", "queue_counts"]

MOST_COUNTED: Final = 200
"""Unscanned objects of a group beyond which it is enough to know that there are more."""


@dataclass(frozen=True, slots=True)
class QueueCount:
    """What waits for a group."""

    group_id: int
    unscanned: int
    more: bool
    """Whether there are more than were counted."""


def queue_counts(
    scanning: Scanning, viewer: Viewer, group_ids: Sequence[int], since: datetime
) -> list[QueueCount]:
    """Return what waits for each group since a time, as far as the viewer sees it."""
    counts = []
    for group_id in group_ids:
        request = ScanRequest(group_ids=(group_id,), start=since, scan_status="unscanned")
        found = list(islice(scanning.every(viewer, request), MOST_COUNTED + 1))
        counts.append(
            QueueCount(group_id, min(len(found), MOST_COUNTED), len(found) > MOST_COUNTED)
        )
    return counts
