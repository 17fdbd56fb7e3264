"""Deploying: the same artefacts whoever builds them, the steps in their order, the way back."""

import hashlib
import http.server
import json
import shutil
import subprocess
import threading
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import yaml

from fritz.cli import deploy as command
from fritz.cli.checkout import checkout_root, functions
from fritz.cli.deploy import Deployment
from fritz.cli.deploying.artefacts import Artefact, artefacts, built_wheel, zipped
from fritz.cli.deploying.release import Release, known, terraform_commands
from fritz.cli.deploying.requirements import locked, requirements_of
from fritz.cli.deploying.smoke import Check, smoke
from fritz.errors import FritzError, NotFound
from tests.plugins.must_run import require
from tests.support.fakes import MemoryObjects

ROOT = checkout_root()


def requirements(name):
    lines = requirements_of(
        ROOT / f"functions/{name}/pyproject.toml",
        ROOT / "shared/pyproject.toml",
        ROOT / "requirements.lock",
    )
    return {line.partition("==")[0]: line for line in lines}


@pytest.mark.parametrize("name", sorted({Path(each.source).parent.name for each in functions()}))
def test_a_function_gets_what_it_imports_pinned_and_hashed_and_no_more(name):
    found = requirements(name)
    needed = {"functions-framework", "google-cloud-firestore", "pyarrow", "numpy", "flask"}
    assert needed <= set(found)
    assert not {"typer", "pytest", "duckdb", "matplotlib"} & set(found)
    assert ("onnxruntime" in found) == (name == "ingest")
    assert all("--hash=sha256:" in line for line in found.values())


def test_of_two_pins_the_one_for_where_functions_run_is_taken(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# comment\n"
        "one==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:aa\n"
        "one==2.0 ; sys_platform != 'win32' \\\n    --hash=sha256:bb\n"
        "two==3.0 \\\n    --hash=sha256:cc\n"
    )
    found = locked(lock)
    assert found["one"].startswith("one==2.0")
    assert set(found) == {"one", "two"}


