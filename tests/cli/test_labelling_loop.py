"""The whole loop: alerts, labels, a candidate, a frozen test set, shadow, comparison, activation.

The simulator knows what each alert is, so its truth is what the people of this test say.
"""

import csv
import json
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlglot import exp
from typer.testing import CliRunner

from emulators.survey import simulate
from fritz.adapters.onnx import OnnxRuntime
from fritz.archive.expressions import star, table
from fritz.classifiers.training.classes import CLASSES, class_of
from fritz.cli.commands import app
from fritz.cli.platforms import furnished
from fritz.cli.train import NEEDS, simulated_alerts
from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.visibility import Viewer
from fritz.ports import Statement
from fritz.services.envelopes import Envelope
from fritz.services.groups import UserStore
from fritz.services.labelling import Labelling, NewLabel, OfferRequest
from fritz.services.training import Recipe, train_classes
from fritz.settings import Settings
from fritz.wiring import ingest_service, model_registry, platform_from_settings
from tests.plugins.must_run import require

NOW = datetime(2026, 3, 19, 12, tzinfo=UTC)
NIGHTS = date(2026, 3, 18), date(2026, 3, 25)
LABELS = 200
ASIDE = 80
"""Labels that become the frozen test set."""
FIRST_NIGHT, LATER, LAST = 300, 60, 10
TASK = "class"
MODEL = "fritz_class"
"""The network of features: the one of stamps learns in the same way, but takes minutes."""
STRATEGIES = ("uncertainty", "disagreement", "diversity", "random")


class Survey:
    """A platform on a folder, a simulated sky above it, and people who label."""

    def __init__(self, folder):
        self.folder = folder
        self.truth = {}

    def platform(self):
        return platform_from_settings(Settings(data=self.folder, model_threads=1))

    def ingest(self, alerts, seed, night):
        packets = list(simulate(alerts, seed, night))
        self.truth |= {p.candid: class_of(p.truth.kind, real=p.truth.real) for p in packets}
        platform = self.platform()
        service = ingest_service(platform)
        for first in range(0, alerts, 100):
            some = enumerate(packets[first : first + 100], first)
            service.ingest(
                [Envelope(p.data, {"packet_id": f"{seed}-{n}"}, str(n), NOW) for n, p in some]
            )
        platform.close()
        return {packet.candid for packet in packets}

    def label(self, count):
        """Label what the queue offers, in turn by each of its strategies."""
        platform = self.platform()
        labelling = Labelling(platform.documents, platform.warehouse)
        user = UserStore(platform.documents).by_name("admin")
        viewer = Viewer(user, user.permissions, ())
        for strategy in STRATEGIES:
            models = ("drb", f"{MODEL}_bogus")
            request = OfferRequest(strategy, TASK, count // len(STRATEGIES), models=models)
            offered = [each.alert["candid"] for each in labelling.offer(viewer, request)]
            said = [NewLabel(each, self.truth[each], TASK, strategy=strategy) for each in offered]
            assert labelling.record(viewer, said, NOW).created == count // len(STRATEGIES)
        platform.close()

    def rows(self, name):
        platform = self.platform()
        found = platform.warehouse.run(Statement(exp.select(star()).from_(table(name))))
        platform.close()
        return found.to_pylist()

    def fritz(self, *arguments):
        """Run the command and return what it printed as JSON."""
        given = [*map(str, arguments), "--data", str(self.folder), "--json"]
        result = CliRunner().invoke(app, given)
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout.splitlines()[-1])


def begun(folder):
    """Return a survey whose only model is a weak one."""
    survey = Survey(folder)
    platform = survey.platform()
    for topic in ("alerts", "alerts-public"):
        platform.bus.create_topic(topic)
    furnished(platform)
    registry = model_registry(platform)
    for each in registry.scoring():
        registry.retire(each.name, each.version)
    weak = weak_model()
    registry.add(weak.card, weak.data)
    registry.activate(MODEL, "weak")
    platform.close()
    return survey


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    missing = [name for name in NEEDS if find_spec(name) is None]
    require("training dependencies", not missing, f"{missing} not installed; see `make train`")
    return begun(tmp_path_factory.mktemp("loop"))


def weak_model():
    """Return a network that had a single look at a hundred alerts."""
    trainer = import_module("fritz.adapters.training.trainer").JaxTrainer()
    recipe = Recipe("weak", 1, 3, "A hundred simulated alerts, seen once. No real alert.")
    alerts = simulated_alerts(100, 900)
    return train_classes(alerts, [], trainer, OnnxRuntime(threads=1), recipe)


def label_a_night(survey):
    """Label some of a night's alerts for a test set, and then 200 more."""
    survey.ingest(FIRST_NIGHT, 41, NIGHTS[0])
    survey.label(ASIDE)
    survey.fritz("labels", "freeze", "first", "--task", TASK, "--share", "1")
    survey.label(LABELS)


@pytest.fixture(scope="module")
def labelled(survey):
    label_a_night(survey)
    return survey


def learnt(survey, page):
    """Return what `fritz train --from-labels` says of its candidate."""
    return survey.fritz(
        "train", "--from-labels", "--task", TASK, "--base", f"{MODEL}@weak", "--version", "second",
        "--frozen", "first", "--out", page,
    )  # fmt: skip


