"""`fritz train`: what it asks for and what it says."""

import pytest
import typer
from typer.testing import CliRunner

from fritz.cli import train
from fritz.cli.train import real_alerts, simulated_alerts
from fritz.errors import Invalid, NotFound


def test_without_its_dependencies_training_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "NEEDS", ("a_framework_that_is_not_there",))
    found = CliRunner().invoke(train.app, ["realbogus", "--out", str(tmp_path)])
    assert isinstance(found.exception, NotFound)
    assert "make train" in str(found.exception)


def test_simulated_alerts_bring_truth_and_the_history_of_their_packets():
    alerts = list(simulated_alerts(60, 5))
    assert len(alerts) == 60
    assert {each.real for each in alerts} == {True, False}
    assert all(len(each.alert.stamps) == 3 for each in alerts)
    assert any(each.alert.history for each in alerts)
    assert all(each.object_id.startswith("5/") for each in alerts)


def test_nights_of_a_training_set_have_seeds_of_their_own(monkeypatch):
    monkeypatch.setattr(train, "ALERTS_PER_NIGHT", 20)
    alerts = list(simulated_alerts(50, 7))
    assert len(alerts) == 50
    assert {each.object_id.split("/")[0] for each in alerts} == {"7", "8", "9"}


def test_a_folder_without_packets_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no Avro packets"):
        real_alerts(tmp_path)


def test_it_mounts_as_a_group_of_commands():
    app = typer.Typer()
    app.add_typer(train.app, name="train")
    shown = CliRunner().invoke(app, ["train", "--help"])
    assert shown.exit_code == 0
    assert "realbogus" in shown.output
    assert "classes" in shown.output
