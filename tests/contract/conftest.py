"""Each port's fixture, once per backend that has it."""

import importlib
from pathlib import Path

import pytest

from tests.contract.subjects import TABLES

BACKENDS = {
    path.stem: importlib.import_module(f"tests.contract.backends.{path.stem}")
    for path in sorted((Path(__file__).parent / "backends").glob("*.py"))
}


def offering(port):
    """Return the ids of the backends that have a port, each with the marks it asks for."""
    return [
        pytest.param(name, id=name, marks=getattr(module, "MARKS", ()))
        for name, module in BACKENDS.items()
        if hasattr(module, port)
    ]


def pytest_collection_modifyitems(items):
    """Skip what a stand-in of a backend (`GAPS` of its module) is known not to do."""
    for item in items:
        values = getattr(item, "callspec", None)
        for name, module in BACKENDS.items():
            reason = getattr(module, "GAPS", {}).get(getattr(item, "originalname", None))
            if reason and values and name in values.params.values():
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", params=offering("documents"))
def documents(request):
    with BACKENDS[request.param].documents() as store:
        yield store


@pytest.fixture(scope="session", params=offering("objects"))
def objects(request):
    with BACKENDS[request.param].objects() as store:
        yield store


@pytest.fixture(scope="session", params=offering("bus"))
def bus(request):
    with BACKENDS[request.param].bus() as subject:
        yield subject


@pytest.fixture(scope="session", params=offering("warehouse"))
def warehouse(request):
    with BACKENDS[request.param].warehouse(TABLES) as subject:
        yield subject


@pytest.fixture(scope="session", params=offering("identity"))
def identity(request):
    with BACKENDS[request.param].identity() as subject:
        yield subject
