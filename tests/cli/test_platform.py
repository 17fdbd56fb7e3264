"""`fritz up`, `down`, `status`, `demo`, `token` and `simulate`, as a person would use them."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import tarfile
import time

import pytest
import requests

from fritz.adapters.embedded import processes
from tests.cli.conftest import FRITZ, PATIENCE_S
from tests.support.packets import ztf_packet


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(record, path):
    headers = {"Authorization": f"token {record['admin_token']}"}
    answer = requests.get(record["base_url"] + path, headers=headers, timeout=30)
    assert answer.status_code == 200
    return answer.json()


def wait_for(path):
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.1)
    return json.loads(path.read_text())


ONE_PLATFORM = pytest.mark.xdist_group("up")
"""For the tests that share the fixture `running`: one worker of pytest-xdist has them all."""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A platform started by `fritz up`: its folder and its record."""
    data = tmp_path_factory.mktemp("up") / "data"
    process = subprocess.Popen([str(FRITZ), "up", "--port", str(free_port()), "--data", str(data)])
    record = wait_for(data / "local.json")
    yield data, record
    process.terminate()
    process.wait(PATIENCE_S)


@ONE_PLATFORM
def test_local_json_is_for_its_owner_only_and_its_token_works(running):
    data, record = running
    assert stat.S_IMODE((data / "local.json").stat().st_mode) == 0o600
    assert set(record) == {"base_url", "admin_token", "pid"}
    assert ask(record, "/api/sysinfo")["status"] == "success"
    assert ask(record, "/api/internal/profile")["data"]["permissions"]


@ONE_PLATFORM
def test_replay_uses_the_platform_that_runs_and_its_page_shows_the_candidates(
    running, fritz_json, tmp_path
):
    data, record = running
    (tmp_path / "one.avro").write_bytes(ztf_packet(magpsf=17.0, drb=0.99, object_id="ZTF20up"))
    report = fritz_json("replay", tmp_path, "--data", data)
    assert report["archived"] == 1
    assert report["candidates"] >= 1
    found = ask(record, "/api/candidates")["data"]["candidates"]
    assert "ZTF20up" in {each["id"] for each in found}


