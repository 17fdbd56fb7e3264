"""The discrete-event model: messages wait, are pushed to instances, and are run in batches.

What is modelled is what decides the latency: Pub/Sub's push window, the start of instances, their
concurrency, the micro-batches inside them, and Firestore's limit on new traffic. A batch is one
event, so that a night of 10^6 alerts takes seconds.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

__all__ = ["Clock", "Documents", "Instance", "Service", "Stage", "Window"]

LOOK_BACK_S = 60.0
"""Over which the autoscaler looks at what was needed."""
UNLIMITED = 1e12
AT_ONCE = 16
"""Messages that are given to one instance before the next is looked at."""


class Clock:
    """Runs what is due, in the order of time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()

    def at(self, moment: float, do: Callable[[], None]) -> None:
        """Do something at a moment, or now if that is past."""
        heapq.heappush(self._due, (max(moment, self.now), next(self._number), do))

    def run(self) -> None:
        """Go on until nothing is due."""
        while self._due:
            self.now, _, do = heapq.heappop(self._due)
            do()


@dataclass(frozen=True, slots=True)
class Service:
    """One function: how it is deployed, and what its work takes."""

    name: str
    concurrency: int
    max_instances: int
    batch_size: int
    batch_wait_s: float
    batch_s: float
    """Of a batch, however small: measured, and what stores take where they are far."""
    alert_s: float
    """Of each alert: measured."""
    cold_start_s: float = 0.0
    target: float = 1.0
    """Part of the concurrency that is used before another instance is started."""
    writes_per_alert: float = 0.0
    """Documents."""


@dataclass(slots=True)
class Window:
    """How many messages Pub/Sub leaves outstanding at a push endpoint."""

    size: float = UNLIMITED
    linear_above: float = UNLIMITED
    slow_s: float = math.inf
    latency_s: float = 0.0
    """Of requests, averaged over the last few hundred."""

    def acknowledged(self, messages: int, latency_s: float) -> None:
        """Take note of messages that were acknowledged after some time."""
        weight = min(1.0, messages / 500)
        self.latency_s += weight * (latency_s - self.latency_s)
        if self.size < self.linear_above:
            self.size += messages
        elif self.latency_s > self.slow_s:
            self.size = self.linear_above
        else:
            self.size += messages / self.size


@dataclass(slots=True)
class Documents:
    """Firestore's advice for traffic that begins: a rate that grows by half every five minutes."""

    base_per_s: float = math.inf
    growth: float = 1.5
    period_s: float = 300.0
    most_per_s: float = math.inf
    free_at: float = 0.0

    def take(self, now: float, writes: float) -> float:
        """Return how long some writes wait for their turn and take, seconds."""
        if math.isinf(self.base_per_s) or not writes:
            return 0.0
        grown = self.base_per_s * self.growth ** min(40.0, now / self.period_s)
        begin = max(now, self.free_at)
        self.free_at = begin + writes / min(grown, self.most_per_s)
        return self.free_at - now


@dataclass(slots=True, eq=False)
class Instance:
    """One instance of a function."""

    waiting: deque[tuple[float, float, int]] = field(default_factory=deque)
    """When the packet was published, when the request came, how many of them."""
    load: int = 0
    running: bool = False
    due: bool = False
    active_since: float = 0.0
    idle_since: float = 0.0

    @property
    def queued(self) -> int:
        """Requests that no batch has taken yet."""
        return sum(number for _, _, number in self.waiting)


