"""Engines for the archive's statements."""

import pytest

from tests.support.googlesql import googlesql
from tests.support.memory_warehouse import MemoryWarehouse

__all__ = ["googlesql", "warehouse"]


@pytest.fixture
def warehouse():
    engine = MemoryWarehouse()
    yield engine
    engine.close()
