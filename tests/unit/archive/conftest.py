"""Engines for the archive's statements."""

import pytest

from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.googlesql import googlesql

__all__ = ["googlesql", "warehouse"]


@pytest.fixture
def warehouse():
    engine = DuckdbWarehouse()
    yield engine
    engine.close()