@pytest.fixture(scope="module")
def candidate(labelled, tmp_path_factory):
    return learnt(labelled, tmp_path_factory.mktemp("pages") / "candidate.html")


def test_two_hundred_labels_improve_a_weak_model(candidate):
    metrics = candidate["metrics"]
    assert LABELS / 2 < sum(candidate["labels"].values()) <= LABELS
    assert {"variable", "asteroid", "bogus"} <= set(candidate["labels"])
    assert metrics["frozen_alerts"] == ASIDE
    assert metrics["frozen_auc"] > metrics["frozen_base_auc"] + 0.05
    assert metrics["frozen_accuracy"] > metrics["frozen_base_accuracy"] + 0.1


def test_no_alert_of_a_test_set_s_objects_is_learnt_from(candidate):
    left_out = candidate["left_out"]
    assert left_out["of a test set's objects"] == ASIDE + LABELS - sum(candidate["labels"].values())


def test_the_page_compares_candidate_and_base_with_examples(candidate):
    page = Path(candidate["out"]).read_text(encoding="utf-8")
    assert f"{MODEL}@weak" in page
    assert f"{MODEL}@second" in page
    assert "labels of the frozen test set first" in page
    assert "data:image/png;base64," in page


def test_the_card_says_what_the_candidate_learnt_and_from_whom(labelled, candidate):
    platform = labelled.platform()
    registry = model_registry(platform)
    card = registry.card(registry.get(MODEL, "second"))
    platform.close()
    assert card.training_data.startswith(f"{MODEL}@weak, which learnt from: A hundred")
    assert f"{sum(candidate['labels'].values())} labels" in card.training_data
    assert card.metrics["frozen_auc"] == candidate["metrics"]["frozen_auc"]


@pytest.fixture(scope="module")
def shadowed(labelled, candidate):
    assert candidate["state"] == "shadow"
    return labelled.ingest(LATER, 42, NIGHTS[1])


def versions(survey, candids):
    return {
        given["version"]
        for row in survey.rows("alerts")
        if row["candid"] in candids
        for given in row["classifications"]
    }


def test_in_shadow_it_scores_the_stream_and_no_alert_shows_it(labelled, shadowed):
    scores = labelled.rows("scores")
    assert {row["candid"] for row in scores} == shadowed
    assert len(scores) == LATER * len(CLASSES)
    assert {(each["version"], each["state"]) for each in scores} == {("second", "shadow")}
    assert versions(labelled, labelled.truth) == {"weak"}


def test_on_the_live_stream_the_shadow_is_better_than_the_active(labelled, shadowed, tmp_path):
    truth = tmp_path / "truth.csv"
    with truth.open("w", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["candid", "real"])
        # the score that is compared is of being bogus
        writer.writerows((each, int(labelled.truth[each] == "bogus")) for each in shadowed)
    weak, second = (f"{MODEL}_bogus@{version}" for version in ("weak", "second"))
    programs = [each for number in (1, 2, 3) for each in ("--programid", number)]
    found = labelled.fritz(
        "models", "report", weak, second, "--nights", "20260325", "--labels", truth, *programs,
        "--out", tmp_path / "live.html",
    )  # fmt: skip
    assert found["alerts"] == found["known"] == LATER
    assert found["models"][second]["auc"] > found["models"][weak]["auc"]
    assert "<svg" in (tmp_path / "live.html").read_text(encoding="utf-8")


def test_once_activated_it_scores_the_alerts_and_its_base_rests(labelled, shadowed):
    labelled.fritz("models", "activate", MODEL, "second")
    states = {each["id"]: each["state"] for each in labelled.fritz("models", "list")["models"]}
    assert (states[f"{MODEL}@weak"], states[f"{MODEL}@second"]) == ("retired", "active")
    new = labelled.ingest(LAST, 43, NIGHTS[1])
    assert versions(labelled, new) == {"second"}


def learn(survey, **changed):
    given = {"task": TASK, "base": f"{MODEL}@weak", "version": "third", "frozen": "first"} | changed
    options = [each for name, value in given.items() for each in (f"--{name}", value)]
    return survey.fritz("train", "--from-labels", *options, "--out", survey.folder / "p.html")


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"version": ""}, Invalid, "--version"),
        ({"version": "second"}, Conflict, "fritz_class@second exists"),
        ({"base": "fritz_class@none"}, NotFound, "no model"),
        ({"base": "fritz_class"}, Invalid, "name@version"),
        ({"frozen": "none"}, NotFound, "no test set none"),
        ({"task": "real_bogus"}, NotFound, "no test set first of task real_bogus"),
    ],
)
def test_what_cannot_be_trained_is_said(candidate, survey, changed, error, words):
    with pytest.raises(error, match=words):
        learn(survey, **changed)


def test_a_test_set_never_changes(labelled):
    with pytest.raises(Conflict, match="frozen already"):
        labelled.fritz("labels", "freeze", "first", "--task", TASK)
    with pytest.raises(Invalid, match="share 0"):
        labelled.fritz("labels", "freeze", "second", "--task", TASK, "--share", "0")
    with pytest.raises(Invalid, match="name"):
        labelled.fritz("labels", "freeze", "../x")
    with pytest.raises(Invalid, match="no settled labels"):
        labelled.fritz("labels", "freeze", "second", "--task", "real_bogus")
