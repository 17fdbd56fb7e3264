"""Replay: publish packets as the survey's mirror would, and say what became of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from fritz.archive.accounting import Totals, run_totals
from fritz.ports import Bus, Warehouse
from fritz.services.candidates import CandidateStore
from fritz.services.publishing import Publisher, packet_message

__all__ = ["Replay", "ReplayReport"]

CHUNK = 64


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
    """One run; its packets carry ids that begin with the run's name."""

    def __init__(
        self,
        *,
        run: str,
        bus: Bus,
        publisher: Publisher,
        warehouse: Warehouse,
        candidates: CandidateStore,
        subscriptions: Sequence[str],
        seconds: Callable[[], float],
    ) -> None:
        self._run = run
        self._bus = bus
        self._publisher = publisher
        self._warehouse = warehouse
        self._candidates = candidates
        self._subscriptions = subscriptions
        self._seconds = seconds
        self._began = seconds()
        self._before = candidates.count()
        self.published = 0
        """Packets published so far."""

    def publish(self, packets: Iterable[bytes]) -> Iterator[int]:
        """Publish packets in small chunks, yielding the size of each when it stands on the bus."""
        source = iter(packets)
        while chunk := list(islice(source, CHUNK)):
            messages = [
                packet_message(data, packet_id=f"{self._run}/{self.published + n:09d}")
                for n, data in enumerate(chunk)
            ]
            self._publisher.publish(messages)
            self.published += len(chunk)
            yield len(chunk)

    def waiting(self) -> int:
        """Return how many messages still wait anywhere in the platform."""
        backlogs = [self._bus.backlog(name) for name in self._subscriptions]
        return sum(each.messages for each in backlogs if each is not None)

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