@ONE_PLATFORM
def test_a_killed_worker_is_replaced(running, fritz_json, tmp_path):
    data, record = running
    children = subprocess.run(
        ["pgrep", "-P", str(record["pid"]), "-f", "fritz.cli.worker"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    (tmp_path / "two.avro").write_bytes(ztf_packet(candid=99, object_id="ZTF20killed"))
    assert fritz_json("replay", tmp_path, "--data", data)["archived"] == 1


@ONE_PLATFORM
def test_a_second_platform_on_the_same_folder_is_refused(running, fritz_here):
    data, record = running
    done = fritz_here("up", "--port", free_port(), "--data", data, check=1)
    assert str(record["pid"]) in done.stderr


def test_a_port_in_use_is_said_in_words(fritz_here, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = fritz_here("up", "--port", port, "--data", tmp_path, check=1)
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "local.json").exists()


@ONE_PLATFORM
def test_a_token_has_the_rights_it_was_given(running, fritz_json_here):
    data, record = running
    made = fritz_json_here(
        "token", "create", "--user", "admin", "--acl", "Upload data", "--data", data
    )
    profile = ask({**record, "admin_token": made["token"]}, "/api/internal/profile")["data"]
    assert profile["permissions"] == ["Upload data"]


@ONE_PLATFORM
def test_a_token_for_nobody_is_refused(running, fritz_here):
    data, _ = running
    done = fritz_here(
        "token", "create", "--user", "nobody", "--acl", "Comment", "--data", data, check=1
    )
    assert done.stderr.splitlines()[-1] == "fritz: no user nobody"


def test_down_stops_what_up_started(fritz_json_here, tmp_path):
    process = subprocess.Popen(
        [str(FRITZ), "up", "--port", str(free_port()), "--data", str(tmp_path), "--workers", "1",
         "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    said = json.loads(process.stdout.readline())
    record = json.loads((tmp_path / "local.json").read_text())
    assert said == {"base_url": record["base_url"], "pid": process.pid, "data": str(tmp_path)}
    assert fritz_json_here("status", "--data", tmp_path)["running"] is True
    assert fritz_json_here("down", "--data", tmp_path) == {"stopped": True, "pid": process.pid}
    with pytest.raises(requests.ConnectionError, match="refused"):  # when `down` returns, already
        ask(record, "/api/sysinfo")
    assert fritz_json_here("status", "--data", tmp_path)["running"] is False
    assert fritz_json_here("down", "--data", tmp_path) == {"stopped": False, "pid": None}
    assert process.wait(PATIENCE_S) == 0


def children_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], check=False, capture_output=True, text=True)
    return found.stdout.split()


def wait_until_gone(pids):
    deadline = time.monotonic() + PATIENCE_S
    while any(processes.is_alive(processes._name(int(pid))) for pid in pids):
        assert time.monotonic() < deadline, "processes were left behind"
        time.sleep(0.1)


def test_a_second_demo_leaves_the_first_alone_and_a_demo_that_is_ended_leaves_nothing(
    fritz_here, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    data = tmp_path / ".fritz" / "demo"
    demo = [str(FRITZ), "demo", "--alerts", "5000", "--workers", "1", "--port", str(free_port())]
    first = subprocess.Popen(demo)
    record = wait_for(data / "local.json")
    inode = (data / "documents.sqlite").stat().st_ino
    done = fritz_here("demo", "--alerts", 1, "--exit", "--port", free_port(), check=1)
    assert f"process {first.pid}" in done.stderr
    assert (data / "documents.sqlite").stat().st_ino == inode
    children = children_of(first.pid)
    assert len(children) == 2
    os.kill(record["pid"], signal.SIGTERM)
    assert first.wait(PATIENCE_S) == 128 + signal.SIGTERM
    wait_until_gone(children)
    assert not (data / "local.json").exists()


@pytest.mark.slow
def test_a_replay_does_not_outwait_a_platform_that_was_killed(fritz_json_here, tmp_path):
    data = tmp_path / "data"
    up = subprocess.Popen(
        [str(FRITZ), "up", "--port", str(free_port()), "--data", str(data), "--workers", "1"]
    )
    wait_for(data / "local.json")
    for n in range(3):
        (tmp_path / f"{n}.avro").write_bytes(ztf_packet(candid=n + 1))
    replay = subprocess.Popen(
        [str(FRITZ), "replay", *map(str, tmp_path.glob("*.avro")), "--rate", "0.05",
         "--data", str(data)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE_S
    while fritz_json_here("status", "--data", data)["topics"]["ztf-alerts"]["published"] == 0:
        assert time.monotonic() < deadline
    children = children_of(up.pid)
    up.kill()
    up.wait()
    assert f"fritz: the platform on {data} has stopped" in replay.communicate(timeout=PATIENCE_S)[1]
    assert replay.returncode == 1
    wait_until_gone(children)
    assert fritz_json_here("status", "--data", data)["running"] is False


@pytest.mark.parametrize("command", ["status", "down", "token create --user admin --acl Comment"])
def test_commands_that_look_create_nothing(fritz_here, tmp_path, command):
    done = fritz_here(*command.split(), "--data", tmp_path / "nowhere", check=1)
    assert done.stderr == f"fritz: there is no platform in {tmp_path}/nowhere\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        (["status"], {"FRITZ_LOG_LEVEL": "loud"}, "FRITZ_LOG_LEVEL"),
        (["replay", "/dev/null", "--data", "/dev/null/x"], {}, "/dev/null/x"),
        (["replay", "/dev/null"], {"FRITZ_BATCH_SIZE": "many"}, "FRITZ_BATCH_SIZE"),
    ],
)
def test_what_goes_wrong_is_one_line(fritz_here, tmp_path, monkeypatch, arguments, environ, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".fritz").mkdir()
    (tmp_path / ".fritz" / "documents.sqlite").touch()
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (line,) = fritz_here(*arguments, check=1).stderr.splitlines()
    assert line.startswith("fritz: ")
    assert said in line


def test_help_does_not_depend_on_settings(fritz, monkeypatch):
    monkeypatch.setenv("FRITZ_LOG_LEVEL", "loud")
    assert "Usage: fritz" in fritz("--help").stdout


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_a_port_that_cannot_be_is_refused(fritz_here, tmp_path, port):
    assert "--port" in fritz_here("up", "--port", port, "--data", tmp_path, check=2).stderr


def test_the_demo_sums_up_a_night_and_leaves(fritz, tmp_path):
    done = fritz("demo", "--alerts", 120, "--seed", 3, "--port", free_port(), "--data", tmp_path,
                 "--exit", "--workers", 1, "--json")  # fmt: skip
    summary = json.loads(done.stdout.splitlines()[-1])
    known = ("archived", "duplicates", "quarantined", "dead_lettered")
    assert summary["published"] == sum(summary[name] for name in known) >= 120
    assert summary["candidates"] == sum(summary["candidates_by_filter"].values()) > 0
    assert not (tmp_path / "local.json").exists()


@pytest.mark.parametrize("name", ["night.tar.gz", "night.tgz"])
def test_simulate_writes_a_tarball_and_the_truth_beside_it(fritz_here, tmp_path, name):
    out = tmp_path / name
    told = fritz_here("simulate", "--alerts", 20, "--seed", 5, "--out", out, "--json").stdout
    assert json.loads(told.splitlines()[-1])["alerts"] == 20
    with tarfile.open(out) as tar:
        names = tar.getnames()
    assert len(names) == 20
    assert all(re.fullmatch(r"\d+\.avro", name) for name in names)
    assert len((tmp_path / "night.truth.jsonl").read_text().splitlines()) == 20
