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


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A platform started by `fritz up`: its folder and its record."""
    data = tmp_path_factory.mktemp("up") / "data"
    process = subprocess.Popen([str(FRITZ), "up", "--port", str(free_port()), "--data", str(data)])
    record = wait_for(data / "local.json")
    yield data, record
    process.terminate()
    process.wait(PATIENCE_S)


def test_local_json_is_for_its_owner_only_and_its_token_works(running):
    data, record = running
    assert stat.S_IMODE((data / "local.json").stat().st_mode) == 0o600
    assert set(record) == {"base_url", "admin_token", "pid"}
    assert ask(record, "/api/sysinfo")["status"] == "success"
    assert ask(record, "/api/internal/profile")["data"]["acls"]


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


def test_a_second_platform_on_the_same_folder_is_refused(running, fritz):
    data, record = running
    done = fritz("up", "--port", free_port(), "--data", data, check=1)
    assert str(record["pid"]) in done.stderr


def test_a_port_in_use_is_said_in_words(fritz, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = fritz("up", "--port", port, "--data", tmp_path, check=1)
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "local.json").exists()


def test_a_token_has_the_rights_it_was_given(running, fritz_json):
    data, record = running
    made = fritz_json("token", "create", "--user", "admin", "--acl", "Upload data", "--data", data)
    profile = ask({**record, "admin_token": made["token"]}, "/api/internal/profile")["data"]
    assert profile["permissions"] == ["Upload data"]


def test_a_token_for_nobody_is_refused(running, fritz):
    data, _ = running
    done = fritz("token", "create", "--user", "nobody", "--acl", "Comment", "--data", data, check=1)
    assert done.stderr.splitlines()[-1] == "fritz: no user nobody"


def test_down_stops_what_up_started(fritz, fritz_json, tmp_path):
    process = subprocess.Popen(
        [str(FRITZ), "up", "--port", str(free_port()), "--data", str(tmp_path), "--workers", "1"]
    )
    record = wait_for(tmp_path / "local.json")
    assert fritz_json("status", "--data", tmp_path)["running"] is True
    fritz("down", "--data", tmp_path)
    assert process.wait(PATIENCE_S) == 0
    assert fritz_json("status", "--data", tmp_path)["running"] is False
    with pytest.raises(requests.ConnectionError, match="refused"):
        ask(record, "/api/sysinfo")


def test_the_demo_sums_up_a_night_and_leaves(fritz, tmp_path):
    done = fritz("demo", "--alerts", 120, "--seed", 3, "--port", free_port(), "--data", tmp_path,
                 "--exit", "--json")  # fmt: skip
    summary = json.loads(done.stdout.splitlines()[-1])
    known = ("archived", "duplicates", "quarantined", "dead_lettered")
    assert summary["published"] == sum(summary[name] for name in known) >= 120
    assert summary["candidates"] == sum(summary["candidates_by_filter"].values()) > 0
    assert not (tmp_path / "local.json").exists()


def test_simulate_writes_a_tarball_and_the_truth_beside_it(fritz_json, tmp_path):
    out = tmp_path / "night.tar.gz"
    assert fritz_json("simulate", "--alerts", 20, "--seed", 5, "--out", out)["alerts"] == 20
    with tarfile.open(out) as tar:
        names = tar.getnames()
    assert len(names) == 20
    assert all(re.fullmatch(r"\d+\.avro", name) for name in names)
    assert len((tmp_path / "night.truth.jsonl").read_text().splitlines()) == 20


@pytest.mark.parametrize(
    "command",
    ["demo", "up", "down", "status", "replay", "simulate", "mirror", "token", "token create"],
)
def test_every_command_explains_itself(fritz, command):
    assert "Usage: fritz" in fritz(*command.split(), "--help").stdout
