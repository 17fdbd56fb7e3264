"""Past nights scored anew: every alert once, whatever is cut off and however it is shared."""

import math
import multiprocessing
import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest
import typer
from sqlglot import exp
from typer.testing import CliRunner

from fritz.adapters.embedded.objects import FolderObjects
from fritz.archive.expressions import star
from fritz.archive.expressions import table as named
from fritz.cli.rescore import gathered, nights_of, rescore
from fritz.errors import Invalid, NotFound, Transient
from fritz.ports import Statement
from fritz.services.envelopes import Envelope
from fritz.services.rescoring import Rescoring, RescoringJob, RescoringReport
from fritz.services.rescoring_packs import Shard
from fritz.services.rescoring_scorer import needs_history
from fritz.settings import Settings
from fritz.wiring import ingest_service, model_registry, platform_from_settings
from tests.support.fakes import FailingOnce
from tests.support.killing import killed_after
from tests.support.onnx_models import feature_model, stamp_model
from tests.support.packets import prv_point, ztf_packet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JD = 2459000.75
NIGHTS = (20200531, 20200602)
ALERTS = 18
FEATURES = ("magpsf", "days_since_peak")


class CountingObjects(FolderObjects):
    """An object store that counts what is read whole."""

    def __init__(self, folder):
        super().__init__(folder)
        self.reads = Counter()

    def get(self, key):
        self.reads[key] += 1
        return super().get(key)


class World:
    """An embedded platform with three nights of alerts, two a pack, scored as they came."""

    def __init__(self, folder):
        self.folder = folder
        self.platform = platform_from_settings(Settings(data=folder, model_threads=1))
        self.objects = CountingObjects(folder / "objects")
        self.registry = model_registry(self.platform)

    def fill(self):
        for topic in ("alerts", "alerts-public"):
            self.platform.bus.create_topic(topic)
        card, data = feature_model(names=FEATURES, scale=0.05)
        self.registry.add(card, data)
        self.registry.activate("tiny", "v1")
        service = ingest_service(self.platform)
        for first in range(0, ALERTS, 2):
            service.ingest([_envelope(n) for n in (first, first + 1)])
        self.registry.add(*feature_model(names=FEATURES, scale=0.05, version="again"))
        return self

    def rescoring(self, **replaced):
        ports = {
            "warehouse": self.platform.warehouse,
            "objects": self.objects,
            "documents": self.platform.documents,
            **replaced,
        }
        return Rescoring(registry=self.registry, now=lambda: NOW, **ports)

    def rows(self, table="scores"):
        statement = Statement(exp.select(star()).from_(named(table)))
        return self.platform.warehouse.run(statement).to_pylist()

    def close(self):
        self.platform.close()


def _envelope(n):
    # Objects come again night after night, and fade: days_since_peak needs their history.
    jd = JD + n // 6
    packet = ztf_packet(
        candid=1000 + n, object_id=f"ZTF20aaaaa{n % 6}", jd=jd, magpsf=18.0 + n / 10,
        prv=[prv_point(jd - 400.0, magpsf=17.0), prv_point(jd - 2.0)], programid=1 + n % 2,
    )  # fmt: skip
    return Envelope(packet, {"packet_id": f"p{n}"}, str(n), NOW)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    World(folder).fill().close()
    return folder


