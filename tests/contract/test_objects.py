"""The contract of `fritz.ports.ObjectStore`."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.errors import Invalid, NotFound
from fritz.ports import Extent
from tests.contract.subjects import fresh


def test_a_created_object_reads_back(objects):
    key = fresh("packs/ztf/x")
    assert objects.create(key, b"\x00packet\xff")
    assert objects.get(key) == b"\x00packet\xff"


def test_a_taken_key_stays_as_it_was(objects):
    key = fresh("taken")
    assert objects.create(key, b"first")
    assert not objects.create(key, b"second")
    assert objects.get(key) == b"first"


def test_an_empty_object_is_an_object(objects):
    key = fresh("empty")
    assert objects.create(key, b"")
    assert objects.exists(key)
    assert objects.get(key) == b""
    assert not objects.create(key, b"more")


def test_of_many_creators_one_wins(objects):
    key = fresh("race")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: objects.create(key, b"%d" % n * 1000), range(16)))
    assert sum(made) == 1
    assert objects.get(key) == b"%d" % made.index(True) * 1000


def test_a_missing_object_is_not_found(objects):
    key = fresh("missing")
    assert not objects.exists(key)
    with pytest.raises(NotFound, match=key):
        objects.get(key)
    with pytest.raises(NotFound, match=key):
        objects.get_range(key, 0, 1)


def test_a_folder_is_not_an_object(objects):
    name = fresh("folder")
    objects.create(f"{name}/inner", b"x")
    assert not objects.exists(name)
    with pytest.raises(NotFound):
        objects.get(name)


@settings(max_examples=20, deadline=None)
@given(offset=st.integers(0, 120), length=st.integers(1, 150))
def test_a_range_is_what_a_slice_is(objects, offset, length):
    data = bytes(range(100))
    objects.create("range/fixed", data)
    assert objects.get_range("range/fixed", offset, length) == data[offset : offset + length]


def test_a_range_of_nothing_is_empty(objects):
    key = fresh("nothing")
    objects.create(key, b"abc")
    assert objects.get_range(key, 1, 0) == b""


def test_many_ranges_come_in_the_order_they_were_asked_for(objects):
    keys = [fresh("many"), fresh("more")]
    for number, key in enumerate(keys):
        objects.create(key, bytes(range(number, number + 100)))
    asked = [Extent(keys[n % 2], n, 3) for n in range(30)]
    slices = [bytes(range(n % 2 + n, n % 2 + n + 3)) for n in range(30)]
    assert objects.get_ranges(asked) == slices
    assert objects.get_ranges([]) == []
    with pytest.raises(NotFound):
        objects.get_ranges([*asked, Extent(fresh("none"), 0, 1)])


def test_a_range_must_lie_in_the_object(objects):
    key = fresh("negative")
    objects.create(key, b"abc")
    with pytest.raises(Invalid):
        objects.get_range(key, -1, 2)


def test_keys_are_listed_by_prefix_in_the_order_of_their_bytes(objects):
    stem = fresh("list")
    names = ["a/2", "a/10", "a.b", "a", "b/c/d", "b-c", "ü", "z"]
    keys = [f"{stem}/{name}" if name != "a" else f"{stem}/aa" for name in names]
    for key in keys:
        objects.create(key, b"")
    assert list(objects.list(stem + "/")) == sorted(keys, key=str.encode)
    assert list(objects.list(f"{stem}/a/")) == [f"{stem}/a/10", f"{stem}/a/2"]
    assert list(objects.list(f"{stem}/b")) == [f"{stem}/b-c", f"{stem}/b/c/d"]


def test_a_prefix_may_end_within_a_name(objects):
    stem = fresh("part")
    objects.create(f"{stem}/20260101.pack", b"")
    objects.create(f"{stem}/20260102.pack", b"")
    assert list(objects.list(f"{stem}/2026010")) == [
        f"{stem}/20260101.pack",
        f"{stem}/20260102.pack",
    ]
    assert list(objects.list(f"{stem}/20260102")) == [f"{stem}/20260102.pack"]


def test_an_unknown_prefix_lists_nothing(objects):
    assert list(objects.list(fresh("nobody"))) == []


def test_a_deleted_object_is_gone_and_its_key_free(objects):
    key = fresh("deleted")
    objects.create(key, b"old")
    objects.delete(key)
    assert not objects.exists(key)
    assert key not in list(objects.list(key))
    assert objects.create(key, b"new")
    assert objects.get(key) == b"new"


def test_deleting_nothing_does_nothing(objects):
    key = fresh("nothing")
    objects.delete(key)
    assert not objects.exists(key)


def test_a_large_object_reads_back(objects):
    key = fresh("large")
    data = bytes(range(256)) * 40_000
    objects.create(key, data)
    assert objects.get(key) == data
    assert objects.get_range(key, 10_239_990, 100) == data[-10:]


@pytest.mark.parametrize("key", ["", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", ".", "a\0b"])
def test_a_key_that_could_leave_the_store_is_refused(objects, key):
    with pytest.raises(Invalid):
        objects.create(key, b"x")
    with pytest.raises(Invalid):
        objects.get(key)


def test_a_key_has_at_most_1024_bytes(objects):
    with pytest.raises(Invalid):
        objects.create("/".join(["ü" * 100] * 6), b"x")
