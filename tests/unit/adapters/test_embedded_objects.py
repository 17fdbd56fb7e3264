"""What only the embedded object store has: a folder, several processes, deaths of writers."""

import json
import multiprocessing
import os
import time

import pytest

from fritz.adapters.embedded.objects import FolderObjects
from fritz.errors import Invalid
from tests.support.killing import killed_after


def create_all(folder, mark):
    objects = FolderObjects(folder)
    won = [n for n in range(100) if objects.create(f"race/{n}", mark * 5000)]
    objects.create(f"won/{mark.decode()}", json.dumps(won).encode())


def test_of_several_processes_one_creates_each_object(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=create_all, args=(tmp_path, mark)) for mark in (b"a", b"b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    objects = FolderObjects(tmp_path)
    claims = {mark: json.loads(objects.get(f"won/{mark}")) for mark in "ab"}
    for n in range(100):
        data = objects.get(f"race/{n}")
        assert data in {b"a" * 5000, b"b" * 5000}
        winners = [mark for mark in "ab" if n in claims[mark]]
        assert winners == [data[:1].decode()]


def create_for_ever(folder):
    objects = FolderObjects(folder)
    for n in range(10**9):
        objects.create(f"pack/{n:09d}", b"%09d" % n * 50_000)


def test_a_kill_leaves_whole_objects(tmp_path):
    objects = FolderObjects(tmp_path)
    killed_after(create_for_ever, tmp_path, ready=lambda: any(objects.list("pack/")))
    for key in objects.list(""):
        assert objects.get(key) == key[-9:].encode() * 50_000


def test_what_killed_writers_left_is_removed_when_old(tmp_path):
    FolderObjects(tmp_path)
    old, new = (tmp_path / ".incoming" / name for name in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"half")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    objects = FolderObjects(tmp_path)
    assert not old.exists()
    assert new.exists()
    assert list(objects.list("")) == []


def test_files_on_their_way_are_no_objects(tmp_path):
    objects = FolderObjects(tmp_path)
    with pytest.raises(Invalid):
        objects.create(".incoming/x", b"")


def test_no_object_lies_below_another(tmp_path):
    objects = FolderObjects(tmp_path)
    objects.create("a", b"x")
    with pytest.raises(Invalid, match="below"):
        objects.create("a/b", b"y")
    assert objects.get("a") == b"x"
    objects.create("folder/b", b"y")
    with pytest.raises(Invalid, match="above"):
        objects.create("folder", b"z")


def test_a_link_in_the_folder_leads_nowhere_new(tmp_path):
    """Keys cannot name a parent, so that only what stands in the folder can be read."""
    objects = FolderObjects(tmp_path / "inner")
    (tmp_path / "secret").write_bytes(b"secret")
    for key in ("../secret", "x/../../secret", str(tmp_path / "secret")):
        with pytest.raises(Invalid):
            objects.get(key)