class Stage:
    """A subscription and the function that it pushes to.

    Parameters
    ----------
    then
        Gets the packets' time of publication and their number when a batch is done.
    """

    def __init__(
        self,
        clock: Clock,
        service: Service,
        window: Window,
        documents: Documents,
        then: Callable[[float, int], None],
        idle_s: float = math.inf,
    ) -> None:
        self._clock = clock
        self._service = service
        self._window = window
        self._documents = documents
        self._then = then
        self._idle_s = idle_s
        self._backlog: deque[tuple[float, int]] = deque()
        self._outstanding = 0
        self._starting = 0
        self._needed: deque[tuple[float, int]] = deque()
        self._instances: list[Instance] = []
        self.most_instances = 0
        self.starts = 0
        self.active_s = 0.0
        """Instance seconds with at least one request: what is billed."""
        self.busy_s = 0.0
        """Instance seconds in batches."""
        self.batches = 0
        self.backlog: list[tuple[float, int]] = []
        """Messages that waited in Pub/Sub, by time, for the plot."""

    def publish(self, origin: float, number: int) -> None:
        """Put messages on the subscription."""
        self._backlog.append((origin, number))
        self._deliver()
        self.backlog.append((self._clock.now, sum(n for _, n in self._backlog)))

    def warm(self, instances: int) -> None:
        """Have instances from the beginning."""
        self._instances += [Instance() for _ in range(instances)]
        self.most_instances = max(self.most_instances, len(self._instances))

    def _deliver(self) -> None:
        """Push what the window and the instances have room for; start instances for the rest."""
        self._scale()
        while self._backlog and self._outstanding < self._window.size:
            used = self._instances[: self._wanted()]
            target = min(used, key=lambda each: each.load, default=None)
            if target is None or target.load >= self._service.concurrency:
                return
            origin, number = self._backlog[0]
            room = self._service.concurrency - target.load
            given = min(number, AT_ONCE, room, math.ceil(self._window.size - self._outstanding))
            if given == number:
                self._backlog.popleft()
            else:
                self._backlog[0] = (origin, number - given)
            self._give(target, origin, given)

    def _wanted(self) -> int:
        """Return how many instances get requests: as many as were needed in the last minute."""
        while self._needed and self._needed[0][0] < self._clock.now - LOOK_BACK_S:
            self._needed.popleft()
        return self._needed[0][1] if self._needed else 1

    def _give(self, target: Instance, origin: float, number: int) -> None:
        now = self._clock.now
        if not target.load:
            target.active_since = now
        target.load += number
        self._outstanding += number
        target.waiting.append((origin, now, number))
        self._consider(target)

    def _scale(self) -> None:
        service, now = self._service, self._clock.now
        waiting = sum(number for _, number in self._backlog)
        wanted = min(self._outstanding + waiting, self._window.size)
        needed = math.ceil(wanted / (service.target * service.concurrency))
        while self._needed and self._needed[-1][1] <= needed:
            self._needed.pop()  # less than what is needed now, and sooner forgotten
        self._needed.append((now, needed))
        lacking = min(needed, service.max_instances) - len(self._instances) - self._starting
        for _ in range(max(0, lacking)):
            self._starting += 1
            self.starts += 1
            self._clock.at(now + service.cold_start_s, self._started)
        idle = [i for i in self._instances if not i.load and now - i.idle_since > self._idle_s]
        for each in idle:
            self._instances.remove(each)

    def _started(self) -> None:
        self._starting -= 1
        self._instances.append(Instance(idle_since=self._clock.now))
        self.most_instances = max(self.most_instances, len(self._instances))
        self._deliver()

    def _consider(self, instance: Instance) -> None:
        """Start a batch when it is full, or when its first request has waited long enough."""
        if instance.running or not instance.waiting:
            return
        first = instance.waiting[0][1] + self._service.batch_wait_s
        if instance.queued >= self._service.batch_size or first <= self._clock.now:
            self._begin(instance)
        elif not instance.due:
            instance.due = True
            self._clock.at(first, lambda: self._ring(instance))

    def _ring(self, instance: Instance) -> None:
        instance.due = False
        self._consider(instance)

    def _begin(self, instance: Instance) -> None:
        taken: list[tuple[float, float, int]] = []
        room = self._service.batch_size
        while instance.waiting and room:
            origin, came, number = instance.waiting.popleft()
            part = min(number, room)
            if part < number:
                instance.waiting.appendleft((origin, came, number - part))
            taken.append((origin, came, part))
            room -= part
        alerts = self._service.batch_size - room
        takes_s = self._service.batch_s + alerts * self._service.alert_s
        takes_s += self._documents.take(
            self._clock.now + takes_s, alerts * self._service.writes_per_alert
        )
        instance.running = True
        self.batches += 1
        self.busy_s += takes_s
        self._clock.at(self._clock.now + takes_s, lambda: self._end(instance, taken))

    def _end(self, instance: Instance, taken: list[tuple[float, float, int]]) -> None:
        now = self._clock.now
        instance.running = False
        for origin, came, number in taken:
            instance.load -= number
            self._outstanding -= number
            self._window.acknowledged(number, now - came)
            self._then(origin, number)
        if not instance.load:
            self.active_s += now - instance.active_since
            instance.idle_since = now
        self._consider(instance)
        self._deliver()
