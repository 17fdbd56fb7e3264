import pytest

from tests.terraform.conftest import ENVIRONMENTS

pytestmark = pytest.mark.xdist_group("terraform")


def test_it_is_formatted(terraform, initialised):
    done = terraform.run(initialised, "fmt", "-check", "-recursive", "-diff")
    assert done.returncode == 0, done.stdout


def test_it_is_valid(terraform, initialised):
    assert terraform.faults(initialised) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_rules_hold(terraform, initialised, environment):
    done = terraform.run(
        initialised, "test", "-no-color", f"-var-file=environments/{environment}.tfvars"
    )
    if "terraform test" in done.stdout and done.returncode == 127:
        pytest.skip("this terraform is older than 1.7: no mocks")
    assert done.returncode == 0, done.stdout + done.stderr
