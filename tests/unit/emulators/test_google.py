"""Finding and running Google's emulators, with stand-ins for what a machine may lack."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.google.launch import EmulatorMissing, Running, pubsub_emulator
from emulators.google.locate import DockerImage, Jar, Missing, find, sdk_roots
from emulators.google.process import ServerError, answers_http, free_port, running, wait_until

SERVER = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]


@pytest.fixture
def sdk(tmp_path):
    lib = tmp_path / "sdk/platform/pubsub-emulator/lib"
    lib.mkdir(parents=True)
    for version in ("0.8.19", "0.8.20"):
        (lib / f"cloud-pubsub-emulator-{version}-all.jar").touch()
    return tmp_path / "sdk"


def program(folder: Path, name: str, exit_code: int = 0) -> dict[str, str]:
    """Write a program that only exits, and return an environment whose PATH holds it alone."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\nexit {exit_code}\n")
    (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def test_newest_jar_runs_with_java_from_the_path(sdk, tmp_path):
    found = find("pubsub", program(tmp_path / "bin", "java"), [sdk])
    assert isinstance(found, Jar)
    assert found.path.name == "cloud-pubsub-emulator-0.8.20-all.jar"
    assert found.java == tmp_path / "bin/java"
    command = found.command(port=8085, heap_mb=256)
    assert "-Xmx256m" in command
    assert command[-2:] == ["--host=127.0.0.1", "--port=8085"]


def test_java_home_goes_before_the_path(sdk, tmp_path):
    home = tmp_path / "jdk"
    home.mkdir()
    program(home / "bin", "java")
    found = find("pubsub", program(tmp_path / "bin", "java") | {"JAVA_HOME": str(home)}, [sdk])
    assert isinstance(found, Jar)
    assert found.java == home / "bin/java"


def test_docker_stands_in_for_a_missing_sdk(tmp_path):
    found = find("firestore", program(tmp_path / "bin", "docker"), [])
    assert isinstance(found, DockerImage)
    assert "emulators firestore start" in found.command()


def test_docker_without_its_daemon_is_no_docker(tmp_path):
    found = find("firestore", program(tmp_path / "bin", "docker", exit_code=1), [])
    assert found == Missing("firestore", "no gcloud SDK with the firestore emulator and no Docker")


def test_jar_without_java_is_missing_and_says_so(sdk, tmp_path):
    found = find("pubsub", {"PATH": str(tmp_path)}, [sdk])
    assert isinstance(found, Missing)
    assert "Java" in found.reason


def test_sdk_is_found_from_gcloud_on_the_path(tmp_path):
    environ = program(tmp_path / "sdk", "x") | program(tmp_path / "sdk/bin", "gcloud")
    assert sdk_roots(environ)[0] == tmp_path / "sdk"


def test_sdk_root_named_in_the_environment_goes_first(sdk):
    assert sdk_roots({"CLOUDSDK_ROOT_DIR": str(sdk), "PATH": ""})[0] == sdk


def test_emulator_that_is_nowhere_raises_with_the_reason(monkeypatch):
    monkeypatch.setattr(
        "emulators.google.launch.find", lambda service: Missing(service, "not on this planet")
    )
    with pytest.raises(EmulatorMissing, match="not on this planet"), pubsub_emulator():
        pass


def test_running_emulator_names_its_environment_variable():
    assert Running("PUBSUB_EMULATOR_HOST", "127.0.0.1:1").environ == {
        "PUBSUB_EMULATOR_HOST": "127.0.0.1:1"
    }


def test_server_runs_for_the_block_and_ends_with_it(tmp_path):
    port = free_port()
    with running([*SERVER, str(port)], tmp_path / "log", lambda: answers_http(port)) as process:
        assert process.poll() is None
    assert process.poll() is not None
    assert not answers_http(port)


def test_server_that_ends_at_once_raises_with_its_log(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with (
        pytest.raises(ServerError, match="no such thing"),
        running(command, tmp_path / "log", lambda: False),
    ):
        pass


def test_silent_server_raises_and_is_ended(tmp_path):
    command = [sys.executable, "-c", "import time; print('hm', flush=True); time.sleep(60)"]
    with (
        pytest.raises(ServerError, match="silent"),
        running(command, tmp_path / "log", lambda: False, timeout_s=0.3),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_server_ends_when_its_parent_is_killed(tmp_path):
    port = free_port()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys, time; from pathlib import Path\n"
                "from emulators.google.process import *\n"
                f"with running({[*SERVER, str(port)]!r}, Path({str(tmp_path / 'log')!r}),"
                f" lambda: answers_http({port})):\n"
                " print('up', flush=True); time.sleep(60)"
            ),
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout.readline() == b"up\n"
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()

    assert wait_until(lambda: not answers_http(port), timeout_s=60)
