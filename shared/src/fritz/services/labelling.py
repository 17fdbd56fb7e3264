"""The labelling queue: offers alerts of the archive, keeps what people say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid, NotFound
from fritz.marshal.classification import CLASSIFY
from fritz.marshal.label import (
    LABELS,
    MOST_LABELLERS,
    Label,
    LabelledAlert,
    Progress,
    checked_label,
    checked_seconds,
    progress_of,
)
from fritz.marshal.labelling import STRATEGIES, Strategy, choose
from fritz.marshal.visibility import Viewer, sees_alert
from fritz.ports import DocumentStore, Put, Query, Transaction, Warehouse, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.labelling_alerts import EVER, AlertsToLabel, option_of

__all__ = ["COLLECTION", "Labelling", "NewLabel", "Offer", "OfferRequest", "Recorded"]

COLLECTION: Final = "labels"
MOST_AT_ONCE: Final = 100
MOST_NIGHTS: Final = 31
PER_TRANSACTION: Final = 400
LABELS_PER_POOL: Final = 200
ELSEWHERE: Final = ("direct", "import")
"""Strategies of labels that the queue did not ask for."""

MODELS: Final[Mapping[str, tuple[str, ...] | None]] = {
    "real_bogus": ("braai", "fritz_rb", "drb"),
    "class": None,
}
"""The scores that answer a task's question, and so can be compared; None for all."""


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """What to offer."""

    strategy: Strategy
    task: str = "real_bogus"
    count: int = 1
    labellers: int = 1
    seed: int | None = None
    """None for the labeller's own, which moves on as they label."""
    models: tuple[str, ...] = ()
    """Scores to go by; none for the task's."""
    nights: int = 3
    survey: str = "ztf"