def test_a_zip_tells_no_time_and_no_order():
    one = zipped({"b.py": b"2", "a.py": b"1"})
    assert one == zipped({"a.py": b"1", "b.py": b"2"})
    with zipfile.ZipFile(BytesIO(one)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == ["a.py", "b.py"]


def test_two_builds_are_equal_and_hold_what_runs(tmp_path):
    uv = shutil.which("uv") or (ROOT / ".tools/bin/uv").exists()
    require("uv", bool(uv), "no uv on the PATH nor in .tools")
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        wheel = built_wheel(ROOT, tmp_path / name)
        found.append(artefacts(ROOT, functions(), wheel))
    assert found[0] == found[1]
    assert set(found[0]) == {each.name for each in functions()}
    assert found[0]["deadletter"].key == found[0]["deadletter-filter"].key
    ingest = found[0]["ingest"]
    assert hashlib.sha256(ingest.data).hexdigest()[:16] in ingest.key
    with zipfile.ZipFile(BytesIO(ingest.data)) as archive:
        assert archive.read("main.py") == (ROOT / "functions/ingest/main.py").read_bytes()
        last = archive.read("requirements.txt").decode().splitlines()[-1]
        name, _, digest = last.removeprefix("./").partition(" --hash=sha256:")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        with zipfile.ZipFile(BytesIO(archive.read(name))) as library:
            inside = set(library.namelist())
    assert {"fritz/wiring.py", "fritz/catalogs/definitions/Gaia_DR3.toml"} <= inside
    assert not [each for each in inside if "__pycache__" in each]


class Machine:
    """Runs nothing and remembers what it was asked to."""

    def __init__(self, known=""):
        self.commands = []
        self.known = known

    def __call__(self, asked, folder):
        words = [each for each in asked if "=" not in each or each.startswith("-")]
        self.commands.append(" ".join(words))
        if "output" in asked:
            uris = {"ingest": {"uri": "https://ingest"}}
            return json.dumps({"web": {"value": "https://web"}, "functions": {"value": uris}})
        answers = {"git": "v7\n", "gcloud": "123\n"}
        return self.known if {"ls", "list"} & set(asked) else answers.get(asked[0], "")

    def place(self, part):
        (found,) = [n for n, each in enumerate(self.commands) if part in each]
        return found


@pytest.fixture
def healthy(monkeypatch):
    monkeypatch.setattr(command, "smoke", lambda url, name: [Check("it answers", True, url)])


BUILT = {"ingest": Artefact("ingest", b"zip"), "nightly": Artefact("nightly", b"other")}


def test_a_release_is_uploaded_planned_applied_migrated_and_looked_at(healthy):
    machine, blobs = Machine(), MemoryObjects()
    deployment = Deployment("p", "staging", [], machine)
    deployment.release(BUILT, blobs, image="web@sha256:1", url="", plan=False)
    assert {each.key for each in BUILT.values()} < set(blobs.objects)
    order = [machine.place(each) for each in ("migrate --plan", "terraform plan", "apply")]
    assert order == sorted(order)
    assert machine.commands[-2].endswith("fritz migrate")
    planned = machine.commands[machine.place("terraform plan")]
    assert "-var-file=environments/staging.tfvars" in planned
    assert "-var=release=v7" in planned
    assert BUILT["ingest"].key in planned
    back = known(blobs, "staging", "v7")
    assert back.artefacts["nightly"] == BUILT["nightly"].key


def test_a_plan_changes_nothing():
    machine, blobs = Machine(), MemoryObjects()
    Deployment("p", "staging", [], machine).release(BUILT, blobs, image="", url="", plan=True)
    assert blobs.objects == {}
    changing = [each for each in machine.commands if "apply" in each or "submit" in each]
    assert changing == []
    assert not machine.commands[-1].endswith("migrate")


def test_the_way_back_is_the_release_that_was_kept(healthy):
    machine, blobs = Machine(), MemoryObjects()
    deployment = Deployment("p", "production", [], machine)
    deployment.release(BUILT, blobs, image="web@sha256:1", url="https://f.example", plan=False)
    again = Machine()
    Deployment("p", "production", [], again).to(known(blobs, "production", "v7"), plan=False)
    assert (
        again.commands[again.place("terraform plan")]
        == machine.commands[machine.place("terraform plan")]
    )
    with pytest.raises(NotFound, match="no release v6 was deployed to production"):
        known(blobs, "production", "v6")


def test_what_does_not_answer_fails_the_deployment_and_names_the_way_back(monkeypatch):
    monkeypatch.setattr(command, "smoke", lambda *_: [Check("it answers", False, "status 503")])
    release = Release("v7", "staging", "p", "1", "i", {}, "u")
    with pytest.raises(FritzError, match="--env staging --rollback"):
        Deployment("p", "staging", [], Machine()).to(release, plan=False)


def test_a_new_project_gets_its_state_bucket_and_its_key_once():
    for standing, made in (("", 1), ("gs://p-terraform/\n", 0)):
        machine = Machine(standing)
        Deployment("p", "staging", [], machine).bootstrap()
        assert sum("buckets create" in each for each in machine.commands) == made
        assert sum("versions add session-key" in each for each in machine.commands) == made
        planned = machine.commands[machine.place("terraform plan")]
        assert {"-target=module.artefacts", "-target=module.delivery"} <= set(planned.split())
        assert "-var=public_url=https://web-123.us-central1.run.app" in planned


def test_the_image_is_built_by_the_account_that_builds(healthy):
    machine = Machine()
    Deployment("p", "staging", [], machine).release(
        BUILT, MemoryObjects(), image="", url="", plan=False
    )
    build = machine.commands[machine.place("builds submit")]
    assert "--config=infra/cloudbuild.yaml" in build
    assert "--substitutions=_IMAGE=us-central1-docker.pkg.dev/p/fritz/web:v7" in build
    told = yaml.safe_load((ROOT / "infra/cloudbuild.yaml").read_text())
    assert told["images"] == told["steps"][0]["args"][2:3] == ["$_IMAGE"]
    assert told["serviceAccount"].endswith("/build@$PROJECT_ID.iam.gserviceaccount.com")


def test_terraform_s_values_are_passed_as_they_are():
    release = Release("v1", "staging", "p", "1", "i@sha256:2", {"b": "y", "a": "x"}, "https://u")
    init, plan = terraform_commands(release, ["mine.tfvars"], apply=False)
    assert "-backend-config=bucket=p-terraform" in init
    assert '-var=artefacts={"a":"x","b":"y"}' in plan
    assert plan.index("-var-file=environments/staging.tfvars") < plan.index("-var-file=mine.tfvars")


@pytest.fixture
def answering():
    """Return what serves answers by path on this machine."""
    servers = []

    def serve(answers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = answers.get(self.path, (404, ""))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for each in servers:
        each.shutdown()


def test_the_smoke_test_sees_another_release_and_an_open_door(answering):
    good = {
        "/api/sysinfo": (200, '{"version": "v7"}'), "/api/sources": (401, ""), "/signin": (200, ""),
    }  # fmt: skip
    assert all(each.passed for each in smoke(answering(good), "v7"))
    failed = [each.what for each in smoke(answering(good), "v8") if not each.passed]
    assert failed == ["it is this release"]
    open_ = good | {"/api/sources": (200, "")}
    assert [c.what for c in smoke(answering(open_), "v7") if not c.passed] == [
        "strangers see no sources"
    ]
    assert not any(each.passed for each in smoke("http://127.0.0.1:9", "v7"))


@pytest.fixture
def checking(monkeypatch, tmp_path):
    """Return what runs `--check`, with artefacts as given and tests that end with a status."""

    def check(status=0, built=(BUILT, BUILT)):
        turns = iter(built)
        monkeypatch.setattr(command, "built_wheel", lambda *_: tmp_path)
        monkeypatch.setattr(command, "artefacts", lambda *_: next(turns))
        done = subprocess.CompletedProcess([], status)
        monkeypatch.setattr(command.subprocess, "run", lambda *_, **__: done)
        (tmp_path / str(status)).mkdir()
        command._check(tmp_path / str(status))

    return check


def test_the_check_says_what_it_cannot_know(checking, capsys):
    checking()
    told = capsys.readouterr().err
    assert all(each in told for each in command.UNCHECKED)
    with pytest.raises(FritzError, match="does not hold"):
        checking(status=1)
    other = BUILT | {"ingest": Artefact("ingest", b"another")}
    with pytest.raises(FritzError, match="two builds of the same checkout differ"):
        checking(status=2, built=(BUILT, other))
