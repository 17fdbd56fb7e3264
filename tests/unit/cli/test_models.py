import json

import pytest
import typer
from typer.testing import CliRunner

from fritz.classifiers.known import known_card
from fritz.cli.models import app
from fritz.errors import FritzError, Invalid, NotFound
from tests.support.onnx_models import feature_model

RUNNER = CliRunner()


@pytest.fixture
def fritz(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRITZ_BACKEND", raising=False)

    def run(*arguments):
        result = RUNNER.invoke(app, [str(each) for each in arguments])
        if isinstance(result.exception, FritzError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def files(tmp_path):
    card, data = feature_model()
    (tmp_path / "tiny.onnx").write_bytes(data)
    (tmp_path / "tiny.json").write_bytes(card.to_json())
    return tmp_path / "tiny.onnx", "--card", tmp_path / "tiny.json"


def states(fritz):
    listed = json.loads(fritz("list", "--json"))["models"]
    return {each["id"]: each["state"] for each in listed}


def test_a_model_goes_from_shadow_to_active_to_retired(fritz, files):
    assert states(fritz) == {}
    fritz("add", *files)
    assert states(fritz) == {"tiny@v1": "shadow"}
    fritz("activate", "tiny", "v1")
    assert states(fritz) == {"tiny@v1": "active"}
    fritz("shadow", "tiny", "v1")
    assert states(fritz) == {"tiny@v1": "shadow"}
    fritz("retire", "tiny", "v1")
    assert states(fritz) == {"tiny@v1": "retired"}
    assert "tiny" in fritz("list")


def test_a_model_can_start_active_but_in_no_other_state(fritz, files):
    with pytest.raises(Invalid, match="retired"):
        fritz("add", *files, "--state", "retired")
    fritz("add", *files, "--state", "active")
    assert states(fritz) == {"tiny@v1": "active"}


def test_a_truncated_file_is_refused(fritz, files):
    files[0].write_bytes(files[0].read_bytes()[:100])
    with pytest.raises(Invalid, match="truncated"):
        fritz("add", *files)
    assert states(fritz) == {}


def test_fetch_says_where_the_weights_come_from_and_what_they_are(fritz):
    text = fritz("fetch", "braai")
    card = known_card("braai")
    for part in ("dmitryduev/braai", "MIT", card.sha256, str(card.size_bytes), "tf2onnx"):
        assert part in text
    assert json.loads(fritz("fetch", "acai_h", "--json"))["sha256"] == known_card("acai_h").sha256


def test_fetch_refuses_a_file_of_another_hash(fritz, files):
    with pytest.raises(Invalid, match="sha256"):
        fritz("fetch", "braai", "--file", files[0])


def test_fetch_refuses_other_weights_even_as_an_own_conversion(fritz, files):
    with pytest.raises(Invalid, match="braai"):
        fritz("fetch", "braai", "--file", files[0], "--own-conversion")


def test_fetch_knows_which_models_there_are(fritz):
    assert "braai@d6_m9" in json.loads(fritz("fetch", "all"))["known"]
    with pytest.raises(NotFound, match="braai"):
        fritz("fetch", "btsbot")
    with pytest.raises(NotFound, match="no file"):
        fritz("fetch", "braai", "--file", "nothing.onnx")


def test_the_commands_mount_under_one_name():
    parent = typer.Typer()
    parent.add_typer(app, name="models")
    result = RUNNER.invoke(parent, ["models", "--help"])
    for command in ("add", "list", "activate", "retire", "fetch"):
        assert command in result.stdout
