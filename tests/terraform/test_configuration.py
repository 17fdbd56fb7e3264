import pytest

pytestmark = pytest.mark.xdist_group("terraform")


def test_it_is_formatted(terraform, initialised):
    done = terraform.run(initialised, "fmt", "-check", "-recursive", "-diff")
    assert done.returncode == 0, done.stdout


def test_it_is_valid(terraform, initialised):
    assert terraform.faults(initialised) == []