@pytest.fixture
def world(filled, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(filled, folder)
    world = World(folder)
    yield world
    world.close()


JOB = RescoringJob("tiny", "again", NIGHTS)


def test_every_alert_gets_the_score_that_ingest_gave_it(world):
    report = world.rescoring().run(JOB)
    assert (report.alerts, report.scored, report.before) == (ALERTS, ALERTS, 0)
    given = {
        row["candid"]: (row["night"], row["programid"], row["classifications"][0]["score"])
        for row in world.rows("alerts_once")
    }
    found = {r["candid"]: (r["night"], r["programid"], r["score"]) for r in world.rows()}
    assert found == given
    assert len({score for _, _, score in found.values()}) > 1
    assert {(r["name"], r["version"], r["state"]) for r in world.rows()} == {
        ("tiny", "again", "shadow")
    }


def test_each_pack_is_read_once(world):
    report = world.rescoring().run(JOB)
    packs = {key: reads for key, reads in world.objects.reads.items() if key.startswith("packs/")}
    assert len(packs) == report.packs == len({r["packet"]["pack"] for r in world.rows("alerts")})
    assert set(packs.values()) == {1}


def test_running_again_does_nothing_twice(world):
    world.rescoring().run(JOB)
    world.objects.reads.clear()
    report = world.rescoring().run(JOB)
    assert (report.scored, report.before, report.packs) == (0, ALERTS, 0)
    assert not world.objects.reads
    assert len(world.rows()) == ALERTS


@pytest.mark.parametrize("count", [2, 3, 20])
def test_tasks_partition_the_work(world, count):
    seen = []
    for index in range(count):
        before = len(world.rows())
        report = world.rescoring().run(JOB, Shard(index, count))
        assert report.before == 0
        assert len(world.rows()) - before == report.scored
        seen.append(report.scored)
    assert sum(seen) == len({row["candid"] for row in world.rows()}) == ALERTS


@pytest.mark.parametrize("port", ["append", "commit"])
def test_a_task_that_was_cut_off_goes_on(world, port):
    name = {"append": "warehouse", "commit": "documents"}[port]
    failing = FailingOnce(getattr(world.platform, name), port)
    advanced = []
    with pytest.raises(Transient):
        world.rescoring(flush_alerts=4, **{name: failing}).run(JOB, advance=advanced.append)
    report = world.rescoring(flush_alerts=4).run(JOB)
    assert report.scored + report.before == ALERTS
    latest = world.rows("scores_latest")
    assert sorted(row["candid"] for row in latest) == list(range(1000, 1000 + ALERTS))


def _slow_task(folder):
    """Run the job in a process that writes after each pack."""
    world = World(folder)
    world.rescoring(flush_alerts=1).run(JOB)


def test_a_killed_task_resumes_where_it_was(world):
    killed_after(_slow_task, world.folder, ready=lambda: len(world.rows()) > 2, linger_s=0)
    before = len({row["candid"] for row in world.rows()})
    report = world.rescoring().run(JOB)
    assert report.scored + report.before == ALERTS
    assert report.before >= before - 2
    candids = [row["candid"] for row in world.rows("scores_latest")]
    assert sorted(candids) == list(range(1000, 1000 + ALERTS))


def test_nights_outside_the_job_are_left_alone(world):
    report = world.rescoring().run(RescoringJob("tiny", "again", (20200601, 20200601)))
    assert report.scored == len(world.rows()) == ALERTS // 3
    assert {row["night"] for row in world.rows()} == {20200601}


def test_damaged_packs_and_alerts_without_a_score_are_counted(world):
    world.registry.add(*feature_model("log", names=("magpsf",), name="strict"))
    packs = sorted({row["packet"]["pack"] for row in world.rows("alerts")})
    gone, damaged = packs[0], packs[1]
    kept = world.objects.get(gone)
    world.objects.delete(gone)
    body = world.objects.get(damaged)
    world.objects.delete(damaged)
    world.objects.create(damaged, b"x" * len(body))
    of = Counter(row["packet"]["pack"] for row in world.rows("alerts"))
    job = RescoringJob("strict", "v1", NIGHTS)
    report = world.rescoring().run(job)
    assert report.failures == {"pack_gone": of[gone], "bad_magic": of[damaged]}
    assert report.scored == ALERTS - of[gone] - of[damaged]
    world.objects.create(gone, kept)
    again = world.rescoring().run(job)
    assert (again.scored, again.failures) == (of[gone], {})


def test_an_alert_of_the_archive_that_has_no_packet_is_counted(world):
    (row, *_) = world.rows("alerts")
    world.platform.warehouse.append("alerts", [row | {"candid": 77, "packet": {}}])
    report = world.rescoring().run(JOB)
    assert (report.alerts, report.scored) == (ALERTS + 1, ALERTS)
    assert report.failures == {"pack_gone": 1}


def test_an_alert_that_makes_the_model_fail_is_counted_and_hurts_no_other(world):
    world.registry.add(*feature_model("gather", names=("days_since_peak",), name="fragile"))
    report = world.rescoring().run(RescoringJob("fragile", "v1", NIGHTS))
    assert report.failures == {"run_failed": ALERTS}
    assert world.rows() == []
    assert world.rescoring().run(RescoringJob("fragile", "v1", NIGHTS)).before == ALERTS


def test_an_unknown_model_a_foreign_survey_and_nonsense_are_refused(world):
    with pytest.raises(NotFound, match="tiny@v9"):
        world.rescoring().run(RescoringJob("tiny", "v9", NIGHTS))
    with pytest.raises(Invalid, match="winter"):
        world.rescoring().run(RescoringJob("tiny", "again", NIGHTS, "winter"))
    with pytest.raises(Invalid, match="before they begin"):
        RescoringJob("tiny", "again", (20200602, 20200601))
    with pytest.raises(Invalid, match="task 2 of 2"):
        Shard(2, 2)
    for text in ("2020:2021", "", "20200601:x", "20200601:20200602:1"):
        with pytest.raises(Invalid, match="YYYYMMDD"):
            nights_of(text)


def test_only_models_that_look_back_need_histories():
    assert needs_history(feature_model(names=FEATURES)[0])
    assert not needs_history(feature_model(names=("magpsf", "drb", "nnondet"))[0])
    assert not needs_history(stamp_model()[0])


def command(world, *arguments, **environ):
    app = typer.Typer()
    app.command()(rescore)
    given = ["--model", "tiny", "--version", "again", "--nights", "20200531:20200602", "--json"]
    result = CliRunner().invoke(app, [*given, "--data", str(world.folder), *arguments], env=environ)
    assert result.exit_code == 0, result.output
    return orjson.loads(result.stdout.splitlines()[-1])


def test_the_command_shares_the_work_among_processes(world):
    assert command(world, "--tasks", "2")["scored"] == ALERTS
    assert len(world.rows()) == ALERTS


def test_the_command_heeds_cloud_runs_variables(world):
    found = [
        command(world, CLOUD_RUN_TASK_INDEX=str(index), CLOUD_RUN_TASK_COUNT="2")["scored"]
        for index in (0, 1)
    ]
    assert sum(found) == ALERTS
    assert math.prod(found) > 0


def _task_that_ends(parent, how):
    parent.send(3)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    parent.send(RescoringReport(alerts=4, scored=4) if how == "well" else "no network")


def test_a_task_that_dies_is_named_and_takes_no_other_with_it():
    context = multiprocessing.get_context("spawn")
    running = {}
    for index, how in enumerate(("killed", "well", "in words")):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_task_that_ends, args=(theirs, how), daemon=True)
        process.start()
        theirs.close()
        running[ours] = (Shard(index, 3), process)
    advanced = []
    report, problems = gathered(running, advanced.append)
    assert report == RescoringReport(alerts=4, scored=4)
    assert advanced == [3, 3, 3]
    assert sorted(problems) == [
        "task 0 of 3 died with status -9; the same command again goes on where it was",
        "task 2 of 3: no network",
    ]
