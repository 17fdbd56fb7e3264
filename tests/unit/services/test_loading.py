"""Files into the warehouse: once each, all or nothing, every row accounted for."""

from datetime import UTC, datetime

import h5py
import numpy as np
import pytest
from sqlglot import exp

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.adapters.light_curve_files import ClassificationFile, FeatureFile
from fritz.archive.expressions import star, table
from fritz.archive.tables import TABLES
from fritz.errors import Invalid, Transient
from fritz.ports import Statement
from fritz.services.loading import Loading
from tests.support.fakes import MemoryObjects

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def loading(tmp_path):
    objects = MemoryObjects()
    warehouse = ParquetWarehouse(tmp_path / "warehouse", objects, TABLES)
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    yield Loading(warehouse, objects, documents, lambda: NOW)
    warehouse.close()
    documents.close()


@pytest.fixture
def predictions(tmp_path):
    path = tmp_path / "xgb" / "d15.e.c" / "487_12_1_17.h5"
    path.parent.mkdir(parents=True)
    with h5py.File(path, "w") as file:
        file["preds"] = np.array([[10487442000001, 0.25], [10487442000002, 0.5], [3, 0.5]])
    return ClassificationFile(path, "DR5", 2)


def rows(loading, name="ztf_source_classifications"):
    tree = exp.select(star()).from_(table(name))
    return loading.warehouse.run(Statement(tree)).to_pylist()


def test_rows_in_are_rows_out_and_refused(loading, predictions):
    counts = []
    done = loading.load(predictions, counts.append)
    assert (done.read, done.loaded, done.refused) == (3, 2, {"no id of a light curve": 1})
    assert done.whole
    assert counts == [3]
    assert [row["score"] for row in rows(loading)] == [0.25, 0.5]


def test_a_file_is_loaded_once(loading, predictions):
    first, second = loading.load(predictions), loading.load(predictions)
    assert (first.before, second.before) == (False, True)
    assert (second.read, second.refused) == (first.read, first.refused)
    assert len(rows(loading)) == 2


def test_a_file_with_other_contents_is_another(loading, predictions):
    loading.load(predictions)
    with h5py.File(predictions.path, "w") as file:
        file["preds"] = np.array([[10487442000009, 0.75]])
    assert not loading.load(predictions).before
    assert len(rows(loading)) == 3


def test_what_was_staged_is_removed_and_a_failed_load_leaves_no_mark(loading, predictions):
    class Full:
        def load(self, name, keys):
            raise Transient("quota")

    failing = Loading(Full(), loading.objects, loading.documents, loading.now)
    with pytest.raises(Transient, match="quota"):
        failing.load(predictions)
    assert list(loading.objects.list("loads/")) == []
    assert rows(loading) == []
    assert loading.load(predictions).loaded == 2
    assert list(loading.objects.list("loads/")) == []


def test_a_warehouse_that_took_fewer_rows_is_not_believed(loading, predictions):
    class Losing:
        def load(self, name, keys):
            return 1

    losing = Loading(Losing(), loading.objects, loading.documents, loading.now)
    with pytest.raises(Transient, match="2 rows were to be loaded, 1 were"):
        losing.load(predictions)
    assert not loading.load(predictions).before


@pytest.mark.parametrize("content", [b"", b"no HDF5 at all"])
def test_a_file_that_is_no_hdf5_is_refused_by_name(loading, tmp_path, content):
    path = tmp_path / "features.h5"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"features\.h5"):
        loading.load(FeatureFile(path, "r"))


def test_a_file_without_the_part_says_which(loading, tmp_path):
    path = tmp_path / "features.h5"
    with h5py.File(path, "w") as file:
        file["other"] = np.zeros(3)
    with pytest.raises(Invalid, match="has no stats"):
        loading.load(FeatureFile(path, "r"))
