"""What tells people how the platform fares, wired together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fritz.services.night_board import NightBoard
from fritz.services.publications import Publications
from fritz.services.reconciling import Reconciliation
from fritz.services.status_board import StatusBoard

if TYPE_CHECKING:
    from webapp.platform import Platform

__all__ = ["BoardCases"]


@dataclass(frozen=True, slots=True)
class BoardCases:
    """What the night board and the status page count."""

    night: NightBoard
    status: StatusBoard

    @classmethod
    def on(cls, platform: Platform) -> BoardCases:
        """Return both on a platform."""
        documents, warehouse, now = platform.documents, platform.warehouse, platform.clock
        publications = Publications(documents, now)
        return cls(
            NightBoard(warehouse, now, time.monotonic),
            StatusBoard(
                publications=publications,
                reconciliation=Reconciliation(
                    publications=publications, warehouse=warehouse, now=now
                ),
                warehouse=warehouse,
                documents=documents,
                clock=time.monotonic,
            ),
        )
