"""Replay: publish packets as the survey's mirror would, and say what became of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fritz.alerts.packet import MAX_BYTES
from fritz.archive.accounting import Totals, run_totals, settled
from fritz.ports import Bus, Message, Warehouse
from fritz.services.candidates import CandidateStore
from fritz.services.publishing import TRUNCATED, Publisher, packet_message

__all__ = ["CHUNK", "Replay", "ReplayReport"]

CHUNK = 64
"""Packets that are published at once."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a run published and what became of it."""

    published: int
    archived: int
    duplicates: int
    quarantined: int
    dead_lettered: int
    candidates: int
    """Candidates that this run added."""
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether every published packet is accounted for."""
        known = self.archived + self.duplicates + self.quarantined + self.dead_lettered
        return self.published == known


class Replay:
    """One run; its packets carry ids that begin with the run's name.

    Parameters
    ----------
    stages : the subscriptions that a packet passes on its way to candidates, in this order.
    """

    def __init__(
        self,
        *,
        run: str,
        bus: Bus,
        publisher: Publisher,
        warehouse: Warehouse,
        candidates: CandidateStore,
        stages: Sequence[str],
        seconds: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._run = run
        self._bus = bus
        self._publisher = publisher
        self._warehouse = warehouse
        self._candidates = candidates
        self._ahead = list(stages)
        self._mark: datetime | None = None
        self._seconds = seconds
        self._now = now
        self._began = seconds()
        self._before = candidates.count()
        self.published = 0
        """Packets published so far."""

    def publish(self, packets: Iterable[bytes], chunk: int = CHUNK) -> Iterator[int]:
        """Publish packets in small chunks, yielding the size of each when it stands on the bus.

        What is longer than any packet is taken for the beginning of something.
        """
        source = iter(packets)
        while taken := list(islice(source, chunk)):
            self._publisher.publish(
                [self._message(data, self.published + n) for n, data in enumerate(taken)]
            )
            self.published += len(taken)
            yield len(taken)

    def settled(self) -> int:
        """Return how many of the run's packets have an outcome."""
        return settled(self._warehouse, self._run)

    def is_through(self) -> bool:
        """Return whether everything published by now has passed all stages; ask until it is so.

        A stage is passed when nothing waits in it that was published before it was first looked at:
        then all that the stage before sent on has been handled. So others may go on publishing.
        Where the bus cannot tell, a stage counts as passed.
        """
        while self._ahead:
            self._mark = self._mark or self._now()
            backlog = self._bus.backlog(self._ahead[0])
            if backlog is not None and backlog.oldest is not None and backlog.oldest <= self._mark:
                return False
            del self._ahead[0]
            self._mark = None
        return True

    def report(self) -> ReplayReport:
        """Return what became of the run's packets by now."""
        totals: Totals = run_totals(self._warehouse, self._run)
        return ReplayReport(
            published=self.published,
            archived=totals.archived,
            duplicates=totals.duplicates,
            quarantined=totals.quarantined,
            dead_lettered=totals.dead_lettered,
            candidates=self._candidates.count() - self._before,
            seconds=round(self._seconds() - self._began, 3),
        )

    def _message(self, data: bytes, number: int) -> Message:
        cut = {TRUNCATED: f"only the first {len(data)} bytes were read"}
        return packet_message(
            data,
            packet_id=f"{self._run}/{number:09d}",
            attributes=cut if len(data) > MAX_BYTES else None,
        )
