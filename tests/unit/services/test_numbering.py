from concurrent.futures import ThreadPoolExecutor

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Invalid
from fritz.ports import Create
from fritz.services.numbering import FIRST_BLOCK, LARGEST_BLOCK, Numbers


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    yield store
    store.close()


def leased(documents, collection="points"):
    return documents.get("counters", collection).data["last"]


def test_ids_start_above_what_stands_there(documents):
    documents.commit([Create("filters", str(n), {"id": n}) for n in (9, 10, 2)])
    numbers = Numbers(documents)
    assert [numbers.next("filters") for _ in range(3)] == [11, 12, 13]
    assert numbers.next("groups") == 1


def test_blocks_double_while_they_are_used_up(documents):
    numbers = Numbers(documents)
    taken = [numbers.next("points") for _ in range(4000)]
    assert taken == list(range(1, 4001))
    assert leased(documents) == sum(FIRST_BLOCK * 2**n for n in range(9))


def test_many_at_once_ascend_and_cost_one_lease(documents):
    numbers = Numbers(documents)
    assert numbers.take("points", 10_000) == list(range(1, 10_001))
    assert leased(documents) == 10_000
    for _ in range(12):
        numbers.take("points", 10_000)
    assert leased(documents) - 130_000 < LARGEST_BLOCK
    with pytest.raises(Invalid, match="0 ids of points"):
        numbers.take("points", 0)


def test_no_id_is_given_out_twice(documents):
    """Eight threads on three allocators, which stand for processes."""
    several = [Numbers(documents) for _ in range(3)]

    def work(n):
        own = [several[(n + step) % 3].take("points", 1 + step % 5) for step in range(40)]
        assert all(ids == sorted(ids) for ids in own)
        return [number for ids in own for number in ids]

    with ThreadPoolExecutor(8) as pool:
        given = [number for ids in pool.map(work, range(8)) for number in ids]
    assert len(given) == len(set(given)) == 8 * 40 * 3


def test_a_process_has_one_allocator_for_each_store(documents, tmp_path):
    assert Numbers.of(documents) is Numbers.of(documents)
    other = SqliteDocuments(tmp_path / "other.sqlite")
    assert Numbers.of(other) is not Numbers.of(documents)
    other.close()