@dataclass(frozen=True, slots=True)
class Offer:
    """An alert to label."""

    alert: Mapping[str, Any]
    """``candid``, ``objectId``, ``survey``, ``night``, ``programid``, ``scores``, and of its
    measurements the first ones."""
    strategy: str
    reason: str
    """The strategy, ``second`` or ``tie_break``."""
    value: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class NewLabel:
    """What somebody says of an alert."""

    candid: int
    label: str
    task: str = "real_bogus"
    seconds: float | None = None
    strategy: str = "direct"
    labellers: int = 1
    survey: str = "ztf"
    night: int | None = None
    """Where known; spares the archive the other nights."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of labels: those that say the same as before change nothing."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class Labelling:
    """Labels, one document per task and alert; alerts come from the archive."""

    documents: DocumentStore
    warehouse: Warehouse

    @property
    def _archive(self) -> AlertsToLabel:
        return AlertsToLabel(self.warehouse)

    def offer(self, viewer: Viewer, request: OfferRequest) -> list[Offer]:
        """Return alerts for the viewer to label: what waits for a second opinion, then new ones.

        Raises
        ------
        Unauthorized
            The viewer may not classify.
        Invalid
            There is no such strategy or task, or a number is out of range.
        """
        viewer.must(CLASSIFY)
        _check(request)
        seed = self._seed(viewer, request) if request.seed is None else request.seed
        waiting = self._waiting(viewer, request, seed)[: request.count]
        left = request.count - len(waiting)
        return waiting + (self._fresh(viewer, request, seed, left) if left else [])

    def _seed(self, viewer: Viewer, request: OfferRequest) -> int:
        own = Where("labeller_ids", "array_contains", viewer.user.id)
        said = self.documents.count(Query(COLLECTION, (Where("task", "==", request.task), own)))
        return viewer.user.id * 1_000_000 + said // LABELS_PER_POOL

    def _waiting(self, viewer: Viewer, request: OfferRequest, seed: int) -> list[Offer]:
        states = Where("status", "in", ["open", "disputed"])
        entries = self._query(Where("task", "==", request.task), states)
        wanted = {
            each.candid: each
            for each in sorted(entries, key=lambda e: min(label.at for label in e.labels))
            if each.survey == request.survey and viewer.user.id not in each.labeller_ids
        }
        candids = [each.candid for each in wanted.values() if _open_to(viewer, each)]
        shown = self._archive.named(viewer, candids[: request.count], request.survey)
        return [
            Offer(
                shown[candid],
                wanted[candid].labels[0].strategy,
                "tie_break" if wanted[candid].outcome[0] == "disputed" else "second",
                None,
                seed,
            )
            for candid in candids
            if candid in shown
        ]

    def _fresh(self, viewer: Viewer, request: OfferRequest, seed: int, count: int) -> list[Offer]:
        pool = {
            alert["candid"]: alert
            for alert in self._archive.pool(viewer, request.survey, request.nights, seed)
        }
        known = self._entries(request.task, request.survey, pool)
        models = request.models or MODELS[request.task]
        options = {candid: option_of(alert, models) for candid, alert in pool.items()}
        chosen = choose(
            [option for candid, option in options.items() if candid not in known],
            request.strategy,
            seed=seed,
            count=count,
            labelled=[options[candid] for candid in known],
        )
        return [
            Offer(pool[each.candid], request.strategy, request.strategy, each.value, seed)
            for each in chosen
        ]

    def record(self, viewer: Viewer, given: Sequence[NewLabel], now: datetime) -> Recorded:
        """Keep what the viewer says, all of it or nothing; saying it again changes nothing.

        Raises
        ------
        Unauthorized
            The viewer may not classify.
        NotFound
            An alert is not in the archive, or the viewer may not see it.
        Invalid
            A label, a strategy or a number is none, or one alert comes twice.
        """
        if not 0 < len(given) <= MOST_AT_ONCE:
            raise Invalid(f"1 to {MOST_AT_ONCE} labels at once")
        said = [(each, _label(viewer, each, now)) for each in given]
        return self.write(viewer, said)

    def write(self, viewer: Viewer, said: Sequence[tuple[NewLabel, Label]]) -> Recorded:
        """Keep labels, whoever said them; nothing is written unless all of them are right.

        Up to `PER_TRANSACTION` alerts are written at one moment. Of more, a crash may leave a part;
        the same call again writes the rest.

        Raises
        ------
        Unauthorized, NotFound, Invalid
            As `record`.
        """
        viewer.must(CLASSIFY)
        for given, label in said:
            _check_label(given, label)
        whole = [(given.task, given.survey, given.candid, label.labeller_id)
                 for given, label in said]  # fmt: skip
        if len(set(whole)) < len(whole):
            raise Invalid("an alert is labelled twice by one person")
        facts = self._facts(viewer, [given for given, _ in said])
        by_alert: dict[str, list[tuple[NewLabel, Label]]] = {}
        for given, label in said:
            entry = LabelledAlert.id_of(given.task, given.survey, given.candid)
            by_alert.setdefault(entry, []).append((given, label))
        total = Recorded()
        for some in chunks(list(by_alert.items()), PER_TRANSACTION):
            total += self._commit(dict(some), facts)
        return total

    def _facts(
        self, viewer: Viewer, given: Sequence[NewLabel]
    ) -> dict[tuple[str, int], dict[str, Any]]:
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for survey in {each.survey for each in given}:
            of_survey = [each for each in given if each.survey == survey]
            dated = [each.night for each in of_survey if each.night is not None]
            nights = (min(dated), max(dated)) if len(dated) == len(of_survey) else EVER
            rows = self._archive.named(viewer, [each.candid for each in of_survey], survey, nights)
            found |= {(survey, candid): row for candid, row in rows.items()}
        for each in given:
            if (each.survey, each.candid) not in found:
                raise NotFound(f"no alert {each.candid}")
        return found

    def _commit(
        self,
        some: Mapping[str, Sequence[tuple[NewLabel, Label]]],
        facts: Mapping[tuple[str, int], Mapping[str, Any]],
    ) -> Recorded:
        def body(transaction: Transaction) -> Recorded:
            rows = transaction.get_many(COLLECTION, some)
            total = Recorded()
            writes: list[Put] = []
            for entry_id, said in some.items():
                row = rows.get(entry_id)
                given = said[0][0]
                old = LabelledAlert.from_fields(row.data) if row else _entry(given, facts)
                new, recorded = _applied(old, said)
                total += recorded
                if new != old:
                    writes.append(Put(COLLECTION, entry_id, new.to_fields()))
            if writes:
                transaction.write(*writes)
            return total

        return self.documents.transact(body)

    def all(self, viewer: Viewer, task: str) -> list[LabelledAlert]:
        """Return what was labelled for a task of alerts that the viewer may see, by candid.

        Raises
        ------
        Invalid
            There is no such task.
        """
        _check_task(task)
        found = self._query(Where("task", "==", task))
        seen = [each for each in found if _open_to(viewer, each)]
        return sorted(seen, key=lambda each: (each.survey, each.candid))

    def progress(self, viewer: Viewer, task: str) -> Progress:
        """Return the counts over what `all` returns."""
        return progress_of(self.all(viewer, task))

    def _entries(self, task: str, survey: str, candids: Iterable[int]) -> dict[int, LabelledAlert]:
        ids = [LabelledAlert.id_of(task, survey, each) for each in candids]
        found: dict[int, LabelledAlert] = {}
        for some in chunks(ids, 10 * VALUES_PER_IN):
            for row in self.documents.get_many(COLLECTION, some).values():
                entry = LabelledAlert.from_fields(row.data)
                found[entry.candid] = entry
        return found

    def _query(self, *where: Where) -> list[LabelledAlert]:
        rows = self.documents.query(Query(COLLECTION, where))
        return [LabelledAlert.from_fields(row.data) for row in rows]


def _open_to(viewer: Viewer, entry: LabelledAlert) -> bool:
    return sees_alert(viewer, entry.survey, entry.programid)


def _entry(given: NewLabel, facts: Mapping[tuple[str, int], Mapping[str, Any]]) -> LabelledAlert:
    of = facts[given.survey, given.candid]
    return LabelledAlert(
        given.task, given.survey, given.candid, of["objectId"], of["programid"], of["night"],
        of["jd"],
    )  # fmt: skip


def _applied(
    entry: LabelledAlert, said: Sequence[tuple[NewLabel, Label]]
) -> tuple[LabelledAlert, Recorded]:
    total = Recorded()
    for given, label in said:
        before = entry.of(label.labeller_id)
        if label.says_the_same(before) and entry.wanted >= given.labellers:
            total += Recorded(unchanged=1)
            continue
        total += Recorded(changed=1) if before else Recorded(created=1)
        entry = entry.with_label(label, given.labellers)
    return entry, total


def _label(viewer: Viewer, given: NewLabel, now: datetime) -> Label:
    user = viewer.user
    return Label(user.id, user.username, given.label, given.seconds, given.strategy, now)


def _check_task(task: str) -> None:
    if task not in LABELS:
        raise Invalid(f"no task {task[:50]!r}: {', '.join(LABELS)}")


def _check_label(given: NewLabel, label: Label) -> None:
    checked_label(given.task, label.label)
    checked_seconds(label.seconds)
    if label.strategy not in (*STRATEGIES, *ELSEWHERE):
        raise Invalid(f"no strategy {label.strategy[:50]!r}")
    if not 1 <= given.labellers <= MOST_LABELLERS:
        raise Invalid(f"labellers: 1 or {MOST_LABELLERS}")
    if not -(2**63) <= given.candid < 2**63:
        raise Invalid(f"candid {given.candid} is not of 64 bits")


def _check(request: OfferRequest) -> None:
    _check_task(request.task)
    if request.strategy not in STRATEGIES:
        raise Invalid(f"no strategy {request.strategy[:50]!r}: {', '.join(STRATEGIES)}")
    if not 1 <= request.labellers <= MOST_LABELLERS:
        raise Invalid(f"labellers: 1 or {MOST_LABELLERS}")
    if not 1 <= request.count <= MOST_AT_ONCE:
        raise Invalid(f"count: 1 to {MOST_AT_ONCE}")
    if not 1 <= request.nights <= MOST_NIGHTS:
        raise Invalid(f"nights: 1 to {MOST_NIGHTS}")
