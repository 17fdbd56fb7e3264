"""Who works on a folder is known for sure, also after deaths and damage."""

import json
import multiprocessing
import os

import pytest

from fritz.adapters.embedded.processes import this_process
from fritz.cli import platforms
from fritz.cli.local import LOCK, FolderLock, LocalPlatform, owner_of
from fritz.cli.platforms import TOKEN_NAME, marshal_on, opened, seeded
from fritz.cli.supervisor import Supervisor
from fritz.errors import Conflict, Invalid
from fritz.services.tokens import TokenStore

RECORD = LocalPlatform("http://localhost:5000", "fritz_secret", os.getpid())


@pytest.fixture
def lock(tmp_path):
    held = FolderLock(tmp_path)
    assert held.acquire()
    yield held
    held.release()


def test_the_lock_is_one_process_s_and_names_it(lock, tmp_path):
    assert not FolderLock(tmp_path).acquire()
    assert owner_of(tmp_path) == this_process()
    lock.release()
    assert owner_of(tmp_path) is None
    again = FolderLock(tmp_path)
    assert again.acquire()
    again.release()


def test_who_wants_a_locked_folder_is_told_who_has_it(lock, tmp_path):
    with pytest.raises(Conflict, match=f"process {os.getpid()} works on"):
        FolderLock(tmp_path).require()
    RECORD.write(tmp_path)
    with pytest.raises(Conflict, match=r"a platform runs on .* http://localhost:5000"):
        FolderLock(tmp_path).require()


def die_with_lock(data):
    FolderLock(data).acquire()
    LocalPlatform("http://localhost:1", "x", os.getpid()).write(data)
    os._exit(9)


def test_the_lock_and_the_record_of_the_dead_are_worth_nothing(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=die_with_lock, args=(tmp_path,))
    process.start()
    process.join()
    assert json.loads((tmp_path / "local.json").read_text())["pid"] == process.pid
    assert LocalPlatform.running(tmp_path) is None
    after = FolderLock(tmp_path)
    assert after.acquire()
    assert LocalPlatform.running(tmp_path) is None, "the record is of another process"
    after.release()


def test_a_later_process_with_the_same_number_is_not_taken_for_the_platform(lock, tmp_path):
    RECORD.write(tmp_path)
    assert LocalPlatform.running(tmp_path) == RECORD
    (tmp_path / LOCK).write_text(f"{os.getpid()}-1")
    assert LocalPlatform.running(tmp_path) is None


@pytest.mark.parametrize("text", ["", '{"base_url": "http', "[]", "{}"])
def test_a_damaged_record_of_what_runs_is_said_in_words(lock, tmp_path, text):
    (tmp_path / "local.json").write_text(text)
    with pytest.raises(Invalid, match=r"local\.json is damaged"):
        LocalPlatform.running(tmp_path)


def test_the_record_is_replaced_whole(lock, tmp_path):
    RECORD.write(tmp_path)
    RECORD.write(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["local.json", LOCK]


def test_starting_again_leaves_one_token(tmp_path):
    with opened(tmp_path) as platform:
        first, second = seeded(platform), seeded(platform)
        tokens = TokenStore(platform.documents)
        assert tokens.find(first) is None
        assert [each.name for each in tokens.of_user(1)] == [TOKEN_NAME]
        assert tokens.find(second) is not None


@pytest.fixture
def no_processes(monkeypatch):
    """A supervisor that starts nothing and writes down what it finds when it is stopped."""
    seen = []
    monkeypatch.setattr(Supervisor, "start", lambda self: None)
    monkeypatch.setattr(
        Supervisor, "stop", lambda self: seen.append(LocalPlatform.running(self.data))
    )
    monkeypatch.setattr(platforms, "require_free", lambda port: None)
    return seen


def test_the_record_stays_until_every_process_has_stopped(tmp_path, no_processes):
    with marshal_on(tmp_path, 5000, 1) as (_, record):
        assert LocalPlatform.running(tmp_path) == record
    assert no_processes == [record]
    assert not (tmp_path / "local.json").exists()
    with opened(tmp_path) as platform:
        assert TokenStore(platform.documents).find(record.admin_token) is None


def test_a_folder_is_emptied_only_when_nothing_runs_there(tmp_path, no_processes, monkeypatch):
    kept = tmp_path / "kept"
    kept.write_text("the running demo's")
    with marshal_on(tmp_path, 5000, 1), pytest.raises(Conflict, match="runs on"):  # noqa: SIM117 -- the first must run
        with marshal_on(tmp_path, 5001, 1, afresh=True):
            pytest.fail("two platforms on one folder")
    assert kept.exists()

    def in_use(port):
        raise Conflict(f"port {port} is in use")

    with monkeypatch.context() as patched:
        patched.setattr(platforms, "require_free", in_use)
        with pytest.raises(Conflict, match="in use"), marshal_on(tmp_path, 5000, 1, afresh=True):
            pytest.fail("no port")
    assert kept.exists()
    with marshal_on(tmp_path, 5000, 1, afresh=True):
        assert not kept.exists()
